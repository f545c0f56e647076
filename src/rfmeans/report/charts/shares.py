"""Each segment's share of customers and of revenue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rfmeans.report.charts.drawing import Drawing
from rfmeans.report.charts.frame import (
    PERCENT,
    Frame,
    bar_axis,
    panel_width,
    segment_colour,
    segment_labels,
    segment_rows,
    segments_axis,
)
from rfmeans.report.charts.vega import Drawn, channel, layer, mark, tooltip, unit
from rfmeans.wording import percent

if TYPE_CHECKING:
    from rfmeans.report.summary import Summary

FEW_TICKS = 300  # pixels: where a panel is narrower, labels every fifth of its width would touch
ORDER = ["customers", "revenue"]


def _draw(summary: Summary, frame: Frame) -> Drawn:
    """Draw a pair of bars per segment."""
    labels = segment_labels(summary)
    rows = [
        {**row, "of": of, "share": share, "shown": f"{percent(share)} of {of}"}
        for row in segment_rows(summary)
        for segment in [summary.segments[row["id"] - 1]]
        for of, share in zip(ORDER, (segment.share, segment.revenue_share), strict=True)
    ]
    width = panel_width(labels, frame, 1)
    ticks = _share_ticks(rows, width)
    places = {
        "y": segments_axis(labels, frame),
        "yOffset": channel("of:N", sort=ORDER, scale={"domain": ORDER, "paddingInner": 0.1}),
        "x": bar_axis("share", rows, width, "Share of all customers, of all revenue", **ticks),
        "tooltip": tooltip(segment="Segment", customers="Customers", revenue="Revenue"),
    }
    opacity = channel("of:O", scale={"domain": ORDER, "range": [0.45, 1]}, legend=None)
    return layer(
        unit(mark("bar", cornerRadiusEnd=2), {**places, "color": segment_colour(labels), "opacity": opacity}),
        unit(mark("text", align="left", dx=5), {**places, "text": channel("shown:N")}),
        rows=rows,
        width=width,
        height={"step": 46 if len(labels) <= 6 else 38, "for": "position"},
    )


def _share_ticks(rows: list[dict[str, Any]], width: int) -> dict[str, Any]:
    """Return ticks that end with the longest bar: the room behind it is for numbers, no share reaches it."""
    longest = max(row["share"] for row in rows)
    step = 0.1 if longest <= 0.3 else 0.2 if width > FEW_TICKS else 0.5
    return {
        "values": [round(step * tick, 1) for tick in range(int(longest / step) + 1)],
        "labelExpr": PERCENT,
    }


def _title(summary: Summary) -> str:
    """Say what share of the revenue comes from the segment with most of it."""
    most = max(summary.filled, key=lambda segment: segment.figures.revenue)
    return (
        f"{percent(most.share)} of customers ({most.called}) bring {percent(most.revenue_share)} of revenue"
    )


SHARES = Drawing(
    "shares",
    _draw,
    _title,
    "Each segment's share of customers (upper bar, fainter) against its share of revenue (lower bar).",
)
