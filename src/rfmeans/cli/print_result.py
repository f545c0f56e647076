"""Summary -> terminal: its sections, and what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.cli.print_block import print_sections
from rfmeans.cli.prose import print_prose
from rfmeans.report.analyses.lists import audience_line, foresight_line, foresight_lines
from rfmeans.wording import clip
from rfmeans.wording import terminal_text as escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from rfmeans.report.blocks import Section
    from rfmeans.saved import Written


def print_told(told: Sequence[Section], written: Written, console: Console, *, details: bool = False) -> None:
    """Print sections, what was written, and where to look next."""
    print_sections(told, console, details=details)
    if written.audiences is not None:
        print_prose(console, escape(audience_line(written.audiences)))
    if written.foresight is not None:
        again = written.foresight_again, written.days_looked_at
        lines = (
            foresight_lines(written.foresight, *again)
            if details
            else [foresight_line(written.foresight, *again)]
        )
        for line in lines:
            print_prose(console, escape(line))
    for name in written.without_card:
        print_prose(console, f"The playbook has no card for {escape(clip(name))}.")
    console.print(f"Written to {escape(str(written.folder))}", soft_wrap=True)
    if written.table is not None:
        console.print(f"Written to the table {escape(clip(written.table))}", soft_wrap=True)
    if not details and any(section.details for section in told):
        page = "report.html there, or " if written.report else ""
        console.print(f"More: {page}--details here.", soft_wrap=True)
