"""Frames of pandas, Polars and Arrow: read as they are, and left as they were."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import rfmeans
from helpers.sources import LINES, days, late_orders, polars_frame, rows, segment


@pytest.mark.parametrize("zone", ["+01:00", "Europe/Paris", "America/New_York", "UTC"])
def test_aware_timestamps_keep_the_day_of_their_own_zone(zone):
    assert days(late_orders(zone)) == [2, 1]


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York"])
def test_polars_and_arrow_keep_it_too(zone):
    assert days(pl.from_pandas(late_orders(zone))) == [2, 1]
    assert days(pa.Table.from_pandas(late_orders(zone))) == [2, 1]


def with_missing_id(kind: type) -> Any:
    ids = [11.0, 11.0, np.nan, 12.0, 13.0, 14.0, 14.0, 15.0]
    return kind({**{name: LINES[name].to_numpy() for name in LINES}, "customer_id": ids})


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pa.table], ids=["pandas", "polars", "arrow"])
def test_float_ids_with_nan_are_whole_numbers_and_missing_ones(kind):
    with segment(with_missing_id(kind)) as result:
        assert [row["customer_id"] for row in rows(result)] == [11, 12, 13, 14, 15]
        assert {reason: tally.rows for reason, tally in result.summary.account.lines.set_aside.items()} == {
            "missing customer": 1
        }


def test_fractional_ids_are_refused():
    with pytest.raises(rfmeans.SourceError, match=r"fractions such as 11\.5"):
        segment(LINES.assign(customer_id=LINES["customer_id"].where(LINES.index > 0, 11.5)))


# The caller's own


@pytest.mark.parametrize("make", [LINES.copy, lambda: late_orders("Europe/Paris")], ids=["naive", "aware"])
def test_a_pandas_frame_is_not_modified(make):
    frame, untouched = make(), make()
    segment(frame, timezone="Asia/Tokyo").close()
    pd.testing.assert_frame_equal(frame, untouched)


def test_a_polars_frame_is_not_modified(tmp_path):
    frame = polars_frame(tmp_path)
    segment(frame).close()
    assert frame.equals(polars_frame(tmp_path))


def test_long_decimal_ids_are_customers():
    ids = pa.array([Decimal(10**16 + number) for number in range(4)], pa.decimal128(38, 0))
    table = pa.table(
        {"customer_id": ids, "date": [date(2024, 1, day) for day in (1, 2, 3, 4)], "amount": [1, 2, 3, 4]}
    )
    with segment(table, segments=2) as result:
        assert result.summary.everyone.customers == 4


@pytest.mark.slow
def test_a_column_of_several_types_is_text_and_its_numbers_have_no_mark():
    frame = pd.DataFrame(
        {
            "customer": pd.Series([1001, 1001.0, "1001", "1002", pd.NA], dtype=object),
            "order": ["1", "2", "3", "4", "5"],
            "date": pd.Series([date(2025, 1, 5), "6.1.2025", "25.1.2025", "8.1.2025", None], dtype=object),
            "amount": pd.Series([10.5, "1250,00", 30.125, np.float64(2.5), np.int64(7)], dtype=object),
        }
    )
    found = {
        row["customer_id"]: row
        for row in rows(rfmeans.segment(frame, segments=2, n_init=3, accept_loss=True))
    }
    assert {key: (row["frequency"], float(row["monetary"])) for key, row in found.items()} == {
        "1001": (3, 1290.625),
        "1002": (1, 2.5),
    }
    assert found["1001"]["recency"] == 1
