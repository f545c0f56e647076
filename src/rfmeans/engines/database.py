"""The database that the orders come from, and what there is to say of a table in it, whatever the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import ibis.expr.types as ir

MARK = "Customer segments, written by rfmeans, which may replace this table."  # the comment of rfmeans' own tables
ATTACHED = "_rfmeans_database"


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
        return ".".join(self._quoted(part) for part in (self.catalogue, self.schema, self.name) if part)

    @property
    def quoted_name(self) -> str:
        """The name without the schema."""
        return self._quoted(self.name)

    def _quoted(self, part: str) -> str:
        return f"{self.quote}{part.replace(self.quote, self.quote * 2)}{self.quote}"


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
