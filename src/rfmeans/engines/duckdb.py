"""DuckDB: functions that are quick there, files that it writes, tables written into it.

A table is replaced in one transaction, and a file is open for writing only for that moment.
"""

from __future__ import annotations

import re
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import ibis

from rfmeans.arguments import argument, named
from rfmeans.engines.database import ATTACHED, MARK, Check, Found, Home, Target, is_direct, quoted
from rfmeans.engines.engine import BLANKS, Engine, sql_function
from rfmeans.errors import OutputError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    import ibis.expr.types as ir

SMALL_FACTOR, WIDE_FACTOR = 1000, "decimal(38, 6)"
# As it is; Ibis' own takes it through a text of bits, which takes longer than all the rest.
_hash = sql_function("hash", (None,), "uint64")
_composed = sql_function("nfc_normalize", (str,), str)


class DuckDB(Engine):
    """DuckDB."""

    backend = name = grammar = compiler = "duckdb"
    title = "DuckDB"
    escapes = ("E", r"\x{:02x}", "''")
    composes = reads_text = writes_tables = True

    def trimmed(self, text: ir.StringColumn) -> ir.StringColumn:
        """Return the text without blanks around it, a step that is slow even where there are none."""
        if self.written:
            return self.stripped(text)
        around = ibis.or_(text.ascii_str() <= ord(" "), *(text.endswith(blank) for blank in BLANKS))
        return ibis.ifelse(around, text.strip(), text)

    def unless(self, words: Sequence[str], text: ir.StringColumn) -> ir.StringColumn:
        """Return the text, null where it is one of some words."""
        if self.written:
            return super().unless(words, text)
        # To lower each text takes longer than all the rest; most are numbers or long.
        may_be = text.length() <= max(map(len, words))
        if not any("1" <= word < ":" for word in words):
            may_be &= ~text.between("1", ":")
        is_one = ibis.ifelse(may_be, self.is_among(words, text.lower()), False)
        return ibis.ifelse(is_one, ibis.null("string"), text)

    def is_among(self, words: Sequence[str], text: ir.StringColumn) -> ir.BooleanColumn:
        """Return whether the text is one of some words, by one pattern.

        Of a long `in`, and of `list_contains` as well, DuckDB 2.0 makes a join, which reads a text file in one thread;
        and to write hundreds of words into a statement takes longer than to run it on a small file.
        """
        if self.written:
            return super().is_among(words, text)
        return text.re_search(f"^(?:{'|'.join(map(re.escape, words))})$")

    def sha256(self, text: ir.StringColumn) -> ir.StringColumn:
        """Return Ibis' own."""
        return text.hexdigest("sha256")

    def composed(self, text: ir.StringColumn) -> ir.StringColumn:
        """Return the text in its composed form."""
        found: ir.StringColumn = _composed(text)
        return found

    def multiplied(
        self,
        first: ir.DecimalColumn,
        second: ir.DecimalColumn,
        rounded: Callable[[ir.Column], ir.DecimalColumn],
    ) -> ir.DecimalColumn:
        """Multiply in 64 bits where they hold the product, which is ten times as fast."""
        small = (first.abs() < SMALL_FACTOR) & (second.abs() < SMALL_FACTOR)
        wide = rounded(first.cast(WIDE_FACTOR) * second.cast(WIDE_FACTOR))
        return ibis.ifelse(small, (first * second).cast(wide.type()), wide)

    def quick_hash(self, value: ir.Value) -> ir.IntegerColumn:
        """Return DuckDB's hash."""
        found: ir.IntegerColumn = _hash(value)
        return found

    def key_hash(self, key: ir.Column) -> ir.IntegerColumn:
        """Return DuckDB's hash."""
        return self.quick_hash(key)

    def keeps_order(self, connection: Any) -> bool:
        """Whether it does: it does, unless it is told not to."""
        asked = connection.raw_sql("SELECT current_setting('preserve_insertion_order')")
        return bool(asked.fetchall()[0][0])  # all of it: what is left would be in the way of the next query

    def percentage_of(self, connection: Any) -> Callable[[], float | None]:
        """Return what tells; DuckDB measures only while its progress bar is on, which need not be printed."""
        connection.raw_sql("SET enable_progress_bar = true")
        connection.raw_sql("SET enable_progress_bar_print = false")

        def percentage() -> float | None:
            found = float(connection.con.query_progress())
            return min(found, 100.0) if found >= 0 else None

        return percentage

    def interrupt_of(self, connection: Any) -> Callable[[], None]:
        """Return what stops the query."""
        stop: Callable[[], None] = connection.con.interrupt
        return stop

    def readable(self, table: ir.Table, name: str) -> str:
        """Return the table as text within a query."""
        return f"({table.get_backend().compile(table)}) AS {name}"

    def type_of_last(self, table: ir.Table, _called: str, _alone: str, query: str) -> str:
        """Return the type."""
        _, kind, *_ = table.get_backend().raw_sql(f"DESCRIBE {query}").fetchall()[-1]
        return str(kind).casefold()

    def queried(self, table: ir.Table, _called: str, query: str, schema: ibis.Schema) -> ir.Table:
        """Return the query as a text within one: Ibis writes anew what it can read, and a ~ then means something else.

        To infer the columns Ibis 12 asks DuckDB 2 for a method that it no longer has.
        """
        found: ir.Table = table.get_backend().sql(f"FROM query({quoted(query)})", schema=schema)
        return found

    def write_parquet(self, table: ir.Table, path: Path) -> None:
        """Write the table as it is."""
        copy_to(table, path, ["FORMAT parquet"])

    def on_duckdb(self, table: ir.Table, _folder: Path) -> AbstractContextManager[ir.Table]:
        """Give the table itself."""
        return nullcontext(table)

    def usual_schema(self, home: Home) -> str:
        """Return the schema of a table whose name has none."""
        return "main" if home.file or home.catalogue else str(home.con.current_database)

    def schemas(self, home: Home) -> list[str]:
        """Return the schemas' names. Ibis 12 would ask DuckDB 2 for a method that it no longer has."""
        look = "SELECT schema_name FROM duckdb_schemas() WHERE lower(database_name) = lower($name)"
        return [name for (name,) in _rows(home, look, name=_catalogue(home))]

    def check_place(self, home: Home) -> None:
        """Check that a table can be written into the database, and will last.

        Raises
        ------
        OutputError
            If the file is not there any more, or could not be opened again after it was written to, nor can be now.
        SettingsError
            If it is not attached any more, its tables have no comments to mark them, it is in memory though the orders
            may lie in a file, or a transaction is open.
        """
        if home.file and not home.file.exists():  # DuckDB would make an empty one
            raise OutputError(f"Cannot write into {home.label}: the file is not there any more. Put it back.")
        _keep_attached(home)
        attached = _attached(home)
        if not attached:
            raise SettingsError(
                f"{named('write_table')} writes into the database that the orders come from, but {_catalogue(home)} is "
                "not attached any more. Attach it again."
            )
        kind, fleeting = attached[0]
        if kind != self.name:
            raise SettingsError(
                f"{named('write_table')} writes into a database of DuckDB itself, but {_catalogue(home)} is attached "
                f"as {kind}. Leave it out, and load the customers of {argument('folder')} there."
            )
        if fleeting and not is_direct(home, self.kinds):  # the orders may lie in a file that is attached
            raise SettingsError(
                f"{named('write_table')} would be lost: the connection's own database is in memory, and the orders are "
                "read through a view, a query or from several databases, so that it cannot be told which attached one "
                "they lie in. Say USE and its name on the connection."
            )
        _check_no_transaction(home.con)

    def check_target(self, home: Home, _target: Target, _found: Found | None) -> None:
        """Check that the file is in no other use: that is better known before the work.

        Raises
        ------
        OutputError
            If the file cannot be opened for writing.
        """
        with _writable(home):
            pass
        _keep_attached(home)

    def find(self, home: Home, target: Target) -> Found | None:
        """Return what has the target's name, temporary tables and views not counted."""
        rows = _look(home, target.schema, target.name)
        lasting = [Found(kind, comment) for kind, comment, temporary in rows if not temporary]
        return lasting[0] if lasting else None

    def kinds(self, home: Home, schema: str, name: str) -> list[str]:
        """Return the kinds of what has a name, also of what is temporary and so hides the other."""
        return [kind for kind, _, _ in _look(home, schema, name)]

    def write(self, home: Home, target: Target, customers: ir.Table, check: Check) -> None:
        """Replace the table in a transaction.

        Raises
        ------
        OutputError
            If the file cannot be opened for writing, or `check` says so of what is there by now.
        """
        con = home.con
        place = replace(target, catalogue=_catalogue(home))
        with _writable(home):
            check(self.find(home, target))
            con.raw_sql("BEGIN TRANSACTION")
            try:
                con.raw_sql(f"CREATE OR REPLACE TABLE {place} AS {con.compile(customers)}")
                con.raw_sql(f"COMMENT ON TABLE {place} IS '{MARK}'")
                con.raw_sql("COMMIT")
            except BaseException:
                with suppress(Exception):  # what went wrong before matters more
                    con.raw_sql("ROLLBACK")
                raise


