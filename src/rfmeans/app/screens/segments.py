"""Segments: how many, by which transform, of which days; names, evidence, charts, how sure, what happened next."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import streamlit as st

from rfmeans.app import own_names
from rfmeans.app.controls import RECOMMENDED, label
from rfmeans.app.room import problem_of
from rfmeans.app.widgets import cautioned, download, pick, plain, remembered, said, slider, told
from rfmeans.errors import DataError, SettingsError
from rfmeans.groups import USUAL_HOLDOUT
from rfmeans.report.analyses.overview import overview
from rfmeans.report.analyses.segments import segments
from rfmeans.report.blocks import Heading, NamedRows, Sentence, Tiles, Words
from rfmeans.report.sections import sections
from rfmeans.segments.settings import MAX_SEGMENTS, MIN_SEGMENTS, TRANSFORMS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streamlit.delta_generator import DeltaGenerator

    from rfmeans.app.room import Room
    from rfmeans.app.serving import Serving
    from rfmeans.report.blocks import Block, Section
    from rfmeans.result import Segmentation

USUAL_SEGMENTS = 4
FIRST_LOOK = (
    "A first look, until all {:,} customers are counted: a name can still change. Charts and lists follow."
)
MEANWHILE = "Until the number is found, a first look at {}."
TOLD_TRANSFORMS = {"auto": "auto: log where skewed", "log": "log: all three", "none": "none: as they are"}
USUAL_PERCENT = round(100 * USUAL_HOLDOUT)


def draw(room: Room, _serving: Serving) -> None:
    """Draw the screen."""
    assert room.opened is not None
    settings, place = _settings(room)
    cautioned(room)
    if room.found(settings) is None:  # quick, for its own work has not begun, nor is other work waited for
        _first_look(room, settings)
    if room.chosen.get("asked") != settings:
        room.chosen["asked"] = settings
        room.stop()
        room.problem = None
    if result := room.segment(settings):
        with place, st.popover("Names", width="stretch"):
            _names(room, result)
        _tell(room, result)


def current(room: Room) -> Segmentation | None:
    """Return the segments of what was chosen; None while they are worked out."""
    return room.segment(chosen(room))


def chosen(room: Room) -> dict[str, Any]:
    """Return the settings that were chosen."""
    auto = room.chosen.get("recommended", False)
    return {
        "segments": "auto" if auto else _number(room),
        "transform": room.chosen.get("transform", TRANSFORMS[0]),
        "holdout": room.chosen.get("holdout", USUAL_PERCENT) / 100,
        "lexicon": str(own["lexicon"]) if (own := own_names.files(room)) else None,
    }


def _number(room: Room) -> int:
    """Return the number of segments that was chosen by hand."""
    return int(room.chosen.get("segments", USUAL_SEGMENTS))


def _settings(room: Room) -> tuple[dict[str, Any], DeltaGenerator]:
    """Ask for the settings; return them, and the place where names are edited."""
    left, middle, right, last = st.columns([3, 1, 1, 1], vertical_alignment="bottom")
    with middle:
        auto = remembered(room, "recommended", False, lambda key: st.toggle(RECOMMENDED, key=key))
    with left:
        if auto:
            _recommended(room)
        else:
            slider(room, "segments", USUAL_SEGMENTS, MIN_SEGMENTS, MAX_SEGMENTS)
    with right, st.popover("More", width="stretch"):
        remembered(
            room,
            "transform",
            TRANSFORMS[0],
            lambda key: st.selectbox(
                label("transform"), TRANSFORMS, key=key, format_func=TOLD_TRANSFORMS.__getitem__
            ),
        )
        _window(room)
    return chosen(room), last


def _recommended(room: Room) -> None:
    """Say which number is recommended, and why."""
    result = room.found(chosen(room))
    choice = result.summary.choice if result else None
    if choice is None:
        said(f"{label('segments')}: being found, by trying several.", "note")
    else:
        said(f"{label('segments')}: {choice.recommended}.")
        said(choice.sentence, "note" if choice.stands_out else "warning")


def _window(room: Room) -> None:
    """Ask for the days that count; others are a reading of their own."""
    now = {name: _day(room.how.get(name)) for name in ("as_of", "since")}
    asked: dict[str, Any] = {
        name: st.date_input(label(name), day, key=name, format="YYYY-MM-DD") for name, day in now.items()
    }
    now["window"] = room.how.get("window")
    days = st.text_input(label("window"), now["window"] or "", key="window", placeholder="365d")
    asked["window"] = (days or "").strip() or None
    if asked != now and st.button("Read again", key="read_window"):
        given = {
            name: value if name == "window" else value and value.isoformat() for name, value in asked.items()
        }
        room.read_with(given)
        st.rerun()


def _names(room: Room, result: Segmentation) -> None:
    """Edit the names; a lexicon's file takes them along and brings them back."""
    regions = dict.fromkeys(each.region for each in result.summary.segments)
    with st.form("names", border=False):
        given = {name: st.text_input(plain(name), name, key=f"name {name}").strip() for name in regions}
        done = st.form_submit_button("Use these names", type="primary", width="stretch")
    said("What a name claims of its customers is checked all the same.", "note")
    changed = {name: new for name, new in given.items() if new != name}
    file = st.file_uploader(label("lexicon"), type="toml", key="lexicon_file")
    if done and changed:
        _use(room, lambda: own_names.rename(room, result.model.lexicon, changed))
    if file is not None and file.file_id != room.chosen.get("lexicon_id"):
        room.chosen["lexicon_id"] = file.file_id
        _use(room, lambda: own_names.take(room, file.name, file.getvalue()))
    if own := own_names.files(room):
        download("Download the lexicon", own["lexicon"], "application/toml", width="stretch")
        if st.button("Built-in names", width="stretch"):
            room.chosen.pop(own_names.NAMES)
            st.rerun()


def _use(room: Room, names: Callable[[], None]) -> None:
    try:
        names()
    except SettingsError as error:
        said(problem_of(error, str(room.folder.path)).text, "warning")
    else:
        st.rerun()


def _day(value: str | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if value else None


def _first_look(room: Room, settings: dict[str, Any]) -> None:
    """Show about what the segments will be, from the cells alone, while they are worked out."""
    assert room.opened is not None
    kept, symbol = room.opened.kept, room.opened.inspection.currency_symbol
    if settings["transform"] not in kept.spaces:
        return
    given = {**settings, "segments": _number(room)}
    try:
        found = kept.first_look(symbol, **given)
    except DataError:  # the work itself says that the customers are too few
        return
    rows = next(block for block in segments(found).page if isinstance(block, NamedRows))
    tiles = [block for block in overview(found).page if isinstance(block, Tiles)]
    words = (
        FIRST_LOOK.format(found.everyone.customers) if given == settings else MEANWHILE.format(_number(room))
    )
    told([Sentence(words, "note"), rows, *tiles], "first")


def _tell(room: Room, result: Segmentation) -> None:
    opening, chapters = _chapters(sections(result.summary, own_names.playbook(room)))
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


def _chapters(found: Sequence[Section]) -> tuple[list[Block], dict[str, list[Block]]]:
    """Return what leads the report, and its chapters by their short names."""
    opening: list[Block] = []
    chapters: dict[str, list[Block]] = {}
    for block in (block for section in found for block in section.page):
        if isinstance(block, Heading) and block.name:
            chapters[block.short] = []
        else:
            (chapters[[*chapters][-1]] if chapters else opening).append(block)
    return opening, {name: blocks for name, blocks in chapters.items() if blocks}
