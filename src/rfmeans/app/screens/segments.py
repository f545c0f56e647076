"""Segments: how many, by which transform, of which days; names, evidence, charts, how sure, what happened next."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import streamlit as st

from rfmeans.app.widgets import pick, remembered, told
from rfmeans.groups import USUAL_HOLDOUT
from rfmeans.report.blocks import Heading, NamedRows, Tiles, Words
from rfmeans.report.sections import sections
from rfmeans.report.table import in_money, in_number, in_percent, table
from rfmeans.segments.settings import MAX_SEGMENTS, MIN_SEGMENTS, TRANSFORMS

if TYPE_CHECKING:
    from rfmeans.app.room import Room
    from rfmeans.app.serving import Serving
    from rfmeans.report.blocks import Block
    from rfmeans.result import Segmentation

USUAL_SEGMENTS = 4
USUAL_PERCENT = round(100 * USUAL_HOLDOUT)


def draw(room: Room, _serving: Serving) -> None:
    """Draw the screen."""
    assert room.opened is not None
    settings = _settings(room)
    result = room.segment(settings)
    if result is None:
        _first_look(room, settings)
    else:
        _tell(room, result)


def current(room: Room) -> Segmentation | None:
    """Return the segments of what was chosen; None while they are worked out."""
    return room.segment(chosen(room))


def chosen(room: Room) -> dict[str, Any]:
    """Return the settings that were chosen."""
    auto = room.chosen.get("recommended", False)
    return {
        "segments": "auto" if auto else room.chosen.get("segments", USUAL_SEGMENTS),
        "transform": room.chosen.get("transform", TRANSFORMS[0]),
        "holdout": room.chosen.get("holdout", USUAL_PERCENT) / 100,
    }


def _settings(room: Room) -> dict[str, Any]:
    left, middle, right = st.columns([3, 1, 1], vertical_alignment="bottom")
    with middle:
        auto = remembered(room, "recommended", False, lambda key: st.toggle("Recommended", key=key))
    with left:
        remembered(
            room,
            "segments",
            USUAL_SEGMENTS,
            lambda key: st.slider("Number of segments", MIN_SEGMENTS, MAX_SEGMENTS, key=key, disabled=auto),
        )
    with right, st.popover("More", width="stretch"):
        remembered(
            room,
            "transform",
            TRANSFORMS[0],
            lambda key: st.selectbox(
                "Transform: logarithms where skewed, of all, or none", TRANSFORMS, key=key
            ),
        )
        _window(room)
    before = room.chosen.get("asked")
    if before != chosen(room):
        room.chosen["asked"] = chosen(room)
        room.stop()
        room.problem = None
    return chosen(room)


def _window(room: Room) -> None:
    """Ask for the days that count; others are a reading of their own."""
    now = {name: _day(room.how.get(name)) for name in ("as_of", "since")}
    asked = {
        "as_of": st.date_input(
            "Count recency to (the as-of date)", now["as_of"], key="as_of", format="YYYY-MM-DD"
        ),
        "since": st.date_input("First day that counts", now["since"], key="since", format="YYYY-MM-DD"),
    }
    if asked != now and st.button("Read again", key="window"):
        for name, day in asked.items():
            room.how.pop(name, None)
            if day:
                room.how[name] = day.isoformat()
        room.read()
        st.rerun()


def _day(value: str | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if value else None


def _first_look(room: Room, settings: dict[str, Any]) -> None:
    """Show about how large the segments will be, from the cells alone, while they are worked out."""
    assert room.opened is not None
    kept, symbol = room.opened.kept, room.opened.inspection.currency_symbol
    if not isinstance(settings["segments"], int) or settings["transform"] not in kept.spaces:
        return
    found = kept.sketch(settings["segments"], settings["transform"])
    rows = [
        (
            f"Segment {place}",
            in_number(each.customers),
            in_percent(each.share),
            in_number(each.recency),
            in_number(each.frequency),
            in_money(each.monetary, symbol),
        )
        for place, each in enumerate(found, start=1)
    ]
    heads = ("First look", "Customers", "Share", "Days since", "Purchases", "Money")
    told([table("About, at the middle of each segment; names and exact figures follow", heads, rows)])


def _tell(room: Room, result: Segmentation) -> None:
    opening, chapters = _chapters(result)
    rows = next(block for blocks in chapters.values() for block in blocks if isinstance(block, NamedRows))
    told([rows, *(block for block in opening if isinstance(block, Tiles))], "first")
    named = pick(room, "chapter", "Chapter", [*chapters])
    told([_close_calls(result) if block is rows else block for block in chapters[named]])


def _close_calls(result: Segmentation) -> Words:
    """Return what borderline names hang on, which the first table leaves out to be short."""
    found = result.summary.segments
    return Words(
        tuple(
            (each.called, f"Borderline: {'; '.join(each.borderline)}.") for each in found if each.borderline
        )
    )


def _chapters(result: Segmentation) -> tuple[list[Block], dict[str, list[Block]]]:
    """Return what leads the report, and its chapters by their short names."""
    opening: list[Block] = []
    chapters: dict[str, list[Block]] = {}
    for block in (block for section in sections(result.summary) for block in section.page):
        if isinstance(block, Heading) and block.name:
            chapters[block.short] = []
        else:
            (chapters[[*chapters][-1]] if chapters else opening).append(block)
    return opening, {name: blocks for name, blocks in chapters.items() if blocks}
