"""Segmented customers -> a table of the database that the orders come from, replaced whole or not at all.

Everything runs in the database; the mark that tells rfmeans' own tables from others is the table's comment. What holds
for every engine is here; what differs is in a file for each, all with the functions of `Engine`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from rfmeans.arguments import argument, named
from rfmeans.engines import duckdb, postgres, spark
from rfmeans.engines.database import Check, Found, Home, Target, is_direct
from rfmeans.errors import OutputError, SettingsError, did_you_mean

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Engine(Protocol):
    """What there is in the file of each engine."""

    QUOTE: str  # around a name

    def fold(self, name: str, /) -> str:
        """Return a name as it is compared with others."""

    def usual_schema(self, home: Home, /) -> str:
        """Return the schema of a table whose name has none."""

    def schemas(self, home: Home, /) -> list[str]:
        """Return the schemas' names."""

    def check_place(self, home: Home, /) -> None:
        """Check that a table can be written into the database, and will last."""

    def check_target(self, home: Home, target: Target, found: Found | None, /) -> None:
        """Check that this table can be written, before any work is done."""

    def find(self, home: Home, target: Target, /) -> Found | None:
        """Return what has the target's name."""

    def kinds(self, home: Home, schema: str, name: str, /) -> list[str]:
        """Return the kinds of what has a name, also of what is temporary and so hides the other."""

    def write(self, home: Home, target: Target, customers: ir.Table, check: Check, /) -> None:
        """Write the table, if what is there by then passes the check."""


ENGINES: dict[str, Engine] = {  # by their names in Ibis
    "duckdb": duckdb,
    "postgres": postgres,
    "pyspark": spark,
}


def check_table(home: Home | None, source: str, name: str, *, force: bool) -> None:
    """Check that a table may be written, before any work is done.

    Raises
    ------
    SettingsError
        If the name is none, or there is no database to write into, or the table would not last there.
    OutputError
        If something of that name is there that must not be replaced, or the table cannot be written.
    """
    if home is None or home.con.name not in ENGINES:
        raise SettingsError(
            f"A table is written into the database that the orders come from (DuckDB, PostgreSQL or Spark), but "
            f"{source} is in none of them. Leave {named('write_table')} out; in Python, write result.customers "
            "yourself."
        )
    engine, target = ENGINES[home.con.name], _target(home, name)
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
    ENGINES[home.con.name].write(home, target, customers, check)


def _target(home: Home, name: str) -> Target:
    parts = [part.strip() for part in name.split(".")]
    if not all(parts) or len(parts) > 2 or not name.isprintable():
        raise SettingsError(
            f"{named('name')} must be a table's name such as customer_segments or shop.customer_segments. Got {name!r}."
        )
    engine = ENGINES[home.con.name]
    if any(part[0] == part[-1] == engine.QUOTE for part in (name.strip(), *parts)):
        raise SettingsError(
            f"{named('name')} is given without quotes, as it is: upper and lower case, blanks and other signs "
            f"are kept. Got {name!r}."
        )
    schema = parts[0] if len(parts) == 2 else engine.usual_schema(home)
    return Target(schema, parts[-1], engine.QUOTE)


def _check_schema(home: Home, target: Target) -> None:
    """Refuse a schema that is not there."""
    engine = ENGINES[home.con.name]
    schemas = engine.schemas(home)
    if engine.fold(target.schema) not in map(engine.fold, schemas):
        raise OutputError(
            f"{home.label} has no schema {target.schema!r}.{did_you_mean(target.schema, schemas)} Create it, or give "
            f"another {argument('name')}."
        )


def _check_found(home: Home, target: Target, found: Found | None, *, force: bool) -> None:
    """Refuse what must not be replaced."""
    shown, fold = f"{target.schema}.{target.name}", ENGINES[home.con.name].fold
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
    if not is_direct(home, ENGINES[home.con.name].kinds):
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
