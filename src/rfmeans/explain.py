"""One customer: where it stands, why it is in its segment, and what would move it.

Moves are tried, not reasoned: customers that do not exist (yet) are put through the same model, and what comes out
is told. A purchase is of the customer's own average order value.
"""

from __future__ import annotations

import difflib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import ibis

from rfmeans.errors import DataError
from rfmeans.formats import clip, counted, money, percent
from rfmeans.rfm import NO_NET_SPEND, NO_PURCHASE
from rfmeans.scaling import FEATURES
from rfmeans.values import money as decimal_money

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Sequence

    import ibis.expr.types as ir

    from rfmeans.names import Name

HORIZON = 30  # days
MOST_PURCHASES = 5
FAR = 365  # days without a purchase that are looked ahead
LOOKED_AT = 2000  # ids that a mistyped one is compared with
SHOWN_IDS = 3
REASONS = {
    NO_PURCHASE: "it has no purchase (returns or free orders only), so it has no recency",
    NO_NET_SPEND: "its returns are worth as much as its purchases or more, so it has no net spend",
}


@dataclass(frozen=True)
class Standing:
    """Where a customer stands in one feature, among all segmented customers.

    Attributes
    ----------
    feature
        recency, frequency or monetary.
    value
        Days, purchases or net money.
    worse, same
        Share of customers that are strictly worse, and that have the same value (this one among them).
    score
        R, F or M score; None where the model has none.
    """

    feature: str
    value: float
    worse: float
    same: float
    score: int | None


@dataclass(frozen=True)
class Centre:
    """A segment's centre: days, purchases, net money."""

    segment: str
    recency: float
    frequency: float
    monetary: float


@dataclass(frozen=True)
class Step:
    """The least that leads to a better segment.

    Attributes
    ----------
    purchases
        More purchases, each of the average order value.
    amount
        Their money altogether.
    segment
        Where they lead.
    days
        The customer is there until this many days after the last of them, 30 at most.
    """

    purchases: int
    amount: float
    segment: str
    days: int


@dataclass(frozen=True)
class Drift:
    """What comes without another purchase: another segment, in this many days."""

    days: int
    segment: str


