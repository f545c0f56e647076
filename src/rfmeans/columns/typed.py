"""Columns of any type -> typed values: calendar day, money. Keys: see `keys`.

Money is decimal with four places from here on: summed exactly, so that a return cancels its purchase.
Text is read by the column's convention, see `conventions`; what does not fit it becomes null and is set aside by
`orders`.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING

import ibis

from rfmeans.arguments import argument
from rfmeans.clocks import is_of_utc
from rfmeans.columns.date_formats import FORMATS
from rfmeans.columns.dates import DateConvention
from rfmeans.columns.money_formats import MONEY, MoneyConvention
from rfmeans.errors import SourceError

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.expr.datatypes import DataType

    from rfmeans.engines.engine import Engine

MONEY_PLACES = 4
MONEY_LIMIT = 1e13  # the largest single amount that MONEY holds with room to spare
BELOW_LIMIT = "decimal(17, 4)"  # holds what is smaller than that
# A factor of a product of decimals, which has twelve places.
FACTOR, FACTOR_PLACES, FACTOR_LIMIT = "decimal(18, 6)", 6, 1e12
# 9999-12-31 is a common "never"; and the day after the last order must exist.
FIRST_DAY, LAST_DAY, NEVER = dt.date(1, 1, 1), dt.date(9999, 12, 30), dt.date(9999, 12, 31)
ISO_DATES, DECIMAL_POINT = DateConvention(FORMATS[:1]), MoneyConvention(".")


def calendar_day(
    column: ir.Column, engine: Engine, timezone: str | None = None, convention: DateConvention | None = None
) -> ir.Column:
    """Return the calendar day; null where there is none, or one beyond what Python's dates hold.

    Text and plain timestamps keep the day as written, unless the column's name says that its clock is UTC's. An aware
    timestamp has the day of ``timezone`` (None: UTC).
    Text and numbers are read by the convention; None: ISO dates.

    Raises
    ------
    SourceError
        If the column's type cannot hold a date.
    """
    if convention is None and isinstance(column, ibis.expr.types.StringColumn):
        convention = ISO_DATES
    if convention is not None:
        return convention.parse(column, timezone).nullif(NEVER)  # a pattern has no year before 1000
    day = _day(column, engine, timezone)
    return ibis.ifelse(day.between(FIRST_DAY, LAST_DAY), day, ibis.null("date"))


def clock(
    column: ir.Column, engine: Engine, timezone: str | None = None, convention: DateConvention | None = None
) -> ir.IntegerColumn:
    """Return the minutes since midnight; null where no time is stated, or none but midnight's, as for a day alone."""
    if convention is not None:
        return convention.minutes(column).nullif(0)
    if not isinstance(column, ibis.expr.types.TimestampColumn):
        return ibis.null("int64")
    if column.type().timezone is not None:
        column = engine.clock_in(timezone or "UTC", column)
    return (column.hour().cast("int64") * 60 + column.minute()).nullif(0)


def _day(column: ir.Column, engine: Engine, timezone: str | None) -> ir.Column:
    if isinstance(column, ibis.expr.types.DateColumn):
        return column
    if isinstance(column, ibis.expr.types.TimestampColumn):
        if column.type().timezone is not None:
            return engine.day_in(timezone or "UTC", column)
        if timezone and is_of_utc(column.get_name()):
            return engine.day_in(timezone, engine.of_utc(column))
        return column.date()
    raise SourceError(
        f"Column {column.get_name()!r} was taken as the date but holds {column.type()}. "
        f"Give the column of dates with {argument('date', 'NAME')}, or convert it to dates first.",
        asks="date",
    )


def to_money(
    column: ir.Column, engine: Engine, convention: MoneyConvention | None = None, *, role: str = ""
) -> ir.Column:
    """Return a number or a text column as decimal money; null where it is none, or 10^13 or more.

    >>> import ibis
    >>> from rfmeans.engines.duckdb import DUCKDB
    >>> to_money(ibis.memtable({"x": ["10.05", "abc", "-3"]}).x, DUCKDB).name("m").to_pyarrow().to_pylist()
    [Decimal('10.0500'), None, Decimal('-3.0000')]
    """
    if isinstance(column, ibis.expr.types.StringColumn):
        return to_number(column, convention, BELOW_LIMIT).cast(MONEY)
    return _as_money(to_number(column, role=role), engine)


