"""Inspection -> terminal: the account, the shop in figures, what is suspicious, the verdict with its advice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.table import Table

from rfmeans.inspection.verdict import NOT_ENOUGH, READY
from rfmeans.wording import counted, money, number, percent
from rfmeans.wording import terminal_text as escape

if TYPE_CHECKING:
    from rich.console import Console

    from rfmeans.inspection.suspicions import Finding
    from rfmeans.inspection.verdict import Inspection
    from rfmeans.orders.account import Tally

COLOURS = {READY: "green", NOT_ENOUGH: "red"}


def print_inspection(found: Inspection, console: Console) -> None:
    """Print an inspection for a shop owner to read."""
    console.print(f"[bold]{escape(found.source)}[/]", soft_wrap=True)
    console.print(_account(found))
    statuses = found.account.noticed.of_statuses() if found.account.noticed else ""
    if statuses:
        console.print(escape(statuses), soft_wrap=True)
    console.print(_figures(found))
    if found.suspicious:
        _print_findings("Worth a look", found.suspicious, console)
    else:
        console.print("Nothing suspicious was found.\n")
    if found.advice:
        _print_findings("For better segments", found.advice, console)
    colour = COLOURS.get(found.verdict, "yellow")
    console.print(f"Verdict: [bold {colour}]{found.verdict}[/]{escape(_because(found))}")


def _account(found: Inspection) -> Table:
    lines = found.account.lines
    assert lines is not None
    symbol = found.currency_symbol
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("Account", overflow="fold")
    for head in ("Count", "Share", "Money"):
        table.add_column(head, justify="right", no_wrap=True)

    def add(label: str, tally: Tally, of: int) -> None:
        share = percent(tally.rows / of) if of else ""
        table.add_row(escape(label), number(tally.rows), share, money(float(tally.money), symbol))

    add("Lines read", lines.read, lines.read.rows)
    add("  used", lines.used, lines.read.rows)
    for reason, tally in sorted(lines.set_aside.items()):
        add(f"  set aside: {reason}", tally, lines.read.rows)
    table.add_section()
    aside = sorted(found.account.customers_set_aside.items())
    customers = found.customers.customers + sum(tally.rows for _, tally in aside)
    table.add_row(
        "Customers in the lines used", number(customers), percent(1.0), money(float(lines.used.money), symbol)
    )
    add("  to segment", found.account.clustered, customers)
    for reason, tally in aside:
        add(f"  set aside: {reason}", tally, customers)
    return table


def _figures(found: Inspection) -> Table:
    lines = found.account.lines
    assert lines is not None
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column()
    table.add_row(
        "Period", f"{found.first_day} to {found.last_day} ({counted(found.days, 'day')}), as of {found.as_of}"
    )
    bought = "all of them" if lines.purchases == lines.orders else f"{number(lines.purchases)} of them"
    table.add_row("Orders", f"{number(lines.orders)}, {bought} purchases (worth more than 0)")
    customers = found.customers
    if found.share_bought_once is not None:
        once = f"{number(customers.bought_once)} of {counted(customers.customers, 'customer')}"
        table.add_row("Bought once", f"{percent(found.share_bought_once)} ({once})")
    held = [
        f"the top {top.percent} % of customers ({number(top.customers)}) hold {percent(top.share)}"
        for top in customers.top_shares
        if top.share is not None
    ]
    if held:
        table.add_row("Share of money", "\n".join(held))
    return table


def _print_findings(title: str, findings: tuple[Finding, ...], console: Console) -> None:
    console.print(f"[bold]{title}[/]")
    listed = Table.grid(padding=(0, 1, 0, 0))
    listed.add_column(width=1)
    listed.add_column(overflow="fold")
    for finding in findings:
        listed.add_row("•", f"{escape(finding.found)}\n[dim]{escape(finding.advice)}[/]")
    console.print(listed)
    console.print()


def _because(found: Inspection) -> str:
    if found.verdict == READY:
        return ". These orders can be segmented as they are."
    reasons = len(found.reasons)
    return f", for {'the reason' if reasons == 1 else f'the {reasons} reasons'} said above."
