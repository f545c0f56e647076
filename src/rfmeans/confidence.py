"""How clearly a customer belongs to the segment: nearest against second-nearest centre (docs/evidence.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from rfmeans.scaling import Z_COLUMNS, float64

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import numpy as np
    from numpy.typing import NDArray

TWO_LEAST = ("nearest_square", "second_square")
NEAR_BORDER = 0.1  # below it the second-nearest centre is less than 11 % farther away than the nearest
_FAR = 1e300  # stands for no distance; null would make the least of several null on some engines


def add_confidence(placed: ir.Table, centres: NDArray[np.float64]) -> ir.Table:
    """Add the column ``confidence``: 1 - distance to the nearest centre / distance to the second-nearest.

    0 on the border between two segments, 1 at a centre; null where there is no segment, or no centre.

    Parameters
    ----------
    placed
        Customers with z columns and segment_id.
    centres
        Shape (k, 3); those of segments 1 to k. Empty for segments that have none.
    """
    if not len(centres):
        return placed.mutate(confidence=ibis.null("float64"))
    count = len(centres)
    return add_confidence_of_squares(add_two_least(add_squares(placed, centres), count)).drop(
        *_squares(count), *TWO_LEAST
    )


def add_squares(placed: ir.Table, centres: NDArray[np.float64]) -> ir.Table:
    """Add the squared distance to each centre, square_1 to square_k."""
    names = _squares(len(centres))
    return placed.mutate(
        **{name: _square(placed, centre) for name, centre in zip(names, centres, strict=True)}
    )


def _squares(count: int) -> list[str]:
    return [f"square_{index}" for index in range(1, count + 1)]


def add_two_least(squared: ir.Table, count: int) -> ir.Table:
    """Add the squared distance to the nearest of some centres, and to the nearest of the others."""
    squares = [squared[name] for name in _squares(count)]
    others = [
        ibis.ifelse(squared.segment_id == index, float64(_FAR), square)
        for index, square in enumerate(squares, start=1)
    ]
    return squared.mutate(nearest_square=ibis.least(*squares), second_square=ibis.least(*others))


def _square(placed: ir.Table, centre: NDArray[np.float64]) -> ir.Column:
    off = [placed[name] - float64(float(c)) for name, c in zip(Z_COLUMNS, centre, strict=True)]
    return off[0] * off[0] + off[1] * off[1] + off[2] * off[2]


def add_confidence_of_squares(measured: ir.Table) -> ir.Table:
    """Add the confidence to customers with these two distances."""
    zero, one = float64(0.0), float64(1.0)
    nearest, second = (measured[name] for name in TWO_LEAST)
    apart = second > zero
    ratio = ibis.least(one, nearest / ibis.ifelse(apart, second, one))
    value = ibis.ifelse(apart, one - ratio.sqrt(), zero)
    return measured.mutate(confidence=ibis.ifelse(measured.segment_id.notnull(), value, ibis.null("float64")))


def count_near_borders(customers: ir.Table, segments: int) -> tuple[int, ...]:
    """Return per segment how many of its customers have a confidence below 0.1.

    Parameters
    ----------
    customers
        With segment_id and confidence.
    segments
        Number of segments.
    """
    near = customers.filter(customers.confidence < float64(NEAR_BORDER))
    rows = near.group_by("segment_id").agg(n=near.count()).to_pyarrow().to_pylist()
    found = {row["segment_id"]: int(row["n"]) for row in rows}
    return tuple(found.get(position, 0) for position in range(1, segments + 1))
