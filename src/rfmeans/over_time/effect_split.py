"""Treated and held out customers -> whether they were split as drawn, and were alike before the campaign."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rfmeans.over_time.effect_intervals import ROUNDING, two_sided, weights_of
from rfmeans.segments.settings import FEATURES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rfmeans.over_time.effect_intervals import GroupSums, Pair

SUSPECT = 0.001  # chance below which a split is called suspicious, all rows of a check together


@dataclass(frozen=True)
class Split:
    """Whether a list was split as drawn: the sample-ratio check.

    ``chance`` is how often drawing alone gives a holdout at least as far from the share asked for (exact binomial
    test). ``segment`` is None for all lists together.
    """

    segment: str | None
    customers: int
    held_out: int
    expected: float
    chance: float
    suspicious: bool


@dataclass(frozen=True)
class Balance:
    """Whether the groups were alike before the campaign, within segments.

    Attributes
    ----------
    feature
        recency, frequency or monetary.
    treatment, holdout
        The typical customer of each group: geometric mean of 1 + value, less 1.
    difference
        Treatment less holdout on the log scale, in standard deviations.
    by_chance
        How far drawing alone takes it in 95 of 100 draws.
    suspicious
        Whether drawing alone would hardly ever take it so far.
    """

    feature: str
    treatment: float
    holdout: float
    difference: float
    by_chance: float
    suspicious: bool


def check_splits(lists: Sequence[tuple[str, int, int]], holdout: float) -> Iterator[Split]:
    """Yield the check of all lists together, where there are several, and of each.

    Parameters
    ----------
    lists
        Of each its segment, its customers and those held out.
    holdout
        The share that was to be held out.
    """
    from scipy.stats import binomtest  # takes a while to load

    rows: list[tuple[str | None, int, int]] = list(lists)
    if len(rows) > 1:
        rows.insert(0, (None, sum(row[1] for row in rows), sum(row[2] for row in rows)))
    for name, customers, held_out in rows:
        chance = float(binomtest(held_out, customers, holdout).pvalue) if customers else 1.0
        yield Split(
            name,
            customers,
            held_out,
            expected=customers * holdout,
            chance=chance,
            suspicious=chance < SUSPECT / len(rows),
        )


def check_balance(pairs: Sequence[Pair]) -> Iterator[Balance]:
    """Yield recency, frequency and monetary of both groups of all segments; nothing where they are not known."""
    groups = [group for pair in pairs for group in pair]
    if not groups or not all(group.logs for group in groups):
        return
    weights = weights_of(pairs)
    apart = [
        weight * math.sqrt(1 / t.customers + 1 / h.customers)
        for weight, (t, h) in zip(weights, pairs, strict=True)
    ]
    error = math.hypot(*apart)
    for place, feature in enumerate(FEATURES):
        treatment, holdout = (_mean_log(side, weights, place) for side in zip(*pairs, strict=True))
        deviation = _deviation(groups, place)
        difference = (treatment - holdout) / deviation if deviation else 0.0
        yield Balance(
            feature,
            math.expm1(treatment),
            math.expm1(holdout),
            difference,
            by_chance=two_sided(0.95) * error,
            suspicious=abs(difference) > two_sided(1 - SUSPECT / len(FEATURES)) * error,
        )


def _mean_log(groups: Sequence[GroupSums], weights: Sequence[float], place: int) -> float:
    return sum(
        weight * group.logs[place][0] / group.customers for weight, group in zip(weights, groups, strict=True)
    )


def _deviation(groups: Sequence[GroupSums], place: int) -> float:
    """Return the standard deviation within the groups."""
    squares = sum(group.logs[place][1] for group in groups)
    left = squares - sum(group.logs[place][0] ** 2 / group.customers for group in groups)
    freedom = sum(group.customers for group in groups) - len(groups)
    return math.sqrt(left / freedom) if left > ROUNDING * squares else 0.0
