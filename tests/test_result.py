"""A result written to a folder: what the files hold."""

import json
from decimal import Decimal

import ibis
import pandas as pd
import pyarrow.parquet as pq
import pytest

import rfmeans
from helpers import saved as made
from helpers.saved import CHARTS, COLUMNS, FILES, names, orders
from rfmeans import SegmentModel

result, saved, folder = made.result, made.saved, made.folder


# What it holds


@pytest.mark.slow
def test_the_files(folder):
    assert names(folder) == sorted([*FILES, "customers.parquet"])


def test_every_chart_as_picture_and_drawing(folder):
    assert names(folder / "charts") == [f"{chart}.{kind}" for chart in CHARTS for kind in ("png", "svg")]
    assert all(path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n" for path in (folder / "charts").glob("*.png"))
    assert all("<svg" in path.read_text(encoding="utf-8") for path in (folder / "charts").glob("*.svg"))


def test_without_a_report(tmp_path, result):
    folder = result.save(tmp_path / "out", report=False)
    assert names(folder) == sorted({*FILES, "customers.parquet"} - {"report.html", "charts"})


def test_save_returns_the_path_and_makes_parents(tmp_path, result):
    assert result.save(tmp_path / "a" / "b", report=False) == tmp_path / "a" / "b"
    assert names(tmp_path / "a") == ["b"]


@pytest.mark.slow
def test_csv_holds_the_same_customers(tmp_path, folder, result):
    result.save(tmp_path / "csv", format="csv")
    assert names(tmp_path / "csv") == sorted([*FILES, "customers.csv"])
    text = pd.read_csv(tmp_path / "csv" / "customers.csv")
    typed = pd.read_parquet(folder / "customers.parquet")
    assert list(text) == list(typed) == COLUMNS
    assert text["customer_id"].tolist() == typed["customer_id"].tolist()
    assert text["segment"].fillna("").tolist() == typed["segment"].fillna("").tolist()
    assert text["monetary"].tolist() == [float(value) for value in typed["monetary"]]


def test_customers_are_in_order_and_complete(folder):
    customers = pd.read_parquet(folder / "customers.parquet")
    assert customers["customer_id"].tolist() == [1, 2, 3, 4, 5, 6, 7]


def test_customers_set_aside_have_a_reason_and_no_segment(folder):
    customers = pd.read_parquet(folder / "customers.parquet").set_index("customer_id")
    aside = customers.loc[[5, 6]]
    assert aside["reason"].tolist() == ["no purchase", "no net spend"]
    assert aside[["segment_id", "segment"]].isna().all(axis=None)
    others = customers.drop(index=[5, 6])
    assert others["reason"].isna().all()
    assert set(others["segment_id"]) == {1, 2}
    assert others["segment"].notna().all()


def test_the_profile(folder, result):
    profile = pd.read_csv(folder / "profile.csv")
    assert profile["segment_id"].tolist() == [1, 2]
    assert profile["segment"].tolist() == [name.text for name in result.model.names]
    assert profile["customers"].sum() == 5
    assert profile["share"].sum() == pytest.approx(1)
    assert profile["revenue"].sum() == pytest.approx(212.6)


def test_lines_set_aside_keep_their_own_values(folder):
    lines = pd.read_parquet(folder / "set_aside.parquet").sort_values("line")
    assert lines["line"].tolist() == [10, 11, 12]
    assert lines["reason"].tolist() == ["missing customer", "unreadable date", "unreadable amount"]
    assert lines["order_date"].tolist() == ["2026-03-01", "someday", "2026-03-02"]
    assert lines["amount"].tolist() == ["33.3", "4", "lots"]


def test_the_account_adds_up(folder):
    account = json.loads((folder / "account.json").read_text(encoding="utf-8"))
    lines, customers = account["lines"], account["customers"]
    assert lines["read"] == {"rows": 12, "money": "241.9000"}
    for key, number in (("rows", int), ("money", Decimal)):
        aside = sum(number(tally[key]) for tally in lines["set_aside"].values())
        assert number(lines["used"][key]) + aside == number(lines["read"][key])
        aside = sum(number(tally[key]) for tally in customers["set_aside"].values())
        assert number(customers["segmented"][key]) + aside == number(
            lines["used"][key] if key == "money" else 7
        )


def test_the_account_names_reasons_columns_and_settings(folder):
    account = json.loads((folder / "account.json").read_text(encoding="utf-8"))
    assert {reason: tally["rows"] for reason, tally in account["lines"]["set_aside"].items()} == {
        "missing customer": 1,
        "unreadable amount": 1,
        "unreadable date": 1,
    }
    assert {reason: tally["rows"] for reason, tally in account["customers"]["set_aside"].items()} == {
        "no net spend": 1,
        "no purchase": 1,
    }
    assert account["columns"] == {"customer": "customer_id", "date": "order_date", "amount": "amount"}
    assert (account["as_of"], account["settings"]["segments"]) == ("2026-04-01", 2)


def test_the_model_comes_back_equal(folder, result):
    assert SegmentModel.load(folder / "model.json") == result.model


def test_the_model_gives_every_customer_its_segment_again(folder, result):
    again = SegmentModel.load(folder / "model.json").assign(orders()).order_by("customer_id").to_pandas()
    pd.testing.assert_frame_equal(again, result.customers.order_by("customer_id").to_pandas())


@pytest.mark.slow
def test_a_table_of_customers_has_no_lines_set_aside(tmp_path, result):
    frame = result.customers.to_pandas()
    with rfmeans.segment(frame, segments=2, n_init=2, columns=rfmeans.CustomerColumns()) as from_customers:
        from_customers.save(tmp_path / "out")
    assert names(tmp_path / "out") == sorted({*FILES, "customers.parquet"} - {"set_aside.parquet"})


def test_two_saves_are_the_same_to_the_byte(tmp_path, folder, result):
    again = result.save(tmp_path / "again")
    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    # customers.parquet beside the files; two lists in audiences/, each chart twice in charts/
    assert len(files) == len(FILES) + 1 - 2 + 2 + 2 * len(CHARTS)
    for name in files:
        assert (folder / name).read_bytes() == (again / name).read_bytes(), name


@pytest.mark.slow
@pytest.mark.parametrize("preserved", [True, False])
def test_customers_stand_in_the_order_of_their_ids(tmp_path, preserved):
    """More of them than DuckDB keeps in one group of rows, and also where a connection keeps no order."""
    con = ibis.duckdb.connect()
    con.raw_sql(f"SET preserve_insertion_order = {preserved}")
    con.raw_sql(
        "CREATE TABLE shop AS SELECT (i * 7919) % 300_007 + 1 AS customer_id, i % 300 + 1 AS recency, "
        "i % 9 + 1 AS frequency, i % 97 + 1 AS monetary FROM range(300_007) AS t(i)"
    )
    with rfmeans.segment(con.table("shop"), columns=rfmeans.CustomerColumns(), n_init=1) as result:
        result.save(tmp_path / "out", report=False, audience_format="none")
    ids = pq.read_table(tmp_path / "out" / "customers.parquet", columns=["customer_id"])[
        "customer_id"
    ].to_numpy()
    assert len(ids) == 300_007
    assert (ids[1:] >= ids[:-1]).all()
