"""Inspection -> terminal: the account, the shop in figures, what is suspicious, the verdict with its advice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table as RichTable

from rfmeans.cli.print_block import print_block
from rfmeans.cli.prose import print_prose
from rfmeans.inspection.verdict import NOT_ENOUGH, READY
from rfmeans.report.analyses.inspection import account_table, because, shop_table
from rfmeans.wording import terminal_text as escape

if TYPE_CHECKING:
    from rich.console import Console

    from rfmeans.inspection.suspicions import Finding
    from rfmeans.inspection.verdict import Inspection

COLOURS = {READY: "green", NOT_ENOUGH: "red"}


def print_inspection(found: Inspection, console: Console) -> None:
    """Print an inspection for a shop owner to read."""
    console.print(f"[bold]{escape(found.source)}[/]", soft_wrap=True)
    print_block(account_table(found), console)
    statuses = found.account.noticed.of_statuses() if found.account.noticed else ""
    if statuses:
        print_prose(console, escape(statuses))
    print_block(shop_table(found), console)
    if found.suspicious:
        _print_findings("Worth a look", found.suspicious, console)
    else:
        console.print("Nothing suspicious was found.\n")
    if found.advice:
        _print_findings("For better segments", found.advice, console)
    colour = COLOURS.get(found.verdict, "yellow")
    console.print(f"Verdict: [bold {colour}]{found.verdict}[/]{escape(because(found))}")


def _print_findings(title: str, findings: tuple[Finding, ...], console: Console) -> None:
    console.print(f"[bold]{title}[/]")
    listed = RichTable.grid(padding=(0, 1, 0, 0))
    listed.add_column(width=1)
    listed.add_column(overflow="fold")
    for finding in findings:
        listed.add_row("•", f"{escape(finding.found)}\n[dim]{escape(finding.advice)}[/]")
    console.print(listed)
    console.print()
