"""Customers -> R, F and M scores, their code and the name of its region.

A cut is a value, never a position in a list, so equal customers have equal scores. A score above j of n needs at
least j/n of all customers to be strictly worse: of a tie, all have what its worst place would have. Where ties
leave fewer bins than asked, the bins that are left take scores spread from the worst to the best one.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import ibis

from rfmeans.lexicon import BEST, FEATURES, WORST, ScoreGrid
from rfmeans.scaling import float64

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis.expr.types as ir

SCORES = ("r_score", "f_score", "m_score")
SCORE_COLUMNS = (*SCORES, "rfm_score", "score_segment")
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

    def score(self, value: float) -> int:
        """Return the score of a value.

        >>> FeatureCuts("recency", (31.0, 91.0), (3, 2, 1), given=True).score(31)
        2
        """
        return self.scores[sum(value >= edge for edge in self.edges)]


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
        features = tuple(_cuts_from(entry, content["bins"]) for entry in content["features"])
        if [cuts.feature for cuts in features] != list(FEATURES):
            raise ValueError(f"scores must be of {', '.join(FEATURES)}")
        return cls(content["bins"], features)  # type: ignore[arg-type]

    def code(self, scores: Sequence[int]) -> str:
        """Return the three scores as text: "543"; with ten bins "10-4-3"."""
        return _separator(self.bins).join(map(str, scores))


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
    return f"So many customers have the same {cuts.feature} that {len(left)} scores of {bins} are left: {scores}."


def _letter(cuts: FeatureCuts) -> str:
    return cuts.feature[0].upper()


def _separator(bins: int) -> str:
    return "-" if bins >= 10 else ""


@dataclass(frozen=True)
class Crosstab:
    """Customers by K-Means segment and score segment.

    Attributes
    ----------
    segments
        The rows: K-Means segments, the most valuable first.
    score_segments
        The columns: score segments in the order of their grid, the best first; those that nobody is in as well.
    customers
        Customers, one row per K-Means segment; every clustered customer is counted once.
    sentence
        How to read it.
    """

    segments: tuple[str, ...]
    score_segments: tuple[str, ...]
    customers: tuple[tuple[int, ...], ...]
    sentence: str

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {
            "segments": list(self.segments),
            "score_segments": list(self.score_segments),
            "customers": [list(row) for row in self.customers],
            "sentence": self.sentence,
        }


# Cut points


def fit_scoring(
    customers: ir.Table, count: int, bins: int, given: Mapping[str, Sequence[float]] | None = None
) -> Scoring:
    """Find the cut points of the customers to cluster.

    Parameters
    ----------
    customers
        Table with recency, frequency, monetary; only customers to cluster.
    count
        How many they are.
    bins
        Number of scores, 2 to 10.
    given
        Cut points by feature (``bins`` - 1 lower edges, ascending) that replace the data's.
    """
    given = given or {}
    features = []
    for feature in FEATURES:
        found = tuple(given[feature]) if feature in given else _edges(customers, feature, count, bins)
        scores = spread(len(found) + 1, bins)
        falling = feature == "recency"
        features.append(
            FeatureCuts(feature, found, scores[::-1] if falling else scores, given=feature in given)
        )
    return Scoring(bins, tuple(features))  # type: ignore[arg-type]


def spread(left: int, bins: int) -> tuple[int, ...]:
    """Return the scores that the bins which are left take: the worst 1, the best ``bins``, evenly between.

    A half is rounded down, and a single bin takes the middle score.

    >>> [spread(left, 5) for left in (5, 4, 3, 2, 1)]
    [(1, 2, 3, 4, 5), (1, 2, 4, 5), (1, 3, 5), (1, 5), (3,)]
    """
    if left == 1:
        return ((bins + 1) // 2,)
    # Halves go down: ceil(x - 1/2), in whole numbers.
    steps = 2 * (left - 1)
    return tuple(1 - (-(2 * place * (bins - 1) - (left - 1)) // steps) for place in range(left))


def _edges(customers: ir.Table, feature: str, count: int, bins: int) -> tuple[float, ...]:
    """Return the distinct lower edges that the data give."""
    values = customers.select(value=customers[feature].cast("float64"))
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
    keyed = values.select("value", bracket=bracket, bucket=bucket.cast("int64"))
    keyed = keyed.filter(keyed.bracket.notnull())
    counted = keyed.group_by("bracket", "bucket").agg(
        n=keyed.count(), low=keyed.value.min(), high=keyed.value.max()
    )
    found: dict[_Bracket, list[dict[str, Any]]] = {b: [] for b in brackets}
    for row in counted.order_by("bracket", "bucket").to_pyarrow().to_pylist():
        found[brackets[row["bracket"]]].append(row)
    return found


# Names


def score_name(scores: Sequence[int], bins: int, grid: ScoreGrid) -> str:
    """Return the name of a code.

    Parameters
    ----------
    scores
        R, F and M score, 1 to ``bins``.
    bins
        Number of scores; they are brought to the grid's scale of 1 to 5 in proportion.
    grid
        The names.

    >>> from rfmeans.lexicon import built_in
    >>> [score_name(scores, 5, built_in().scores) for scores in [(5, 5, 5), (1, 5, 5), (5, 1, 1)]]
    ['Champions', "Can't Lose Them", 'New Customers']
    """
    recency, frequency, monetary = scores
    r = sum(recency >= threshold for threshold in _thresholds(grid.recency.cuts, bins, 1))
    v = sum(frequency + monetary >= threshold for threshold in _thresholds(grid.value.cuts, bins, 2))
    return grid.names[grid.value.bands[v]][grid.recency.bands[r]]


def _thresholds(cuts: Sequence[float], bins: int, parts: int) -> list[int]:
    """Return, for each cut, the least sum of ``parts`` scores whose mean lies on it or above."""
    sums = range(parts, parts * bins + 1)
    unreachable = parts * bins + 1
    return [
        next((total for total in sums if on_grid(Fraction(total, parts), bins) >= _exact(cut)), unreachable)
        for cut in cuts
    ]


def on_grid(score: Fraction, bins: int) -> Fraction:
    """Return a score of 1 to ``bins`` on the grid's scale.

    >>> [float(on_grid(Fraction(score), 3)) for score in (1, 2, 3)]
    [1.0, 3.0, 5.0]
    """
    return WORST + (score - 1) * Fraction(BEST - WORST, bins - 1)


def _exact(cut: float) -> Fraction:
    return Fraction(repr(cut))  # 2.2 as it is written, not as its float


def add_scores(customers: ir.Table, scoring: Scoring | None, grid: ScoreGrid) -> ir.Table:
    """Add r_score, f_score, m_score, rfm_score and score_segment (expressions).

    Customers with a reason to be set aside get null, and all do without a scoring (a model of an older version).
    """
    if scoring is None:
        nothing = {name: ibis.null("int64") for name in SCORES}
        return customers.mutate(**nothing, rfm_score=ibis.null("string"), score_segment=ibis.null("string"))
    kept = customers.reason.isnull()
    scored = customers.mutate(
        **{
            column: ibis.ifelse(kept, _score(customers, cuts), ibis.null("int64"))
            for column, cuts in zip(SCORES, scoring.features, strict=True)
        }
    )
    r, f, m = (scored[name] for name in SCORES)
    code = ibis.literal(_separator(scoring.bins)).join([column.cast("string") for column in (r, f, m)])
    return scored.mutate(
        rfm_score=ibis.ifelse(kept, code, ibis.null("string")),  # a join leaves nulls out
        score_segment=_segment(r, f + m, scoring.bins, grid),
    )


def _score(customers: ir.Table, cuts: FeatureCuts) -> ir.Column:
    value = customers[cuts.feature].cast("float64")
    branches = [
        (value < float64(edge), ibis.literal(score, "int64"))
        for edge, score in zip(cuts.edges, cuts.scores, strict=False)
    ]
    last = ibis.literal(cuts.scores[-1], "int64")
    return ibis.cases(*branches, else_=last) if branches else last


def _segment(recency: ir.Column, value: ir.Column, bins: int, grid: ScoreGrid) -> ir.Column:
    """Return the name of each region, regions by name so that every name is one branch."""
    r = _band(recency, _thresholds(grid.recency.cuts, bins, 1))
    v = _band(value, _thresholds(grid.value.cuts, bins, 2))
    region = v * len(grid.recency.bands) + r
    held: dict[str, list[int]] = {name: [] for name in grid.order}
    names = [grid.names[v][r] for v in grid.value.bands for r in grid.recency.bands]
    for place, name in enumerate(names):
        held[name].append(place)
    return ibis.cases(*((region.isin(places), ibis.literal(name)) for name, places in held.items()))


def _band(score: ir.Column, thresholds: Sequence[int]) -> ir.Column:
    """Return the number of thresholds that a score reaches; null stays null."""
    band = score * 0
    for threshold in thresholds:
        band += ibis.ifelse(score >= threshold, 1, 0)
    return band


def segment_ids(score_segment: ir.Column, names: Sequence[str]) -> ir.Column:
    """Return the place of each score segment among the names, from 1; null stays null."""
    return score_segment.cases(
        *((name, ibis.literal(place, "int64")) for place, name in enumerate(names, start=1)),
        else_=ibis.null("int64"),
    )


# Beside the K-Means segments


HOW_TO_READ = (
    "Each row is a K-Means segment, each column a score segment: customers in the large cells of their row are seen "
    "alike by both ways; customers in its small cells lie near a border, and are worth a look before a campaign."
)


def cross(customers: ir.Table, segments: Sequence[str], grid: ScoreGrid) -> Crosstab:
    """Count the customers by segment_id (1 to k) and score_segment.

    Parameters
    ----------
    customers
        Table with segment_id and score_segment; customers without are left out.
    segments
        The K-Means segments' names, by segment_id.
    grid
        The score segments.
    """
    kept = customers.filter(customers.segment_id.notnull() & customers.score_segment.notnull())
    rows = kept.group_by("segment_id", "score_segment").agg(n=kept.count()).to_pyarrow().to_pylist()
    found = {(row["segment_id"], row["score_segment"]): int(row["n"]) for row in rows}
    counts = tuple(
        tuple(found.get((place, name), 0) for name in grid.order) for place in range(1, len(segments) + 1)
    )
    return Crosstab(tuple(segments), grid.order, counts, HOW_TO_READ)
