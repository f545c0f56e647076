"""Segmented customers -> a table of the database that the orders come from, replaced whole or not at all.

Everything runs in the database; the mark that tells rfmeans' own tables from others is the table's comment.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rfmeans.errors import OutputError, SettingsError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import ibis
    import ibis.expr.types as ir

MARK = "Customer segments, written by rfmeans, which may replace this table."
ATTACHED = "_rfmeans_database"
SHOWN = 5  # changed columns in a message
ENGINES = {"duckdb": "DuckDB", "postgres": "PostgreSQL", "pyspark": "Spark"}


@dataclass(frozen=True)
class Home:
    """The database that the orders come from.

    Attributes
    ----------
    con
        The connection (Ibis).
    label
        What to call it in messages.
    file
        The DuckDB file that is attached to `con` as `ATTACHED`, for reading only; None: the connection's own.
    origins
        Schema and name of each table that the orders are read from.
    catalogue
        The attached database that they are in; None: the connection's current one.
    fleeting
        Whether its tables end with this process.
    indirect
        Whether the orders are read otherwise than from `origins` alone: through a query, from files or from
        several catalogues.
    """

    con: Any
    label: str
    file: Path | None = None
    origins: tuple[tuple[str, str], ...] = ()
    catalogue: str | None = None
    fleeting: bool = False
    indirect: bool = False


def home_of(table: ir.Table) -> Home:
    """Return the database of a table that a user passed as an expression."""
    import ibis.expr.operations as ops

    con = table.get_backend()
    leaves = table.op().find((ops.PhysicalTable, ops.SQLQueryResult, ops.SQLStringView))
    read = [node for node in leaves if isinstance(node, ops.DatabaseTable)]
    known = all(isinstance(node, ops.DatabaseTable | ops.InMemoryTable) for node in leaves)
    here = getattr(con, "current_database", "")
    catalogues = {node.namespace.catalog for node in read} - {"temp"}
    return Home(
        con,
        "The table's database",
        origins=tuple((node.namespace.database or here, node.name) for node in read),
        catalogue=next(iter(catalogues)) if len(catalogues) == 1 else None,
        indirect=not known or len(catalogues) > 1,
    )


@dataclass(frozen=True)
class _Target:
    """A table to be written."""

    schema: str
    name: str
    mark: str = '"'

    def __str__(self) -> str:
        return ".".join(self._quoted(part) for part in (self.schema, self.name))

    @property
    def quoted_name(self) -> str:
        return self._quoted(self.name)

    def _quoted(self, part: str) -> str:
        return f"{self.mark}{part.replace(self.mark, self.mark * 2)}{self.mark}"


def check_table(home: Home | None, source: str, name: str, *, force: bool) -> None:
    """Check that a table may be written, before any work is done.

    Raises
    ------
    SettingsError
        If the name is none, or there is no database to write into.
    OutputError
        If something of that name is there that must not be replaced.
    """
    if home is None or home.con.name not in ENGINES:
        raise SettingsError(
            f"--write-table writes into the database that the orders come from (DuckDB, PostgreSQL or Spark), but "
            f"{source} is in none of them. Leave it out."
        )
    if home.fleeting:
        raise SettingsError(
            "--write-table would be lost: this Spark session keeps its tables in memory until it ends. Give it a "
            "lasting catalogue, such as spark.sql.catalogImplementation=hive in its spark-defaults.conf."
        )
    target = _target(home, name)
    _check_place(home, target)
    found = _find(home, target)
    _check_found(home, target, found, force=force)
    if home.con.name == "postgres":
        _check_privileges(home, target, found)
    with _writable(home):  # a file that is in use is better known before the work
        pass


def write_table(home: Home, customers: ir.Table, name: str, *, force: bool) -> None:
    """Write the customers as a table, so that a reader sees the old one or the new one and nothing between.

    Raises
    ------
    OutputError
        If something of that name is there that must not be replaced.
    """
    write = {"duckdb": _write_duckdb, "postgres": _write_postgres, "pyspark": _write_spark}[home.con.name]
    write(home, _target(home, name), customers, force)


def _target(home: Home, name: str) -> _Target:
    parts = [part.strip() for part in name.split(".")]
    if not all(parts) or len(parts) > 2 or not name.isprintable():
        raise SettingsError(
            f"write-table must be a table's name such as customer_segments or shop.customer_segments. Got {name!r}."
        )
    schema = parts[0] if len(parts) == 2 else _usual_schema(home)
    return _Target(schema, parts[-1], "`" if home.con.name == "pyspark" else '"')


def _usual_schema(home: Home) -> str:
    elsewhere = home.con.name == "duckdb" and (home.file or home.catalogue)
    return "main" if elsewhere else str(home.con.current_database)


def _check_place(home: Home, target: _Target) -> None:
    """Refuse a schema that is not there, and a catalogue whose tables have no comments to mark them."""
    con = home.con
    if con.name == "duckdb":
        (kind,) = con.raw_sql(
            "SELECT type FROM duckdb_databases() WHERE lower(database_name) = lower($name)",
            parameters={"name": _catalogue(home)},
        ).fetchone()
        if kind != "duckdb":
            raise SettingsError(
                f"--write-table writes into a database of DuckDB itself, but {_catalogue(home)} is attached as {kind}. "
                "Leave it out, and load the customers of --out there."
            )
        _check_lasting(home)
        _check_no_transaction(con)
    schemas = _schemas(home)
    if target.schema not in schemas and (con.name == "postgres" or target.schema.casefold() not in schemas):
        raise OutputError(
            f"{home.label} has no schema {target.schema!r}.{did_you_mean(target.schema, schemas)} Create it, or give "
            "another --write-table."
        )


def _schemas(home: Home) -> set[str]:
    """Return the schemas' names, where case does not count also in lower case."""
    con = home.con
    if con.name == "postgres":  # Ibis lists only those that the user owns
        return {name for (name,) in con.con.execute("SELECT nspname FROM pg_namespace").fetchall()}
    if con.name == "duckdb":  # Ibis 12 asks DuckDB 2 for a method that it no longer has
        look = "SELECT schema_name FROM duckdb_schemas() WHERE lower(database_name) = lower($name)"
        found = [name for (name,) in con.raw_sql(look, parameters={"name": _catalogue(home)}).fetchall()]
    else:
        found = con.list_databases()
    return {*found, *(name.casefold() for name in found)}


