"""Summary -> terminal: its sections, and what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.cli.print_block import print_sections
from rfmeans.report.sections import sections
from rfmeans.wording import clip, counted, percent
from rfmeans.wording import terminal_text as escape

if TYPE_CHECKING:
    from rich.console import Console

    from rfmeans.output.audiences import Audiences
    from rfmeans.report.summary import Summary
    from rfmeans.result import Written


def print_summary(summary: Summary, written: Written, console: Console) -> None:
    """Print a result for a manager to read."""
    print_sections(sections(summary), console)
    if written.audiences is not None:
        console.print(escape(audience_line(written.audiences)), soft_wrap=True)
    for name in written.without_card:
        console.print(f"The playbook has no card for {escape(clip(name))}.", soft_wrap=True)
    console.print(f"Written to {escape(str(written.folder))}", soft_wrap=True)
    if written.table is not None:
        console.print(f"Written to the table {escape(clip(written.table))}", soft_wrap=True)


def audience_line(audiences: Audiences) -> str:
    """Return one line on the lists for campaigns, and whom they leave out.

    >>> from rfmeans.output.audiences import AudienceList, Audiences
    >>> audience_line(Audiences("plain", 0.1, 0, (AudienceList(1, "Loyal", "1-loyal.csv", 645, 71),), 0, 0))
    'Audience lists (plain) in audiences/: 1 list, 716 customers, 71 of them (10 %) held out to measure campaigns.'
    """
    held = sum(entry.holdout for entry in audiences.lists)
    listed = held + sum(entry.treatment for entry in audiences.lists)
    lists = counted(len(audiences.lists), "list")
    line = f"Audience lists ({audiences.format}) in audiences/: {lists}, {listed:,} customers"
    if held:
        line += f", {held:,} of them ({percent(held / listed)}) held out to measure campaigns"
    if audiences.without_email:
        line += f"; {audiences.without_email:,} without an e-mail address are in no list"
    if audiences.repeated_email:
        line += f"; {audiences.repeated_email:,} share another one's address"
    return f"{line}."