@dataclass(frozen=True)
class Explanation:
    """Why a customer is where it is.

    Attributes
    ----------
    customer
        Its id, as text.
    as_of
        The date recency is counted to; None for a table of customers.
    customers
        Customers with a segment, this one among them.
    reason
        Why it is set aside; None where it has a segment. Then nothing below is known but money.
    standings
        Recency, frequency and monetary.
    segment_id, segment, segments
        Its segment, and the number of segments.
    confidence
        From 0, on a border, to 1; None where the model has no centres.
    nearest
        The nearest and the second-nearest centre; None likewise.
    rfm_score, score_segment
        Code of its scores and their name; None where the model has none.
    best
        Whether no segment is better.
    step
        What would move it to a better segment; None where nothing small does.
    drift
        What comes without another purchase; None where nothing changes within a year.
    currency_symbol
        Sign that money is shown with; may be empty.
    """

    customer: str
    as_of: dt.date | None
    customers: int
    reason: str | None = None
    standings: tuple[Standing, ...] = ()
    segment_id: int | None = None
    segment: str | None = None
    segments: int = 0
    confidence: float | None = None
    nearest: tuple[Centre, Centre] | None = None
    rfm_score: str | None = None
    score_segment: str | None = None
    best: bool = False
    step: Step | None = None
    drift: Drift | None = None
    currency_symbol: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON values, with the text."""
        return {
            **asdict(self),
            "standings": [asdict(standing) for standing in self.standings],
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "text": list(self.lines),
        }

    @property
    def lines(self) -> tuple[str, ...]:
        """The explanation in sentences, one a line."""
        when = f", as of {self.as_of}" if self.as_of else ""
        head = f"Customer {clip(self.customer)}{when}, among {counted(self.customers, 'customer')} with a segment:"
        if self.reason is not None:
            why = REASONS.get(self.reason, self.reason)
            return (f"Customer {clip(self.customer)}{when} is in no segment: {why}.",)
        standings = (f"  {_standing(found, self.currency_symbol)}" for found in self.standings)
        return (
            head,
            *standings,
            self._segment_line(),
            *self._score_lines(),
            self._step_line(),
            self._drift_line(),
        )

    def _segment_line(self) -> str:
        line = f"Segment: {self.segment} ({self.segment_id} of {self.segments} by value)"
        if self.nearest is None:
            return f"{line}: the name of its code {self.rfm_score}."
        nearest, second = (
            f"{centre.segment} ({counted(centre.recency, 'day')}, {counted(centre.frequency, 'purchase')}, "
            f"{money(centre.monetary, self.currency_symbol)})"
            for centre in self.nearest
        )
        line += f": of all centres that of {nearest} is nearest; next is {second}"
        return f"{line}." if self.confidence is None else f"{line}. Confidence {self.confidence:.2f} of 1."

    def _score_lines(self) -> tuple[str, ...]:
        if self.rfm_score is None or self.nearest is None:
            return ()
        return (f"Scores: {self.rfm_score}, {self.score_segment}.",)

    def _step_line(self) -> str:
        if self.best:
            return "Up: no segment is better."
        if self.step is None:
            return (
                f"Up: nothing small moves it to a better segment, not even {MOST_PURCHASES} more purchases of its "
                f"average order value within {HORIZON} days."
            )
        step, each = self.step, money(self.step.amount / self.step.purchases, self.currency_symbol)
        several = step.purchases > 1
        bought = (
            f"{counted(step.purchases, 'more purchase')} of {each}{' each' if several else ''} (its average order "
            f"value) within {HORIZON} days would move it to {step.segment}"
        )
        if step.days >= HORIZON:
            return f"Up: {bought}."
        after = "the last of them" if several else "it"
        return f"Up: {bought}, but only for {counted(step.days, 'day')} after {after}."

    def _drift_line(self) -> str:
        if self.drift is None:
            return f"Down: without another purchase it stays in {self.segment} for a year at least."
        return f"Down: without another purchase it goes to {self.drift.segment} in {counted(self.drift.days, 'day')}."


def _standing(found: Standing, symbol: str) -> str:
    what, more = {
        "recency": (f"last purchase {counted(found.value, 'day')} ago", "more recent than"),
        "frequency": (counted(found.value, "purchase"), "more than"),
        "monetary": (f"{money(found.value, symbol)} spent", "more than"),
    }[found.feature]
    score = "" if found.score is None else f" ({found.feature[0].upper()} {found.score})"
    same = f"; {percent(found.same)} have the same" if found.same >= 0.01 else ""
    return f"{what}{score}: {_rank(found.worse, more)}{same}"


def _rank(worse: float, more: str) -> str:
    """Return the share of customers that are worse, in words.

    >>> _rank(0.0, "more than"), _rank(0.003, "more than"), _rank(0.998, "more than")
    ('nobody is worse', 'fewer than 1 % of the customers are worse', 'more than 99 % of the customers')
    """
    if not worse:
        return "nobody is worse"
    share = percent(worse)
    if share.startswith("<"):
        return "fewer than 1 % of the customers are worse"
    return f"{more} {share.removeprefix('> ')} of the customers"


@dataclass(frozen=True)
class Placing:
    """How a model places customers.

    Attributes
    ----------
    apply
        Customers -> the same with segment and scores.
    names
        The segments' names, by segment id from 1.
    better
        Segment id -> ids of the better segments.
    nearest_two
        One customer -> the nearest and the second-nearest centre; None without centres.
    """

    apply: Callable[[ir.Table], ir.Table]
    names: Sequence[Name]
    better: Callable[[int], Collection[int]]
    nearest_two: Callable[[ir.Table], tuple[Centre, Centre] | None]


def explain_customer(
    customers: ir.Table, customer: object, placing: Placing, as_of: dt.date | None, symbol: str = ""
) -> Explanation:
    """Explain one customer of a table of customers.

    Parameters
    ----------
    customers
        customer_id, recency, frequency, monetary, reason.
    customer
        Its id.
    placing
        The model.
    as_of
        The date recency is counted to.
    symbol
        Sign that money is shown with.

    Raises
    ------
    DataError
        If there is no such customer; the message names those with a similar id.
    """
    key = str(customer).strip()
    found = customers.filter(customers.customer_id.cast("string") == key).limit(1)
    rows = placing.apply(found).to_pyarrow().to_pylist()
    if not rows:
        raise DataError(_unknown(customers, key))
    row = rows[0]
    kept = customers.filter(customers.reason.isnull())
    if row["reason"] is not None:
        return Explanation(key, as_of, int(kept.count().to_pyarrow().as_py()), reason=row["reason"])
    count, standings = _standings(kept, row)
    better = set(placing.better(row["segment_id"]))
    moved = _tried(row, placing)
    return Explanation(
        customer=key,
        as_of=as_of,
        customers=count,
        standings=standings,
        segment_id=row["segment_id"],
        segment=row["segment"],
        segments=len(placing.names),
        confidence=row.get("confidence"),
        nearest=placing.nearest_two(found),
        rfm_score=row["rfm_score"],
        score_segment=row["score_segment"],
        best=not better,
        step=_step(moved, row, better, placing.names),
        drift=_drift(moved, row, placing.names),
        currency_symbol=symbol,
    )


def _standings(kept: ir.Table, row: dict[str, Any]) -> tuple[int, tuple[Standing, ...]]:
    counts = {}
    for feature in FEATURES:
        column, value = kept[feature].cast("float64"), ibis.literal(float(row[feature]), "float64")
        counts[f"worse_{feature}"] = (column > value if feature == "recency" else column < value).sum()
        counts[f"same_{feature}"] = (column == value).sum()
    found = kept.agg(n=kept.count(), **counts).to_pyarrow().to_pylist()[0]
    return int(found["n"]), tuple(
        Standing(
            feature,
            float(row[feature]),
            found[f"worse_{feature}"] / found["n"],
            found[f"same_{feature}"] / found["n"],
            row[f"{feature[0]}_score"],
        )
        for feature in FEATURES
    )


# What would move it

_Move = tuple[int, int]  # more purchases, days since the last one (without a purchase: days from now)


def _tried(row: dict[str, Any], placing: Placing) -> dict[_Move, int]:
    """Return the segment id after each move: some purchases, or none for a while."""
    moves: list[_Move] = [(0, days) for days in range(1, FAR + 1)]
    moves += [(n, days) for n in range(1, MOST_PURCHASES + 1) for days in range(1, HORIZON + 1)]
    each = float(row["monetary"]) / float(row["frequency"])
    tried = ibis.memtable(
        {
            "customer_id": list(range(len(moves))),
            "recency": [float(days if n else float(row["recency"]) + days) for n, days in moves],
            "frequency": [float(row["frequency"]) + n for n, _ in moves],
            "monetary": [float(row["monetary"]) + n * each for n, _ in moves],
        }
    )
    tried = tried.mutate(monetary=decimal_money(tried.monetary), reason=ibis.null("string"))
    placed = placing.apply(tried).select("customer_id", "segment_id").to_pyarrow().to_pylist()
    return {moves[found["customer_id"]]: found["segment_id"] for found in placed}


def _step(
    moved: dict[_Move, int], row: dict[str, Any], better: Collection[int], names: Sequence[Name]
) -> Step | None:
    """Return the fewest purchases that lead up for the whole horizon; else the fewest that do for a while."""
    each = float(row["monetary"]) / float(row["frequency"])
    steps = []
    for purchases in range(1, MOST_PURCHASES + 1):
        reached = moved[purchases, 1]
        if reached in better:
            days = next(
                (day - 1 for day in range(1, HORIZON + 1) if moved[purchases, day] != reached), HORIZON
            )
            steps.append(Step(purchases, purchases * each, names[reached - 1].text, days))
    return next((step for step in steps if step.days == HORIZON), steps[0] if steps else None)


def _drift(moved: dict[_Move, int], row: dict[str, Any], names: Sequence[Name]) -> Drift | None:
    return next(
        (
            Drift(days, names[moved[0, days] - 1].text)
            for days in range(1, FAR + 1)
            if moved[0, days] != row["segment_id"]
        ),
        None,
    )


# An id that is not there


def _unknown(customers: ir.Table, key: str) -> str:
    close = [f"'{clip(found)}'" for found in _similar(customers, key)]
    hint = f" Similar ids: {', '.join(close)}." if close else ""
    count = int(customers.count().to_pyarrow().as_py())
    return (
        f"No customer {clip(key)!r} among the {counted(count, 'customer')} of these orders.{hint} "
        "Give the id as it stands in the source; a customer none of whose lines could be used is not among them."
    )


def _similar(customers: ir.Table, key: str) -> list[str]:
    """Return ids that a mistyped one may have meant: one mistake leaves its first or its second half as it is."""
    half = max(1, len(key) // 2)
    ids = customers.filter(customers.customer_id.notnull()).select(text=customers.customer_id.cast("string"))
    lower = ids.text.lower()
    alike = lower.startswith(key[:half].lower()) | lower.endswith(key[-half:].lower())
    near = ids.filter(alike & ids.text.length().between(len(key) - 1, len(key) + 1))
    rows = near.order_by("text").limit(LOOKED_AT).to_pyarrow().to_pylist()
    folded = {row["text"].lower(): row["text"] for row in rows}
    return [folded[text] for text in difflib.get_close_matches(key.lower(), folded, n=SHOWN_IDS, cutoff=0.7)]
