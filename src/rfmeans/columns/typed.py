"""Columns of any type -> typed values: customer key, order key, calendar day, money.

Money is decimal with four places from here on: summed exactly, so that a return cancels its purchase.
Text is read by the column's convention, see `conventions`; what does not fit it becomes null and is set aside by
`orders`.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import ibis

from rfmeans.arguments import argument
from rfmeans.columns.date_formats import FORMATS
from rfmeans.columns.dates import LARGEST_WHOLE, DateConvention
from rfmeans.columns.layout_files import KINDS
from rfmeans.columns.money_formats import MONEY, MoneyConvention
from rfmeans.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir
    from ibis.expr.datatypes import DataType

    from rfmeans.engines.engine import Engine

MONEY_PLACES = 4
LARGEST_DECIMAL = Decimal(10) ** 37
MONEY_LIMIT = 1e13  # the largest single amount that MONEY holds with room to spare
BELOW_LIMIT = "decimal(17, 4)"  # holds what is smaller than that
# Of a product of text columns, which has twelve places.
FACTOR, WIDE_FACTOR, SMALL_FACTOR = "decimal(18, 6)", "decimal(38, 6)", 1000
# 9999-12-31 is a common "never"; and the day after the last order must exist.
FIRST_DAY, LAST_DAY, NEVER = dt.date(1, 1, 1), dt.date(9999, 12, 30), dt.date(9999, 12, 31)
# Blank, as frames, databases, R (NA) and Excel (#N/A, in German #NV) write it out.
NO_ORDER = (
    *("", "nan", "none", "null", "nat", "<na>", "na", "n/a", "n.a.", "#n/a", "#nv"),
    *("-", "--", "(null)", "(none)", "(blank)"),
)
ISO_DATES, DECIMAL_POINT = DateConvention(FORMATS[:1]), MoneyConvention(".")
# 0.0 is a 0 that pandas made a float.
NO_CUSTOMER = (*NO_ORDER, "?", "unknown", "undefined", "anonymous", "guest", "0", "0.0")


def customer_key(column: ir.Column, engine: Engine, *, padded: bool = True) -> ir.Column:
    """Return the customer key: whole number, or text without blanks around it; null where there is none."""
    if isinstance(column, ibis.expr.types.DecimalColumn):
        return _finite(column, engine).cast("decimal(38, 0)").nullif(0)
    if isinstance(column, ibis.expr.types.FloatingColumn):
        whole = ibis.ifelse(column.abs() < LARGEST_WHOLE, column, ibis.null(column.type()))
        column = whole.cast("int64")  # a nullable integer as frames keep it; see `check_whole`
    if isinstance(column, ibis.expr.types.IntegerColumn):
        return column.nullif(0)
    return _key_text(column, engine, NO_CUSTOMER, padded)


def order_key(column: ir.Column, engine: Engine, *, padded: bool = True) -> ir.Column:
    """Return the order key; NaN and blank text, also as frames write it out, are null."""
    if isinstance(column, ibis.expr.types.FloatingColumn):
        return ibis.ifelse(column.isnan(), ibis.null(column.type()), column)
    if isinstance(column, ibis.expr.types.NumericColumn):
        return _finite(column, engine) if isinstance(column, ibis.expr.types.DecimalColumn) else column
    return _key_text(column, engine, NO_ORDER, padded)


def _finite(column: ir.DecimalColumn, engine: Engine) -> ir.DecimalColumn:
    """Return the decimals, null where there is NaN, infinity, or more digits than other engines have."""
    if not engine.odd_numbers:
        return column
    held = (column > -LARGEST_DECIMAL) & (column < LARGEST_DECIMAL)  # NaN is above all numbers there
    return ibis.ifelse(held, column, ibis.null(column.type()))


def _key_text(column: ir.Column, engine: Engine, none: Sequence[str], padded: bool) -> ir.StringColumn:
    """Return the text without blanks around it, null where it is one of the words for none."""
    text = column.cast("string")
    return engine.unless(none, engine.trimmed(text) if padded else text)


def calendar_day(
    column: ir.Column, engine: Engine, timezone: str | None = None, convention: DateConvention | None = None
) -> ir.Column:
    """Return the calendar day; null where there is none, or one beyond what Python's dates hold.

    Text and plain timestamps keep the day as written; an aware timestamp has the day of ``timezone`` (None: UTC).
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


def _day(column: ir.Column, engine: Engine, timezone: str | None) -> ir.Column:
    if isinstance(column, ibis.expr.types.DateColumn):
        return column
    if isinstance(column, ibis.expr.types.TimestampColumn):
        return column.date() if column.type().timezone is None else engine.day_in(timezone or "UTC", column)
    raise SourceError(
        f"Column {column.get_name()!r} was taken as the date but holds {column.type()}. "
        f"Give the column of dates with {argument('date', 'NAME')}, or convert it to dates first."
    )


def money(column: ir.Column, engine: Engine, convention: MoneyConvention | None = None) -> ir.Column:
    """Return a number or a text column as decimal money; null where it is none, or 10^13 or more.

    >>> import ibis
    >>> from rfmeans.engines.duckdb import DUCKDB
    >>> money(ibis.memtable({"x": ["10.05", "abc", "-3"]}).x, DUCKDB).name("m").to_pyarrow().to_pylist()
    [Decimal('10.0500'), None, Decimal('-3.0000')]
    """
    if isinstance(column, ibis.expr.types.StringColumn):
        return number(column, convention, BELOW_LIMIT).cast(MONEY)
    return _as_money(number(column), engine)


