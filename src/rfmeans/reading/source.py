"""The rows of a source as a table of an engine, with where each one stands."""

from __future__ import annotations

import glob
import weakref
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from rfmeans.engines.database import nothing_to_close
from rfmeans.engines.duckdb import DUCKDB, copy_to
from rfmeans.engines.engine import sql_function
from rfmeans.engines.failures import MalformedError
from rfmeans.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import ibis.expr.types as ir

    from rfmeans.engines.database import Home
    from rfmeans.engines.engine import Engine

    Stored = tuple[int, str, Sequence[str | None] | None]

# Names of our own columns beside the source's, which may be called anything.
FILE, LINE, PLACE, TEXT = "_rfmeans_file", "_rfmeans_line", "_rfmeans_place", "_rfmeans_text"
WRAPPED, BARE = r'^ *="(.*)" *$', r"\1"  # as spreadsheets are told that a number is text
BATCH = 50_000  # rows held in memory while a file is rewritten
# Of these so many as objects of Python: with more of them its collector of garbage takes a third of the time.
TAKEN = 500
# Written once and read a few times: to compress it takes longer than to read it as it is, and so do dictionaries of
# columns in which each value is another.
QUICKLY = (
    "FORMAT parquet",
    "PRESERVE_ORDER true",
    "COMPRESSION uncompressed",
    "PARQUET_VERSION v2",
    "DICTIONARY_SIZE_LIMIT 5000",
)
# Values and rows that are held in memory until they are written.
MOST_HELD, FEWEST_HELD, ROWS_HELD = 1_000_000, 2_048, 122_880
_is_finite = sql_function("isfinite", (float,), bool)
MOST_COLUMNS = 2_000  # each costs milliseconds; no shop exports so many


@dataclass(frozen=True)
class Counted:
    """Rows of a file one below the other: `LINE` of a row is its place, from 0, and that of the first one.

    To number them the engine reads them one after the other, in one thread.

    Attributes
    ----------
    located
        The rows as `Source.located` has them.
    rows
        The same, `LINE` being null.
    first
        `LINE` of the first one.
    """

    located: ir.Table
    rows: ir.Table
    first: int


@dataclass(frozen=True)
class Source:
    """An opened source, which owns what was opened for it: `close` it, or use it as a context manager.

    Attributes
    ----------
    table
        One row per row of the source, columns as they are (text where the file is text).
    name
        What to call it in messages and in the report: the file's name, or the kind of table.
    located
        The rows of `table` and where each one stands: its columns, and `FILE` (text) and `LINE` (int64), whose
        names are ours. The line is the physical line of a text file on which the row begins, the row of a
        sheet, or the number of the data row; 1-based. Both are null where rows have no lasting order. Meant for
        the few rows that are set aside: it costs a pass of its own.
    ordered
        Whether its rows have a lasting order, so that a row number means something.
    malformed
        The lines of text files that are no rows: `FILE`, `LINE` and `TEXT`, as it stands in the file. None: there
        are none.
    malformed_lines
        How many rows `malformed` has; they are part of the rows read.
    rows
        How many rows `table` has, counted from the lines of the file; None where nothing was counted.
    understood
        How the file was understood, in a few words, such as "semicolons, Windows-1252, header in line 3".
    files
        How many files it is, or sheets of a workbook.
    padded
        Whether text may have blanks around it.
    powers
        Whether a number in text may go on behind an e (1e5) or a low line (1_000).
    typed
        The columns of text whose values are all numbers of a type.
    mixed
        The columns of text in which some values have a type: see `rfmeans.typed_cells`.
    home
        The database it is in; None for files and frames.
    engine
        The one that does the work.
    store
        What writes rows that are made of the source's to a file of columns and returns them, for text, which each pass
        would split and read anew; None: a pass costs less than that. The file lasts as long as what is made of it.
        Given a name, it adds a column of it: the place of each row among them, from 0.
    counted
        See `Counted`.
    closing
        What `close` does.
    """

    table: ir.Table
    name: str
    located: ir.Table
    ordered: bool = True
    malformed: ir.Table | None = None
    malformed_lines: int = 0
    rows: int | None = None
    understood: str = ""
    files: int = 1
    padded: bool = True
    powers: bool = True
    typed: frozenset[str] = frozenset()
    mixed: frozenset[str] = frozenset()
    home: Home | None = None
    engine: Engine = DUCKDB
    store: Callable[[ir.Table, str | None], ir.Table] | None = None
    counted: Counted | None = None
    closing: Callable[[], None] = nothing_to_close

    @property
    def called(self) -> str:
        """By what name a condition may call the table: its own in the database; orders where it has none."""
        origins = self.home.origins if self.home else ()
        return origins[0][1] if len(origins) == 1 else "orders"

    @property
    def by_place(self) -> Counted | None:
        """Its rows where `LINE` follows from a row's place; None: it does not, or no more since they were changed."""
        return self.counted if self.counted and self.counted.located is self.located else None

    def misfit(self, read: int) -> MalformedError | None:
        """Return what is wrong where another number of rows was read than the file has; None: nothing."""
        if self.rows is None or self.rows == read:
            return None
        return MalformedError(f"{self.name} has {self.rows:,} rows, but {read:,} were read.")

    def close(self) -> None:
        """Close the engine that was started for it, or the connection to a server; harmless when repeated.

        What a user passed as a table stays open, and so does a session of Spark.
        """
        self.closing()


