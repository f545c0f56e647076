"""Dates and spans of days as users give them."""

import datetime as dt

import pytest

from rfmeans.days import days_before, kept_span, parse_date, parse_span
from rfmeans.errors import SettingsError


@pytest.mark.parametrize(
    ("given", "days"),
    [
        ("365d", 365),
        (" 90 days ", 90),
        ("1D", 1),
        ("28", 28),
        (28, 28),
        (dt.timedelta(weeks=4), 28),
        (None, None),
    ],
)
def test_a_span_is_whole_days(given, days):
    assert parse_span("window", given) == days


@pytest.mark.parametrize("wrong", ["1y", "", "0d", 0, -3, "3.5d", True, dt.timedelta(hours=36), 10**7])
def test_what_is_no_span_is_said(wrong):
    with pytest.raises(SettingsError) as told:
        parse_span("window", wrong)
    assert str(told.value) == f"window must be whole days like 365d, 1 or more. Got {wrong!r}."


def test_dates_are_dates_moments_or_text():
    assert parse_date("as_of", dt.datetime(2024, 2, 29, 23)) == dt.date(2024, 2, 29)
    assert parse_date("as_of", "2024-02-29") == dt.date(2024, 2, 29)
    assert parse_date("as_of", None) is None


def test_days_before_the_first_of_all_days_are_that_day():
    assert days_before(dt.date(2024, 3, 1), 29) == dt.date(2024, 2, 1)
    assert days_before(dt.date(1, 1, 5), 4) == days_before(dt.date(1, 1, 5), 5) == dt.date(1, 1, 1)


def test_a_span_in_a_file_is_whole_days_or_none():
    assert (kept_span(None), kept_span(365)) == (None, 365)
    for wrong in (0, "365", 1.5, True, 10**7):
        with pytest.raises(ValueError, match=r"a window of .* days"):
            kept_span(wrong)
