"""The choice: what speaks for each number of segments, one panel a question."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rfmeans.report.charts.colours import EVERYONE, colour
from rfmeans.report.charts.drawing import Drawing
from rfmeans.report.charts.frame import DASHED, PERCENT, Frame, beside
from rfmeans.report.charts.vega import Drawn, Rows, channel, layer, mark, tooltip, unit
from rfmeans.report.table import Cell, Table
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


def _draw(summary: Summary, frame: Frame) -> Drawn:
    """Draw the votes on the number of segments."""
    assert summary.choice is not None
    width = frame.width - AXIS_ROOM
    if not frame.stacked:
        width = (frame.width - GAP * (len(QUESTIONS) - 1)) // len(QUESTIONS) - AXIS_ROOM
    return beside([_panel(question, summary.choice, width) for question in QUESTIONS], frame, GAP)


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
    text = {"labelExpr": PERCENT} if question.as_share else {"format": "~r"}
    return {
        "x": channel(
            "k:O",
            axis={"title": "Segments", "labelAngle": 0, "grid": False},
            scale={"domain": numbers, "type": "point", "padding": 0.6},
        ),
        "y": channel(
            "value:Q",
            axis={"title": None, "tickCount": 4, **text},
            scale={"domain": [low, high + 0.06 * (high - low)], "nice": False},
        ),
    }


def _discs(rows: Rows, places: Drawn) -> list[Drawn]:
    """Return full discs for numbers that pass and rings for those that do not."""
    encoding = {
        **places,
        "tooltip": [channel("k:O", title="Segments"), *tooltip(shown="Value", verdict="It")],
    }
    disc = mark("point", filled=True, opacity=1, size=70, color=colour(1))
    ring = mark("point", filled=True, fill="white", opacity=1, size=60, stroke=colour(4))
    return [
        unit(drawn, encoding, kept)
        for passes, drawn in ((True, disc), (False, ring))
        if (kept := [row for row in rows if row["passes"] is passes])
    ]


def _title(summary: Summary) -> str:
    """Say which number of segments is recommended, and whether it stands out."""
    assert summary.choice is not None
    recommended = counted(summary.choice.recommended, "segment")
    if summary.choice.stands_out:
        return f"{recommended} stand out"
    return f"No number of segments stands out; {recommended} are recommended"


def vote_rows(choice: Choice) -> tuple[tuple[Cell, ...], ...]:
    """Return one row per number of segments: what was measured of it."""
    return tuple(
        (
            Cell(str(vote.segments), marked=vote.segments == choice.recommended),
            *(Cell(f"{value:.2f}", value) for value in (vote.stability, vote.weakest)),
            Cell(percent(vote.smallest_share), vote.smallest_share),
            Cell(f"{vote.gain:.3f}", vote.gain),  # the limit is 0.04: two digits would hide what misses it
            *(Cell(f"{value:.2f}", value) for value in (vote.border, vote.silhouette)),
            Cell(number(vote.calinski_harabasz), vote.calinski_harabasz),
            Cell(f"{vote.davies_bouldin:.2f}", vote.davies_bouldin),
            Cell(number(vote.inertia), vote.inertia),
        )
        for vote in choice.votes
    )


def _tables(summary: Summary) -> tuple[Table, ...]:
    choice = summary.choice
    assert choice is not None
    caption = (
        f"The votes on the number of segments; {choice.recommended} is recommended. Stability from {choice.resamples} "
        f"resamples of {number(choice.resample_size)} customers, silhouette from {number(choice.silhouette_sample)}"
    )
    favourites = tuple((Cell(name), Cell(str(k or DASH))) for name, k in choice.favourites.items())
    return (
        Table(caption, HEADS, vote_rows(choice)),
        Table("What each index alone would take", ("Index", "Segments"), favourites),
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
