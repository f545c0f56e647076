"""Sums over two groups of customers -> the difference between the groups, with an interval that holds what it says.

Shares of buyers are compared by Newcombe's hybrid score interval. Money per customer has a tail so long that Welch's
interval, which takes the spread of a small holdout from that holdout alone, raises false alarms (on Online Retail in
16 of 100 draws instead of 5): a holdout that by chance lacks the big spenders looks both poor and certain. Student's,
with the spread of both groups together, errs where the holdout happens to have them, or where the campaign changes the
spread. So the larger of the two standard errors is taken, and the interval leans as far as the money is skewed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Number = float | NDArray[np.float64]

NO_SKEWNESS = 1e-6  # below it the quantiles are the normal distribution's, to five digits
ROUNDING = 1e-11  # of the sum of squares: a smaller spread is what floating point leaves of none


@dataclass(frozen=True)
class GroupSums:
    """Sums over the customers of one segment in one group: one row of an engine's answer.

    ``y`` is a customer's net money in the campaign's time and ``x`` the net money before it; letters side by side
    are multiplied, so ``xxy`` is the sum of x * x * y.

    Attributes
    ----------
    customers, buyers
        How many there are, and how many of them made a purchase in the campaign's time.
    y, yy, yyy, x, xx, xxx, xy, xxy, xyy
        Sums of products, in the orders' money.
    logs
        Sum, and sum of squares, of log(1 + value) for recency, frequency and monetary as they were when the lists
        were written. Empty where they are not known.
    """

    customers: int
    buyers: int
    y: float
    yy: float
    yyy: float
    x: float
    xx: float
    xxx: float
    xy: float
    xxy: float
    xyy: float
    logs: tuple[tuple[float, float], ...] = ()


class Pair(NamedTuple):
    """The two groups of one segment, none of them empty."""

    treatment: GroupSums
    holdout: GroupSums


@dataclass(frozen=True)
class Difference:
    """Treatment less holdout.

    Attributes
    ----------
    value
        The difference itself.
    low, high
        Ends of its interval; None where all customers are alike, so that the data tell no spread.
    level
        Of the interval, 0-1.
    """

    value: float
    low: float | None
    high: float | None
    level: float

    @property
    def sign(self) -> int:
        """1 where the whole interval is above zero, -1 where it is below, else 0."""
        if self.low is None or self.high is None:
            return 0
        return (self.low > 0) - (self.high < 0)

    def times(self, factor: float, less: float = 0.0) -> Difference:
        """Return the difference and its interval in another unit: times a factor of 0 or more, less a constant.

        >>> Difference(0.5, 0.25, 1.0, 0.95).times(100, less=30)
        Difference(value=20.0, low=-5.0, high=70.0, level=0.95)
        """
        low, high = (None if end is None else end * factor - less for end in (self.low, self.high))
        return Difference(self.value * factor - less, low, high, self.level)


def two_sided(level: float) -> float:
    """Return how many standard errors a normal interval reaches to either side.

    >>> round(two_sided(0.95), 6)
    1.959964
    """
    return NormalDist().inv_cdf((1 + level) / 2)


def wilson(buyers: Number, customers: Number, z: float) -> tuple[Number, Number, Number]:
    """Return the share and the ends of Wilson's score interval, for numbers or for arrays of them.

    Wilson 1927, J. Am. Stat. Assoc. 22:209-212.

    >>> [round(end, 4) for end in wilson(81, 263, two_sided(0.95))]
    [0.308, 0.2553, 0.3662]
    """
    share = buyers / customers
    shrink = 1 + z * z / customers
    centre = (share + z * z / (2 * customers)) / shrink
    reach = z / shrink * (share * (1 - share) / customers + (z / (2 * customers)) ** 2) ** 0.5
    return share, centre - reach, centre + reach


def difference_of_shares(pairs: Sequence[Pair], level: float) -> Difference:
    """Return the difference between the shares of buyers, per treated customer.

    One segment: Newcombe's hybrid score interval, method 10 of Newcombe 1998, Statist. Med. 17:873-890. Several: the
    segments' differences, each weighted with its treated customers, so that lists held out to different shares are
    not mixed up; the ends of both groups are stratified Wilson intervals (Yan & Su 2010, Stat. Biopharm. Res.
    2:329-335), put together as Newcombe does.

    >>> def group(buyers, customers):
    ...     return GroupSums(customers, buyers, *[0.0] * 9)
    >>> found = difference_of_shares([Pair(group(56, 70), group(48, 80))], 0.95)
    >>> f"{found.value:.4f} from {found.low:.4f} to {found.high:.4f}"
    '0.2000 from 0.0524 to 0.3339'
    """
    z = two_sided(level)
    weights = weights_of(pairs)
    treated = _stratified([pair.treatment for pair in pairs], weights, z)
    held = _stratified([pair.holdout for pair in pairs], weights, z)
    low, high = newcombe(treated, held)
    return Difference(treated[0] - held[0], low, high, level)


def newcombe(one: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    """Return the ends of the interval of one share less another, each given with the ends of its own interval.

    Newcombe 1998, Statist. Med. 17:873-890, method 10, where these are Wilson's.

    >>> z = two_sided(0.95)
    >>> [round(end, 4) for end in newcombe(wilson(56, 70, z), wilson(48, 80, z))]
    [0.0524, 0.3339]
    """
    (share, low, high), (less, less_low, less_high) = one, other
    down, up = math.hypot(share - low, less_high - less), math.hypot(high - share, less - less_low)
    return max(share - less - down, -1.0), min(share - less + up, 1.0)


def weights_of(pairs: Sequence[Pair]) -> list[float]:
    """Return each segment's share of the treated customers: what the campaign did is what it did to them."""
    treated = sum(pair.treatment.customers for pair in pairs)
    return [pair.treatment.customers / treated for pair in pairs]


