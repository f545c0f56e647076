"""Campaign: the lists of some segments in the format of a tool, with a holdout and what it can show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from rfmeans.app.controls import label
from rfmeans.app.room import folder_of
from rfmeans.app.screens import effect
from rfmeans.app.screens.segments import USUAL_PERCENT, chosen, current
from rfmeans.app.widgets import download, pick, remembered, said, told
from rfmeans.output.archive import archive
from rfmeans.output.audiences import AUDIENCE_FORMATS, NO_AUDIENCES, AudienceSettings
from rfmeans.over_time.effect_power import ANYWAY, foresee
from rfmeans.report.analyses.lists import foresight_lines
from rfmeans.report.blocks import Sentence
from rfmeans.report.table import in_number, table

if TYPE_CHECKING:
    from pathlib import Path

    from rfmeans.app.room import Room
    from rfmeans.app.serving import Serving
    from rfmeans.listener import Listener
    from rfmeans.output.audiences import Audiences
    from rfmeans.result import Segmentation

FORMATS = tuple(name for name in AUDIENCE_FORMATS if name != NO_AUDIENCES)


@dataclass(frozen=True)
class Lists:
    """Lists that were written, for which choices, and the ZIP file of them."""

    asked: tuple[Any, ...]
    audiences: Audiences
    packed: Path


LISTS, EFFECT = "Lists", "What it did"


def draw(room: Room, _serving: Serving) -> None:
    """Draw the screen."""
    if pick(room, "of_campaign", "Before or after", [LISTS, EFFECT]) == EFFECT:
        effect.draw(room)
    elif (result := current(room)) is not None:
        _lists(room, result)


def _lists(room: Room, result: Segmentation) -> None:
    names = [each.segment for each in result.summary.filled]
    room.chosen["sent_to"] = [name for name in room.chosen.get("sent_to", names[:0]) if name in names]
    at_risk = result.summary.most_at_risk
    usual = [at_risk.segment] if at_risk else names[:1]
    sent = remembered(
        room,
        f"sent_to {names}",
        usual,
        lambda key: st.multiselect("Segments that the campaign goes to", names, key=key),
    )
    left, right = st.columns(2)
    with left:
        form = remembered(
            room,
            "format",
            FORMATS[0],
            lambda key: st.selectbox(label("audience_format"), FORMATS, key=key),
        )
    with right:
        share = remembered(
            room,
            "holdout",
            USUAL_PERCENT,
            lambda key: st.slider(label("holdout"), 0, 50, key=key),
        )
    _foresee(result, sent, share / 100)
    asked = (tuple(sent), form, share, tuple(sorted(chosen(room).items())))
    if st.button("Make the lists", type="primary", disabled=not sent):
        room.start(
            lambda listener: _made(room, result, asked, listener),
            lambda made: room.others.update(lists=made),
            "writing the lists",
        )
        st.rerun()
    lists = room.others.get("lists")
    if lists is not None and lists.asked == asked:
        _show(lists, sent)


def _foresee(result: Segmentation, sent: list[str], share: float) -> None:
    """Say what a holdout of this size can show, before anything is written."""
    sizes = [
        (each.segment, each.figures.customers) for each in result.summary.segments if each.segment in sent
    ]
    if not sizes or not share:
        said(
            "Nobody is held out: what the campaign does cannot be told from what would have happened anyway.",
            "note",
        )
        return
    groups = [(name, count - round(share * count), round(share * count)) for name, count in sizes]
    found = foresee(groups, ANYWAY)
    told(Sentence(line, "note") for line in (foresight_lines(found) if found else []))


def _made(room: Room, result: Segmentation, asked: tuple[Any, ...], listener: Listener) -> Lists:
    sent, form, *_ = asked
    listener.stage("writing the lists")
    folder = folder_of(room, "lists")
    written = result.write(folder, AudienceSettings(form), None)
    assert written.audiences is not None
    files = {entry.file for entry in written.audiences.lists if entry.segment in sent}
    taken = {name.rsplit("/", 1)[-1] for name in files}
    packed = archive(folder, folder.with_suffix(".zip"), lambda name: _is_of(name, taken))
    return Lists(asked, written.audiences, packed)


def _is_of(name: str, files: set[str]) -> bool:
    """Whether a file is one of the lists, or what an effect is told from later."""
    return name.rsplit("/", 1)[-1] in files or name in ("account.json", "model.json", "customers.parquet")


def _show(lists: Lists, sent: list[str]) -> None:
    rows = [
        (entry.segment, in_number(entry.treatment), in_number(entry.holdout))
        for entry in lists.audiences.lists
        if entry.segment in sent
    ]
    told([table("The lists", ("Segment", "Send to", "Held out"), rows)])
    if lists.audiences.without_email:
        said(f"{lists.audiences.without_email:,} customers without an e-mail address are in no list.", "note")
    download("Download the lists (ZIP)", lists.packed, "application/zip", "campaign.zip", type="primary")
    where = (
        "The column group of each list says who is held out"
        if lists.audiences.format == "plain"
        else "Who is held out stands in audiences/holdout/"
    )
    said(
        f"{where}: send nothing to them. Keep the ZIP: from it and later orders rfmeans tells what it did.",
        "note",
    )
