"""Centres of K-Means from the cells; then exact Lloyd passes over all customers, on the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import numpy as np

from rfmeans.beside import ask
from rfmeans.segments.cells import as_array
from rfmeans.segments.features import SUM_COLUMNS, Z_COLUMNS, bits_for, float64, whole_sums
from rfmeans.segments.settings import CLUSTERING
from rfmeans.segments.starts import best_start, check_distinct

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from numpy.typing import NDArray

    from rfmeans.segments.condensed import Cells
    from rfmeans.segments.settings import Settings

MAX_PASSES = 100
STANDSTILL = 1e-3  # largest move of a centre, in standard deviations, that counts as standing still
CLUSTER = "cluster"
TWO_LEAST = ("nearest_square", "second_square")
NEAR_BORDER = 0.1  # below it the second-nearest centre is less than 11 % farther away than the nearest
_FAR = 1e300  # stands for no distance; null would make the least of several null on some engines


@dataclass(frozen=True)
class Fit:
    """K-Means centres, fitted to all customers.

    Attributes
    ----------
    centres
        Shape (k, 3), in feature space.
    inertia
        Sum of squared distances of all customers to their nearest centre.
    passes
        Lloyd passes over all customers.
    moved
        Largest move of a centre in the last pass, in standard deviations.
    """

    centres: NDArray[np.float64]
    inertia: float
    passes: int
    moved: float


def fit_centres(features: ir.Table, cells: Cells, k: int, settings: Settings) -> Fit:
    """Return k centres for all customers.

    Where each customer is its own cell, that is scikit-learn's result as it stands. Else scikit-learn's best start on
    the cells goes on on the finer ones, and is refined on the engine until it stands still: most of the way is walked
    where a step takes milliseconds.

    Raises
    ------
    DataError
        If there are fewer distinct points than k.
    """
    check_distinct(cells, k)
    centres, inertia = ask(
        CLUSTERING, best_start, cells, k, settings.n_init, settings.tol, settings.seed
    ).get()
    if cells.width is None:
        return Fit(centres, inertia, passes=0, moved=0.0)
    # scikit-learn's tolerance is of squared moves.
    return refine(features, centres, int(cells.counts.sum()), min(STANDSTILL, settings.tol**0.5))


def nearest(features: ir.Table, centres: NDArray[np.float64]) -> ir.Column:
    """Return the index of the nearest centre (of several at the same distance the first) as an expression."""
    return first_least(distances(features, centres))


def distances(features: ir.Table, centres: NDArray[np.float64]) -> list[ir.Column]:
    """Return the squared distance to each centre, less |z|^2, which is the same for all: |c|^2 - 2 c.z."""
    recency, frequency, monetary = (features[name] for name in Z_COLUMNS)
    return [
        float64(float(centre @ centre))
        + (
            float64(-2 * float(centre[0])) * recency
            + float64(-2 * float(centre[1])) * frequency
            + float64(-2 * float(centre[2])) * monetary
        )
        for centre in centres
    ]


def first_least(columns: list[ir.Column]) -> ir.Column:
    """Return the index of the least of some columns, the first one of several that are equal."""
    least = ibis.least(*columns)
    return ibis.cases(
        *((column == least, ibis.literal(index, "int8")) for index, column in enumerate(columns[:-1])),
        else_=ibis.literal(len(columns) - 1, "int8"),
    )


def refine(
    features: ir.Table, centres: NDArray[np.float64], count: int, standstill: float = STANDSTILL
) -> Fit:
    """Move the centres to the means of their customers, ``count`` in all, until they stand still.

    Each pass is one ``group by`` on the engine, of which k rows come back.
    """
    bits, passes, moved = bits_for(count), 0, np.inf
    while moved > standstill and passes < MAX_PASSES:
        means, inertia = _pass(features, centres, bits)
        moved = float(np.abs(means - centres).max())
        centres, passes = means, passes + 1
    # Ten digits hide in which last digits of a logarithm engines differ.
    return Fit(centres, float(f"{inertia:.9e}"), passes, moved)


def _pass(features: ir.Table, centres: NDArray[np.float64], bits: int) -> tuple[NDArray[np.float64], float]:
    """Return the means of the customers nearest to each centre, and the inertia about these means."""
    labelled = features.mutate(**{CLUSTER: nearest(features, centres)})
    rows = (
        labelled.group_by(CLUSTER)
        .agg(n=labelled.count(), **whole_sums([labelled[name] for name in Z_COLUMNS], bits))
        .order_by(CLUSTER)
        .to_pyarrow()
    )
    found, counts = as_array(rows[CLUSTER]), as_array(rows["n"])
    *sums, squares = (as_array(rows[name]) / 2.0**bits for name in SUM_COLUMNS)
    means = centres.copy()  # a centre that nobody is nearest to stays where it is
    means[found] = np.column_stack(sums) / counts[:, None]
    means = means.round(12)
    inertia = squares.sum() - (counts * (means[found] ** 2).sum(axis=1)).sum()
    return means, float(inertia)


def add_squares(placed: ir.Table, centres: NDArray[np.float64]) -> ir.Table:
    """Add the squared distance to each centre, square_1 to square_k."""
    names = _squares(len(centres))
    return placed.mutate(
        **{name: _square(placed, centre) for name, centre in zip(names, centres, strict=True)}
    )


def _squares(count: int) -> list[str]:
    return [f"square_{index}" for index in range(1, count + 1)]


def add_two_least(squared: ir.Table, count: int) -> ir.Table:
    """Add the squared distance to the nearest of some centres, and to the nearest of the others."""
    squares = [squared[name] for name in _squares(count)]
    others = [
        ibis.ifelse(squared.segment_id == index, float64(_FAR), square)
        for index, square in enumerate(squares, start=1)
    ]
    return squared.mutate(nearest_square=ibis.least(*squares), second_square=ibis.least(*others))


def _square(placed: ir.Table, centre: NDArray[np.float64]) -> ir.Column:
    off = [placed[name] - float64(float(c)) for name, c in zip(Z_COLUMNS, centre, strict=True)]
    return off[0] * off[0] + off[1] * off[1] + off[2] * off[2]


def add_confidence(measured: ir.Table) -> ir.Table:
    """Add the column ``confidence``: 1 - distance to the nearest centre / distance to the second-nearest.

    0 on the border between two segments, 1 at a centre; null where there is no segment. ``measured``: with the columns
    of `add_two_least`, and segment_id.
    """
    zero, one = float64(0.0), float64(1.0)
    nearest, second = (measured[name] for name in TWO_LEAST)
    apart = second > zero
    ratio = ibis.least(one, nearest / ibis.ifelse(apart, second, one))
    value = ibis.ifelse(apart, one - ratio.sqrt(), zero)
    return measured.mutate(confidence=ibis.ifelse(measured.segment_id.notnull(), value, ibis.null("float64")))


def count_near_borders(customers: ir.Table, segments: int) -> tuple[int, ...]:
    """Return per segment how many of its customers have a confidence below 0.1.

    Parameters
    ----------
    customers
        With segment_id and confidence.
    segments
        Number of segments.
    """
    near = customers.filter(customers.confidence < float64(NEAR_BORDER))
    rows = near.group_by("segment_id").agg(n=near.count()).to_pyarrow().to_pylist()
    found = {row["segment_id"]: int(row["n"]) for row in rows}
    return tuple(found.get(position, 0) for position in range(1, segments + 1))