def product(
    quantity: ir.Column,
    price: ir.Column,
    engine: Engine,
    conventions: tuple[MoneyConvention | None, MoneyConvention | None] = (None, None),
) -> ir.Column:
    """Return quantity x unit price as decimal money.

    Two columns of text are multiplied as decimals of six places. Otherwise the product is taken in float64 and
    rounded to four places: exact for every true product of up to four places below 10^11, and it does not round a
    price like 0.00015 before it is multiplied.
    """
    one, other = (
        number(column, how, FACTOR) for column, how in zip((quantity, price), conventions, strict=True)
    )
    if isinstance(quantity, ibis.expr.types.StringColumn) and isinstance(price, ibis.expr.types.StringColumn):
        return _decimal_product(one, other, engine)
    return _as_money(_factor(one, engine) * _factor(other, engine), engine)


def _factor(value: ir.Column, engine: Engine) -> ir.Column:
    """Return a factor as float64, none whose product float64 does not hold where the engine would stop at it."""
    kind = value.type()
    if not engine.odd_numbers or not (kind.is_floating() or _is_unlimited(kind)):
        return value.cast("float64")
    # Neither so large, nor so small, that the product of two is out of range.
    large, small = (value.abs() >= 1e150).fill_null(True), value.abs() <= 1e-150
    return ibis.cases((large, ibis.null("float64")), (small, 0.0), else_=value.cast("float64"))


def _decimal_product(first: ir.DecimalColumn, second: ir.DecimalColumn, engine: Engine) -> ir.DecimalColumn:
    """Multiply in 64 bits where DuckDB's product of two such decimals holds it, which is ten times as fast."""
    small = (first.abs() < SMALL_FACTOR) & (second.abs() < SMALL_FACTOR)
    wide = _as_money(first.cast(WIDE_FACTOR) * second.cast(WIDE_FACTOR), engine)
    return ibis.ifelse(small, (first * second).cast(MONEY), wide)


def _as_money(value: ir.Column, engine: Engine) -> ir.Column:
    within = (value > -MONEY_LIMIT) & (value < MONEY_LIMIT)  # the least integer has no absolute value
    always = not engine.odd_numbers and _always_below_limit(value.type())
    return engine.to_decimal(value if always else ibis.ifelse(within, value, ibis.null(value.type())), MONEY)


def _always_below_limit(kind: DataType) -> bool:
    """Whether no value of a type reaches `MONEY_LIMIT`."""
    if not kind.is_decimal() or _is_unlimited(kind):
        return False
    return bool(10.0 ** (kind.precision - kind.scale) <= MONEY_LIMIT)


def _is_unlimited(kind: DataType) -> bool:
    return bool(kind.is_decimal() and (kind.precision is None or kind.scale is None))


def number(column: ir.Column, convention: MoneyConvention | None = None, kind: str = MONEY) -> ir.Column:
    """Return the column as numbers; text as decimals of a kind, by its convention (None: plain decimal numbers).

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
    raise SourceError(
        f"Column {column.get_name()!r} was taken as a number but holds {column.type()}. "
        f"Give the right column with {argument('amount', 'NAME')}, or {argument('quantity', 'NAME')} and "
        f"{argument('price', 'NAME')}."
    )


def check_whole(column: ir.Column) -> None:
    """Refuse a customer column of fractional numbers: it is a column of something else.

    Raises
    ------
    SourceError
        If one is found.
    """
    floating = isinstance(column, ibis.expr.types.FloatingColumn)
    if not floating and not isinstance(column, ibis.expr.types.DecimalColumn):
        return
    held = column.abs() < LARGEST_WHOLE if floating else column.notnull()  # NaN and infinity fail
    finite = ibis.ifelse(held, column, ibis.null(column.type()))  # Polars fails on them
    fraction = ibis.ifelse(finite != finite.floor(), finite, ibis.null(column.type()))
    broken = fraction.max().to_pyarrow().as_py()
    if broken is not None:
        raise SourceError(
            f"Column {column.get_name()!r} was taken as the customer but holds fractions such as {broken}. "
            f"Give the column of customer ids with {argument('customer', 'NAME')}."
        )


def customer_id(
    table: ir.Table, customers: Sequence[tuple[str, str]], engine: Engine, *, padded: bool = True
) -> ir.Column:
    """Return the customer's key; null where no column has one.

    ``customers`` holds kinds and columns, the first ones first. A single column keeps its type. ``padded``: whether
    text may have blanks around it.

    >>> import ibis
    >>> from rfmeans.engines.duckdb import DUCKDB
    >>> rows = ibis.memtable({"id": ["7", "", "email:b@x.org"], "mail": ["A@x.org", " B@X.org", ""]})
    >>> key = customer_id(rows, [("id", "id"), ("email", "mail")], DUCKDB)
    >>> key.name("key").to_pyarrow().to_pylist()
    ['7', 'email:b@x.org', 'id:email:b@x.org']
    """
    (kind, column), *fallbacks = customers
    key = _key(kind, table[column], engine, padded)
    if not fallbacks:
        return key
    text = key.cast("string")
    like_another = ibis.or_(*(text.startswith(f"{other}:") for other in KINDS))
    keys = [ibis.ifelse(like_another, ibis.literal(f"{kind}:") + text, text)]
    keys += [
        ibis.literal(f"{other}:") + _key(other, table[name], engine, padded).cast("string")
        for other, name in fallbacks
    ]
    return ibis.coalesce(*keys)


def _key(kind: str, column: ir.Column, engine: Engine, padded: bool) -> ir.Column:
    key = customer_key(column, engine, padded=padded)
    if kind == "email":
        return key.cast("string").lower()
    if kind == "phone":
        digits = key.cast("string").re_replace("[^0-9+]", "")
        return ibis.ifelse(digits.re_search("[1-9]"), digits, ibis.null("string"))
    return key
