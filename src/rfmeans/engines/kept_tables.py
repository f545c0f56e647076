"""Tables kept on the engine for the length of a job, and released together."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

from rfmeans.engines.dispatch import engine_of

if TYPE_CHECKING:
    import ibis.expr.types as ir


_KEPT: Counter[str] = Counter()  # how many workspaces keep a table


def put_in_order(table: ir.Table, by: str) -> ir.Table:
    """Return the rows in the order of a column, for a table that is kept where an engine's tables have an order.

    DuckDB's have: rows are put in order while they are narrow, and never again. For other engines nothing is done.
    """
    return table.order_by(by) if _keeps_order(table) else table


def in_order(kept: ir.Table, by: str) -> ir.Table:
    """Return a table that was kept after `put_in_order`, in that order on every engine."""
    return kept if _keeps_order(kept) else kept.order_by(by)


def _keeps_order(table: ir.Table) -> bool:
    return engine_of(table).keeps_order(table.get_backend())


class Workspace(ExitStack):
    """Keeps results of expressions as temporary tables, and what else is to be closed, such as their connection.

    `close` drops and closes it, the last one first; without it the engine drops each table when nothing refers to it
    any more. `pop_all` hands everything on to another workspace, which is how a result takes over what it needs.
    Ibis keeps equal expressions once: such a table is dropped when the last of those who keep it closes.
    """

    def keep(self, expression: ir.Table) -> ir.Table:
        """Run the expression once and return its result as a table on the same engine."""
        cached = engine_of(expression).worked_out(expression)
        _KEPT[_called(cached)] += 1
        self.callback(_release, cached)
        return cached


def _called(cached: Any) -> str:
    """Return the name of a kept table, which is its own in the whole process."""
    return str(cached.op().name) if hasattr(cached.op(), "name") else str(id(cached))


def _release(cached: Any) -> None:
    _KEPT[_called(cached)] -= 1
    if _KEPT[_called(cached)] > 0:
        return
    del _KEPT[_called(cached)]
    with suppress(Exception):  # the connection may be gone, and the table with it
        cached.release()
