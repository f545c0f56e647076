"""A frame in memory -> an Arrow table that an engine can take."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from numbers import Number
from typing import Any

from rfmeans.clocks import is_of_utc
from rfmeans.errors import SourceError
from rfmeans.typed_cells import typed_text

PLAIN = (str, bool, Number, dt.date, type(None))  # what a cell of a column of several types may be


def frame_table(frame: Any, timezone: str | None) -> tuple[Any, frozenset[str]]:
    """Return a pandas, Polars or Arrow table as an Arrow table; aware timestamps as the wall-clock time of their zone.

    And the columns whose cells have several types, as pandas reads them from workbooks: they are text, as in
    `rfmeans.typed_cells`.

    Raises
    ------
    SourceError
        If it is none of these, or its columns are no columns of one type with a name of their own.
    """
    table, mixed = _to_arrow(frame)
    return _local_times(_typed(table), timezone), mixed


def _to_arrow(frame: Any) -> tuple[Any, frozenset[str]]:
    import pyarrow as pa

    try:
        if type(frame).__module__.startswith("pandas"):
            told, mixed = _with_text(frame)
            return pa.Table.from_pandas(told, preserve_index=False), mixed
        if isinstance(frame, pa.Table):
            return frame, frozenset()
        if hasattr(frame, "collect") and type(frame).__module__.startswith("polars"):
            frame = _collected(frame)
        if hasattr(frame, "__arrow_c_stream__"):
            return pa.table(frame), frozenset()
    except (ValueError, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        if "Duplicate column names" in str(error):
            raise SourceError(f"{error}. Rename or drop one.") from error
        raise SourceError(
            f"A column of the frame mixes types: {error}. Give each column one type, e.g. with astype."
        ) from error
    raise SourceError(
        f"Cannot read orders from {type(frame).__name__!r}. Pass a path, a pandas or Polars DataFrame, "
        "an Arrow table, or an Ibis table."
    )


def _with_text(frame: Any) -> tuple[Any, frozenset[str]]:
    """Return a pandas frame with its columns of several types as text, and their names."""
    import pyarrow as pa

    mixed = {}
    for name, column in frame.items() if frame.columns.is_unique else ():
        if column.dtype != object:
            continue
        try:
            pa.array(column, from_pandas=True)
        except (pa.ArrowTypeError, pa.ArrowInvalid):
            if all(isinstance(cell, PLAIN) or type(cell).__name__ == "NAType" for cell in column):
                mixed[name] = [
                    None if type(cell).__name__ == "NAType" else typed_text(cell) for cell in column
                ]
    return (frame.assign(**mixed) if mixed else frame), frozenset(map(str, mixed))


def _collected(frame: Any) -> Any:
    try:
        return frame.collect()
    except Exception as error:  # a lazy frame can fail in any way its own sources can
        raise SourceError(f"The lazy frame could not be collected: {_said(error)}") from error


def _said(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:600]


def _typed(table: Any) -> Any:
    """Check that names are unique for an engine, and give columns without any value the type of text."""
    import pyarrow as pa

    folded = Counter(name.casefold() for name in table.column_names)
    twice = [name for name in table.column_names if folded[name.casefold()] > 1]
    if twice:
        raise SourceError(
            f"Columns share a name (upper and lower case count as one): {', '.join(twice)}. Rename or drop one."
        )
    for position, field in enumerate(table.schema):
        if pa.types.is_null(field.type):
            table = table.set_column(position, field.name, table.column(position).cast(pa.string()))
    return table


def _local_times(table: Any, timezone: str | None) -> Any:
    """Replace aware timestamps by the wall-clock time of their zone (or of the one asked for).

    Those of a column that says UTC stay as they are: as a clock they would be moved once more.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    for position, field in enumerate(table.schema):
        of_utc = timezone and is_of_utc(field.name)
        if pa.types.is_timestamp(field.type) and field.type.tz is not None and not of_utc:
            zone = timezone or field.type.tz
            aware = table.column(position).cast(pa.timestamp("us", zone))
            table = table.set_column(position, field.name, pc.local_timestamp(aware))
    return table
