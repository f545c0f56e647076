"""What happened next: the share of each segment of an earlier date that bought again, with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.report.charts.colours import chart_labels, colour
from rfmeans.report.charts.frame import INK, LETTER, PERCENT, ROW_STEP
from rfmeans.report.charts.images import CONFIG
from rfmeans.report.charts.vega import channel, layer, mark, specification, tooltip, unit
from rfmeans.wording import percent

if TYPE_CHECKING:
    from rfmeans.over_time.hindsight import Hindsight
    from rfmeans.report.charts.frame import Frame
    from rfmeans.report.charts.vega import Drawn, Rows

CAPTION = "The share of each segment of the earlier date that bought again; the line is its 95 % interval."


def draw_hindsight(found: Hindsight, frame: Frame) -> Drawn:
    """Draw a bar a segment, its interval and its share."""
    every = chart_labels([one.segment for one in found.outcomes])
    labels = [every[one.segment_id - 1] for one in found.filled]
    rows: Rows = [
        {
            "segment": every[one.segment_id - 1],
            "share": one.share,
            "low": one.low,
            "high": one.high,
            "shown": percent(one.share),
            "counts": f"{one.buyers:,} of {one.customers:,}",
        }
        for one in found.filled
    ]
    width = frame.panel_width(labels, 1)
    room = max(row["high"] for row in rows) / (1 - (5 * LETTER + 10) / width)
    ticks = [0, 0.25, 0.5, 0.75, 1]
    x = channel(
        "share:Q",
        stack=None,
        scale={"domain": [0, room], "nice": False},
        axis={
            "title": f"Bought again within {found.days} days",
            "values": ticks,
            "labelExpr": PERCENT,
            "grid": False,
        },
    )
    y = frame.names_axis(labels)
    colours = [colour(one.segment_id) for one in found.filled]
    coloured = channel("segment:N", scale={"domain": labels, "range": colours}, legend=None)
    said = tooltip(segment="Segment", shown="Bought again", counts="Customers")
    bar = mark("bar", cornerRadiusEnd=2, height={"band": 0.62})
    drawn = layer(
        unit(bar, {"x": x, "y": y, "color": coloured, "tooltip": said}),
        unit(
            mark("rule", color=INK, strokeWidth=1.5),
            {"x": {**x, "field": "low"}, "x2": channel("high"), "y": y},
        ),
        unit(
            mark("text", align="left", dx=5),
            {"x": {**x, "field": "high"}, "y": y, "text": channel("shown:N")},
        ),
        rows=rows,
        width=width,
        height=ROW_STEP,
    )
    return specification(drawn, CONFIG)
