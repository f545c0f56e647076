"""The recency of a table of customers -> days: of numbers, of durations, or of the dates of the last purchase."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from rfmeans.arguments import argument
from rfmeans.columns.typed import calendar_day, to_number
from rfmeans.errors import SourceError

if TYPE_CHECKING:
    from rfmeans.columns.conventions import Conventions
    from rfmeans.engines.engine import Engine
    from rfmeans.settings import Reading

A_DATE = r"^\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}"  # at the beginning of a text; no number looks like it
SAMPLE = 1000
EPOCH = "2000-01-01"


@dataclass(frozen=True)
class Recency:
    """Recency in days, and the date that it is counted to where dates were given."""

    days: ir.Column
    as_of: dt.date | None = None


def holds_dates(column: ir.Column) -> bool:
    """Tell whether a column of text holds dates: its first values all look like one.

    >>> texts = ibis.memtable({"x": ["2025-01-31", None, "31/01/2025"], "y": ["12.5", "1.234.567", "3"]})
    >>> holds_dates(texts.x), holds_dates(texts.y)
    (True, False)
    """
    if not isinstance(column, ir.StringColumn):
        return False
    values = column.as_table().rename(value=column.get_name())
    first = values.filter(values.value.notnull() & (values.value.strip() != "")).limit(SAMPLE)
    found = first.agg(every=first.value.re_search(A_DATE).all()).to_pyarrow().to_pylist()[0]["every"]
    return bool(found)


def read_recency(column: ir.Column, engine: Engine, reading: Reading, written: Conventions) -> Recency:
    """Return a column as recency.

    Dates are those of the last purchase, and are counted to the as-of date: that of the reading, or the day after the
    last of them. A started day of a duration is none.

    Raises
    ------
    SourceError
        If the column's type cannot hold a recency.
    """
    if isinstance(column, ir.IntervalColumn):
        then = (ibis.timestamp(f"{EPOCH} 00:00:00") + column).date()
        return Recency(then.delta(ibis.date(EPOCH), unit="day").cast("int64"))
    if isinstance(column, ir.DateColumn | ir.TimestampColumn) or written.date is not None:
        day = calendar_day(column, engine, reading.timezone, written.date)
        as_of = reading.as_of or _day_after(day.max().to_pyarrow().as_py())
        return Recency(ibis.date(as_of.isoformat()).delta(day, unit="day").cast("int64"), as_of)
    if isinstance(column, ir.NumericColumn | ir.StringColumn) and not column.type().is_boolean():
        days = to_number(column, written.money.get(column.get_name()))
        return Recency(days.cast("int64" if days.type().is_integer() else "float64"))
    raise SourceError(
        f"Column {column.get_name()!r} was taken as the recency but holds {column.type()}. Give the column of days "
        f"since the last purchase, or of its dates, with {argument('recency', 'NAME')}.",
        asks="recency",
    )


def _day_after(last: dt.date | None) -> dt.date:
    return (last or dt.date(2000, 1, 1)) + dt.timedelta(days=1)
