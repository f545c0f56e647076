"""Customers -> cut points of the R, F and M scores.

A cut is a value, never a position in a list, so equal customers have equal scores. A score above j of n needs at
least j/n of all customers to be strictly worse: of a tie, all have what its worst place would have. Where ties
leave fewer bins than asked, the bins that are left take scores spread from the worst to the best one.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import ibis

from rfmeans.segments.features import float64, of_feature
from rfmeans.segments.settings import FEATURES, MAX_SCORES, MIN_SCORES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis.expr.types as ir

BUCKETS = 1024  # per bracket and pass of the search for cut points


@dataclass(frozen=True)
class FeatureCuts:
    """The cut points of one feature and the scores between them.

    Attributes
    ----------
    feature
        recency, frequency or monetary.
    edges
        Lower edges of the bins after the first, ascending: a value on an edge belongs to the bin above it.
    scores
        Score of each bin, from the lowest values to the highest: falling for recency, rising for the others.
    given
        Whether the edges were given, not taken from the data.
    """

    feature: str
    edges: tuple[float, ...]
    scores: tuple[int, ...]
    given: bool


@dataclass(frozen=True)
class Scoring:
    """How customers are scored.

    Attributes
    ----------
    bins
        Scores go from 1 to this; the best is the highest.
    features
        Cut points of recency, frequency and monetary.
    """

    bins: int
    features: tuple[FeatureCuts, FeatureCuts, FeatureCuts]

    @property
    def notes(self) -> tuple[str, ...]:
        """One sentence for each feature whose ties left fewer bins than asked."""
        return tuple(_fewer(cuts, self.bins) for cuts in self.features if len(cuts.scores) < self.bins)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {"bins": self.bins, "features": [asdict(cuts) for cuts in self.features]}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Scoring:
        """Take back what `to_dict` gave.

        Raises
        ------
        ValueError
            If it is damaged.
        """
        bins = content["bins"]
        if type(bins) is not int or not MIN_SCORES <= bins <= MAX_SCORES:
            raise ValueError(f"the number of scores is {bins!r}")
        features = [_cuts_from(entry, bins) for entry in content["features"]]
        if [cuts.feature for cuts in features] != list(FEATURES):
            raise ValueError(f"scores must be of {', '.join(FEATURES)}")
        recency, frequency, monetary = features
        return cls(bins, (recency, frequency, monetary))


def _cuts_from(entry: Mapping[str, Any], bins: int) -> FeatureCuts:
    cuts = FeatureCuts(
        entry["feature"],
        tuple(float(edge) for edge in entry["edges"]),
        tuple(entry["scores"]),
        bool(entry["given"]),
    )
    rising = list(cuts.scores[::-1] if cuts.feature == "recency" else cuts.scores)
    whole = all(type(score) is int and 1 <= score <= bins for score in rising)
    if not whole or rising != sorted(set(rising)) or len(rising) != len(cuts.edges) + 1:
        raise ValueError(f"the scores of {cuts.feature} do not go from the worst to the best one")
    if list(cuts.edges) != sorted(set(cuts.edges)) or not all(map(math.isfinite, cuts.edges)):
        raise ValueError(f"the cuts of {cuts.feature} do not ascend")
    return cuts


def _fewer(cuts: FeatureCuts, bins: int) -> str:
    left = sorted(cuts.scores)
    if len(left) == 1:
        return f"All customers have the same {cuts.feature}, so all have {_letter(cuts)} {left[0]}."
    scores = ", ".join(map(str, left[:-1])) + f" and {left[-1]}"
    return (
        f"Too many customers have the same {cuts.feature}, or it has too few values, for {bins} different scores: "
        f"{scores} are left."
    )


def _letter(cuts: FeatureCuts) -> str:
    return cuts.feature[0].upper()


def separator(bins: int) -> str:
    """Return what stands between the scores of a code."""
    return "-" if bins >= 10 else ""


# Found from the customers


def fit_scoring(
    values: ir.Table, count: int, bins: int, given: Mapping[str, Sequence[float]] | None = None
) -> Scoring:
    """Find the cut points of the customers to cluster.

    Parameters
    ----------
    values
        As `rfmeans.segments.features.distinct_values` returns them.
    count
        How many they are.
    bins
        Number of scores, 2 to 10.
    given
        Cut points by feature (``bins`` - 1 lower edges, ascending) that replace the data's.
    """
    given = given or {}

    def cuts(feature: str) -> FeatureCuts:
        edges = tuple(given[feature]) if feature in given else _edges(values, feature, count, bins)
        scores = spread_scores(len(edges) + 1, bins)
        return FeatureCuts(
            feature, edges, scores[::-1] if feature == "recency" else scores, given=feature in given
        )

    recency, frequency, monetary = map(cuts, FEATURES)
    return Scoring(bins, (recency, frequency, monetary))


def spread_scores(left: int, bins: int) -> tuple[int, ...]:
    """Return the scores that the bins which are left take: the worst 1, the best ``bins``, evenly between.

    A half is rounded down, and a single bin takes the middle score.

    >>> [spread_scores(left, 5) for left in (5, 4, 3, 2, 1)]
    [(1, 2, 3, 4, 5), (1, 2, 4, 5), (1, 3, 5), (1, 5), (3,)]
    """
    if left == 1:
        return ((bins + 1) // 2,)
    # Halves go down: ceil(x - 1/2), in whole numbers.
    steps = 2 * (left - 1)
    return tuple(1 - (-(2 * place * (bins - 1) - (left - 1)) // steps) for place in range(left))


def _edges(values: ir.Table, feature: str, count: int, bins: int) -> tuple[float, ...]:
    """Return the distinct lower edges that the data give."""
    values = of_feature(values, feature)
    if feature == "recency":
        # At least j/n of all are strictly worse than a recency below its edge.
        ranks = [count * (bins - j) // bins + 1 for j in range(1, bins)]
        found, least = _order_statistics(values, ranks)
        return tuple(sorted({value for value in found if value > least}))
    ranks = [-(-count * j // bins) for j in range(1, bins)]
    found, _ = _order_statistics(values, ranks)
    return _next_values(values, sorted(set(found)))


def _next_values(values: ir.Table, found: list[float]) -> tuple[float, ...]:
    """Return the least value above each of some values."""
    row = values.agg(
        **{f"v{place}": values.value.min(where=values.value > float64(v)) for place, v in enumerate(found)}
    )
    above = row.to_pyarrow().to_pylist()[0].values()
    return tuple(sorted({value for value in above if value is not None}))


@dataclass(frozen=True)
class _Bracket:
    """Values from low to high, and how many customers are below low."""

    low: float
    high: float
    below: int


def _order_statistics(values: ir.Table, ranks: Sequence[int]) -> tuple[list[float], float]:
    """Return the values at some ranks (1 is the least) and the least value, exactly.

    The search narrows a bracket per rank, each pass one ``group by`` into a thousand buckets, until low is high.
    Windows and exact quantiles would be shorter, but not every engine has them.
    """
    row = values.agg(low=values.value.min(), high=values.value.max()).to_pyarrow().to_pylist()[0]
    brackets = [_Bracket(row["low"], row["high"], 0)] * len(ranks)
    while open_ones := sorted({b for b in brackets if b.low < b.high}, key=lambda b: b.low):
        buckets = _buckets(values, open_ones)
        brackets = [
            _narrow(bracket, buckets[bracket], rank) if bracket in buckets else bracket
            for bracket, rank in zip(brackets, ranks, strict=True)
        ]
    return [bracket.low for bracket in brackets], row["low"]


def _narrow(bracket: _Bracket, buckets: list[dict[str, Any]], rank: int) -> _Bracket:
    below = bracket.below
    for bucket in buckets:
        if below + bucket["n"] >= rank:
            return _Bracket(bucket["low"], bucket["high"], below)
        below += bucket["n"]
    raise AssertionError("a rank lies within its bracket")


def _buckets(values: ir.Table, brackets: list[_Bracket]) -> dict[_Bracket, list[dict[str, Any]]]:
    """Return each bracket's buckets in order: customers, least and largest value."""
    value = values.value
    inside = [value.between(float64(b.low), float64(b.high)) for b in brackets]
    bracket = ibis.cases(*((hit, ibis.literal(i, "int64")) for i, hit in enumerate(inside)))
    bucket = ibis.cases(
        *(
            (hit, ((value - float64(b.low)) / float64(b.high - b.low) * float64(BUCKETS - 1)).floor())
            for hit, b in zip(inside, brackets, strict=True)
        )
    )
    keyed = values.select("value", "n", bracket=bracket, bucket=bucket.cast("int64"))
    keyed = keyed.filter(keyed.bracket.notnull())
    counted = keyed.group_by("bracket", "bucket").agg(
        n=keyed.n.sum().cast("int64"), low=keyed.value.min(), high=keyed.value.max()
    )
    found: dict[_Bracket, list[dict[str, Any]]] = {b: [] for b in brackets}
    for row in counted.order_by("bracket", "bucket").to_pyarrow().to_pylist():
        found[brackets[row["bracket"]]].append(row)
    return found
