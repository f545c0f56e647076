"""The customer map: recency against monetary, coloured by segment, with the centres."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from rfmeans.canvas import DISC_INK, Frame, in_units, inline, scaled_axis, segment_colour, segment_labels
from rfmeans.formats import money, number, percent

if TYPE_CHECKING:
    import altair as alt

    from rfmeans.distribution import MapCell
    from rfmeans.summary import Summary


def customer_map(summary: Summary, frame: Frame) -> Any:
    """Draw where customers lie: rectangles by density and segment, numbered centres."""
    import altair as alt

    keyed = [f"{position} {label}" for position, label in enumerate(segment_labels(summary), start=1)]
    cells = [_cell_row(cell, keyed, summary) for cell in summary.distributions.cells]
    centres = _centre_rows(keyed, summary)
    days = [value for cell in cells for value in (cell["x"], cell["x2"])] + [row["x"] for row in centres]
    spent = [value for cell in cells for value in (cell["y"], cell["y2"])] + [row["y"] for row in centres]
    x = alt.X("x:Q", **scaled_axis(summary, "recency", days))
    y = alt.Y("y:Q", **scaled_axis(summary, "monetary", spent))
    density = _density(cells, x, y).encode(color=segment_colour(keyed, _legend(frame)))
    return alt.layer(density, *_discs(centres)).properties(
        width=frame.width - 70, height=320 if frame.stacked else 430
    )


def _cell_row(cell: MapCell, keyed: list[str], summary: Summary) -> dict[str, Any]:
    symbol, segment = summary.currency_symbol, keyed[cell.segment_id - 1]
    return {
        "x": cell.recency[0],
        "x2": cell.recency[1],
        "y": cell.monetary[0],
        "y2": cell.monetary[1],
        "segment": segment,
        "n": cell.customers,
        "days": f"{number(cell.recency[0])} to under {number(cell.recency[1])}",
        "spent": f"{money(cell.monetary[0], symbol)} to {money(cell.monetary[1], symbol)}",
        "most": f"{segment} ({percent(cell.of_segment / cell.customers)})",
    }


def _centre_rows(keyed: list[str], summary: Summary) -> list[dict[str, Any]]:
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


def _legend(frame: Frame) -> alt.Legend:
    import altair as alt

    columns = 1 if frame.stacked else 4
    return alt.Legend(orient="bottom", columns=columns, labelLimit=210, symbolOpacity=1, title=None)


def _density(cells: list[dict[str, Any]], x: alt.X, y: alt.Y) -> Any:
    import altair as alt

    fullest = max(cell["n"] for cell in cells)
    scale = alt.Scale(type="log", domain=[1, max(fullest, 2)], range=[0.3, 1])
    tooltip = [
        alt.Tooltip("n:Q", title="Customers", format=","),
        alt.Tooltip("most:N", title="Most are"),
        alt.Tooltip("days:N", title="Days"),
        alt.Tooltip("spent:N", title="Spent"),
    ]
    return (
        alt.Chart(inline(cells))
        .mark_rect(aria=False)
        .encode(
            x=x,
            x2="x2:Q",
            y=y,
            y2="y2:Q",
            opacity=alt.Opacity("n:Q", scale=scale, legend=None),
            tooltip=tooltip,
        )
    )


def _discs(centres: list[dict[str, Any]]) -> tuple[alt.Chart, alt.Chart]:
    import altair as alt

    marks = alt.Chart(inline(centres)).encode(
        x="x:Q",
        y="y:Q",
        tooltip=[
            alt.Tooltip("segment:N", title="Centre of"),
            alt.Tooltip("days:N", title="Recency"),
            alt.Tooltip("spent:N", title="Monetary"),
        ],
    )
    return (
        marks.mark_circle(size=420, fill="white", stroke=DISC_INK, strokeWidth=1.8, opacity=1),
        marks.mark_text(fontSize=12, fontWeight="bold", color=DISC_INK, baseline="middle").encode(
            text="id:N"
        ),
    )
