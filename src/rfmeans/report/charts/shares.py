"""Each segment's share of customers and of revenue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rfmeans.report.charts.frame import (
    PERCENT,
    Frame,
    bar_axis,
    inline,
    label_room,
    panel_width,
    segment_colour,
    segment_labels,
    segment_rows,
    segments_axis,
)
from rfmeans.wording import percent

if TYPE_CHECKING:
    from rfmeans.report.summary import Summary
FEW_TICKS = 300  # pixels: where a panel is narrower, labels every fifth of its width would touch


def shares(summary: Summary, frame: Frame) -> Any:
    """Draw each segment's share of customers and of revenue, a pair of bars."""
    import altair as alt

    labels = segment_labels(summary)
    rows = [
        {**row, "of": of, "share": share, "shown": f"{percent(share)} of {of}"}
        for row in segment_rows(summary)
        for of, share in (
            ("customers", summary.segments[row["id"] - 1].share),
            ("revenue", summary.segments[row["id"] - 1].revenue_share),
        )
    ]
    order = ["customers", "revenue"]
    width = panel_width(labels, frame, 1)
    base = alt.Chart(inline(rows)).encode(
        y=segments_axis(labels, label_room(labels, frame)),
        yOffset=alt.YOffset("of:N", sort=order, scale=alt.Scale(domain=order, paddingInner=0.1)),
        x=bar_axis(
            "share", rows, width, "Share of all customers, of all revenue", **_share_ticks(rows, width)
        ),
        tooltip=[
            alt.Tooltip("segment:N", title="Segment"),
            alt.Tooltip("customers:N", title="Customers"),
            alt.Tooltip("revenue:N", title="Revenue"),
        ],
    )
    bars = base.mark_bar(cornerRadiusEnd=2).encode(
        color=segment_colour(labels),
        opacity=alt.Opacity("of:O", scale=alt.Scale(domain=order, range=[0.45, 1]), legend=None),
    )
    numbers = base.mark_text(align="left", dx=5).encode(text="shown:N")
    return alt.layer(bars, numbers).properties(
        width=width, height=alt.Step(46 if len(labels) <= 6 else 38, **{"for": "position"})
    )


def _share_ticks(rows: list[dict[str, Any]], width: int) -> dict[str, Any]:
    """Return ticks that end with the longest bar: the room behind it is for numbers, no share reaches it."""
    longest = max(row["share"] for row in rows)
    step = 0.1 if longest <= 0.3 else 0.2 if width > FEW_TICKS else 0.5
    return {
        "values": [round(step * tick, 1) for tick in range(int(longest / step) + 1)],
        "labelExpr": PERCENT,
    }
