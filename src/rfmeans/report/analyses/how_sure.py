"""How sure the segments are: the choice of their number, what resampling and borders say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rfmeans.report.blocks import BLANK, Heading, Item, Items, Section, Sentence
from rfmeans.report.charts.choice import vote_rows
from rfmeans.report.charts.frame import segment_labels
from rfmeans.report.table import Cell, Table, table
from rfmeans.segments.number_of_segments import CROWDED, LEAST_GAIN, SMALLEST_SHARE, SURE, WEAKEST
from rfmeans.wording import DASH, clip, number, percent, share_of

if TYPE_CHECKING:
    from rfmeans.report.segment import Segment
    from rfmeans.report.summary import Summary
    from rfmeans.segments.number_of_segments import Choice

TITLE = "How sure they are"
SHORT_HEADS = (
    "",
    "Stability",
    "Weakest",
    "Smallest",
    "Gain",
    "Border",
    "Silhouette",
    "C-H",
    "D-B",
    "Inertia",
)


def how_sure(summary: Summary) -> Section:
    """Say what speaks for the segments and, as warnings, what against them."""
    choice, stability = summary.choice, summary.stability
    chosen = [_sentence(choice.sentence, choice.stands_out)] if choice else []
    stable = [_sentence(summary.stability_line, stability.stable)] if stability else []
    borders = [Sentence(summary.border_line)] if summary.border_line else []
    said = (*chosen, *stable, *borders)
    table = _table(summary)
    items = Items(tuple(Item(sentence.text) for sentence in said))
    return Section(
        page=(Heading(TITLE), *said, table) if table else (),
        markdown=(Heading(TITLE), items) if said else (),
        terminal=tuple(_most_telling(chosen, stable)),
        details=(
            *([_votes(choice)] if choice else []),
            *(sentence for sentence in (*chosen, *stable) if sentence not in _most_telling(chosen, stable)),
            *(_weak(summary) if stability else []),
            *([*borders, BLANK] if borders else []),
        ),
    )


def _most_telling(chosen: list[Sentence], stable: list[Sentence]) -> list[Sentence]:
    """Return what to see at a glance: the choice, or else the stability; of unstable segments always the warning."""
    return [*(chosen or stable), *(sentence for sentence in stable if chosen and sentence.kind)]


def _sentence(text: str, sound: bool) -> Sentence:
    return Sentence(text, "" if sound else "warning")


def _weak(summary: Summary) -> list[Items]:
    weak = [segment for segment in summary.segments if (segment.stability or 0) < WEAKEST]
    said = (f"{clip(one.segment)} is found again only in part ({one.stability:.2f} of 1)." for one in weak)
    return [Items(tuple(map(Item, said)))]


def _table(summary: Summary) -> Table | None:
    """Return how sure each segment is: found again on resamples, customers near a border; None if unknown."""
    if all(segment.near_border is None for segment in summary.segments):
        return None
    named = zip(segment_labels(summary), summary.segments, strict=True)
    rows = ((label, _found_again(segment), _near_border(segment)) for label, segment in named)
    return table(
        "How sure each segment is", ("Segment", "Found again, 0 to 1", "Customers near a border"), rows
    )


def _found_again(segment: Segment) -> Cell:
    found = segment.stability
    if found is None:
        return Cell(DASH)
    return Cell(f"{found:.2f}{'' if found >= WEAKEST else ', only in part'}", found)


def _near_border(segment: Segment) -> Cell:
    near, customers = segment.near_border or 0, segment.figures.customers
    return Cell(f"{number(near)} ({share_of(near, customers)})" if customers else DASH, near)


def _votes(choice: Choice) -> Table:
    """Return the votes as narrow as a terminal, the number recommended with a star."""
    rows = []
    for vote, (first, *others) in zip(choice.votes, vote_rows(choice), strict=True):
        star = " *" if first.marked else "  "
        rows.append((replace(first, shown=first.shown + star, value=vote.segments), *others))
    favourites = "; ".join(f"{name} {taken or DASH}" for name, taken in choice.favourites.items())
    note = (
        f"* recommended. Alone would take: {favourites}.\n"
        f"Sound: stability {SURE:.2f}, weakest segment {WEAKEST:.2f}, smallest {percent(SMALLEST_SHARE)} or more. "
        f"Standing out: also gain {LEAST_GAIN:.2f} or more, border {CROWDED:.2f} or less.\n"
        f"Silhouette of a sample of {choice.silhouette_sample:,} customers. C-H: Calinski-Harabasz; "
        "D-B: Davies-Bouldin. docs/evidence.md defines all.\n"
    )
    return table("How many segments", SHORT_HEADS, rows, note=note)
