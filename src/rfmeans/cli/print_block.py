"""Blocks of a section -> terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.measure import Measurement
from rich.table import Table as RichTable

from rfmeans.cli.prose import print_prose
from rfmeans.report.blocks import Heading, Items, Sentence
from rfmeans.report.table import Table
from rfmeans.wording import clip
from rfmeans.wording import terminal_text as escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from rfmeans.report.blocks import Section, TextBlock

WARNING = "bold yellow"
WIDE = 96  # columns from which a table's last columns fit as well


def print_sections(told: Sequence[Section], console: Console, *, details: bool = False) -> None:
    """Print what sections have for a terminal."""
    for section in told:
        for block in (*section.terminal, *(section.details if details else ())):
            print_block(block, console)


def print_block(block: TextBlock, console: Console) -> None:
    """Print one block of a section."""
    match block:
        case Heading():
            print_prose(console, f"[bold]{escape(block.text)}[/]")
        case Sentence():
            print_prose(console, escape(block.text), WARNING if block.kind == "warning" else "")
        case Items():
            for item in block.items:
                named = f"[bold]{escape(clip(item.name))}[/]: " if item.name else ""
                lines = "\n    ".join((item.text, *item.under))
                print_prose(console, f"  {named}{escape(lines)}", hanging=4)
        case Table():
            console.print(_drawn(block, 0 if console.width >= WIDE else block.spare, console))


def _drawn(table: Table, left_out: int, console: Console) -> RichTable:
    """Return the table as wide as it likes, narrower where there is no room, and then with its names on two lines."""
    drawn = _with_gaps(table, left_out, 1)
    if _too_wide(drawn, console):
        drawn = _with_gaps(table, left_out, 0)
    if _too_wide(drawn, console):
        for column in drawn.columns:  # better a name on two lines than a number
            column.no_wrap = column.justify == "right"
    return drawn


def _too_wide(drawn: RichTable, console: Console) -> bool:
    return Measurement.get(console, console.options.update(max_width=10_000), drawn).maximum > console.width


def _with_gaps(table: Table, left_out: int, gap: int) -> RichTable:
    kept = slice(0, len(table.rows[0]) - left_out)
    drawn = RichTable(
        title=escape(table.caption) or None,
        caption=escape(table.note) or None,
        title_justify="left",
        caption_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, gap, 0, 0),
        pad_edge=False,
        show_edge=False,
        show_header=bool(table.heads),
    )
    for place in range(len(table.rows[0]))[kept]:
        counts = any(row[place].value is not None for row in table.rows)
        head = escape(table.heads[place]) if table.heads else ""
        drawn.add_column(head, justify="right" if counts else "left", overflow="fold")
    drawn.columns[0].no_wrap = True
    for row in table.rows:
        drawn.add_row(*(escape(cell.shown) for cell in row[kept]), style="bold" if row[0].marked else "")
    drawn.add_section()
    for row in table.below:
        drawn.add_row(*(escape(cell.shown) for cell in row[kept]))
    return drawn
