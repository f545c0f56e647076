"""The customer map: recency against monetary, coloured by segment, with the centres."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from rfmeans.report.charts.drawing import Drawing
from rfmeans.report.charts.frame import DISC_INK, Frame, in_units, scaled_axis, segment_colour, segment_labels
from rfmeans.report.charts.vega import Drawn, Rows, channel, layer, mark, tooltip, unit
from rfmeans.wording import counted, money, number, percent

if TYPE_CHECKING:
    from rfmeans.report.summary import Summary


def _draw(summary: Summary, frame: Frame) -> Drawn:
    """Draw where customers lie: rectangles by density and segment, numbered centres."""
    keyed = [f"{position} {label}" for position, label in enumerate(segment_labels(summary), start=1)]
    columns, rows = _edges(summary)
    centres = _centres(keyed, summary)
    days = [row[edge] for row in columns for edge in ("x", "x2")] + [row["x"] for row in centres]
    spent = [row[edge] for row in rows for edge in ("y", "y2")] + [row["y"] for row in centres]
    places = {
        "x": channel("x:Q", **scaled_axis(summary, "recency", days)),
        "y": channel("y:Q", **scaled_axis(summary, "monetary", spent)),
    }
    legend = {
        "columns": 1 if frame.stacked else 4,
        "labelLimit": 210,
        "orient": "bottom",
        "symbolOpacity": 1,
        "title": None,
    }
    looked_up = {
        "column": columns,
        "row": rows,
        "id": [{"id": place, "segment": name} for place, name in enumerate(keyed, start=1)],
    }
    return layer(
        _density(summary, looked_up, {**places, "color": segment_colour(keyed, legend)}),
        *_discs(centres),
        width=frame.width - 70,
        height=320 if frame.stacked else 430,
    )


def _edges(summary: Summary) -> tuple[Rows, Rows]:
    """Return the columns and the rows of the map, each with its edges."""
    cells, symbol = summary.distributions.cells, summary.currency_symbol
    return [
        {"column": place, "x": low, "x2": high, "days": f"{number(low)} to under {number(high)}"}
        for place, (low, high) in enumerate(sorted({cell.recency for cell in cells}))
    ], [
        {"row": place, "y": low, "y2": high, "spent": f"{money(low, symbol)} to {money(high, symbol)}"}
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


def _centres(keyed: list[str], summary: Summary) -> list[dict[str, Any]]:
    return [
        {
            "x": segment.centre[0],
            "y": segment.centre[2],
            "id": str(segment.segment_id),
            "segment": label,
            "days": in_units("recency", segment.centre[0], summary),
            "spent": in_units("monetary", segment.centre[2], summary),
        }
        for label, segment in zip(keyed, summary.segments, strict=True)
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
