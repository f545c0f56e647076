"""The notebook's clusters and names are those of `rfmeans` with transform="none" on the same table."""

import ast
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler

import rfmeans
from helpers.notebook import CODE_CELLS, run_cells, source

FEATURES = ["Recency", "Frequency", "Monetary"]
COLUMNS = rfmeans.CustomerColumns("CustomerID", *FEATURES)


def run_more_cells(names: dict[str, Any], *ids: str) -> None:
    """Run the cells with these ids among the names that earlier ones defined."""
    for cell_id in ids:
        exec(cell_source(cell_id), names)


def cell_source(cell_id: str) -> str:
    return next(source(cell) for cell in CODE_CELLS if cell["id"] == cell_id)


def function_source(cell_id: str, function: str) -> str:
    """The source of one function of a cell, without the rest of that cell."""
    found = [
        node
        for node in ast.parse(cell_source(cell_id)).body
        if isinstance(node, ast.FunctionDef) and node.name == function
    ]
    return ast.unparse(found[0])


def constant(cell_id: str, name: str) -> Any:
    """The value of a constant that a cell sets, without running that cell."""
    found = [
        node.value
        for node in ast.parse(cell_source(cell_id)).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
    ]
    return ast.literal_eval(found[0])


@pytest.fixture(scope="module")
def notebook() -> dict[str, Any]:
    """What the notebook defines once its clusters have names, leaving out figures and the search for k."""
    names = run_cells("kinds", "generate")
    names |= {"KMeans": KMeans, "StandardScaler": StandardScaler, "K": constant("plot-k", "K")}
    run_more_cells(names, "standardise")
    exec(function_source("try-k", "fit_kmeans"), names)
    run_more_cells(names, "fit", "assign", "name-rule", "name")
    return names


@pytest.fixture(scope="module")
def result(notebook):
    table = notebook["customers"][["CustomerID", *FEATURES]]
    with rfmeans.segment(
        table, columns=COLUMNS, segments=notebook["K"], transform="none", tol=0.0
    ) as segmentation:
        yield segmentation


@pytest.fixture(scope="module")
def side_by_side(notebook, result) -> pd.DataFrame:
    """Both results for every customer, one row each."""
    rows = result.customers.to_pyarrow().select(["customer_id", "segment_id", "segment"]).to_pylist()
    ours = pd.DataFrame(rows).set_index("customer_id")
    theirs = notebook["customers"].set_index("CustomerID")[["Cluster", "Segment"]]
    return theirs.join(ours, how="outer", validate="one_to_one")


def test_both_place_every_customer(side_by_side):
    assert len(side_by_side) == 10_000
    assert side_by_side.notna().all(axis=None)


def test_the_partition_is_the_same(side_by_side):
    pairs = side_by_side[["Cluster", "segment_id"]].drop_duplicates()
    assert len(pairs) == 4
    assert pairs["Cluster"].is_unique
    assert pairs["segment_id"].is_unique


def test_every_customer_has_the_same_name(side_by_side):
    assert side_by_side["segment"].to_list() == side_by_side["Segment"].to_list()


def test_the_four_names_are_all_there(side_by_side, notebook):
    assert set(side_by_side["segment"]) == set(notebook["SEGMENT_NAMES"].values())


def test_the_centres_are_the_same(notebook, result):
    theirs = notebook["centres"].assign(Segment=notebook["named"]["Segment"]).set_index("Segment")
    in_our_order = theirs.loc[[name.text for name in result.model.names], FEATURES]
    np.testing.assert_allclose(result.model.centres, in_our_order, rtol=0, atol=1e-9)


def test_the_inertia_is_the_same(notebook, result):
    assert result.model.inertia == pytest.approx(notebook["kmeans"].inertia_, rel=1e-9)
