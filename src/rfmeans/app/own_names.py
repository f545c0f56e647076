"""Names of the user's own: the lexicon in use, and the playbook with the cards of these names, as files of the page."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from rfmeans.app.room import file_name, folder_of
from rfmeans.report.playbook import built_in, make_playbook
from rfmeans.segments.lexicon import read_lexicon
from rfmeans.segments.renaming import renamed, with_scores_aside
from rfmeans.toml_file import read_toml, to_toml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rfmeans.app.room import Room
    from rfmeans.report.playbook import Playbook
    from rfmeans.segments.lexicon import Lexicon

NAMES = "names"  # what was chosen: the folder of the files; none where the built-in names are used
LEXICON, PLAYBOOK = "lexicon.toml", "playbook.toml"


def files(room: Room) -> dict[str, Path]:
    """Return the files in use, by the argument that takes each; none where the names are the built-in ones."""
    folder: Path | None = room.chosen.get(NAMES)
    found = {"lexicon": folder / LEXICON, "playbook": folder / PLAYBOOK} if folder else {}
    return {name: path for name, path in found.items() if path.exists()}


def playbook(room: Room) -> Playbook:
    """Return the playbook in use."""
    path = files(room).get("playbook")
    return make_playbook(read_toml(path, "playbook"), path.name) if path else built_in()


def rename(room: Room, lexicon: Lexicon, names: Mapping[str, str]) -> None:
    """Use a lexicon with some names called otherwise; the cards go with them, and scores' names make room.

    Raises
    ------
    SettingsError
        If a name cannot be used.
    """
    free = with_scores_aside(lexicon, names)
    _use(room, renamed(lexicon, free), playbook(room).renamed(free))


def take(room: Room, name: str, content: bytes) -> None:
    """Use a lexicon's file that was uploaded.

    Raises
    ------
    SettingsError
        If it cannot be read.
    """
    path = folder_of(room, "lexicon") / file_name(name, [])
    path.parent.mkdir()
    path.write_bytes(content)
    _use(room, read_lexicon(path), built_in())


def _use(room: Room, lexicon: Lexicon, cards: Playbook) -> None:
    texts = {LEXICON: to_toml(lexicon.to_dict())}
    if cards.cards != built_in().cards:
        texts[PLAYBOOK] = to_toml(cards.to_dict())
    # The same names lie in the same place, so that what was worked out for them is found again.
    digest = hashlib.sha256("\0".join(texts.values()).encode()).hexdigest()[:16]
    folder = room.folder.path / f"names-{digest}"
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    room.chosen[NAMES] = folder
