"""Orders to be read from a database and segmented into it."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from rfmeans.synthetic import make_orders


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    lines = make_orders(200, seed=5).drop(columns=["kind", "product"])
    lines["amount"] = (lines.pop("quantity") * lines.pop("unit_price")).round(2)
    return lines


@pytest.fixture
def shop(tmp_path, orders) -> Path:
    """A DuckDB file with a table of orders and one of another kind."""
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(path) as con:
        con.register("frame", orders)
        con.execute("CREATE TABLE orders AS SELECT * FROM frame")
        con.execute("CREATE TABLE staff AS SELECT 'Anna' AS name")
        con.execute("CREATE VIEW everyone AS SELECT * FROM staff")
    return path
