"""Cells -> centres with scikit-learn's K-Means: works on arrays alone, so that it can run beside (`rfmeans.beside`)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from rfmeans.errors import DataError
from rfmeans.segments.settings import MIN_SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from rfmeans.segments.condensed import Cells

MAX_ITERATIONS = 1000


def best_start(cells: Cells, k: int, n_init: int, tol: float, seed: int) -> tuple[NDArray[np.float64], float]:
    """Return the centres of scikit-learn's best start on the cells, gone on on the finer ones, and its inertia.

    Parameters
    ----------
    cells
        At least ``k`` distinct points.
    k
        Number of centres.
    n_init
        Number of k-means++ starts.
    tol
        scikit-learn's tolerance.
    seed
        Of the starts.

    Returns
    -------
    tuple
        Centres, shape (k, 3), and the sum of squared distances of the cells' points to the nearest one.
    """
    from sklearn.cluster import KMeans

    model = KMeans(k, init="k-means++", n_init=n_init, max_iter=MAX_ITERATIONS, tol=tol, random_state=seed)
    with one_thread():
        model.fit(cells.points, sample_weight=cells.counts.astype(np.float64))
        centres, finer = model.cluster_centers_, cells.finer
        if finer is not None:
            onward = KMeans(k, init=centres, n_init=1, max_iter=MAX_ITERATIONS, tol=0)
            centres = onward.fit(finer.points, sample_weight=finer.counts.astype(np.float64)).cluster_centers_
    return centres, float(model.inertia_)


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold scikit-learn to one thread: several would sum in another order, and at this size they only wait."""
    import sklearn.cluster  # noqa: F401 - only what is loaded can be held
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield


def check_distinct(cells: Cells, k: int) -> None:
    """Refuse fewer distinct points than k.

    Raises
    ------
    DataError
        If that is so.
    """
    distinct = len(np.unique(cells.points, axis=0))
    if distinct < k:
        raise DataError(
            f"{k} segments need at least {k} customers that differ in recency, frequency or monetary. "
            f"Found {distinct:,} distinct among {int(cells.counts.sum()):,} customers. "
            f"{what_to_do(k)}"
        )


def what_to_do(k: int) -> str:
    """Return what helps where customers are too few for k segments; with scores k is 1."""
    if k > MIN_SEGMENTS:
        return "Ask for fewer segments, or give more orders."
    return (
        "Give more orders."
        if k < MIN_SEGMENTS
        else "Two are the fewest: give more orders, or use method scores."
    )