@dataclass(frozen=True)
class _Found:
    kind: str
    comment: str | None


def _check_found(home: Home, target: _Target, found: _Found | None, *, force: bool) -> None:
    shown = f"{target.schema}.{target.name}"
    if shown.casefold() in (".".join(origin).casefold() for origin in home.origins):
        raise OutputError(
            f"The table {shown} is the one that the orders are read from. Give another --write-table."
        )
    if found is None:
        return
    if found.kind != "table":
        raise OutputError(
            f"{shown} in {home.label} is a {found.kind}, which is never replaced. Give another --write-table."
        )
    if found.comment == MARK:
        return
    if not _is_direct(home):
        raise OutputError(
            f"{home.label} has a table {shown} that rfmeans did not write, and the orders are read through a view, a "
            "query, partitions, files or several databases, so that it cannot be told whether they lie in it. Give "
            "another --write-table, or drop the table yourself."
        )
    if not force:
        raise OutputError(
            f"{home.label} has a table {shown} that rfmeans did not write. Give another --write-table, or "
            "--replace-table to replace it."
        )


def _find(home: Home, target: _Target) -> _Found | None:
    """Return what has the target's name."""
    con = home.con
    if con.name == "pyspark":
        return _find_spark(con, target)
    rows = _find_duckdb(home, target) if con.name == "duckdb" else _find_postgres(con, target)
    return _Found(*rows[0]) if rows else None


def _is_direct(home: Home) -> bool:
    """Whether the orders lie in `origins` and nowhere else.

    What a view or a query reads is not looked up: only the engine itself could tell it for certain.
    """
    if home.indirect:
        return False
    kinds = {"duckdb": _kinds_duckdb, "postgres": _kinds_postgres, "pyspark": _kinds_spark}[home.con.name]
    return all(set(kinds(home, *origin)) == {"table"} for origin in home.origins)


# DuckDB


def _find_duckdb(home: Home, target: _Target) -> list[Any]:
    return [
        (kind, comment)
        for kind, comment, temporary in _look_duckdb(home, target.schema, target.name)
        if not temporary
    ]


def _kinds_duckdb(home: Home, schema: str, name: str) -> list[str]:
    return [kind for kind, _, _ in _look_duckdb(home, schema, name)]


def _look_duckdb(home: Home, schema: str, name: str) -> list[Any]:
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


