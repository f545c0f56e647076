"""A condition: refused on every engine where it is neither true nor false."""

import ibis
import pandas as pd
import pytest

import rfmeans
from helpers.same import all_kinds_of_lines
from rfmeans.engines.warehouses import ClickHouse
from rfmeans.errors import RFMeansError
from rfmeans.orders.where import KEPT, with_condition

# What comes back over Spark's and PostgreSQL's own Python clients warns about pandas 3 and old names.
pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    return all_kinds_of_lines()


def test_an_engine_without_booleans_is_not_asked_for_the_type_of_a_condition(monkeypatch):
    """ClickHouse's comparisons are numbers; and to tell the type of a query Ibis makes a view there."""
    con = ibis.duckdb.connect()
    table = con.create_table("shop_orders", pd.DataFrame({"country": ["UK", "FR"]}))
    monkeypatch.delattr(type(con), "_get_schema_using_query")
    kept = with_condition(table, ClickHouse(), "country = 'UK'", "shop_orders")
    assert kept[KEPT].to_pyarrow().to_pylist() == [True, False]


@pytest.mark.slow
@pytest.mark.parametrize("condition", ["number", "city", "number + 1", "number = 'one'"])
def test_a_condition_that_is_neither_true_nor_false_is_refused_on_every_engine(engine, orders, condition):
    table = engine.table(orders.assign(number=1, city="Rome"), "numbered")
    with rfmeans.segment(table, where="number = 1", n_init=1) as found:
        assert found.summary.account.lines.used.rows > 0
    with pytest.raises(RFMeansError) as refused:
        rfmeans.segment(table, where=condition, n_init=1)
    assert "\n" not in str(refused.value)
    if engine.name in ("polars", "spark") and "=" not in condition:
        kind = "string" if condition == "city" else "int64"
        assert str(refused.value).startswith(
            f"The condition where {condition!r} cannot be used: it is neither true nor false, but of type {kind}."
        )


def test_a_condition_that_cannot_be_used_is_told_before_any_column_is_looked_for():
    orders = pd.DataFrame({"who": ["a"], "when": ["2024-01-05"], "worth": [1.0]})
    with pytest.raises(RFMeansError, match="The condition where"):
        rfmeans.segment(orders, where="nothing = 1")
