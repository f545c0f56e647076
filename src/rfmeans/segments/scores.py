"""Customers -> R, F and M scores by their cut points, their code and the name of its region."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import ibis

from rfmeans.segments.code_table import CodeTable
from rfmeans.segments.features import float64
from rfmeans.segments.grids import BEST, WORST, ScoreGrid
from rfmeans.segments.score_cuts import FeatureCuts, Scoring, separator

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

SCORES = ("r_score", "f_score", "m_score")
SCORE_COLUMNS = (*SCORES, "rfm_score", "score_segment")
BANDS = ("recency_band", "value_band")
CODE_BASE = 100  # of a code as one number


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


def add_scores(customers: ir.Table, scoring: Scoring, grid: ScoreGrid | CodeTable) -> ir.Table:
    """Add r_score, f_score, m_score, rfm_score and score_segment (expressions); null where there is a reason."""
    scored = add_three_scores(customers, scoring)
    if isinstance(grid, CodeTable):
        return add_score_names(scored, scoring, grid)
    return add_score_names(add_bands(scored, scoring, grid), scoring, grid).drop(*BANDS)


def add_three_scores(customers: ir.Table, scoring: Scoring) -> ir.Table:
    """Add r_score, f_score and m_score."""
    kept = customers.reason.isnull()
    return customers.mutate(
        **{
            column: ibis.ifelse(kept, _score(customers, cuts), ibis.null("int64"))
            for column, cuts in zip(SCORES, scoring.features, strict=True)
        }
    )


def add_bands(scored: ir.Table, scoring: Scoring, grid: ScoreGrid) -> ir.Table:
    """Add the bands of the grid that the scores fall into: of R, and of F and M together; each from 0, the lowest."""
    value = scored.f_score + scored.m_score
    return scored.mutate(
        recency_band=_band(scored.r_score, _thresholds(grid.recency.cuts, scoring.bins, 1)),
        value_band=_band(value, _thresholds(grid.value.cuts, scoring.bins, 2)),
    )


def add_score_names(banded: ir.Table, scoring: Scoring, grid: ScoreGrid | CodeTable) -> ir.Table:
    """Add rfm_score and score_segment; a table of codes needs no bands."""
    named = _by_code(banded, grid) if isinstance(grid, CodeTable) else _segment(banded, grid)
    return banded.mutate(rfm_score=_code(banded, scoring.bins), score_segment=named)


def _by_code(scored: ir.Table, table: CodeTable) -> ir.Column:
    """Return the name of each code, codes by name so that every name is one branch."""
    recency, frequency, monetary = (scored[name] for name in SCORES)
    number = (recency * CODE_BASE + frequency) * CODE_BASE + monetary
    held = {
        name: [(r * CODE_BASE + f) * CODE_BASE + m for r, f, m in table.codes_of(name)]
        for name in table.order
    }
    return ibis.cases(*((number.isin(numbers), ibis.literal(name)) for name, numbers in held.items()))


def _code(scored: ir.Table, bins: int) -> ir.Column:
    """Return the three scores as text, "543", with ten bins "10-4-3"; null where they are."""
    scores = [scored[name] for name in SCORES]
    if not separator(bins):
        return (100 * scores[0] + 10 * scores[1] + scores[2]).cast("string")
    code = ibis.literal(separator(bins)).join([score.cast("string") for score in scores])
    return ibis.ifelse(scored.reason.isnull(), code, ibis.null("string"))  # a join leaves nulls out


def _score(customers: ir.Table, cuts: FeatureCuts) -> ir.Column:
    value = customers[cuts.feature].cast("float64")
    branches = [
        (value < float64(edge), ibis.literal(score, "int64"))
        for edge, score in zip(cuts.edges, cuts.scores, strict=False)
    ]
    last = ibis.literal(cuts.scores[-1], "int64")
    return ibis.cases(*branches, else_=last) if branches else last


def _segment(banded: ir.Table, grid: ScoreGrid) -> ir.Column:
    """Return the name of each region, regions by name so that every name is one branch."""
    region = banded.value_band * len(grid.recency.bands) + banded.recency_band
    held: dict[str, list[int]] = {name: [] for name in grid.order}
    names = [grid.names[v][r] for v in grid.value.bands for r in grid.recency.bands]
    for place, name in enumerate(names):
        held[name].append(place)
    return ibis.cases(*((region.isin(places), ibis.literal(name)) for name, places in held.items()))


def _band(score: ir.Column, thresholds: Sequence[int]) -> ir.Column:
    """Return the number of thresholds that a score reaches; null stays null."""
    below = [(score < each, ibis.literal(band, "int64")) for band, each in enumerate(sorted(thresholds))]
    return ibis.cases(*below, (score.notnull(), ibis.literal(len(thresholds), "int64")))


def segment_ids(score_segment: ir.Column, names: Sequence[str]) -> ir.Column:
    """Return the place of each score segment among the names, from 1; null stays null."""
    return score_segment.cases(
        *((name, ibis.literal(place, "int64")) for place, name in enumerate(names, start=1)),
        else_=ibis.null("int64"),
    )


# The grid of R and F


@dataclass(frozen=True)
class ScoreCell:
    """Customers with one R and one F score.

    Attributes
    ----------
    r, f
        The scores.
    customers, money
        How many, and their net money.
    name, of_name
        The score segment that most of them are in, and how many those are.
    """

    r: int
    f: int
    customers: int
    money: Decimal
    name: str
    of_name: int


def count_cells(customers: ir.Table) -> tuple[ScoreCell, ...]:
    """Count the customers by R and F score, the best first; those without scores are left out."""
    kept = customers.filter(customers.r_score.notnull())
    rows = (
        kept.group_by("r_score", "f_score", "score_segment")
        .agg(customers=kept.count(), money=kept.monetary.sum())
        .to_pyarrow()
        .to_pylist()
    )
    found: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["r_score"], row["f_score"]), []).append(row)
    return tuple(_cell(r, f, parts) for (r, f), parts in sorted(found.items(), reverse=True))


def _cell(r: int, f: int, parts: Sequence[dict[str, Any]]) -> ScoreCell:
    most = min(parts, key=lambda part: (-part["customers"], part["score_segment"]))
    money = sum((Decimal(part["money"]) for part in parts), Decimal(0))
    counted = sum(int(part["customers"]) for part in parts)
    return ScoreCell(r, f, counted, money, most["score_segment"], int(most["customers"]))


# Beside the K-Means segments


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


HOW_TO_READ = (
    "Each cell counts the customers of one K-Means segment that are in one score segment: in a segment's large cells "
    "both ways agree; customers in its small cells often lie near a border, and are worth a look before a campaign."
)


def cross(customers: ir.Table, segments: Sequence[str], grid: ScoreGrid | CodeTable) -> Crosstab:
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
