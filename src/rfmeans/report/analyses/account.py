"""The account of all rows: read, used, set aside, and what was noticed on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.report.blocks import Beside, Heading, Item, Items, Section, Sentence
from rfmeans.report.table import Table, in_money, in_number, table
from rfmeans.wording import SENTENCE_TEXT, clip, counted, money, number

if TYPE_CHECKING:
    from rfmeans.orders.account import LineAccount, Tally
    from rfmeans.report.summary import Summary

Tallies = list[tuple[str, "Tally"]]  # reasons with what was set aside for each
OLDER = "older than the window, which count for recency alone"
MONEY_UNKNOWN = ("malformed line", "unreadable amount")  # reasons


def read(summary: Summary) -> Section:
    """Begin a terminal with what was read."""
    noticed = summary.account.noticed
    said = noticed.sentences() if noticed else ()
    return Section(terminal=tuple(map(Sentence, (read_line(summary), *said))))


def account(summary: Summary) -> Section:
    """Show that nothing is dropped silently."""
    noticed = summary.account.noticed
    said = noticed.sentences() if noticed else ()
    return Section(
        page=(
            Heading("The account of all rows"),
            Sentence("Nothing is dropped silently: read = used + set aside, in rows and in money."),
            Beside(_tables(summary)),
            *(Sentence(clip(sentence, SENTENCE_TEXT), "note") for sentence in said),
        ),
        markdown=(Items(_items(summary)),),
    )


def read_line(summary: Summary) -> str:
    """Return one line on what was read and what was set aside."""
    found, symbol = summary.account, summary.currency_symbol
    lines = found.lines
    customers = f"{found.clustered.rows:,} customers segmented"
    if aside := sorted(_worth(*each, symbol) for each in found.customers_set_aside.items()):
        customers += f" (set aside: {'; '.join(aside)})"
    if lines is None:
        return f"{clip(summary.source)}: {customers}."
    reasons = "; ".join(_worth(*each, symbol) for each in sorted(lines.told_set_aside.items()))
    used = f"{lines.used.rows:,} used worth {money(float(lines.used.money), symbol)}{_older(lines, symbol)}"
    return (
        f"{clip(summary.source)}: {lines.read.rows:,} lines read, {used}, "
        f"{lines.read.rows - lines.used.rows:,} set aside{f' ({reasons})' if reasons else ''}; "
        f"{lines.first_day} to {lines.last_day}, as of {summary.as_of}; {customers}."
    )


def _older(lines: LineAccount, symbol: str) -> str:
    """Return what of the lines used lies before the window, as part of a sentence; blank without a window."""
    if lines.older is None:
        return ""
    return f" (of them {_worth(OLDER, lines.older, symbol)})"


def _worth(reason: str, tally: Tally, symbol: str) -> str:
    known = reason not in MONEY_UNKNOWN
    return f"{tally.rows:,} {reason}{f', worth {money(float(tally.money), symbol)}' if known else ''}"


def _tables(summary: Summary) -> tuple[Table, ...]:
    found, symbol = summary.account, summary.currency_symbol
    customers = _table("Customers", [("Segmented", found.clustered)], found.customers_set_aside, symbol)
    if found.lines is None:
        return (customers,)
    rows = [("Read", found.lines.read), ("Used", found.lines.used)]
    if found.lines.older:
        rows += [("Used: in the window", found.lines.in_window), (f"Used: {OLDER}", found.lines.older)]
    return _table("Order lines", rows, found.lines.told_set_aside, symbol), customers


def _table(caption: str, rows: Tallies, set_aside: dict[str, Tally], symbol: str) -> Table:
    rows = [*rows, *((f"Set aside: {reason}", tally) for reason, tally in sorted(set_aside.items()))]
    cells = ((said, in_number(tally.rows), in_money(float(tally.money), symbol)) for said, tally in rows)
    return table(caption, ("Rows", "Count", "Money"), cells)


def _items(summary: Summary) -> tuple[Item, ...]:
    found = summary.account
    customers = Item(
        f"{counted(found.clustered.rows, 'customer')} segmented.", under=_aside(found.customers_set_aside)
    )
    if found.lines is None:
        return (customers,)
    used = found.lines.used
    line = (
        f"{counted(found.lines.read.rows, 'order line')} read, {number(used.rows)} used worth "
        f"{money(float(used.money), summary.currency_symbol)}{_older(found.lines, summary.currency_symbol)}; "
        f"{found.lines.first_day} to {found.lines.last_day}, "
        f"as of {summary.as_of}."
    )
    return Item(line, under=_aside(found.lines.told_set_aside)), customers


def _aside(set_aside: dict[str, Tally]) -> tuple[str, ...]:
    return tuple(
        f"set aside: {number(tally.rows)} {clip(reason, SENTENCE_TEXT)}"
        for reason, tally in sorted(set_aside.items())
    )