def check_width(columns: int, label: str) -> None:
    """Refuse a table so wide that it would take minutes before its first row is looked at.

    Raises
    ------
    SourceError
        If it is.
    """
    if columns > MOST_COLUMNS:
        raise SourceError(
            f"{label} has {columns:,} columns; at most {MOST_COLUMNS:,} can be read. If it is a table of orders, leave "
            "out the columns that are not needed: the customer, the date, the amount and the order's id are."
        )


def located(table: ir.Table, file: Any, line: Any = None) -> ir.Table:
    """Return a table with the columns `FILE` and `LINE`."""
    import ibis

    line = ibis.null("int64") if line is None else line
    file = file if isinstance(file, ibis.expr.types.Column) else ibis.literal(file, "string")
    return table.mutate(**{FILE: file, LINE: line.cast("int64")})


def numbered(table: ir.Table, file: str | None, before: int = 0) -> ir.Table:
    """Return a table in lasting order with `FILE` and `LINE`, the number of the row after ``before`` others."""
    import ibis

    return located(table, file, ibis.row_number() + 1 + before)


def counted(table: ir.Table, file: str, before: int) -> Counted:
    """Return the rows of a file in lasting order, ``before`` lines standing above them."""
    return Counted(numbered(table, file, before), located(table, file), before + 1)


def open_parquet(con: Any, *paths: Path) -> ir.Table:
    """Return the rows of Parquet files, and nothing that their paths seem to say.

    Left alone, DuckDB takes ``orders[1].parquet`` for a pattern that ``orders1.parquet`` fits, and lets a folder called
    ``amount=7`` replace the column.
    """
    table: ir.Table = con.read_parquet(
        [glob.escape(str(path)) for path in paths], hive_partitioning=False, union_by_name=True
    )
    return _without_nan(table)


def _without_nan(table: ir.Table) -> ir.Table:
    """Return the rows with null for NaN: a file's statistics know of none, and DuckDB 2.0 takes them at their word.

    A test that they seem to settle is left out, so that NaN is below every bound; `isnan` is one, `isfinite` is none.
    """
    import ibis

    floats = [name for name, kind in table.schema().items() if kind.is_floating()]
    clean = {
        name: ibis.ifelse(
            _is_finite(table[name].cast("float64")) | table[name].isinf(),
            table[name],
            ibis.null(table[name].type()),
        )
        for name in floats
    }
    return table.mutate(**clean) if clean else table


# Rows that are stored on the way


