"""The explanation of one customer: plain numbers, and the sentences that tell them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rfmeans.orders.customers import NO_NET_SPEND, NO_PURCHASE
from rfmeans.segments.kmeans import NEAR_BORDER
from rfmeans.wording import clip, counted, money, percent, within

if TYPE_CHECKING:
    import datetime as dt

HORIZON = 30  # days
YEAR = 365  # days without a purchase that are looked ahead
MOST_PURCHASES = 5
LOGGED = "centres are those of the fit, after its transforms, not the means of the table"
PLAIN = "centres are the means of the fit, which transformed no feature"
REASONS = {
    NO_PURCHASE: "it has no purchase (returns or free orders only), so it has no recency",
    NO_NET_SPEND: "its returns are worth as much as its purchases or more, so it has no net spend",
}


@dataclass(frozen=True)
class FeatureStanding:
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
class StepUp:
    """Purchases that lead to a better segment.

    Attributes
    ----------
    purchases
        More purchases, each of the average order value.
    amount
        Their money altogether.
    days
        It is better off until this many days after the last of them, 30 at most.
    segment
        Where it is on the last of these days.
    at_first
        Where it is on the day after the purchases.
    """

    purchases: int
    amount: float
    days: int
    segment: str
    at_first: str


@dataclass(frozen=True)
class Waiting:
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
        The fewest purchases that lead to a better segment for a week or more; None where not even five do.
    lasting
        The fewest that do so for 30 days, where these are more; None where not even five do.
    drift
        What comes without another purchase; None where nothing changes within a year.
    currency_symbol
        Sign that money is shown with; may be empty.
    average_order
        Its net money per purchase; that of all customers where it has none in the window; None without a segment.
    window
        The days in which purchases and money count for frequency and monetary; None: all history.
    doubt
        A sentence where what the name says of time does not hold of this customer; else blank.
    logged
        Whether the model takes the logarithm of a feature, so that its centres are no plain means.
    """

    customer: str
    as_of: dt.date | None
    customers: int
    reason: str | None = None
    standings: tuple[FeatureStanding, ...] = ()
    segment_id: int | None = None
    segment: str | None = None
    segments: int = 0
    confidence: float | None = None
    nearest: tuple[Centre, Centre] | None = None
    rfm_score: str | None = None
    score_segment: str | None = None
    best: bool = False
    step: StepUp | None = None
    lasting: StepUp | None = None
    drift: Waiting | None = None
    currency_symbol: str = ""
    average_order: float | None = None
    window: int | None = None
    doubt: str = ""
    logged: bool = True

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
        who = f"Customer {clip(self.customer)}"
        when = f", as of {self.as_of}," if self.as_of else ""
        if self.reason is not None:
            why = REASONS.get(self.reason, self.reason)
            if self.window and self.reason == NO_NET_SPEND:
                why = f"its money{within(self.window)} is below zero, or all of it was returned"
            return (f"{who}{when} is in no segment: {why}.",)
        head = f"{who}{when or ','} among {counted(self.customers, 'customer')} with a segment:"
        standings = (f"  {_standing(found, self.currency_symbol)}" for found in self.standings)
        return (
            head,
            *standings,
            self._segment_line(),
            *filter(None, [self.doubt]),
            *self._score_lines(),
            self._step_line(),
            self._drift_line(),
            *self._window_line(),
        )

    def _segment_line(self) -> str:
        line = f"Segment: {self.segment}, {self.segment_id} of {self.segments} by money spent each."
        if self.nearest is None:
            return f"{line} It is the name of the code {self.rfm_score}."
        nearest, second = (
            f"{centre.segment} ({counted(centre.recency, 'day')}, {counted(centre.frequency, 'purchase')}, "
            f"{money(centre.monetary, self.currency_symbol)})"
            for centre in self.nearest
        )
        line += f" The nearest centre is that of {nearest}, the second-nearest that of {second}; "
        line += f"{LOGGED if self.logged else PLAIN}."
        if self.confidence is None:
            return line
        border = ", near the border between the two" if self.confidence < NEAR_BORDER else ""
        return f"{line} Confidence {self.confidence:.2f} of 1{border}."

    def _window_line(self) -> tuple[str, ...]:
        if self.window is None:
            return ()
        return (
            f"Purchases and money are those{within(self.window)}; which of them will be older than that by then is not "
            "foreseen, but where all are.",
        )

    def _score_lines(self) -> tuple[str, ...]:
        if self.rfm_score is None or self.nearest is None:
            return ()
        return (f"Scores: {self.rfm_score}, {self.score_segment}.",)

    def _step_line(self) -> str:
        if self.best:
            return "To a better name: there is none."
        # Better is told apart from the rank above it, which is by money alone.
        better = "To a better name" if self.nearest is None else "To a more recent or more valuable name"
        if self.average_order == 0:
            spent = f"nobody spent anything{within(self.window)}"
            return f"{better}: what a purchase would do cannot be tried, for {spent}."
        if self.step is None:
            return (
                f"{better}: not even {MOST_PURCHASES} more purchases of "
                f"{money(self.average_order or 0.0, self.currency_symbol)} each ({self._whose_average}) would keep it "
                "there for a week."
            )
        return f"{better}: {self._step_told(self.step)}{self._lasting_told()}."

    @property
    def _whose_average(self) -> str:
        _, frequency, _ = self.standings
        return "its average order value" if frequency.value else "the average order value of all customers"

    def _step_told(self, step: StepUp) -> str:
        several = step.purchases > 1
        even = f", at first even to {step.at_first}," if step.at_first != step.segment else ""
        moved = f"would move it to {step.segment}{even}"
        bought = (
            f"{counted(step.purchases, 'more purchase')} of {money(self.average_order or 0.0, self.currency_symbol)} "
            f"{'each ' if several else ''}({self._whose_average})"
        )
        if step.days >= HORIZON:
            return f"{bought} {moved} for {HORIZON} days at least"
        after = "the last of them" if several else "it"
        return f"{bought} {moved} until {counted(step.days, 'day')} after {after}"

    def _lasting_told(self) -> str:
        if self.lasting is None or self.step is None:
            return ""
        there = (
            "keep it there"
            if self.lasting.segment == self.step.segment
            else f"move it to {self.lasting.segment}"
        )
        return f"; {self.lasting.purchases} would {there} for {HORIZON} days at least"

    def _drift_line(self) -> str:
        days = self.drift.days if self.drift else YEAR
        away = f"then {counted(self.standings[0].value + days, 'day')} away"
        if self.drift is None:
            return f"Without another purchase: the model keeps it in {self.segment} for a year, {away}."
        return f"Without another purchase: it goes to {self.drift.segment} in {counted(days, 'day')}, {away}."


def _standing(found: FeatureStanding, symbol: str) -> str:
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
