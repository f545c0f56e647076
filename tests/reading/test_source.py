"""A source of several files, or of rows without lines: where a row stands."""

from __future__ import annotations

from pathlib import Path

import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from helpers.set_aside_lines import PLACED_HEADER, TEXTS, check, placed, set_aside
from helpers.taken_in import taken_in
from rfmeans.reading.source import open_parquet


def test_in_each_file_of_a_glob(tmp_path):
    for place, name in enumerate(("plain", "preamble", "quoted line breaks")):
        (tmp_path / f"{place}.csv").write_text(TEXTS[name])
    found = set_aside(tmp_path / "*.csv")
    check(found, 18)
    assert [Path(row["file"]).name for row in found] == ["0.csv"] * 6 + ["1.csv"] * 6 + ["2.csv"] * 6


def sheet(first: int) -> pd.DataFrame:
    rows = [row.split(",") for row in placed(first=first).splitlines()]
    return pd.DataFrame(rows, columns=PLACED_HEADER.split(","))


@pytest.mark.slow
def test_in_parquet_it_is_the_number_of_the_row(tmp_path):
    sheet(1).to_parquet(tmp_path / "orders.parquet")
    check(set_aside(tmp_path / "orders.parquet"))


def test_nan_of_a_parquet_file_is_null_and_infinity_is_not(tmp_path):
    kept = {"plain": [1.0, float("nan"), 3.0], "endless": [float("-inf"), float("nan"), float("inf")]}
    typed = pa.table({**kept, "narrow": pa.array([1.0, float("nan"), None], pa.float32())})
    pq.write_table(typed, tmp_path / "kept.parquet")
    found = open_parquet(ibis.duckdb.connect(), tmp_path / "kept.parquet").to_pyarrow().to_pydict()
    assert found == {
        "plain": [1.0, None, 3.0],
        "endless": [float("-inf"), None, float("inf")],
        "narrow": [1.0, None, None],
    }


def test_nan_in_a_parquet_file_is_a_missing_value(tmp_path):
    """Statistics of the file leave NaN out, as those of pyarrow do: a comparison with a bound is then left out too."""
    rows = pa.table({
        "customer": [1.0, 2.0, float("nan"), 3.0],
        "date": ["2025-01-05"] * 4,
        "amount": [1.0, 2.0, 4.0, float("nan")],
    })  # fmt: skip
    pq.write_table(rows, tmp_path / "orders.parquet")
    found = taken_in(str(tmp_path / "orders.parquet"))
    assert found.money == {1: 1, 2: 2}
    assert set(found.lines.set_aside) == {"missing customer", "unreadable amount"}
