"""Campaign: the lists of some segments in the format of a tool, with a holdout and what it can show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from rfmeans.app import lists as lists_of
from rfmeans.app.screens import effect
from rfmeans.app.screens.segments import USUAL_PERCENT, chosen, current
from rfmeans.app.widgets import cautioned, pick, remembered, said, slider
from rfmeans.output.audiences import AudienceList
from rfmeans.report.analyses.lists import first_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rfmeans.app.lists import Anyway
    from rfmeans.app.room import Room
    from rfmeans.app.serving import Serving
    from rfmeans.report.segment import Segment
    from rfmeans.report.summary import Summary
    from rfmeans.result import Segmentation

LISTS, EFFECT = "Lists", "What it did"


def draw(room: Room, _serving: Serving) -> None:
    """Draw the screen."""
    if pick(room, "of_campaign", "Before or after", [LISTS, EFFECT]) == EFFECT:
        effect.draw(room)
    elif (result := current(room)) is not None:
        _lists(room, result)


def _lists(room: Room, result: Segmentation) -> None:
    cautioned(room)
    goes_to = _goes_to(room, result.summary)
    sent = [each.segment for each in goes_to]
    left, middle, right = st.columns(3)
    with left:
        form = lists_of.ask_format(room)
    with middle:
        share = slider(room, "holdout", USUAL_PERCENT, 0, 50)
    with right:
        anyway = lists_of.ask_anyway(room, result.summary.hindsight, [each.segment_id for each in goes_to])
    left_out = lists_of.ask_consent(room, result, [each.segment_id for each in goes_to])
    settings = lists_of.asked_for(room, result.customers, form)
    asked = (tuple(sent), settings, share, tuple(sorted(chosen(room).items())))
    made = room.others.get("lists")
    made = made if made is not None and made.asked == asked else None
    if made is None and goes_to:
        _foretell([_expected(each, left_out, share / 100) for each in goes_to], anyway)
    if st.button("Make the lists", type="primary", disabled=not sent):
        room.start(
            lambda listener: lists_of.made(room, result, asked, settings, sent, listener),
            lambda lists: room.others.update(lists=lists),
            "writing the lists",
        )
        st.rerun()
    if made is not None:
        shown = [entry for entry in made.audiences.lists if entry.segment in sent]
        lists_of.show(made, shown, anyway, "campaign.zip")


def _goes_to(room: Room, summary: Summary) -> list[Segment]:
    """Ask which segments the campaign goes to, the first choice being said and picked."""
    names, first = [each.segment for each in summary.filled], summary.first_choice
    if first is not None:
        said(first_line(summary))
    sent = remembered(
        room,
        f"sent_to {names}",
        [first.segment] if first else names[:1],
        lambda key: st.multiselect("Segments that the campaign goes to", names, key=key),
    )
    return [each for each in summary.filled if each.segment in sent]


def _foretell(expected: Sequence[AudienceList], anyway: Anyway) -> None:
    """Say what a holdout of this size can show, before the lot says who is in it."""
    lists_of.foretell(expected, anyway)
    if held := sum(entry.holdout for entry in expected):
        whole = held + sum(entry.treatment for entry in expected)
        said(f"This is for {held:,} of {whole:,} held out; by lot it may be some more or fewer.", "note")


def _expected(segment: Segment, left_out: Mapping[int, int], share: float) -> AudienceList:
    count = segment.figures.customers - left_out.get(segment.segment_id, 0)
    held = round(share * count)
    return AudienceList(segment.segment_id, segment.segment, "", count - held, held)
