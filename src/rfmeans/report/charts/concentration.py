"""What share of the revenue the customers hold who spent most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rfmeans.report.charts.colours import colour
from rfmeans.report.charts.frame import (
    FAINT,
    PERCENT,
    Frame,
    inline,
)
from rfmeans.wording import percent

if TYPE_CHECKING:
    from rfmeans.report.summary import Summary
LABELLED_TOPS = (0.01, 0.1, 0.2, 0.5)


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
