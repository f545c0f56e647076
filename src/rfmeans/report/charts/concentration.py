"""What share of the revenue the customers hold who spent most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.report.charts.colours import colour
from rfmeans.report.charts.frame import DASHED, PERCENT, Drawing, Sheet
from rfmeans.report.charts.vega import Drawn, channel, layer, mark, tooltip, unit
from rfmeans.report.table import Cell, Table, in_percent, table
from rfmeans.wording import DASH, percent, within

if TYPE_CHECKING:
    from rfmeans.report.summary import Summary

FIFTH = 20  # percent of the customers
LABELLED_TOPS = (1, 10, 20, 50)


def _draw(sheet: Sheet) -> Drawn:
    """Draw the share of revenue that the top customers hold, as a curve."""
    curve = sheet.summary.distributions.curve
    rows = [
        {"top": top, "held": held, "said": f"{percent(held)} of revenue", "who": f"top {percent(top)}"}
        for position, held in enumerate(curve)
        for top in [position / (len(curve) - 1)]
    ]
    marked = [
        {
            "top": top.customers / sheet.summary.everyone.customers,
            "held": top.share,
            "who": f"top {top.percent} %: {percent(top.share)}",
        }
        for top in sheet.summary.distributions.tops
        if top.percent in LABELLED_TOPS and top.share is not None
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
    """Say what share of the revenue the top fifth holds; of four customers or fewer, the top half."""
    tops = [top for top in summary.distributions.tops if top.percent >= FIFTH and top.share is not None]
    first = next(iter(tops), None)
    if first is None or first.share is None:
        return "What the top customers hold of revenue"
    return f"The top {first.percent} % of customers hold {percent(first.share)} of revenue"


def _tables(summary: Summary) -> tuple[Table, ...]:
    rows = (
        (f"top {top.percent} %", Cell(DASH) if top.share is None else in_percent(top.share))
        for top in summary.distributions.tops
    )
    return (table("Concentration of revenue", ("Customers", "hold of revenue"), rows),)


def _missing(summary: Summary) -> str | None:
    if summary.distributions.curve:
        return None
    return f"There is no such chart: nobody spent anything{within(summary.window)}."


CONCENTRATION = Drawing(
    "concentration",
    _draw,
    _title,
    "Share of revenue held by the customers who spent most. Dashed: if all had spent the same.",
    _tables,
    _missing,
)
