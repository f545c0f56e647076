"""The text of a statement: how it reads, and each dialect in its own words."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import Any

import pytest
import sqlglot

import rfmeans
from helpers.hostile_shop import hostile_model, shop
from rfmeans.engines.dispatch import DIALECTS
from rfmeans.settings import Columns

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")


def test_the_head_tells_which_model_it_was(tmp_path):
    model = hostile_model()
    model.save(tmp_path / "model.json")
    digest = hashlib.sha256((tmp_path / "model.json").read_bytes()).hexdigest()
    assert model.to_sql("duckdb").splitlines()[:2] == [
        f"-- Customer segments, written by rfmeans {rfmeans.__version__}: the model of {model.customers:,} customers "
        f"as of {model.as_of}",
        f"-- (SHA-256 of model.json: {digest}) as one statement.",
    ]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_zone_that_postgres_takes_for_an_abbreviation_is_written_in_full(dialect):
    told = {"timezone": "CET", "types": {"ordered_at": "timestamp('UTC')"}}
    text = hostile_model().to_sql(dialect, **told)
    assert "'Europe/Brussels'" in text
    assert "'CET'" not in text


@pytest.mark.slow
def test_a_small_float_is_read_as_a_large_one():
    orders = shop()
    orders["amount"] = (orders.pop("quantity") * orders.pop("unit_price")).astype("float32")
    with rfmeans.segment(orders, n_init=1) as result:
        text = result.model.to_sql("postgres")
    assert "THEN CAST(source.amount AS DOUBLE PRECISION)" in text


@pytest.mark.parametrize("dialect", ["snowflake", "databricks", "spark"])
def test_blanks_are_named_by_escapes_that_the_dialect_knows(dialect):
    text = hostile_model().to_sql(dialect)
    assert r"' \u0009\u000a\u000d\u000b\u000c'" in text
    assert r"\v" not in text


# What it says


def test_a_statement_reads_as_a_person_would_write_it():
    text = hostile_model().to_sql("postgres", orders="shop.orders")
    assert text.startswith("-- Customer segments, written by rfmeans")
    names = [
        line.split(" AS ")[0] for line in text.splitlines() if re.search(" AS (MATERIALIZED )?[(]$", line)
    ]
    assert names == [
        *("source_lines", "order_lines", "used_lines", "order_days", "order_totals"),
        *("customer_totals", "customers"),
        *("scored", "banded", "score_named"),
        *("placed", "measured", "assigned", "squared", "compared", "confident", "drawn"),
    ]
    assert "FROM shop.orders AS source" in text
    assert max(len(line) for line in text.splitlines()) < 300
    assert len(text.splitlines()) < 430
    assert '"' not in text.replace("Ann''s \"best\"", "").replace('"group"', "")  # a word of SQL
    for name in names:  # each one has its comment
        assert text[: text.index(f"\n{name} AS ")].splitlines()[-1].startswith("-- ")


def test_the_as_of_date_moves_with_the_data_unless_it_is_given():
    model = hostile_model()
    assert "MAX(last_day)" in model.to_sql("duckdb")
    fixed = model.to_sql("duckdb", as_of="2024-06-01")
    assert "last_day" not in fixed
    assert fixed.count("MAKE_DATE(2024, 6, 1)") == 3  # what counts, recency, tenure
    assert "to 2024-06-01" in fixed


@pytest.mark.slow
@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_is_one_query_of_its_grammar(dialect):
    grammar = DIALECTS[dialect].grammar
    for options in ({}, {"where": "quantity > 1"}, {"as_of": "2024-06-01", "since": "2023-06-01"}):
        (tree,) = sqlglot.parse(hostile_model().to_sql(dialect, **options), read=grammar)
        assert tree is not None
        assert tree.key == "select"
        # Anonymous functions are the ones that the grammar does not know.
        known = {
            "totimezone",
            "at_timezone",
            "todate32",
            "tostring",
            "isnull",
            "nfc_normalize",
            "suffix",
            "convert_to",
            "octet_length",
            "replaceregexpall",
            "make_date",
            "date_from_parts",
            "isnotnull",
            "ieee_divide",
            "from_iso8601_date",
        }
        unknown = {node.name.lower() for node in tree.find_all(sqlglot.exp.Anonymous)}
        assert unknown <= known
        assert tree.named_selects[:8] == [
            *("customer_id", "recency", "frequency", "monetary", "first_purchase", "tenure"),
            *("segment_id", "segment"),
        ]


def flat(dialect: str, **options: Any) -> str:
    """A statement on one line, without blanks beside brackets."""
    told = {"types": {"customer_id": "int64", "ordered_at": "timestamp('UTC')"}, "timezone": "Asia/Tokyo"}
    return closed(hostile_model().to_sql(dialect, **{**told, **options}))


def closed(text: str) -> str:
    return re.sub(r"(?<=\() | (?=\))", "", " ".join(text.split()))


TRAPS = {
    "duckdb": [
        "CAST(TIMEZONE('Asia/Tokyo', ordered_at) AS DATE)",
        "DATE_DIFF('DAY', last_purchase, ( SELECT MAX(last_day) FROM customer_totals )) + 1 AS recency",
        "COUNT(*) FILTER (WHERE total > 0) AS frequency",
        "E' \\x09\\x0a\\x0d\\x0b\\x0c'",
    ],
    "postgres": [
        "DATE(TIMEZONE('Asia/Tokyo', ordered_at))",
        "/ 86400 AS BIGINT) + 1 AS recency",
        "COUNT(*) FILTER (WHERE total > 0) AS frequency",
        "AS DECIMAL(18, 4)) AS amount",
    ],
    "bigquery": [
        "DATE(DATETIME(ordered_at, 'Asia/Tokyo'))",
        "AS NUMERIC), 4 ) AS amount",
        "DATE_DIFF((SELECT MAX(last_day) FROM customer_totals), last_purchase, DAY) + 1 AS recency",
        "COUNTIF(total > 0) AS frequency",
        "LN(IF(reason IS NULL, CAST(monetary AS FLOAT64), CAST(NULL AS FLOAT64)) + 1.0)",
        r"'back\\slash\\'",
    ],
    "snowflake": [
        "TO_DATE(CONVERT_TIMEZONE('Asia/Tokyo', ordered_at))",
        "DATEDIFF(DAY, last_purchase, (SELECT MAX(last_day) FROM customer_totals)) + 1 AS recency",
        "AS DECIMAL(18, 4)) AS amount",
        r"'back\\slash\\'",
    ],
    "databricks": [
        "MAKE_TIMESTAMP_NTZ(EXTRACT(YEAR FROM DATE_FROM_UNIX_DATE(",
        "DATEDIFF(DAY, last_purchase, (SELECT MAX(last_day) FROM customer_totals)) + 1 AS recency",
        "AS DECIMAL(18, 4)) AS amount",
        r"'back\\slash\\'",
    ],
    "spark": ["MAKE_TIMESTAMP_NTZ(EXTRACT(YEAR FROM DATE_FROM_UNIX_DATE("],
    "trino": [
        "DATE(AT_TIMEZONE(ordered_at, 'Asia/Tokyo'))",
        "AS DECIMAL(18, 4)) AS amount",
        "'back\\slash\\'",
        "U&' \\0009\\000a\\000d\\000b\\000c'",
        "CAST(10000000000000.0 AS DOUBLE)",
    ],
    "clickhouse": [
        "toDate32(toTimeZone(ordered_at, 'Asia/Tokyo'))",
        "CAST(toString( ROUND(",
        "MAX(source.last_day) AS last_day",
        "DATE_DIFF(DAY, last_purchase, (SELECT MAX(last_day) FROM customer_totals)) + 1 AS recency",
        "countIf(total > 0) AS frequency",
        r"'back\\slash\\'",
    ],
}


@pytest.mark.parametrize(("dialect", "texts"), TRAPS.items(), ids=TRAPS)
def test_where_dialects_mean_different_things_the_text_is_the_right_one(dialect, texts):
    found = flat(dialect)
    assert [text for text in texts if closed(text) not in found] == []
    # Only within windows, of what is never null: nulls stand first on some and last on others.
    ordered = re.findall(r"ORDER BY ([^()]*?) ROWS", found)
    assert set(ordered) <= {"day ASC", "day ASC NULLS LAST"}
    assert len(ordered) == found.count("ORDER BY")
    assert "LOG(" not in found.upper()
    if dialect not in ("duckdb", "postgres"):
        assert " TIMEZONE(" not in found


@pytest.mark.parametrize("dialect", TRAPS)
def test_no_logarithm_is_taken_of_a_customer_who_is_set_aside(dialect):
    """Net money below -1 has none, and an engine may compute a column before it knows that nobody looks at it."""
    taken = re.findall(r"LN\(\s*(.{0,40})", flat(dialect), re.IGNORECASE)
    assert len(taken) >= 1
    assert [text for text in taken if not re.search(r"reason IS NULL|isNull\(reason\)", text)] == []


# What is asked for


@pytest.mark.slow
def test_a_table_is_named_as_it_is_written_or_filled_in_later():
    model = hostile_model()
    assert "FROM `my-project.shop.orders` AS source" in model.to_sql(
        "bigquery", orders="`my-project.shop.orders`"
    )
    assert 'FROM "Shop"."Orders" AS source' in model.to_sql("postgres", orders='"Shop"."Orders"')
    assert "FROM {{ ref('orders') }} AS source" in model.to_sql("snowflake", orders="{{ ref('orders') }}")
    # A table called as a step of ours does not meet it.
    assert "customers_ AS (" in model.to_sql("duckdb", orders="customers")


@pytest.mark.slow
def test_names_are_quoted_where_they_need_it():
    columns = Columns("Kunden Nr", "date", "amount", order="ORDER_ID")
    model = replace(hostile_model(), orders=None)
    snowflake = model.to_sql("snowflake", columns=columns)
    assert '"Kunden Nr"' in snowflake
    assert 'CAST(source."DATE" AS DATE) AS "DATE"' in snowflake
    assert "CAST(source.amount AS DOUBLE)" in snowflake
    assert '"ORDER_ID"' in snowflake
    assert "`Kunden Nr`" in model.to_sql("bigquery", columns=columns)
