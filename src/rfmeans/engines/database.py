"""The database that the orders come from, and what there is to say of a table in it, whatever the engine."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import Choice, argument
from rfmeans.errors import SourceError, did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

    import ibis.expr.types as ir
    from ibis.expr.datatypes import DataType

MARK = "Customer segments, written by rfmeans, which may replace this table."  # the comment of rfmeans' own tables
ATTACHED = "_rfmeans_database"
MOST_LISTED = 12  # tables in a message


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


def nothing_to_close() -> None:
    """Close nothing: what is open is not ours."""


@dataclass(frozen=True)
class Served:
    """A table where it lies: itself, what to call it, its database, and what closes the connection to it."""

    table: ir.Table
    name: str
    home: Home
    closing: Callable[[], None] = nothing_to_close


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


def is_direct(home: Home, kinds: Callable[[Home, str, str], list[str]]) -> bool:
    """Whether the orders lie in `origins` and nowhere else; `kinds` is the engine's.

    What a view or a query reads is not looked up: only the engine itself could tell it for certain.
    """
    if home.indirect:
        return False
    return all(set(kinds(home, *origin)) == {"table"} for origin in home.origins)


@dataclass(frozen=True)
class Target:
    """A table to be written; its text is its name in SQL.

    >>> str(Target("shop", "our`best", "`"))
    '`shop`.`our``best`'
    """

    schema: str
    name: str
    quote: str
    catalogue: str | None = None

    def __str__(self) -> str:
        return ".".join(quoted(part, self.quote) for part in (self.catalogue, self.schema, self.name) if part)

    @property
    def quoted_name(self) -> str:
        """The name without the schema."""
        return quoted(self.name, self.quote)


def quoted(text: str, mark: str = "'") -> str:
    """Return a text or a name in quotes."""
    return f"{mark}{text.replace(mark, mark * 2)}{mark}"


@dataclass(frozen=True)
class Found:
    """What has a target's name already: a ``table``, a ``view`` or another kind, and its comment."""

    kind: str
    comment: str | None

    @property
    def marked(self) -> bool:
        """Whether rfmeans wrote it."""
        return is_marked(self.comment)


def is_marked(comment: str | None) -> bool:
    """Whether a table's comment has rfmeans' mark, alone or as a line among others.

    >>> is_marked(MARK), is_marked("Ann's"), is_marked(None)
    (True, False, False)
    """
    return MARK in (comment or "").splitlines()


Check = Callable[[Found | None], None]  # raises OutputError where what was found must not be replaced


def is_doubtful(kind: DataType) -> bool:
    """Whether not every engine can compare values of a type."""
    return bool(kind.is_nested() or kind.is_json() or kind.is_geospatial() or kind.is_unknown())


def pick_table(
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
            f"The database {label} has several tables: {_listed(tables)}. Say which one with {argument('table')}.",
            [Choice({"table": name}) for name in tables],
        )
    name = tables[0] if wanted is None else _known(wanted, tables, usual)
    if name is None:
        raise _no_table(str(wanted), tables, label)
    return name, places[name]


def _no_table(wanted: str, tables: list[str], label: str) -> SourceError:
    elsewhere = [name for name in tables if name.casefold().endswith(f".{wanted}".casefold())]
    meant = f" Did you mean {elsewhere[0]!r}?" if elsewhere else did_you_mean(wanted, tables)
    nearest = _nearest(wanted, tables)
    return SourceError(
        f"The database {label} has no table {wanted!r}.{meant} Its tables are: {_listed(nearest)}.",
        [Choice({"table": name}) for name in nearest[:MOST_LISTED]],
    )


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
