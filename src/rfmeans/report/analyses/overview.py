"""What the segments are, the most valuable and the most at-risk one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.report.blocks import BLANK, Item, Items, Section, Sentence, Tile, Tiles
from rfmeans.report.charts.hindsight import against_names
from rfmeans.wording import CELL_TEXT, clip, counted, money, number, percent, within

if TYPE_CHECKING:
    from rfmeans.report.segment import Segment
    from rfmeans.report.summary import Summary
    from rfmeans.segments.claims import Pace


def overview(summary: Summary) -> Section:
    """Say in two sentences what the segments are, and which two to look at first."""
    lead = Sentence(f"{_fall_into(summary)} {_how_named(summary)}", "lead")
    tiles = (
        _tile(
            "Most valuable",
            summary.most_valuable,
            summary,
            _capital(summary.nobody_spent),
            each="each, the most" if summary.most_valuable and summary.most_each else "each",
        ),
        _tile(
            "Most at risk",
            summary.most_at_risk,
            summary,
            _capital(summary.nobody_at_risk),
            summary.pace,
        ),
    )
    risk, stability = summary.most_at_risk, summary.stability
    warned = [Sentence(summary.stability_line, "warning")] if stability and not stability.stable else []
    same = [Sentence(summary.headlines[1])] if risk and risk == summary.most_valuable else []
    past = summary.hindsight
    odd = map(Sentence, against_names(past)) if past and (past.alike or past.surprises) else ()
    return Section(
        page=(lead, *warned, Tiles(tiles), *same, *odd),
        markdown=(lead, Items(tuple(Item(line) for line in summary.headlines))),
    )


def headlines(summary: Summary) -> Section:
    """End with the headlines, where a terminal is read first."""
    return Section(terminal=(BLANK, *map(Sentence, summary.headlines)))


def _fall_into(summary: Summary) -> str:
    when = f" as of {summary.as_of}" if summary.as_of else ""
    return (
        f"The {counted(summary.everyone.customers, 'customer')} of {clip(summary.source)} fall into "
        f"{len(summary.segments)} segments by how recently, how often and for how much they bought{when}."
    )


def _how_named(summary: Summary) -> str:
    if summary.inertia is None:
        by = "the code of all three" if summary.named_by_code else "R against the mean of F and M"
        return f"A segment is named by its customers' scores: {by}."
    bands = "recent or lapsed, of high or low value"
    if len(summary.segments) > 4:
        bands = "recent, cooling or lapsed, of high, middle or low value"
    named = f"A segment is named by where its centre lies among all customers: {bands}."
    if not summary.assigned and any(segment.corrections for segment in summary.segments):
        named += " Where a word of that name would be false, another name takes its place."
    return named


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _tile(
    title: str,
    segment: Segment | None,
    summary: Summary,
    missing: str = "",
    usual: Pace | None = None,
    each: str = "each",
) -> Tile:
    """Return the figures of a segment; with what is ``usual``, also how many are away longer."""
    if segment is None:
        return Tile(title, missing=missing)
    away = (
        f"; {segment.share_away} of them beyond the usual {usual.days:,}"
        if usual and segment.share_away
        else ""
    )
    figures, symbol, then = segment.figures, summary.currency_symbol, within(summary.window)
    facts = (
        (number(figures.customers), "customers", f"{percent(segment.share)} of all"),
        (percent(segment.revenue_share), "of revenue", money(float(figures.revenue), symbol) + then),
        (money(figures.mean_monetary, symbol), each, counted(figures.mean_frequency, "purchase") + then),
        (counted(figures.mean_recency, "day"), "since the last purchase", f"on average{away}"),
    )
    name = clip(segment.segment, CELL_TEXT)
    return Tile(title, facts, name, segment.segment_id, bool(segment.borderline))