def store_rows(con: Any, folder: Path, rows: ir.Table, place: str | None = None) -> ir.Table:
    """Write rows to a file in a folder and return them: see `Source.store`."""
    import ibis

    path, group = folder / ibis.util.gen_name("rows"), max(MOST_HELD // len(rows.columns), FEWEST_HELD)
    copy_to(rows, path, [*QUICKLY, f"ROW_GROUP_SIZE {min(group, ROWS_HELD)}"])
    stored = con.read_parquet(
        glob.escape(str(path)), hive_partitioning=False, file_row_number=place is not None
    )
    stored = stored.rename({place: "file_row_number"}) if place else stored
    weakref.finalize(stored.op(), path.unlink, missing_ok=True)
    return stored


def path_in(folder: Path, ending: str) -> Path:
    """Return a path in a folder that no file has."""
    return folder / f"{len(list(folder.iterdir()))}-{ending}"


def open_stored(con: Any, path: Path, label: str, understood: str) -> Source:
    """Return the rows of a Parquet file that holds `LINE` beside them, and `FILE` where they are of several sheets."""
    stored = open_parquet(con, path)
    file = stored[FILE] if FILE in stored.columns else label
    table = stored.select(*(name for name in stored.columns if name not in (FILE, LINE)))
    return Source(table, label, located(stored, file, stored[LINE]), understood=understood)


@dataclass(frozen=True)
class StoredRecords:
    """Two Parquet files, of the rows and of the malformed lines, and how many each one holds."""

    rows_path: Path
    malformed_path: Path
    rows: int
    malformed: int

    def opened(self, con: Any, label: str, understood: str) -> Source:
        """Return them as a source."""
        source = open_stored(con, self.rows_path, label, understood)
        if not self.malformed:
            return source
        broken = open_parquet(con, self.malformed_path)
        places = located(broken, label, broken[LINE]).select(FILE, LINE, TEXT)
        return replace(source, malformed=places, malformed_lines=self.malformed)


def store_records(records: Iterator[Stored], names: Sequence[str], folder: Path) -> StoredRecords:
    """Write records (line, text, fields) into a folder; those without fields are malformed, and kept as text."""
    import pyarrow.parquet as pq

    paths = path_in(folder, "rows.parquet"), path_in(folder, "malformed.parquet")
    schemas, counts = (_schema(names), _schema([TEXT])), [0, 0]
    with pq.ParquetWriter(paths[0], schemas[0]) as rows, pq.ParquetWriter(paths[1], schemas[1]) as malformed:
        tables = _tables(records, *schemas)
        while batch := [*islice(tables, BATCH // TAKEN)]:
            for place, writer in enumerate((rows, malformed)):
                counts[place] += _write(writer, [pair[place] for pair in batch])
    return StoredRecords(*paths, *counts)


def _tables(records: Iterator[Stored], rows: Any, malformed: Any) -> Iterator[tuple[Any, Any]]:
    """Yield a few records at a time as a table of rows and one of malformed lines, both of these schemas."""
    while few := [*islice(records, TAKEN)]:
        yield (
            _table([(line, *fields) for line, _, fields in few if fields is not None], rows),
            _table([(line, text) for line, text, fields in few if fields is None], malformed),
        )


def _schema(names: Sequence[str]) -> Any:
    import pyarrow as pa

    return pa.schema([(LINE, pa.int64()), *((name, pa.string()) for name in names)])


def _table(rows: Sequence[tuple[Any, ...]], schema: Any) -> Any:
    """Return rows of a line number and texts as a table, an empty text as null."""
    import pyarrow as pa

    if not rows:
        return schema.empty_table()
    lines, *columns = zip(*rows, strict=True)
    return pa.table([lines, *([text or None for text in column] for column in columns)], schema=schema)


def _write(writer: Any, tables: Sequence[Any]) -> int:
    """Write tables as one; return how many rows they have."""
    import pyarrow as pa

    table = pa.concat_tables(tables)
    if table.num_rows:
        lines, *columns = table.columns
        writer.write_table(pa.table([lines, *map(_unwrapped, columns)], schema=writer.schema))
    return int(table.num_rows)


def _unwrapped(column: Any) -> Any:
    """Return texts without the ``="..."`` around them, which few files have."""
    import pyarrow.compute as pc

    if not pc.any(pc.starts_with(column, '="')).as_py():
        return column
    return pc.replace_substring_regex(column, WRAPPED, BARE)
