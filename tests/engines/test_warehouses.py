"""Engines that nobody runs here: every expression that a run sends to its engine compiles to their SQL."""

from __future__ import annotations

import re
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pytest
import sqlglot

import rfmeans
from rfmeans.columns.typed import product
from rfmeans.engines.dispatch import BY_BACKEND, DIALECTS
from rfmeans.engines.engine import Engine
from rfmeans.engines.warehouses import BigQuery
from rfmeans.segments.cells import collect_cells
from rfmeans.settings import Columns
from rfmeans.synthetic import make_orders

if TYPE_CHECKING:
    import pandas as pd

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")


@pytest.mark.parametrize(
    ("engine", "text"),
    [
        ("postgres", "DATE(TIMEZONE('Asia/Tokyo', m))"),
        (
            "databricks",
            "CAST(CONVERT_TIMEZONE('UTC', 'Asia/Tokyo', MAKE_TIMESTAMP_NTZ(EXTRACT(year FROM DATE_FROM_UNIX_DATE("
            "CAST(CAST(FLOOR((UNIX_SECONDS(m)) / (86400)) AS BIGINT) AS INT))",
        ),
        ("bigquery", "DATE(DATETIME(m, 'Asia/Tokyo'))"),
        ("snowflake", "TO_DATE(CONVERT_TIMEZONE('Asia/Tokyo', m))"),
        ("trino", "DATE(AT_TIMEZONE(m, 'Asia/Tokyo'))"),
        ("clickhouse", "toDate(toTimeZone(m, 'Asia/Tokyo'))"),
    ],
)
def test_each_engine_is_asked_in_its_own_words(engine, text):
    moments = ibis.table({"m": "timestamp('UTC')"}, name="orders")
    day = DIALECTS[engine].day_in("Asia/Tokyo", moments.m)
    sql = str(ibis.to_sql(moments.select(day=day), dialect=DIALECTS[engine].compiler))
    plain = re.sub(r'["`]t0["`]\.["`]m["`]', "m", " ".join(sql.split()))
    assert text in plain.replace("( ", "(").replace(" )", ")")


ELSEWHERE = ["bigquery", "snowflake", "databricks", "trino", "clickhouse", "postgres"]


# What a compiler lets through although the engine has no such function, or another one by that name.
STRANGERS = {"timezone", "suffix", "codepoint", "ascii", "regexp_full_match", "strptime", "try_strptime"}


def shop() -> pd.DataFrame:
    lines = make_orders(600, seed=1).drop(columns=["kind", "product"])
    lines["status"] = np.where(np.arange(len(lines)) % 9 == 0, "cancelled", "paid")
    return lines.assign(order_id=lines["order_id"].astype("string"))


class Plain(Engine):
    """An engine that has no short cuts of DuckDB's and no quantiles."""

    def can(self, _table, *_operations):
        return False


@cache
def recorded() -> tuple[ir.Expr, ...]:
    """What fitting and assigning send to such an engine."""
    sent: list[ir.Expr] = []
    table = ibis.duckdb.connect().create_table("orders", shop())
    columns = Columns(status="status")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ir.Table, "cache", _recording(sent, ir.Table.cache))
        for kind in (ir.Table, ir.Column, ir.Scalar):
            patch.setattr(kind, "to_pyarrow", _recording(sent, kind.to_pyarrow))
        patch.setitem(BY_BACKEND, "duckdb", Plain("duckdb"))
        patch.setattr(
            "rfmeans.segments.grouping.collect_cells", partial(collect_cells, exact_limit=100, cell_limit=200)
        )
        with rfmeans.segment(table, n_init=1, columns=columns) as fitted:
            assert fitted.model.settings["passes"] > 0
            fitted.model.assign(table, columns=columns, as_of="2024-06-01", since="2023-06-01")
    assert len(sent) > 25
    return tuple(sent)


def _recording(sent: list[ir.Expr], method: Any) -> Any:
    def record(self: ir.Expr, *args: Any, **options: Any) -> Any:
        sent.append(self)
        return method(self, *args, **options)

    return record


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ELSEWHERE)
def test_every_expression_of_a_run_compiles_and_is_read_back(dialect):
    known = DIALECTS[dialect]
    for expression in recorded():
        text = str(ibis.to_sql(expression.unbind(), dialect=known.compiler))
        (tree,) = sqlglot.parse(text, read=known.grammar)
        assert tree is not None
        assert tree.key in ("select", "union")
        strangers = {node.name.lower() for node in tree.find_all(sqlglot.exp.Anonymous)} & STRANGERS
        assert strangers == set()


@pytest.mark.parametrize(
    ("engine", "start"),
    [
        ("clickhouse", "SELECT CAST(CAST(CAST(ROUND(CASE WHEN ("),
        ("bigquery", "SELECT CAST(ROUND(CAST(IF( ("),
        ("trino", "SELECT CAST(IF( ("),
    ],
)
def test_money_is_rounded_where_a_cast_is_not(engine, start):
    table = ibis.table({"quantity": "int64", "price": "float64"}, name="orders")
    text = str(
        ibis.to_sql(
            table.select(money=product(table.quantity, table.price, BY_BACKEND[engine])), dialect=engine
        )
    )
    assert " ".join(text.split()).replace("( ", "(").startswith(start.replace("( ", "("))


def test_bigquery_compares_lists_and_documents_as_their_text():
    table = ibis.table({"amount": "int64", "tags": "array<string>", "place": "geography"}, name="orders")
    compared = table.select(**{name: BigQuery().comparable(table[name]) for name in table.columns}).distinct()
    text = " ".join(str(ibis.to_sql(compared, dialect="bigquery")).split())
    assert (
        "`t0`.`amount`, TO_JSON_STRING(`t0`.`tags`) AS `tags`, TO_JSON_STRING(`t0`.`place`) AS `place`"
        in text
    )
