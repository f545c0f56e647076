"""The customer map: recency against monetary, coloured by segment, with the centres."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rfmeans.report.charts.frame import DISC_INK, Drawing, Sheet
from rfmeans.report.charts.vega import Drawn, Rows, channel, layer, mark, tooltip, unit
from rfmeans.wording import counted, number, percent

if TYPE_CHECKING:
    from rfmeans.report.summary import Summary

LEGEND = {"labelLimit": 210, "columnPadding": 30, "orient": "bottom", "symbolOpacity": 1, "title": None}


def _draw(sheet: Sheet) -> Drawn:
    """Draw where customers lie: rectangles by density and segment, numbered centres."""
    keyed = [f"{position} {label}" for position, label in enumerate(sheet.labels, start=1)]
    columns, rows = _edges(sheet)
    centres = _centres(keyed, sheet)
    days = [row[edge] for row in columns for edge in ("x", "x2")] + [row["x"] for row in centres]
    spent = [row[edge] for row in rows for edge in ("y", "y2")] + [row["y"] for row in centres]
    segments = [{"id": place, "segment": name} for place, name in enumerate(keyed, start=1)]
    places = {
        "x": channel("x:Q", **sheet.scaled_axis("recency", days)),
        "y": channel("y:Q", **sheet.scaled_axis("monetary", spent)),
        "color": sheet.colours(keyed, {"columns": 1 if sheet.frame.stacked else 4, **LEGEND}),
    }
    return layer(
        _density(sheet.summary, {"column": columns, "row": rows, "id": segments}, places),
        *_discs(centres),
        width=sheet.frame.width - 70,
        height=320 if sheet.frame.stacked else 430,
    )


def _edges(sheet: Sheet) -> tuple[Rows, Rows]:
    """Return the columns and the rows of the map, each with its edges."""
    cells = sheet.summary.distributions.cells
    return [
        {"column": place, "x": low, "x2": high, "days": f"{number(low)} to under {number(high)}"}
        for place, (low, high) in enumerate(sorted({cell.recency for cell in cells}))
    ], [
        {"row": place, "y": low, "y2": high, "spent": f"{sheet.money(low)} to {sheet.money(high)}"}
        for place, (low, high) in enumerate(sorted({cell.monetary for cell in cells}))
    ]


def _density(summary: Summary, looked_up: dict[str, Rows], places: Drawn) -> Drawn:
    """Draw cells by numbers of column, row and segment, which say the rest.

    There may be 1,408 cells, twice in a page that is to stay below 2 MB: what they share is written once.
    """
    across = {(row["x"], row["x2"]): row["column"] for row in looked_up["column"]}
    up = {(row["y"], row["y2"]): row["row"] for row in looked_up["row"]}
    cells = [
        {
            "column": across[cell.recency],
            "row": up[cell.monetary],
            "id": cell.segment_id,
            "n": cell.customers,
            "of": percent(cell.of_segment / cell.customers),
        }
        for cell in summary.distributions.cells
    ]
    fullest = max(cell["n"] for cell in cells)
    scale = {"type": "log", "domain": [1, max(fullest, 2)], "range": [0.3, 1]}
    said = tooltip(segment="Most are", of="That is", days="Days", spent="Spent")
    encoding = {
        **places,
        "x2": channel("x2"),
        "y2": channel("y2"),
        "opacity": channel("n:Q", scale=scale, legend=None),
        "tooltip": [channel("n:Q", title="Customers", format=","), *said],
    }
    transform = [
        {
            "lookup": key,
            "from": {
                "data": {"values": rows},
                "key": key,
                "fields": [name for name in rows[0] if name != key],
            },
        }
        for key, rows in looked_up.items()
    ]
    return unit(mark("rect", aria=False), encoding, cells, transform=transform)


def _centres(keyed: list[str], sheet: Sheet) -> Rows:
    return [
        {
            "x": segment.centre[0],
            "y": segment.centre[2],
            "id": str(segment.segment_id),
            "segment": label,
            "days": sheet.in_units("recency", segment.centre[0]),
            "spent": sheet.in_units("monetary", segment.centre[2]),
        }
        for label, segment in zip(keyed, sheet.summary.segments, strict=True)
        if not math.isnan(segment.centre[0])  # the medians of an empty score segment are NaN
    ]


def _discs(centres: Rows) -> tuple[Drawn, Drawn]:
    said = tooltip(segment="Centre of", days="Recency", spent="Monetary")
    places = {"x": channel("x:Q"), "y": channel("y:Q"), "tooltip": said}
    disc = mark("circle", size=420, fill="white", stroke=DISC_INK, strokeWidth=1.8, opacity=1)
    digit = mark("text", fontSize=12, fontWeight="bold", color=DISC_INK, baseline="middle")
    return unit(disc, places, centres), unit(digit, {**places, "text": channel("id:N")}, centres)


def _title(summary: Summary) -> str:
    """Say where the money at risk lies."""
    risk = summary.most_at_risk
    if risk is None:
        return "Where customers stand: days since the last purchase against money spent"
    return (
        f"{percent(risk.revenue_share)} of revenue comes from {risk.called} customers, who last bought "
        f"{counted(risk.figures.mean_recency, 'day')} ago on average"
    )


CUSTOMER_MAP = Drawing(
    "customer_map",
    _draw,
    _title,
    "Each rectangle holds customers, the fuller the more; its colour is that of the segment most of them are "
    "in. Numbered discs: the segments' centres (of segments by scores, their medians).",
)
