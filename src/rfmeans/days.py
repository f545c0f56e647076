"""Dates, and spans of days, as users give them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from rfmeans.arguments import named
from rfmeans.errors import SettingsError

LONGEST = 10**6  # days: more than any history of orders
IN_DAYS = re.compile(r"\s*([0-9]{1,9})\s*(?:d|days?)?\s*", re.IGNORECASE)
DAY = dt.timedelta(days=1)


def parse_date(name: str, value: Any) -> dt.date | None:
    """Return a date from a date, a timestamp or ISO text; None stays None.

    >>> parse_date("as_of", "2011-12-10")
    datetime.date(2011, 12, 10)
    >>> parse_date("as_of", "10/12/2011")
    Traceback (most recent call last):
    rfmeans.errors.SettingsError: as_of must be a date like 2026-01-31. Got '10/12/2011'.
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if value is None or isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        raise SettingsError(f"{named(name)} must be a date like 2026-01-31. Got {value!r}.") from None


def parse_span(name: str, value: Any) -> int | None:
    """Return whole days from a number, text like ``365d`` or a span of time; None stays None.

    >>> parse_span("window", "365d"), parse_span("window", 90), parse_span("window", dt.timedelta(weeks=4))
    (365, 90, 28)
    >>> parse_span("window", "1y")
    Traceback (most recent call last):
    rfmeans.errors.SettingsError: window must be whole days like 365d, 1 or more. Got '1y'.
    """
    if value is None:
        return None
    if isinstance(value, dt.timedelta):
        days = value // DAY if value % DAY == dt.timedelta(0) else 0
    else:
        found = None if isinstance(value, bool) else IN_DAYS.fullmatch(str(value))
        days = int(found[1]) if found else 0
    if not 1 <= days <= LONGEST:
        raise SettingsError(f"{named(name)} must be whole days like 365d, 1 or more. Got {value!r}.")
    return days


def days_before(day: dt.date, days: int) -> dt.date:
    """Return the date so many days earlier; the first of all dates where it would be before that.

    >>> days_before(dt.date(2024, 3, 1), 1), days_before(dt.date(2024, 3, 1), 10**6)
    (datetime.date(2024, 2, 29), datetime.date(1, 1, 1))
    """
    return day - min(dt.timedelta(days=days), day - dt.date.min)


def kept_span(value: Any) -> int | None:
    """Return a span of days that a file holds, None where it has none.

    Raises
    ------
    ValueError
        If it is no span.
    """
    if value is None or (type(value) is int and 1 <= value <= LONGEST):
        return value
    raise ValueError(f"a window of {value!r} days")
