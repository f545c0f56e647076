"""Sections -> terminal, and what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.table import Table as RichTable

from rfmeans.report.blocks import Heading, Items, Sentence
from rfmeans.report.sections import sections
from rfmeans.report.table import Table
from rfmeans.wording import clip, percent
from rfmeans.wording import terminal_text as escape

if TYPE_CHECKING:
    from rich.console import Console

    from rfmeans.output.audiences import Audiences
    from rfmeans.report.blocks import TextBlock
    from rfmeans.report.summary import Summary
    from rfmeans.result import Written


WARNING = "bold yellow"
WIDE = 92  # columns from which a table's last columns fit as well


def print_summary(summary: Summary, written: Written, console: Console) -> None:
    """Print a result for a manager to read."""
    for section in sections(summary):
        for block in section.terminal:
            print_block(block, console)
    if written.audiences is not None:
        console.print(escape(audience_line(written.audiences)), soft_wrap=True)
    for name in written.without_card:
        console.print(f"The playbook has no card for {escape(clip(name))}.", soft_wrap=True)
    console.print(f"Written to {escape(str(written.folder))}", soft_wrap=True)
    if written.table is not None:
        console.print(f"Written to the table {escape(clip(written.table))}", soft_wrap=True)


def print_block(block: TextBlock, console: Console) -> None:
    """Print one block of a section."""
    match block:
        case Heading():
            console.print(f"[bold]{escape(block.text)}[/]", soft_wrap=True)
        case Sentence():
            console.print(
                escape(block.text), style=WARNING if block.kind == "warning" else "", soft_wrap=True
            )
        case Items():
            for item in block.items:
                named = f"[bold]{escape(clip(item.name))}[/]: " if item.name else ""
                lines = "\n    ".join((item.text, *item.under))
                console.print(f"  {named}{escape(lines)}", soft_wrap=True)
        case Table():
            console.print(_drawn(block, 0 if console.width >= WIDE else block.spare))


def _drawn(table: Table, left_out: int) -> RichTable:
    kept = slice(0, len(table.heads) - left_out)
    drawn = RichTable(
        title=escape(table.caption),
        caption=escape(table.note) or None,
        title_justify="left",
        caption_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    for column, head in enumerate(table.heads[kept]):
        counts = any(row[column].value is not None for row in table.rows)
        drawn.add_column(
            escape(head), justify="right" if counts else "left", overflow="fold", no_wrap=not column
        )
    for row in table.rows:
        drawn.add_row(*(escape(cell.shown) for cell in row[kept]), style="bold" if row[0].marked else "")
    if table.total:
        drawn.add_section()
        drawn.add_row(*(escape(cell.shown) for cell in table.total[kept]))
    return drawn


def audience_line(audiences: Audiences) -> str:
    """Return one line on the lists for campaigns, and whom they leave out.

    >>> from rfmeans.output.audiences import AudienceList, Audiences
    >>> audience_line(Audiences("plain", 0.1, 0, (AudienceList(1, "Loyal", "1-loyal.csv", 645, 71),), 0, 0))
    'Audience lists (plain) in audiences/: 1 list, 716 customers, 71 of them (10 %) held out to measure campaigns.'
    """
    held = sum(entry.holdout for entry in audiences.lists)
    listed = held + sum(entry.treatment for entry in audiences.lists)
    line = f"Audience lists ({audiences.format}) in audiences/: {_lists(len(audiences.lists))}, {listed:,} customers"
    if held:
        line += f", {held:,} of them ({percent(held / listed)}) held out to measure campaigns"
    if audiences.without_email:
        line += f"; {audiences.without_email:,} without an e-mail address are in no list"
    if audiences.repeated_email:
        line += f"; {audiences.repeated_email:,} share another one's address"
    return f"{line}."


def _lists(count: int) -> str:
    return f"{count} list{'' if count == 1 else 's'}"
