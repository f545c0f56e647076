"""Average recency, frequency and monetary per segment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.report.charts.frame import ALL, ROW_STEP, Drawing, Sheet
from rfmeans.report.charts.vega import Drawn, mark, tooltip
from rfmeans.wording import counted, money, number, within

if TYPE_CHECKING:
    from rfmeans.report.summary import Summary


def _draw(sheet: Sheet) -> Drawn:
    """Draw three panels of bars."""
    return sheet.per_feature(_panel)


def _panel(sheet: Sheet, feature: str, named: bool) -> Drawn:
    labels, everyone = [*sheet.labels, ALL], sheet.summary.everyone
    groups = [segment.figures for segment in sheet.summary.filled]
    whole = {"segment": ALL, "customers": f"{everyone.customers:,}"}
    rows = [
        {**row, "value": mean, "shown": sheet.in_units(feature, mean)}
        for row, group in zip([*sheet.rows, whole], [*groups, everyone], strict=True)
        for mean in [getattr(group, f"mean_{feature}")]
    ]
    width = sheet.frame.panel_width(labels, 3)
    places = {
        "y": sheet.frame.names_axis(labels, shown=named),
        "x": sheet.bar_axis("value", rows, width, f"{sheet.axis_title(feature)}, mean"),
        "tooltip": tooltip(segment="Segment", shown=f"Mean {feature}", customers="Customers"),
    }
    bar = mark("bar", cornerRadiusEnd=2, height={"band": 0.68})
    return sheet.bars(bar, places, {"color": sheet.colours(labels)}, rows, width=width, height=ROW_STEP)


def _title(summary: Summary) -> str:
    """Say who spends most, and who was away longest."""
    best, symbol = summary.most_valuable, summary.currency_symbol
    longest = max(summary.filled, key=lambda segment: segment.figures.mean_recency)
    away = counted(longest.figures.mean_recency, "day")
    if best is None:
        nobody = f"Nobody spent anything{within(summary.window)}"
        return f"{nobody}; {longest.called} customers have been away longest, {away}"
    times = best.figures.mean_monetary / summary.everyone.mean_monetary
    said = (
        f"{best.called} customers spent {money(best.figures.mean_monetary, symbol)} each, {number(times)} times "
        "the average"
    )
    if longest is best:
        return f"{said}; they last bought {away} ago"
    return f"{said}; {longest.called} customers have been away longest, {away}"


AVERAGES = Drawing(
    "averages", _draw, _title, "Average recency, frequency and monetary per segment. Grey: all customers."
)