DUCKDB = DuckDB()  # the embedded one


# Files


def copy_to(table: ir.Table, path: Path, options: Sequence[str]) -> None:
    """Have DuckDB write a file. Ibis' own way breaks at an apostrophe in the path."""
    con = table.get_backend()
    with con._safe_raw_sql(f"COPY ({con.compile(table)}) TO {quoted(str(path))} ({', '.join(options)})"):
        pass


# A table that is written


def _rows(home: Home, query: str, **values: str) -> list[Any]:
    rows: list[Any] = home.con.raw_sql(query, parameters=values).fetchall()
    return rows


def _attached(home: Home) -> list[Any]:
    """Return the type of the database, and whether it is in memory beside files; nothing where it is not attached."""
    look = (
        "SELECT type, path IS NULL AND EXISTS (FROM duckdb_databases() WHERE path IS NOT NULL) "
        "FROM duckdb_databases() WHERE lower(database_name) = lower($name)"
    )
    return _rows(home, look, name=_catalogue(home))


def _check_no_transaction(con: Any) -> None:
    """Refuse an open transaction: BEGIN within it would fail, and with it all that it did before."""
    look = "SELECT txid_current()"  # outside a transaction each statement has one of its own
    if con.raw_sql(look).fetchone() == con.raw_sql(look).fetchone():
        raise SettingsError(
            f"{named('write_table')} needs a transaction of its own, but one is open on this connection. COMMIT or "
            "ROLLBACK it first."
        )


