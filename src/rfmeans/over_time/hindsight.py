"""The segments of an earlier date, and what their customers did since: the share that bought again, and for how much.

It is the model of today at a date so many days ago: the segments that customers would have been in, by what was known
then. So it shows whether names foretell anything, not how well a model of that time would have done.

A better name says that its customers are the better ones. Two shares are told apart where Newcombe's interval of their
difference leaves zero out. Where it does not, but leaves out that the better name is ahead by a quarter of the share of
both together, the shares are alike, and speak against the names; else there are too few customers to tell. All pairs of
a better and a worse name are compared at once, so each is held to a level at which all together are right in 95 of 100
cases (Bonferroni: the chance of an error is divided among them).
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rfmeans.orders.customers import group_used_orders, used_customers
from rfmeans.orders.intake import customers_at
from rfmeans.over_time.dates import QUIET
from rfmeans.over_time.directions import UP
from rfmeans.over_time.effect_intervals import newcombe, two_sided, wilson
from rfmeans.segments.rhythm import measure_rhythm

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import ibis.expr.types as ir

    from rfmeans.engines.kept_tables import Workspace
    from rfmeans.orders.intake import Intake
    from rfmeans.orders.understand import Understood
    from rfmeans.over_time.directions import Directions
    from rfmeans.segments.rhythm import Rhythm

BACK = dt.timedelta(days=90)
SPANS = (BACK, dt.timedelta(days=180), dt.timedelta(days=365))
LEVEL = 0.95
AHEAD = 0.25  # of the share of both together: a name that is ahead by less foretells little


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
    first_day, last_day
        Of the orders.
    since, until
        The earlier date, and the as-of date: purchases from the first to the day before the second count.
    outcomes
        Of each segment, by its id; none where the history is too short, or nobody had a segment at the date.
    compared
        How many pairs of a better and a worse name were compared.
    surprises
        Pairs of names: the first segment is the better one by its name, and yet the second bought again more often.
    alike
        Pairs likewise whose shares are about the same: the better one is ahead by less than `AHEAD` of their share.
    unclear
        Pairs likewise with too few customers to tell.
    half_within
        Days within which half of the shop's repeat customers come back; None where nobody does, or nobody knows.
    fitted
        The as-of date of the model; None where it was fitted on a table of customers.
    """

    first_day: dt.date
    last_day: dt.date
    since: dt.date
    until: dt.date
    half_within: int | None = None
    fitted: dt.date | None = None
    outcomes: tuple[Outcome, ...] = ()
    compared: int = 0
    surprises: tuple[tuple[str, str], ...] = ()
    alike: tuple[tuple[str, str], ...] = ()
    unclear: tuple[tuple[str, str], ...] = ()

    @property
    def too_short(self) -> bool:
        """Whether there is less history before the date than is looked at after it.

        >>> since, last, until = dt.date(2024, 3, 31), dt.date(2024, 6, 28), dt.date(2024, 6, 29)
        >>> [Hindsight(dt.date(2024, 1, day), last, since, until).too_short for day in (1, 2)]
        [False, True]
        """
        return (self.since - self.first_day) < (self.until - self.since)

    @property
    def ends_early(self) -> bool:
        """Whether the orders end long before the as-of date: who bought in between is not known."""
        return self.until - self.last_day > QUIET

    @property
    def days(self) -> int:
        """Days from one date to the other."""
        return (self.until - self.since).days

    @property
    def filled(self) -> tuple[Outcome, ...]:
        """The segments that anybody was in."""
        return tuple(outcome for outcome in self.outcomes if outcome.customers)

    @property
    def share(self) -> float:
        """The share that bought again of all who had a segment; NaN where nobody had."""
        return _share(self.outcomes)

    def share_of(self, segment_ids: Collection[int]) -> float:
        """Return the share that bought again of those who were in some segments; NaN where nobody was.

        >>> day, ends = dt.date(2024, 1, 1), (math.nan, math.nan, Decimal(0))
        >>> found = Hindsight(
        ...     *4 * [day], outcomes=(Outcome(1, "A", 30, 24, 0.8, *ends), Outcome(2, "B", 50, 4, 0.08, *ends))
        ... )
        >>> found.share_of([1]), found.share_of([1, 2]), found.share_of([3])
        (0.8, 0.35, nan)
        """
        return _share([outcome for outcome in self.outcomes if outcome.segment_id in segment_ids])

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "since": self.since,
            "until": self.until,
            "days": self.days,
            "half_come_back_within": self.half_within,
            "model_as_of": self.fitted,
            "segments": [asdict(outcome) for outcome in self.outcomes],
            "compared": self.compared,
            "surprises": [list(pair) for pair in self.surprises],
            "alike": [list(pair) for pair in self.alike],
            "unclear": [list(pair) for pair in self.unclear],
        }


