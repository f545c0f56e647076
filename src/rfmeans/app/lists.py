"""Lists for campaigns on the page: what is asked about them, what their holdout can show, and their ZIP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from rfmeans.app.controls import label
from rfmeans.app.room import folder_of
from rfmeans.app.widgets import download, remembered, said, told
from rfmeans.output.archive import archive
from rfmeans.output.audiences import AUDIENCE_FORMATS, AudienceList, AudienceSettings
from rfmeans.over_time.effect_power import ANYWAY, foresee
from rfmeans.report.analyses.lists import foresight_lines, split_line
from rfmeans.report.blocks import Sentence
from rfmeans.report.table import Table, in_number, table

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    import ibis.expr.types as ir

    from rfmeans.app.room import Room
    from rfmeans.listener import Listener
    from rfmeans.output.audiences import Audiences
    from rfmeans.over_time.hindsight import Hindsight
    from rfmeans.saved import Saved

FORMATS = {
    "plain": "A spreadsheet",
    "klaviyo": "Klaviyo",
    "mailchimp": "Mailchimp",
    "google-ads": "Google Ads",
    "meta-ads": "Meta Ads",
}
KEPT = ("account.json", "model.json", "customers.parquet", "movement.json", "movement.parquet")
LEAST, MOST = 0.1, 99.0  # percent that may buy anyway
NO_CONSENT = (
    "The lists hold customers who do not consent to marketing, as far as their orders tell; the column consent of a "
    "plain list says who."
)
BOTH_GROUPS = (
    "Each list holds both groups: send where its column group says treatment, and nothing where it says holdout. A "
    "list for a mailing tool has those to send to alone."
)
HELD_APART = "Who is held out stands in audiences/holdout/: send nothing to them."
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
        AUDIENCE_FORMATS[0],
        lambda key: st.selectbox(label("audience_format"), FORMATS, key=key, format_func=FORMATS.__getitem__),
    )
    return found


def ask_consent(room: Room, result: Saved, numbers: Collection[int]) -> dict[int, int]:
    """Say how many of some lists do not consent, and offer to leave them out; return whom that leaves out of each.

    Blank where it leaves out nobody, or the orders do not tell.
    """
    if room.job and "refusing" not in vars(result):  # which the engine would have to be asked for
        return {}
    if (told := result.refusing) is None:
        return {}
    count = sum(told.get(number, 0) for number in numbers)
    said(f"{count:,} of these customers do not consent to marketing, as far as their orders tell.", "note")
    leave_out = remembered(room, "consenting", False, lambda key: st.toggle(label("consenting"), key=key))
    return told if leave_out else {}


def asked_for(room: Room, customers: ir.Table, form: str) -> AudienceSettings:
    """Return the settings of the lists of customers: who does not consent is left out where that was chosen."""
    return AudienceSettings(form, "consent" in customers.columns and room.chosen.get("consenting", False))


def ask_anyway(room: Room, known: Hindsight | None = None, segment_ids: Collection[int] = ()) -> Anyway:
    """Ask how many buy without a campaign: as many as bought again of some segments, where that is known."""
    share = known.share_of(segment_ids) if known else 0.0
    measured = LEAST <= 100 * share <= MOST  # false of NaN as well
    percents = 100 * share if measured else 100 * ANYWAY
    shown = float(
        round(percents) or round(percents, 1)
    )  # the field, the sentence and the figure are of the same share
    usual = Anyway(shown / 100, known.days if known and measured else 0)
    words = f"Buy anyway (%){f', in {usual.days} days' if usual.days else ''}"
    percent = remembered(
        room,
        f"anyway {shown}",
        shown,
        lambda key: st.number_input(words, LEAST, MOST, step=1.0, format="%g", key=key, help=HOW_MANY),
    )
    return usual if percent == shown else Anyway(percent / 100)


def foretell(lists: Sequence[AudienceList], anyway: Anyway) -> None:
    """Say what the holdout of some lists can show."""
    found = foresee([(entry.segment, entry.treatment, entry.holdout) for entry in lists], anyway.share)
    if found is None:
        said(NOBODY, "note")
    else:
        lines = foresight_lines(found, seen_in=anyway.days)
        # What no holdout can show is no answer to anything that is asked here.
        told(Sentence(line, "note") for line in (lines if found.holdout is not None else lines[:1]))


def made(
    room: Room,
    result: Saved,
    asked: tuple[Any, ...],
    settings: AudienceSettings,
    sent: Collection[str],
    listener: Listener,
) -> Lists:
    """Write the lists of some segments, and pack them with what their effect is told from later."""
    listener.stage("writing the lists")
    folder = folder_of(room, "lists")
    audiences = result.write(folder, settings, None).audiences
    assert audiences is not None
    taken = {entry.file for entry in audiences.lists if entry.segment in sent}
    packed = archive(
        folder, folder.with_suffix(".zip"), lambda name: name in KEPT or name.rpartition("/")[2] in taken
    )
    return Lists(asked, audiences, packed)


def _of_lists(shown: Sequence[AudienceList]) -> Table:
    """Return the table of lists, with those who do not consent where the orders tell."""
    told_consent = any(entry.no_consent is not None for entry in shown)
    heads = ("List", "Send to", *(["of these without consent"] if told_consent else []), "Held out")
    rows = [
        tuple(
            cell if isinstance(cell, str) else in_number(cell)
            for cell in (entry.segment, entry.treatment, entry.no_consent, entry.holdout)
            if cell is not None
        )
        for entry in shown
    ]
    return table("The lists", heads, rows)


def show(lists: Lists, shown: Sequence[AudienceList], anyway: Anyway, name: str) -> None:
    """Show lists that were written, what their holdout can show, and offer the ZIP under a name."""
    found = lists.audiences
    told([_of_lists(shown)])
    if found.without_consent:
        said(f"{found.without_consent:,} customers who do not consent to marketing are in no list.", "note")
    elif any(entry.no_consent for entry in shown):
        said(NO_CONSENT, "warning")
    if found.without_email:
        said(f"{found.without_email:,} customers without an e-mail address are in no list.", "note")
    if found.holdout:
        said(split_line(shown, found.holdout), "note")
    foretell(shown, anyway)
    download("Download the lists (ZIP)", lists.packed, "application/zip", name, type="primary")
    said(
        BOTH_GROUPS if found.format == "plain" else HELD_APART,
        "warning" if found.format == "plain" else "note",
    )
    said("Keep the ZIP: from it and later orders rfmeans tells what the campaign did.", "note")
