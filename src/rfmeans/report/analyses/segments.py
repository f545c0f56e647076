"""The segments in figures, and why they are called so."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from rfmeans.inspection.verdict import ENOUGH_DAYS, SHORT_PERIOD
from rfmeans.report.blocks import Heading, Item, Items, NamedRows, Section, Sentence
from rfmeans.report.table import Cell, Row, Table, in_money, in_number, in_percent
from rfmeans.segments.claims import CLAIMS
from rfmeans.wording import SENTENCE_TEXT, added_up, clip, counted, share_of, within

if TYPE_CHECKING:
    from rfmeans.report.summary import Summary
    from rfmeans.segments.profile import Group

CAPTION = "Means per customer. Monetary is net of returns."
HEADS = (
    *("Segment", "Customers", "Share of customers", "Revenue", "Share of revenue"),
    *("Recency, days", "Frequency, purchases", "Monetary, each", "Average order"),
)
SHORT_HEADS = ("Segment", "Customers", "Revenue", "Days", "Purchases", "Spent", "Average order")
SHORT_NOTE = "Days since the last purchase; purchases and money spent{}: means per customer."
MARKED_NOTE = "\n* borderline: what the name hangs on is told with the details."
SHORT_NAME = 40  # characters of a name that a terminal's table has room for


def segments(summary: Summary) -> Section:
    """Tell the segments' figures; on the page and in Markdown with what their names rest on."""
    table = _table(summary)
    pace = [*([Sentence(summary.rhythm.sentence)] if summary.rhythm else []), *_short_period(summary)]
    whose = f"{_whose(summary)}{_rounded(summary)}"
    note = f"Under each name its evidence: medians against the medians of all customers.{whose}"
    return Section(
        page=(
            Heading("The segments", "segments", "Segments"),
            NamedRows(table, _evidence(summary, mark="Borderline"), note, summary.empty_regions),
            *pace,
        ),
        markdown=(
            table,
            Sentence(f"{_caption(summary)}{whose}"),
            *pace,
            Heading("Why they are called so"),
            Sentence("Medians, against the medians of all customers."),
            Items((*_evidence(summary, "."), *_absent(summary))),
        ),
        terminal=(_short(table, summary),),
    )


def names(summary: Summary) -> Section:
    """Say in a terminal, once it has said how sure the segments are, why they are called so."""
    said = Items((*_evidence(summary), *_absent(summary)))
    pace = [Sentence(summary.rhythm.sentence)] if summary.rhythm else []
    corrected = [
        Sentence(f"{segment.called}: {clip(sentence, SENTENCE_TEXT)}.")
        for segment in summary.segments
        for sentence in segment.corrections
    ]
    return Section(
        terminal=(*_short_period(summary), *corrected),
        details=(*pace, Sentence("Medians, against the medians of all customers:"), said),
    )


def _short_period(summary: Summary) -> list[Sentence]:
    """Return a caution, as `rfmeans inspect` has it, where names speak of time and there is little of it."""
    lines = summary.account.lines
    if not lines or not lines.first_day or not lines.last_day:
        return []
    days = (lines.last_day - lines.first_day).days + 1
    of_time = any(
        "recency" in CLAIMS[verdict.claim].features for each in summary.segments for verdict in each.claims
    )
    if days >= ENOUGH_DAYS or not of_time:
        return []
    return [Sentence(f"The orders cover {counted(days, 'day')}. {SHORT_PERIOD}", "warning")]


def _table(summary: Summary) -> Table:
    heads, again = _bought_again(summary)
    rows = (
        (
            Cell(segment.segment, segment_id=segment.segment_id, marked=bool(segment.borderline)),
            *_cells(
                segment.figures,
                in_percent(segment.share),
                in_percent(segment.revenue_share),
                summary.currency_symbol,
            ),
            *map(_finite, cells),
        )
        for segment, cells in zip(summary.segments, again, strict=False)
    )
    total = (
        Cell("All customers"),
        *_cells(
            summary.everyone,
            in_percent(1.0),
            in_percent(1.0 if summary.everyone.revenue else math.nan),
            summary.currency_symbol,
        ),
        *again[-1],
    )
    return Table(_caption(summary), (*HEADS, *heads), tuple(rows), (total,))


