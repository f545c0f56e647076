"""Customers that were written into a database, and what a folder says."""

from pathlib import Path

import duckdb
import pandas as pd

LEAN = ("--no-report",)
SECRET = "hunter2"


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """In order of the ids, in types that do not depend on the way that the rows came."""
    numbers = ("customer_id", "recency", "frequency", "monetary", "segment_id", "confidence")
    frame = frame.sort_values("customer_id").reset_index(drop=True)
    return (
        frame.assign(**{name: frame[name].astype("float64") for name in numbers})
        .astype({"reason": object})
        .fillna("")
    )


def rows_of(shop: Path, table: str) -> pd.DataFrame:
    with duckdb.connect(shop, read_only=True) as con:
        return plain(con.execute(f"SELECT * FROM {table}").df())


def text_of(folder: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file())