def _share(outcomes: Collection[Outcome]) -> float:
    customers = sum(outcome.customers for outcome in outcomes)
    return sum(outcome.buyers for outcome in outcomes) / customers if customers else math.nan


def span_for(rhythm: Rhythm | None) -> dt.timedelta:
    """Return how far to look back: 90 days, or 180 or 365 where half of the repeat customers stay away longer.

    >>> from rfmeans.segments.rhythm import Rhythm
    >>> [span_for(Rhythm(9, half, 900.0)).days for half in (54.0, 90.0, 90.5, 200.0, 500.0)]
    [90, 90, 180, 365, 365]
    >>> span_for(Rhythm(0)).days, span_for(None).days
    (90, 90)
    """
    half = rhythm.median_days if rhythm else None
    return next((span for span in SPANS if half is None or half <= span.days), SPANS[-1])


def spans_for(rhythm: Rhythm | None) -> list[dt.timedelta]:
    """Return how far to look back, and how far where the orders are too short for that."""
    return list(dict.fromkeys((span_for(rhythm), BACK)))


def spans_of(some: ir.Table | None) -> list[dt.timedelta]:
    """Return how far to look back by what some of the customers tell: see `rfmeans.orders.customers.orders_of_some`.

    What all of them tell is known after a pass over the lines. Where that is something else, `looking_back` takes one
    more, which at 20 million lines lasts as long as all else.
    """
    if some is None:
        return [BACK]
    days = some.agg(first=some.first_day.min(), last=some.last_day.max()).to_pyarrow().to_pylist()[0]
    if days["first"] is None:
        return [BACK]
    customers = used_customers(group_used_orders(some.filter(some.customer_id.notnull())), None)
    rhythm = measure_rhythm(customers.filter(customers.reason.isnull()))
    return [_longest(rhythm, days["last"] - days["first"])]


def _longest(rhythm: Rhythm | None, period: dt.timedelta) -> dt.timedelta:
    """Return how far to look back over so long a time: what the rhythm asks for, if it lasts twice as long."""
    return next((span for span in spans_for(rhythm) if 2 * span <= period), BACK)


def looking_back(
    understood: Understood, workspace: Workspace, intake: Intake, rhythm: Rhythm | None
) -> Intake:
    """Return the same with the customers of so long a time ago as the rhythm asks for and the orders allow.

    Where `spans_of` did not foresee it, that is one more pass over the orders.
    """
    until, lines = intake.as_of, intake.account.lines
    if until is None or not lines or not lines.first_day:
        return intake
    span = _longest(rhythm, until - lines.first_day)
    if until - dt.date.min < span or until - span in intake.earlier:
        return intake
    more = customers_at(understood, workspace, earlier=[until - span])
    return replace(intake, earlier={**intake.earlier, **more.earlier})


