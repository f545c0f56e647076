"""How recency, frequency and monetary are spread within each segment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.report.charts.frame import DISC_INK, ROW_STEP, Drawing, Sheet, segment_labels
from rfmeans.report.charts.vega import Drawn, Rows, channel, layer, mark, tooltip, unit
from rfmeans.report.table import Table, in_money, table
from rfmeans.segments.profile import LEVELS
from rfmeans.wording import money, within

if TYPE_CHECKING:
    from rfmeans.report.segment import Segment
    from rfmeans.report.summary import Summary

KEYS = [f"q{level:.0%}".rstrip("%") for level in LEVELS]


def _draw(sheet: Sheet) -> Drawn:
    """Draw quantiles of recency, frequency and monetary per segment, three panels."""
    return sheet.per_feature(_panel)


def _rows(sheet: Sheet, feature: str) -> Rows:
    return [
        {
            **row,
            **dict(zip(KEYS, quantiles, strict=True)),
            "middle": f"{low} to {high}",
            "most": f"{lowest} to {highest}",
            "median": median,
        }
        for row, segment in zip(sheet.rows, sheet.summary.filled, strict=True)
        for quantiles in [getattr(segment.figures.spread, feature)]
        for lowest, low, median, high, highest in [[sheet.in_units(feature, one) for one in quantiles]]
    ]


def _panel(sheet: Sheet, feature: str, named: bool) -> Drawn:
    labels, rows = sheet.labels, _rows(sheet, feature)
    scaled = sheet.scaled_axis(feature, [row[key] for row in rows for key in (KEYS[0], KEYS[-1])])
    places = {
        "y": sheet.frame.names_axis(labels, shown=named),
        "tooltip": tooltip(segment="Segment", median="Median", middle="Middle half", most="Nine in ten"),
    }
    coloured = {**places, "color": sheet.colours(labels)}
    whisker = {**coloured, "x": channel(f"{KEYS[0]}:Q", **scaled), "x2": channel(KEYS[4])}
    box = {**coloured, "x": channel(f"{KEYS[1]}:Q"), "x2": channel(KEYS[3])}
    # A disc with an edge: a white line at the end of a bar, where many medians lie, is lost on a white page.
    disc = mark("circle", size=54, fill="white", stroke=DISC_INK, strokeWidth=1.4, opacity=1)
    return layer(
        unit(mark("rule", strokeWidth=2), whisker),
        unit(mark("bar", height={"band": 0.5}, cornerRadius=2), box),
        unit(disc, {**places, "x": channel(f"{KEYS[2]}:Q")}),
        rows=rows,
        width=sheet.frame.panel_width(labels, 3),
        height=ROW_STEP,
    )


def _title(summary: Summary) -> str:
    """Say what the middle half of the best and of the smallest customers spent."""

    def half(segment: Segment) -> str:
        low, high = (money(segment.figures.spread.monetary[at], summary.currency_symbol) for at in (1, 3))
        return f"between {low} and {high}"

    best = summary.most_valuable
    if best is None:
        return f"Nobody spent anything{within(summary.window)}"
    least = min(summary.filled, key=lambda segment: segment.figures.mean_monetary)
    said = f"Half of the {best.called} customers spent {half(best)}"
    return said if least is best else f"{said}; half of the {least.called} {half(least)}"


def _tables(summary: Summary) -> tuple[Table, ...]:
    heads = ("Segment", "5 % have at most", "25 %", "median", "75 %", "95 %")
    return tuple(
        table(
            caption,
            heads,
            (
                (label, *(in_money(value, symbol) for value in getattr(segment.figures.spread, feature)))
                for label, segment in zip(segment_labels(summary), summary.segments, strict=True)
            ),
        )
        for feature, caption, symbol in (
            ("recency", "Recency, days", ""),
            ("frequency", "Frequency, purchases", ""),
            ("monetary", "Monetary, money spent", summary.currency_symbol),
        )
    )


DISTRIBUTIONS = Drawing(
    "distributions",
    _draw,
    _title,
    "Bar: the middle half of the customers; disc: the median; line: nine in ten, without the lowest and the "
    "highest twentieth.",
    _tables,
)
