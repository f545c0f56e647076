"""Take along: the whole output folder, the report, the model, and the command line that does the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from rfmeans.app import own_names
from rfmeans.app.lines import command_line, without_password
from rfmeans.app.lists import asked_for
from rfmeans.app.room import SYNTHETIC, folder_of
from rfmeans.app.screens.segments import chosen, current
from rfmeans.app.widgets import download, said
from rfmeans.orders.order_lines import SET_ASIDE_COLUMNS
from rfmeans.output.archive import archive
from rfmeans.output.audiences import AudienceSettings
from rfmeans.wording import percent

if TYPE_CHECKING:
    from pathlib import Path

    from rfmeans.app.room import Room
    from rfmeans.app.serving import Serving
    from rfmeans.listener import Listener
    from rfmeans.result import Segmentation

KEEPS_NAMES = {
    "lexicon": "Download your names (a lexicon)",
    "playbook": "Download what to do under your names (a playbook)",
}
FILE = SET_ASIDE_COLUMNS[0]


@dataclass(frozen=True)
class Folder:
    """The output folder that was written, for which choices, and the ZIP file of it."""

    asked: tuple[Any, ...]
    path: Path
    packed: Path


def draw(room: Room, _serving: Serving) -> None:
    """Draw the screen."""
    result = current(room)
    if result is None:
        return
    lists = asked_for(room, result.customers, room.chosen.get("format", "plain"))
    settings = {**chosen(room), "audience_format": lists.format, "consenting": lists.consenting}
    _folder(room, result, settings)
    _command(room, settings)


def _folder(room: Room, result: Segmentation, settings: dict[str, Any]) -> None:
    """Offer the output folder and its files, or to make it."""
    asked = tuple(sorted(settings.items()))
    made = room.others.get("folder")
    if made is None or made.asked != asked:
        said(
            "The folder holds the customers, their profile, the account, the model, the report, and a mailing list for "
            f"each segment, with {percent(result.model.holdout)} of its customers held out (set on Campaign).",
            "note",
        )
        if st.button("Make the folder", type="primary"):
            room.start(
                lambda listener: _written(room, result, asked, listener),
                lambda folder: room.others.update(folder=folder),
                "writing",
            )
            st.rerun()
        return
    one, two, three = st.columns(3)
    with one:
        download("Download everything (ZIP)", made.packed, "application/zip", "segments.zip", width="stretch")
    with two:
        download("Download the report", made.path / "report.html", "text/html", width="stretch")
    with three:
        download("Download the model", made.path / "model.json", "application/json", width="stretch")


def _command(room: Room, settings: dict[str, Any]) -> None:
    if room.shown == SYNTHETIC:
        said(
            "A file of your own comes with the command line that does the same. This shop's is: rfmeans demo",
            "note",
        )
        return
    said("The same on a command line:", "note")
    own = own_names.files(room)
    asked = {**settings, **{name: path.name for name, path in own.items()}}
    st.code(command_line("segment", [room.shown], room.how, asked), language=None, wrap_lines=True)
    if room.shown != room.source and without_password(str(room.source)) == room.shown:
        said("The line has no password: a terminal takes it from PGPASSWORD or ~/.pgpass.", "note")
    for name, path in own.items():
        download(KEEPS_NAMES[name], path, "application/toml")


def _written(room: Room, result: Segmentation, asked: tuple[Any, ...], listener: Listener) -> Folder:
    given = dict(asked)
    lists = AudienceSettings(given["audience_format"], given["consenting"])
    listener.stage("writing")
    folder = (
        _as_typed(room, result).write(folder_of(room, "segments"), lists, own_names.playbook(room)).folder
    )
    listener.stage("packing")
    return Folder(asked, folder, archive(folder, folder.with_suffix(".zip")))


def _as_typed(room: Room, result: Segmentation) -> Segmentation:
    """Return a result whose lines set aside name their file as the command line does, not its place on the page."""
    lines, uploads = result.set_aside, room.chosen.get("folder")
    if lines is None or uploads is None or FILE not in lines.columns:
        return result
    before, _, _ = room.shown.rpartition("/")
    plain = lines[FILE].replace(f"{uploads}/", f"{before}/" if before else "")
    return replace(result, set_aside=lines.mutate(**{FILE: plain}))
