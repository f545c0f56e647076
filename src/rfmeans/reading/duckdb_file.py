"""A table of a DuckDB file, read in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rfmeans.engines.database import ATTACHED, Home, pick_table
from rfmeans.engines.embedded import attach
from rfmeans.reading.source import Source, located

if TYPE_CHECKING:
    from pathlib import Path


def read_database(con: Any, path: Path, label: str, wanted: str | None) -> Source:
    """Return a table or a view of a DuckDB file, which is opened for reading only.

    Raises
    ------
    SourceError
        If there is no such table, or several and none is named.
    """
    name, (schema, table) = pick_table(attach(con, path, label), label, wanted, "main")
    opened = con.table(table, database=(ATTACHED, schema))
    # What was unpacked to be read cannot be written back.
    home = Home(con, label, path, ((schema, table),)) if str(path) == label else None
    return Source(opened, label, located(opened, label), understood=f"table {name!r}", home=home)
