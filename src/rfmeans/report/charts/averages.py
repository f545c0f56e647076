"""Average recency, frequency and monetary per segment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rfmeans.report.charts.frame import (
    ALL,
    Frame,
    axis_title,
    bar_axis,
    beside,
    in_units,
    inline,
    label_room,
    panel_width,
    segment_colour,
    segment_labels,
    segment_rows,
    segments_axis,
)
from rfmeans.segments.settings import FEATURES

if TYPE_CHECKING:
    from rfmeans.report.summary import Summary
    from rfmeans.segments.profile import Group


def averages(summary: Summary, frame: Frame) -> Any:
    """Draw average recency, frequency and monetary per segment, three panels of bars."""
    panels = [_average(summary, frame, feature, first=feature == FEATURES[0]) for feature in FEATURES]
    return beside(panels, frame)


def _average(summary: Summary, frame: Frame, feature: str, *, first: bool) -> Any:
    import altair as alt

    def averaged(row: dict[str, Any], group: Group) -> dict[str, Any]:
        mean: float = getattr(group, f"mean_{feature}")
        return {**row, "value": mean, "shown": in_units(feature, mean, summary)}

    labels = [*segment_labels(summary), ALL]
    everyone = {"segment": ALL, "customers": f"{summary.everyone.customers:,}"}
    rows = [averaged(row, summary.segments[row["id"] - 1].figures) for row in segment_rows(summary)]
    rows.append(averaged(everyone, summary.everyone))
    width = panel_width(labels, frame, 3)
    base = alt.Chart(inline(rows)).encode(
        y=segments_axis(labels, label_room(labels, frame), shown=first or frame.stacked),
        x=bar_axis("value", rows, width, f"{axis_title(feature, summary)}, mean"),
        tooltip=[
            alt.Tooltip("segment:N", title="Segment"),
            alt.Tooltip("shown:N", title=f"Mean {feature}"),
            alt.Tooltip("customers:N", title="Customers"),
        ],
    )
    bars = base.mark_bar(cornerRadiusEnd=2, height={"band": 0.68}).encode(color=segment_colour(labels))
    numbers = base.mark_text(align="left", dx=5).encode(text="shown:N")
    return alt.layer(bars, numbers).properties(width=width, height=alt.Step(30))
