"""Customers -> cut points of the R, F and M scores.

A cut is a value, never a position in a list, so equal customers have equal scores. A score above j of n needs at
least j/n of all customers to be strictly worse: of a tie, all have what its worst place would have. Where ties
leave fewer bins than asked, the bins that are left take scores spread from the worst to the best one.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import ibis

from rfmeans.segments.features import float64
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
    edges = {name: tuple(own) for name, own in given.items()}
    edges |= _edges(values, {name: _ranks(name, count, bins) for name in FEATURES if name not in given})

    def cuts(feature: str) -> FeatureCuts:
        scores = spread_scores(len(edges[feature]) + 1, bins)
        return FeatureCuts(
            feature,
            edges[feature],
            scores[::-1] if feature == "recency" else scores,
            given=feature in given,
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


def _ranks(feature: str, count: int, bins: int) -> list[int]:
    """Return the ranks (1 is the least) whose values lie at the edges between scores, or right below them."""
    if feature == "recency":
        # At least j/n of all are strictly worse than a recency below its edge.
        return [count * (bins - j) // bins + 1 for j in range(1, bins)]
    return [-(-count * j // bins) for j in range(1, bins)]


def _edges(values: ir.Table, ranks: dict[str, list[int]]) -> dict[str, tuple[float, ...]]:
    """Return the distinct lower edges that the data give, by feature."""
    if not ranks:
        return {}
    found, least = _order_statistics(values, ranks)
    above = _next_values(values, {name: at for name, at in found.items() if name != "recency"})
    own = {value for value in found.get("recency", ()) if value > least["recency"]}
    return above | ({"recency": tuple(sorted(own))} if "recency" in found else {})


def _next_values(values: ir.Table, found: dict[str, list[float]]) -> dict[str, tuple[float, ...]]:
    """Return the least value above each of some values of a feature."""
    at = sorted({(name, value) for name, several in found.items() for value in several})
    if not at:
        return {}
    above = (_of(values, name) & (values.value > float64(value)) for name, value in at)
    row = values.agg(**{f"v{place}": values.value.min(where=where) for place, where in enumerate(above)})
    told = [*zip(at, row.to_pyarrow().to_pylist()[0].values(), strict=True)]
    return {
        feature: tuple(sorted({value for (name, _), value in told if name == feature and value is not None}))
        for feature in found
    }


def _of(values: ir.Table, feature: str) -> ir.BooleanColumn:
    found: ir.BooleanColumn = values.feature == FEATURES.index(feature)
    return found


@dataclass(frozen=True)
class _Bracket:
    """Values of a feature from low to high, and how many customers are below low."""

    feature: str
    low: float
    high: float
    below: int = 0


def _order_statistics(
    values: ir.Table, ranks: dict[str, list[int]]
) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Return the values at some ranks of each feature and its least value, exactly.

    The search narrows a bracket per rank, each pass one ``group by`` into a thousand buckets, until low is high.
    Windows and exact quantiles would be shorter, but not every engine has them.
    """
    ends = values.group_by("feature").agg(low=values.value.min(), high=values.value.max())
    rows = {FEATURES[row["feature"]]: row for row in ends.to_pyarrow().to_pylist()}
    least = {name: rows[name]["low"] for name in ranks}
    brackets = {
        (name, rank): _Bracket(name, least[name], rows[name]["high"])
        for name, several in ranks.items()
        for rank in several
    }
    while unsettled := list(dict.fromkeys(b for b in brackets.values() if b.low < b.high)):
        buckets = _buckets(values, unsettled)
        brackets |= {
            key: _narrow(bracket, buckets[bracket], key[1])
            for key, bracket in brackets.items()
            if bracket in buckets
        }
    return {name: [brackets[name, rank].low for rank in several] for name, several in ranks.items()}, least


def _narrow(bracket: _Bracket, buckets: list[dict[str, Any]], rank: int) -> _Bracket:
    below = bracket.below
    for bucket in buckets:
        if below + bucket["n"] >= rank:
            return replace(bracket, low=bucket["low"], high=bucket["high"], below=below)
        below += bucket["n"]
    raise AssertionError("a rank lies within its bracket")


def _buckets(values: ir.Table, brackets: list[_Bracket]) -> dict[_Bracket, list[dict[str, Any]]]:
    """Return each bracket's buckets in order: customers, least and largest value."""
    value = values.value
    inside = [_of(values, b.feature) & value.between(float64(b.low), float64(b.high)) for b in brackets]
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
