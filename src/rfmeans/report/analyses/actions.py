"""What to do: the playbook's advice for each segment."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING

from rfmeans.report.blocks import Card, Cards, Heading, Item, Items, Section
from rfmeans.wording import CELL_TEXT, SENTENCE_TEXT, clip, counted, percent, within

if TYPE_CHECKING:
    from rfmeans.report.playbook import Playbook
    from rfmeans.report.segment import Segment
    from rfmeans.report.summary import Summary

TITLE = "What to do"
PARTS = {
    "aim": "Aim",
    "offer": "Offer",
    "channel": "Channel",
    "timing": "Timing",
    "measure": "What to measure",
    "avoid": "What not to do",
}


def actions(summary: Summary, playbook: Playbook | None) -> Section:
    """Give the advice for each segment; nothing without a playbook."""
    if playbook is None:
        return Section()
    return Section(
        page=(
            Heading(TITLE, "actions", TITLE),
            Cards(tuple(_card(segment, playbook, summary.window) for segment in summary.segments)),
        ),
        markdown=(
            Heading(TITLE),
            Items(tuple(Item(_in_short(one, playbook), one.segment) for one in summary.segments)),
        ),
    )


def _card(segment: Segment, playbook: Playbook, window: int | None) -> Card:
    card = playbook.cards.get(segment.region)
    size = counted(segment.figures.customers, "customer")
    if math.isfinite(segment.revenue_share):
        size += f", {percent(segment.revenue_share)} of revenue{within(window)}"
    borderline = (f"Borderline: {clip(sentence, SENTENCE_TEXT)}." for sentence in segment.borderline)
    return Card(
        clip(segment.segment, CELL_TEXT),
        segment.segment_id,
        (size, *borderline),
        tuple((PARTS[part], text) for part, text in asdict(card).items()) if card else (),
        f"There is no card for {clip(segment.region)} in {clip(playbook.name)}.",
    )


def _in_short(segment: Segment, playbook: Playbook) -> str:
    card = playbook.cards.get(segment.region)
    if card is None:
        return f"{clip(playbook.name, SENTENCE_TEXT)} has no card for it."
    return f"{clip(card.aim, SENTENCE_TEXT)} {clip(card.offer, SENTENCE_TEXT)}"