def _check_lasting(home: Home) -> None:
    """Refuse a table in memory where the orders may lie in a file that is attached."""
    look = (
        "SELECT path IS NULL AND EXISTS (FROM duckdb_databases() WHERE path IS NOT NULL) FROM duckdb_databases() "
        "WHERE lower(database_name) = lower($name)"
    )
    (fleeting,) = home.con.raw_sql(look, parameters={"name": _catalogue(home)}).fetchone()
    if fleeting and not _is_direct(home):
        raise SettingsError(
            "--write-table would be lost: the connection's own database is in memory, and the orders are read through "
            "a view, a query or from several databases, so that it cannot be told which attached one they lie in. Say "
            "USE and its name on the connection."
        )


def _check_no_transaction(con: Any) -> None:
    """Refuse an open transaction: BEGIN within it would fail, and with it all that it did before."""
    look = "SELECT txid_current()"  # outside a transaction each statement has one of its own
    if con.raw_sql(look).fetchone() == con.raw_sql(look).fetchone():
        raise SettingsError(
            "--write-table needs a transaction of its own, but one is open on this connection. COMMIT or ROLLBACK it "
            "first."
        )


def _catalogue(home: Home) -> str:
    return ATTACHED if home.file else home.catalogue or str(home.con.current_catalog)


def _write_duckdb(home: Home, target: _Target, customers: ir.Table, force: bool) -> None:
    con = home.con
    place = f'"{_catalogue(home)}".{target}'
    with _writable(home):
        _check_found(home, target, _find(home, target), force=force)
        con.raw_sql("BEGIN TRANSACTION")
        try:
            con.raw_sql(f"CREATE OR REPLACE TABLE {place} AS {con.compile(customers)}")
            con.raw_sql(f"COMMENT ON TABLE {place} IS '{MARK}'")
            con.raw_sql("COMMIT")
        except BaseException:
            with suppress(Exception):  # what went wrong before matters more
                con.raw_sql("ROLLBACK")
            raise


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
        _attach(home, "(READ_ONLY)")
        raise OutputError(
            f"Cannot write into {home.label}: it is in use by another program, or may not be written. Close it "
            "there, or check its permissions."
        ) from error
    try:
        yield
    finally:
        _attach(home, "(READ_ONLY)")


def _attach(home: Home, how: str) -> None:
    quoted = str(home.file).replace("'", "''")
    home.con.raw_sql(f"DETACH DATABASE IF EXISTS {ATTACHED}")
    home.con.raw_sql(f"ATTACH '{quoted}' AS {ATTACHED} {how}")


# PostgreSQL


def _find_postgres(con: Any, target: _Target) -> list[Any]:
    with con.con.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN relkind IN ('r', 'p') THEN 'table' WHEN relkind = 'v' THEN 'view' "
            "WHEN relkind = 'm' THEN 'materialized view' ELSE 'relation of another kind' END, "
            "obj_description(c.oid, 'pg_class') FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
            "WHERE nspname = %s AND relname = %s",
            (target.schema, target.name),
        )
        rows: list[Any] = cursor.fetchall()
    return rows


def _kinds_postgres(home: Home, schema: str, name: str) -> list[str]:
    """Return the kinds of what has a name, also of what is temporary and so hides the other."""
    with home.con.con.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN relkind = 'r' AND NOT EXISTS (SELECT FROM pg_inherits "
            "WHERE c.oid IN (inhrelid, inhparent)) THEN 'table' ELSE 'other' END FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = relnamespace WHERE relname = %s "
            "AND (nspname = %s OR n.oid = pg_my_temp_schema())",
            (name, schema),
        )
        return [kind for (kind,) in cursor.fetchall()]


def _check_privileges(home: Home, target: _Target, found: _Found | None) -> None:
    with home.con.con.cursor() as cursor:
        if found is None:
            cursor.execute("SELECT has_schema_privilege(%s, 'CREATE')", (target.schema,))
            lacking = f"create a table in the schema {target.schema} (GRANT CREATE ON SCHEMA)"
        else:
            look = "SELECT has_table_privilege(%s, 'INSERT') AND has_table_privilege(%s, 'DELETE')"
            cursor.execute(look, (str(target), str(target)))
            lacking = f"fill the table {target.schema}.{target.name} anew (GRANT INSERT, DELETE ON)"
        (granted,) = cursor.fetchone()
    if not granted:
        raise OutputError(
            f"You may not {lacking} in {home.label}. Have that granted, or give another --write-table."
        )


