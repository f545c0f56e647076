"""Segmented customers -> the profile: one row per segment, and one for all. Only these rows leave the engine."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import ibis

from rfmeans.engines.dispatch import engine_of
from rfmeans.segments.features import significant

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from rfmeans.engines.engine import Engine

NUMBERS = RECENCY, FREQUENCY, MONETARY = "recency", "frequency", "monetary"
TENURE = "tenure"  # of orders; a table of customers has none
ALL_PURCHASES = "all_purchases"  # where frequency has a window
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
MEDIAN = LEVELS.index(0.5)
QUANTILES = ("Quantile", "Median")  # exact ones, as aggregates, which not every engine has


@dataclass(frozen=True)
class Quantiles:
    """The values of a group's customers at `LEVELS`; NaN where nobody is in it.

    Attributes
    ----------
    recency, frequency, monetary, tenure
        Days, purchases, net money, and days since the first purchase, each of shape (5,); tenure is NaN where it is
        not known.
    """

    recency: tuple[float, ...]
    frequency: tuple[float, ...]
    monetary: tuple[float, ...]
    tenure: tuple[float, ...]


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
    repeat_customers
        Those with more than one purchase, in all history.
    mean_recency, median_recency
        Days.
    mean_frequency, median_frequency
        Purchases per customer.
    mean_monetary, median_monetary
        Net money per customer.
    mean_tenure, median_tenure
        Days since the first purchase; NaN for a table of customers.
    spread
        Quantiles.
    """

    customers: int
    revenue: Decimal
    purchases: float
    repeat_customers: int
    mean_recency: float
    median_recency: float
    mean_frequency: float
    median_frequency: float
    mean_monetary: float
    median_monetary: float
    mean_tenure: float
    median_tenure: float
    spread: Quantiles

    @property
    def average_order_value(self) -> float:
        """Net money per purchase."""
        return float(self.revenue) / self.purchases if self.purchases else float("nan")

    @property
    def repeat_share(self) -> float:
        """Share of the customers with more than one purchase, 0 to 1."""
        return self.repeat_customers / self.customers if self.customers else float("nan")


def profile_all(customers: ir.Table) -> Group:
    """Return the figures of all customers of a table, none of them set aside."""
    engine = engine_of(customers)
    if not engine.can(customers, *QUANTILES):
        everybody = customers.mutate(everybody=customers.frequency * 0)
        return profile_segments(everybody, "everybody", 1)[0]
    return group_of(customers.agg(**_figures(customers, engine)).to_pyarrow().to_pylist()[0])


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
    engine = engine_of(customers)
    rows = customers.group_by(segment).agg(**_figures(customers, engine)).to_pyarrow().to_pylist()
    found = {row[segment]: row for row in rows}
    if not engine.can(customers, *QUANTILES):
        ranked = ranked_quantiles(customers, segment, _told(customers), LEVELS)
        found = {index: {**row, **ranked[index]} for index, row in found.items()}
    return [group_of(found.get(index, {})) for index in range(count)]


def count_away(customers: ir.Table, days: int, segments: int) -> tuple[int, ...]:
    """Return per segment how many of its customers bought last more than so many days ago.

    Parameters
    ----------
    customers
        With segment_id and recency.
    days, segments
        The days, and the number of segments.

    >>> table = ibis.memtable({"segment_id": [1, 1, 1, 3], "recency": [9, 10, 11, 300]})
    >>> count_away(table, 10, 3)
    (1, 0, 1)
    """
    away = customers.filter(customers[RECENCY] > days)
    rows = away.group_by("segment_id").agg(n=away.count()).to_pyarrow().to_pylist()
    found = {row["segment_id"]: int(row["n"]) for row in rows}
    return tuple(found.get(position, 0) for position in range(1, segments + 1))


def _figures(customers: ir.Table, engine: Engine) -> dict[str, ir.Scalar]:
    return {
        "customers": customers.count(),
        "revenue": customers[MONETARY].sum(),
        "repeat_customers": customers.count(where=purchases_of(customers) > 1),
        **{f"sum_{name}": customers[name].sum() for name in _told(customers) if name != MONETARY},
        **(_quantiles(customers, engine) if engine.can(customers, *QUANTILES) else {}),
    }


def purchases_of(customers: ir.Table) -> ir.Column:
    """Return the purchases over all history, of which frequency has those in the window alone, if there is one."""
    return customers[ALL_PURCHASES if ALL_PURCHASES in customers.columns else FREQUENCY]


def _told(customers: ir.Table) -> tuple[str, ...]:
    """Return the numbers that a table tells of its customers."""
    return (*NUMBERS, TENURE) if TENURE in customers.columns else NUMBERS


