"""Segmented customers -> a table of the database that the orders come from, replaced whole or not at all.

Everything runs in the database; the mark that tells rfmeans' own tables from others is the table's comment. What holds
for every engine is here; what differs is told by the engine: see the last part of `rfmeans.engines.engine.Engine`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rfmeans.arguments import argument, named
from rfmeans.engines.database import Found, Home, Target, is_direct
from rfmeans.engines.dispatch import engine_at
from rfmeans.errors import OutputError, SettingsError, did_you_mean

if TYPE_CHECKING:
    import ibis.expr.types as ir


def check_table(home: Home | None, source: str, name: str, *, force: bool) -> None:
    """Check that a table may be written, before any work is done.

    Raises
    ------
    SettingsError
        If the name is none, or there is no database to write into, or the table would not last there.
    OutputError
        If something of that name is there that must not be replaced, or the table cannot be written.
    """
    if home is None or not engine_at(home.con).writes_tables:
        raise SettingsError(
            f"A table is written into the database that the orders come from (DuckDB, PostgreSQL or Spark), but "
            f"{source} is in none of them. Leave {named('write_table')} out; in Python, write result.customers "
            "yourself."
        )
    engine, target = engine_at(home.con), _target(home, name)
    engine.check_place(home)
    _check_schema(home, target)
    found = engine.find(home, target)
    _check_found(home, target, found, force=force)
    engine.check_target(home, target, found)


def write_table(home: Home, customers: ir.Table, name: str, *, force: bool) -> None:
    """Write the customers as a table, so that a reader sees the old one or the new one and nothing between.

    Raises
    ------
    OutputError
        If something of that name is there that must not be replaced, or the table cannot be written.
    """
    target = _target(home, name)
    check = partial(_check_found, home, target, force=force)
    engine_at(home.con).write(home, target, customers, check)


def _target(home: Home, name: str) -> Target:
    parts = [part.strip() for part in name.split(".")]
    if not all(parts) or len(parts) > 2 or not name.isprintable():
        raise SettingsError(
            f"{named('name')} must be a table's name such as customer_segments or shop.customer_segments. Got {name!r}."
        )
    engine = engine_at(home.con)
    if any(part[0] == part[-1] == engine.quote for part in (name.strip(), *parts)):
        raise SettingsError(
            f"{named('name')} is given without quotes, as it is: upper and lower case, blanks and other signs "
            f"are kept. Got {name!r}."
        )
    schema = parts[0] if len(parts) == 2 else engine.usual_schema(home)
    return Target(schema, parts[-1], engine.quote)


def _check_schema(home: Home, target: Target) -> None:
    """Refuse a schema that is not there."""
    engine = engine_at(home.con)
    schemas = engine.schemas(home)
    if engine.fold(target.schema) not in map(engine.fold, schemas):
        raise OutputError(
            f"{home.label} has no schema {target.schema!r}.{did_you_mean(target.schema, schemas)} Create it, or give "
            f"another {argument('name')}."
        )


def _check_found(home: Home, target: Target, found: Found | None, *, force: bool) -> None:
    """Refuse what must not be replaced."""
    shown, fold = f"{target.schema}.{target.name}", engine_at(home.con).fold
    if any((fold(target.schema), fold(target.name)) == tuple(map(fold, origin)) for origin in home.origins):
        raise OutputError(
            f"The table {shown} is the one that the orders are read from. Give another {argument('name')}."
        )
    if found is None:
        return
    if found.kind != "table":
        raise OutputError(
            f"{shown} in {home.label} is a {found.kind}, which is never replaced. Give another {argument('name')}."
        )
    if found.marked:
        return
    if not is_direct(home, engine_at(home.con).kinds):
        raise OutputError(
            f"{home.label} has a table {shown} that rfmeans did not write, and the orders are read through a view, a "
            "query, partitions, files or several databases, so that it cannot be told whether they lie in it. Give "
            f"another {argument('name')}, or drop the table yourself."
        )
    if not force:
        raise OutputError(
            f"{home.label} has a table {shown} that rfmeans did not write. Give another {argument('name')}, or "
            f"{argument('replace', True)} to replace it."
        )
