"""The notebook that lays the method open: its saved state, the data it makes and its naming rule.

That its outputs are those of a fresh run is checked by `.ci/notebook_check.py`, which needs a kernel. These
tests need none.
"""

import ast
import json
import re
import sys
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest

from helpers.notebook import CELLS, CODE_CELLS, NOTEBOOK, run_cells, source

OUTPUTS = [output for cell in CODE_CELLS for output in cell["outputs"]]


ALLOWED_LIBRARIES = {"matplotlib", "numpy", "pandas", "sklearn"}


STEPS = [
    "1. Generate the customers",
    "2. Standardise",
    "3. Find the clusters with K-Means",
    "4. Assign every customer to a cluster",
    "5. Name the clusters by a rule",
    "6. Compare the segments",
    "7. Read the result",
    "8. A campaign for each segment",
]


# The saved file


def test_was_run_once_from_top_to_bottom():
    assert [cell["execution_count"] for cell in CODE_CELLS] == list(range(1, len(CODE_CELLS) + 1))


def test_has_neither_errors_nor_warnings():
    assert [output for output in OUTPUTS if output["output_type"] == "error"] == []
    assert [output for output in OUTPUTS if output.get("name") == "stderr"] == []


def test_imports_only_the_base_libraries():
    tree = ast.parse("\n".join(source(cell) for cell in CODE_CELLS))
    modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    modules |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    libraries = {module.split(".")[0] for module in modules} - sys.stdlib_module_names
    assert libraries == ALLOWED_LIBRARIES


def test_never_reaches_for_rfmeans():
    assert [cell["id"] for cell in CODE_CELLS if "rfmeans" in source(cell)] == []


def test_takes_the_eight_steps_in_order():
    headings = [
        line.removeprefix("## ")
        for cell in CELLS
        if cell["cell_type"] == "markdown"
        for line in source(cell).splitlines()
        if line.startswith("## ")
    ]
    assert headings == STEPS


def test_every_step_has_prose_before_its_code():
    for cell, following in pairwise(CELLS):
        if cell["cell_type"] == "markdown" and source(cell).startswith("## "):
            assert len(source(cell).splitlines()) > 1
            assert following["cell_type"] == "code"


def test_cell_ids_are_words_and_unique():
    ids = [cell["id"] for cell in CELLS]
    assert len(set(ids)) == len(ids)
    assert [cell_id for cell_id in ids if not re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", cell_id)] == []


def test_names_the_standard_kernel_and_no_machine():
    assert NOTEBOOK["metadata"]["kernelspec"]["name"] == "python3"
    shown = json.dumps([NOTEBOOK["metadata"], *(cell["metadata"] for cell in CELLS), *map(text_of, OUTPUTS)])
    assert re.findall(r"/home/|/root/|/tmp/|/Users/|site-packages|[A-Z]:\\|0x[0-9a-f]{6,}", shown) == []


def text_of(output: dict[str, Any]) -> list[Any]:
    data = output.get("data", {})
    return [output.get("text"), *(text for kind, text in data.items() if not kind.startswith("image/"))]


def test_shows_its_four_figures():
    with_figure = [cell["id"] for cell in CODE_CELLS if any(map(is_figure, cell["outputs"]))]
    assert with_figure == ["distributions", "plot-k", "bar-chart", "share-chart"]


def is_figure(output: dict[str, Any]) -> bool:
    return "image/png" in output.get("data", {})


# The customers it makes


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    return run_cells("kinds", "generate")["customers"]


def test_makes_ten_thousand_customers(customers):
    assert list(customers.columns) == ["CustomerID", "Recency", "Frequency", "Monetary"]
    assert len(customers) == 10_000
    assert customers["CustomerID"].is_unique
    assert customers.notna().all(axis=None)


def test_days_and_orders_are_whole_and_money_has_cents(customers):
    assert customers["Recency"].dtype.kind == "i"
    assert customers["Recency"].between(1, 730).all()
    assert customers["Frequency"].dtype.kind == "i"
    assert customers["Frequency"].min() >= 1
    assert customers["Monetary"].min() > 0
    assert (customers["Monetary"] == customers["Monetary"].round(2)).all()


def test_orders_and_money_are_skewed_and_rise_together(customers):
    assert customers["Frequency"].skew() > 1
    assert customers["Monetary"].skew() > 1
    assert customers["Frequency"].corr(customers["Monetary"]) > 0.8


def test_the_same_customers_every_time(customers):
    pd.testing.assert_frame_equal(run_cells("kinds", "generate")["customers"], customers)


# Its naming rule, in standardised units: a negative Recency is recent


def names_of(*centres: tuple[float, float, float]) -> list[str]:
    frame = pd.DataFrame(centres, columns=["Recency", "Frequency", "Monetary"])
    return run_cells("name-rule")["name_centres"](frame)["Segment"].to_list()


def test_a_name_follows_from_the_signs_of_the_centre():
    assert names_of((1, -1, -1), (-1, 1, 1), (-1, -1, -1), (1, 1, 1)) == [
        "Low-Value/Churned",
        "High-Value Loyal",
        "New/Potential",
        "At-Risk High-Value",
    ]


def test_value_is_the_mean_of_frequency_and_monetary():
    assert names_of((-1, -1, 1.5), (-1, 1, -1.5)) == ["High-Value Loyal", "New/Potential"]


def test_a_score_of_zero_is_lapsed_and_low():
    assert names_of((0, 0, 0)) == ["Low-Value/Churned"]


def test_a_shared_name_gets_tiers_the_more_valuable_first():
    assert names_of((-1, 1, 1), (1, -1, -1), (-1, 3, 3), (-1, 2, 2)) == [
        "High-Value Loyal · tier 3",
        "Low-Value/Churned",
        "High-Value Loyal · tier 1",
        "High-Value Loyal · tier 2",
    ]