def _stratified(
    groups: Sequence[GroupSums], weights: Sequence[float], z: float
) -> tuple[float, float, float]:
    """Return a weighted share and its ends, each segment's Wilson interval so narrow that their sum is not too wide.

    The spreads that set how narrow are those of Wilson's centres: a segment without a buyer has one too.
    """
    spreads = []
    for group in groups:
        centre = (group.buyers + z * z / 2) / (group.customers + z * z)
        spreads.append(math.sqrt(centre * (1 - centre) / group.customers))
    parts = [weight * spread for weight, spread in zip(weights, spreads, strict=True)]
    narrower = z * math.hypot(*parts) / sum(parts)
    ends = [wilson(group.buyers, group.customers, narrower) for group in groups]
    share, low, high = (
        sum(weight * float(end) for weight, end in zip(weights, column, strict=True))
        for column in zip(*ends, strict=True)
    )
    return share, low, high


def difference_of_means(pairs: Sequence[Pair], level: float, *, adjusted: bool) -> Difference:
    """Return the difference in money per customer, per treated customer.

    The larger of Student's standard error (the spread of both groups together) and Welch's (each group's own), and
    quantiles that lean: in place of the normal distribution's stand those of a Pearson III distribution that has the
    skewness of the difference (a correction for skewness as Johnson's 1978, J. Am. Stat. Assoc. 73:536-544, but
    monotone whatever the skewness). Several segments: weighted with their treated customers; variances, third
    cumulants and degrees of freedom add up.

    Parameters
    ----------
    pairs
        At least one; four customers or more in each.
    level
        Of the interval, 0-1.
    adjusted
        For the money that a customer brought before: what the two groups differ by then, times the slope of money
        now on money before, is taken off (analysis of covariance, known to experimenters as CUPED: Deng, Xu, Kohavi &
        Walker 2013, WSDM '13, 123-132). The estimate stays unbiased, and narrower as the two hang together.

    >>> rich = GroupSums(customers=4, buyers=3, y=60, yy=1400, yyy=36000, x=4, xx=6, xxx=10, xy=90, xxy=150, xyy=2300)
    >>> poor = GroupSums(customers=4, buyers=2, y=20, yy=200, yyy=2000, x=4, xx=6, xxx=10, xy=30, xxy=50, xyy=300)
    >>> found = difference_of_means([Pair(rich, poor)], 0.95, adjusted=False)
    >>> f"{found.value:.2f} from {found.low:.2f} to {found.high:.2f}"
    '10.00 from -7.30 to 27.30'
    """
    estimates = [_estimate(pair, adjusted=adjusted) for pair in pairs]
    weighted = list(zip(weights_of(pairs), estimates, strict=True))
    value = sum(weight * found.value for weight, found in weighted)
    variance = sum(weight**2 * found.variance for weight, found in weighted)
    if not variance:
        return Difference(value, None, None, level)
    error = math.sqrt(variance)
    skewness = sum(weight**3 * found.third for weight, found in weighted) / error**3
    upper, lower = (1 + level) / 2, (1 - level) / 2
    few = _student(sum(found.freedom for found in estimates), level) / two_sided(level)
    low, high = (value - few * error * skewed_quantile(end, skewness) for end in (upper, lower))
    return Difference(value, low, high, level)


