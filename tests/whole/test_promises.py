"""Promises that hold for the package as a whole: its names, and what an import costs."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import rfmeans
from places import ROOT
from rfmeans import errors

SOURCE = Path(rfmeans.__file__).parent
ENGINE_PACKAGES = {
    "ibis",
    "duckdb",
    "pandas",
    "numpy",
    "sklearn",
    "pyarrow",
    "scipy",
    "altair",
    "vl_convert",
    "jinja2",
    "polars",
    "sqlglot",
}


# The public names


def test_all_is_sorted_and_without_repeats():
    assert rfmeans.__all__ == sorted(set(rfmeans.__all__))


def test_all_names_can_be_reached_and_are_listed():
    assert [name for name in rfmeans.__all__ if getattr(rfmeans, name, None) is None] == []
    assert set(rfmeans.__all__) <= set(dir(rfmeans))


def test_all_is_complete():
    tree = ast.parse((SOURCE / "__init__.py").read_text(encoding="utf-8"))
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rfmeans")
        for alias in node.names
    }
    assert imported == set(rfmeans.__all__)


def test_a_star_import_gives_the_public_names():
    names: dict[str, object] = {}
    exec("from rfmeans import *", names)
    assert set(names) - {"__builtins__"} == set(rfmeans.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'segmnet'"):
        _ = rfmeans.segmnet


def test_public_names_have_a_docstring():
    assert [name for name in rfmeans.__all__ if not inspect.getdoc(getattr(rfmeans, name))] == []


# Exceptions


def test_public_exceptions_derive_from_one_base():
    public = [getattr(rfmeans, name) for name in rfmeans.__all__ if name.endswith("Error")]
    assert [error for error in public if not issubclass(error, rfmeans.RFMeansError)] == []


def test_all_exceptions_are_public_and_drawn_in_the_tree():
    defined = {
        name for name, item in vars(errors).items() if inspect.isclass(item) and issubclass(item, Exception)
    }
    assert defined == set(errors.__all__) == {name for name in rfmeans.__all__ if name.endswith("Error")}
    assert [name for name in defined if name not in (errors.__doc__ or "")] == []


# What an import loads


def loaded_after(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after it ran the code."""
    script = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=SOURCE.parent
    )
    return {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}


def test_importing_the_package_loads_no_engine():
    loaded = loaded_after("import rfmeans")
    assert "rfmeans" in loaded
    assert loaded & ENGINE_PACKAGES == set()


@pytest.mark.parametrize(
    "code",
    [
        "from rfmeans.cli.commands import app",
        "from typer.testing import CliRunner\n"
        "from rfmeans.cli.commands import app\n"
        "assert 'segment' in CliRunner().invoke(app, ['--help']).stdout",
        "from typer.testing import CliRunner\n"
        "from rfmeans.cli.commands import app\n"
        "assert '--segments' in CliRunner().invoke(app, ['segment', '--help']).stdout",
    ],
    ids=["import", "help", "help of a command"],
)
def test_the_command_line_loads_no_engine_before_it_works(code):
    assert loaded_after(code) & ENGINE_PACKAGES == set()


LOADED_BESIDE = {"sklearn", "scipy", "pandas", "vl_convert"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "spared"),
    [
        (["inspect", "orders.csv"], {"pandas", "sklearn", "scipy", "altair", "vl_convert", "jinja2"}),
        (["segment", "orders.csv", "--segments", "2", "--no-report"], {*LOADED_BESIDE, "altair", "jinja2"}),
        (["segment", "orders.csv", "--segments", "2"], {*LOADED_BESIDE, "altair"}),
    ],
    ids=["inspect", "no report", "report"],
)
def test_a_command_loads_only_what_it_works_with(tmp_path, command, spared):
    rows = [
        f"{customer},{order},2026-01-{day:02},{amount}"
        for order, (customer, day, amount) in enumerate(
            [("a", 1, 5), ("b", 2, 50), ("c", 9, 70), ("d", 30, 9)]
        )
    ]
    text = "\n".join(["customer_id,order_id,order_date,amount", *rows])
    (tmp_path / "orders.csv").write_text(text, encoding="utf-8")
    loaded = loaded_after(
        "import os\n"
        "from typer.testing import CliRunner\n"
        "from rfmeans.cli.commands import app\n"
        f"os.chdir({str(tmp_path)!r})\n"
        f"found = CliRunner().invoke(app, {command!r})\n"
        "assert found.exit_code == 0, found.output"
    )
    assert "duckdb" in loaded
    assert loaded & spared == set()


# Where the tests of a file are


