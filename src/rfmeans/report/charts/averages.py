"""Average recency, frequency and monetary per segment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rfmeans.report.charts.drawing import Drawing
from rfmeans.report.charts.frame import (
    ALL,
    ROW_STEP,
    Frame,
    axis_title,
    bar_axis,
    beside,
    in_units,
    panel_width,
    segment_colour,
    segment_labels,
    segment_rows,
    segments_axis,
)
from rfmeans.report.charts.vega import Drawn, channel, layer, mark, tooltip, unit
from rfmeans.segments.settings import FEATURES
from rfmeans.wording import counted, money, number

if TYPE_CHECKING:
    from rfmeans.report.summary import Summary
    from rfmeans.segments.profile import Group


def _draw(summary: Summary, frame: Frame) -> Drawn:
    """Draw three panels of bars."""
    return beside([_panel(summary, frame, feature) for feature in FEATURES], frame)


def _panel(summary: Summary, frame: Frame, feature: str) -> Drawn:
    def averaged(row: dict[str, Any], group: Group) -> dict[str, Any]:
        mean: float = getattr(group, f"mean_{feature}")
        return {**row, "value": mean, "shown": in_units(feature, mean, summary)}

    labels = [*segment_labels(summary), ALL]
    everyone = {"segment": ALL, "customers": f"{summary.everyone.customers:,}"}
    rows = [averaged(row, summary.segments[row["id"] - 1].figures) for row in segment_rows(summary)]
    rows.append(averaged(everyone, summary.everyone))
    width = panel_width(labels, frame, 3)
    places = {
        "y": segments_axis(labels, frame, shown=feature == FEATURES[0] or frame.stacked),
        "x": bar_axis("value", rows, width, f"{axis_title(feature, summary)}, mean"),
        "tooltip": tooltip(segment="Segment", shown=f"Mean {feature}", customers="Customers"),
    }
    bars = mark("bar", cornerRadiusEnd=2, height={"band": 0.68})
    numbers = mark("text", align="left", dx=5)
    return layer(
        unit(bars, {**places, "color": segment_colour(labels)}),
        unit(numbers, {**places, "text": channel("shown:N")}),
        rows=rows,
        width=width,
        height=ROW_STEP,
    )


def _title(summary: Summary) -> str:
    """Say who spends most, and who was away longest."""
    best, symbol = summary.most_valuable, summary.currency_symbol
    times = best.figures.mean_monetary / summary.everyone.mean_monetary
    longest = max(summary.filled, key=lambda segment: segment.figures.mean_recency)
    said = (
        f"{best.called} customers spent {money(best.figures.mean_monetary, symbol)} each, {number(times)} times "
        "the average"
    )
    away = counted(longest.figures.mean_recency, "day")
    if longest is best:
        return f"{said}; they last bought {away} ago"
    return f"{said}; {longest.called} customers have been away longest, {away}"


AVERAGES = Drawing(
    "averages", _draw, _title, "Average recency, frequency and monetary per segment. Grey: all customers."
)
