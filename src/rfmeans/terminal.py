"""Summary -> terminal: what was read, the profile as a table, the headlines, what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from rfmeans.summary import number, percent

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from rfmeans.summary import Summary


def print_summary(summary: Summary, target: Path, console: Console) -> None:
    """Print a result for a manager to read."""
    console.print(escape(read_line(summary)), soft_wrap=True)
    console.print(_table(summary))
    for segment in summary.segments:
        marks = "".join(f"\n    borderline: {sentence}." for sentence in segment.borderline)
        console.print(f"  [bold]{escape(segment.segment)}[/]: {escape(segment.evidence + marks)}", soft_wrap=True)
    for region in summary.empty_regions:
        console.print(f"  No segment is {escape(region)} in these data.")
    console.print()
    for headline in summary.headlines:
        console.print(escape(headline), soft_wrap=True)
    console.print(f"Written to {escape(str(target))}", soft_wrap=True)


def read_line(summary: Summary) -> str:
    """Return one line on what was read and what was set aside."""
    account = summary.account
    aside = [f"{tally.rows:,} {reason}" for reason, tally in account.customers_set_aside.items()]
    customers = f"{account.clustered.rows:,} customers segmented"
    if aside:
        customers += f" (set aside: {', '.join(sorted(aside))})"
    if account.lines is None:
        return f"{summary.source}: {customers}."
    lines = account.lines
    reasons = ", ".join(
        f"{tally.rows:,} {reason}, worth {number(float(tally.money))}"
        for reason, tally in sorted(lines.set_aside.items())
    )
    return (
        f"{summary.source}: {lines.read.rows:,} lines read, {lines.used.rows:,} used worth "
        f"{number(float(lines.used.money))}, {lines.read.rows - lines.used.rows:,} set aside"
        f"{f' ({reasons})' if reasons else ''}; {lines.first_day} to {lines.last_day}, as of {summary.as_of}; "
        f"{customers}."
    )


def _table(summary: Summary) -> Table:
    table = Table(title="Customer segments", title_justify="left", caption_justify="left")
    table.add_column("Segment", overflow="fold")
    heads = ("Customers", "Share", "Revenue", "Share of\nrevenue", "Days since\nlast purchase", "Purchases", "Spent",
             "Average\norder")  # fmt: skip
    for head in heads:
        table.add_column(head, justify="right")
    table.caption = "Days, purchases and spent are means per customer. * borderline name, see below."
    for segment in summary.segments:
        figures = segment.figures
        table.add_row(
            escape(segment.segment) + (" *" if segment.borderline else ""),
            f"{figures.customers:,}",
            percent(segment.share),
            number(float(figures.revenue)),
            percent(segment.revenue_share),
            number(figures.mean_recency),
            number(figures.mean_frequency),
            number(figures.mean_monetary),
            number(figures.average_order_value),
        )
    everyone = summary.everyone
    table.add_section()
    table.add_row(
        "All", f"{everyone.customers:,}", "100 %", number(float(everyone.revenue)), "100 %",
        number(everyone.mean_recency), number(everyone.mean_frequency), number(everyone.mean_monetary),
        number(everyone.average_order_value),
    )  # fmt: skip
    return table
