"""The assignment as one SQL statement: run on real engines it gives what the model gives, and it says what it does."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import rfmeans
from rfmeans.scaling import FeatureScaling, Scaling
from rfmeans.settings import Columns
from rfmeans.synthetic import make_orders

if TYPE_CHECKING:
    from conftest import Engine

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")

ONLINE_RETAIL = Path(__file__).parents[2] / "shared" / "data" / "online_retail.parquet"
HOSTILE_NAMES = {
    "grid": [
        {
            "max_segments": 12,
            "recency_cuts": [0.0],
            "recency_bands": ["lapsed", "recent"],
            "value_cuts": [0.0],
            "value_bands": ["low", "high"],
            "names": {
                "high": {"recent": 'Ann\'s "best"', "lapsed": "back\\slash\\"},
                "low": {"recent": "'); DROP TABLE orders; --", "lapsed": "ünïcode — 100 % {{ x }} 顧客"},
            },
        }
    ]
}


def hostile_orders() -> pd.DataFrame:
    """Order lines with everything that is set aside, returns, free orders, and ids that need quoting."""
    lines = make_orders(700, seed=5).drop(columns=["kind", "product"])
    odd = ["O'Brien ", 'say "hi" ', "back\\slash ", "ümlaut 顧客 ", "100% ", "a;b--", "{{x}} "]
    ids = lines["customer_id"].astype(int)
    lines["customer_id"] = [f"{odd[number % len(odd)]}{number}" for number in ids]
    lines["order_id"] = lines["order_id"].astype("string")
    lines.loc[::50, "customer_id"] = None
    lines.loc[7::90, "customer_id"] = "\t Guest \n"
    lines.loc[9::70, "order_id"] = "  "
    lines.loc[1::40, "quantity"] *= -1
    lines.loc[2::45, "unit_price"] = 0.0
    lines.loc[3::55, "unit_price"] = np.nan
    lines.loc[4::60, "ordered_at"] = pd.NaT
    for customer in lines["customer_id"].dropna().unique()[:5]:  # nothing but returns
        lines.loc[lines["customer_id"] == customer, "quantity"] = -1
    return lines


@cache
def hostile_model() -> rfmeans.SegmentModel:
    with rfmeans.segment(hostile_orders(), n_init=5, lexicon=HOSTILE_NAMES) as result:
        return result.model


def run(engine: Engine, text: str) -> list[dict[str, Any]]:
    """Execute a statement on the engine itself, past Ibis."""
    if engine.name == "duckdb":
        rows: list[dict[str, Any]] = engine.con.con.sql(text).to_arrow_table().to_pylist()
        return rows
    if engine.name == "spark":
        return [row.asDict() for row in engine.con._session.sql(text).collect()]
    with engine.con.con.cursor() as cursor:
        cursor.execute(text)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def comparable(rows: list[dict[str, Any]]) -> dict[Any, dict[str, Any]]:
    """The rows by customer: exact but for the confidence, which is to nine places."""
    assert len({row["customer_id"] for row in rows}) == len(rows)
    return {
        row["customer_id"]: {
            **row,
            "monetary": Decimal(row["monetary"]),
            "confidence": None if row.get("confidence") is None else round(row["confidence"], 9),
        }
        for row in rows
    }


def assigned(model: rfmeans.SegmentModel, orders: Any, **reading: Any) -> dict[Any, dict[str, Any]]:
    return comparable(model.assign(orders, **reading).to_pyarrow().to_pylist())


@pytest.fixture(params=["duckdb", "postgres", "spark"])
def sql_engine(request: pytest.FixtureRequest) -> Engine:
    """One engine with SQL after the other."""
    found: Engine = request.getfixturevalue(f"{request.param}_engine")
    return found


# Run on real engines


def test_hostile_orders_get_the_same_segments(sql_engine):
    orders, model = hostile_orders(), hostile_model()
    sql_engine.table(orders, "hostile")
    found = comparable(run(sql_engine, model.to_sql(sql_engine.name, orders="hostile")))
    expected = assigned(model, orders)
    assert {row["reason"] for row in expected.values()} == {None, "no purchase", "no net spend"}
    assert {row["segment"] for row in expected.values()} > {'Ann\'s "best"', "back\\slash\\"}
    assert list(next(iter(found.values()))) == list(next(iter(expected.values())))
    assert found == expected


@pytest.mark.skipif(not ONLINE_RETAIL.exists(), reason=f"the real data are not here: no {ONLINE_RETAIL}")
@pytest.mark.parametrize("name", ["duckdb", "postgres"])
def test_online_retail_gets_the_same_segments(name, request):
    engine: Engine = request.getfixturevalue(f"{name}_engine")
    orders = pd.read_parquet(ONLINE_RETAIL)
    engine.table(orders[["InvoiceNo", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"]], "retail")
    with rfmeans.segment(ONLINE_RETAIL, n_init=5) as result:
        model = rfmeans.SegmentModel.from_json(result.model.to_json())
        expected = comparable(result.customers.to_pyarrow().to_pylist())
    found = comparable(run(engine, model.to_sql(name, orders="retail")))
    assert len(found) == 4372
    assert found == expected


VARIANTS = {
    "as of a day": {"as_of": "2024-06-01"},
    "since a day": {"since": "2023-09-01"},
    "where": {"where": "quantity > 1 AND unit_price < 50"},
    "statuses": {"columns": Columns(status="lage"), "keep_status": "paid, open"},
    "not sold": {"columns": Columns(status="lage")},
    "refunds": {"columns": Columns(refund="zurueck")},
    "a currency": {"columns": Columns(currency="geld"), "currency": "eur"},
    "another amount": {"columns": Columns(amount="alles")},
    "an order's total": {"columns": Columns(amount="alles"), "amount_per": "order"},
    "all of it": {
        "columns": Columns(amount="alles", status="lage", refund="zurueck", currency="geld"),
        "amount_per": "order",
        "where": "quantity > 1",
        "keep_status": "paid",
        "currency": "EUR",
        "since": "2023-02-15",
        "as_of": "2024-11-01",
    },
}


def varied_orders() -> pd.DataFrame:
    lines = hostile_orders()
    number = lines["order_id"].factorize()[0]
    lines["lage"] = np.array(["paid", "Cancelled", " OPEN ", "refunded", None], dtype=object)[number % 5]
    lines["geld"] = np.array(["EUR", "usd", "eur "], dtype=object)[number % 3]
    lines["zurueck"] = np.where(number % 7 == 0, 1.25, np.nan)
    lines["alles"] = lines.groupby("order_id")["unit_price"].transform("sum").round(2)
    lines.loc[11::80, "lage"] = "paid"  # conflicting
    return lines


@pytest.mark.parametrize("reading", VARIANTS.values(), ids=VARIANTS)
def test_what_assign_can_be_told_a_statement_can_be_told(duckdb_engine, reading):
    model, table = hostile_model(), duckdb_engine.table(varied_orders(), "varied")
    found = comparable(run(duckdb_engine, model.to_sql("duckdb", orders="varied", **reading)))
    expected = assigned(model, table, accept_loss=True, **reading)
    assert len(found) > 100
    assert found == expected


def shop(**changes: Any) -> pd.DataFrame:
    return make_orders(300, seed=2).drop(columns=["kind", "product"]).assign(**changes)


@pytest.mark.parametrize("method", ["kmeans", "scores"])
@pytest.mark.parametrize(
    "columns",
    [["customer_id", "ordered_at", "quantity", "unit_price"], ["customer_id", "day", "amount", "order_id"]],
    ids=["no order id", "dates and decimals"],
)
def test_other_columns_and_methods(sql_engine, method, columns):
    orders = shop()
    orders["day"] = orders["ordered_at"].dt.date
    orders["amount"] = [Decimal(f"{value:.2f}") for value in orders["quantity"] * orders["unit_price"]]
    orders = orders[columns]
    with rfmeans.segment(orders, method=method, **({} if method == "scores" else {"n_init": 5})) as result:
        model, expected = result.model, comparable(result.customers.to_pyarrow().to_pylist())
    sql_engine.table(orders, "plain_shop")
    found = comparable(run(sql_engine, model.to_sql(sql_engine.name, orders="plain_shop")))
    absent = {"confidence"} if method == "scores" else set()
    assert found == {
        customer: {name: value for name, value in row.items() if name not in absent} | dict.fromkeys(absent)
        for customer, row in expected.items()
    }


def test_moments_have_the_day_of_the_zone_that_was_asked_for(sql_engine):
    at = pd.to_datetime(shop()["ordered_at"]).dt.tz_localize("UTC")
    orders = shop(ordered_at=at.dt.as_unit("us"))
    with rfmeans.segment(orders, n_init=5) as result:
        model = result.model
    sql_engine.table(orders, "moments")
    told = {"timezone": "Asia/Tokyo", "types": {"ordered_at": "timestamp('UTC')"}}
    found = comparable(run(sql_engine, model.to_sql(sql_engine.name, orders="moments", **told)))
    assert found == assigned(model, orders, timezone="Asia/Tokyo")
    assert found != assigned(model, orders, timezone="America/New_York")


def test_a_customer_on_the_border_is_in_the_first_of_the_nearest_segments(sql_engine):
    days = pd.to_datetime(["2026-01-09", "2026-01-08", "2026-01-07", "2026-01-09"])
    orders = pd.DataFrame({"customer": [1, 2, 3, 9], "date": days, "amount": [10.0, 10.0, 10.0, -5.0]})
    flat = FeatureScaling("recency", "none", 2.0, 1.0, 0.0)
    scaling = Scaling(
        (
            flat,
            FeatureScaling("frequency", "none", 1.0, 1.0, 0.0),
            FeatureScaling("monetary", "none", 10.0, 1.0, 0.0),
        )
    )
    model = replace(
        hostile_model(),
        scaling=scaling,
        centres=((1.0, 0.0, 0.0), (-1.0, 0.0, 0.0)),
        scoring=None,
        orders=None,
    )
    sql_engine.table(orders, "border")
    statement = model.to_sql(
        sql_engine.name,
        orders="border",
        columns=Columns("customer", "date", "amount"),
        types={"customer": "int64"},
    )
    found = {row["customer_id"]: row for row in run(sql_engine, statement)}
    # Recency 1, 2, 3: the second stands in the middle of the two centres.
    assert {customer: row["segment_id"] for customer, row in found.items()} == {1: 2, 2: 1, 3: 1, 9: None}
    assert found[2]["confidence"] == 0
    assert found[9]["reason"] == "no purchase"
    assert "r_score" not in found[1]
