"""The rows of one file as tables of the engine, with where each one stands."""

from __future__ import annotations

import glob
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rfmeans.engines.database import Home
from rfmeans.engines.failures import MalformedError
from rfmeans.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType

    import ibis.expr.types as ir

    from rfmeans.engines.database import Home

# Names of our own columns beside the source's, which may be called anything.
FILE, LINE, TEXT = "_rfmeans_file", "_rfmeans_line", "_rfmeans_text"
BATCH = 50_000  # rows held in memory while a file is rewritten
MOST_COLUMNS = 2_000  # each costs milliseconds; no shop exports so many


@dataclass(frozen=True)
class Part:
    """The rows of one file; the attributes as in `rfmeans.reading.source.Source`."""

    table: ir.Table
    located: ir.Table
    malformed: ir.Table | None = None
    malformed_lines: int = 0
    rows: int | None = None
    understood: str = ""
    padded: bool = True
    powers: bool = True
    home: Home | None = None


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


def open_parquet(con: Any, *paths: Path) -> ir.Table:
    """Return the rows of Parquet files, and nothing that their paths seem to say.

    Left alone, DuckDB takes ``orders[1].parquet`` for a pattern that ``orders1.parquet`` fits, and lets a folder called
    ``amount=7`` replace the column.
    """
    table: ir.Table = con.read_parquet(
        [glob.escape(str(path)) for path in paths], hive_partitioning=False, union_by_name=True
    )
    return table


def stored_part(con: Any, path: Path, label: str, understood: str) -> Part:
    """Return the rows of a Parquet file that holds `LINE` beside them, and `FILE` where they are of several sheets."""
    stored = open_parquet(con, path)
    file = stored[FILE] if FILE in stored.columns else label
    table = stored.drop(*({FILE, LINE} & set(stored.columns)))
    return Part(table, located(stored, file, stored[LINE]), understood=understood)


class RowWriter:
    """Writes rows of text, each with its line number, into a Parquet file; an empty text is null."""

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.rows = 0
        self.schema = pa.schema([(LINE, pa.int64()), *((name, pa.string()) for name in names)])
        self._writer = pq.ParquetWriter(path, self.schema)
        self._lines: list[int] = []
        self._fields: list[Sequence[str | None]] = []

    def add(self, line: int, fields: Sequence[str | None]) -> None:
        """Take one row."""
        self._lines.append(line)
        self._fields.append(fields)
        if len(self._lines) == BATCH:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        columns = [[text or None for text in column] for column in zip(*self._fields, strict=True)]
        if self._lines:
            self._writer.write_table(pa.table([self._lines, *columns], schema=self.schema))
        self.rows += len(self._lines)
        self._lines, self._fields = [], []

    def __enter__(self) -> RowWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._flush()
        self._writer.close()


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
        The rows of `table` and where each one stands: its columns, and `FILE` (text) and `LINE` (int64), whose
        names are in `parts`. The line is the physical line of a text file on which the row begins, the row of a
        sheet, or the number of the data row; 1-based. Both are null where rows have no lasting order. Meant for
        the few rows that are set aside: it costs a pass of its own.
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
        How many files it is.
    padded
        Whether text may have blanks around it.
    powers
        Whether a number in text may go on behind an e (1e5) or a low line (1_000).
    home
        The database it is in; None for files and frames.
    """

    table: ir.Table
    name: str
    ordered: bool
    located: ir.Table
    malformed: ir.Table | None = None
    malformed_lines: int = 0
    rows: int | None = None
    understood: str = ""
    files: int = 1
    padded: bool = True
    powers: bool = True
    home: Home | None = None

    @property
    def called(self) -> str:
        """By what name a condition may call the table: its own in the database; orders where it has none."""
        origins = self.home.origins if self.home else ()
        return origins[0][1] if len(origins) == 1 else "orders"

    def check_rows(self, read: int) -> None:
        """Check the number of rows that were read against the number of lines in the file.

        Raises
        ------
        MalformedError
            If they differ: `with_source` then reads the file line by line.
        """
        if self.rows is not None and self.rows != read:
            raise MalformedError(f"{self.name} has {self.rows:,} rows, but {read:,} were read.")
