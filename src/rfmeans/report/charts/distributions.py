"""How recency, frequency and monetary are spread within each segment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rfmeans.report.charts.drawing import Drawing
from rfmeans.report.charts.frame import (
    DISC_INK,
    ROW_STEP,
    Frame,
    beside,
    in_units,
    panel_width,
    scaled_axis,
    segment_colour,
    segment_labels,
    segment_rows,
    segments_axis,
)
from rfmeans.report.charts.vega import Drawn, channel, layer, mark, tooltip, unit
from rfmeans.report.table import Cell, Table
from rfmeans.segments.profile import LEVELS
from rfmeans.segments.settings import FEATURES
from rfmeans.wording import money

if TYPE_CHECKING:
    from rfmeans.report.summary import Segment, Summary

KEYS = [f"q{level:.0%}".rstrip("%") for level in LEVELS]


def _draw(summary: Summary, frame: Frame) -> Drawn:
    """Draw quantiles of recency, frequency and monetary per segment, three panels."""
    return beside([_panel(summary, frame, feature) for feature in FEATURES], frame)


def _rows(summary: Summary, feature: str) -> list[dict[str, Any]]:
    def between(low: float, high: float) -> str:
        return f"{in_units(feature, low, summary)} to {in_units(feature, high, summary)}"

    return [
        {
            **row,
            **dict(zip(KEYS, (lowest, low, median, high, highest), strict=True)),
            "middle": between(low, high),
            "most": between(lowest, highest),
            "median": in_units(feature, median, summary),
        }
        for row, segment in zip(segment_rows(summary), summary.filled, strict=True)
        for lowest, low, median, high, highest in [getattr(segment.figures.spread, feature)]
    ]


def _panel(summary: Summary, frame: Frame, feature: str) -> Drawn:
    labels, rows = segment_labels(summary), _rows(summary, feature)
    scaled = scaled_axis(summary, feature, [row[key] for row in rows for key in (KEYS[0], KEYS[-1])])
    places = {
        "y": segments_axis(labels, frame, shown=feature == FEATURES[0] or frame.stacked),
        "tooltip": tooltip(segment="Segment", median="Median", middle="Middle half", most="Nine in ten"),
    }
    coloured = {**places, "color": segment_colour(labels)}
    # A disc with an edge: a white line at the end of a bar, where many medians lie, is lost on a white page.
    disc = mark("circle", size=54, fill="white", stroke=DISC_INK, strokeWidth=1.4, opacity=1)
    return layer(
        unit(
            mark("rule", strokeWidth=2),
            {**coloured, "x": channel(f"{KEYS[0]}:Q", **scaled), "x2": channel(KEYS[4])},
        ),
        unit(
            mark("bar", height={"band": 0.5}, cornerRadius=2),
            {**coloured, "x": channel(f"{KEYS[1]}:Q"), "x2": channel(KEYS[3])},
        ),
        unit(disc, {**places, "x": channel(f"{KEYS[2]}:Q")}),
        rows=rows,
        width=panel_width(labels, frame, 3),
        height=ROW_STEP,
    )


def _title(summary: Summary) -> str:
    """Say what the middle half of the best and of the smallest customers spent."""

    def half(segment: Segment) -> str:
        low, high = (money(segment.figures.spread.monetary[at], summary.currency_symbol) for at in (1, 3))
        return f"between {low} and {high}"

    best = summary.most_valuable
    least = min(summary.filled, key=lambda segment: segment.figures.mean_monetary)
    said = f"Half of the {best.called} customers spent {half(best)}"
    return said if least is best else f"{said}; half of the {least.called} {half(least)}"


def _tables(summary: Summary) -> tuple[Table, ...]:
    units = {"recency": "days", "frequency": "purchases", "monetary": "money spent"}
    return tuple(_quantiles(summary, feature, unit_) for feature, unit_ in units.items())


def _quantiles(summary: Summary, feature: str, named: str) -> Table:
    symbol = summary.currency_symbol if feature == "monetary" else ""
    rows = tuple(
        (
            Cell(label),
            *(Cell(money(value, symbol), value) for value in getattr(segment.figures.spread, feature)),
        )
        for label, segment in zip(segment_labels(summary), summary.segments, strict=True)
    )
    heads = ("Segment", "5 % have at most", "25 %", "median", "75 %", "95 %")
    return Table(f"{feature.capitalize()}, {named}", heads, rows)


DISTRIBUTIONS = Drawing(
    "distributions",
    _draw,
    _title,
    "Bar: the middle half of the customers; disc: the median; line: nine in ten, without the lowest and the "
    "highest twentieth.",
    _tables,
)
