"""Summary -> sentences that say what is seen: titles of charts, captions, what the segments are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.wording import clip, counted

if TYPE_CHECKING:
    from rfmeans.report.summary import Summary


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
