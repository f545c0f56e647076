"""The order lines of a source that stores them: taken in once for all passes that read them alike."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rfmeans.orders.order_lines import order_lines

if TYPE_CHECKING:
    from rfmeans.columns.conventions import Conventions
    from rfmeans.columns.layout import Layout
    from rfmeans.orders.compared import Compared
    from rfmeans.orders.order_lines import OrderLines
    from rfmeans.reading.source import Source
    from rfmeans.settings import Reading


class KeptLines:
    """Holds the order lines that were asked for last, until others are: what a pass stored serves the next one.

    Only the lines are held, no sums; that orders of one number are told apart by their days changes no line.
    """

    def __init__(self) -> None:
        self._source: Source | None = None
        self._read: tuple[Layout, Reading, Conventions, Compared] | None = None
        self._lines: OrderLines | None = None

    def of(
        self, source: Source, layout: Layout, reading: Reading, conventions: Conventions, compared: Compared
    ) -> OrderLines:
        """Return `rfmeans.orders.order_lines.order_lines` of the same arguments."""
        read = layout, reading, conventions, replace(compared, apart=False)
        if self._lines is None or self._source is not source or self._read != read:
            self.drop()
            self._source, self._read = source, read
            self._lines = order_lines(source, *read)
        return self._lines

    def drop(self) -> None:
        """Let go of what is held; harmless when repeated."""
        self._source = self._read = self._lines = None
