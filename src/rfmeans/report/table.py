"""A table as every renderer draws it: rows of cells, each a shown text and, where it can be sorted by, its number."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """A cell: what is shown, the number it is sorted by (None: by its text), its background, whether it is marked."""

    shown: str
    value: float | None = None
    shade: str = ""
    marked: bool = False


@dataclass(frozen=True)
class Table:
    """A table: a caption, heads, rows."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def is_number(self, column: int) -> bool:
        """Whether a column holds numbers."""
        return bool(self.rows) and all(row[column].value is not None for row in self.rows)
