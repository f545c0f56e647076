"""Measures of a partition of the cells: how compact its clusters are, and how far apart (docs/evidence.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rfmeans.segments.condensed import Cells

    Floats = NDArray[np.float64]
    Labels = NDArray[np.intp]

SILHOUETTE_SAMPLE = 1_000
NOTHING_LEFT = 1e-10  # of the total: inertia below it is none, but what rounding leaves


@dataclass(frozen=True)
class Partition:
    """The sums that exact measures need, per cluster.

    Attributes
    ----------
    sizes
        Customers, shape (k,).
    means
        Mean points, shape (k, 3).
    squares
        Sums of squared distances to the mean point, shape (k,).
    total
        Sum of squared distances of all customers to the mean of all.
    """

    sizes: Floats
    means: Floats
    squares: Floats
    total: float

    @property
    def inertia(self) -> float:
        """Sum of squared distances to the mean points."""
        return float(self.squares.sum())


def partition(cells: Cells, labels: Labels, k: int) -> Partition:
    """Return the sums per cluster, exactly: a cell's own spread is known from its sum of squares."""
    sizes = np.bincount(labels, cells.counts, k).astype(np.float64)
    sums = np.column_stack([np.bincount(labels, cells.counts * column, k) for column in cells.points.T])
    means = sums / np.maximum(sizes, 1)[:, None]
    squares = np.bincount(labels, cells.within + _squares_about(cells, means[labels]), k).astype(np.float64)
    middle = np.average(cells.points, axis=0, weights=cells.counts)
    total = float((cells.within + _squares_about(cells, middle)).sum())
    if squares.sum() < total * NOTHING_LEFT:
        squares = np.zeros(k)
    return Partition(sizes, means, squares, total)


def _squares_about(cells: Cells, middle: Floats) -> Floats:
    squares: Floats = cells.counts * ((cells.points - middle) ** 2).sum(axis=1)
    return squares


def calinski_harabasz(part: Partition) -> float:
    """Return the variance between clusters over that within, each per degree of freedom; larger is better."""
    k, customers = len(part.sizes), float(part.sizes.sum())
    if part.inertia == 0 or customers <= k:
        return float("inf")
    return (part.total - part.inertia) / (k - 1) / (part.inertia / (customers - k))


def davies_bouldin(part: Partition) -> float:
    """Return the mean, over clusters, of the worst (spread + spread) / distance to another; smaller is better.

    Spread is the root mean squared distance to the mean point (Davies & Bouldin's q = 2), which is exact from the
    cells; scikit-learn takes the mean distance (q = 1), which is not.
    """
    spread = np.sqrt(part.squares / np.maximum(part.sizes, 1))
    apart = _distances(part.means)
    np.fill_diagonal(apart, np.inf)
    return float(((spread[:, None] + spread[None, :]) / apart).max(axis=1).mean())


def _distances(points: Floats) -> Floats:
    squared = ((points[:, None, :] - points[None, :, :]) ** 2).sum(axis=2)
    distances: Floats = np.sqrt(squared)
    return distances


@dataclass(frozen=True)
class Sample:
    """Customers evenly picked from the cells in their order, each at the mean point of its cell.

    Attributes
    ----------
    cells
        Index of the cells picked from, shape (m,).
    weights
        Customers picked from each, shape (m,).
    distances
        Between the cells' mean points, shape (m, m).
    """

    cells: Labels
    weights: Floats
    distances: Floats

    @property
    def size(self) -> int:
        """Customers in the sample."""
        return int(self.weights.sum())


def pick_sample(cells: Cells, size: int = SILHOUETTE_SAMPLE) -> Sample:
    """Pick every n/size-th customer, or all where there are no more than ``size``."""
    customers = int(cells.counts.sum())
    size = min(size, customers)
    positions = ((np.arange(size) + 0.5) * (customers / size)).astype(np.int64)
    picked = np.searchsorted(np.cumsum(cells.counts), positions, side="right")
    index, weights = np.unique(picked, return_counts=True)
    return Sample(index, weights.astype(np.float64), _distances(cells.points[index]))


def silhouette(sample: Sample, labels: Labels, k: int) -> float:
    """Return the mean silhouette of the customers sampled, -1 to 1; larger is better.

    A customer alone in its cluster counts as 0 (Rousseeuw 1987).

    Parameters
    ----------
    sample
        The customers.
    labels
        Clusters of all cells.
    k
        Number of clusters.
    """
    own_label = labels[sample.cells]
    members = np.eye(k)[own_label] * sample.weights[:, None]
    sizes = members.sum(axis=0)
    sums = sample.distances @ members
    rows = np.arange(len(own_label))
    own_size = sizes[own_label]
    inner = sums[rows, own_label] / np.maximum(own_size - 1, 1)
    means = np.divide(sums, sizes, out=np.full(sums.shape, np.inf), where=sizes > 0)
    means[rows, own_label] = np.inf
    outer = means.min(axis=1)
    larger = np.maximum(inner, outer)
    known = (own_size > 1) & np.isfinite(outer) & (larger > 0)
    width = np.divide(outer - inner, larger, out=np.zeros(len(rows)), where=known)
    return float(np.average(width, weights=sample.weights))


def busiest_border(cells: Cells, labels: Labels, part: Partition) -> float:
    """Return how crowded the most crowded border between two clusters is; below 1 there is a valley.

    Customers of two clusters are seen along the line through both mean points. The border is the middle third of
    the way between them; about each mean point lies a stretch of the same length. The border's customers are
    divided by those about the less crowded mean point: a round cloud cut in two gives more than 1, two heaps with
    few customers in between much less.
    """
    k = len(part.sizes)
    pairs = ((first, second) for first in range(k) for second in range(first))
    return max((_crowding(cells, labels, part.means, pair) for pair in pairs), default=0.0)


def _crowding(cells: Cells, labels: Labels, means: Floats, pair: tuple[int, int]) -> float:
    first, second = means[pair[0]], means[pair[1]]
    in_pair = (labels == pair[0]) | (labels == pair[1])
    way = second - first
    length = float(way @ way)
    if length == 0:
        return float("inf")
    place = 2 * (cells.points[in_pair] - (first + second) / 2) @ way / length  # -1 and 1 at the mean points
    counts = cells.counts[in_pair]
    border, *about = (int(counts[np.abs(place - at) < 1 / 3].sum()) for at in (0, -1, 1))
    return border / max(min(about), 1)