TESTS = ROOT / "tests"
TESTED_ELSEWHERE = {
    "app/lists": "by screens/test_campaign and screens/test_over_time, where lists are made",
    "app/page": "by the tests of each screen, and test_page_in_chromium",
    "cli/consoles": "by test_print_result and test_print_inspection, which print on them",
    "cli/print_block": "by test_print_result and test_print_inspection, which print through it",
    "cli/option_groups": "by test_options: how groups become options",
    "cli/runs": "by test_commands and test_watch: how each command ends",
    "columns/layout": "by test_layouts, of which each is one",
    "columns/roles": "by test_layouts: the columns found, and what is said where one is not",
    "engines/database": "by test_write_table and the tests of each engine: where their tables lie",
    "engines/embedded": "by reading/test_open and test_duckdb_file, which connect and attach",
    "engines/engine": "the protocol; by whole/test_every_engine",
    "errors": "above, in this file",
    "finish": "how every run ends; by whole/test_by_hand, test_kept_customers and all that is beside them",
    "listener": "by orders/test_understand and cli/test_watch, which listen",
    "model/fitted": "a record; by test_segment_model and report/test_summary",
    "model/model_file": "by test_segment_model, which saves and loads",
    "model/orders_table": "by test_segment_model, where a model remembers its orders, and test_statement",
    "model/steps": "by test_statement, which compares each step with the statement, and by test_segment_model",
    "orders/compared": "by test_apart, test_taken_back, test_total_rows and test_older_states",
    "orders/expressions": "by those of what is compared, which is made of them",
    "orders/intake": "by every test of the room, which takes orders in",
    "orders/noticed": "by test_remarks and the tests of each thing that is noticed: what is said of it",
    "orders/reasons": "by test_order_lines, test_account and the tests of each reason",
    "over_time/effect_asked": "by test_campaign, which asks for what is refused",
    "over_time/effect_groups": "by test_effect_lists, which counts the groups of lists, and test_campaign",
    "over_time/effect_split": "by test_effect_figures: the checks of the split",
    "over_time/effect_summary": "by test_campaign",
    "over_time/effect_sums": "by test_campaign",
    "over_time/given_numbers": "by test_drift and test_campaign, whose numbers are given so",
    "over_time/movement_summary": "by test_movement",
    "saved": "by test_result and output/test_folder, which write and read what is saved",
    "pipeline": "the order of the steps; by whole/test_by_hand and all that is beside it",
    "report/analyses/actions": "by report/test_playbook: the cards",
    "report/analyses/effect": "by test_campaign",
    "report/analyses/effect_cautions": "by test_campaign",
    "report/analyses/effect_checks": "by test_campaign",
    "report/analyses/effect_numbers": "by test_campaign",
    "report/analyses/inspection": "by cli/test_print_inspection",
    "report/analyses/lists": "by cli/test_print_result",
    "report/analyses/movement": "by over_time/test_movement",
    "report/as_json": "by report/test_summary and test_result: the summary and account.json",
    "report/blocks": "by report/test_page, test_markdown and cli/test_print_result, which draw them",
    "report/charts/effect": "by test_campaign",
    "report/charts/hindsight": "by report/analyses/test_hindsight, whose page has it",
    "report/charts/movement": "by over_time/test_movement",
    "report/pictures": "by analyses/test_charts and test_between_dates, whose pages and folders have them",
    "report/table": "by report/test_page, test_markdown and cli/test_print_result, which draw it",
    "segments/grids": "by test_lexicon and test_names, whose names stand in them",
    "segments/facts": "by test_claims, which are checked on them",
    "typed_cells": "by columns/test_keys and reading/test_workbook",
}


def test_a_file_of_the_source_has_a_file_of_tests_of_its_name():
    """So that either is found from the other; what is tested elsewhere says where."""
    modules = [path.relative_to(SOURCE) for path in SOURCE.rglob("*.py") if not path.stem.startswith("__")]
    assert len(modules) > 80
    without = {
        path.with_suffix("").as_posix()
        for path in modules
        if not (TESTS / path.parent / f"test_{path.name}").exists()
    }
    assert without == set(TESTED_ELSEWHERE)


def test_a_file_of_tests_is_that_of_a_file_of_the_source_or_lies_with_the_whole():
    """Or is called as a file of the source, and more: test_page_in_chromium is of page."""
    for path in TESTS.rglob("test_*.py"):
        place = path.relative_to(TESTS)
        name, folder = path.stem.removeprefix("test_"), SOURCE / place.parent
        stems = {module.stem for module in folder.glob("*.py")}
        assert place.parts[0] == "whole" or any(f"{name}_".startswith(f"{stem}_") for stem in stems), place


def test_files_that_the_readmes_and_the_design_name_are_there():
    """So that who follows them finds the way; a name is given from the page's own folder, or from the source."""
    pages = [ROOT / "docs" / "design.md", ROOT / "CONTRIBUTING.md"]
    pages += [TESTS / "README.md", *SOURCE.rglob("README.md")]
    named = [
        (page, name)
        for page in pages
        for name in re.findall(r"`([a-z_/.]+\.(?:py|toml|j2|css|js))`", page.read_text(encoding="utf-8"))
    ]
    assert len(named) > 150
    lost = [
        (page.name, name)
        for page, name in named
        if not any((folder / name).exists() for folder in (page.parent, SOURCE, TESTS, ROOT))
    ]
    assert lost == []