def skewed_quantile(chance: float, skewness: float) -> float:
    """Return a quantile of the Pearson III distribution with mean 0 and standard deviation 1.

    >>> [round(skewed_quantile(0.975, skewness), 3) for skewness in (-2, 0, 2)]
    [0.975, 1.96, 2.689]
    """
    if abs(skewness) < NO_SKEWNESS:
        return NormalDist().inv_cdf(chance)
    if skewness < 0:
        return -skewed_quantile(1 - chance, -skewness)
    from scipy.special import gammaincinv  # takes a while to load, and few need it

    shape = 4 / skewness**2
    return float((gammaincinv(shape, chance) - shape) / math.sqrt(shape))


def welch(pair: Pair, level: float) -> Difference:
    """Return the difference in money per customer with Welch's interval, for comparison with other tools.

    Welch 1947, Biometrika 34:28-35. No interval where a group has one customer, or none of both has a spread.
    """
    value = _apart(pair, "y")
    if min(group.customers for group in pair) == 1:
        return Difference(value, None, None, level)
    parts = [_central(group).yy / (group.customers - 1) / group.customers for group in pair]
    if not any(parts):
        return Difference(value, None, None, level)
    freedom = sum(parts) ** 2 / sum(
        part**2 / (group.customers - 1) for part, group in zip(parts, pair, strict=True)
    )
    reach = _student(freedom, level) * math.sqrt(sum(parts))
    return Difference(value, value - reach, value + reach, level)


def _student(freedom: float, level: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + level) / 2))


class _Central(NamedTuple):
    """Sums of products of the distances from the group's means."""

    yy: float
    xy: float
    xx: float
    yyy: float
    xyy: float
    xxy: float
    xxx: float


class _Estimate(NamedTuple):
    """One segment's difference, the variance and third cumulant of its error, and the degrees of freedom."""

    value: float
    variance: float
    third: float
    freedom: int


def _central(sums: GroupSums) -> _Central:
    count = sums.customers
    x, y = sums.x / count, sums.y / count
    return _Central(
        yy=_spread(sums.yy, y, count),
        xy=sums.xy - count * x * y,
        xx=_spread(sums.xx, x, count),
        yyy=sums.yyy - 3 * y * sums.yy + 2 * count * y**3,
        xyy=sums.xyy - 2 * y * sums.xy - x * sums.yy + 2 * count * x * y**2,
        xxy=sums.xxy - 2 * x * sums.xy - y * sums.xx + 2 * count * x**2 * y,
        xxx=sums.xxx - 3 * x * sums.xx + 2 * count * x**3,
    )


def _spread(squares: float, mean: float, count: int) -> float:
    spread = squares - count * mean**2
    return spread if spread > ROUNDING * squares else 0.0


def _estimate(pair: Pair, *, adjusted: bool) -> _Estimate:
    counts = [group.customers for group in pair]
    groups = [_central(group) for group in pair]
    both = _Central(*map(sum, zip(*groups, strict=True)))
    slope = both.xy / both.xx if adjusted and both.xx else 0.0
    now, before = (_apart(pair, name) for name in ("y", "x"))
    freedom = sum(counts) - (3 if slope else 2)
    third = both.yyy - 3 * slope * both.xyy + 3 * slope**2 * both.xxy - slope**3 * both.xxx
    lean = 1 / counts[0] ** 2 - 1 / counts[1] ** 2
    leverage = before**2 / both.xx if slope else 0.0  # the slope itself is an estimate
    student = _left(both, slope) / freedom * (1 / counts[0] + 1 / counts[1] + leverage)
    own = [_left(group, slope) / (n - 1) / n for group, n in zip(groups, counts, strict=True) if n > 1]
    known = _left(both, slope) > ROUNDING * both.yy
    variance = max(student, sum(own)) if known else 0.0
    return _Estimate(now - slope * before, variance, third / sum(counts) * lean, freedom)


def _apart(pair: Pair, name: str) -> float:
    treatment, holdout = (float(getattr(group, name)) / group.customers for group in pair)
    return treatment - holdout


def _left(sums: _Central, slope: float) -> float:
    """Return the sum of squares that the slope leaves."""
    return sums.yy - 2 * slope * sums.xy + slope**2 * sums.xx
