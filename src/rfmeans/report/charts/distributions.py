"""How recency, frequency and monetary are spread within each segment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rfmeans.report.charts.frame import (
    DISC_INK,
    Frame,
    beside,
    in_units,
    inline,
    label_room,
    panel_width,
    scaled_axis,
    segment_colour,
    segment_labels,
    segment_rows,
    segments_axis,
)
from rfmeans.report.sentences import filled
from rfmeans.segments.profile import LEVELS
from rfmeans.segments.settings import FEATURES

if TYPE_CHECKING:
    from rfmeans.report.summary import Summary


def distributions(summary: Summary, frame: Frame) -> Any:
    """Draw quantiles of recency, frequency and monetary per segment, three panels."""
    panels = [_spread(summary, frame, feature, first=feature == FEATURES[0]) for feature in FEATURES]
    return beside(panels, frame)


def _spread(summary: Summary, frame: Frame, feature: str, *, first: bool) -> Any:
    import altair as alt

    labels = segment_labels(summary)
    keys = [f"q{level:.0%}".rstrip("%") for level in LEVELS]
    rows = [
        {
            **row,
            **dict(zip(keys, quantiles, strict=True)),
            "middle": f"{in_units(feature, quantiles[1], summary)} to {in_units(feature, quantiles[3], summary)}",
            "most": f"{in_units(feature, quantiles[0], summary)} to {in_units(feature, quantiles[4], summary)}",
            "median": in_units(feature, quantiles[2], summary),
        }
        for row, segment in zip(segment_rows(summary), filled(summary), strict=True)
        for quantiles in [getattr(segment.figures.spread, feature)]
    ]
    ends = [row[key] for row in rows for key in (keys[0], keys[-1])]
    scaled = scaled_axis(summary, feature, ends)
    base = alt.Chart(inline(rows)).encode(
        y=segments_axis(labels, label_room(labels, frame), shown=first or frame.stacked),
        tooltip=[
            alt.Tooltip("segment:N", title="Segment"),
            alt.Tooltip("median:N", title="Median"),
            alt.Tooltip("middle:N", title="Middle half"),
            alt.Tooltip("most:N", title="Nine in ten"),
        ],
    )
    whiskers = base.mark_rule(strokeWidth=2).encode(
        x=alt.X(f"{keys[0]}:Q", **scaled), x2=f"{keys[4]}:Q", color=segment_colour(labels)
    )
    boxes = base.mark_bar(height={"band": 0.5}, cornerRadius=2).encode(
        x=f"{keys[1]}:Q", x2=f"{keys[3]}:Q", color=segment_colour(labels)
    )
    # A disc with an edge: a white line at the end of a bar, where many medians lie, is lost on a white page.
    medians = base.mark_circle(size=54, fill="white", stroke=DISC_INK, strokeWidth=1.4, opacity=1)
    return alt.layer(whiskers, boxes, medians.encode(x=f"{keys[2]}:Q")).properties(
        width=panel_width(labels, frame, 3), height=alt.Step(30)
    )
