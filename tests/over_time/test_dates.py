"""The dates of a comparison: what is asked for, and what is refused in words."""

from __future__ import annotations

import datetime as dt

import pytest

import rfmeans
from helpers.moving_shop import model, orders
from rfmeans.errors import DataError, SettingsError
from rfmeans.over_time.dates import dates_between, parse_dates


def refused(error=SettingsError, **options):
    with pytest.raises(error) as said:
        rfmeans.movement(model(), orders(), **options)
    return str(said.value)


@pytest.mark.parametrize(
    ("every", "found"),
    [
        ("week", ["2024-01-31", "2024-02-07", "2024-02-14"]),
        ("month", ["2024-01-31"]),
        ("year", ["2024-01-31"]),
    ],
)
def test_dates_at_even_steps_before_the_last(every, found):
    days = dates_between(dt.date(2024, 1, 31), dt.date(2024, 2, 15), every)
    assert [str(day) for day in days] == found


def test_a_month_later_is_the_same_day_or_the_last_one():
    days = dates_between(dt.date(2024, 1, 31), dt.date(2024, 5, 1), "month")
    assert [str(day) for day in days] == ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]
    quarters = dates_between(dt.date(2024, 11, 30), dt.date(2025, 6, 1), "quarter")
    assert [str(day) for day in quarters] == ["2024-11-30", "2025-02-28", "2025-05-30"]


def test_several_dates_are_put_in_order_and_counted_once():
    firsts, last = parse_dates(["2024-03-01", dt.date(2024, 2, 1), "2024-03-01"], None)
    assert (firsts, last) == ([dt.date(2024, 2, 1), dt.date(2024, 3, 1)], None)


def test_what_is_refused():
    assert refused(since="2024-07-01", until="2024-07-01") == (
        "since must be before until. Got 2024-07-01 and 2024-07-01: no day is between them."
    )
    assert refused(since=5) == "since must be a date like 2026-01-31. Got 5."
    assert refused(since=[]) == "Give the first date with since=, such as 2026-01-31."
    assert refused(since="2024-04-01", every="day") == (
        "every must be one of week, month, quarter, year. Got 'day'."
    )
    assert refused(since=["2024-03-01", "2024-04-01"], every="month") == (
        "Give several dates with since=, or one and every=."
    )
    assert refused(since="2024-04-01", as_of="2024-05-01") == (
        "The dates are given with since= and until=. Leave as_of= out."
    )
    assert refused(since="2024-04-01", columns=rfmeans.CustomerColumns()).startswith(
        "Movement is told from order lines; a table with one row per customer knows one date only."
    )


def test_too_many_dates_are_refused():
    said = refused(since="2023-12-11", until="2030-01-01", every="week")
    assert "and 60 is the most. Give a later since=, or another every=." in said


def test_steps_end_with_the_calendar():
    last = dt.date.max
    assert dates_between(dt.date(9999, 12, 20), last, "week") == [
        dt.date(9999, 12, 20),
        dt.date(9999, 12, 27),
    ]
    assert dates_between(dt.date(9999, 11, 30), last, "month") == [
        dt.date(9999, 11, 30),
        dt.date(9999, 12, 30),
    ]
    assert len(dates_between(dt.date(2024, 1, 1), last, "week")) == 61  # one more than are taken


def test_dates_outside_of_the_orders_are_refused():
    assert refused(DataError, since="2000-01-01", until="2001-01-01") == (
        "No order is dated before until 2001-01-01. The orders run from 2023-12-10 to 2024-07-05. Give a later until=."
    )
    assert refused(DataError, since="2023-12-10") == (
        "No order is dated before since 2023-12-10. The orders run from 2023-12-10 to 2024-07-05. "
        "Give a date after 2023-12-10."
    )
    assert refused(DataError, since="2024-07-06") == (
        "No day is between since 2024-07-06 and 2024-07-06, the day after the last order. The orders run from "
        "2023-12-10 to 2024-07-05. Give an earlier since=."
    )


@pytest.mark.slow
def test_a_series_has_every_date_and_the_last():
    with rfmeans.movement(model(), orders(), since="2024-04-01", every="month") as moved:
        days = [day for day, _ in moved.summary.series]
        assert [str(day) for day in days] == [
            "2024-04-01",
            "2024-05-01",
            "2024-06-01",
            "2024-07-01",
            "2024-07-06",
        ]
        assert (moved.summary.movement.since, moved.summary.movement.until) == (days[0], days[-1])
    with rfmeans.movement(model(), orders(), since=["2024-04-01", "2024-06-01"], until="2024-07-01") as same:
        first = {standing.state.name: standing.customers for standing in same.summary.series[0][1]}
    assert first == {
        "High-Value Loyal": 2,
        "At-Risk High-Value": 1,
        "New/Potential": 1,
        "Low-Value/Churned": 1,
        "not yet a customer": 1,
        "no purchase": 1,
        "no net spend": 1,
    }


@pytest.mark.slow
def test_orders_that_end_long_before_the_last_date_are_refused():
    assert refused(DataError, since="2024-06-01", until="2024-07-31") == (
        "The orders end on 2024-07-05, 26 days before until 2024-07-31: who bought in between is not known, and "
        "customers would seem to slip. Give until='2024-07-06' or earlier, or orders that go on to it."
    )
    with rfmeans.movement(model(), orders(), since="2024-06-01", until="2024-07-12") as moved:
        assert moved.summary.movement.until == dt.date(2024, 7, 12)
