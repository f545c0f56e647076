"""A campaign's effect: the difference between treatment and holdout in each list, with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.report.charts.colours import EVERYONE, chart_labels, colour
from rfmeans.report.charts.frame import DASHED, ROW_STEP
from rfmeans.report.charts.images import CONFIG
from rfmeans.report.charts.vega import channel, layer, mark, specification, tooltip, unit

if TYPE_CHECKING:
    from rfmeans.over_time.effect_figures import SegmentEffect
    from rfmeans.over_time.effect_summary import EffectSummary
    from rfmeans.report.charts.frame import Frame
    from rfmeans.report.charts.vega import Drawn, Rows

ALL = "All lists"
CAPTION = (
    "Treatment less holdout, with the interval that holds for all lists together. An interval that crosses the line at "
    "zero cannot tell."
)


def draw_effect(summary: EffectSummary, frame: Frame) -> Drawn:
    """Draw a point with its interval for the total and for each list, and a line at zero."""
    labels = chart_labels([ALL if row.segment is None else row.segment for row in summary.rows])
    rows = [_row(row, label, summary) for row, label in zip(summary.rows, labels, strict=True)]
    y = frame.names_axis(labels)
    colours = [EVERYONE if row.segment_id is None else colour(row.segment_id) for row in summary.rows]
    coloured = channel("segment:N", scale={"domain": labels, "range": colours}, legend=None)
    x = channel(
        "difference:Q",
        scale=_scale(rows),
        axis={"title": _unit(summary), "tickCount": 3 if frame.stacked else 6, "grid": True},
    )
    said = tooltip(segment="List", shown="Difference", verdict="Verdict")
    drawn = layer(
        unit(
            mark("rule", strokeWidth=3),
            {"x": _end("low", x), "x2": channel("high"), "y": y, "color": coloured},
        ),
        unit(
            mark("point", filled=True, opacity=1, size=110),
            {"x": x, "y": y, "color": coloured, "tooltip": said},
        ),
        unit(mark("rule", **DASHED), {"x": {"datum": 0}}),
        rows=rows,
        width=frame.panel_width(labels, 1),
        height=ROW_STEP,
    )
    return specification(drawn, CONFIG)


def _end(field: str, x: Drawn) -> Drawn:
    return {**x, "field": field}


def _row(row: SegmentEffect, label: str, summary: EffectSummary) -> dict[str, object]:
    by_money = summary.found.verdict_on == "money"
    found = row.money if by_money else row.share.times(100)
    low, high = (found.value if end is None else end for end in (found.low, found.high))
    return {
        "segment": label,
        "difference": found.value,
        "low": low,
        "high": high,
        "shown": f"{found.value:+,.2f} ({low:+,.2f} to {high:+,.2f})",
        "verdict": row.verdict,
    }


def _scale(rows: Rows) -> Drawn:
    """Return a scale that holds zero and all intervals."""
    low, high = min(0.0, *(row["low"] for row in rows)), max(0.0, *(row["high"] for row in rows))
    return {"domain": [low, high] if high > low else [-1.0, 1.0], "nice": True}


def _unit(summary: EffectSummary) -> str:
    if summary.found.verdict_on == "buyers":
        return "Difference in the share of buyers, points"
    sign = f" ({summary.currency_symbol})" if summary.currency_symbol else ""
    return f"Difference in money per customer{sign}, adjusted for money before"
