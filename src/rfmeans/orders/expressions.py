"""Small expressions that several comparisons of lines are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir
    from ibis.expr.builders import WindowBuilder


def where(test: ir.Column, value: ir.Column) -> ir.Column:
    """Return the value where the test holds, else null."""
    return ibis.ifelse(test.fill_null(False), value, ibis.null(value.type()))


def unless(test: ir.Column, value: ir.Column) -> ir.Column:
    """Return the value where the test fails, else null."""
    return ibis.ifelse(test.fill_null(True), ibis.null(value.type()), value)


def any_in(test: ir.BooleanColumn, window: WindowBuilder) -> ir.BooleanColumn:
    """Whether the test holds for any row of the window: not every engine has a largest of true and false."""
    return ibis.ifelse(test, 1, 0).max().over(window) == 1


def without(table: ir.Table, *names: str) -> ir.Table:
    """Return the table without some columns, the others by their names: not every dialect can say "all but"."""
    return table.select(*(name for name in table.columns if name not in names))


def is_blank(column: ir.Column) -> ir.BooleanColumn:
    """Whether a cell holds nothing but blanks."""
    return (column.cast("string").strip() == "").fill_null(True)


def all_blank(rows: ir.Table, names: Sequence[str]) -> ir.BooleanColumn:
    """Whether a row leaves all of these columns blank."""
    return ibis.and_(*(is_blank(rows[name]) for name in names))


def any_blank(rows: ir.Table, names: Sequence[str]) -> ir.BooleanColumn:
    """Whether a row leaves one of these columns blank."""
    return ibis.or_(*(is_blank(rows[name]) for name in names))
