"""Later orders -> whether they fit the lists: days that are missing, customers whom they do not know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rfmeans.inspection.order_days import Gap, OrderDays, find_gaps

if TYPE_CHECKING:
    import datetime as dt

    import ibis.expr.types as ir

FEWEST = 10  # customers, below which their share tells nothing
ALIKE = (
    0.5  # share of customers whom the orders know by their last purchase, below which it may be another shop
)
STRANGE = 10  # times as many strangers as customers of the lists
NEXT_DAY = 1  # a purchase about midnight has another day in another zone


@dataclass(frozen=True)
class Known:
    """Of how many customers of the lists the orders should hold the last purchase, and of how many they do."""

    customers: int
    known: int

    @property
    def strange(self) -> bool:
        """Whether so few are known that the orders are probably another shop's.

        >>> Known(1000, 40).strange, Known(1000, 990).strange, Known(3, 0).strange
        (True, False, False)
        """
        return self.customers >= FEWEST and self.known < ALIKE * self.customers


def empty_days(lines: ir.Table, first: dt.date, last: dt.date) -> tuple[Gap, ...]:
    """Return the runs of days without any line in a time, where the shop usually sells; the longest first.

    ``lines``: with their day, ``ordered_on``, used or not; a row per day comes back. The rhythm is that of
    `rfmeans.inspection.order_days.find_gaps`, learnt from the days before and after as well.
    """
    dated = lines.filter(lines.ordered_on.notnull())
    found = dated.group_by("ordered_on").agg(rows=dated.count()).order_by("ordered_on").to_pyarrow()
    day = found["ordered_on"].to_numpy(zero_copy_only=False).astype("datetime64[D]").astype(np.int64)
    rows = found["rows"].to_numpy(zero_copy_only=False).astype(np.int64)
    inside = (_inside(gap, first, last) for gap in find_gaps(OrderDays(day, rows, rows)))
    return tuple(sorted((gap for gap in inside if gap.days > 0), key=lambda gap: (-gap.days, gap.first_day)))


def _inside(gap: Gap, first: dt.date, last: dt.date) -> Gap:
    start, stop = max(gap.first_day, first), min(gap.last_day, last)
    return Gap(start, stop, (stop - start).days + 1)


def known_among(lists: ir.Table, done: ir.Table, days: int) -> Known:
    """Return of how many customers the orders hold the last purchase: one row comes back for each number.

    Ids that happen to be alike do not do: the day has to be the same.

    Parameters
    ----------
    lists
        Customers as they were when the lists were made: key, recency, frequency; who has no purchase has no last one.
    done
        What the orders say of that date: key, recency.
    days
        That the orders go back from it.
    """
    expected = lists.filter((lists.recency < days) & (lists.frequency > 0))
    joined = expected.join(done.select("key", found=done.recency), "key")
    same = joined.filter((joined.found - joined.recency).abs() <= NEXT_DAY)
    return Known(*(int(table.count().to_pyarrow().as_py()) for table in (expected, same)))
