"""What a section is made of: blocks, that a renderer draws one after another without knowing what they are about.

The text of a block may hold foreign words; a renderer makes them harmless, each in its own way. A whole sentence is
never cut: who writes one cuts the names in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from rfmeans.report.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from rfmeans.report.charts.frame import Frame
    from rfmeans.report.charts.vega import Drawn


@dataclass(frozen=True)
class Heading:
    """A heading; one with a name begins a chapter of the page, which the list of contents calls `short`."""

    text: str
    name: str = ""
    short: str = ""


@dataclass(frozen=True)
class Sentence:
    """A paragraph, its kind one of the page's: ``note``, ``warning``, ``lead``. An empty one is a blank line."""

    text: str
    kind: str = ""


@dataclass(frozen=True)
class Item:
    """An entry of a list: a text, behind a name if it is about one, and what stands below it."""

    text: str
    name: str = ""
    under: tuple[str, ...] = ()


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple[Item, ...]


@dataclass(frozen=True)
class NamedRows:
    """The table that leads the page: one row a segment, sortable, with lines below each name, and a note."""

    table: Table
    under: tuple[Item, ...]
    note: str
    absent: tuple[str, ...]


@dataclass(frozen=True)
class Beside:
    """Tables beside each other, where there is room."""

    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Words:
    """Words and what they mean."""

    meanings: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Tile:
    """The most important facts on one segment: value, what it is of, a note on it; or why there is none."""

    title: str
    facts: tuple[tuple[str, str, str], ...] = ()
    name: str = ""
    segment_id: int = 0
    marked: bool = False
    missing: str = ""


@dataclass(frozen=True)
class Tiles:
    """Tiles beside each other."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Card:
    """What is advised for one segment: its name, lines below it, the advice under titles; or why there is none."""

    name: str
    segment_id: int
    lines: tuple[str, ...]
    parts: tuple[tuple[str, str], ...]
    missing: str


@dataclass(frozen=True)
class Cards:
    """Cards beside each other."""

    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Picture:
    """A chart with its title, its caption and the tables behind it; drawn when a renderer asks."""

    name: str
    title: str
    caption: str
    tables: tuple[Table, ...]
    draw: Callable[[Frame], Drawn]


TextBlock: TypeAlias = Heading | Sentence | Items | Table
Block: TypeAlias = Heading | Sentence | Table | NamedRows | Beside | Words | Tiles | Cards | Picture
BLANK = Sentence("")


@dataclass(frozen=True)
class Section:
    """How one analysis is told on the page, in Markdown and in the terminal; not at all where there is no block.

    ``details`` are what a terminal tells after it, if asked for.
    """

    page: tuple[Block, ...] = ()
    markdown: tuple[TextBlock, ...] = ()
    terminal: tuple[TextBlock, ...] = ()
    details: tuple[TextBlock, ...] = ()
