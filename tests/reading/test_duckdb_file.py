"""A DuckDB file: its only table, or the one that was named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

import rfmeans
from helpers.files import OTHER, check, frame
from rfmeans.errors import SourceError

if TYPE_CHECKING:
    import pandas as pd


def write_database(**tables: pd.DataFrame) -> str:
    import duckdb

    with duckdb.connect("shop.duckdb") as con:
        for name, table in tables.items():
            con.register("given", table)
            con.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
            con.unregister("given")
    return "shop.duckdb"


def test_a_database(inspect):
    name = write_database(sales=frame())
    check(inspect(name), "table 'sales'.")
    check(inspect(name, "--table", "sales"), "table 'sales'.")


def test_a_database_of_several_tables(inspect):
    name = write_database(sales=frame(), customers=OTHER)
    done = inspect(name)
    assert done.code == 1
    assert "shop.duckdb has several tables: customers, sales. Say which one with --table." in done.said
    check(inspect(name, "--table", "sales"), "table 'sales'.")
    said = inspect(name, "--table", "sale").said
    assert "has no table 'sale'. Did you mean 'sales'? Its tables are: customers, sales." in said


pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")


def test_many_tables_are_listed_by_nearness(tmp_path):
    path = tmp_path / "many.duckdb"
    with duckdb.connect(path) as con:
        for number in range(40):
            con.execute(f"CREATE TABLE table_{number} AS SELECT 1 AS a")
        con.execute("CREATE TABLE shop_orders AS SELECT 1 AS a")
    with pytest.raises(SourceError) as failed:
        rfmeans.segment(path, table="shop_order")
    message = str(failed.value)
    assert "has no table 'shop_order'. Did you mean 'shop_orders'? Its tables are: shop_orders, " in message
    assert message.endswith(" and 29 more.")
