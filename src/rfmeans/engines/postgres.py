"""PostgreSQL: a table is filled anew or replaced in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rfmeans.arguments import argument
from rfmeans.engines.database import MARK, Check, Found, Home, Target
from rfmeans.errors import OutputError

if TYPE_CHECKING:
    import ibis
    import ibis.expr.types as ir

QUOTE = '"'
SHOWN = 5  # changed columns in a message


def fold(name: str) -> str:
    """Return a name as it is compared: as it is written."""
    return name


def usual_schema(home: Home) -> str:
    """Return the schema of a table whose name has none."""
    return str(home.con.current_database)


def schemas(home: Home) -> list[str]:
    """Return the schemas' names. Ibis would list only those that the user owns."""
    return [name for (name,) in home.con.con.execute("SELECT nspname FROM pg_namespace").fetchall()]


def check_place(_home: Home) -> None:
    """Check nothing: tables can be written into any database, and last."""


def check_target(home: Home, target: Target, found: Found | None) -> None:
    """Check that the user may write the table.

    Raises
    ------
    OutputError
        If a privilege is missing, or a table that rfmeans did not write is another user's.
    """
    with home.con.con.cursor() as cursor:
        cursor.execute(
            "SELECT has_schema_privilege(n.oid, 'USAGE'), has_schema_privilege(n.oid, 'CREATE'), "
            "has_table_privilege(c.oid, 'INSERT') AND has_table_privilege(c.oid, 'DELETE'), "
            "has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE'), "
            "pg_has_role(relowner, 'USAGE') OR pg_has_role(nspowner, 'USAGE') FROM pg_namespace n "
            "LEFT JOIN pg_class c ON relnamespace = n.oid AND relname = %s WHERE nspname = %s",
            (target.name, target.schema),
        )
        sees, creates, fills, locks, owns = cursor.fetchone()
    shown = f"{target.schema}.{target.name}"
    if found is None:
        granted, lacking = creates, f"create a table in the schema {target.schema} (GRANT CREATE ON SCHEMA)"
    elif found.marked:
        granted, lacking = fills, f"fill the table {shown} anew (GRANT INSERT, DELETE ON)"
    elif not owns:  # the owners of a table and of its schema may drop it
        granted, lacking = False, f"replace the table {shown}, which is another's (ALTER TABLE OWNER TO)"
    else:
        granted, lacking = locks, f"lock the table {shown} (GRANT DELETE ON)"
    if granted and not sees:
        granted, lacking = False, f"use the schema {target.schema} (GRANT USAGE ON SCHEMA)"
    if not granted:
        raise OutputError(
            f"You may not {lacking} in {home.label}. Have that granted, or give another {argument('name')}."
        )


def find(home: Home, target: Target) -> Found | None:
    """Return what has the target's name."""
    with home.con.con.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN relkind IN ('r', 'p') THEN 'table' WHEN relkind = 'v' THEN 'view' "
            "WHEN relkind = 'm' THEN 'materialized view' WHEN relkind = 'c' THEN 'type' "
            "ELSE 'relation of another kind' END, obj_description(c.oid, 'pg_class') "
            "FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = %s AND relname = %s "
            # A table is a type too, and an array's type gives way to it.
            "UNION ALL SELECT 'type', NULL FROM pg_type JOIN pg_namespace n ON n.oid = typnamespace "
            "WHERE typrelid = 0 AND typcategory <> 'A' AND nspname = %s AND typname = %s",
            (target.schema, target.name) * 2,
        )
        row = cursor.fetchone()
    return Found(*row) if row else None


def kinds(home: Home, schema: str, name: str) -> list[str]:
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


def write(home: Home, target: Target, customers: ir.Table, check: Check) -> None:
    """Fill the table anew where its columns are the same, so that grants, indexes and views stay; else replace it.

    One that another user owns and that has no comment is replaced, as only its owner may comment it.

    Raises
    ------
    OutputError
        If `check` says so of what is there by now, or views hang on a table that would get other columns.
    """
    con, query = home.con, home.con.compile(customers)
    with con.con.transaction(), con.con.cursor() as cursor:
        found = find(home, target)
        if found is not None and found.kind == "table":
            # Holds back other writers, never readers.
            cursor.execute(f"LOCK TABLE {target} IN SHARE ROW EXCLUSIVE MODE")
            found = find(home, target)
        check(found)
        now = _columns(customers.schema())
        before = _columns(con.get_schema(target.name, database=target.schema)) if found is not None else None
        if found is not None and before == now and (found.marked or _is_own(cursor, target)):
            cursor.execute(f"DELETE FROM {target}")  # noqa: S608 - the name is quoted
            cursor.execute(f"INSERT INTO {target} {query}")
            marked = found.marked
        else:
            if before is not None:
                _drop(home, target, (before, now))
            cursor.execute(f"CREATE TABLE {target} AS {query}")
            marked = False
        if not marked:
            cursor.execute(f"COMMENT ON TABLE {target} IS '{MARK}'")


def _columns(schema: ibis.Schema) -> ibis.Schema:
    """Return names and types alone: NOT NULL, as of a primary key, makes no other column."""
    import ibis

    return ibis.schema({name: kind(nullable=True) for name, kind in schema.items()})


def _is_own(cursor: Any, target: Target) -> bool:
    cursor.execute(
        "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = %s::regclass", (str(target),)
    )
    return bool(cursor.fetchone()[0])


def _drop(home: Home, target: Target, columns: tuple[ibis.Schema, ibis.Schema]) -> None:
    from psycopg.errors import DependentObjectsStillExist

    try:
        home.con.con.execute(f"DROP TABLE {target}")
    except DependentObjectsStillExist as error:
        raise OutputError(
            f"The table {target.schema}.{target.name} would get other columns ({_changes(*columns)}). Views hang on "
            f"it, so it cannot be replaced. Drop them, or give another {argument('name')}."
        ) from error


def _changes(before: ibis.Schema, now: ibis.Schema) -> str:
    """Return in what the columns of two tables differ.

    >>> import ibis
    >>> _changes(ibis.schema({"id": "int64", "a": "date"}), ibis.schema({"id": "string", "b": "date"}))
    'id: int64, now string; a: no longer; b: new'
    """
    types = {name: (before.get(name), now.get(name)) for name in {**before, **now}}
    told = [
        f"{name}: {'new' if old is None else 'no longer' if new is None else f'{old}, now {new}'}"
        for name, (old, new) in types.items()
        if old != new
    ]
    more = f"; and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
    return f"{'; '.join(told[:SHOWN])}{more}"
