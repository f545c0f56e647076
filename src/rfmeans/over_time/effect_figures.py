"""Sums per segment and group -> what a campaign did: differences that hold together, extra, net gain, verdicts.

The promise: of campaigns that do nothing, at most one in twenty (one less ``level``) gets any verdict other than
"cannot tell", the total and all segments counted together. So the allowance for error is spent once: half on the
total, half shared by the segments in equal parts (Bonferroni). Intervals and verdicts are one and the same statement: a
verdict is given where the interval leaves out zero. (Holm's procedure would give a few more, to segments whose shown
interval holds zero.)

Verdicts rest on one outcome, buyers unless asked for money: two questions would be two chances for a false alarm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rfmeans.over_time.effect_intervals import (
    Difference,
    GroupSums,
    Pair,
    difference_of_means,
    difference_of_shares,
    two_sided,
    weights_of,
    welch,
)
from rfmeans.over_time.effect_split import Balance, Split, check_balance, check_splits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Verdict = Literal["worked", "did harm", "cannot tell"]
VerdictOn = Literal["buyers", "money"]

LEVEL = 0.95  # of all verdicts together
FOR_THE_TOTAL = 0.5  # of the allowance for error
SEEN_IN = 0.8  # of campaigns: the power that "enough customers to tell" means
FEWEST = 4  # customers of a segment; fewer tell no spread
WORDS: dict[int, Verdict] = {1: "worked", -1: "did harm", 0: "cannot tell"}


@dataclass(frozen=True)
class SegmentSums:
    """The two groups of one segment as the lists were sent; ``largest``: the most money of one customer since."""

    segment_id: int
    segment: str
    treatment: GroupSums
    holdout: GroupSums
    largest: float = 0.0

    @property
    def customers(self) -> int:
        """Customers in both groups."""
        return self.treatment.customers + self.holdout.customers

    @property
    def comparable(self) -> bool:
        """Whether there is something to compare: neither group is empty, and a spread can be told."""
        return min(self.treatment.customers, self.holdout.customers) > 0 and self.customers >= FEWEST

    @property
    def pair(self) -> Pair:
        """The two groups, for arithmetic."""
        return Pair(self.treatment, self.holdout)


@dataclass(frozen=True)
class Costs:
    """What a campaign costs for each treated customer, and the share of money that is margin, 0-1."""

    per_customer: float = 0.0
    margin: float = 1.0


@dataclass(frozen=True)
class GroupFigures:
    """One group: customers, buyers, share of buyers (0-1) and net money per customer, as counted and weighted.

    In a total, what is weighted counts each segment as often as it has treated customers, so that treatment less
    holdout is the difference. So does ``money_before``, net money per customer up to the date of the lists.
    """

    customers: int
    buyers: int
    share: float
    money_per_customer: float
    share_weighted: float
    money_weighted: float
    money_before: float


@dataclass(frozen=True)
class SegmentEffect:
    """What the campaign did in one segment, or in all of them.

    Attributes
    ----------
    segment_id, segment
        None in the total.
    treatment, holdout
        The groups.
    share
        Difference between the shares of buyers, 0-1.
    money, money_unadjusted
        Difference in net money per customer, adjusted for the money that they had brought before; and without that.
    money_welch
        Welch's interval, for comparison with other tools; it is too narrow for small holdouts. None in the total of
        several segments.
    extra_buyers, extra_money
        The differences times the treated customers: what there is only because of the campaign.
    net_gain
        Extra money times the margin, less the cost of the treated customers. None where no costs were given.
    largest
        The most money that one customer brought, or took back, in the campaign's time.
    verdict
        In a word.
    customers_to_tell
        Customers in both groups, of which this one would be told in 8 of 10 campaigns if the true difference were
        the one seen. None where there is a verdict, or no difference at all.
    """

    segment_id: int | None
    segment: str | None
    treatment: GroupFigures
    holdout: GroupFigures
    share: Difference
    money: Difference
    money_unadjusted: Difference
    money_welch: Difference | None
    extra_buyers: Difference
    extra_money: Difference
    net_gain: Difference | None
    largest: float
    verdict: Verdict
    customers_to_tell: int | None

    @property
    def signs_differ(self) -> bool:
        """Whether money as it is says more where adjusted it says less, or the other way round."""
        return self.money.value * self.money_unadjusted.value < 0


@dataclass(frozen=True)
class Effect:
    """The answer of the holdout.

    Attributes
    ----------
    verdict_on
        The outcome that verdicts rest on.
    level
        Of all verdicts together, 0-1.
    total_level, segment_level
        Of the total's intervals and of each segment's, so that they hold together.
    total
        All segments that can be compared; None where there is none.
    segments, not_compared
        Those that can be compared; those that cannot: a group is empty, or they have fewer than four customers.
    splits
        All lists and each; empty where the share held out is not known.
    balance
        Recency, frequency, monetary; empty where they are not known.
    """

    verdict_on: VerdictOn
    level: float
    total_level: float
    segment_level: float
    total: SegmentEffect | None
    segments: tuple[SegmentEffect, ...]
    not_compared: tuple[SegmentSums, ...]
    splits: tuple[Split, ...]
    balance: tuple[Balance, ...]


def measure_effect(
    segments: Sequence[SegmentSums],
    *,
    level: float = LEVEL,
    holdout: float | None = None,
    costs: Costs | None = None,
    verdict_on: VerdictOn = "buyers",
) -> Effect:
    """Return what the campaign did.

    Parameters
    ----------
    segments
        The groups as they were when the lists were sent.
    level
        Of all verdicts together, 0-1.
    holdout
        Share that was to be held out, 0-1, for the check of the split; None where it is not known.
    costs
        For the net gain.
    verdict_on
        The outcome that verdicts rest on.

    >>> def group(customers, buyers, y, yy, yyy):
    ...     return GroupSums(customers, buyers, y, yy, yyy, *[0.0] * 6)
    >>> found = measure_effect(
    ...     [SegmentSums(1, "Loyal", group(6400, 640, 9600, 2.4e5, 8e6), group(700, 42, 810, 2e4, 7e5))], holdout=0.1
    ... )
    >>> row = found.segments[0]
    >>> row.verdict, f"{row.share.value:.3f} from {row.share.low:.3f} to {row.share.high:.3f}"
    ('worked', '0.040 from 0.019 to 0.057')
    >>> f"{row.extra_buyers.value:.0f} extra buyers, {row.extra_money.value:.0f} extra money"
    '256 extra buyers, 2194 extra money'
    """
    compared = [sums for sums in segments if sums.comparable]
    total_level, segment_level = levels(len(compared), level)
    return Effect(
        verdict_on,
        level,
        total_level,
        segment_level,
        total=_effect(compared, total_level, costs, verdict_on) if compared else None,
        segments=tuple(_effect([sums], segment_level, costs, verdict_on) for sums in compared),
        not_compared=tuple(sums for sums in segments if not sums.comparable),
        splits=tuple(check_splits([_drawn(sums) for sums in segments], holdout)) if holdout else (),
        balance=tuple(check_balance([sums.pair for sums in compared])),
    )


def _drawn(sums: SegmentSums) -> tuple[str, int, int]:
    return sums.segment, sums.customers, sums.holdout.customers


def levels(segments: int, level: float) -> tuple[float, float]:
    """Return the level of the total's intervals and of each segment's, so that all of them hold together.

    >>> levels(4, 0.95), levels(1, 0.95)
    ((0.975, 0.99375), (0.95, 0.95))
    """
    if segments <= 1:
        return level, level  # the total is the segment: one question
    allowance = 1 - level
    return 1 - allowance * FOR_THE_TOTAL, 1 - allowance * (1 - FOR_THE_TOTAL) / segments


def customers_to_tell(difference: Difference, customers: int) -> int | None:
    """Return of how many customers a difference like the one seen would be told in 8 of 10 campaigns.

    An interval narrows with the root of the customers; it has to leave zero as far behind as chance pulls back.

    >>> customers_to_tell(Difference(2.0, -1.92, 5.92, 0.95), customers=1000)
    7850
    """
    if difference.low is None or difference.high is None or not difference.value:
        return None
    up = difference.value > 0
    reach = difference.value - difference.low if up else difference.high - difference.value
    farther = 1 + two_sided(2 * SEEN_IN - 1) / two_sided(difference.level)
    return math.ceil(customers * (farther * reach / difference.value) ** 2)


def _effect(
    compared: Sequence[SegmentSums], level: float, costs: Costs | None, verdict_on: VerdictOn
) -> SegmentEffect:
    pairs = [sums.pair for sums in compared]
    treatment, holdout = _figures(pairs)
    only = compared[0] if len(compared) == 1 else None
    share = difference_of_shares(pairs, level)
    money = difference_of_means(pairs, level, adjusted=True)
    asked = share if verdict_on == "buyers" else money
    extra_money = money.times(treatment.customers)
    paid = costs.per_customer * treatment.customers if costs else 0.0
    total = treatment.customers + holdout.customers
    return SegmentEffect(
        segment_id=only.segment_id if only else None,
        segment=only.segment if only else None,
        treatment=treatment,
        holdout=holdout,
        share=share,
        money=money,
        money_unadjusted=difference_of_means(pairs, level, adjusted=False),
        money_welch=welch(only.pair, level) if only else None,
        extra_buyers=share.times(treatment.customers),
        extra_money=extra_money,
        net_gain=extra_money.times(costs.margin, less=paid) if costs else None,
        largest=max(sums.largest for sums in compared),
        verdict=WORDS[asked.sign],
        customers_to_tell=None if asked.sign else customers_to_tell(asked, total),
    )


def _figures(pairs: Sequence[Pair]) -> Iterator[GroupFigures]:
    """Yield treatment, then holdout, the segments weighted alike."""
    weights = weights_of(pairs)
    for groups in zip(*pairs, strict=True):
        weighted = list(zip(weights, groups, strict=True))
        customers, buyers = sum(group.customers for group in groups), sum(group.buyers for group in groups)
        yield GroupFigures(
            customers,
            buyers,
            share=buyers / customers,
            money_per_customer=sum(group.y for group in groups) / customers,
            share_weighted=sum(weight * group.buyers / group.customers for weight, group in weighted),
            money_weighted=sum(weight * group.y / group.customers for weight, group in weighted),
            money_before=sum(weight * group.x / group.customers for weight, group in weighted),
        )
