"""DuckDB: a table is replaced in one transaction, and a file is open for writing only for that moment."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import argument, named
from rfmeans.engines.database import ATTACHED, MARK, Check, Found, Home, Target, is_direct
from rfmeans.errors import OutputError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import ibis.expr.types as ir

QUOTE = '"'


def fold(name: str) -> str:
    """Return a name as it is compared: case does not count."""
    return name.casefold()


def usual_schema(home: Home) -> str:
    """Return the schema of a table whose name has none."""
    return "main" if home.file or home.catalogue else str(home.con.current_database)


def schemas(home: Home) -> list[str]:
    """Return the schemas' names. Ibis 12 would ask DuckDB 2 for a method that it no longer has."""
    look = "SELECT schema_name FROM duckdb_schemas() WHERE lower(database_name) = lower($name)"
    rows = home.con.raw_sql(look, parameters={"name": _catalogue(home)}).fetchall()
    return [name for (name,) in rows]


def check_place(home: Home) -> None:
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
    con, found = home.con, _type_of(home)
    if found is None:
        raise SettingsError(
            f"{named('write_table')} writes into the database that the orders come from, but {_catalogue(home)} is not "
            "attached any more. Attach it again."
        )
    if found != "duckdb":
        raise SettingsError(
            f"{named('write_table')} writes into a database of DuckDB itself, but {_catalogue(home)} is attached "
            f"as {found}. Leave it out, and load the customers of {argument('folder')} there."
        )
    _check_lasting(home)
    _check_no_transaction(con)


def _type_of(home: Home) -> str | None:
    """Return what is attached: DuckDB's own or another type; None for nothing."""
    row = home.con.raw_sql(
        "SELECT type FROM duckdb_databases() WHERE lower(database_name) = lower($name)",
        parameters={"name": _catalogue(home)},
    ).fetchone()
    return row[0] if row else None


def _check_lasting(home: Home) -> None:
    """Refuse a table in memory where the orders may lie in a file that is attached."""
    look = (
        "SELECT path IS NULL AND EXISTS (FROM duckdb_databases() WHERE path IS NOT NULL) FROM duckdb_databases() "
        "WHERE lower(database_name) = lower($name)"
    )
    (fleeting,) = home.con.raw_sql(look, parameters={"name": _catalogue(home)}).fetchone()
    if fleeting and not is_direct(home, kinds):
        raise SettingsError(
            f"{named('write_table')} would be lost: the connection's own database is in memory, and the orders are "
            "read through a view, a query or from several databases, so that it cannot be told which attached one they "
            "lie in. Say USE and its name on the connection."
        )


def _check_no_transaction(con: Any) -> None:
    """Refuse an open transaction: BEGIN within it would fail, and with it all that it did before."""
    look = "SELECT txid_current()"  # outside a transaction each statement has one of its own
    if con.raw_sql(look).fetchone() == con.raw_sql(look).fetchone():
        raise SettingsError(
            f"{named('write_table')} needs a transaction of its own, but one is open on this connection. COMMIT or "
            "ROLLBACK it first."
        )


def check_target(home: Home, _target: Target, _found: Found | None) -> None:
    """Check that the file is in no other use: that is better known before the work.

    Raises
    ------
    OutputError
        If the file cannot be opened for writing.
    """
    with _writable(home):
        pass
    _keep_attached(home)


def find(home: Home, target: Target) -> Found | None:
    """Return what has the target's name, temporary tables and views not counted."""
    rows = _look(home, target.schema, target.name)
    lasting = [Found(kind, comment) for kind, comment, temporary in rows if not temporary]
    return lasting[0] if lasting else None


def kinds(home: Home, schema: str, name: str) -> list[str]:
    """Return the kinds of what has a name, also of what is temporary and so hides the other."""
    return [kind for kind, _, _ in _look(home, schema, name)]


def _look(home: Home, schema: str, name: str) -> list[Any]:
    """Return what has a name: kind, comment, and whether it is temporary and so hides the other."""
    look = (
        "SELECT kind, comment, temporary FROM (SELECT 'table' AS kind, database_name, schema_name, "
        "table_name, comment, temporary FROM duckdb_tables() UNION ALL SELECT 'view', database_name, schema_name, "
        "view_name, comment, temporary FROM duckdb_views()) WHERE lower(table_name) = lower($name) AND (temporary "
        "OR lower(database_name) = lower($database) AND lower(schema_name) = lower($schema))"
    )
    place = {"database": _catalogue(home), "schema": schema, "name": name}
    rows: list[Any] = home.con.raw_sql(look, parameters=place).fetchall()
    return rows


def write(home: Home, target: Target, customers: ir.Table, check: Check) -> None:
    """Replace the table in a transaction.

    Raises
    ------
    OutputError
        If the file cannot be opened for writing, or `check` says so of what is there by now.
    """
    con = home.con
    place = replace(target, catalogue=_catalogue(home))
    with _writable(home):
        check(find(home, target))
        con.raw_sql("BEGIN TRANSACTION")
        try:
            con.raw_sql(f"CREATE OR REPLACE TABLE {place} AS {con.compile(customers)}")
            con.raw_sql(f"COMMENT ON TABLE {place} IS '{MARK}'")
            con.raw_sql("COMMIT")
        except BaseException:
            with suppress(Exception):  # what went wrong before matters more
                con.raw_sql("ROLLBACK")
            raise


def _catalogue(home: Home) -> str:
    return ATTACHED if home.file else home.catalogue or str(home.con.current_catalog)


@contextmanager
def _writable(home: Home) -> Iterator[None]:
    """Attach the file for writing, and for reading only again in the end: as short as can be, as it is exclusive."""
    import duckdb

    if home.file is None:
        yield
        return
    try:
        _attach(home, "")
    except duckdb.Error as error:
        with suppress(duckdb.Error):  # the other program may keep out readers as well
            _attach(home, "(READ_ONLY)")
        raise _in_use(home) from error
    try:
        yield
    finally:
        with suppress(duckdb.Error):  # another program may have come in between; what was written is there
            _attach(home, "(READ_ONLY)")


def _keep_attached(home: Home) -> None:
    """Attach the file again if another program has kept it out."""
    import duckdb

    if home.file is None or _type_of(home):
        return
    try:
        _attach(home, "(READ_ONLY)")
    except duckdb.Error as error:
        raise _in_use(home) from error


def _in_use(home: Home) -> OutputError:
    return OutputError(
        f"Cannot write into {home.label}: it is in use by another program, or may not be written. Close it there, or "
        "check its permissions."
    )


def _attach(home: Home, how: str) -> None:
    quoted = str(home.file).replace("'", "''")
    home.con.raw_sql(f"DETACH DATABASE IF EXISTS {ATTACHED}")
    home.con.raw_sql(f"ATTACH '{quoted}' AS {ATTACHED} {how}")
