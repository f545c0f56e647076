"""A refit like an earlier model: which segments are the same, and who moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.report.blocks import Heading, Section, Sentence
from rfmeans.report.table import in_digits, table
from rfmeans.wording import clip, counted, number

if TYPE_CHECKING:
    from rfmeans.over_time.likeness import Likeness
    from rfmeans.report.summary import Summary

TITLE = "Against the model before"


def likeness(summary: Summary) -> Section:
    """Tell how a refit stands to the model that it follows; nothing where it follows none."""
    found = summary.likeness
    if found is None:
        return Section()
    said = tuple(map(Sentence, filter(None, (_backwards(found), _moves(found), _numbers(found)))))
    rows = [
        (str(pair.id_now), clip(pair.before), clip(pair.now), in_digits(pair.distance))
        for pair in found.pairs
    ]
    shown = table(TITLE, ("Id", "Then", "Now", "Distance of centres"), rows)
    return Section(
        page=(Heading(TITLE, "likeness", TITLE), *said, shown),
        markdown=(Heading(TITLE), *said, shown),
        terminal=said,
    )


def _backwards(found: Likeness) -> str:
    if not found.backwards:
        return ""
    return (
        f"The model that it follows is of a later date: {found.since}, against {found.until} here. So 'then' and "
        "'before' below are later, and who changed in between is not told."
    )


def _moves(found: Likeness) -> str:
    since = f" as of {found.since}" if found.since else ""
    far = max(pair.distance for pair in found.pairs)
    kept = f"Segments have the ids of the model{since}; centres are at most {far:.2f} from those that they follow."
    borders = f"{number(found.borders)} of {counted(found.customers, 'customer')} are in another segment than by that "
    borders += "model, because the borders moved"
    if found.changed is None:
        return f"{kept} {borders}."
    return f"{kept} {borders}; {number(found.changed)} moved since then because they changed."


def _numbers(found: Likeness) -> str:
    """Return what is said where the numbers of segments differ."""
    ended, begun = (", ".join(map(clip, names)) for names in (found.ended, found.begun))
    if ended:
        return (
            f"The model before had more segments, and ids may differ. Without a successor: {ended}; their customers "
            "count as moved by the borders."
        )
    if begun:
        return f"The model before had fewer segments. New: {begun}; their customers count as moved by the borders."
    return ""
