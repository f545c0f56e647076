"""The recency of a table of customers: in days, as durations, as dates of any type, and what is said of other types."""

import datetime as dt

import pandas as pd
import pytest

import rfmeans
from rfmeans import CustomerColumns, SourceError

DAYS = [1, 30, 90, 200]
LAST = dt.date(2025, 1, 1)


def customers(recency) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": list("abcd"),
            "recency": recency,
            "frequency": [9, 5, 2, 1],
            "monetary": [90.0, 40, 9, 2],
        }
    )


def found(recency, **reading) -> tuple[list[int], dt.date | None]:
    columns = CustomerColumns(recency="recency")
    with rfmeans.segment(customers(recency), segments=2, columns=columns, n_init=1, **reading) as result:
        rows = sorted(result.customers.to_pyarrow().to_pylist(), key=lambda row: row["customer_id"])
        return [row["recency"] for row in rows], result.summary.as_of


def dates() -> list[dt.date]:
    return [LAST - dt.timedelta(days) for days in DAYS]


@pytest.mark.parametrize(
    "recency",
    [
        dates(),
        [pd.Timestamp(day) + pd.Timedelta(hours=15) for day in dates()],
        [day.isoformat() for day in dates()],
        [day.strftime("%d/%m/%Y") for day in dates()],
    ],
    ids=["dates", "moments", "ISO text", "day first"],
)
def test_dates_are_counted_to_the_day_after_the_last_of_them(recency):
    assert found(recency) == ([1, 30, 90, 200], LAST)  # the last purchase was on 2024-12-31


def test_dates_are_counted_to_the_as_of_date():
    assert found(dates(), as_of="2025-01-11") == ([11, 40, 100, 210], dt.date(2025, 1, 11))


def test_durations_are_whole_days():
    lengths = [pd.Timedelta(days=days, hours=23) for days in DAYS]
    assert found(lengths) == (DAYS, None)


def test_days_stay_as_they_are():
    assert found(DAYS) == (DAYS, None)


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (
            "recency",
            "was taken as the recency but holds boolean. Give the column of days since the last purchase, or ",
        ),
        (
            "frequency",
            "was taken as a number but holds boolean. Give the right column with frequency='NAME'.",
        ),
        ("monetary", "was taken as a number but holds boolean. Give the right column with monetary='NAME'."),
    ],
)
def test_another_type_is_told_by_the_argument_of_the_column(column, words):
    table = customers(DAYS).assign(**{column: [True, False, True, True]})
    with pytest.raises(SourceError) as error:
        rfmeans.segment(table, segments=2, columns=CustomerColumns())
    assert f"Column {column!r} {words}" in str(error.value)
