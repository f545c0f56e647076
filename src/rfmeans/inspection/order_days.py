"""Days with orders -> the rhythm of a shop: gaps, days far from all others, a last month that is not whole.

Plain arithmetic on one number per day. What a weekday usually brings is learnt from the thirteen weeks before and
the thirteen weeks after, so a shop that is closed on Sundays has no gap, and one that sells once a fortnight has
none either.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

AROUND = 91  # days before, and as many after, that the usual rhythm is learnt from; more for a longer gap
FEWEST_DAYS = 10  # with orders around a gap, below which there is no rhythm
SHORTEST_GAP = 3  # days
CHANCE = 1e-5  # a gap that chance brings more often than this is no gap
MOST_CANDIDATES = 1000  # the longest gaps are looked at, however many there are
FAR_DAYS = 365  # days without orders that part a stray day from the bulk
FAR_PERCENT, BULK_PERCENT = 1, 90  # most that strays hold, least that the bulk holds, of the orders
FEWEST_ORDERS = 20  # below, no order is called a stray
USUAL_MONTHS = 12
EPOCH = dt.date(1970, 1, 1).toordinal()


@dataclass(frozen=True, eq=False)
class OrderDays:
    """The days with orders, in the order of time.

    Attributes
    ----------
    days
        Days since 1970-01-01, ascending, none twice; shape (n,), int64.
    orders
        Orders dated on each; shape (n,), int64.
    seen
        Orders with their first or their last line on each, at least 1; shape (n,), int64.
    """

    days: NDArray[np.int64]
    orders: NDArray[np.int64]
    seen: NDArray[np.int64]

    def __getitem__(self, part: slice) -> OrderDays:
        return OrderDays(self.days[part], self.orders[part], self.seen[part])

    def __len__(self) -> int:
        return len(self.days)

    @property
    def first(self) -> dt.date:
        """The first day with an order."""
        return to_date(self.days[0])

    @property
    def last(self) -> dt.date:
        """The last day with an order."""
        return to_date(self.days[-1])

    @property
    def length(self) -> int:
        """Days from the first to the last, both counted."""
        return int(self.days[-1] - self.days[0]) + 1


@dataclass(frozen=True)
class Gap:
    """A run of days without orders: its first day, its last day, how many days."""

    first_day: dt.date
    last_day: dt.date
    days: int


@dataclass(frozen=True)
class PartialMonth:
    """A last month that the data do not cover to its end.

    Attributes
    ----------
    month
        Its first day.
    days_covered, days
        Days up to the last order, and days of the month.
    orders
        Orders in it.
    usual_orders
        Median of the months before.
    months_before
        How many those are, at most `USUAL_MONTHS`; the first month of the data counts only where there is no other.
    """

    month: dt.date
    days_covered: int
    days: int
    orders: int
    usual_orders: float
    months_before: int


def to_date(day: int | np.int64) -> dt.date:
    """Return the date of a day counted from 1970-01-01.

    >>> to_date(1)
    datetime.date(1970, 1, 2)
    """
    return dt.date.fromordinal(int(day) + EPOCH)


def part_strays(found: OrderDays) -> tuple[OrderDays, OrderDays, OrderDays]:
    """Return the days long before the bulk, the bulk, and the days long after it.

    Strays are a year or more without orders away, and hold at most one order in a hundred (or a single order), where
    the bulk holds nine in ten.

    >>> days = np.array([0, *range(15000, 15030)])
    >>> early, bulk, late = part_strays(OrderDays(days, np.ones(31, int), np.ones(31, int)))
    >>> early.first, bulk.first, len(late)
    (datetime.date(1970, 1, 1), datetime.date(2011, 1, 26), 0)
    """
    cuts = np.flatnonzero(np.diff(found.days) > FAR_DAYS) + 1
    edges = np.array([0, *cuts, len(found)])
    held = np.add.reduceat(found.seen, edges[:-1]) if len(found) else found.seen
    total = int(held.sum())
    if len(held) < 2 or total < FEWEST_ORDERS or 100 * int(held.max()) < BULK_PERCENT * total:
        return found[:0], found, found[:0]
    bulk = int(held.argmax())
    most = max(1, FAR_PERCENT * total // 100)
    before = int((np.cumsum(held[:bulk]) <= most).sum())
    after = int((np.cumsum(held[:bulk:-1]) <= most).sum())
    start, stop = int(edges[before]), int(edges[len(held) - after])
    return found[:start], found[start:stop], found[stop:]


def find_gaps(found: OrderDays) -> tuple[Gap, ...]:
    """Return the gaps, the longest first.

    A gap is a run of at least three days without orders that the rhythm of the shop around it would bring by chance
    less than once in a hundred thousand times. The days of longer gaps are no part of that rhythm.

    >>> days = np.array([*range(100), *range(107, 200)])
    >>> find_gaps(OrderDays(days, np.ones_like(days), np.ones_like(days)))
    (Gap(first_day=datetime.date(1970, 4, 11), last_day=datetime.date(1970, 4, 17), days=7),)
    """
    empty = np.diff(found.days) - 1
    candidates = np.flatnonzero(empty >= SHORTEST_GAP)
    gaps: list[tuple[int, int]] = []
    for at in candidates[np.lexsort((candidates, -empty[candidates]))][:MOST_CANDIDATES]:
        start, stop = int(found.days[at]) + 1, int(found.days[at + 1])
        if _is_rare(found, start, stop, gaps):
            gaps.append((start, stop))
    return tuple(Gap(to_date(start), to_date(stop - 1), stop - start) for start, stop in gaps)


def partial_last_month(found: OrderDays) -> PartialMonth | None:
    """Return what is known of the last month, where its end is missing; None where it is whole or the only one.

    The end is missing under the same rule as for a gap, from the last order to the end of the month.
    """
    if not len(found):
        return None
    last = found.last
    days = calendar.monthrange(last.year, last.month)[1]
    missing = days - last.day
    start = int(found.days[-1]) + 1
    orders = _by_month(found)
    before = orders[1:-1] if len(orders) > 2 else orders[:-1]
    if missing < SHORTEST_GAP or not len(before) or not _is_rare(found, start, start + missing, ()):
        return None
    usual = before[-USUAL_MONTHS:]
    return PartialMonth(
        last.replace(day=1), last.day, days, int(orders[-1]), float(np.median(usual)), len(usual)
    )


def _by_month(found: OrderDays) -> NDArray[np.int64]:
    """Return the orders of every month from the first to the last."""
    month = found.days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.bincount(month - month[0], weights=found.orders).astype(np.int64)


def _is_rare(found: OrderDays, start: int, stop: int, known: Sequence[tuple[int, int]]) -> bool:
    """Whether chance leaves the days from start up to stop without orders less often than `CHANCE`.

    ``known`` are gaps, whose days say nothing about the rhythm.
    """
    first, end = int(found.days[0]), int(found.days[-1]) + 1
    reach = max(AROUND, stop - start)
    opened, passed = np.zeros(7), np.zeros(7)
    for low, high in ((max(start - reach, first), start), (stop, min(stop + reach, end))):
        inside = found.days[np.searchsorted(found.days, low) : np.searchsorted(found.days, high)]
        opened += np.bincount(inside % 7, minlength=7)
        passed += _weekdays(low, high)
        for gap_start, gap_stop in known:
            passed -= _weekdays(max(low, gap_start), min(high, gap_stop))
    if opened.sum() < FEWEST_DAYS:
        return False
    # Half a day on either side: of three open Mondays nobody can say that the fourth is open for certain.
    closed = (passed - opened + 0.5) / (passed + 1)
    return float(_weekdays(start, stop) @ np.log(closed)) < math.log(CHANCE)


def _weekdays(low: int, high: int) -> NDArray[np.int64]:
    """Return how often each weekday (day modulo 7) lies in the days from low up to high; never, if that is before.

    >>> _weekdays(0, 9).tolist()
    [2, 2, 1, 1, 1, 1, 1]
    """
    weeks, rest = divmod(max(high - low, 0), 7)
    counts = np.full(7, weeks, dtype=np.int64)
    counts[np.arange(low, low + rest) % 7] += 1
    return counts