def product(
    quantity: ir.Column,
    price: ir.Column,
    engine: Engine,
    conventions: tuple[MoneyConvention | None, MoneyConvention | None] = (None, None),
) -> ir.Column:
    """Return quantity x unit price as decimal money.

    Text, whole numbers and decimals of up to six places are multiplied as decimals, exactly. Where one is a float, the
    product is taken in float64 and rounded to four places: exact for every true product of up to four places below
    10^11, and it does not round a price like 0.00015 before it is multiplied.
    """
    columns = quantity, price
    one, other = (to_number(column, how, FACTOR) for column, how in zip(columns, conventions, strict=True))
    if all(isinstance(column, ibis.expr.types.StringColumn) for column in columns):
        return engine.multiplied(one, other, partial(_as_money, engine=engine))
    floats = _as_money(as_float(one, engine) * as_float(other, engine), engine)
    if not (_is_exact(one.type()) and _is_exact(other.type())):
        return floats
    small = _is_within(one, FACTOR_LIMIT) & _is_within(other, FACTOR_LIMIT)
    first, second = (
        ibis.ifelse(_is_within(value, FACTOR_LIMIT), value, ibis.null(value.type())).cast(engine.factor)
        for value in (one, other)
    )
    exact = engine.multiplied(first, second, partial(_as_money, engine=engine))
    return ibis.ifelse(small, exact, floats)


def _is_exact(kind: DataType) -> bool:
    """Whether all values of a type are decimals of as many places as a factor has."""
    return kind.is_integer() or bool(
        kind.is_decimal() and kind.scale is not None and kind.scale <= FACTOR_PLACES
    )


def _is_within(value: ir.Column, limit: float) -> ir.BooleanColumn:
    return (value > -limit) & (value < limit)  # the least integer has no absolute value


def as_float(value: ir.Column, engine: Engine) -> ir.Column:
    """Return a number as float64; null where the engine would stop at its size, or at the product of two such."""
    kind = value.type()
    if not engine.odd_numbers or not (kind.is_floating() or _is_unlimited(kind)):
        return value.cast("float64")
    # Neither so large, nor so small, that the product of two is out of range.
    large, small = (value.abs() >= 1e150).fill_null(True), value.abs() <= 1e-150
    return ibis.cases((large, ibis.null("float64")), (small, 0.0), else_=value.cast("float64"))


def _as_money(value: ir.Column, engine: Engine) -> ir.Column:
    within = _is_within(value, MONEY_LIMIT)
    always = not engine.odd_numbers and _always_below_limit(value.type())
    return engine.to_decimal(value if always else ibis.ifelse(within, value, ibis.null(value.type())), MONEY)


def _always_below_limit(kind: DataType) -> bool:
    """Whether no value of a type reaches `MONEY_LIMIT`."""
    if not kind.is_decimal() or _is_unlimited(kind):
        return False
    return bool(10.0 ** (kind.precision - kind.scale) <= MONEY_LIMIT)


def _is_unlimited(kind: DataType) -> bool:
    return bool(kind.is_decimal() and (kind.precision is None or kind.scale is None))


def to_number(
    column: ir.Column, convention: MoneyConvention | None = None, kind: str = MONEY, *, role: str = ""
) -> ir.Column:
    """Return the column as numbers; text as decimals of a kind, by its convention (None: plain decimal numbers).

    ``role``: what a message calls the argument that gives the column; blank: that of money.

    Raises
    ------
    SourceError
        If the column's type cannot hold a number.
    """
    if isinstance(column, ibis.expr.types.NumericColumn) and not column.type().is_boolean():
        # PostgreSQL makes a decimal of six digits of a small float.
        small = column.type().is_floating() and not column.type().is_float64()
        return column.cast("float64") if small else column
    if isinstance(column, ibis.expr.types.StringColumn):
        return (convention or DECIMAL_POINT).parse(column, kind)
    money = f"{argument('amount', 'NAME')}, or {argument('quantity', 'NAME')} and {argument('price', 'NAME')}"
    raise SourceError(
        f"Column {column.get_name()!r} was taken as a number but holds {column.type()}. "
        f"Give the right column with {argument(role, 'NAME') if role else money}.",
        asks=role or "amount",
    )
