"""Figures of segments -> what the claims of their names are checked on, which a model remembers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rfmeans.days import kept_span
from rfmeans.segments.profile import LEVELS
from rfmeans.segments.rhythm import Rhythm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rfmeans.segments.features import Scaling
    from rfmeans.segments.profile import Group

LONGEST = 10**7  # days of a period: more than a calendar holds
UNTOLD = ("tenure", "mean_monetary")  # figures that may be None


@dataclass(frozen=True)
class Facts:
    """What claims are checked on, of the customers of one segment: medians, a quartile, a share and a mean.

    Attributes
    ----------
    recency, tenure
        Days; tenure is None for a table of customers.
    longest_away
        Days of recency that a quarter of them exceed.
    frequency
        Purchases, in the window if there is one.
    monetary
        Net money, likewise; NaN where it is left open, so that no claim on it is false.
    repeat_share
        Share with more than one purchase in all history, 0 to 1.
    customers
        How many they are; 0 where a model does not say.
    mean_monetary
        Mean net money, in the window if there is one; None where a model does not say.
    """

    recency: float
    frequency: float
    monetary: float
    tenure: float | None
    repeat_share: float
    longest_away: float
    customers: int = 0
    mean_monetary: float | None = None

    @classmethod
    def of(cls, group: Group) -> Facts | None:
        """Return those of a segment; None where nobody is in it."""
        if not group.customers:
            return None
        tenure = None if math.isnan(group.median_tenure) else group.median_tenure
        medians = (group.median_recency, group.median_frequency, group.median_monetary)
        longest = group.spread.recency[LEVELS.index(0.75)]
        return cls(*medians, tenure, group.repeat_share, longest, group.customers, group.mean_monetary)


@dataclass(frozen=True)
class Grounds:
    """All that the claims of a segmentation are checked on.

    Attributes
    ----------
    segments
        By segment id from 1; None where nobody is in a segment.
    everyone
        The same of all customers.
    rhythm
        The shop's; None for a table of customers.
    period_days
        From the first order to the as-of date; None for a table of customers.
    constant
        The features that are the same for all customers.
    window
        The days in which purchases and money count; None: all history.
    """

    segments: tuple[Facts | None, ...]
    everyone: Facts
    rhythm: Rhythm | None = None
    period_days: int | None = None
    constant: tuple[str, ...] = ()
    window: int | None = None

    def of(self, place: int) -> Facts | None:
        """Return the facts of a segment by its place, from 0; None where nobody is in it."""
        return self.segments[place] if place < len(self.segments) else None

    @classmethod
    def measure(
        cls,
        groups: Sequence[Group],
        everyone: Group,
        rhythm: Rhythm | None,
        period_days: int | None,
        scaling: Scaling,
        window: int | None = None,
    ) -> Grounds:
        """Return them from the figures of the segments and of all, one customer at least."""
        constant = tuple(feature.name for feature in scaling.features if feature.sd == 0)
        facts = Facts.of(everyone)
        assert facts is not None
        return cls(tuple(map(Facts.of, groups)), facts, rhythm, period_days, constant, window)

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Grounds:
        """Take back what `dataclasses.asdict` made of it."""
        rhythm, period = content["rhythm"], content["period_days"]
        if period is not None and not 0 <= period <= LONGEST:
            raise ValueError(f"a period of {period} days")
        return cls(
            tuple(_facts(each) if each else None for each in content["segments"]),
            _facts(content["everyone"]),
            Rhythm.from_dict(rhythm) if rhythm else None,
            None if period is None else int(period),
            tuple(map(str, content["constant"])),
            kept_span(content.get("window")),  # an older model has none
        )


def _facts(content: dict[str, Any]) -> Facts:
    told = {name: content[name] for name in content if name not in UNTOLD or content[name] is not None}
    found: dict[str, Any] = {name: float(value) for name, value in told.items()}
    if not all(map(math.isfinite, found.values())):
        raise ValueError("a figure of a segment is not a finite number")
    customers = int(found.pop("customers", 0))  # an older model does not count them
    return Facts(**{"tenure": None, **found}, customers=customers)
