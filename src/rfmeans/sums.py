"""Sums of floats that are the same in whatever order an engine takes the rows.

Floats added up in another order give another last digit, and several threads take another order each time. Whole
numbers do not: each value is taken as a multiple of a power of two, and the multiples are added up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

SUM_COLUMNS = ("sum_r", "sum_f", "sum_m", "squares")
MOST_BITS = 52  # those of a float64
ROOM = 60  # of the 63 bits of an int64: sums may be some times larger than the number of values


def bits_for(count: int) -> int:
    """Return how many binary places each of ``count`` values may have, if their sizes are about 1 on average.

    >>> bits_for(100), bits_for(10_000_000), bits_for(1_000_000_000)
    (52, 36, 30)
    """
    return min(MOST_BITS, ROOM - count.bit_length())


def whole_sum(values: ir.Column, bits: int, times: ir.Column | None = None) -> ir.Scalar:
    """Return the sum of floats as a whole number of units of 2 ** -bits (an expression, int64).

    ``times``: how often each value counts (int64); once if None.
    """
    units = (values * ibis.literal(2.0**bits, "float64") + ibis.literal(0.5, "float64")).floor().cast("int64")
    return (units if times is None else units * times).sum().cast("int64")


def whole_sums(z: Sequence[ir.Column], bits: int) -> dict[str, ir.Scalar]:
    """Return the sums of three z columns and of the squares of z by `SUM_COLUMNS`, in the same units."""
    square = z[0] * z[0] + z[1] * z[1] + z[2] * z[2]
    return {name: whole_sum(column, bits) for name, column in zip(SUM_COLUMNS, (*z, square), strict=True)}
