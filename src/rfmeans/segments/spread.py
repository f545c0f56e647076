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
TOPS = (0.01, 0.05, 0.1, 0.2, 0.5)  # shares of customers that the concentration of revenue is said for


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
class Distributions:
    """How customers are spread.

    Attributes
    ----------
    cells
        The rectangles of the customer map that hold customers; at most `MAP_COLUMNS` x `MAP_ROWS`.
    curve
        Share of revenue held by the customers who spent most: at 0, 1, 2 … 100 % of the customers.
    """

    cells: tuple[MapCell, ...]
    curve: tuple[float, ...]

    def held_by_top(self, share: float) -> float:
        """Return the share of revenue that the top share of customers holds.

        >>> Distributions((), (0.0, 0.7, 1.0)).held_by_top(0.25)
        0.35
        """
        return float(np.interp(share, np.linspace(0, 1, len(self.curve)), self.curve))


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
    return Distributions(
        cells=_map(floats, scaling, whole_days=customers.recency.type().is_integer()),
        curve=_curve(customers),
    )


def _curve(customers: ir.Table) -> tuple[float, ...]:
    """Sum up in fine steps of money: at the steps' edges the curve is exact, between them it is drawn straight."""
    money = customers.monetary.cast("float64")
    # Who has nothing in the window, if there is one, comes last and holds nothing.
    step = ibis.ifelse(
        money > float64(0.0), (money.ln() * float64(STEPS_PER_E)).floor(), ibis.null("float64")
    )
    steps = customers.group_by(step=step.cast("int64")).agg(
        n=customers.count(), money=customers.monetary.sum()
    )
    rows = sorted(_rows(steps), key=lambda row: (row["step"] is None, -(row["step"] or 0)))
    held = np.cumsum([0.0, *(float(row["money"]) for row in rows)])
    counted = np.cumsum([0.0, *(row["n"] for row in rows)])
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
