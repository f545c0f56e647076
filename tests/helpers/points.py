"""Points of feature space, and what NumPy alone makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

from rfmeans.segments.features import Z_COLUMNS

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from numpy.typing import NDArray


FEATURES = ["recency", "frequency", "monetary"]


def cloud(n: int, seed: int = 0) -> NDArray[np.float64]:
    """Points of feature space in four overlapping heaps."""
    rng = np.random.default_rng(seed)
    heaps = np.array([[-1, 1, 1], [1, 1, 1], [-1, -1, -1], [1, -1, -1]])
    return heaps[rng.integers(4, size=n)] + rng.normal(0, 0.6, (n, 3))


def as_table(points: NDArray[np.float64]) -> ir.Table:
    return ibis.memtable(pd.DataFrame(points, columns=list(Z_COLUMNS)))
