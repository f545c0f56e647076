"""Customers without kinds."""

from __future__ import annotations

import numpy as np
import pandas as pd


def noise(n: int = 1_500) -> pd.DataFrame:
    """Customers in one round cloud of logarithms: no kinds."""
    draws = np.exp(np.random.default_rng(3).normal(3, 0.5, (n, 3)))
    return pd.DataFrame(
        {
            "customer_id": range(1, n + 1),
            "recency": draws[:, 0],
            "frequency": draws[:, 1],
            "monetary": draws[:, 2],
        }
    )