def _write_postgres(home: Home, target: _Target, customers: ir.Table, force: bool) -> None:
    """Fill the table anew where its columns are the same, so that grants, indexes and views stay; else replace it."""
    con, query = home.con, home.con.compile(customers)
    with con.con.transaction(), con.con.cursor() as cursor:
        found = _find(home, target)
        if found is not None and found.kind == "table":
            # Holds back other writers, never readers.
            cursor.execute(f"LOCK TABLE {target} IN SHARE ROW EXCLUSIVE MODE")
            found = _find(home, target)
        _check_found(home, target, found, force=force)
        before = con.get_schema(target.name, database=target.schema) if found is not None else None
        if before == customers.schema():
            cursor.execute(f"DELETE FROM {target}")  # noqa: S608 - the name is quoted
            cursor.execute(f"INSERT INTO {target} {query}")
        else:
            if before is not None:
                _drop_postgres(home, target, (before, customers.schema()))
            cursor.execute(f"CREATE TABLE {target} AS {query}")
        if found is None or found.comment != MARK:
            cursor.execute(f"COMMENT ON TABLE {target} IS '{MARK}'")


def _drop_postgres(home: Home, target: _Target, schemas: tuple[ibis.Schema, ibis.Schema]) -> None:
    from psycopg.errors import DependentObjectsStillExist

    try:
        home.con.con.execute(f"DROP TABLE {target}")
    except DependentObjectsStillExist as error:
        raise OutputError(
            f"The table {target.schema}.{target.name} would get other columns ({_changes(*schemas)}). Views hang on "
            "it, so it cannot be replaced. Drop them, or give another --write-table."
        ) from error


def _changes(before: ibis.Schema, now: ibis.Schema) -> str:
    """Return in what the columns of two tables differ.

    >>> import ibis
    >>> _changes(ibis.schema({"id": "int64", "a": "date"}), ibis.schema({"id": "string", "b": "date"}))
    'id: int64, now string; a: no longer; b: new'
    """
    kinds = {name: (before.get(name), now.get(name)) for name in {**before, **now}}
    told = [
        f"{name}: {'new' if old is None else 'no longer' if new is None else f'{old}, now {new}'}"
        for name, (old, new) in kinds.items()
        if old != new
    ]
    more = f"; and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
    return f"{'; '.join(told[:SHOWN])}{more}"


# Spark


def _find_spark(con: Any, target: _Target) -> _Found | None:
    if not con._session.catalog.tableExists(str(target)):
        return None
    found = con._session.catalog.getTable(str(target))
    return _Found("view" if found.tableType == "VIEW" else "table", found.description)


def _kinds_spark(home: Home, schema: str, name: str) -> list[str]:
    """Return the kinds of what has a name, also of what is temporary and so hides the other."""
    catalog, place = home.con._session.catalog, _Target(schema, name, "`")
    full = f"`{home.catalogue}`.{place}" if home.catalogue else str(place)
    found = [catalog.getTable(called) for called in (place.quoted_name, full) if catalog.tableExists(called)]
    return ["table" if one.tableType in ("MANAGED", "EXTERNAL") else "view" for one in found]


def _write_spark(home: Home, target: _Target, customers: ir.Table, force: bool) -> None:
    """Write beside, then swap names: Spark has no transaction over a catalogue."""
    con = home.con
    new, old = (replace(target, name=f"{target.name}__rfmeans_{word}") for word in ("new", "old"))
    if _find(home, old) and not _find(home, target):  # a run was killed between the two renames
        _run_spark(con, f"ALTER TABLE {old} RENAME TO {target}")
    found = _find(home, target)
    _check_found(home, target, found, force=force)
    for leftover in (new, old):
        _run_spark(con, f"DROP TABLE IF EXISTS {leftover}")
    kind, query = con._session.conf.get("spark.sql.sources.default"), con.compile(customers)
    columns = con._session.sql(query).schema.fields
    typed = ", ".join(f"`{column.name}` {column.dataType.simpleString()}" for column in columns)
    try:
        # Made before it is filled: files that a killed CREATE TABLE AS leaves belong to no table, and block the next.
        _run_spark(con, f"CREATE TABLE {new} ({typed}) USING {kind} COMMENT '{MARK}'")
        _run_spark(con, f"INSERT INTO {new} {query}")
        if found is not None:
            _run_spark(con, f"ALTER TABLE {target} RENAME TO {old}")
        _run_spark(con, f"ALTER TABLE {new} RENAME TO {target}")
    except BaseException:
        with suppress(Exception):  # what went wrong before matters more
            _run_spark(con, f"DROP TABLE IF EXISTS {new}")
            if found is not None and not _find(home, target):
                _run_spark(con, f"ALTER TABLE {old} RENAME TO {target}")
        raise
    _run_spark(con, f"DROP TABLE IF EXISTS {old}")


def _run_spark(con: Any, statement: str) -> None:
    con._session.sql(statement)
