"""Cells -> a first look at so many segments, while they are being found exactly: K-Means and figures of cells alone."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from rfmeans.segments.condensed import condense
from rfmeans.segments.profile import LEVELS, group_of
from rfmeans.segments.settings import FEATURES
from rfmeans.segments.stability import nearest_centre
from rfmeans.segments.starts import MAX_ITERATIONS, best_start, check_distinct, one_thread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rfmeans.segments.condensed import Cells
    from rfmeans.segments.features import Scaling
    from rfmeans.segments.profile import Group
    from rfmeans.segments.settings import Settings

FEW = 5_000  # up to so many customers the fit itself takes a tenth of a second
STARTS = 5
DIGITS = 6  # behind the point: hide what a logarithm and its undoing leave


@dataclass(frozen=True)
class Sketch:
    """Segments at first look, the one with the largest mean monetary first.

    Attributes
    ----------
    centres
        In feature space.
    groups
        The figures of each, as if every customer stood at the mean point of its cell; nothing of tenure.
    inertia
        Sum of the squared distances of these points to their centre.
    """

    centres: tuple[tuple[float, float, float], ...]
    groups: tuple[Group, ...]
    inertia: float


def sketch(cells: Cells, scaling: Scaling, settings: Settings) -> Sketch:
    """Return a number of segments as a first look shows them.

    Of few customers the centres are those that will be found. Else few cells tell where they are about, from where all
    of them are gone on with.

    Raises
    ------
    DataError
        If there are fewer distinct points than k.

    >>> from rfmeans.segments.condensed import Cells
    >>> from rfmeans.segments.features import FeatureScaling, Scaling
    >>> from rfmeans.segments.settings import Settings
    >>> same = Scaling(tuple(FeatureScaling(name, "none", 0.0, 1.0, 0.0) for name in "rfm"))
    >>> points = np.array([[9.0, 1, 5], [9.0, 1, 7], [1.0, 4, 90]])
    >>> cells = Cells(points, np.array([1, 1, 2]), np.zeros(3), None)
    >>> [(each.customers, each.mean_monetary) for each in sketch(cells, same, Settings(2)).groups]
    [(2, 90.0), (2, 6.0)]
    """
    k = int(settings.segments)
    check_distinct(cells, k)
    if cells.width is None and len(cells.points) <= FEW:
        centres, inertia = best_start(cells, k, settings.n_init, settings.tol, settings.seed)
    else:
        centres, inertia = _about(cells, k, settings.seed)
    labels, values = nearest_centre(cells.points, centres), _in_units(cells.points, scaling)
    groups = [_group(values[labels == place], cells.counts[labels == place]) for place in range(k)]
    order = sorted(range(k), key=lambda place: -groups[place].mean_monetary)
    return Sketch(
        tuple(tuple(map(float, centres[place])) for place in order),  # type: ignore[misc]
        tuple(groups[place] for place in order),
        inertia,
    )


def _about(cells: Cells, k: int, seed: int) -> tuple[NDArray[np.float64], float]:
    from sklearn.cluster import KMeans

    few = condense(cells)
    with one_thread():
        start = KMeans(k, n_init=STARTS, random_state=seed).fit(few.points, sample_weight=_weights(few))
        found = KMeans(k, init=start.cluster_centers_, n_init=1, max_iter=MAX_ITERATIONS).fit(
            cells.points, sample_weight=_weights(cells)
        )
    return found.cluster_centers_, float(found.inertia_)


def _in_units(points: NDArray[np.float64], scaling: Scaling) -> NDArray[np.float64]:
    """Return points of feature space, shape (n, 3), in days, purchases and money."""
    undone = [
        np.expm1(feature.mean + z * feature.sd)
        if feature.transform == "log1p"
        else feature.mean + z * feature.sd
        for z, feature in zip(points.T, scaling.features, strict=True)
    ]
    return np.column_stack(undone).round(DIGITS)


def _weights(cells: Cells) -> NDArray[np.float64]:
    return cells.counts.astype(np.float64)


def _group(values: NDArray[np.float64], counts: NDArray[np.int64]) -> Group:
    recency, frequency, monetary = (float(total) for total in counts @ values)
    return group_of(
        {
            "customers": int(counts.sum()),
            "revenue": Decimal(str(round(monetary, DIGITS))),
            "repeat_customers": int(counts[values[:, 1] > 1].sum()),
            "sum_recency": recency,
            "sum_frequency": frequency,
            **{name: _quantiles(column, counts) for name, column in zip(FEATURES, values.T, strict=True)},
        }
    )


def _quantiles(column: NDArray[np.float64], counts: NDArray[np.int64]) -> list[Any]:
    """Return the values at the levels as the engines do: linear between two customers."""
    order = np.argsort(column)
    upto, ordered = np.cumsum(counts[order]), column[order]
    place = np.array(LEVELS) * (upto[-1] - 1)
    below, above = (ordered[np.searchsorted(upto, end(place), "right")] for end in (np.floor, np.ceil))
    return list(below + (place - np.floor(place)) * (above - below))
