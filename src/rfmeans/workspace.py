"""Tables kept on the engine for the length of a job, and released together."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType

    import ibis.expr.types as ir


class Workspace:
    """Keeps results of expressions as temporary tables.

    `close` drops them; without it the engine drops each one when nothing refers to it any more.
    """

    def __init__(self) -> None:
        self._kept: list[Any] = []

    def keep(self, expression: ir.Table) -> ir.Table:
        """Run the expression once and return its result as a table on the same engine."""
        cached = expression.cache()
        self._kept.append(cached)
        return cached

    def close(self) -> None:
        """Release every kept table; harmless when repeated."""
        while self._kept:
            with suppress(Exception):  # the connection may be gone, and the tables with it
                self._kept.pop().release()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
