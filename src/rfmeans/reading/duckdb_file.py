"""A table of a DuckDB file, read in place."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import argument
from rfmeans.engines.database import ATTACHED, Home, is_marked
from rfmeans.errors import SourceError, did_you_mean
from rfmeans.reading.source import Source, located

if TYPE_CHECKING:
    from pathlib import Path

MOST_LISTED = 12  # tables in a message


def read_database(con: Any, path: Path, label: str, wanted: str | None) -> Source:
    """Return a table or a view of a DuckDB file, which is opened for reading only.

    Raises
    ------
    SourceError
        If there is no such table, or several and none is named.
    """
    _attach(con, path, label)
    found = con.raw_sql(
        "SELECT schema_name, table_name, comment FROM duckdb_tables() WHERE database_name = $name AND NOT internal "
        "UNION ALL SELECT schema_name, view_name, comment FROM duckdb_views() WHERE database_name = $name "
        "AND NOT internal ORDER BY ALL",
        parameters={"name": ATTACHED},
    ).fetchall()
    name, (schema, table) = one_of(found, label, wanted, "main")
    opened = con.table(table, database=(ATTACHED, schema))
    # What was unpacked to be read cannot be written back.
    home = Home(con, label, path, ((schema, table),)) if str(path) == label else None
    return Source(opened, label, located(opened, label), understood=f"table {name!r}", home=home)


def _attach(con: Any, path: Path, label: str) -> None:
    import duckdb

    quoted = str(path).replace("'", "''")
    try:
        con.raw_sql(f"ATTACH '{quoted}' AS {ATTACHED} (READ_ONLY)")
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


def one_of(
    found: list[tuple[str, str, str | None]], label: str, wanted: str | None, usual: str
) -> tuple[str, tuple[str, str]]:
    """Return the table that is wanted, or the only one that rfmeans did not write: its name in full, and both parts.

    ``found`` are schemas, names and comments; ``usual`` is the schema that needs no name.

    Raises
    ------
    SourceError
        If there is no such table, or several and none is named.
    """
    places = {(name if schema == usual else f"{schema}.{name}"): (schema, name) for schema, name, _ in found}
    foreign = [name for name, (*_, comment) in zip(places, found, strict=True) if not is_marked(comment)]
    tables = list(places) if wanted is not None else foreign
    if not tables:
        raise SourceError(f"The database {label} has no table. Give another one.")
    if wanted is None and len(tables) > 1:
        raise SourceError(
            f"The database {label} has several tables: {_listed(tables)}. Say which one with {argument('table')}."
        )
    name = tables[0] if wanted is None else _known(wanted, tables, usual)
    if name is None:
        elsewhere = [name for name in tables if name.casefold().endswith(f".{wanted}".casefold())]
        meant = f" Did you mean {elsewhere[0]!r}?" if elsewhere else did_you_mean(str(wanted), tables)
        raise SourceError(
            f"The database {label} has no table {wanted!r}.{meant} Its tables are: "
            f"{_listed(_nearest(str(wanted), tables))}."
        )
    return name, places[name]


def _known(wanted: str, tables: list[str], usual: str) -> str | None:
    known = {name.casefold(): name for name in tables}
    return wanted if wanted in tables else known.get(wanted.removeprefix(f"{usual}.").casefold())


def _nearest(wanted: str, tables: list[str]) -> list[str]:
    if len(tables) <= MOST_LISTED:
        return tables
    close = difflib.get_close_matches(wanted, tables, MOST_LISTED, cutoff=0.3)
    return [*close, *(name for name in tables if name not in close)]


def _listed(tables: list[str]) -> str:
    more = len(tables) - MOST_LISTED
    return ", ".join(tables[:MOST_LISTED]) + (f" and {more:,} more" if more > 0 else "")
