"""Cells -> a first look at so many segments, while they are being found exactly: K-Means on few cells alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rfmeans.segments.condensed import condense
from rfmeans.segments.features import to_original_units
from rfmeans.segments.stability import nearest_centre
from rfmeans.segments.starts import check_distinct, one_thread

if TYPE_CHECKING:
    from rfmeans.segments.condensed import Cells
    from rfmeans.segments.features import Scaling

STARTS = 5


@dataclass(frozen=True)
class Sketched:
    """A segment at first look.

    Attributes
    ----------
    customers, share
        How many customers are about in it, and of all 0 to 1: those of the cells nearest to its centre.
    recency, frequency, monetary
        Its centre in days, purchases and money.
    """

    customers: int
    share: float
    recency: float
    frequency: float
    monetary: float


def sketch(cells: Cells, k: int, scaling: Scaling, seed: int) -> tuple[Sketched, ...]:
    """Return k segments as a first look shows them, the one with the most money at its centre first.

    Raises
    ------
    DataError
        If there are fewer distinct points than k.

    >>> from rfmeans.segments.condensed import Cells
    >>> from rfmeans.segments.features import FeatureScaling, Scaling
    >>> same = Scaling(tuple(FeatureScaling(name, "none", 0.0, 1.0, 0.0) for name in "rfm"))
    >>> points = np.array([[9.0, 1, 5], [9.0, 1, 7], [1.0, 4, 90]])
    >>> cells = Cells(points, np.array([1, 1, 2]), np.zeros(3), None)
    >>> [(each.customers, each.share, each.monetary) for each in sketch(cells, 2, same, 0)]
    [(2, 0.5, 90.0), (2, 0.5, 6.0)]
    """
    from sklearn.cluster import KMeans

    few = condense(cells)
    check_distinct(few, k)
    with one_thread():
        found = KMeans(k, n_init=STARTS, random_state=seed).fit(
            few.points, sample_weight=few.counts.astype(np.float64)
        )
    centres = found.cluster_centers_
    counts = np.bincount(nearest_centre(few.points, centres), few.counts, k).astype(int)
    units = [to_original_units(tuple(map(float, centre)), scaling) for centre in centres]  # type: ignore[arg-type]
    segments = [
        Sketched(int(count), float(count / counts.sum()), *each)
        for count, each in zip(counts, units, strict=True)
    ]
    return tuple(sorted(segments, key=lambda each: -each.monetary))
