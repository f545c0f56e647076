"""Effect: the ZIP of a campaign's lists, the orders that came since, and what the campaign did."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any

import streamlit as st

from rfmeans.app.controls import label
from rfmeans.app.room import folder_of
from rfmeans.app.widgets import said, told
from rfmeans.output.archive import unpack
from rfmeans.output.folder import AUDIENCES
from rfmeans.report.analyses.effect import effect_sections

if TYPE_CHECKING:
    from pathlib import Path

    from rfmeans.app.room import Room
    from rfmeans.campaign import CampaignEffect
    from rfmeans.listener import Listener

TOLD = ("account.json", "movement.json")  # what the lists were made as of, and which there are


def draw(room: Room) -> None:
    """Draw the screen."""
    assert room.opened is not None
    found = room.opened.inspection
    said(
        "Open the orders that came since the lists were made (under Open), then drop the ZIP that those came in.",
        "note",
    )
    packed = _packed(room)
    as_of = lists_as_of(packed) if packed.exists() else None
    if as_of is not None and as_of > found.last_day:
        said(
            f"The lists were made as of {as_of}, and the orders that are open end on {found.last_day}. "
            "Open newer orders first.",
            "warning",
        )
        return
    left, middle, right = st.columns([2, 2, 1], vertical_alignment="bottom")
    days: dict[str, Any] = {"min_value": found.first_day, "max_value": found.last_day, "format": "YYYY-MM-DD"}
    usual = max(found.first_day, as_of or found.last_day - dt.timedelta(days=29))
    start = left.date_input(label("start"), usual, key=f"effect_from {as_of or ''}", **days)
    end = middle.date_input(label("end"), found.last_day, key="effect_to", **days)
    if right.button("Tell the effect", type="primary", width="stretch", disabled=not packed.exists()):
        folder = folder_of(room, "campaign")
        source = room.source
        how = {name: value for name, value in room.how.items() if name not in ("as_of", "since")}
        asked = {**how, **room.inside, "start": start, "end": end}
        room.start(
            lambda listener: _effect(packed, folder, source, asked, listener),
            lambda effect: room.others.update(effect=effect),
            "reading the lists",
        )
        st.rerun()
    if effect := room.others.get("effect"):
        told([block for section in effect_sections(effect.summary) for block in section.page])


def _packed(room: Room) -> Path:
    """Ask for the ZIP of the lists; return where it lies, if there is one."""
    given = st.file_uploader("The ZIP that the lists came in", type="zip", key="campaign_file")
    packed = room.folder.path / "campaign.zip"
    if given is not None:
        _keep(given.getvalue(), packed)
    elif packed.exists():
        said("The ZIP that was dropped before is still here. Another one takes its place.", "note")
    return packed


def _keep(content: bytes, packed: Path) -> None:
    """Keep what was dropped: whole or not at all, and once, as the screen is drawn anew while a job reads the file."""
    if packed.exists() and packed.read_bytes() == content:
        return
    part = packed.with_suffix(".part")
    part.write_bytes(content)
    part.replace(packed)


def lists_as_of(packed: Path | IO[bytes]) -> dt.date | None:
    """Return the date that the lists of a ZIP file were made as of; None where it does not say."""
    with suppress(zipfile.BadZipFile, KeyError, ValueError, TypeError), zipfile.ZipFile(packed) as opened:
        for name in TOLD:
            if name in opened.namelist():
                there = json.loads(opened.read(name))
                return dt.date.fromisoformat(there.get("as_of") or there["until"])
    return None


def _effect(
    packed: Path, folder: Path, source: Any, asked: dict[str, Any], listener: Listener
) -> CampaignEffect:
    from rfmeans.campaign import effect

    unpack(packed, folder)
    return effect(str(folder), source, only=_sent(folder), listener=listener, **asked)


def _sent(folder: Path) -> list[str] | None:
    """Return the segments whose lists are in the folder; None: it does not say."""
    told_in = next((folder / name for name in TOLD if (folder / name).exists()), None)
    lists = (json.loads(told_in.read_text(encoding="utf-8")).get("audiences") or {}) if told_in else {}
    there = {path.name for path in (folder / AUDIENCES).rglob("*") if path.is_file()}
    return [entry["segment"] for entry in lists.get("lists", ()) if entry["file"] in there] or None
