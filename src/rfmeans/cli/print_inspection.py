"""Inspection -> terminal: the account, the shop in figures, what is suspicious, the verdict with its advice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table as RichTable

from rfmeans.cli.print_block import print_block
from rfmeans.inspection.verdict import NOT_ENOUGH, READY
from rfmeans.report.table import Cell, Row, Table, in_money, in_number, in_percent, table
from rfmeans.wording import counted, number, percent
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
    print_block(_account(found), console)
    statuses = found.account.noticed.of_statuses() if found.account.noticed else ""
    if statuses:
        console.print(escape(statuses), soft_wrap=True)
    print_block(_shop(found), console)
    if found.suspicious:
        _print_findings("Worth a look", found.suspicious, console)
    else:
        console.print("Nothing suspicious was found.\n")
    if found.advice:
        _print_findings("For better segments", found.advice, console)
    colour = COLOURS.get(found.verdict, "yellow")
    console.print(f"Verdict: [bold {colour}]{found.verdict}[/]{escape(_because(found))}")


def _account(found: Inspection) -> Table:
    account, symbol, lines = found.account, found.currency_symbol, found.account.lines
    assert lines is not None

    def row(label: str, tally: Tally, of: int) -> Row:
        share = percent(tally.rows / of) if of else ""
        return Cell(label), in_number(tally.rows), Cell(share, 0), in_money(float(tally.money), symbol)

    def aside(tallies: dict[str, Tally], of: int) -> list[Row]:
        return [row(f"  set aside: {reason}", tally, of) for reason, tally in sorted(tallies.items())]

    read, whole = lines.read.rows, found.customers.customers
    whole += sum(tally.rows for tally in account.customers_set_aside.values())
    used = (in_number(whole), in_percent(1.0), in_money(float(lines.used.money), symbol))
    return Table(
        "",
        ("Account", "Count", "Share", "Money"),
        (
            row("Lines read", lines.read, read),
            row("  used", lines.used, read),
            *aside(lines.told_set_aside, read),
        ),
        (
            (Cell("Customers in the lines used"), *used),
            row("  to segment", account.clustered, whole),
            *aside(account.customers_set_aside, whole),
        ),
    )


def _shop(found: Inspection) -> Table:
    lines, customers = found.account.lines, found.customers
    assert lines is not None
    days = f"{found.first_day} to {found.last_day} ({counted(found.days, 'day')})"
    bought = "all of them" if lines.purchases == lines.orders else f"{number(lines.purchases)} of them"
    rows = [
        ("Period", f"{days}, as of {found.as_of}"),
        ("Orders", f"{number(lines.orders)}, {bought} purchases (worth more than 0)"),
    ]
    if found.share_bought_once is not None:
        once = f"{number(customers.bought_once)} of {counted(customers.customers, 'customer')}"
        rows.append(("Bought once", f"{percent(found.share_bought_once)} ({once})"))
    if customers.rhythm is not None:
        rows.append(("Rhythm", customers.rhythm.sentence))
    held = [
        f"the top {top.percent} % of customers ({number(top.customers)}) hold {percent(top.share)}"
        for top in customers.top_shares
        if top.share is not None
    ]
    if held:
        rows.append(("Share of money", "\n".join(held)))
    return table("", (), rows)


def _print_findings(title: str, findings: tuple[Finding, ...], console: Console) -> None:
    console.print(f"[bold]{title}[/]")
    listed = RichTable.grid(padding=(0, 1, 0, 0))
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
