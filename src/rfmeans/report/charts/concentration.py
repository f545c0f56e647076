"""What share of the revenue the customers hold who spent most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.report.charts.colours import colour
from rfmeans.report.charts.frame import DASHED, PERCENT, Drawing, Sheet
from rfmeans.report.charts.vega import Drawn, channel, layer, mark, tooltip, unit
from rfmeans.report.table import Table, in_percent, table
from rfmeans.segments.spread import TOPS
from rfmeans.wording import percent

if TYPE_CHECKING:
    from rfmeans.report.summary import Summary

LABELLED_TOPS = (0.01, 0.1, 0.2, 0.5)


def _draw(sheet: Sheet) -> Drawn:
    """Draw the share of revenue that the top customers hold, as a curve."""
    curve, held_by_top = sheet.summary.distributions.curve, sheet.summary.distributions.held_by_top
    rows = [
        {"top": top, "held": held, "said": f"{percent(held)} of revenue", "who": f"top {percent(top)}"}
        for position, held in enumerate(curve)
        for top in [position / (len(curve) - 1)]
    ]
    marked = [
        {"top": top, "held": held, "who": f"top {percent(top)}: {percent(held)}"}
        for top in LABELLED_TOPS
        for held in [held_by_top(top)]
    ]
    axis = {"labelExpr": PERCENT, "tickCount": 5}
    across = {**axis, "title": "Share of customers, the biggest spenders first"}
    up = {**axis, "title": "Share of revenue they hold"}
    whole = {"domain": [0, 1], "nice": False}
    places = {"x": channel("top:Q", axis=across), "y": channel("held:Q", axis=up, scale=whole)}
    equal = [{"top": 0, "held": 0}, {"top": 1, "held": 1}]
    under_pointer = {**places, "tooltip": tooltip(who="Customers", said="Hold")}
    return layer(
        unit(mark("area", color=colour(1), opacity=0.14), places, rows),
        unit(mark("line", **DASHED), places, equal),
        unit(mark("line", color=colour(1), strokeWidth=2.5), places, rows),
        unit(mark("point", size=120, opacity=0), under_pointer, rows),
        unit(mark("circle", color=colour(1), size=70, opacity=1), places, marked),
        unit(mark("text", align="left", dx=9, dy=11), {**places, "text": channel("who:N")}, marked),
        width=sheet.frame.width - 75,
        height=260 if sheet.frame.stacked else 330,
    )


def _title(summary: Summary) -> str:
    """Say what share of the revenue the top fifth holds."""
    return f"The top 20 % of customers hold {percent(summary.distributions.held_by_top(0.2))} of revenue"


def _tables(summary: Summary) -> tuple[Table, ...]:
    held = summary.distributions.held_by_top
    rows = ((f"top {percent(top)}", in_percent(held(top))) for top in TOPS)
    return (table("Concentration of revenue", ("Customers", "hold of revenue"), rows),)


CONCENTRATION = Drawing(
    "concentration",
    _draw,
    _title,
    "Share of revenue held by the customers who spent most. Dashed: if all had spent the same.",
    _tables,
)
