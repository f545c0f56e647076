"""All that is told of a campaign's effect: plain numbers, once, for every renderer."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rfmeans.wording import clip, counted

if TYPE_CHECKING:
    import datetime as dt

    from rfmeans.inspection.order_days import Gap
    from rfmeans.over_time.effect_figures import Costs, Effect, SegmentEffect
    from rfmeans.over_time.effect_orders import Known

ASSUMED = (
    "The campaign went to the treatment groups as they were drawn, and to nobody held out.",
    "Nothing else set the two groups apart: no other campaign, and no customer who told another of it.",
    "All treated customers count, also those who never opened it: that is what a campaign to such a list does.",
)

ALL_COUNT = (
    "Every customer with a segment counts as one of its list: nothing tells whether the lists left some out, such as "
    "those without an address."
)


@dataclass(frozen=True)
class EffectSummary:
    """A campaign's effect, and what it was measured on.

    Attributes
    ----------
    start, end
        First and last day of the campaign's time.
    lists, orders
        What the lists and the later orders were read from.
    found
        The figures.
    customers, held_out
        Of all lists that were sent.
    only
        The segments whose lists were sent; None: all.
    lists_there
        How many lists there were, sent or not.
    audience_format
        Of the lists; None where it is not known.
    in_no_list
        Customers with a segment whom that format left out, for want of an e-mail address of their own.
    holdout
        The share that was to be held out, 0-1; None where it is not known.
    costs
        None where neither cost nor margin was given.
    buyers_in_no_list, money_in_no_list
        Customers who bought in the campaign's time and stand in no list, and their money; they are not counted.
    lists_as_of
        The date that the lists were made for; None where it is not known.
    empty_days
        Runs of days in the campaign's time without an order, unlike the weeks around.
    known
        How many customers of the lists the orders know by their last purchase; None where they do not go back to it.
    active
        Customers of all lists, sent or not, with a line in the campaign's time.
    bought_before
        Customers of the lists who bought after that date and before the campaign: neither before nor after counts
        it. None where it is not known: the date is not, or the orders begin after it.
    currency_symbol
        Sign that money is shown with.
    """

    start: dt.date
    end: dt.date
    lists: str
    orders: str
    found: Effect
    customers: int
    held_out: int
    only: tuple[str, ...] | None
    lists_there: int
    audience_format: str | None
    in_no_list: int
    holdout: float | None
    costs: Costs | None
    buyers_in_no_list: int
    money_in_no_list: float
    lists_as_of: dt.date | None
    empty_days: tuple[Gap, ...]
    known: Known | None
    active: int
    bought_before: int | None
    currency_symbol: str = ""

    @property
    def days(self) -> int:
        """Days of the campaign's time."""
        return (self.end - self.start).days + 1

    @property
    def total(self) -> SegmentEffect:
        """The figures of all lists together; a summary is made only where there are some."""
        assert self.found.total is not None
        return self.found.total

    @property
    def rows(self) -> tuple[SegmentEffect, ...]:
        """The total, and the segments; where there is one segment, it alone."""
        segments = self.found.segments
        return segments if len(segments) == 1 else (self.total, *segments)

    @property
    def assumed(self) -> tuple[str, ...]:
        """What is taken for granted: whom the campaign went to, and that nothing else set the groups apart."""
        unknown = () if self.audience_format else (ALL_COUNT,)
        return (self._sent_to, *ASSUMED, *unknown)

    @property
    def _sent_to(self) -> str:
        if self.only is not None:
            names, there = ", ".join(map(clip, self.only)), counted(self.lists_there, "list")
            return f"Sent to: {names} ({len(self.only):,} of {there})."
        return (
            f"Sent to: all {self.lists_there:,} lists."
            if self.lists_there > 1
            else "Sent to: the one list there is."
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        found = asdict(self.found)
        found["not_compared"] = [
            {
                "segment_id": sums.segment_id,
                "segment": sums.segment,
                "treatment": sums.treatment.customers,
                "holdout": sums.holdout.customers,
            }
            for sums in self.found.not_compared
        ]
        return {
            "lists": self.lists,
            "orders": self.orders,
            "from": self.start.isoformat(),
            "to": self.end.isoformat(),
            "days": self.days,
            "customers": self.customers,
            "held_out": self.held_out,
            "only": None if self.only is None else list(self.only),
            "lists_there": self.lists_there,
            "audience_format": self.audience_format,
            "in_no_list": self.in_no_list,
            "holdout": self.holdout,
            "costs": asdict(self.costs) if self.costs else None,
            "buyers_in_no_list": self.buyers_in_no_list,
            "money_in_no_list": self.money_in_no_list,
            "lists_as_of": self.lists_as_of.isoformat() if self.lists_as_of else None,
            "empty_days": [
                {"from": gap.first_day.isoformat(), "to": gap.last_day.isoformat(), "days": gap.days}
                for gap in self.empty_days
            ],
            "known": asdict(self.known) if self.known else None,
            "bought_before": self.bought_before,
            **found,
            "assumed": list(self.assumed),
        }
