"""Spark: a table is written beside the old one, then takes its name."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import named
from rfmeans.engines.database import MARK, Check, Found, Home, Target
from rfmeans.errors import SettingsError

if TYPE_CHECKING:
    import ibis.expr.types as ir

QUOTE = "`"


def fold(name: str) -> str:
    """Return a name as it is compared: case does not count."""
    return name.casefold()


def usual_schema(home: Home) -> str:
    """Return the schema of a table whose name has none."""
    return str(home.con.current_database)


def schemas(home: Home) -> list[str]:
    """Return the schemas' names."""
    return list(home.con.list_databases())


def check_place(home: Home) -> None:
    """Check that a table will last, and lie where the orders do.

    Raises
    ------
    SettingsError
        If the session keeps its tables in memory, or the orders come from another catalogue than its current one.
    """
    if home.fleeting:
        raise SettingsError(
            f"{named('write_table')} would be lost: this Spark session keeps its tables in memory until it ends. "
            "Give it a lasting catalogue, such as spark.sql.catalogImplementation=hive in its spark-defaults.conf."
        )
    current = home.con.current_catalog
    if home.catalogue is not None and fold(home.catalogue) != fold(current):
        raise SettingsError(
            f"{named('write_table')} writes into the session's current catalogue, which is {current}, but the orders "
            f"come from {home.catalogue}. Say USE {home.catalogue} first."
        )


def check_target(_home: Home, _target: Target, _found: Found | None) -> None:
    """Check nothing: what the user may write, Spark says when it writes."""


def find(home: Home, target: Target) -> Found | None:
    """Return what has the target's name."""
    catalog = home.con._session.catalog
    if not catalog.tableExists(str(target)):
        return None
    found = catalog.getTable(str(target))
    return Found("view" if found.tableType == "VIEW" else "table", found.description)


def kinds(home: Home, schema: str, name: str) -> list[str]:
    """Return the kinds of what has a name, also of what is temporary and so hides the other."""
    catalog, place = home.con._session.catalog, Target(schema, name, QUOTE, home.catalogue)
    found = [
        catalog.getTable(called) for called in (place.quoted_name, str(place)) if catalog.tableExists(called)
    ]
    return ["table" if one.tableType in ("MANAGED", "EXTERNAL") else "view" for one in found]


def write(home: Home, target: Target, customers: ir.Table, check: Check) -> None:
    """Write beside, then swap names: Spark has no transaction over a catalogue.

    Raises
    ------
    OutputError
        If `check` says so of what is there by now.
    """
    con = home.con
    new, old = (replace(target, name=f"{target.name}__rfmeans_{word}") for word in ("new", "old"))
    if find(home, old) and not find(home, target):  # a run was killed between the two renames
        _run(con, f"ALTER TABLE {old} RENAME TO {target}")
    found = find(home, target)
    check(found)
    for leftover in (new, old):
        _run(con, f"DROP TABLE IF EXISTS {leftover}")
    kind, query = con._session.conf.get("spark.sql.sources.default"), con.compile(customers)
    columns = con._session.sql(query).schema.fields
    typed = ", ".join(f"`{column.name}` {column.dataType.simpleString()}" for column in columns)
    try:
        # Made before it is filled: files that a killed CREATE TABLE AS leaves belong to no table, and block the next.
        _run(con, f"CREATE TABLE {new} ({typed}) USING {kind} COMMENT '{MARK}'")
        _run(con, f"INSERT INTO {new} {query}")
        if found is not None:
            _run(con, f"ALTER TABLE {target} RENAME TO {old}")
        _run(con, f"ALTER TABLE {new} RENAME TO {target}")
    except BaseException:
        # What went wrong before matters more.
        with suppress(Exception):
            _run(con, f"DROP TABLE IF EXISTS {new}")
        with suppress(Exception):
            if found is not None and not find(home, target):
                _run(con, f"ALTER TABLE {old} RENAME TO {target}")
        raise
    _run(con, f"DROP TABLE IF EXISTS {old}")


def _run(con: Any, statement: str) -> None:
    con._session.sql(statement)