def hindsight_of(
    intake: Intake,
    place: Callable[[ir.Table], ir.Table],
    directions: Directions,
    count: int,
    rhythm: Rhythm | None = None,
    fitted: dt.date | None = None,
) -> Hindsight | None:
    """Return what the segments of the earlier date did since; None where there is no date, or it was left out.

    Parameters
    ----------
    intake
        With the customers of `BACK` before its as-of date, or of `span_for` the rhythm.
    place
        Customers -> the same with segment_id under the model.
    directions, count
        Of the model: see `look_back`.
    rhythm
        Of the shop; where the orders are too short for what it asks for, `BACK` it is.
    fitted
        The as-of date of the model.
    """
    lines, until = intake.account.lines, intake.as_of
    if until is None or not lines or not lines.first_day or not lines.seen:
        return None
    within = _within(rhythm)
    looked = [
        Hindsight(lines.first_day, lines.seen[1], until - span, until, within, fitted)
        for span in spans_for(rhythm)
        if until - dt.date.min >= span and until - span in intake.earlier
    ]
    if not looked:
        return None
    dates = next((each for each in looked if not each.too_short), looked[-1])
    if dates.too_short or dates.ends_early:
        return dates
    return look_back(place(intake.earlier[dates.since]), dates, directions, count)


def _within(rhythm: Rhythm | None) -> int | None:
    """Return in how many days half of the repeat customers come back; None where that is not known."""
    return None if rhythm is None or rhythm.median_days is None else math.ceil(rhythm.median_days)


def look_back(placed: ir.Table, found: Hindsight, directions: Directions, count: int) -> Hindsight:
    """Return what the segments of an earlier date did since.

    Parameters
    ----------
    placed
        Customers at the earlier date, with segment_id under the model, bought_after and money_after.
    found
        The dates, yet without outcomes.
    directions
        Of the model.
    count
        Of its segments, those to tell of anyhow: the first so many.
    """
    placed = placed.filter(placed.segment_id.notnull())
    rows = (
        placed.group_by("segment_id")
        .agg(
            customers=placed.count(),
            buyers=placed.count(where=placed.bought_after),
            money=placed.money_after.sum(),
        )
        .to_pyarrow()
        .to_pylist()
    )
    if not rows:
        return found
    by_id = {int(row["segment_id"]): row for row in rows}
    names = [name.text for name in directions.names[: max(count, *by_id)]]
    outcomes = tuple(_outcome(place, name, by_id.get(place)) for place, name in enumerate(names, start=1))
    return _compared(replace(found, outcomes=outcomes), directions)


def _outcome(place: int, name: str, row: dict[str, Any] | None) -> Outcome:
    if row is None:
        return Outcome(place, name, 0, 0, math.nan, math.nan, math.nan, Decimal(0))
    customers, buyers = int(row["customers"]), int(row["buyers"])
    share, low, high = _ends(buyers, customers, two_sided(LEVEL))
    return Outcome(place, name, customers, buyers, share, low, high, Decimal(row["money"]))


def _compared(found: Hindsight, directions: Directions) -> Hindsight:
    """Return it with what the shares say of each pair of a better and a worse name."""
    pairs = [
        (better, worse)
        for better in found.filled
        for worse in found.filled
        if directions.way(worse.segment_id, better.segment_id) == UP
    ]
    z = two_sided(1 - (1 - LEVEL) / max(1, len(pairs)))
    ends = {one.segment_id: _ends(one.buyers, one.customers, z) for one in found.filled}
    surprises: list[tuple[str, str]] = []
    alike: list[tuple[str, str]] = []
    unclear: list[tuple[str, str]] = []
    for better, worse in pairs:
        low, high = newcombe(ends[better.segment_id], ends[worse.segment_id])
        if low <= 0:
            share = (better.buyers + worse.buyers) / (better.customers + worse.customers)
            kind = surprises if high < 0 else alike if high < AHEAD * share else unclear
            kind.append((better.segment, worse.segment))
    return replace(
        found, compared=len(pairs), surprises=tuple(surprises), alike=tuple(alike), unclear=tuple(unclear)
    )


def _ends(buyers: int, customers: int, z: float) -> tuple[float, float, float]:
    share, low, high = (float(end) for end in wilson(buyers, customers, z))
    return share, low, high
