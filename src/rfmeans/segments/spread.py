"""Segmented customers -> what charts need beside the profile: the map, the concentration of revenue.

Aggregates whose size is bounded, whatever the number of customers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np

from rfmeans.segments.features import float64
from rfmeans.segments.settings import FEATURES

if TYPE_CHECKING:
    from collections.abc import Iterable

    import ibis.expr.types as ir
    from numpy.typing import NDArray

    from rfmeans.segments.features import Scaling

MAP_COLUMNS, MAP_ROWS = 44, 32
STEPS_PER_E = 64  # steps of money within a factor e: customers in one step differ by less than 1.6 %
CURVE_POINTS = 100
TOP_PERCENTS = (1, 5, 10, 20, 50)  # of the customers, that the concentration of revenue is said for


@dataclass(frozen=True)
class MapCell:
    """A rectangle of recency x monetary.

    Attributes
    ----------
    recency, monetary
        Its edges, from (inclusive) and to (exclusive): days, net money.
    customers
        Customers in it.
    segment_id, of_segment
        The segment that most of them are in, and how many those are.
    """

    recency: tuple[float, float]
    monetary: tuple[float, float]
    customers: int
    segment_id: int
    of_segment: int


@dataclass(frozen=True)
class TopShare:
    """What the customers who spent most hold.

    Attributes
    ----------
    percent
        Of the customers, one of `TOP_PERCENTS`.
    customers
        How many those are, rounded down; 0 where one customer is more than that.
    share
        Their share of the money, 0 to 1; None for no customers, and where there is no money.
    """

    percent: int
    customers: int
    share: float | None


@dataclass(frozen=True)
class Distributions:
    """How customers are spread.

    Attributes
    ----------
    cells
        The rectangles of the customer map that hold customers; at most `MAP_COLUMNS` x `MAP_ROWS`.
    curve
        Share of revenue held by the customers who spent most: at 0, 1, 2 … 100 % of the customers, for a drawing;
        empty where there is no money.
    tops
        The same for some of them, exactly.
    """

    cells: tuple[MapCell, ...]
    curve: tuple[float, ...]
    tops: tuple[TopShare, ...] = ()


def measure_distributions(customers: ir.Table, scaling: Scaling) -> Distributions:
    """Measure how segmented customers are spread.

    Parameters
    ----------
    customers
        Only customers with a segment: recency, frequency, monetary (zero or more), segment_id from 1.
    scaling
        Of the model: the map is cut evenly in feature space.
    """
    floats = customers.select("segment_id", **{name: customers[name].cast("float64") for name in FEATURES})
    steps = _steps(customers)
    return Distributions(
        cells=_map(floats, scaling, whole_days=customers.recency.type().is_integer()),
        curve=_curve(steps),
        tops=_tops(customers, steps),
    )


def measure_tops(customers: ir.Table) -> tuple[TopShare, ...]:
    """Return what the customers hold who spent most; ``customers`` are those to segment, with their monetary.

    >>> [(top.percent, top.customers, top.share) for top in measure_tops(ibis.memtable({"monetary": [6, 1, 1, 2]}))]
    [(1, 0, None), (5, 0, None), (10, 0, None), (20, 0, None), (50, 2, 0.8)]
    """
    return _tops(customers, _steps(customers))


def _steps(customers: ir.Table) -> list[dict[str, Any]]:
    """Return customers and their money by steps of money, the highest first."""
    steps = customers.group_by(step=_step(customers.monetary)).agg(
        n=customers.count(), money=customers.monetary.sum()
    )
    return sorted(_rows(steps), key=lambda row: (row["step"] is None, -(row["step"] or 0)))


def _step(monetary: ir.Column) -> ir.Column:
    """Return the step of money; who has nothing in the window, if there is one, comes last and holds nothing."""
    money = monetary.cast("float64")
    step = ibis.ifelse(
        money > float64(0.0), (money.ln() * float64(STEPS_PER_E)).floor(), ibis.null("float64")
    )
    return step.cast("int64")


def _tops(customers: ir.Table, steps: list[dict[str, Any]]) -> tuple[TopShare, ...]:
    count, money = (sum(row[name] for row in steps) for name in ("n", "money"))
    sizes = ((percent, count * percent // 100) for percent in TOP_PERCENTS)
    return tuple(
        TopShare(percent, size, float(_held_by(size, customers, steps) / money) if size and money else None)
        for percent, size in sizes
    )


def _held_by(size: int, customers: ir.Table, steps: list[dict[str, Any]]) -> Any:
    """Return the money of so many customers: whole steps, and of the step they end in those who spent most.

    Only that step is put in order, which no sort of all customers would beat.
    """
    held, left = 0, size
    for row in steps:
        if left < row["n"]:
            return held + (_most_of(customers, row["step"], left) if left and row["step"] is not None else 0)
        held, left = held + row["money"], left - row["n"]
    return held


def _most_of(customers: ir.Table, step: int, size: int) -> Any:
    inside = customers.select("monetary").filter(_step(customers.monetary) == ibis.literal(step, "int64"))
    most = inside.order_by(ibis.desc("monetary")).limit(size)
    return _rows(most.agg(money=most.monetary.sum()))[0]["money"]


def _curve(steps: list[dict[str, Any]]) -> tuple[float, ...]:
    """Return a curve through the steps: at their edges it is exact, between them it is drawn straight."""
    held = np.cumsum([0.0, *(float(row["money"]) for row in steps)])
    if not held[-1]:
        return ()
    counted = np.cumsum([0.0, *(row["n"] for row in steps)])
    at = np.linspace(0, counted[-1], CURVE_POINTS + 1)
    # Twelve decimals hide in which last digit of a logarithm, and so in which step, engines differ.
    return tuple(float(share) for share in (np.interp(at, counted, held) / held[-1]).round(12))


def _map(customers: ir.Table, scaling: Scaling, *, whole_days: bool) -> tuple[MapCell, ...]:
    ends = _rows(
        customers.agg(
            **{
                f"{end}_{name}": getattr(customers[name], end)()
                for name in FEATURES
                for end in ("min", "max")
            }
        )
    )[0]
    logged = {feature.name: feature.transform == "log1p" for feature in scaling.features}
    across = _edges(ends["min_recency"], ends["max_recency"], MAP_COLUMNS, logged=logged["recency"])
    up = _edges(ends["min_monetary"], ends["max_monetary"], MAP_ROWS, logged=logged["monetary"])
    if whole_days:
        across = np.unique(np.ceil(across))
        across[-1] = ends["max_recency"] + 1
    binned = customers.group_by(
        column=_bin(customers.recency, across),
        row=_bin(customers.monetary, up),
        segment_id=customers.segment_id,
    ).agg(n=customers.count())
    return _cells(_rows(binned), across, up)


def _edges(low: float, high: float, parts: int, *, logged: bool) -> NDArray[np.float64]:
    """Cut a range evenly, in the logarithm where the feature's transform is one.

    >>> [round(float(edge), 6) for edge in _edges(0, 99, 2, logged=True)]
    [0.0, 9.0, 99.0]
    >>> [float(edge) for edge in _edges(5, 5, 2, logged=False)]
    [5.0, 6.0]
    """
    if low == high:
        return np.array([low, low + 1])
    if not logged:
        return np.linspace(low, high, parts + 1)
    edges = np.expm1(np.linspace(math.log1p(low), math.log1p(high), parts + 1))
    edges[0], edges[-1] = low, high
    return edges


def _bin(column: ir.Column, edges: NDArray[np.float64]) -> ir.Column:
    """Return the number of the bin between two edges, by comparisons, which every engine knows."""
    inner = enumerate(edges[1:-1])
    last = ibis.literal(len(edges) - 2, "int16")
    below = [(column < float64(float(edge)), ibis.literal(index, "int16")) for index, edge in inner]
    return ibis.cases(*below, else_=last) if below else last


def _cells(
    rows: Iterable[dict[str, Any]], across: NDArray[np.float64], up: NDArray[np.float64]
) -> tuple[MapCell, ...]:
    places: dict[tuple[int, int], dict[int, int]] = {}
    for row in rows:
        places.setdefault((row["column"], row["row"]), {})[row["segment_id"]] = row["n"]
    return tuple(
        _cell((across[column], across[column + 1]), (up[row], up[row + 1]), by_segment)
        for (column, row), by_segment in sorted(places.items())
    )


def _cell(recency: tuple[float, float], monetary: tuple[float, float], by_segment: dict[int, int]) -> MapCell:
    most = min(by_segment, key=lambda segment_id: (-by_segment[segment_id], segment_id))
    return MapCell(
        recency=(float(recency[0]), float(recency[1])),
        monetary=(float(monetary[0]), float(monetary[1])),
        customers=sum(by_segment.values()),
        segment_id=most,
        of_segment=by_segment[most],
    )


def _rows(aggregate: ir.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = aggregate.to_pyarrow().to_pylist()
    return rows
