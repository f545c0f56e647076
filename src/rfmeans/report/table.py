"""A table as every renderer draws it: rows of cells, each a shown text and, where it can be sorted by, its number."""

from __future__ import annotations

from dataclasses import dataclass


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
    total
        A last row that sums them up, if any.
    note
        What stands below it in a terminal.
    spare
        How many of the last columns a narrow terminal leaves out.
    """

    caption: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    total: Row = ()
    note: str = ""
    spare: int = 0

    def is_number(self, column: int) -> bool:
        """Whether a column holds numbers."""
        return bool(self.rows) and all(row[column].value is not None for row in self.rows)
