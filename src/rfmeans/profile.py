"""Segmented customers -> the profile: one row per segment, and one for all. Only these rows leave the engine."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import ibis

from rfmeans.quantiles import has_quantiles, ranked_quantiles
from rfmeans.scaling import significant

if TYPE_CHECKING:
    import ibis.expr.types as ir

NUMBERS = RECENCY, FREQUENCY, MONETARY = "recency", "frequency", "monetary"
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
MEDIAN = LEVELS.index(0.5)


@dataclass(frozen=True)
class Spread:
    """Quantiles of a group's customers at `LEVELS`; NaN where nobody is in it.

    Attributes
    ----------
    recency, frequency, monetary
        Days, purchases and net money, each of shape (5,).
    """

    recency: tuple[float, ...]
    frequency: tuple[float, ...]
    monetary: tuple[float, ...]


@dataclass(frozen=True)
class Group:
    """Figures of a group of customers.

    Attributes
    ----------
    customers
        How many.
    revenue
        Their net money.
    purchases
        Their purchases.
    mean_recency, median_recency
        Days.
    mean_frequency, median_frequency
        Purchases per customer.
    mean_monetary, median_monetary
        Net money per customer.
    spread
        Quantiles.
    """

    customers: int
    revenue: Decimal
    purchases: float
    mean_recency: float
    median_recency: float
    mean_frequency: float
    median_frequency: float
    mean_monetary: float
    median_monetary: float
    spread: Spread

    @property
    def average_order_value(self) -> float:
        """Net money per purchase."""
        return float(self.revenue) / self.purchases if self.purchases else float("nan")


def profile_all(customers: ir.Table) -> Group:
    """Return the figures of all customers of a table, none of them set aside."""
    if not has_quantiles(customers):
        return profile_segments(customers.mutate(everybody=customers.frequency * 0), "everybody", 1)[0]
    return _group(customers.agg(**_figures(customers)).to_pyarrow().to_pylist()[0])


def profile_segments(customers: ir.Table, segment: str, count: int) -> list[Group]:
    """Return the figures per segment.

    Parameters
    ----------
    customers
        Customers with their segment.
    segment
        Its column: whole numbers 0 to ``count`` - 1.
    count
        Number of segments. One that nobody is in has 0 customers and NaN means.
    """
    rows = customers.group_by(segment).agg(**_figures(customers)).to_pyarrow().to_pylist()
    found = {row[segment]: row for row in rows}
    if not has_quantiles(customers):
        ranked = ranked_quantiles(customers, segment, NUMBERS, LEVELS)
        found = {index: {**row, **ranked[index]} for index, row in found.items()}
    return [_group(found.get(index, {})) for index in range(count)]


def _figures(customers: ir.Table) -> dict[str, ir.Scalar]:
    return {
        "customers": customers.count(),
        "revenue": customers[MONETARY].sum(),
        **{f"sum_{name}": customers[name].sum() for name in (RECENCY, FREQUENCY)},
        **(_quantiles(customers) if has_quantiles(customers) else {}),
    }


def _quantiles(customers: ir.Table) -> dict[str, ir.Scalar]:
    """Return the quantiles of each number: a column with all levels, or where an engine has no such, one a level."""
    floats = {name: customers[name].cast("float64") for name in NUMBERS}
    if customers.get_backend().has_operation(ibis.expr.operations.MultiQuantile):
        return {name: column.quantile(list(LEVELS)) for name, column in floats.items()}
    return {
        f"{name}_{place}": column.quantile(level)
        for name, column in floats.items()
        for place, level in enumerate(LEVELS)
    }


def _group(row: dict[str, Any]) -> Group:
    count = int(row.get("customers") or 0)
    revenue = Decimal(row.get("revenue") or 0)
    nan = float("nan")

    def mean(total: Any) -> float:
        return float(total) / count if count else nan

    recency, frequency = (_total(row.get(f"sum_{name}")) for name in (RECENCY, FREQUENCY))
    spread = Spread(*(_levels(row, name, count) for name in NUMBERS))
    return Group(
        customers=count,
        revenue=revenue,
        purchases=frequency,
        mean_recency=mean(recency),
        median_recency=spread.recency[MEDIAN],
        mean_frequency=mean(frequency),
        median_frequency=spread.frequency[MEDIAN],
        mean_monetary=mean(revenue),
        median_monetary=spread.monetary[MEDIAN],
        spread=spread,
    )


def _total(value: Any) -> float:
    """Return a sum as a float; a sum of floats to nine digits, which hide the order in which they were added up.

    Days and purchases are whole, but a table of customers may hold parts of them.
    """
    return significant(value, 9) if isinstance(value, float) else float(value or 0)


def _levels(row: dict[str, Any], name: str, count: int) -> tuple[float, ...]:
    if not count:
        return (math.nan,) * len(LEVELS)
    found = row[name] if name in row else [row[f"{name}_{place}"] for place in range(len(LEVELS))]
    return tuple(map(float, found))
