"""Each segment's share of customers and of revenue."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rfmeans.report.charts.frame import PERCENT, Drawing, Sheet
from rfmeans.report.charts.vega import Drawn, Rows, channel, mark, tooltip
from rfmeans.wording import percent, within

if TYPE_CHECKING:
    from rfmeans.report.summary import Summary

FEW_TICKS = 300  # pixels: where a panel is narrower, labels every fifth of its width would touch
ORDER = ["customers", "revenue"]


def _draw(sheet: Sheet) -> Drawn:
    """Draw a pair of bars per segment."""
    rows = [
        {**row, "of": of, "share": share, "shown": shown if sheet.frame.stacked else f"{shown} of {of}"}
        for row, segment in zip(sheet.rows, sheet.summary.filled, strict=True)
        for of, share, shown in (
            ("customers", segment.share, percent(segment.share)),
            ("revenue", segment.revenue_share, percent(segment.revenue_share)),
        )
        if math.isfinite(share)
    ]
    labels, width = sheet.labels, sheet.frame.panel_width(sheet.labels, 1)
    title = "Share of all customers, of all revenue"
    places = {
        "y": sheet.frame.names_axis(labels),
        "yOffset": channel("of:N", sort=ORDER, scale={"domain": ORDER, "paddingInner": 0.1}),
        "x": sheet.bar_axis("share", rows, width, title, **_share_ticks(rows, width)),
        "tooltip": tooltip(segment="Segment", customers="Customers", revenue="Revenue"),
    }
    opacity = channel("of:O", scale={"domain": ORDER, "range": [0.45, 1]}, legend=None)
    coloured = {"color": sheet.colours(labels), "opacity": opacity}
    height = {"step": 46 if len(labels) <= 6 else 38, "for": "position"}
    return sheet.bars(mark("bar", cornerRadiusEnd=2), places, coloured, rows, width=width, height=height)


def _share_ticks(rows: Rows, width: int) -> Drawn:
    """Return ticks that end with the longest bar: the room behind it is for numbers, no share reaches it."""
    longest = max(row["share"] for row in rows)
    step = 0.1 if longest <= 0.3 else 0.2 if width > FEW_TICKS else 0.5
    ticks = [round(step * tick, 1) for tick in range(int(longest / step) + 1)]
    return {"values": ticks, "labelExpr": PERCENT}


def _title(summary: Summary) -> str:
    """Say what share of the revenue comes from the segment with most of it."""
    most = max(summary.filled, key=lambda segment: (segment.figures.revenue, segment.share))
    if not summary.everyone.revenue:
        return f"{percent(most.share)} of customers are {most.called}; nobody spent anything{within(summary.window)}"
    return (
        f"{percent(most.share)} of customers ({most.called}) bring {percent(most.revenue_share)} of revenue"
    )


SHARES = Drawing(
    "shares",
    _draw,
    _title,
    "Each segment's share of customers (upper bar, fainter) against its share of revenue (lower bar).",
)
