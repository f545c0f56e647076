"""Summary -> one function per chart (Altair). What a chart shows comes from the summary; nothing is counted here."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from rfmeans import findings
from rfmeans.distribution import LEVELS
from rfmeans.formats import EVERYONE, chart_labels, colour, counted, money, number, percent
from rfmeans.scaling import FEATURES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import altair as alt

    from rfmeans.profile import Group
    from rfmeans.summary import Summary

ALL = "All customers"
PERCENT = "format(100 * datum.value, ',~r') + ' %'"
LETTER = 6.5  # width of a letter of a label, in pixels
LABELLED_TOPS = (0.01, 0.1, 0.2, 0.5)
TICKS = (1.0, 3.0)  # times powers of ten, on a logarithmic axis
PNG_SCALE = 2
VEGA_LITE = "6.4"
FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif"
INK, FAINT, GRID = "#2b2f36", "#6b7280", "#e3e6ea"
CONFIG: dict[str, Any] = {
    "font": FONT,
    "background": "transparent",
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": FAINT,
        "titleFontWeight": "normal",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "gridColor": GRID,
        "domain": False,
        "ticks": False,
        "labelFlush": False,
        "labelPadding": 6,
        "titlePadding": 8,
    },
    "legend": {"labelColor": INK, "labelFontSize": 12, "title": None, "symbolType": "square"},
    "title": {"color": INK, "fontSize": 16, "anchor": "start", "subtitleColor": FAINT, "offset": 14},
    "text": {"color": INK, "fontSize": 12},
}


@dataclass(frozen=True)
class Frame:
    """Room for a chart.

    Attributes
    ----------
    width
        Pixels across, labels included.
    stacked
        Whether panels stand below each other.
    """

    width: int
    stacked: bool


WIDE, NARROW = Frame(880, stacked=False), Frame(340, stacked=True)


@dataclass(frozen=True)
class Charts:
    """The charts of a result: Altair charts, to show, change or save.

    Attributes
    ----------
    summary
        What they are drawn from.
    """

    summary: Summary

    def averages(self) -> alt.TopLevelMixin:
        """Return average recency, frequency and monetary per segment, three panels of bars."""
        return self.draw("averages")

    def shares(self) -> alt.TopLevelMixin:
        """Return each segment's share of customers against its share of revenue."""
        return self.draw("shares")

    def customer_map(self) -> alt.TopLevelMixin:
        """Return where customers lie, recency against monetary, with the centres."""
        return self.draw("customer_map")

    def distributions(self) -> alt.TopLevelMixin:
        """Return how recency, frequency and monetary are spread within each segment."""
        return self.draw("distributions")

    def concentration(self) -> alt.TopLevelMixin:
        """Return what share of the revenue the top customers hold."""
        return self.draw("concentration")

    def draw(self, name: str, frame: Frame = WIDE, *, titled: bool = True) -> alt.TopLevelMixin:
        """Return a chart by its name."""
        drawing = DRAWINGS[name]
        chart = drawing.draw(self.summary, frame)
        if titled:
            chart = chart.properties(title=textwrap.wrap(drawing.title(self.summary), frame.width // 8))
        return cast("alt.TopLevelMixin", chart)

    def save(self, folder: Path) -> None:
        """Write every chart as SVG and PNG into a folder."""
        for name in DRAWINGS:
            svg = to_svg(self.draw(name), background="white")
            (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
            (folder / f"{name}.png").write_bytes(to_png(svg))


def specification(chart: alt.TopLevelMixin) -> dict[str, Any]:
    """Return the Vega-Lite specification, whatever theme is set for other charts."""
    found: dict[str, Any] = chart.to_dict(validate=False)
    return {**found, "config": CONFIG}


def to_svg(chart: alt.TopLevelMixin, background: str | None = None) -> str:
    """Return the chart as SVG, drawn without a browser and without a network."""
    import vl_convert

    drawn = specification(chart)
    if background:
        drawn["background"] = background
    return str(vl_convert.vegalite_to_svg(drawn, vl_version=VEGA_LITE, allowed_base_urls=[]))


def to_png(svg: str) -> bytes:
    """Return an SVG as PNG, twice as many pixels each way."""
    import vl_convert

    return bytes(vl_convert.svg_to_png(svg, scale=PNG_SCALE))


# What charts have in common


def _labels(summary: Summary) -> list[str]:
    return chart_labels([segment.segment for segment in summary.segments])


def _rows(summary: Summary) -> list[dict[str, Any]]:
    """Return one row per segment that holds customers: its label and a sentence for the tooltip."""
    return [
        {
            "segment": label,
            "id": segment.segment_id,
            "customers": f"{segment.figures.customers:,} ({percent(segment.share)})",
            "revenue": f"{money(float(segment.figures.revenue), summary.currency_symbol)} "
            f"({percent(segment.revenue_share)})",
        }
        for label, segment in zip(_labels(summary), summary.segments, strict=True)
        if segment.figures.customers
    ]


def _data(rows: list[dict[str, Any]]) -> alt.InlineData:
    import altair as alt

    return alt.InlineData(values=rows)


def _colour(labels: list[str], legend: Any = None) -> alt.Color:
    import altair as alt

    colours = [
        EVERYONE if label == ALL else colour(position) for position, label in enumerate(labels, start=1)
    ]
    return alt.Color("segment:N", scale=alt.Scale(domain=labels, range=colours), legend=legend)


def _segments_axis(labels: list[str], room: int, *, shown: bool = True) -> alt.Y:
    import altair as alt

    axis = alt.Axis(labelLimit=room - 8, labels=shown, grid=False, title=None)
    return alt.Y("segment:N", sort=labels, scale=alt.Scale(domain=labels), axis=axis)


def _label_room(labels: list[str], frame: Frame) -> int:
    return int(min(max(map(len, labels)) * LETTER + 14, frame.width * 0.42))


def _panel_width(labels: list[str], frame: Frame, panels: int, gap: int = 26) -> int:
    room = frame.width - _label_room(labels, frame)
    return room - 12 if frame.stacked else (room - gap * (panels - 1)) // panels - 6


def _beside(panels: list[Any], frame: Frame) -> Any:
    import altair as alt

    return alt.vconcat(*panels, spacing=18) if frame.stacked else alt.hconcat(*panels, spacing=26)


def _unit(feature: str, summary: Summary) -> str:
    sign = f" ({summary.currency_symbol})" if summary.currency_symbol else ""
    return {
        "recency": "Recency: days since the last purchase",
        "frequency": "Frequency: purchases",
        "monetary": f"Monetary: money spent{sign}",
    }[feature]


def _shown(feature: str, value: float, summary: Summary) -> str:
    return {
        "recency": lambda: counted(value, "day"),
        "frequency": lambda: number(value),
        "monetary": lambda: money(value, summary.currency_symbol),
    }[feature]()


def _is_logged(summary: Summary, feature: str) -> bool:
    return any(scaled.name == feature and scaled.transform == "log1p" for scaled in summary.scaling.features)


def _scaled_axis(summary: Summary, feature: str, values: list[float], *, grid: bool = True) -> dict[str, Any]:
    """Return scale and axis of a feature; log1p where the feature's transform is, as in feature space."""
    import altair as alt

    low, high = min(values), max(values)
    title = _unit(feature, summary)
    if not _is_logged(summary, feature):
        scale = alt.Scale(domain=[min(0.0, low), high or 1.0], nice=False)
        return {"scale": scale, "axis": alt.Axis(title=title, tickCount=5, format=",~r", grid=grid)}
    scale = alt.Scale(type="symlog", constant=1, domain=[low, high if high > low else low + 1], nice=False)
    axis = alt.Axis(title=f"{title}, log", values=_log_ticks(low, high), format=",~r", grid=grid)
    return {"scale": scale, "axis": axis}


def _log_ticks(low: float, high: float) -> list[float]:
    """Return 1, 3, 10, 30 … within a range.

    >>> _log_ticks(2, 374)
    [3.0, 10.0, 30.0, 100.0, 300.0]
    """
    first = math.floor(math.log10(low)) if low > 0 else 0
    last = math.ceil(math.log10(high)) if high > 0 else 0
    ticks = [float(f"{step:g}e{power}") for power in range(max(first, -2), last + 1) for step in TICKS]
    return [tick for tick in ticks if low <= tick <= high]


# The charts


def _averages(summary: Summary, frame: Frame) -> Any:
    panels = [_average(summary, frame, feature, first=feature == FEATURES[0]) for feature in FEATURES]
    return _beside(panels, frame)


def _average(summary: Summary, frame: Frame, feature: str, *, first: bool) -> Any:
    import altair as alt

    def averaged(row: dict[str, Any], group: Group) -> dict[str, Any]:
        mean: float = getattr(group, f"mean_{feature}")
        return {**row, "value": mean, "shown": _shown(feature, mean, summary)}

    labels = [*_labels(summary), ALL]
    everyone = {"segment": ALL, "customers": f"{summary.everyone.customers:,}"}
    rows = [averaged(row, summary.segments[row["id"] - 1].figures) for row in _rows(summary)]
    rows.append(averaged(everyone, summary.everyone))
    width = _panel_width(labels, frame, 3)
    base = alt.Chart(_data(rows)).encode(
        y=_segments_axis(labels, _label_room(labels, frame), shown=first or frame.stacked),
        x=_bar_axis("value", rows, width, f"{_unit(feature, summary)}, mean"),
        tooltip=[
            alt.Tooltip("segment:N", title="Segment"),
            alt.Tooltip("shown:N", title=f"Mean {feature}"),
            alt.Tooltip("customers:N", title="Customers"),
        ],
    )
    bars = base.mark_bar(cornerRadiusEnd=2, height={"band": 0.68}).encode(color=_colour(labels))
    numbers = base.mark_text(align="left", dx=5).encode(text="shown:N")
    return alt.layer(bars, numbers).properties(width=width, height=alt.Step(30))


def _bar_axis(field: str, rows: list[dict[str, Any]], width: int, title: str, **axis: Any) -> alt.X:
    """Return an axis from 0 that leaves room at the bars' ends for the numbers that stand there."""
    import altair as alt

    longest = max(len(row["shown"]) for row in rows) * LETTER + 10
    top = max(row[field] for row in rows) / max(0.4, 1 - longest / width)
    return alt.X(
        f"{field}:Q",
        stack=None,  # stacked bars are clipped by paths whose ids count up from drawing to drawing
        scale=alt.Scale(domain=[0, top or 1], nice=False),
        axis=alt.Axis(**{"title": title, "tickCount": 4, "format": ",~r", "grid": False, **axis}),
    )


def _shares(summary: Summary, frame: Frame) -> Any:
    import altair as alt

    labels = _labels(summary)
    rows = [
        {**row, "of": of, "share": share, "shown": f"{percent(share)} of {of}"}
        for row in _rows(summary)
        for of, share in (
            ("customers", summary.segments[row["id"] - 1].share),
            ("revenue", summary.segments[row["id"] - 1].revenue_share),
        )
    ]
    order = ["customers", "revenue"]
    width = _panel_width(labels, frame, 1)
    base = alt.Chart(_data(rows)).encode(
        y=_segments_axis(labels, _label_room(labels, frame)),
        yOffset=alt.YOffset("of:N", sort=order, scale=alt.Scale(domain=order, paddingInner=0.1)),
        x=_bar_axis("share", rows, width, "Share of all customers, of all revenue", labelExpr=PERCENT),
        tooltip=[
            alt.Tooltip("segment:N", title="Segment"),
            alt.Tooltip("customers:N", title="Customers"),
            alt.Tooltip("revenue:N", title="Revenue"),
        ],
    )
    bars = base.mark_bar(cornerRadiusEnd=2).encode(
        color=_colour(labels),
        opacity=alt.Opacity("of:O", scale=alt.Scale(domain=order, range=[0.45, 1]), legend=None),
    )
    numbers = base.mark_text(align="left", dx=5).encode(text="shown:N")
    return alt.layer(bars, numbers).properties(
        width=width, height=alt.Step(46 if len(labels) <= 6 else 38, **{"for": "position"})
    )


def _customer_map(summary: Summary, frame: Frame) -> Any:
    import altair as alt

    labels = _labels(summary)
    keyed = [f"{position} {label}" for position, label in enumerate(labels, start=1)]
    cells: list[dict[str, Any]] = [
        {
            "x": cell.recency[0],
            "x2": cell.recency[1],
            "y": cell.monetary[0],
            "y2": cell.monetary[1],
            "segment": keyed[cell.segment_id - 1],
            "n": cell.customers,
            "days": f"{number(cell.recency[0])} to under {number(cell.recency[1])}",
            "spent": f"{money(cell.monetary[0], summary.currency_symbol)} to "
            f"{money(cell.monetary[1], summary.currency_symbol)}",
            "most": f"{keyed[cell.segment_id - 1]} ({percent(cell.of_segment / cell.customers)})",
        }
        for cell in summary.distributions.cells
    ]
    centres: list[dict[str, Any]] = [
        {
            "x": segment.centre[0],
            "y": segment.centre[2],
            "id": str(segment.segment_id),
            "segment": label,
            "days": _shown("recency", segment.centre[0], summary),
            "spent": _shown("monetary", segment.centre[2], summary),
        }
        for label, segment in zip(keyed, summary.segments, strict=True)
    ]
    days = [value for cell in cells for value in (cell["x"], cell["x2"])] + [row["x"] for row in centres]
    spent = [value for cell in cells for value in (cell["y"], cell["y2"])] + [row["y"] for row in centres]
    legend = alt.Legend(
        orient="bottom", columns=1 if frame.stacked else 4, labelLimit=210, symbolOpacity=1, title=None
    )
    density = (
        alt.Chart(_data(cells))
        .mark_rect(aria=False)
        .encode(
            x=alt.X("x:Q", **_scaled_axis(summary, "recency", days)),
            x2="x2:Q",
            y=alt.Y("y:Q", **_scaled_axis(summary, "monetary", spent)),
            y2="y2:Q",
            color=_colour(keyed, legend),
            opacity=alt.Opacity(
                "n:Q",
                scale=alt.Scale(
                    type="log",
                    domain=[1, max(2, *(cell.customers for cell in summary.distributions.cells))],
                    range=[0.3, 1],
                ),
                legend=None,
            ),
            tooltip=[
                alt.Tooltip("n:Q", title="Customers", format=","),
                alt.Tooltip("most:N", title="Most are"),
                alt.Tooltip("days:N", title="Days"),
                alt.Tooltip("spent:N", title="Spent"),
            ],
        )
    )
    marks = alt.Chart(_data(centres)).encode(
        x="x:Q",
        y="y:Q",
        tooltip=[
            alt.Tooltip("segment:N", title="Centre of"),
            alt.Tooltip("days:N", title="Recency"),
            alt.Tooltip("spent:N", title="Monetary"),
        ],
    )
    discs = marks.mark_circle(size=420, fill="white", stroke="#16181d", strokeWidth=1.8, opacity=1)
    ids = marks.mark_text(fontSize=12, fontWeight="bold", color="#16181d", baseline="middle").encode(
        text="id:N"
    )
    return alt.layer(density, discs, ids).properties(
        width=frame.width - 70, height=320 if frame.stacked else 430
    )


def _distributions(summary: Summary, frame: Frame) -> Any:
    panels = [_spread(summary, frame, feature, first=feature == FEATURES[0]) for feature in FEATURES]
    return _beside(panels, frame)


def _spread(summary: Summary, frame: Frame, feature: str, *, first: bool) -> Any:
    import altair as alt

    labels = _labels(summary)
    keys = [f"q{level:.0%}".rstrip("%") for level in LEVELS]
    rows = [
        {
            **row,
            **dict(zip(keys, quantiles, strict=True)),
            "middle": f"{_shown(feature, quantiles[1], summary)} to {_shown(feature, quantiles[3], summary)}",
            "most": f"{_shown(feature, quantiles[0], summary)} to {_shown(feature, quantiles[4], summary)}",
            "median": _shown(feature, quantiles[2], summary),
        }
        for row in _rows(summary)
        for quantiles in [getattr(summary.distributions.spreads[row["id"] - 1], feature)]
    ]
    ends = [row[key] for row in rows for key in (keys[0], keys[-1])]
    scaled = _scaled_axis(summary, feature, ends)
    base = alt.Chart(_data(rows)).encode(
        y=_segments_axis(labels, _label_room(labels, frame), shown=first or frame.stacked),
        tooltip=[
            alt.Tooltip("segment:N", title="Segment"),
            alt.Tooltip("median:N", title="Median"),
            alt.Tooltip("middle:N", title="Middle half"),
            alt.Tooltip("most:N", title="Nine in ten"),
        ],
    )
    whiskers = base.mark_rule(strokeWidth=2).encode(
        x=alt.X(f"{keys[0]}:Q", **scaled), x2=f"{keys[4]}:Q", color=_colour(labels)
    )
    boxes = base.mark_bar(height={"band": 0.5}, cornerRadius=2).encode(
        x=f"{keys[1]}:Q", x2=f"{keys[3]}:Q", color=_colour(labels)
    )
    medians = base.mark_tick(color="white", thickness=3, size=17).encode(x=f"{keys[2]}:Q")
    return alt.layer(whiskers, boxes, medians).properties(
        width=_panel_width(labels, frame, 3), height=alt.Step(30)
    )


def _concentration(summary: Summary, frame: Frame) -> Any:
    import altair as alt

    curve = summary.distributions.curve
    rows = [
        {
            "top": position / (len(curve) - 1),
            "held": held,
            "said": f"{percent(held)} of revenue",
            "who": f"top {percent(position / (len(curve) - 1))}",
        }
        for position, held in enumerate(curve)
    ]
    marked = [
        {"top": top, "held": held, "who": f"top {percent(top)}: {percent(held)}"}
        for top in LABELLED_TOPS
        for held in [summary.distributions.held_by_top(top)]
    ]
    tooltip = [alt.Tooltip("who:N", title="Customers"), alt.Tooltip("said:N", title="Hold")]
    x = alt.X(
        "top:Q",
        axis=alt.Axis(title="Share of customers, the biggest spenders first", labelExpr=PERCENT, tickCount=5),
    )
    y = alt.Y(
        "held:Q",
        axis=alt.Axis(title="Share of revenue they hold", labelExpr=PERCENT, tickCount=5),
        scale=alt.Scale(domain=[0, 1], nice=False),
    )
    base = alt.Chart(_data(rows)).encode(x=x, y=y)
    equal = (
        alt.Chart(_data([{"top": 0, "held": 0}, {"top": 1, "held": 1}]))
        .mark_line(strokeDash=[4, 3], color=FAINT, strokeWidth=1.5)
        .encode(x=x, y=y)
    )
    points = alt.Chart(_data(marked)).encode(x=x, y=y)
    return alt.layer(
        base.mark_area(color=colour(1), opacity=0.14),
        equal,
        base.mark_line(color=colour(1), strokeWidth=2.5),
        base.mark_point(size=120, opacity=0).encode(tooltip=tooltip),
        points.mark_circle(color=colour(1), size=70, opacity=1),
        points.mark_text(align="left", dx=9, dy=11).encode(text="who:N"),
    ).properties(width=frame.width - 75, height=260 if frame.stacked else 330)


@dataclass(frozen=True)
class Drawing:
    """How one chart is drawn, its title, and what the marks mean."""

    draw: Callable[[Summary, Frame], Any]
    title: Callable[[Summary], str]
    caption: str


DRAWINGS = {
    "averages": Drawing(
        _averages,
        findings.averages_title,
        "Average recency, frequency and monetary per segment. Grey: all customers.",
    ),
    "shares": Drawing(
        _shares,
        findings.shares_title,
        "Each segment's share of customers (pale) against its share of revenue (full).",
    ),
    "customer_map": Drawing(
        _customer_map,
        findings.map_title,
        "Each rectangle holds customers, the fuller the more; its colour is that of the segment most of them are "
        "in. Numbered discs: the segments' centres.",
    ),
    "distributions": Drawing(
        _distributions,
        findings.distributions_title,
        "Bar: the middle half of the customers; white mark: the median; line: nine in ten, without the lowest and "
        "the highest twentieth.",
    ),
    "concentration": Drawing(
        _concentration,
        findings.concentration_title,
        "Share of revenue held by the customers who spent most. Dashed: if all had spent the same.",
    ),
}
