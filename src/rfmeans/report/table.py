"""A table as every renderer draws it: rows of cells, each a shown text and, where it can be sorted by, its number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rfmeans.wording import money, number, percent

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Cell:
    """A cell.

    Attributes
    ----------
    shown
        Its text.
    value
        The number it is sorted by; None: by its text.
    shade
        Its background on the page, if any.
    segment_id
        The segment that it names, if any.
    marked
        Whether it stands out.
    """

    shown: str
    value: float | None = None
    shade: str = ""
    segment_id: int | None = None
    marked: bool = False


Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes
    ----------
    caption, heads, rows
        What it shows, column by column, row by row.
    below
        Rows below a line: a sum of those above it, or another part.
    note
        What stands below it in a terminal.
    spare
        How many of the last columns a narrow terminal leaves out.
    """

    caption: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    below: tuple[Row, ...] = ()
    note: str = ""
    spare: int = 0

    def is_number(self, column: int) -> bool:
        """Whether a column holds numbers."""
        return bool(self.rows) and all(row[column].value is not None for row in self.rows)


def table(caption: str, heads: tuple[str, ...], rows: Iterable[Iterable[str | Cell]], **more: Any) -> Table:
    """Return a table of cells and of plain texts.

    >>> [cell.shown for cell in table("Days", ("Segment", "Days"), [("Growing", in_number(12.34))]).rows[0]]
    ['Growing', '12.3']
    """
    cells = (tuple(Cell(cell) if isinstance(cell, str) else cell for cell in row) for row in rows)
    return Table(caption, heads, tuple(cells), **more)


def in_number(value: float) -> Cell:
    """Return a cell with a number."""
    return Cell(number(value), value)


def in_percent(share: float) -> Cell:
    """Return a cell with a share."""
    return Cell(percent(share), share)


def in_money(value: float, symbol: str) -> Cell:
    """Return a cell with money."""
    return Cell(money(value, symbol), value)


def in_digits(value: float, places: int = 2) -> Cell:
    """Return a cell with a measure, to so many places."""
    return Cell(f"{value:.{places}f}", value)
