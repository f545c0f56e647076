"""Summary -> sentences that say what is seen: titles of charts, captions, what the segments are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.wording import clip, counted, money, number, percent

if TYPE_CHECKING:
    from rfmeans.report.summary import Segment, Summary

NAME_TEXT = 60  # characters of a segment's name within a sentence


def called(segment: Segment) -> str:
    """Return a segment's name as it stands in a sentence."""
    return clip(segment.segment, NAME_TEXT)


def filled(summary: Summary) -> list[Segment]:
    """Return the segments that hold customers."""
    return [segment for segment in summary.segments if segment.figures.customers]


def what_they_are(summary: Summary) -> tuple[str, str]:
    """Say in two sentences what the segments are."""
    when = f" as of {summary.as_of}" if summary.as_of else ""
    return (
        f"The {counted(summary.everyone.customers, 'customer')} of {clip(summary.source)} fall into "
        f"{len(summary.segments)} segments by how recently, how often and for how much they bought{when}.",
        _how_named(summary),
    )


def _how_named(summary: Summary) -> str:
    if summary.inertia is None:
        return "A segment is named by its customers' scores: R against the mean of F and M."
    bands = "recent or lapsed, of high or low value"
    if len(summary.segments) > 4:
        bands = "recent, cooling or lapsed, of high, middle or low value"
    return f"A segment is named by where its centre lies among all customers: {bands}."


def averages_title(summary: Summary) -> str:
    """Say who spends most, and who was away longest."""
    best, symbol = summary.most_valuable, summary.currency_symbol
    times = best.figures.mean_monetary / summary.everyone.mean_monetary
    longest = max(filled(summary), key=lambda segment: segment.figures.mean_recency)
    said = (
        f"{called(best)} customers spent {money(best.figures.mean_monetary, symbol)} each, {number(times)} times "
        "the average"
    )
    if longest is best:
        return f"{said}; they last bought {counted(best.figures.mean_recency, 'day')} ago"
    return f"{said}; {called(longest)} customers have been away longest, {counted(longest.figures.mean_recency, 'day')}"


def shares_title(summary: Summary) -> str:
    """Say what share of the revenue comes from the segment with most of it."""
    most = max(filled(summary), key=lambda segment: segment.figures.revenue)
    return (
        f"{percent(most.share)} of customers ({called(most)}) bring {percent(most.revenue_share)} of revenue"
    )


def map_title(summary: Summary) -> str:
    """Say where the money at risk lies."""
    risk = summary.most_at_risk
    if risk is None:
        return "Where customers stand: days since the last purchase against money spent"
    return (
        f"{percent(risk.revenue_share)} of revenue comes from {called(risk)} customers, who last bought "
        f"{counted(risk.figures.mean_recency, 'day')} ago on average"
    )


def distributions_title(summary: Summary) -> str:
    """Say what the middle half of the best and of the smallest customers spent."""
    best = summary.most_valuable
    least = min(filled(summary), key=lambda segment: segment.figures.mean_monetary)
    said = f"Half of the {called(best)} customers spent between {_middle_half(summary, best)}"
    return (
        said
        if least is best
        else f"{said}; half of the {called(least)} between {_middle_half(summary, least)}"
    )


def _middle_half(summary: Summary, segment: Segment) -> str:
    quantiles = segment.figures.spread.monetary
    symbol = summary.currency_symbol
    return f"{money(quantiles[1], symbol)} and {money(quantiles[3], symbol)}"


def concentration_title(summary: Summary) -> str:
    """Say what share of the revenue the top fifth holds."""
    return f"The top 20 % of customers hold {percent(summary.distributions.held_by_top(0.2))} of revenue"


def how_sure(summary: Summary) -> list[tuple[str, bool]]:
    """Return sentences on the choice of the number, stability and borders, each with whether it is good news."""
    said = []
    if summary.choice:
        said.append((summary.choice.sentence, summary.choice.stands_out))
    if summary.stability:
        said.append((summary.stability.sentence, summary.stability.stable))
    if summary.border_line:
        said.append((summary.border_line, True))
    return said


def choice_title(summary: Summary) -> str:
    """Say which number of segments is recommended, and whether it stands out."""
    if summary.choice is None:
        return ""
    recommended = counted(summary.choice.recommended, "segment")
    if summary.choice.stands_out:
        return f"{recommended} stand out"
    return f"No number of segments stands out; {recommended} are recommended"
