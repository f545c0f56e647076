"""The chart of the choice: what speaks for each number of segments, one panel a question."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rfmeans.report.charts.colours import EVERYONE, colour
from rfmeans.report.charts.frame import FAINT, PERCENT, Frame, beside, inline
from rfmeans.segments.number_of_segments import CROWDED, LEAST_GAIN, SMALLEST_SHARE, SURE, WEAKEST
from rfmeans.wording import percent

if TYPE_CHECKING:
    from collections.abc import Callable

    import altair as alt

    from rfmeans.report.summary import Summary
    from rfmeans.segments.number_of_segments import Choice, Vote

PANEL_HEIGHT = 150
AXIS_ROOM, GAP = 44, 14


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


QUESTIONS = (
    Question("Stability", "stability", SURE),
    Question("Weakest segment", "weakest", WEAKEST),
    Question("Smallest segment", "smallest_share", SMALLEST_SHARE, as_share=True),
    Question("Gain over a cloud", "gain", LEAST_GAIN),
    Question("Busiest border", "border", CROWDED, at_most=True),
)


def choice(summary: Summary, frame: Frame) -> Any:
    """Draw the votes on the number of segments."""
    assert summary.choice is not None
    width = frame.width - AXIS_ROOM
    if not frame.stacked:
        width = (frame.width - GAP * (len(QUESTIONS) - 1)) // len(QUESTIONS) - AXIS_ROOM
    panels = [_panel(question, summary.choice, width, PANEL_HEIGHT) for question in QUESTIONS]
    return beside(panels, frame, GAP)


def _panel(question: Question, choice: Choice, width: int, height: int) -> Any:
    import altair as alt

    rows = [row for row in (_row(question, vote) for vote in choice.votes) if math.isfinite(row["value"])]
    x, y = _axes(question, rows, [vote.segments for vote in choice.votes])
    base = alt.Chart(inline(rows)).encode(x=x, y=y)
    taken = [row for row in rows if row["k"] == choice.recommended]
    limit = alt.Chart(inline([{"value": question.limit}])).encode(y=y)
    return alt.layer(
        alt.Chart(inline(taken)).mark_rule(color=colour(1), opacity=0.22, strokeWidth=14).encode(x=x),
        limit.mark_rule(strokeDash=[4, 3], color=FAINT, strokeWidth=1.5),
        base.mark_line(color=EVERYONE, strokeWidth=1.5),
        *_discs(rows, x, y),
    ).properties(
        width=width,
        height=height,
        title=alt.TitleParams(_asked(question), fontSize=12, fontWeight="normal", anchor="start", offset=8),
    )


def _asked(question: Question) -> list[str]:
    """Return the panel's title and what the rule asks for.

    >>> _asked(QUESTIONS[0]), _asked(QUESTIONS[4])
    (['Stability', '0.90 or more'], ['Busiest border', '0.90 or less'])
    """
    return [question.title, f"{question.shown(question.limit)} or {'less' if question.at_most else 'more'}"]


def _row(question: Question, vote: Vote) -> dict[str, Any]:
    value: float = getattr(vote, question.field)
    return {
        "k": vote.segments,
        "value": value,
        "shown": question.shown(value),
        "passes": question.passes(vote),
        "verdict": "passes" if question.passes(vote) else "does not pass",
    }


def _axes(question: Question, rows: list[dict[str, Any]], numbers: list[int]) -> tuple[alt.X, alt.Y]:
    import altair as alt

    values = [*(row["value"] for row in rows), question.limit]
    low, high = min(0.0, *values), max(values)
    x = alt.X(
        "k:O",
        axis=alt.Axis(title="Segments", labelAngle=0, grid=False),
        scale=alt.Scale(domain=numbers, type="point", padding=0.6),
    )
    axis: dict[str, Any] = {"labelExpr": PERCENT} if question.as_share else {"format": "~r"}
    y = alt.Y(
        "value:Q",
        axis=alt.Axis(title=None, tickCount=4, **axis),
        scale=alt.Scale(domain=[low, high + 0.06 * (high - low)], nice=False),
    )
    return x, y


def _discs(rows: list[dict[str, Any]], x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Return full discs for numbers that pass and rings for those that do not."""
    import altair as alt

    tooltip = [
        alt.Tooltip("k:O", title="Segments"),
        alt.Tooltip("shown:N", title="Value"),
        alt.Tooltip("verdict:N", title="It"),
    ]
    drawn: list[tuple[bool, Callable[[alt.Chart], alt.Chart]]] = [
        (True, lambda chart: chart.mark_point(filled=True, opacity=1, size=70, color=colour(1))),
        (
            False,
            lambda chart: chart.mark_point(filled=True, fill="white", opacity=1, size=60, stroke=colour(4)),
        ),
    ]
    return [
        mark(alt.Chart(inline(kept)).encode(x=x, y=y, tooltip=tooltip))
        for passes, mark in drawn
        if (kept := [row for row in rows if row["passes"] is passes])
    ]
