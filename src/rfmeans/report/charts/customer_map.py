"""The customer map: recency against monetary, coloured by segment, with the centres."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rfmeans.report.charts.frame import (
    DISC_INK,
    Frame,
    in_units,
    inline,
    scaled_axis,
    segment_colour,
    segment_labels,
)
from rfmeans.wording import money, number, percent

if TYPE_CHECKING:
    import altair as alt

    from rfmeans.report.summary import Summary


def customer_map(summary: Summary, frame: Frame) -> Any:
    """Draw where customers lie: rectangles by density and segment, numbered centres."""
    import altair as alt

    keyed = [f"{position} {label}" for position, label in enumerate(segment_labels(summary), start=1)]
    grid, centres = _grid(summary, keyed), _centre_rows(keyed, summary)
    days = [row[edge] for row in grid.columns for edge in ("x", "x2")] + [row["x"] for row in centres]
    spent = [row[edge] for row in grid.rows for edge in ("y", "y2")] + [row["y"] for row in centres]
    x = alt.X("x:Q", **scaled_axis(summary, "recency", days))
    y = alt.Y("y:Q", **scaled_axis(summary, "monetary", spent))
    density = _density(grid, x, y).encode(color=segment_colour(keyed, _legend(frame)))
    return alt.layer(density, *_discs(centres)).properties(
        width=frame.width - 70, height=320 if frame.stacked else 430
    )


@dataclass(frozen=True)
class Grid:
    """Cells by numbers of column, row and segment, which say the rest.

    There may be 1,408 cells, twice in a page that is to stay below 2 MB: what they share is written once.
    """

    cells: list[dict[str, Any]]
    columns: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    segments: list[dict[str, Any]]


def _grid(summary: Summary, keyed: list[str]) -> Grid:
    found, symbol = summary.distributions.cells, summary.currency_symbol
    columns = sorted({cell.recency for cell in found})
    rows = sorted({cell.monetary for cell in found})
    return Grid(
        cells=[
            {
                "column": columns.index(cell.recency),
                "row": rows.index(cell.monetary),
                "id": cell.segment_id,
                "n": cell.customers,
                "of": percent(cell.of_segment / cell.customers),
            }
            for cell in found
        ],
        columns=[
            {"column": place, "x": low, "x2": high, "days": f"{number(low)} to under {number(high)}"}
            for place, (low, high) in enumerate(columns)
        ],
        rows=[
            {"row": place, "y": low, "y2": high, "spent": f"{money(low, symbol)} to {money(high, symbol)}"}
            for place, (low, high) in enumerate(rows)
        ],
        segments=[{"id": place, "segment": name} for place, name in enumerate(keyed, start=1)],
    )


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


def _density(grid: Grid, x: alt.X, y: alt.Y) -> Any:
    import altair as alt

    def looked_up(chart: Any, key: str, table: list[dict[str, Any]]) -> Any:
        fields = [field for field in table[0] if field != key]
        return chart.transform_lookup(key, alt.LookupData(data=inline(table), key=key, fields=fields))

    fullest = max(cell["n"] for cell in grid.cells)
    scale = alt.Scale(type="log", domain=[1, max(fullest, 2)], range=[0.3, 1])
    tooltip = [
        alt.Tooltip("n:Q", title="Customers", format=","),
        alt.Tooltip("segment:N", title="Most are"),
        alt.Tooltip("of:N", title="That is"),
        alt.Tooltip("days:N", title="Days"),
        alt.Tooltip("spent:N", title="Spent"),
    ]
    chart = alt.Chart(inline(grid.cells))
    for key, table in (("column", grid.columns), ("row", grid.rows), ("id", grid.segments)):
        chart = looked_up(chart, key, table)
    opacity = alt.Opacity("n:Q", scale=scale, legend=None)
    return chart.mark_rect(aria=False).encode(
        x=x, x2="x2:Q", y=y, y2="y2:Q", opacity=opacity, tooltip=tooltip
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
