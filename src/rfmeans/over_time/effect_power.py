"""What a holdout can show, before a campaign is sent: the smallest effect that it would not miss.

Exact: the chance that Newcombe's interval leaves out zero is summed over the buyers that both groups may have
(binomial). The usual formula, (z of the level + z of the power) x root of p (1 - p) (1 / treated + 1 / held out),
promises too much where few buy and few are held out: of 1,178 customers of whom a tenth are held out and 5 % buy
anyway it says 5.9 points, which are then seen in 54 of 100 campaigns, not in 80; it takes 8.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rfmeans.over_time.effect_figures import LEVEL, SEEN_IN, levels
from rfmeans.over_time.effect_intervals import two_sided, wilson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

ANYWAY = 0.05  # share that buys without a campaign, while nobody knows it yet
WANTED = 0.02  # the effect that most would like to see: two points
MOST_HELD_OUT = 50  # percent: beyond it the treatment group is the smaller one
RARE = 1e-10  # chance of the numbers of buyers that are left out of the sums


@dataclass(frozen=True)
class Sight:
    """What one list can show, or all of them.

    Attributes
    ----------
    segment
        None for all lists.
    customers, held_out
        How many there are.
    smallest
        The smallest effect that is told in 8 of 10 campaigns, in shares; None where none is.
    """

    segment: str | None
    customers: int
    held_out: int
    smallest: float | None


@dataclass(frozen=True)
class Foresight:
    """What the holdout of some lists can show, before anything is sent.

    Attributes
    ----------
    anyway
        The share that is taken to buy without the campaign, 0-1.
    total, lists
        All lists, and each.
    wanted
        An effect, in shares.
    holdout
        The share to hold out, 0-1, with which all lists together show it; None where none does.
    smallest_by_half
        What they show with half of their customers held out.
    """

    anyway: float
    total: Sight
    lists: tuple[Sight, ...]
    wanted: float
    holdout: float | None
    smallest_by_half: float | None


def foresee(groups: Sequence[tuple[str, int, int]], anyway: float = ANYWAY) -> Foresight | None:
    """Return what the holdout of lists can show, by name, treated and held out; None where nobody is held out.

    Verdicts on all lists and on each hold together, as those of `rfmeans.over_time.effect_figures.measure_effect`.

    >>> found = foresee([("At-Risk High-Value", 1060, 118), ("Others", 2825, 314)])
    >>> found.holdout, [round(100 * sight.smallest, 1) for sight in (found.total, *found.lists)]
    (None, [4.2, 10.4, 5.6])
    """
    split = [group for group in groups if group[1] and group[2]]
    if not split:
        return None
    of_total, of_list = levels(len(split), LEVEL)
    treated, held = (sum(column) for column in list(zip(*split, strict=True))[1:])
    everyone = treated + held
    half = everyone // 2
    return Foresight(
        anyway,
        total=_sight(None, treated, held, anyway, of_total),
        lists=tuple(_sight(*group, anyway, of_list) for group in split),
        wanted=WANTED,
        holdout=holdout_to_show(everyone, anyway=anyway, effect=WANTED, level=of_total),
        smallest_by_half=smallest_visible(everyone - half, half, anyway=anyway, level=of_total),
    )


def _sight(segment: str | None, treated: int, held_out: int, anyway: float, level: float) -> Sight:
    smallest = smallest_visible(treated, held_out, anyway=anyway, level=level)
    return Sight(segment, treated + held_out, held_out, smallest)


def power(treated: int, held_out: int, *, anyway: float, effect: float, level: float) -> float:
    """Return the chance that an effect is told, as an interval above zero.

    Parameters
    ----------
    treated, held_out
        Customers in each group, 1 or more.
    anyway
        Share of the holdout that buys, 0-1.
    effect
        What the campaign adds to it, in shares: 0.02 is two points.
    level
        Of the interval, 0-1.

    >>> round(power(1060, 118, anyway=0.05, effect=0.059, level=0.95), 2)
    0.54
    """
    buyers, chances = _holdouts(held_out, anyway)
    return _told(_fewest_told(treated, held_out, buyers, level), chances, treated, anyway + effect)


def smallest_visible(treated: int, held_out: int, *, anyway: float, level: float) -> float | None:
    """Return the smallest effect that is told in 8 of 10 campaigns, in shares; None where none is.

    >>> round(smallest_visible(1060, 118, anyway=0.05, level=0.95), 3)
    0.081
    """
    from scipy.optimize import brentq  # takes a while to load

    buyers, chances = _holdouts(held_out, anyway)
    fewest = _fewest_told(treated, held_out, buyers, level)

    def missing(effect: float) -> float:
        return _told(fewest, chances, treated, anyway + effect) - SEEN_IN

    if missing(1 - anyway) < 0:
        return None
    return float(brentq(missing, 0.0, 1 - anyway, xtol=1e-6))


def holdout_to_show(customers: int, *, anyway: float, effect: float, level: float) -> float | None:
    """Return the smallest holdout, in whole percent as a share, that tells an effect in 8 of 10 campaigns.

    None where even half of the customers, held out, would not do.

    >>> holdout_to_show(100_000, anyway=0.05, effect=0.02, level=0.95)
    0.02
    >>> holdout_to_show(1178, anyway=0.05, effect=0.02, level=0.95)
    """
    few, many = 0, MOST_HELD_OUT
    if not _shown(customers, many, anyway, effect, level):
        return None
    while many - few > 1:
        middle = (few + many) // 2
        if _shown(customers, middle, anyway, effect, level):
            many = middle
        else:
            few = middle
    return many / 100


def _shown(customers: int, percent: int, anyway: float, effect: float, level: float) -> bool:
    held_out = round(customers * percent / 100)
    if not 0 < held_out < customers:
        return False
    return power(customers - held_out, held_out, anyway=anyway, effect=effect, level=level) >= SEEN_IN


def _holdouts(held_out: int, anyway: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the numbers of buyers that the holdout may well have, with their chances."""
    from scipy.stats import binom

    drawn = binom(held_out, anyway)
    buyers = np.arange(int(drawn.ppf(RARE)), int(drawn.isf(RARE)) + 1)
    return buyers, drawn.pmf(buyers)


def _fewest_told(treated: int, held_out: int, buyers: NDArray[np.int64], level: float) -> NDArray[np.int64]:
    """Return, for each number of buyers in the holdout, the fewest in treatment at which the effect is told.

    Found by halving: one more buyer in treatment never takes the interval back to zero. ``treated`` + 1 where all of
    them are too few.
    """
    z = two_sided(level)
    held, _, held_high = wilson(buyers.astype(np.float64), held_out, z)
    low, high = np.zeros_like(buyers), np.full_like(buyers, treated + 1)
    while (low < high).any():
        middle = (low + high) // 2
        share, share_low, _ = wilson(np.minimum(middle, treated).astype(np.float64), treated, z)
        told = share - held > np.hypot(share - share_low, held_high - held)
        low, high = np.where(told | (low == high), low, middle + 1), np.where(told, middle, high)
    return high


def _told(fewest: NDArray[np.int64], chances: NDArray[np.float64], treated: int, share: float) -> float:
    from scipy.stats import binom

    return float(chances @ binom.sf(fewest - 1, treated, min(share, 1.0)))
