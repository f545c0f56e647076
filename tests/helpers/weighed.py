"""Cells made by hand."""

from __future__ import annotations

import numpy as np

from rfmeans.segments.condensed import Cells

LINE = np.array([0.0, 1.0, 4.0, 6.0])


def on_a_line(places=LINE, counts=(1, 1, 1, 1)) -> Cells:
    points = np.column_stack([places, np.zeros((len(places), 2))])
    return Cells(points, np.array(counts, dtype=np.int64), np.zeros(len(places)), None)


def every_customer(points) -> Cells:
    points = np.asarray(points, dtype=np.float64)
    return Cells(points, np.ones(len(points), dtype=np.int64), np.zeros(len(points)), None)


def heaps(kinds: int, apart: float, n: int = 800, seed: int = 0) -> Cells:
    """Round heaps on the corners of a cube, their nearest centres ``apart`` standard deviations."""
    rng = np.random.default_rng(seed)
    corners = np.array([[0, 0, 0], [1, 1, 0], [1, 0, 1], [0, 1, 1], [1, 0, 0], [0, 1, 0]])[:kinds]
    return every_customer(corners[rng.integers(kinds, size=n)] * apart + rng.normal(size=(n, 3)))