def _quantiles(customers: ir.Table, engine: Engine) -> dict[str, ir.Scalar]:
    """Return the quantiles of each number: a column with all levels, or where an engine has no such, one a level."""
    floats = {name: customers[name].cast("float64") for name in _told(customers)}
    if engine.can(customers, "MultiQuantile"):
        return {name: column.quantile(list(LEVELS)) for name, column in floats.items()}
    return {
        f"{name}_{place}": column.quantile(level)
        for name, column in floats.items()
        for place, level in enumerate(LEVELS)
    }


def group_of(row: dict[str, Any]) -> Group:
    """Return the figures of a group from its row: counts, sums as ``sum_recency``, and each number's quantiles."""
    count = int(row.get("customers") or 0)
    revenue = Decimal(row.get("revenue") or 0)
    nan = float("nan")

    def mean(total: Any) -> float:
        return float(total) / count if count else nan

    recency, frequency = (_total(row.get(f"sum_{name}")) for name in (RECENCY, FREQUENCY))
    tenure = row.get(f"sum_{TENURE}")
    spread = Quantiles(*(_levels(row, name, count) for name in (*NUMBERS, TENURE)))
    return Group(
        customers=count,
        revenue=revenue,
        purchases=frequency,
        repeat_customers=int(row.get("repeat_customers") or 0),
        mean_recency=mean(recency),
        median_recency=spread.recency[MEDIAN],
        mean_frequency=mean(frequency),
        median_frequency=spread.frequency[MEDIAN],
        mean_monetary=mean(revenue),
        median_monetary=spread.monetary[MEDIAN],
        mean_tenure=nan if tenure is None else mean(tenure),
        median_tenure=spread.tenure[MEDIAN],
        spread=spread,
    )


def _total(value: Any) -> float:
    """Return a sum as a float; a sum of floats to nine digits, which hide the order in which they were added up.

    Days and purchases are whole, but a table of customers may hold parts of them.
    """
    return significant(value, 9) if isinstance(value, float) else float(value or 0)


def _levels(row: dict[str, Any], name: str, count: int) -> tuple[float, ...]:
    each = [row.get(f"{name}_{place}") for place in range(len(LEVELS))]
    found = row.get(name) or each
    return (
        tuple(math.nan if value is None else float(value) for value in found)
        if count
        else (math.nan,) * len(LEVELS)
    )


def ranked_quantiles(
    table: ir.Table, key: str, names: Sequence[str], levels: Sequence[float]
) -> dict[Any, dict[str, tuple[float, ...]]]:
    """Return quantiles by group and column, in the order of the levels; linear between two values.

    Parameters
    ----------
    table, key, names
        A table, the column that groups it, and columns of numbers; nulls are left out.
    levels
        0 to 1. At most two rows a level and group come back for each column.

    >>> table = ibis.memtable({"group": [1, 1, 1, 1, 2], "value": [4.0, 1.0, 3.0, 2.0, 7.0]})
    >>> ranked_quantiles(table, "group", ["value"], [0.5, 1.0])
    {1: {'value': (2.5, 4.0)}, 2: {'value': (7.0, 7.0)}}
    """
    found: dict[Any, dict[str, tuple[float, ...]]] = {}
    for name in names:
        held: dict[Any, tuple[int, dict[int, float]]] = {}
        for row in _near(table, key, name, levels).to_pyarrow().to_pylist():
            held.setdefault(row["key"], (row["rows"], {}))[1][row["place"]] = float(row["value"])
        for group, (rows, values) in sorted(held.items()):
            found.setdefault(group, {})[name] = tuple(_between(values, rows, level) for level in levels)
    return found


def _near(table: ir.Table, key: str, name: str, levels: Sequence[float]) -> ir.Table:
    """Return the values on either side of each level, with their place in their group, from 0."""
    table = table.filter(table[name].notnull())
    group = ibis.window(group_by=table[key])
    placed = table.select(
        key=table[key],
        value=table[name].cast("float64"),
        place=ibis.row_number().over(ibis.window(group_by=table[key], order_by=table[name])),
        rows=table.count().over(group),
    )
    last = (placed.rows - 1).cast("float64")
    below = [(last * ibis.literal(level, "float64")).floor().cast("int64") for level in levels]
    return placed.filter(ibis.or_(*(placed.place.between(place, place + 1) for place in below)))


def _between(values: dict[int, float], rows: int, level: float) -> float:
    at = (rows - 1) * level
    low = math.floor(at)
    below, above = values[low], values[min(low + 1, rows - 1)]
    return below + (above - below) * (at - low)
