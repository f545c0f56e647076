"""Files that other programs open: formulas are inert, and can be had back."""

import ibis
import pandas as pd
import pytest

import rfmeans
from helpers.listed import customers, read
from places import ROOT
from rfmeans.output.files import FORMULA, inert, inert_column, on_duckdb, write_rows

FORMULAS = ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\x00=1", "＝1", "-5", "'=1", "''@x"]


HARMLESS = ["a=1", "'t Hooft", "'", "", "1-2", " =1", "anna@example.com", "Zoë"]


@pytest.mark.parametrize("text", [*FORMULAS, *HARMLESS])
def test_a_formula_gets_an_apostrophe_and_can_be_had_back(text):
    """In Python and on the engine alike."""
    safe = inert(text)
    assert safe == (f"'{text}" if text in FORMULAS else text)
    assert not safe.startswith(tuple("=+-@\t\r\n\0＝"))
    assert (safe[1:] if ibis.literal(safe).re_search(FORMULA).to_pyarrow().as_py() else safe) == text
    column = ibis.memtable({"text": [text]}).text
    assert inert_column(column).to_pyarrow().to_pylist() == [safe]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_customers_csv_is_inert_and_customers_parquet_exact(tmp_path, kind):
    ids = [*FORMULAS, *HARMLESS[:3], *(f"buyer {place}" for place in range(20))]
    frame = pd.DataFrame(
        [(one, f"2026-01-{1 + place % 28:02d}", 3 * place + 1) for place, one in enumerate(ids)],
        columns=["customer_id", "order_date", "amount"],
    )
    with rfmeans.segment(frame, n_init=1) as result:
        kept = result.customers.customer_id.to_pyarrow().to_pylist()
        folder = result.save(tmp_path / 'it\'s here; "quoted"', format=kind)
    if kind == "parquet":
        assert sorted(pd.read_parquet(folder / "customers.parquet")["customer_id"]) == sorted(kept)
    else:
        found = [row[0] for row in read(folder / "customers.csv")[1:]]
        assert sorted(found) == sorted(inert(text) for text in kept)


def test_a_table_on_duckdb_is_not_copied(tmp_path):
    table = customers([1, 2])
    with on_duckdb(table, tmp_path) as same:
        assert same is table
    assert list(tmp_path.iterdir()) == []


def test_the_way_to_undo_it_that_the_docs_give():
    texts = pd.Series([*FORMULAS, *HARMLESS])
    written_out = texts.map(inert)
    code = ROOT / "docs" / "audiences.md"
    pattern = next(line for line in code.read_text(encoding="utf-8").splitlines() if "str.replace" in line)
    undone = eval(pattern, {"customer_id": written_out})
    assert undone.tolist() == texts.tolist()


def test_rows_are_inert_exact_and_blank_where_nothing_is_known(tmp_path):
    write_rows(
        [{"segment": "=1+1", "share": 0.1, "customers": 3, "tenure": float("nan"), "near": None}],
        tmp_path / "rows.csv",
    )
    assert (tmp_path / "rows.csv").read_bytes() == (
        b'"segment","share","customers","tenure","near"\n"\'=1+1",0.1,3,"",""\n'
    )
