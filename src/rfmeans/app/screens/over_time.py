"""Over time: who moved between two dates, and how far today's customers are from those of an earlier model."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import streamlit as st

from rfmeans.app import lists as lists_of
from rfmeans.app.controls import label
from rfmeans.app.screens.segments import current
from rfmeans.app.widgets import pick, said, told
from rfmeans.over_time.directions import LISTS
from rfmeans.report.analyses.drift import drift
from rfmeans.wording import percent

if TYPE_CHECKING:
    from rfmeans.app.room import Room
    from rfmeans.app.serving import Serving
    from rfmeans.between_dates import CustomerMovement
    from rfmeans.listener import Listener
    from rfmeans.model.segment_model import SegmentModel
    from rfmeans.result import Segmentation

MOVED, DRIFT = "Two dates", "An earlier model"
BACK = dt.timedelta(days=90)


def draw(room: Room, _serving: Serving) -> None:
    """Draw the screen."""
    assert room.opened is not None
    result = current(room)
    if result is None:
        return
    way = pick(room, "what_over_time", "What to compare", [MOVED, DRIFT])
    (_movement if way == MOVED else _drift)(room, result)


def _movement(room: Room, result: Segmentation) -> None:
    assert room.opened is not None
    found = room.opened.inspection
    first, last = found.first_day, found.last_day + dt.timedelta(days=1)
    left, middle, right = st.columns([2, 2, 1], vertical_alignment="bottom")
    since = left.date_input(
        "From (what was known before that day)", max(first, last - BACK), first, last, format="YYYY-MM-DD"
    )
    until = middle.date_input(label("until"), last, first, last + dt.timedelta(days=1), format="YYYY-MM-DD")
    if right.button("Compare", type="primary", width="stretch") and isinstance(since, dt.date):
        for name in ("movement", "movement_lists"):
            room.others.pop(name, None)
        how = {name: value for name, value in room.how.items() if name not in ("as_of", "since")}
        asked = {**how, **room.inside, "since": since, "until": until}
        model, source = result.model, room.source
        room.start(
            lambda listener: _moved(model, source, asked, listener),
            lambda moved: room.others.update(movement=moved),
            "comparing the dates",
        )
        st.rerun()
    if moved := room.others.get("movement"):
        told(
            [
                block
                for section in moved.sections()
                for block in section.page
                if getattr(block, "name", "") != "words"
            ]
        )
        _lists(room, moved)


def _lists(room: Room, moved: CustomerMovement) -> None:
    """Offer the lists of those who moved, each customer in the group that it has in the lists of segments."""
    left, right = st.columns(2)
    with left:
        form = lists_of.ask_format(room)
    with right:
        anyway = lists_of.ask_anyway(room)
    said(f"Held out: {percent(moved.model.holdout)}, as on Campaign when the dates were compared.", "note")
    lists_of.ask_consent(room, moved, range(1, len(LISTS) + 1))
    settings = lists_of.asked_for(room, moved.kept, form)
    asked = (id(moved), settings)
    if st.button("Make the lists", type="primary"):
        room.start(
            lambda listener: lists_of.made(room, moved, asked, settings, LISTS, listener),
            lambda lists: room.others.update(movement_lists=lists),
            "writing the lists",
        )
        st.rerun()
    made = room.others.get("movement_lists")
    if made is not None and made.asked == asked:
        lists_of.show(made, made.audiences.lists, anyway, "movement.zip")


def _moved(model: SegmentModel, source: Any, asked: dict[str, Any], listener: Listener) -> CustomerMovement:
    from rfmeans.between_dates import movement

    return movement(model, source, listener=listener, **asked)


def _drift(room: Room, _result: Segmentation) -> None:
    given = st.file_uploader("model.json of an earlier run", type="json", key="model_file")
    if given is not None and given.file_id != room.chosen.get("model_id"):
        room.chosen["model_id"] = given.file_id
        text, name = given.getvalue().decode("utf-8", "replace"), given.name
        source, how = room.source, {**room.how, **room.inside}
        room.start(
            lambda listener: _assigned(text, name, source, how, listener),
            lambda found: room.others.update(drift=found),
            "assigning segments",
        )
        st.rerun()
    found = room.others.get("drift")
    if found is None:
        return
    if found.summary.drift is None:
        said(
            "This model does not remember the customers it was fitted on, so that nothing can be compared.",
            "warning",
        )
    told(
        [*drift(found.summary).page, *(block for section in found.sections()[1:3] for block in section.page)]
    )


def _assigned(text: str, name: str, source: Any, how: dict[str, Any], listener: Listener) -> Segmentation:
    from rfmeans.model.segment_model import SegmentModel
    from rfmeans.pipeline import assign

    return assign(SegmentModel.from_json(text, name), source, listener=listener, **how)
