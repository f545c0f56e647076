"""Anything a user may pass -> an Ibis table. The one place that opens things.

A file, a glob or a frame is opened in an embedded DuckDB of its own; an Ibis table stays where it is.
"""

from __future__ import annotations

import csv
import glob
import gzip
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rfmeans.errors import EngineError, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import ibis.expr.types as ir

    from rfmeans.settings import Reading

Result = TypeVar("Result")

LONGEST_PATH = 4096
LONGEST_HEADER = 1_000_000  # characters
DELIMITERS = ",;\t|"
CSV_ENDINGS = (".csv", ".tsv", ".txt")
PARQUET_ENDINGS = (".parquet", ".pq")
# Names of our own columns beside the source's, which may be called anything.
FILE, LINE, TEXT = "_rfmeans_file", "_rfmeans_line", "_rfmeans_text"


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
    located
        The rows of `table` and where each one stands: its columns, `FILE` (text) and `LINE` (int64). The line is
        the physical line of a text file on which the row begins, the row of a sheet, or the number of the data
        row; 1-based. Both are null where rows have no lasting order. Meant for the few rows that are set aside:
        it costs a pass of its own.
    malformed
        The lines of text files that are no rows: `FILE`, `LINE` and `TEXT`, as it stands in the file. None: there
        are none.
    malformed_lines
        How many rows `malformed` has; they are part of the rows read.
    rows
        How many rows `table` has, counted from the lines of the file; None where nothing was counted.
    understood
        How the file was understood, in a few words, such as "semicolons, Windows-1252, header in line 3".
    """

    table: ir.Table
    name: str
    ordered: bool
    located: ir.Table
    malformed: ir.Table | None = None
    malformed_lines: int = 0
    rows: int | None = None
    understood: str = ""

    def check_rows(self, read: int) -> None:
        """Check the number of rows that were read against the number of lines in the file.

        Raises
        ------
        MalformedError
            If they differ: `with_source` then reads the file line by line.
        """
        if self.rows is not None and self.rows != read:
            raise MalformedError(f"{self.name} has {self.rows:,} rows, but {read:,} were read.")


class MalformedError(SourceError):
    """A text file has lines that the engine's own reader cannot be trusted with."""


def with_source(source: Any, reading: Reading, use: Callable[[Source], Result]) -> Result:
    """Open what the user passed and return what ``use`` makes of it; the way to read every row exactly once.

    Text files are first left to the engine's own parallel reader. Where it stumbles over a line, or reads another
    number of rows than there are lines, ``use`` is called again with the file read line by line, and its
    malformed lines set aside. ``use`` has to look at every row, and to call `Source.check_rows`.

    Raises
    ------
    SourceError
        If nothing is there, or it cannot be read.
    """
    return use(open_source(source, reading))


def open_source(source: Any, reading: Reading) -> Source:
    """Open what the user passed.

    Parameters
    ----------
    source
        Path or glob of CSV or Parquet files; a pandas or Polars frame, an Arrow table; an Ibis table.
    reading
        How to read it. Its time zone None: UTC for files, the frame's own for frames.

    Raises
    ------
    SourceError
        If nothing is there, or it cannot be read.
    """
    import ibis.expr.types as ir

    if isinstance(source, ir.Table):
        return Source(source, "Ibis table", ordered=False, located=_nowhere(source))
    if isinstance(source, str | Path):
        return _open_files(str(source), reading)
    return _open_frame(source, reading)


@contextmanager
def engine_errors(doing: str) -> Iterator[None]:
    """Turn what the embedded database raises into one plain paragraph."""
    import duckdb
    from ibis.common.exceptions import IbisError

    try:
        yield
    except IbisError as error:
        raise EngineError(f"{doing} failed on this engine: {_first_paragraph(error)}") from error
    except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
        advice = " Save the file as UTF-8 and try again." if "utf-8" in str(error) else ""
        raise SourceError(f"{doing} failed: {_first_paragraph(error)}{advice}") from error
    except duckdb.OutOfMemoryException as error:
        raise EngineError(f"{doing} ran out of memory: {_first_paragraph(error)}") from error
    except duckdb.Error as error:
        raise EngineError(f"{doing} failed: {_first_paragraph(error)}") from error


def select_sql(table: ir.Table, select: str, added: dict[str, str]) -> ir.Table:
    """Return the result of a SQL text over a table, on the table's own engine.

    ``select`` ends in FROM and takes all columns of the table and those ``added``, given with their types.
    """
    import ibis

    con = table.get_backend()
    if con.name != "duckdb":
        return table.alias("rfmeans_orders").sql(f"{select} rfmeans_orders")
    # Ibis 12 asks DuckDB 2 for a method that it no longer has when it infers the columns of a SQL text,
    # so they are told.
    query = f"{select} ({ibis.to_sql(table, dialect='duckdb')}) AS orders"
    con.raw_sql(f"DESCRIBE {query}")
    schema = ibis.schema({**table.schema(), **added})
    result: ir.Table = ibis.expr.operations.SQLQueryResult(query, schema, con).to_expr()
    return result


def _first_paragraph(error: Exception) -> str:
    said = str(error).split("\n\n")[0].split("Possible ")[0]
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return " ".join(lines)[:600]


