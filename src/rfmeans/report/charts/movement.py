"""Who moved: the largest moves as bars, and the segments date by date as lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.over_time.directions import LOST, NEW, RECOVERED, SLIPPED
from rfmeans.report.charts.colours import EVERYONE, chart_labels, colour
from rfmeans.report.charts.frame import GAP, LETTER
from rfmeans.report.charts.images import CONFIG
from rfmeans.report.charts.vega import channel, layer, mark, specification, tooltip, unit
from rfmeans.wording import money, number

if TYPE_CHECKING:
    from rfmeans.over_time.movement_summary import MovementSummary
    from rfmeans.report.charts.frame import Frame
    from rfmeans.report.charts.vega import Drawn, Rows

MOST_FLOWS = 12
FLOW_STEP = {"step": 44}  # pixels: two lines of names
# Dark for the better, light for the worse: they differ without colour too, and each bar says its list.
SHADES = {RECOVERED: "#0072B2", NEW: "#00507d", SLIPPED: "#E69F00", LOST: "#f3c566", "": EVERYONE}
FLOWS_CAPTION = (
    f"The largest moves, at most {MOST_FLOWS}: customers, and the list that they are on, darker where they are better "
    "off than before; a bar that names no list is on none."
)
SERIES_CAPTION = "Customers and their net money in each segment, as of each date, under one model."
DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [12, 4], [4, 4])
SERIES_HEIGHT = 240


def draw_flows(summary: MovementSummary, frame: Frame) -> Drawn:
    """Draw a bar a move, the largest first, from where and to where beside it."""
    states = list(summary.movement.states)
    names = dict(zip(states, chart_labels([state.name for state in states]), strict=True))
    rows: Rows = [
        {
            "segment": f"{names[flow.before]} →\n{names[flow.after]}",
            "customers": flow.customers,
            "shown": f"{flow.customers:,} {flow.list or ''}".strip(),
            "kind": flow.list or "",
            "between": money(float(flow.money_between), summary.currency_symbol),
            "before": money(float(flow.money_before), summary.currency_symbol),
        }
        for flow in summary.movement.moves[:MOST_FLOWS]
    ]
    labels = [row["segment"] for row in rows]
    longest = max(len(line) for label in labels for line in label.split("\n"))
    room = min(int(longest * LETTER + 14), int(frame.width * 0.45))
    width = frame.width - room - 12
    beyond = max(len(row["shown"]) for row in rows) * LETTER + 10
    top = rows[0]["customers"] / max(0.3, 1 - beyond / width)
    axis = {"labelLimit": room - 8, "labelExpr": "split(datum.label, '\\n')", "labelOffset": -6}
    places = {
        "y": channel("segment:N", sort=labels, axis={**axis, "grid": False, "title": None}),
        "x": channel(
            "customers:Q",
            stack=None,
            scale={"domain": [0, top], "nice": False},
            axis={"title": "Customers", "tickCount": 4, "format": ",~r", "grid": False},
        ),
        "tooltip": tooltip(
            segment="Move", shown="Customers", before="Money at the first date", between="Money in between"
        ),
    }
    shades = channel("kind:N", scale={"domain": list(SHADES), "range": list(SHADES.values())}, legend=None)
    bar = mark("bar", cornerRadiusEnd=2, height={"band": 0.6})
    text = unit(mark("text", align="left", dx=5), {**places, "text": channel("shown:N")})
    drawn = layer(unit(bar, {**places, "color": shades}), text, rows=rows, width=width, height=FLOW_STEP)
    return specification(drawn, CONFIG)


def draw_series(summary: MovementSummary, frame: Frame) -> Drawn:
    """Draw two panels of lines: customers and money of each segment."""
    segments = [state for state in summary.movement.states if state.segment_id]
    labels = chart_labels([state.name for state in segments])
    rows: Rows = [
        {
            "day": day.isoformat(),
            "segment": labels[standing.state.segment_id - 1],
            "customers": standing.customers,
            "money": float(standing.money),
            "shown": number(standing.customers),
            "brought": money(float(standing.money), summary.currency_symbol),
        }
        for day, standings in summary.series
        for standing in standings
        if standing.state.segment_id
    ]
    sign = f" ({summary.currency_symbol})" if summary.currency_symbol else ""
    titles = {"customers": "Customers", "money": f"Net money{sign}"}
    width = frame.width - 80 if frame.stacked else (frame.width - GAP) // 2 - 70
    panels = [_lines(rows, field, title, labels, width) for field, title in titles.items()]
    drawn = {"vconcat": panels, "spacing": 18} if frame.stacked else {"hconcat": panels, "spacing": GAP}
    return specification(drawn, CONFIG)


def _lines(rows: Rows, field: str, title: str, labels: list[str], width: int) -> Drawn:
    # Symbols so long that dashes can be told apart without colour.
    legend = {"orient": "bottom", "columns": 2, "symbolType": "stroke", "symbolSize": 1500, "labelLimit": 150}
    colours = [colour(place) for place in range(1, len(labels) + 1)]
    dashes = [DASHES[place % len(DASHES)] for place in range(len(labels))]
    encoding = {
        "x": channel("day:O", axis={"title": None, "grid": False, "labelAngle": 0, "labelOverlap": True}),
        "y": channel(f"{field}:Q", axis={"title": title, "tickCount": 4, "format": ",~s"}),
        "color": channel("segment:N", scale={"domain": labels, "range": colours}, legend=legend),
        "strokeDash": channel("segment:N", scale={"domain": labels, "range": dashes}, legend=legend),
        "tooltip": tooltip(segment="Segment", day="As of", shown="Customers", brought="Net money"),
    }
    line = mark("line", point={"filled": True, "size": 40}, strokeWidth=2.5)
    return unit(line, encoding, rows, width=width, height=SERIES_HEIGHT)
