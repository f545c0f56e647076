"""Exact quantiles per group on engines that have none of their own, such as BigQuery and Trino."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import ibis

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir


def has_quantiles(table: ir.Table) -> bool:
    """Whether the engine of a table has exact quantiles and the median as aggregates."""
    con, ops = table.get_backend(), ibis.expr.operations
    return bool(con.has_operation(ops.Quantile) and con.has_operation(ops.Median))


def ranked_quantiles(
    table: ir.Table, key: str, names: Sequence[str], levels: Sequence[float]
) -> dict[Any, dict[str, tuple[float, ...]]]:
    """Return quantiles by group and column, in the order of the levels; linear between two values.

    Parameters
    ----------
    table, key, names
        A table, the column that groups it, and columns of numbers, none null.
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
