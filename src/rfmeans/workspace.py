"""Tables kept on the engine for the length of a job, and released together."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType

    import ibis.expr.types as ir


class Workspace:
    """Keeps results of expressions as temporary tables; `close` drops them.

    Closing is tied to the object's own life, so nothing is left to the interpreter's exit.
    """

    def __init__(self) -> None:
        self._kept: list[Any] = []
        self._finalizer = weakref.finalize(self, _release, self._kept)

    def keep(self, expression: ir.Table) -> ir.Table:
        """Run the expression once and return its result as a table on the same engine."""
        cached = expression.cache()
        self._kept.append(cached)
        return cached

    def drop(self, table: ir.Table) -> None:
        """Release one kept table before the others."""
        self._kept[:] = [kept for kept in self._kept if kept is not table]
        table.release()

    def close(self) -> None:
        """Release every kept table; harmless when repeated."""
        self._finalizer()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _release(kept: list[Any]) -> None:
    while kept:
        kept.pop().release()
