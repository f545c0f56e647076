"""The choice: what speaks for each number of segments, one panel a question."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rfmeans.report.charts.colours import EVERYONE, colour
from rfmeans.report.charts.frame import DASHED, PERCENT, Drawing, Sheet
from rfmeans.report.charts.vega import Drawn, Rows, channel, layer, mark, tooltip, unit
from rfmeans.report.table import Cell, Row, Table, in_digits, in_number, in_percent, table
from rfmeans.segments.number_of_segments import CROWDED, LEAST_GAIN, SMALLEST_SHARE, SURE, WEAKEST
from rfmeans.wording import DASH, counted, number, percent

if TYPE_CHECKING:
    from rfmeans.report.summary import Summary
    from rfmeans.segments.number_of_segments import Choice, Vote

PANEL_HEIGHT = 150
AXIS_ROOM, GAP = 44, 14
HEADS = (
    *("Segments", "Stability", "Weakest", "Smallest", "Gain", "Border", "Silhouette"),
    *("Calinski-Harabasz", "Davies-Bouldin", "Inertia"),
)


@dataclass(frozen=True)
class Question:
    """One thing that is asked of a number of segments.

    Attributes
    ----------
    title
        What is measured.
    field
        The vote's attribute.
    limit
        What the rule asks for.
    at_most
        Whether the measure must not exceed the limit; otherwise it must reach it.
    as_share
        Whether it is shown as a percentage.
    """

    title: str
    field: str
    limit: float
    at_most: bool = False
    as_share: bool = False

    def passes(self, vote: Vote) -> bool:
        """Whether a number of segments does what the rule asks for."""
        value: float = getattr(vote, self.field)
        return value <= self.limit if self.at_most else value >= self.limit

    def shown(self, value: float) -> str:
        """Return a value as it stands in a text."""
        return percent(value) if self.as_share else f"{value:.2f}"

    def asked(self) -> list[str]:
        """Return the panel's title and what the rule asks for.

        >>> QUESTIONS[0].asked(), QUESTIONS[4].asked()
        (['Stability', '0.90 or more'], ['Busiest border', '0.90 or less'])
        """
        return [self.title, f"{self.shown(self.limit)} or {'less' if self.at_most else 'more'}"]


QUESTIONS = (
    Question("Stability", "stability", SURE),
    Question("Weakest segment", "weakest", WEAKEST),
    Question("Smallest segment", "smallest_share", SMALLEST_SHARE, as_share=True),
    Question("Gain over a cloud", "gain", LEAST_GAIN),
    Question("Busiest border", "border", CROWDED, at_most=True),
)


def _draw(sheet: Sheet) -> Drawn:
    """Draw the votes on the number of segments."""
    choice, frame = sheet.summary.choice, sheet.frame
    assert choice is not None
    shared = 1 if frame.stacked else len(QUESTIONS)
    width = (frame.width - GAP * (shared - 1)) // shared - AXIS_ROOM
    return sheet.beside([_panel(question, choice, width) for question in QUESTIONS], GAP)


def _panel(question: Question, choice: Choice, width: int) -> Drawn:
    rows = [row for row in (_row(question, vote) for vote in choice.votes) if math.isfinite(row["value"])]
    taken = [row for row in rows if row["k"] == choice.recommended]
    places = _axes(question, rows, [vote.segments for vote in choice.votes])
    x, y = ({axis: places[axis]} for axis in ("x", "y"))
    title = {"anchor": "start", "fontSize": 12, "fontWeight": "normal", "offset": 8}
    return layer(
        unit(mark("rule", color=colour(1), opacity=0.22, strokeWidth=14), x, taken),
        unit(mark("rule", **DASHED), y, [{"value": question.limit}]),
        unit(mark("line", color=EVERYONE, strokeWidth=1.5), places, rows),
        *_discs(rows, places),
        width=width,
        height=PANEL_HEIGHT,
        title={"text": question.asked(), **title},
    )


def _row(question: Question, vote: Vote) -> Drawn:
    value: float = getattr(vote, question.field)
    return {
        "k": vote.segments,
        "value": value,
        "shown": question.shown(value),
        "passes": question.passes(vote),
        "verdict": "passes" if question.passes(vote) else "does not pass",
    }


def _axes(question: Question, rows: Rows, numbers: list[int]) -> Drawn:
    values = [*(row["value"] for row in rows), question.limit]
    low, high = min(0.0, *values), max(values)
    across = {"domain": numbers, "type": "point", "padding": 0.6}
    up = {"domain": [low, high + 0.06 * (high - low)], "nice": False}
    text = {"labelExpr": PERCENT} if question.as_share else {"format": "~r"}
    return {
        "x": channel("k:O", axis={"title": "Segments", "labelAngle": 0, "grid": False}, scale=across),
        "y": channel("value:Q", axis={"title": None, "tickCount": 4, **text}, scale=up),
    }


def _discs(rows: Rows, places: Drawn) -> list[Drawn]:
    """Return full discs for numbers that pass and rings for those that do not."""
    said = [channel("k:O", title="Segments"), *tooltip(shown="Value", verdict="It")]
    passing, failing = ([row for row in rows if row["passes"] is passes] for passes in (True, False))
    disc = mark("point", filled=True, opacity=1, size=70, color=colour(1))
    ring = mark("point", filled=True, fill="white", opacity=1, size=60, stroke=colour(4))
    return [
        unit(drawn, {**places, "tooltip": said}, kept)
        for drawn, kept in ((disc, passing), (ring, failing))
        if kept
    ]


def _title(summary: Summary) -> str:
    """Say which number of segments is recommended, and whether it stands out."""
    assert summary.choice is not None
    recommended = counted(summary.choice.recommended, "segment")
    if summary.choice.stands_out:
        return f"{recommended} stand out"
    return f"No number of segments stands out; {recommended} are recommended"


def vote_rows(choice: Choice) -> list[Row]:
    """Return one row per number of segments: what was measured of it."""
    return [
        (
            Cell(str(vote.segments), marked=vote.segments == choice.recommended),
            in_digits(vote.stability),
            in_digits(vote.weakest),
            in_percent(vote.smallest_share),
            in_digits(vote.gain, 3),  # the limit is 0.04: two digits would hide what misses it
            in_digits(vote.border),
            in_digits(vote.silhouette),
            in_number(vote.calinski_harabasz),
            in_digits(vote.davies_bouldin),
            in_number(vote.inertia),
        )
        for vote in choice.votes
    ]


def _tables(summary: Summary) -> tuple[Table, ...]:
    choice = summary.choice
    assert choice is not None
    caption = (
        f"The votes on the number of segments; {choice.recommended} is recommended. Stability from {choice.resamples} "
        f"resamples of {number(choice.resample_size)} customers, silhouette from {number(choice.silhouette_sample)}"
    )
    favourites = ((name, str(taken or DASH)) for name, taken in choice.favourites.items())
    return (
        table(caption, HEADS, vote_rows(choice)),
        table("What each index alone would take", ("Index", "Segments"), favourites),
    )


def _missing(summary: Summary) -> str | None:
    if summary.choice is not None:
        return None
    return 'There is no chart of the choice: the number of segments was given. Ask for segments="auto".'


CHOICE = Drawing(
    "choice",
    _draw,
    _title,
    "What the rule asks of a number of segments. Dashed: what it asks for; full discs pass, rings do not; the "
    "band marks the number recommended. Stability: how well refits on resamples agree. Gain: what the last split "
    "takes away beyond what it would in a structureless cloud. Border: customers on the most crowded border "
    "against those about the centres.",
    _tables,
    _missing,
)
