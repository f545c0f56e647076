"""Customers to explain, placed by hand."""

from __future__ import annotations

import polars as pl

CUTS = {"recency": [10, 20, 30, 40], "frequency": [2, 3, 4, 5], "monetary": [10, 20, 30, 40]}


CUSTOMERS = pl.DataFrame(
    {
        "customer_id": ["ann", "bob", "cyd", "dee", "eve", "fay"],
        "recency": [5, 15, 15, 60, 60, None],
        "frequency": [6, 1, 3, 2, 1, 0],
        "monetary": [60.0, 9.0, 24.0, 24.0, -1.0, 0.0],
    }
)
