"""How sure the segments are: refits on resamples of the customers, held against the fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rfmeans.arguments import Message, argument
from rfmeans.segments.settings import AUTO, MOST_TRIED
from rfmeans.segments.starts import one_thread
from rfmeans.wording import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rfmeans.segments.condensed import Cells

    Floats = NDArray[np.float64]
    Labels = NDArray[np.intp]

RESAMPLES = 50
RESAMPLE_SIZE = 2_000
FRESH_STARTS = 2
STABLE = 0.8  # from here on the segments count as surviving resampling


@dataclass(frozen=True)
class Stability:
    """How well the segments survive when K-Means is fitted again to resamples of the customers.

    Attributes
    ----------
    overall
        Mean adjusted Rand index between the segments and the refits' clusters, over all customers: 1 where they
        are the same, about 0 where they have no more in common than chance brings.
    segments
        Per segment: mean over the refits of its Jaccard similarity (customers in both / customers in either)
        to the most similar cluster, 0 to 1.
    resamples
        How many refits.
    size
        Customers drawn, with replacement, for each.
    """

    overall: float
    segments: tuple[float, ...]
    resamples: int
    size: int

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Stability:
        """Return what `dataclasses.asdict` took apart."""
        segments = tuple(float(value) for value in content["segments"])
        return cls(float(content["overall"]), segments, int(content["resamples"]), int(content["size"]))

    @property
    def sentence(self) -> str:
        """The overall stability, and a warning where the segments do not survive."""
        refits = f"{self.resamples} refits on resamples of {counted(self.size, 'customer')}"
        scale = "1: wholly; 0: no more than chance"
        if self.stable:
            return f"Stability {self.overall:.2f}: how far {refits} agree with these segments ({scale})."
        said = (
            f"Unstable: {refits} agree with these segments only to {self.overall:.2f} ({scale}; below {STABLE}: not to "
            "be relied on)."
        )
        most = min(self.size, MOST_TRIED)
        if most <= len(self.segments):
            return said  # no number is left to be tried
        return Message(f"{said} {argument('segments', AUTO)} tells the same of 2 to {most}.")

    @property
    def stable(self) -> bool:
        """Whether the segments as a whole survive resampling: an overall stability of 0.8 or more."""
        return self.overall >= STABLE


def measure_stability(cells: Cells, centres: Floats, seed: int) -> Stability:
    """Return how the clusters about some centres survive resampling.

    Parameters
    ----------
    cells
        The customers; each cell goes whole to the nearest centre.
    centres
        Shape (k, 3), a fit to these customers.
    seed
        Of the resamples and of the refits' starts.
    """
    rng = np.random.default_rng(seed)
    customers = int(cells.counts.sum())
    size = resample_size(cells)
    resamples = rng.multinomial(size, cells.counts / customers, size=RESAMPLES)
    with one_thread():
        labels = nearest_centre(cells.points, centres)
        tables = [
            contingency(labels, _refit(cells.points, drawn, centres, rng), cells.counts, len(centres))
            for drawn in resamples
        ]
    similarity = np.mean([jaccard(table) for table in tables], axis=0)
    return Stability(
        overall=float(np.mean([adjusted_rand(table) for table in tables])),
        segments=tuple(float(value) for value in similarity),
        resamples=RESAMPLES,
        size=size,
    )


def resample_size(cells: Cells) -> int:
    """Return how many customers are drawn: as many as there are, but at most 2,000."""
    return min(int(cells.counts.sum()), RESAMPLE_SIZE)


def _refit(points: Floats, drawn: NDArray[np.int64], centres: Floats, rng: np.random.Generator) -> Labels:
    """Return the clusters of all points about the best centres found for the customers drawn.

    The fit's own centres are one start, so that a refit differs because the customers ask for it and not
    because its few other starts were worse.
    """
    from sklearn.cluster import KMeans

    there = drawn > 0
    k = min(len(centres), int(there.sum()))
    starts = (("k-means++", FRESH_STARTS), (centres[:k], 1))
    seed = int(rng.integers(2**32))
    fits = [
        KMeans(k, init=init, n_init=n_init, random_state=seed).fit(points[there], sample_weight=drawn[there])
        for init, n_init in starts
    ]
    best = min(fits, key=lambda fit: round(float(fit.inertia_), 6))
    return nearest_centre(points, best.cluster_centers_)


def nearest_centre(points: Floats, centres: Floats) -> Labels:
    """Return the index of each point's nearest centre, of several at the same distance the first."""
    distances = (centres**2).sum(axis=1) - 2 * points @ centres.T
    nearest: Labels = distances.argmin(axis=1)
    return nearest


def contingency(first: Labels, second: Labels, counts: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """Return how many customers have which pair of labels, shape (k, k): first by row, second by column.

    >>> contingency(np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([5, 1, 4]), 2)
    array([[5, 1],
           [0, 4]])
    """
    table = np.zeros((k, k), dtype=np.int64)
    np.add.at(table, (first, second), counts)
    return table


def adjusted_rand(table: NDArray[np.int64]) -> float:
    """Return the adjusted Rand index (Hubert & Arabie 1985) of two partitions of the same customers.

    Parameters
    ----------
    table
        Their contingency table.

    >>> adjusted_rand(np.array([[5, 0], [0, 4]])), round(adjusted_rand(np.array([[5, 1], [0, 4]])), 3)
    (1.0, 0.597)
    """
    both, rows, columns = (_pairs(sizes) for sizes in (table, table.sum(axis=1), table.sum(axis=0)))
    expected = rows * columns / _pairs(table.sum())
    most = (rows + columns) / 2
    return 1.0 if most == expected else float((both - expected) / (most - expected))


def _pairs(sizes: NDArray[np.int64] | np.int64) -> float:
    """Return how many pairs of customers lie together; in floats, because they exceed whole numbers of 64 bits."""
    sizes = np.asarray(sizes, dtype=np.float64)
    return float((sizes * (sizes - 1) / 2).sum())


def jaccard(table: NDArray[np.int64]) -> Floats:
    """Return per row of a contingency table the Jaccard similarity to its most similar column.

    >>> jaccard(np.array([[5, 1], [0, 4]])).round(3)
    array([0.833, 0.8  ])
    """
    either = table.sum(axis=1)[:, None] + table.sum(axis=0)[None, :] - table
    similarity = np.divide(table, either, out=np.zeros(table.shape), where=either > 0)
    best: Floats = similarity.max(axis=1)
    return best
