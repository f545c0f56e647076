"""Inspection -> tables and sentences: the account, the shop in figures, what the verdict rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.inspection.verdict import READY
from rfmeans.report.table import Cell, Row, Table, in_money, in_number, in_percent, table
from rfmeans.wording import counted, number, percent, within

if TYPE_CHECKING:
    from rfmeans.inspection.verdict import Inspection
    from rfmeans.orders.account import Tally


def account_table(found: Inspection) -> Table:
    """Return where lines and customers went."""
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


def shop_table(found: Inspection) -> Table:
    """Return the shop in figures."""
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
        rows.append((f"Share of money{within(customers.window)}", "\n".join(held)))
    return table("", (), rows)


def because(found: Inspection, where: str = "above") -> str:
    """Return what follows the word of the verdict; ``where`` its reasons, and what is suspicious, stand."""
    if found.verdict == READY and found.suspicious:
        return f". These orders can be segmented; first see what is said {where}."
    if found.verdict == READY:
        return ". These orders can be segmented as they are."
    reasons = len(found.reasons)
    return f", for {'the reason' if reasons == 1 else f'the {reasons} reasons'} said {where}."
