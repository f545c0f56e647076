"""The segments of an earlier date, and what their customers did since: the share that bought again, and for how much.

It is the model of today at a date so many days ago: the segments that customers would have been in, by what was known
then. So it shows whether names foretell anything, not how well a model of that time would have done.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rfmeans.over_time.directions import UP
from rfmeans.over_time.effect_intervals import two_sided, wilson

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from rfmeans.over_time.directions import Directions

BACK = dt.timedelta(days=90)
LEVEL = 0.95


@dataclass(frozen=True)
class Outcome:
    """What the customers of one segment did after the date.

    Attributes
    ----------
    segment_id, segment
        Of the model.
    customers
        Who were in it at the date.
    buyers
        Those who bought again.
    share, low, high
        Their share, and the ends of Wilson's 95 % interval, 0 to 1; NaN where nobody was in it.
    money
        Net money of all its customers since the date.
    """

    segment_id: int
    segment: str
    customers: int
    buyers: int
    share: float
    low: float
    high: float
    money: Decimal


@dataclass(frozen=True)
class Hindsight:
    """What happened next.

    Attributes
    ----------
    since, until
        The earlier date, and the as-of date: purchases from the first to the day before the second count.
    outcomes
        Of each segment, by its id.
    surprises
        Pairs of names: the first segment is the better one by its name, and yet the second bought again more often,
        by more than their intervals.
    """

    since: dt.date
    until: dt.date
    outcomes: tuple[Outcome, ...]
    surprises: tuple[tuple[str, str], ...]

    @property
    def days(self) -> int:
        """Days from one date to the other."""
        return (self.until - self.since).days

    @property
    def filled(self) -> tuple[Outcome, ...]:
        """The segments that anybody was in."""
        return tuple(outcome for outcome in self.outcomes if outcome.customers)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "since": self.since,
            "until": self.until,
            "days": self.days,
            "segments": [asdict(outcome) for outcome in self.outcomes],
            "surprises": [list(pair) for pair in self.surprises],
        }


def long_enough(first_day: dt.date, since: dt.date) -> bool:
    """Whether there was as much history before the date as is looked at after it.

    >>> long_enough(dt.date(2024, 1, 1), dt.date(2024, 3, 31)), long_enough(dt.date(2024, 1, 2), dt.date(2024, 3, 31))
    (True, False)
    """
    return first_day <= since - BACK


def look_back(
    segmented: ir.Table, since: dt.date, until: dt.date, directions: Directions, count: int
) -> Hindsight | None:
    """Return what the segments of an earlier date did since; None where nobody had a segment then.

    Parameters
    ----------
    segmented
        Customers at the earlier date under the model, with bought_after and money_after.
    since, until
        The dates.
    directions
        Of the model.
    count
        Of its segments, those to tell of: the first so many.
    """
    placed = segmented.filter(segmented.segment_id.notnull())
    rows = (
        placed.group_by("segment_id")
        .agg(
            customers=placed.count(),
            buyers=placed.bought_after.cast("int64").sum(),
            money=placed.money_after.sum(),
        )
        .to_pyarrow()
        .to_pylist()
    )
    found = {int(row["segment_id"]): row for row in rows}
    if not found:
        return None
    names = [name.text for name in directions.names[:count]]
    outcomes = tuple(_outcome(place, name, found.get(place)) for place, name in enumerate(names, start=1))
    return Hindsight(since, until, outcomes, tuple(_surprises(outcomes, directions)))


def _outcome(place: int, name: str, row: dict[str, Any] | None) -> Outcome:
    if row is None:
        return Outcome(place, name, 0, 0, math.nan, math.nan, math.nan, Decimal(0))
    customers, buyers = int(row["customers"]), int(row["buyers"])
    share, low, high = (float(end) for end in wilson(buyers, customers, two_sided(LEVEL)))
    return Outcome(place, name, customers, buyers, share, low, high, Decimal(row["money"]))


def _surprises(outcomes: Sequence[Outcome], directions: Directions) -> list[tuple[str, str]]:
    return [
        (better.segment, worse.segment)
        for better in outcomes
        for worse in outcomes
        if directions.way(worse.segment_id, better.segment_id) == UP and better.high < worse.low
    ]
