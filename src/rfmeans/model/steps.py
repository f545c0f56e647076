"""Customers -> their segments and scores, step by step.

A run takes the steps as one expression; the SQL statement of a model shows each one under its name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from rfmeans.groups import group_of
from rfmeans.segments.code_table import CodeTable
from rfmeans.segments.features import to_feature_space
from rfmeans.segments.kmeans import (
    add_confidence,
    add_squares,
    add_two_least,
    distances,
    first_least,
)
from rfmeans.segments.scores import (
    SCORE_COLUMNS,
    SCORES,
    add_bands,
    add_score_names,
    add_three_scores,
    segment_ids,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import ibis.expr.types as ir
    import numpy as np
    from numpy.typing import NDArray

    from rfmeans.engines.engine import Engine
    from rfmeans.segments.features import Scaling
    from rfmeans.segments.grids import ScoreGrid
    from rfmeans.segments.score_cuts import Scoring

OUTPUT_COLUMNS = (
    *("customer_id", "recency", "frequency", "monetary", "first_purchase", "tenure"),
    *("segment_id", "segment", "confidence"),
    *SCORE_COLUMNS,
    *("group", "reason"),
)
# What a table of customers, a model of scores, or one of an older version, does not have.
OPTIONAL_COLUMNS = {
    "first_purchase": "date",
    "tenure": "int64",
    "confidence": "float64",
    **dict.fromkeys(SCORES, "int64"),
    "rfm_score": "string",
    "score_segment": "string",
}


@dataclass(frozen=True)
class Step:
    """One step: a table made from the table before it.

    Attributes
    ----------
    name
        What it is called in a SQL statement.
    says
        What the statement's comment says of it.
    build
        Returns the table as an expression over the one before.
    reused
        Whether later steps use a column of it several times: see `rfmeans.engines.engine.Engine.computed_once`.
    """

    name: str
    says: str
    build: Callable[[ir.Table], ir.Table]
    reused: bool = False


@dataclass(frozen=True)
class Centres:
    """The centres, shape (k, 3), and the scaling of their feature space."""

    scaling: Scaling
    centres: NDArray[np.float64]


@dataclass(frozen=True)
class Scores:
    """Cut points of the scores, and the names of their grid."""

    scoring: Scoring
    grid: ScoreGrid | CodeTable


@dataclass(frozen=True)
class Draw:
    """Of treatment and holdout: see `rfmeans.groups.group_of`."""

    seed: int
    holdout: float
    engine: Engine

    @property
    def says(self) -> str:
        """What a statement says of it."""
        return f"Treatment or holdout ({100 * self.holdout:g} %), drawn by SHA-256 of the seed and the customer's id."

    def add_group(self, table: ir.Table) -> ir.Table:
        """Add the group of each customer that has a segment; the others are in no list."""
        group = group_of(table.customer_id, self.seed, self.holdout, self.engine)
        return table.mutate(group=ibis.ifelse(table.segment_id.notnull(), group, ibis.null("string")))


def assigning_steps(
    segments: Centres | tuple[str, ...], scores: Scores | None, names: Sequence[str], draw: Draw
) -> list[Step]:
    """Return the steps from customers (customer_id, recency, frequency, monetary, reason) to their segments.

    Parameters
    ----------
    segments
        What the segments are: the centres, or the names of the scores by segment id.
    scores
        None in a model without.
    names
        Names of the segments, by segment id.
    draw
        Of the groups.
    """
    if isinstance(segments, Centres):
        placing = [*_centre_steps(segments), *_confidence_steps(segments)]
    else:
        placing = _score_segment_steps(segments)
    result = "The result: one row per customer; a customer with a reason is set aside and has no segment."
    return [
        *(_score_steps(scores) if scores else []),
        *placing,
        Step("drawn", draw.says, draw.add_group),
        Step("segments", result, lambda placed: _named(placed, names)),
    ]


def placing_steps(segments: Centres | tuple[str, ...], scores: Scores | None) -> list[Step]:
    """Return the steps to segment_id alone, beside all columns that the customers have."""
    if isinstance(segments, Centres):
        return _centre_steps(segments)
    return [*(_score_steps(scores) if scores else []), *_score_segment_steps(segments)]


def run_steps(steps: Sequence[Step], customers: ir.Table, engine: Engine) -> ir.Table:
    """Return the result of all steps, with the same columns whatever the model has (null where it has none)."""
    customers = take_steps(steps, customers, engine)
    absent = {name: kind for name, kind in OPTIONAL_COLUMNS.items() if name not in customers.columns}
    return customers.mutate(**{name: ibis.null(kind) for name, kind in absent.items()}).select(
        *OUTPUT_COLUMNS
    )


def take_steps(steps: Sequence[Step], customers: ir.Table, engine: Engine) -> ir.Table:
    """Return the table that the last of some steps makes."""
    for step in steps:
        built = step.build(customers)
        customers = engine.computed_once(built) if step.reused else built
    return customers


def _score_steps(scores: Scores) -> list[Step]:
    scoring, grid = scores.scoring, scores.grid
    scored = (
        f"R, F and M scores from 1, the worst, to {scoring.bins}; a value on a cut has the score above it."
    )
    banded = "Bands of the grid of names: of R, and of F and M together; 0 is the lowest."
    named = "The three scores as a code, and the name that the grid gives them."
    first = Step("scored", scored, lambda table: add_three_scores(table, scoring), reused=True)
    if isinstance(grid, CodeTable):
        by_code = "The three scores as a code, and the name of that code."
        return [first, Step("score_named", by_code, lambda table: add_score_names(table, scoring, grid))]
    return [
        first,
        Step("banded", banded, lambda table: add_bands(table, scoring, grid), reused=True),
        Step("score_named", named, lambda table: add_score_names(table, scoring, grid)),
    ]


def _score_segment_steps(names: tuple[str, ...]) -> list[Step]:
    says = "The number of the segment: that of the name of the scores."
    return [
        Step("assigned", says, lambda table: _with_id(table, segment_ids(table.score_segment, names))),
    ]


def _centre_steps(segments: Centres) -> list[Step]:
    scaling, centres = segments.scaling, segments.centres
    names = [f"distance_{place}" for place in range(1, len(centres) + 1)]

    def measured(placed: ir.Table) -> ir.Table:
        return placed.mutate(**dict(zip(names, distances(placed, centres), strict=True)))

    def assigned(table: ir.Table) -> ir.Table:
        return _with_id(table, first_least([table[name] for name in names]).cast("int64") + 1)

    return [
        Step(
            "placed",
            "Feature space: the logarithm where the model has one, then mean 0 and standard deviation 1.",
            lambda table: to_feature_space(table, scaling, where=table.reason.isnull()),
            reused=True,
        ),
        Step(
            "measured",
            "Squared distance to each centre, less the square of z, which is the same for all.",
            measured,
        ),
        Step(
            "assigned",
            "The number of the nearest centre; of several at one distance the first.",
            assigned,
            reused=True,
        ),
    ]


def _confidence_steps(segments: Centres) -> list[Step]:
    centres = segments.centres
    return [
        Step("squared", "Squared distance to each centre.", lambda table: add_squares(table, centres)),
        Step(
            "compared",
            "The nearest centre against the nearest of the others.",
            lambda table: add_two_least(table, len(centres)),
            reused=True,
        ),
        Step(
            "confident",
            "Confidence: 0 on the border between two segments, 1 at a centre.",
            add_confidence,
        ),
    ]


def _with_id(table: ir.Table, segment_id: ir.Column) -> ir.Table:
    """Add segment_id, null for customers that are set aside."""
    return table.mutate(segment_id=ibis.ifelse(table.reason.isnull(), segment_id, ibis.null("int64")))


def _named(placed: ir.Table, names: Sequence[str]) -> ir.Table:
    """Add the segments' names and leave only the columns of the result."""
    named = placed.mutate(
        segment=placed.segment_id.cases(*enumerate(names, start=1), else_=ibis.null("string"))
    )
    return named.select(*(name for name in OUTPUT_COLUMNS if name in named.columns))
