"""The charts of the segments: averages, shares, distributions, concentration of revenue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rfmeans.canvas import (
    ALL,
    DISC_INK,
    FAINT,
    PERCENT,
    Frame,
    axis_title,
    bar_axis,
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
from rfmeans.findings import filled
from rfmeans.segments.profile import LEVELS
from rfmeans.segments.settings import FEATURES
from rfmeans.wording import colour, percent

if TYPE_CHECKING:
    from rfmeans.segments.profile import Group
    from rfmeans.summary import Summary

LABELLED_TOPS = (0.01, 0.1, 0.2, 0.5)
FEW_TICKS = 300  # pixels: where a panel is narrower, labels every fifth of its width would touch


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


def concentration(summary: Summary, frame: Frame) -> Any:
    """Draw the share of revenue that the top customers hold, as a curve."""
    import altair as alt

    curve = summary.distributions.curve
    rows = [
        {
            "top": position / (len(curve) - 1),
            "held": held,
            "said": f"{percent(held)} of revenue",
            "who": f"top {percent(position / (len(curve) - 1))}",
        }
        for position, held in enumerate(curve)
    ]
    marked = [
        {"top": top, "held": held, "who": f"top {percent(top)}: {percent(held)}"}
        for top in LABELLED_TOPS
        for held in [summary.distributions.held_by_top(top)]
    ]
    tooltip = [alt.Tooltip("who:N", title="Customers"), alt.Tooltip("said:N", title="Hold")]
    x = alt.X(
        "top:Q",
        axis=alt.Axis(title="Share of customers, the biggest spenders first", labelExpr=PERCENT, tickCount=5),
    )
    y = alt.Y(
        "held:Q",
        axis=alt.Axis(title="Share of revenue they hold", labelExpr=PERCENT, tickCount=5),
        scale=alt.Scale(domain=[0, 1], nice=False),
    )
    base = alt.Chart(inline(rows)).encode(x=x, y=y)
    equal = (
        alt.Chart(inline([{"top": 0, "held": 0}, {"top": 1, "held": 1}]))
        .mark_line(strokeDash=[4, 3], color=FAINT, strokeWidth=1.5)
        .encode(x=x, y=y)
    )
    points = alt.Chart(inline(marked)).encode(x=x, y=y)
    return alt.layer(
        base.mark_area(color=colour(1), opacity=0.14),
        equal,
        base.mark_line(color=colour(1), strokeWidth=2.5),
        base.mark_point(size=120, opacity=0).encode(tooltip=tooltip),
        points.mark_circle(color=colour(1), size=70, opacity=1),
        points.mark_text(align="left", dx=9, dy=11).encode(text="who:N"),
    ).properties(width=frame.width - 75, height=260 if frame.stacked else 330)