def _connect(timezone: str | None) -> Any:
    import ibis

    con = ibis.duckdb.connect()
    # The session's zone decides the calendar day of an aware timestamp: never the machine's own.
    con.raw_sql(f"SET TimeZone = '{timezone or 'UTC'}'")
    # Switched off only where it is on: in a notebook without widgets even switching it off is an error.
    if con.raw_sql("SELECT current_setting('enable_progress_bar')").fetchone()[0]:
        con.raw_sql("SET enable_progress_bar = false")
    return con


def _open_files(pattern: str, reading: Reading) -> Source:
    paths = _matching(pattern)
    kinds = {_kind(path) for path in paths}
    if len(kinds) > 1:
        raise SourceError(f"{pattern!r} matches both CSV and Parquet files. Give files of one kind.")
    empty = [path for path in paths if Path(path).stat().st_size == 0]
    if empty:
        raise SourceError(f"The file {empty[0]} is empty (0 bytes). Export it again.")
    con = _connect(reading.timezone)
    with engine_errors(f"Reading {pattern}"):
        parquet = kinds == {"parquet"}
        table = con.read_parquet(paths, union_by_name=True) if parquet else _read_csv(con, paths)
        name = pattern if len(paths) > 1 else Path(paths[0]).name
        return Source(table, name, ordered=True, located=_numbered(table, name))


def _numbered(table: ir.Table, file: str | None) -> ir.Table:
    import ibis

    return table.mutate(**{FILE: ibis.literal(file, "string"), LINE: ibis.row_number() + 1})


def _nowhere(table: ir.Table) -> ir.Table:
    import ibis

    return table.mutate(**{FILE: ibis.null("string"), LINE: ibis.null("int64")})


def _read_csv(con: Any, paths: list[str]) -> ir.Table:
    """Read everything as text: what a value means is decided in one place, `values`, not by a sniffer.

    The delimiter and the columns come from the header, so that a broken line further down is an error that names
    the line, and not another guess at the whole file.
    """
    first, *others = [_read_one_csv(con, path) for path in paths]
    for path, table in zip(paths[1:], others, strict=True):
        if set(table.columns) != set(first.columns):
            raise SourceError(
                f"{path} has other columns than {paths[0]}: {', '.join(table.columns)} against "
                f"{', '.join(first.columns)}. Give files with the same columns."
            )
        first = first.union(table.select(*first.columns))
    return first


def _read_one_csv(con: Any, path: str) -> ir.Table:
    header, delimiter = _csv_header(path)
    table: ir.Table = con.read_csv(
        path,
        auto_detect=False,
        delim=delimiter,
        quote='"',
        escape='"',
        header=True,
        columns=dict.fromkeys(header, "VARCHAR"),
    )
    return table


def _csv_header(path: str) -> tuple[list[str], str]:
    """Return the names in the first line, and what divides them."""
    opener = gzip.open if path.casefold().endswith(".gz") else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", newline="") as lines:
            line = lines.readline(LONGEST_HEADER)
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{path} is not UTF-8 text ({error.reason}). Save it as UTF-8 and try again."
        ) from error
    except (OSError, EOFError) as error:
        raise SourceError(f"{path} cannot be read: {error}. Export it again.") from error
    if not line.strip():
        raise SourceError(f"{path} has no header: its first line is empty. Give a file with column names.")
    delimiter = max(DELIMITERS, key=line.count)
    names = next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter))
    folded = Counter(name.casefold() for name in names)
    bad = [name or "(blank)" for name in names if folded[name.casefold()] > 1 or not name.strip()]
    if bad:
        raise SourceError(
            f"The header of {path} has columns without a name of their own: {', '.join(bad)}. Rename them."
        )
    return names, delimiter


def _matching(pattern: str) -> list[str]:
    if len(pattern) > LONGEST_PATH:
        raise SourceError(f"No such file: the path has {len(pattern):,} characters. Check the path.")
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


def _open_frame(frame: Any, reading: Reading) -> Source:
    import ibis

    named = getattr(frame, "attrs", {}).get("name")  # pandas frames can carry a name
    kind = str(named or f"{type(frame).__module__.partition('.')[0]} table")
    table = _local_times(_typed(_to_arrow(frame)), reading.timezone)
    con = _connect(reading.timezone)
    orders = con.create_table("orders", ibis.memtable(table), temp=True)
    return Source(orders, kind, ordered=True, located=_numbered(orders, None))


def _to_arrow(frame: Any) -> Any:
    import pyarrow as pa

    try:
        if type(frame).__module__.startswith("pandas"):
            return pa.Table.from_pandas(frame, preserve_index=False)
        if isinstance(frame, pa.Table):
            return frame
        if hasattr(frame, "collect") and type(frame).__module__.startswith("polars"):
            frame = _collected(frame)
        if hasattr(frame, "__arrow_c_stream__"):
            return pa.table(frame)
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


def _collected(frame: Any) -> Any:
    try:
        return frame.collect()
    except Exception as error:  # a lazy frame can fail in any way its own sources can
        raise SourceError(f"The lazy frame could not be collected: {_first_paragraph(error)}") from error


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
    """Replace aware timestamps by the wall-clock time of their zone (or of the one asked for)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for position, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type) and field.type.tz is not None:
            zone = timezone or field.type.tz
            aware = table.column(position).cast(pa.timestamp("us", zone))
            table = table.set_column(position, field.name, pc.local_timestamp(aware))
    return table