def _look(home: Home, schema: str, name: str) -> list[Any]:
    """Return what has a name: kind, comment, and whether it is temporary and so hides the other."""
    look = (
        "SELECT kind, comment, temporary FROM (SELECT 'table' AS kind, database_name, schema_name, "
        "table_name, comment, temporary FROM duckdb_tables() UNION ALL SELECT 'view', database_name, schema_name, "
        "view_name, comment, temporary FROM duckdb_views()) WHERE lower(table_name) = lower($name) AND (temporary "
        "OR lower(database_name) = lower($database) AND lower(schema_name) = lower($schema))"
    )
    return _rows(home, look, database=_catalogue(home), schema=schema, name=name)


def _catalogue(home: Home) -> str:
    return ATTACHED if home.file else home.catalogue or str(home.con.current_catalog)


@contextmanager
def _writable(home: Home) -> Iterator[None]:
    """Attach the file for writing, and for reading only again in the end: as short as can be, as it is exclusive."""
    if home.file is None:
        yield
        return
    try:
        _reattach(home, "")
    except OutputError:
        with suppress(OutputError):  # the other program may keep out readers as well
            _reattach(home, "(READ_ONLY)")
        raise
    try:
        yield
    finally:
        with suppress(OutputError):  # another program may have come in between; what was written is there
            _reattach(home, "(READ_ONLY)")


def _keep_attached(home: Home) -> None:
    """Attach the file again if another program has kept it out."""
    if home.file and not _attached(home):
        _reattach(home, "(READ_ONLY)")


def _reattach(home: Home, how: str) -> None:
    import duckdb

    try:
        _attach(home, how)
    except duckdb.Error as error:
        raise OutputError(
            f"Cannot write into {home.label}: it is in use by another program, or may not be written. Close it there, "
            "or check its permissions."
        ) from error


def _attach(home: Home, how: str) -> None:
    home.con.raw_sql(f"DETACH DATABASE IF EXISTS {ATTACHED}")
    home.con.raw_sql(f"ATTACH {quoted(str(home.file))} AS {ATTACHED} {how}")
