"""Customers -> the distinct values of each feature and how many customers have each.

Moments and cut points depend on nothing else, and distinct values are few: days, small counts, amounts in cents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from rfmeans.lexicon import FEATURES

if TYPE_CHECKING:
    import ibis.expr.types as ir


def distinct_values(customers: ir.Table) -> ir.Table:
    """Return an expression with a row per value: feature (its place in `FEATURES`), value (float64), n (int64).

    ``customers`` has recency, frequency and monetary; only customers to cluster.
    """
    return ibis.union(*(_of(customers, place, name) for place, name in enumerate(FEATURES)))


def _of(customers: ir.Table, place: int, name: str) -> ir.Table:
    counted = customers.group_by(value=customers[name].cast("float64")).agg(n=customers.count())
    return counted.select(
        feature=ibis.literal(place, "int64"), value=counted.value, n=counted.n.cast("int64")
    )


def of_feature(values: ir.Table, name: str) -> ir.Table:
    """Return the values of one feature."""
    return values.filter(values.feature == FEATURES.index(name))
