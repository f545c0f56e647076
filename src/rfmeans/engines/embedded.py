"""DuckDB as the embedded engine: connecting, the folder for what it unpacks and spills, a database file attached."""

from __future__ import annotations

import tempfile
import weakref
from contextlib import ExitStack
from threading import RLock
from typing import TYPE_CHECKING, Any

import ibis
from ibis.backends.duckdb import Backend
from ibis.backends.sql.compilers.duckdb import DuckDBCompiler

from rfmeans.engines.database import ATTACHED, quoted
from rfmeans.engines.engine import OWN_SETTINGS
from rfmeans.errors import OutputError, SourceError
from rfmeans.temporary_folders import TemporaryFolder, clear_leftovers

if TYPE_CHECKING:
    from pathlib import Path

    import ibis.expr.types as ir

    from rfmeans.settings import Limits

TEMPORARY = "rfmeans-"


def room(limits: Limits) -> TemporaryFolder:
    """Return a temporary folder where the limits say; what killed runs left there is cleared first.

    Raises
    ------
    OutputError
        If none can be made.
    """
    parent = limits.temporary or tempfile.gettempdir()
    try:
        clear_leftovers(parent, TEMPORARY)
        return TemporaryFolder(parent, TEMPORARY)
    except OSError as error:
        raise OutputError(f"Cannot write temporary files to {parent}: {error.strerror}.") from error


class _Compiler(DuckDBCompiler):  # type: ignore[misc]  # Ibis has no types
    """Leaves steps of a table as they are, each within the next: to make one of two takes longer than to run both."""

    at_work = RLock()

    def translate(self, op: Any, *, params: Any) -> Any:
        with self.at_work:  # Ibis has this setting for all connections
            merging, ibis.options.sql.fuse_selects = ibis.options.sql.fuse_selects, False
            try:
                return super().translate(op, params=params)
            finally:
                ibis.options.sql.fuse_selects = merging


class _Connection(Backend):  # type: ignore[misc]
    """The embedded engine. What it brings out as Arrow comes without pandas, which Ibis' own way loads first."""

    compiler = _Compiler()

    def to_pyarrow(self, expr: ir.Expr, /, **options: Any) -> Any:
        return expr.__pyarrow_result__(self._to_duckdb_relation(expr, **options).to_arrow_table())

    def to_pyarrow_batches(self, expr: ir.Expr, /, *, chunk_size: int = 1_000_000, **options: Any) -> Any:
        # Ibis 12 asks the connection for what DuckDB 2 has on its relations alone.
        return self._to_duckdb_relation(expr.as_table(), **options).to_arrow_reader(chunk_size)


def connect(limits: Limits, timezone: str | None) -> tuple[Any, TemporaryFolder]:
    """Return an embedded engine, and a folder for what is unpacked and spilled, which is removed with the engine.

    Raises
    ------
    OutputError
        If no folder can be made.
    """
    with ExitStack() as failing:
        folder = room(limits)
        failing.callback(folder.remove)
        con = _Connection().connect()
        failing.callback(con.disconnect)
        weakref.finalize(con, folder.remove)
        _set_up(con, limits, timezone, folder.path / "spilled")
        failing.pop_all()
    return con, folder


def _set_up(con: Any, limits: Limits, timezone: str | None, spilled: Path) -> None:
    settings = {
        # The session's zone decides the calendar day of an aware timestamp: never the machine's own.
        "TimeZone": timezone or "UTC",
        "temp_directory": str(spilled),
        "memory_limit": limits.memory_limit,
        "threads": limits.threads,
    }
    for name, value in settings.items():
        if value is not None:
            con.raw_sql(f"SET {name} = {quoted(str(value))}")
    con.raw_sql(OWN_SETTINGS)
    # Switched off only where it is on: in a notebook without widgets even switching it off is an error.
    if con.raw_sql("SELECT current_setting('enable_progress_bar')").fetchone()[0]:
        con.raw_sql("SET enable_progress_bar = false")


def attach(con: Any, path: Path, label: str) -> list[tuple[str, str, str | None]]:
    """Attach a file for reading only, and return schema, name and comment of its tables and views.

    Raises
    ------
    SourceError
        If it is in use or damaged.
    """
    import duckdb

    try:
        con.raw_sql(f"ATTACH {quoted(str(path))} AS {ATTACHED} (READ_ONLY)")
    except duckdb.Error as error:
        said = str(error).splitlines()[0].partition(" Error: ")[2]
        if "lock" in said:
            raise SourceError(
                f"The database {label} is in use by another program. Close it there."
            ) from error
        raise SourceError(
            f"{label} is cut off or damaged, or was written by a newer DuckDB than this one ({said}). Export the "
            "orders again, for example with: COPY orders TO 'orders.parquet'"
        ) from error
    found: list[tuple[str, str, str | None]] = con.raw_sql(
        "SELECT schema_name, table_name, comment FROM duckdb_tables() WHERE database_name = $name AND NOT internal "
        "UNION ALL SELECT schema_name, view_name, comment FROM duckdb_views() WHERE database_name = $name "
        "AND NOT internal ORDER BY ALL",
        parameters={"name": ATTACHED},
    ).fetchall()
    return found
