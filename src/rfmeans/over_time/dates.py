"""The dates of a comparison: what was asked for, and the customers at all of them from one pass."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import argument, named
from rfmeans.days import parse_date
from rfmeans.errors import DataError, SettingsError
from rfmeans.orders.checks import OutsideError
from rfmeans.orders.intake import customers_at
from rfmeans.settings import CustomerColumns, make_reading

if TYPE_CHECKING:
    from rfmeans.engines.kept_tables import Workspace
    from rfmeans.orders.intake import Intake
    from rfmeans.orders.understand import Understood
    from rfmeans.settings import Columns, Reading

EVERY = {"week": 0, "month": 1, "quarter": 3, "year": 12}  # months; a week has its days
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
QUIET = dt.timedelta(
    days=7
)  # without an order at the end: a shop may be closed; after more, orders are missing
MOST_DATES = 60  # each is a sum more in the pass over the orders


def reading_of_dates(columns: Columns | None, reading: dict[str, Any]) -> Reading:
    """Return how to read orders whose dates are those of a comparison.

    Raises
    ------
    SettingsError
        If an as-of date is given as well, or the columns are those of a table of customers.
    """
    if reading.get("as_of") is not None:
        raise SettingsError(
            f"The dates are given with {argument('since')} and {argument('until')}. Leave {argument('as_of')} out."
        )
    how = make_reading(columns, **reading)
    if isinstance(how.columns, CustomerColumns):
        raise SettingsError(
            "Movement is told from order lines; a table with one row per customer knows one date only. Pass the orders."
        )
    return how


def parse_dates(since: Any, until: Any, every: str | None = None) -> tuple[list[dt.date], dt.date | None]:
    """Return the dates of a comparison in order, and its last one.

    Raises
    ------
    SettingsError
        If a date is none, or they are in no order.

    >>> parse_dates(["2026-03-01", "2026-01-01"], "2026-04-01")[0]
    [datetime.date(2026, 1, 1), datetime.date(2026, 3, 1)]
    >>> parse_dates("2026-04-01", "2026-01-31")
    Traceback (most recent call last):
    rfmeans.errors.SettingsError: since must be before until. Got 2026-04-01 and 2026-01-31: no day is between them.
    """
    several = isinstance(since, Iterable) and not isinstance(since, str)
    given = list(since) if several else [since]
    firsts = sorted({date for value in given if (date := parse_date("since", value)) is not None})
    last = parse_date("until", until)
    if not firsts:
        raise SettingsError(f"Give the first date with {argument('since')}, such as 2026-01-31.")
    if every is not None and every not in EVERY:
        raise SettingsError(f"{named('every')} must be one of {', '.join(EVERY)}. Got {every!r}.")
    if every is not None and len(firsts) > 1:
        raise SettingsError(f"Give several dates with {argument('since')}, or one and {argument('every')}.")
    if last is not None and firsts[-1] >= last:
        raise SettingsError(
            f"{named('since')} must be before {named('until')}. Got {firsts[-1]} and {last}: no day is between them."
        )
    return firsts, last


def dates_between(first: dt.date, last: dt.date, every: str) -> list[dt.date]:
    """Return a first date and what follows at even steps, before the last; a month later is the same day of it.

    Of more than `MOST_DATES` the first ones, and one more.

    >>> [str(day) for day in dates_between(dt.date(2026, 1, 31), dt.date(2026, 4, 1), "month")]
    ['2026-01-31', '2026-02-28', '2026-03-31']
    """
    found = [first]
    while len(found) <= MOST_DATES and (day := _later(first, len(found), every)) < last:
        found.append(day)
    return found


def _later(first: dt.date, times: int, every: str) -> dt.date:
    """Return the date so many steps later; the last of all dates where it would be after that."""
    if not EVERY[every]:
        return first + min(times * WEEK, dt.date.max - first)
    months = first.year * 12 + first.month - 1 + times * EVERY[every]
    year, month = months // 12, months % 12 + 1
    if year > dt.MAXYEAR:
        return dt.date.max
    return dt.date(year, month, min(first.day, calendar.monthrange(year, month)[1]))


def customers_at_dates(
    understood: Understood,
    workspace: Workspace,
    firsts: list[dt.date],
    last: dt.date | None,
    every: str | None = None,
) -> tuple[Intake, list[dt.date]]:
    """Return the customers at the last date, with those at the earlier ones beside them, and the earlier dates.

    One pass; where the last date is to be found and the others follow from it, one more.

    Raises
    ------
    SettingsError
        If there are too many dates.
    DataError
        If the orders begin at the first date or later, or end before the last of the earlier ones.
    """
    if every is not None and last is None:
        last = customers_at(understood, workspace).as_of
    dates = dates_between(firsts[0], last, every) if every is not None and last is not None else firsts
    if len(dates) > MOST_DATES:
        raise SettingsError(
            f"More than {MOST_DATES} dates were asked for, and {MOST_DATES} is the most. Give a later "
            f"{argument('since')}, or another {argument('every')}."
        )
    try:
        intake = customers_at(understood, workspace, last, earlier=dates)
    except OutsideError as error:
        raise DataError(
            f"No order is dated before {named('until')} {last}. The orders run from {error.first} to {error.last}. "
            f"Give a later {argument('until')}."
        ) from None
    _check_covered(intake, dates)
    return intake, dates


def _check_covered(intake: Intake, dates: list[dt.date]) -> None:
    lines, until = intake.account.lines, intake.as_of
    assert lines is not None
    assert lines.first_day is not None
    assert until is not None
    span = f"The orders run from {lines.first_day} to {lines.last_day}"
    if dates[0] <= lines.first_day:
        raise DataError(
            f"No order is dated before {named('since')} {dates[0]}. {span}. Give a date after {lines.first_day}."
        )
    last = lines.seen[1] if lines.seen else lines.last_day
    assert last is not None
    if until - last > QUIET:
        raise DataError(
            f"The orders end on {last}, {(until - last).days} days before {named('until')} {until}: who bought in "
            f"between is not known, and customers would seem to slip. Give {argument('until', str(last + DAY))} or "
            "earlier, or orders that go on to it."
        )
    if dates[-1] >= until:
        raise DataError(
            f"No day is between {named('since')} {dates[-1]} and {until}, the day after the last order. {span}. Give "
            f"an earlier {argument('since')}."
        )
