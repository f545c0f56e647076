"""A table of a DuckDB file, read in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rfmeans.errors import SourceError, did_you_mean
from rfmeans.parts import Part, located

if TYPE_CHECKING:
    from pathlib import Path

ATTACHED = "_rfmeans_database"


def read_database(con: Any, path: Path, label: str, wanted: str | None) -> Part:
    """Return a table or a view of a DuckDB file, which is opened for reading only.

    Raises
    ------
    SourceError
        If there is no such table, or several and none is named.
    """
    _attach(con, path, label)
    found = con.raw_sql(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = $name AND NOT internal UNION ALL "
        "SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = $name AND NOT internal ORDER BY ALL",
        parameters={"name": ATTACHED},
    ).fetchall()
    tables = {(name if schema == "main" else f"{schema}.{name}"): (schema, name) for schema, name in found}
    name = _one_of(list(tables), label, wanted)
    schema, table = tables[name]
    opened = con.table(table, database=(ATTACHED, schema))
    return Part(opened, located(opened, label), understood=f"table {name!r}")


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


def _one_of(tables: list[str], label: str, wanted: str | None) -> str:
    listed = ", ".join(tables)
    if not tables:
        raise SourceError(f"The database {label} has no table. Give another file.")
    if wanted is None and len(tables) > 1:
        raise SourceError(f"The database {label} has several tables: {listed}. Say which one with --table.")
    if wanted is None:
        return tables[0]
    known = {name.casefold(): name for name in tables}
    name = known.get(wanted.removeprefix("main.").casefold())
    if name is None:
        raise SourceError(
            f"The database {label} has no table {wanted!r}.{did_you_mean(wanted, tables)} Its tables are: {listed}."
        )
    return name
