"""Lists for campaigns on the page: what is asked about them, what their holdout can show, and their ZIP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from rfmeans.app.controls import label
from rfmeans.app.room import folder_of
from rfmeans.app.widgets import download, remembered, said, told
from rfmeans.output.archive import archive
from rfmeans.output.audiences import AUDIENCE_FORMATS, NO_AUDIENCES, AudienceList, AudienceSettings
from rfmeans.over_time.effect_power import ANYWAY, foresee
from rfmeans.report.analyses.lists import foresight_lines, split_line
from rfmeans.report.blocks import Sentence
from rfmeans.report.table import in_number, table

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from rfmeans.app.room import Room
    from rfmeans.listener import Listener
    from rfmeans.output.audiences import Audiences
    from rfmeans.over_time.hindsight import Hindsight
    from rfmeans.saved import Saved

FORMATS = tuple(name for name in AUDIENCE_FORMATS if name != NO_AUDIENCES)
KEPT = ("account.json", "model.json", "customers.parquet", "movement.json", "movement.parquet")
LEAST, MOST = 0.1, 99.0  # percent that may buy anyway
NOBODY = "Nobody is held out: what the campaign does cannot be told from what would have happened anyway."
HOW_MANY = (
    "Of those held out, how many buy in the days that you will look at: the fewer days, the fewer buyers. Where the "
    "orders tell how many of these segments bought again, it is their share, for as many days as are named here."
)


@dataclass(frozen=True)
class Lists:
    """Lists that were written, for which choices, and the ZIP file of them."""

    asked: tuple[Any, ...]
    audiences: Audiences
    packed: Path


@dataclass(frozen=True)
class Anyway:
    """The share that buys without a campaign, 0-1, and the days in which it was measured; 0 where it is a guess."""

    share: float
    days: int = 0


def ask_format(room: Room) -> str:
    """Ask for the tool that takes the lists."""
    found: str = remembered(
        room,
        "format",
        FORMATS[0],
        lambda key: st.selectbox(label("audience_format"), FORMATS, key=key),
    )
    return found


def ask_anyway(room: Room, known: Hindsight | None = None, segment_ids: Collection[int] = ()) -> Anyway:
    """Ask how many buy without a campaign: as many as bought again of some segments, where that is known."""
    share = known.share_of(segment_ids) if known else 0.0
    measured = LEAST <= 100 * share <= MOST  # false of NaN as well
    usual = Anyway(share, known.days) if known and measured else Anyway(ANYWAY)
    shown = round(100 * usual.share, 1)
    words = f"Buy anyway (%){f', in {usual.days} days' if usual.days else ''}"
    percent = remembered(
        room,
        f"anyway {shown}",
        shown,
        lambda key: st.number_input(words, LEAST, MOST, step=1.0, format="%.1f", key=key, help=HOW_MANY),
    )
    return usual if percent == shown else Anyway(percent / 100)


def foretell(lists: Sequence[AudienceList], anyway: Anyway) -> None:
    """Say what the holdout of some lists can show."""
    found = foresee([(entry.segment, entry.treatment, entry.holdout) for entry in lists], anyway.share)
    if found is None:
        said(NOBODY, "note")
    else:
        told(Sentence(line, "note") for line in foresight_lines(found, seen_in=anyway.days))


def made(
    room: Room, result: Saved, asked: tuple[Any, ...], form: str, sent: Collection[str], listener: Listener
) -> Lists:
    """Write the lists of some segments, and pack them with what their effect is told from later."""
    listener.stage("writing the lists")
    folder = folder_of(room, "lists")
    audiences = result.write(folder, AudienceSettings(form), None).audiences
    assert audiences is not None
    taken = {entry.file for entry in audiences.lists if entry.segment in sent}
    packed = archive(
        folder, folder.with_suffix(".zip"), lambda name: name in KEPT or name.rpartition("/")[2] in taken
    )
    return Lists(asked, audiences, packed)


def show(lists: Lists, shown: Sequence[AudienceList], anyway: Anyway, name: str) -> None:
    """Show lists that were written, what their holdout can show, and offer the ZIP under a name."""
    found = lists.audiences
    rows = [(entry.segment, in_number(entry.treatment), in_number(entry.holdout)) for entry in shown]
    told([table("The lists", ("List", "Send to", "Held out"), rows)])
    if found.without_email:
        said(f"{found.without_email:,} customers without an e-mail address are in no list.", "note")
    if found.holdout:
        said(split_line(shown, found.holdout), "note")
    foretell(shown, anyway)
    download("Download the lists (ZIP)", lists.packed, "application/zip", name, type="primary")
    where = (
        "The column group of each list says who is held out"
        if found.format == "plain"
        else "Who is held out stands in audiences/holdout/"
    )
    said(
        f"{where}: send nothing to them. Keep the ZIP: from it and later orders rfmeans tells what it did.",
        "note",
    )
