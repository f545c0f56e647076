"""Anything a user may pass -> an Ibis table. The one place that opens things.

A file, a glob or a frame is opened in an embedded DuckDB of its own; an Ibis table stays where it is.
"""

from __future__ import annotations

import glob
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rfmeans.errors import EngineError, SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import ibis.expr.types as ir

CSV_ENDINGS = (".csv", ".tsv", ".txt")
PARQUET_ENDINGS = (".parquet", ".pq")


@dataclass(frozen=True)
class Source:
    """An opened source.

    Attributes
    ----------
    table
        One row per row of the source, columns as they are (text where the file is text).
    name
        What to call it in messages and in the report: the file's name, or the kind of table.
    ordered
        Whether its rows have a lasting order, so that a row number means something.
    """

    table: ir.Table
    name: str
    ordered: bool


def open_source(source: Any, timezone: str | None = None) -> Source:
    """Open what the user passed.

    Parameters
    ----------
    source
        Path or glob of CSV or Parquet files; a pandas or Polars frame, an Arrow table; an Ibis table.
    timezone
        Zone in which time-zone-aware timestamps are read; None: UTC for files, the frame's own for frames.

    Raises
    ------
    SourceError
        If nothing is there, or it cannot be read.
    """
    import ibis.expr.types as ir

    if isinstance(source, ir.Table):
        return Source(source, "Ibis table", ordered=False)
    if isinstance(source, str | Path):
        return _open_files(str(source), timezone)
    return _open_frame(source, timezone)


@contextmanager
def engine_errors(doing: str) -> Iterator[None]:
    """Turn what the embedded database raises into one plain paragraph."""
    import duckdb

    try:
        yield
    except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
        raise SourceError(f"{doing} failed: {_first_paragraph(error)}") from error
    except duckdb.OutOfMemoryException as error:
        raise EngineError(f"{doing} ran out of memory: {_first_paragraph(error)}") from error
    except duckdb.Error as error:
        raise EngineError(f"{doing} failed: {_first_paragraph(error)}") from error


def select_sql(table: ir.Table, select: str) -> ir.Table:
    """Return the result of ``select`` (a SQL text that ends in FROM) over a table, on its own engine."""
    import ibis

    con = table.get_backend()
    if con.name != "duckdb":
        return table.alias("rfmeans_orders").sql(f"{select} rfmeans_orders")
    # Ibis 12 asks DuckDB 2 for a method that it no longer has when it infers the columns of a SQL text.
    name = ibis.util.gen_name("rfmeans_view")
    con.raw_sql(f'CREATE TEMP VIEW "{name}" AS {select} ({ibis.to_sql(table, dialect="duckdb")}) AS orders')
    return con.table(name)


def _first_paragraph(error: Exception) -> str:
    lines = [line.strip() for line in str(error).split("\n\n")[0].splitlines() if line.strip()]
    return " ".join(lines)[:600]


def _connect(timezone: str | None) -> Any:
    import ibis

    con = ibis.duckdb.connect()
    # The session's zone decides the calendar day of an aware timestamp: never the machine's own.
    con.raw_sql(f"SET TimeZone = '{timezone or 'UTC'}'")
    con.raw_sql("SET enable_progress_bar = false")
    return con


def _open_files(pattern: str, timezone: str | None) -> Source:
    paths = _matching(pattern)
    kinds = {_kind(path) for path in paths}
    if len(kinds) > 1:
        raise SourceError(f"{pattern!r} matches both CSV and Parquet files. Give files of one kind.")
    empty = [path for path in paths if Path(path).stat().st_size == 0]
    if empty:
        raise SourceError(f"The file {empty[0]} is empty (0 bytes). Export it again.")
    con = _connect(timezone)
    with engine_errors(f"Reading {pattern}"):
        parquet = kinds == {"parquet"}
        table = con.read_parquet(paths, union_by_name=True) if parquet else _read_csv(con, paths)
    return Source(table, pattern if len(paths) > 1 else Path(paths[0]).name, ordered=True)


def _read_csv(con: Any, paths: list[str]) -> ir.Table:
    """Read everything as text: what a value means is decided in one place, `values`, not by a sniffer."""
    return con.read_csv(
        paths, all_varchar=True, header=True, union_by_name=True, null_padding=False, sample_size=20_480
    )


def _matching(pattern: str) -> list[str]:
    if Path(pattern).is_dir():
        raise SourceError(
            f"{pattern} is a folder. Give a file, or a glob such as '{pattern.rstrip('/')}/*.csv'."
        )
    if Path(pattern).exists():
        return [pattern]
    paths = sorted(glob.glob(pattern, recursive=True)) if glob.has_magic(pattern) else []  # noqa: PTH207 - pathlib cannot glob an absolute pattern
    files = [path for path in paths if Path(path).is_file()]
    if not files:
        what = "No file matches" if glob.has_magic(pattern) else "No such file:"
        raise SourceError(f"{what} {pattern!r} (looked from {Path.cwd()}). Check the path.")
    return files


def _kind(path: str) -> str:
    name = path.casefold().removesuffix(".gz")
    if name.endswith(CSV_ENDINGS):
        return "csv"
    if name.endswith(PARQUET_ENDINGS):
        return "parquet"
    raise SourceError(
        f"The kind of {path} is not known from its name. Readable are .csv, .tsv, .txt (also with .gz) "
        "and .parquet files."
    )


def _open_frame(frame: Any, timezone: str | None) -> Source:
    import ibis

    named = getattr(frame, "attrs", {}).get("name")  # pandas frames can carry a name
    kind = str(named or f"{type(frame).__module__.partition('.')[0]} table")
    table = _local_times(_to_arrow(frame), timezone)
    con = _connect(timezone)
    return Source(con.create_table("orders", ibis.memtable(table), temp=True), kind, ordered=True)


def _to_arrow(frame: Any) -> Any:
    import pyarrow as pa

    try:
        if type(frame).__module__.startswith("pandas"):
            return pa.Table.from_pandas(frame, preserve_index=False)
        if isinstance(frame, pa.Table):
            return frame
        if hasattr(frame, "collect") and type(frame).__module__.startswith("polars"):
            frame = frame.collect()
        if hasattr(frame, "__arrow_c_stream__"):
            return pa.table(frame)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise SourceError(
            f"A column of the frame mixes types: {error}. Give each column one type, e.g. with astype."
        ) from error
    raise SourceError(
        f"Cannot read orders from {type(frame).__name__!r}. Pass a path, a pandas or Polars DataFrame, "
        "an Arrow table, or an Ibis table."
    )


def _local_times(table: Any, timezone: str | None) -> Any:
    """Replace aware timestamps by the wall-clock time of their zone (or of the one asked for)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for position, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type) and field.type.tz is not None:
            zone = timezone or field.type.tz
            aware = table.column(position).cast(pa.timestamp("us", zone))
            table = table.set_column(position, field.name, pc.local_timestamp(aware))
    return table
