"""The assignment as one SQL statement: run on real engines it gives what the model gives, and it says what it does."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import rfmeans
from helpers.hostile_shop import hostile_model, hostile_orders, shop
from places import DATA
from rfmeans.engines.dispatch import DIALECTS
from rfmeans.errors import SourceError
from rfmeans.segments.features import FeatureScaling, Scaling
from rfmeans.settings import Columns, CustomerColumns
from rfmeans.synthetic import make_orders

if TYPE_CHECKING:
    from conftest import Engine


pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")


ONLINE_RETAIL = DATA / "online_retail.parquet"


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


@pytest.mark.slow
@pytest.mark.parametrize("reading", [{}, {"as_of": "2024-12-20"}, {"window": "60d"}])
def test_a_window_is_in_the_statement(sql_engine, reading):
    """Also one whose as-of date is the day after the last order, which no statement knows before it runs."""
    orders = make_orders(300, seed=2).drop(columns="kind")
    with rfmeans.segment(orders, n_init=3, window=60) as fitted:
        model = fitted.model
    sql_engine.table(orders, "windowed")
    text = model.to_sql(sql_engine.name, orders="windowed", **reading)
    expected = assigned(model, orders, **reading)
    assert comparable(run(sql_engine, text)) == expected
    assert {row["frequency"] == 0 for row in expected.values()} == {True, False}
    assert "60 days" in text


@pytest.mark.slow
def test_names_by_code_are_in_the_statement(sql_engine):
    orders = make_orders(200, seed=2).drop(columns="kind")
    names = {"box": [{"name": "It's new", "r": 5}, {"name": "Old", "r": [1, 4], "m": [1, 5]}]}
    with rfmeans.segment(orders, method="scores", lexicon={"scores": names}, hindsight=False) as fitted:
        model = fitted.model
    sql_engine.table(orders, "coded")
    found = comparable(run(sql_engine, model.to_sql(sql_engine.name, orders="coded")))
    assert found == assigned(model, orders)
    assert {row["segment"] for row in found.values()} == {"It's new", "Old"}


@pytest.mark.slow
def test_a_statement_of_an_order_number_used_twice_has_the_window_too(duckdb_engine):
    orders = pd.DataFrame(
        {
            "customer_id": [1, 1, 2, 3, 4],
            "order_id": ["a", "a", "b", "c", "d"],
            "date": pd.to_datetime(["2024-01-01", "2024-03-01", "2024-03-02", "2024-02-01", "2024-03-03"]),
            "amount": [10.0, 20.0, 5.0, 7.0, 9.0],
        }
    )
    with rfmeans.segment(orders, segments=2, n_init=2, window=30, hindsight=False) as fitted:
        model = fitted.model
    duckdb_engine.table(orders, "twice")
    found = comparable(run(duckdb_engine, model.to_sql("duckdb", orders="twice")))
    assert found == assigned(model, orders)
    assert [(row["frequency"], row["monetary"]) for _, row in sorted(found.items())] == [
        (1, 20),
        (1, 5),
        (0, 0),
        (1, 9),
    ]


@pytest.mark.slow
@pytest.mark.skipif(not ONLINE_RETAIL.exists(), reason=f"the real data are not here: no {ONLINE_RETAIL}")
@pytest.mark.parametrize("engine_name", ["duckdb", "postgres"])
def test_online_retail_gets_the_same_segments(engine_name, request):
    engine: Engine = request.getfixturevalue(f"{engine_name}_engine")
    orders = pd.read_parquet(ONLINE_RETAIL)
    engine.table(orders[["InvoiceNo", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"]], "retail")
    with rfmeans.segment(ONLINE_RETAIL, n_init=5) as result:
        model = rfmeans.SegmentModel.from_json(result.model.to_json())
        expected = comparable(result.customers.to_pyarrow().to_pylist())
    found = comparable(run(engine, model.to_sql(engine_name, orders="retail")))
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


@pytest.mark.slow
@pytest.mark.parametrize("reading", VARIANTS.values(), ids=VARIANTS)
def test_what_assign_can_be_told_a_statement_can_be_told(duckdb_engine, reading):
    """A statement cannot see what columns hold; those that are told by it in a run are given, or not there."""
    given = {*vars(reading.get("columns", Columns())).values()}
    orders = varied_orders().drop(columns={"lage", "geld"} - given)
    model, table = hostile_model(), duckdb_engine.table(orders, "varied")
    found = comparable(run(duckdb_engine, model.to_sql("duckdb", orders="varied", **reading)))
    expected = assigned(model, table, accept_loss=True, **reading)
    assert len(found) > 100
    assert found == expected


@pytest.mark.slow
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


@pytest.mark.slow
def test_letters_at_the_ends_of_ids_stay(sql_engine):
    orders = shop()
    orders["customer_id"] = [f"{'vf '[one % 3]}{one}{'fv '[one % 3]}" for one in orders["customer_id"]]
    orders["order_id"] = [f"{'fv'[place % 2]}{one}" for place, one in enumerate(orders["order_id"])]
    with rfmeans.segment(orders, n_init=5) as result:
        model, expected = result.model, comparable(result.customers.to_pyarrow().to_pylist())
    sql_engine.table(orders, "lettered_shop")
    assert comparable(run(sql_engine, model.to_sql(sql_engine.name, orders="lettered_shop"))) == expected


@pytest.mark.slow
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


def test_a_table_made_of_it_has_plain_types(duckdb_engine):
    duckdb_engine.table(hostile_orders(), "hostile")
    statement = hostile_model().to_sql("duckdb", orders="hostile")
    con = duckdb_engine.con.con
    con.execute(f"CREATE OR REPLACE TABLE segments_of_hostile AS {statement}")
    described = con.execute("DESCRIBE segments_of_hostile").fetchall()
    types = {name: kind for name, kind, *_ in described}
    assert types["recency"] == types["frequency"] == types["segment_id"] == "BIGINT"
    assert types["monetary"] == "DECIMAL(38,4)"
    assert types["customer_id"] == types["segment"] == types["reason"] == "VARCHAR"


# A condition means in the statement what it means in a run, and in the database


CONDITIONED = {
    "duckdb": """CREATE OR REPLACE TABLE {name} AS SELECT *, {{'country': "Land"}} AS geo,
        json_object('country', "Land") AS payload, ["Land", 'x'] AS tags FROM conditioned_lines""",
    "postgres": """DROP TABLE IF EXISTS {name}; DROP TYPE IF EXISTS place CASCADE; CREATE TYPE place AS (country text);
        CREATE TABLE {name} AS SELECT *, ROW("Land")::place AS geo, jsonb_build_object('country', "Land") AS payload,
        ARRAY["Land", 'x'] AS tags FROM conditioned_lines""",
    "spark": """CREATE OR REPLACE TEMPORARY VIEW {name} AS SELECT *, named_struct('country', Land) AS geo,
        to_json(named_struct('country', Land)) AS payload, array(Land, 'x') AS tags FROM conditioned_lines""",
}


PORTABLE = {
    "null is not kept": "amount > 5 AND NULLIF(quantity, 2) <> 3",
    "names like ours": "reason = 'gift' AND kept AND source <> 2",
    "a line that ends in a text": "reason = 'gift\n  of two lines' OR reason = ')'",
    "exists, by an alias": "EXISTS (SELECT 1 FROM conditioned_vips v WHERE v.customer_id = conditioned.customer_id)",
    "in a query": "customer_id IN (SELECT customer_id FROM conditioned_vips)",
    "in a query without a table": "quantity IN (SELECT 1)",
}


OWN = {
    "duckdb": [
        "geo.country = 'UK'",
        "(payload ->> '$.country') = 'UK'",
        "list_contains(tags, 'UK')",
        "\"Land\" = 'UK' AND quantity::VARCHAR ~ '[1-3]'",
        "quantity // 2 = 1",
    ],
    "postgres": [
        "(geo).country = 'UK'",
        "payload ->> 'country' = 'UK'",
        'payload @> \'{"country": "UK"}\'',
        "'UK' = ANY(tags)",
        "\"Land\" ~* '^uk$' AND CUSTOMER_ID > 3",
        "quantity / 2 = 1",
    ],
    "spark": [
        "geo.country = 'UK'",
        "get_json_object(payload, '$.country') = 'UK'",
        "array_contains(tags, 'UK')",
        "`Land` RLIKE '^U' AND LAND <> 'US'",
        "quantity DIV 2 = 1",
    ],
}


@pytest.fixture
def conditioned(sql_engine: Engine) -> Engine:
    """An engine with orders whose columns are nested, quoted, or called as ours are, and a table of customers."""
    orders = shop()
    number = np.arange(len(orders))
    orders["Land"] = np.array(["UK", "FR", None, "uk"], dtype=object)[number % 4]
    orders["reason"] = np.array(["gift", "gift\n  of two lines", None], dtype=object)[number % 3]
    orders["kept"] = number % 5 > 0
    orders["source"] = number % 3
    orders["amount"] = orders["quantity"] * orders["unit_price"]
    sql_engine.table(orders, "conditioned_lines")
    sql_engine.table(orders[["customer_id"]].drop_duplicates()[::2], "conditioned_vips")
    execute(sql_engine, CONDITIONED[sql_engine.name].format(name="conditioned"))
    return sql_engine


def execute(engine: Engine, text: str) -> None:
    (engine.con._session.sql if engine.name == "spark" else engine.con.con.execute)(text)


@pytest.mark.slow
def test_a_condition_is_the_text_that_was_given(conditioned):
    model, table = hostile_model(), conditioned.con.table("conditioned")
    roles = {"columns": Columns("customer_id", "ordered_at", "amount", order="order_id")}
    for condition in [*PORTABLE.values(), *OWN[conditioned.name]]:
        told = {**roles, "where": condition, "as_of": "2025-01-01"}
        statement = model.to_sql(
            conditioned.name, orders="conditioned", types={"customer_id": "int64"}, **told
        )
        assert condition in statement
        found = comparable(run(conditioned, statement))
        asked = f"SELECT count(DISTINCT customer_id) AS customers FROM conditioned WHERE {condition}"
        assert len(found) == run(conditioned, asked)[0]["customers"] > 0, condition
        assert found == assigned(model, table, accept_loss=True, **told), condition


@pytest.mark.parametrize("name", ["_rfmeans_kept", "_RFMeans_Kept", "rfmeans_condition"])
def test_a_condition_counts_whatever_the_columns_are_called(sql_engine, name):
    model, orders = hostile_model(), shop()
    sql_engine.table(orders.assign(**{name: True}), "kept_lines")
    told = {"where": "quantity > 1", "as_of": "2025-01-01", "types": {"customer_id": "int64"}}
    found = comparable(run(sql_engine, model.to_sql(sql_engine.name, orders="kept_lines", **told)))
    del told["types"]
    assert found == assigned(model, orders, accept_loss=True, **told)


def test_a_statement_cannot_read_a_column_called_as_one_of_ours():
    with pytest.raises(
        SourceError, match="The orders have a column '_RFMEANS_KEPT', a name that rfmeans needs"
    ):
        hostile_model().to_sql("duckdb", status="_RFMEANS_KEPT", keep_status="paid")


def flat(dialect: str, **options: Any) -> str:
    """A statement on one line, without blanks beside brackets."""
    told = {"types": {"customer_id": "int64", "ordered_at": "timestamp('UTC')"}, "timezone": "Asia/Tokyo"}
    return closed(hostile_model().to_sql(dialect, **{**told, **options}))


def closed(text: str) -> str:
    return re.sub(r"(?<=\() | (?=\))", "", " ".join(text.split()))


WRONG = {
    "dialect": (
        {"dialect": "mysql"},
        "There is no dialect 'mysql'. There are: duckdb, postgres, bigquery, snowflake, databricks, spark, trino, "
        "clickhouse.",
    ),
    "columns": (
        {"fitted": False},
        "The model does not know the columns of the orders: it was fitted on a table of customers, or by an older "
        "version. Give them: customer=, date=, and amount=, or quantity= with price=; and order=.",
    ),
    "file": (
        {"encoding": "utf-8"},
        "encoding is for reading files. A statement reads a table with columns of dates and numbers: leave it out.",
    ),
    "duplicates": (
        {"drop_duplicates": True},
        "A statement does not know all columns of the table, so it cannot drop duplicates. Give a table without them, "
        "such as a view with SELECT DISTINCT.",
    ),
    "customers": (
        {"columns": CustomerColumns()},
        "A statement begins at order lines, not at a table of customers.",
    ),
    "stray type": (
        {"types": {"custmer": "int64"}},
        "The type of 'custmer' was given, but the statement reads no such column. It reads customer_id, ordered_at, "
        "order_id, quantity, unit_price.",
    ),
    "no type": (
        {"types": {"customer_id": "number"}},
        "There is no type 'number' (given for 'customer_id'). Give one such as int64, string, date, timestamp, "
        "timestamp('UTC'), float64 or decimal(18, 2).",
    ),
    "text": (
        {"types": {"unit_price": "string"}},
        "A statement needs numbers as the price, but the type of 'unit_price' is string. Convert it in the database "
        "first, such as in a view.",
    ),
    "text as date": (
        {"types": {"ordered_at": "string"}},
        "A statement needs a date or timestamp as the date, but the type of 'ordered_at' is string. Convert it in the "
        "database first, such as in a view.",
    ),
    "zone": (
        {"timezone": "Asia/Tokyo"},
        "A time zone needs a column of moments, but the type of 'ordered_at' is timestamp(6). If it holds moments in "
        "the database, say so: types={'ordered_at': \"timestamp('UTC')\"}; if not, leave the zone out.",
    ),
    "condition": (
        {"where": "quantity >"},
        "The condition 'quantity >' cannot be read as BigQuery SQL. Write it as that database does, e.g. "
        "\"country = 'UK' AND quantity > 0\".",
    ),
    "two conditions": (
        {"where": "quantity > 1; DROP TABLE orders"},
        "The condition where 'quantity > 1; DROP TABLE orders' cannot be used: it has a semicolon. Write it as in "
        "SQL, e.g. \"country = 'UK' AND status <> 'void'\".",
    ),
    "a condition that leaves its place": (
        {"where": "quantity > 1) OR (quantity < 0"},
        "The condition where 'quantity > 1) OR (quantity < 0' cannot be used: it has a bracket without its other "
        "half. Write it as in SQL, e.g. \"country = 'UK' AND status <> 'void'\".",
    ),
    "a condition that hides the rest": (
        {"where": "quantity > 1 -- or so"},
        "The condition where 'quantity > 1 -- or so' cannot be used: it has a comment. Write it as in SQL, e.g. "
        "\"country = 'UK' AND status <> 'void'\".",
    ),
    "a condition with half a text": (
        {"where": "country = 'UK"},
        'The condition where "country = \'UK" cannot be used: it has a quotation mark without its other half. Write '
        "it as in SQL, e.g. \"country = 'UK' AND status <> 'void'\".",
    ),
    "table": (
        {"orders": ""},
        "'' cannot be the name of a table in BigQuery. Give one like shop.orders, in the dialect's own quotes "
        "where it needs them.",
    ),
}


@pytest.mark.parametrize(("asked", "message"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_is_said(asked, message):
    given = {"dialect": "bigquery", **asked}
    model = hostile_model() if given.pop("fitted", True) else replace(hostile_model(), orders=None)
    with pytest.raises(rfmeans.RFMeansError) as caught:
        model.to_sql(**given)
    assert str(caught.value) == message


@pytest.mark.slow
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_condition_in_the_first_statement_of_a_process_changes_nothing_else(dialect, tmp_path):
    """sqlglot looks up once how a dialect is written, and Ibis mends that when it is loaded: that must come first."""
    with rfmeans.segment(make_orders(100, seed=1).drop(columns="kind"), n_init=1) as result:
        result.model.save(tmp_path / "model.json")
    code = (
        "import sys, rfmeans; m = rfmeans.SegmentModel.load(sys.argv[1]); "
        "a = m.to_sql(sys.argv[2], orders='o', where='x = 1', as_of='2025-01-01'); "
        "import ibis.backends.sql.dialects; "
        "print('DATE_FROM_PARTS' in a, 'MAKE_DATE' in a)"
    )
    command = [sys.executable, "-c", code, tmp_path / "model.json", dialect]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    with_condition = result.model.to_sql(dialect, orders="o", where="x = 1", as_of="2025-01-01")
    assert said == [str(word in with_condition) for word in ("DATE_FROM_PARTS", "MAKE_DATE")]


# Columns told by what they hold


def paid_orders() -> pd.DataFrame:
    number = np.arange(len(shop()))
    return shop(stand=np.where(number % 10 == 0, "cancelled", "completed"))


@pytest.mark.slow
def test_a_model_remembers_the_columns_that_were_told_by_their_values(duckdb_engine):
    """Newer orders whose words tell nothing: a statement and a run read the column of the fit."""
    with rfmeans.segment(paid_orders(), n_init=2) as result:
        model = rfmeans.SegmentModel.from_json(result.model.to_json())
    newer = shop(stand="unpaid")
    newer.loc[::2, "stand"] = "anything else"
    table = duckdb_engine.table(newer, "newer")
    expected = assigned(model, table, accept_loss=True)
    assert comparable(run(duckdb_engine, model.to_sql("duckdb", orders="newer"))) == expected
    kept = newer[newer.stand != "unpaid"]
    money = sum(float(row["monetary"]) for row in expected.values())
    assert money == pytest.approx((kept.quantity * kept.unit_price).sum())
    assert "no column of a status" not in model.to_sql("duckdb")


@pytest.mark.slow
def test_a_column_of_the_fit_that_is_not_there_is_not_missed():
    with rfmeans.segment(paid_orders(), n_init=2) as result:
        assert len(assigned(result.model, shop())) == shop().customer_id.nunique()


@pytest.mark.slow
def test_a_statement_says_what_it_cannot_look_for():
    text = hostile_model().to_sql("duckdb")
    assert (
        "-- It reads no column of a currency or a status: the fit knew none, and a statement cannot look for one\n"
        "-- in the values, as a run does. Where the table has one, give its name.\n"
    ) in text
    known = hostile_model().to_sql("duckdb", columns=Columns(status="lage", currency="geld"))
    assert "It reads no" not in known


@pytest.mark.slow
def test_a_statement_says_what_a_run_on_its_engine_refuses():
    """A run refuses letters in two characters on Spark; a statement cannot look for them."""
    orders = shop(customer_id=[f" Jose\u0301  {number}" for number in shop().customer_id])
    with rfmeans.segment(orders, n_init=2) as result:
        model = result.model
    said = (
        "-- Letters written in two characters make another id here, for Spark has no\n"
        "-- function to tell that they are one. Normalise the columns of customers and orders to NFC before.\n"
    )
    assert said in model.to_sql("spark")
    assert "two characters" not in model.to_sql("duckdb")
    assert "two characters" not in hostile_model().to_sql("spark")