def _caption(summary: Summary) -> str:
    if summary.window is None:
        return CAPTION
    return f"{CAPTION} Purchases and money are those{within(summary.window)}."


def _bought_again(summary: Summary) -> tuple[tuple[str, ...], list[Row]]:
    """Return the head of one more column and its cells, of each segment and of all; none where hindsight has none."""
    found = summary.hindsight
    if found is None or not found.outcomes:
        return (), [() for _ in range(len(summary.segments) + 1)]
    cells = [Cell(share_of(one.buyers, one.customers), one.share) for one in found.outcomes]
    buyers, customers = (
        sum(getattr(one, name) for one in found.outcomes) for name in ("buyers", "customers")
    )
    whole = Cell(share_of(buyers, customers), found.share)
    return (f"Bought again in {found.days} days",), [(cell,) for cell in (*cells, whole)]


def _rounded(summary: Summary) -> str:
    """Return what shares of customers and revenue come to where that cannot be 100; blank where it can."""
    sums = {
        "customers": added_up([segment.share for segment in summary.segments]),
        "revenue": added_up([segment.revenue_share for segment in summary.segments]),
    }
    of: dict[str, list[str]] = {}
    for what, (least, most) in sums.items():
        if most and not least <= 100 <= most:
            of.setdefault(f"{least} %" if least == most else f"{least} to {most} %", []).append(what)
    said = " and ".join(
        f"those of {' and of '.join(whats)}{' each' * (len(whats) > 1)} add up to {total}"
        for total, whats in of.items()
    )
    return f" Shares are rounded: {said}." if said else ""


def _whose(summary: Summary) -> str:
    """Return whose share it is that bought again: others were in the segment then."""
    found = summary.hindsight
    if found is None or not found.outcomes:
        return ""
    return f" Bought again: of those who were in the segment on {found.since}."


def _cells(figures: Group, share: Cell, revenue_share: Cell, symbol: str) -> Row:
    cells = (
        in_number(figures.customers),
        share,
        in_money(float(figures.revenue), symbol),
        revenue_share,
        in_number(figures.mean_recency),
        in_number(figures.mean_frequency),
        in_money(figures.mean_monetary, symbol),
        in_money(figures.average_order_value, symbol),
    )
    return tuple(map(_finite, cells))


def _finite(cell: Cell) -> Cell:
    return cell if math.isfinite(cell.value or 0) else Cell(cell.shown)


def _short(table: Table, summary: Summary) -> Table:
    """Return the table for a terminal: shares behind what they are of, the average order where there is room."""

    def shortened(row: Row) -> Row:
        name, customers, share, revenue, revenue_share, *means = row[: len(HEADS)]
        short = Cell(clip(name.shown, SHORT_NAME) + " *" * name.marked)
        return short, _with(customers, share), _with(revenue, revenue_share), *means

    marked = any(segment.borderline for segment in summary.segments)
    _, customers, _, revenue, _, *means = table.below[0][: len(HEADS)]
    return Table(
        "Customer segments",
        SHORT_HEADS,
        tuple(map(shortened, table.rows)),
        ((Cell("All"), customers, revenue, *means),),
        SHORT_NOTE.format(within(summary.window)) + _rounded(summary) + (MARKED_NOTE if marked else ""),
        spare=1,
    )


def _with(count: Cell, share: Cell) -> Cell:
    return count if share.value is None else replace(count, shown=f"{count.shown} ({share.shown})")


def _evidence(summary: Summary, end: str = "", mark: str = "borderline") -> tuple[Item, ...]:
    return tuple(
        Item(
            segment.evidence + end,
            segment.segment,
            (
                *(f"{mark}: {clip(sentence, SENTENCE_TEXT)}." for sentence in segment.borderline),
                *(f"{clip(_as_sentence(sentence), SENTENCE_TEXT)}." for sentence in segment.corrections),
            ),
        )
        for segment in summary.segments
    )


def _as_sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _absent(summary: Summary) -> tuple[Item, ...]:
    return tuple(Item(f"No segment is {clip(region)} in these data.") for region in summary.empty_regions)
