"""Cells as arrays: small cubes of feature space with their customers' count, mean point and sum of squares.

Whatever tries many models runs on the cells, so it costs the same for any number of customers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CONDENSED_LIMIT = 2_000  # for what fits hundreds of models
FIRST_WIDTH = 1 / 32


@dataclass(frozen=True)
class Cells:
    """The customers of feature space, condensed.

    Attributes
    ----------
    points
        Mean point of each cell, shape (n_cells, 3).
    counts
        Customers in each cell, shape (n_cells,).
    within
        Sum of squared distances of a cell's customers to its mean point, shape (n_cells,).
    width
        Edge of a cell in feature space; None where each customer is its own cell.
    finer
        The same customers in more and smaller cells, for what fits one model; None where there are none.
    """

    points: NDArray[np.float64]
    counts: NDArray[np.int64]
    within: NDArray[np.float64]
    width: float | None
    finer: Cells | None = None


def condense(cells: Cells, limit: int = CONDENSED_LIMIT) -> Cells:
    """Merge cells until there are at most ``limit``; counts, mean points and sums of squares stay exact.

    Customers at one point are put together first. Where that is not enough, a grid widens by the square root of
    2 at a time, so that no more detail goes than has to.
    """
    if cells.width is None:
        cells = _merge(cells, cells.points)
    merged, width = cells, cells.width or FIRST_WIDTH
    while len(merged.points) > limit:
        merged = replace(_merge(cells, np.floor(cells.points / width)), width=width)
        width *= 2**0.5
    return merged


def _merge(cells: Cells, places: NDArray[np.float64]) -> Cells:
    """Put together the cells whose rows of ``places`` are equal, in the order of these rows."""
    distinct, place = np.unique(places, axis=0, return_inverse=True)
    place, n = place.reshape(-1), len(distinct)
    counts = np.bincount(place, cells.counts, n).astype(np.int64)
    sums = [np.bincount(place, cells.counts * column, n) for column in cells.points.T]
    points = (np.column_stack(sums) / counts[:, None]).round(12)
    apart = cells.counts * ((cells.points - points[place]) ** 2).sum(axis=1)
    within = np.bincount(place, cells.within + apart, n).astype(np.float64)
    return Cells(points, counts, within, cells.width)
