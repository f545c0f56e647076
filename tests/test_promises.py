"""Promises that hold for the package as a whole: its names, what an import costs, which way imports point."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import rfmeans
from rfmeans import errors

SOURCE = Path(rfmeans.__file__).parent
ENGINES = {
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
# A file imports only from files before it.
ORDER = [  # one a line
    "errors",
    "formats",
    "limits",
    "playbook",
    "settings",
    "layout_files",
    "layouts",
    "lexicon",
    "names",
    "workspace",
    "temporaries",
    "home",
    "duckdb_tables",
    "postgres_tables",
    "spark_tables",
    "tables",
    "parts",
    "records",
    "survey",
    "dialects",
    "textfiles",
    "jsonlines",
    "sheets",
    "workbooks",
    "databases",
    "filekinds",
    "servers",
    "frames",
    "moments",
    "equality",
    "plain_types",
    "sources",
    "questions",
    "calendar_words",
    "date_text",
    "money_text",
    "money_conventions",
    "conventions",
    "values",
    "identity",
    "order_level",
    "conditions",
    "orders",
    "rfm",
    "accounts",
    "intake",
    "rhythm",
    "figures",
    "suspicions",
    "readiness",
    "inspection",
    "distinct",
    "sums",
    "scaling",
    "cuts",
    "scores",
    "cells",
    "kmeans",
    "confidence",
    "stability",
    "votes",
    "choice",
    "quantiles",
    "profile",
    "distribution",
    "explanation",
    "explain",
    "assigning",
    "warehouses",
    "statement",
    "model",
    "summary",
    "findings",
    "canvas",
    "drawings",
    "customer_map",
    "choice_chart",
    "charts",
    "report",
    "markdown",
    "outputs",
    "tablefiles",
    "audiences",
    "result",
    "pipeline",
    "estimator",
    "synthetic",
    "terminal",
    "inspection_terminal",
    "progress",
    "watch",
    "options",
    "cli",
]
FRAME = {"__init__", "__main__"}  # the package's front: takes from anywhere, gives its version


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
    assert loaded & ENGINES == set()


@pytest.mark.skipif(not (SOURCE / "cli.py").exists(), reason="there is no command line yet")
@pytest.mark.parametrize(
    "code",
    [
        "from rfmeans.cli import app",
        "from typer.testing import CliRunner\n"
        "from rfmeans.cli import app\n"
        "assert 'segment' in CliRunner().invoke(app, ['--help']).stdout",
        "from typer.testing import CliRunner\n"
        "from rfmeans.cli import app\n"
        "assert '--segments' in CliRunner().invoke(app, ['segment', '--help']).stdout",
    ],
    ids=["import", "help", "help of a command"],
)
def test_the_command_line_loads_no_engine_before_it_works(code):
    assert loaded_after(code) & ENGINES == set()


@pytest.mark.parametrize(
    ("command", "spared"),
    [
        (["inspect", "orders.csv"], {"sklearn", "scipy", "altair", "vl_convert", "jinja2"}),
        (["segment", "orders.csv", "--segments", "2", "--no-report"], {"altair", "vl_convert", "jinja2"}),
    ],
    ids=["inspect", "no report"],
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
        "from rfmeans.cli import app\n"
        f"os.chdir({str(tmp_path)!r})\n"
        f"found = CliRunner().invoke(app, {command!r})\n"
        "assert found.exit_code == 0, found.output"
    )
    assert "duckdb" in loaded
    assert loaded & spared == set()


# Which way imports point


def imports_of(path: Path) -> set[str]:
    """The modules of rfmeans that a file imports: anywhere in it, for type checking as well."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: a relative import"
            found |= {node.module or ""}
            if node.module == "rfmeans":
                found |= {f"rfmeans.{alias.name}" for alias in node.names}
    return {name.split(".")[1] for name in found if name.startswith("rfmeans.")} & modules()


def files_of(module: str) -> list[Path]:
    """The file of a module, or all files of a package."""
    package = SOURCE / module
    return sorted(package.glob("*.py")) if package.is_dir() else [SOURCE / f"{module}.py"]


def modules() -> set[str]:
    packages = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    return {path.stem for path in SOURCE.glob("*.py")} - FRAME | packages


def test_every_file_has_its_place_in_the_order():
    assert modules() <= set(ORDER)


@pytest.mark.parametrize("position", range(len(ORDER)), ids=ORDER)
def test_a_file_imports_only_from_files_before_it(position):
    for path in files_of(ORDER[position]):
        itself = {ORDER[position]} if path.parent != SOURCE else set()
        assert imports_of(path) - itself <= set(ORDER[:position])


def test_only_the_front_door_is_imported_from_outside_the_order():
    assert imports_of(SOURCE / "__main__.py") == {"cli"}


@pytest.mark.parametrize("module", [name for name in ORDER if name not in ("cli", "estimator", "pipeline")])
def test_only_the_pipeline_knows_the_order_of_the_steps(module):
    assert all("pipeline" not in imports_of(path) for path in files_of(module))
