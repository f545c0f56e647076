"""What the charts have in common: room, colours, scales, axes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rfmeans.report.charts.colours import EVERYONE, chart_labels, colour
from rfmeans.report.charts.vega import channel
from rfmeans.wording import counted, money, number, percent

if TYPE_CHECKING:
    from rfmeans.report.charts.vega import Drawn, Rows
    from rfmeans.report.summary import Summary

ALL = "All customers"
INK, FAINT, GRID = "#2b2f36", "#6b7280", "#e3e6ea"
DISC_INK = "#16181d"  # on a white disc, in a light page and in a dark one
PERCENT = "format(100 * datum.value, ',~r') + ' %'"
LETTER = 6.5  # width of a letter of a label, in pixels
GAP = 26  # between panels, in pixels
ROW_STEP = {"step": 30}  # pixels a segment has
DASHED = {"color": FAINT, "strokeDash": [4, 3], "strokeWidth": 1.5}  # a line to compare with
TICKS = (
    (1, 3),
    (1, 2, 5),
    range(1, 10),
)  # times powers of ten, on a logarithmic axis: the first that give two


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


def segment_labels(summary: Summary) -> list[str]:
    """Return the segments' names, short enough for a chart."""
    return chart_labels([segment.segment for segment in summary.segments])


def segment_rows(summary: Summary) -> Rows:
    """Return one row per segment that holds customers: its label and a sentence for the tooltip."""
    return [
        {
            "segment": label,
            "id": segment.segment_id,
            "customers": f"{segment.figures.customers:,} ({percent(segment.share)})",
            "revenue": f"{money(float(segment.figures.revenue), summary.currency_symbol)} "
            f"({percent(segment.revenue_share)})",
        }
        for label, segment in zip(segment_labels(summary), summary.segments, strict=True)
        if segment.figures.customers
    ]


def segment_colour(labels: list[str], legend: Any = None) -> Drawn:
    """Return the colours of the segments, always the same for the same segment."""
    colours = [
        EVERYONE if label == ALL else colour(position) for position, label in enumerate(labels, start=1)
    ]
    return channel("segment:N", scale={"domain": labels, "range": colours}, legend=legend)


def segments_axis(labels: list[str], frame: Frame, *, shown: bool = True) -> Drawn:
    """Return an axis with the segments in their order."""
    room = label_room(labels, frame)
    axis: Drawn = {"labelLimit": room - 8, "labels": shown, "grid": False, "title": None}
    if _whole_room(labels) > room:  # cut at its end, a name would lose the tier that tells it apart
        raised = {"test": "indexof(datum.label, ' · ') > 0", "value": -6}
        axis["labelExpr"] = "split(datum.label, ' · ')"
        axis["labelOffset"] = {"condition": raised, "value": 0}
    return channel("segment:N", sort=labels, scale={"domain": labels}, axis=axis)


def label_room(labels: list[str], frame: Frame) -> int:
    """Return how many pixels the segments' names need."""
    return min(_whole_room(labels), int(frame.width * 0.42))


def _whole_room(labels: list[str]) -> int:
    return int(max(map(len, labels)) * LETTER + 14)


def panel_width(labels: list[str], frame: Frame, panels: int, gap: int = GAP) -> int:
    """Return how many pixels each panel beside the names has."""
    room = frame.width - label_room(labels, frame)
    return room - 12 if frame.stacked else (room - gap * (panels - 1)) // panels - 6


def beside(panels: list[Drawn], frame: Frame, gap: int = GAP) -> Drawn:
    """Return panels in a row; below each other where there is no room."""
    return {"vconcat": panels, "spacing": 18} if frame.stacked else {"hconcat": panels, "spacing": gap}


def axis_title(feature: str, summary: Summary) -> str:
    """Return a feature's name with its unit."""
    sign = f" ({summary.currency_symbol})" if summary.currency_symbol else ""
    return {
        "recency": "Recency: days since the last purchase",
        "frequency": "Frequency: purchases",
        "monetary": f"Monetary: money spent{sign}",
    }[feature]


def in_units(feature: str, value: float, summary: Summary) -> str:
    """Return a value of a feature as people read it."""
    return {
        "recency": lambda: counted(value, "day"),
        "frequency": lambda: number(value),
        "monetary": lambda: money(value, summary.currency_symbol),
    }[feature]()


def scaled_axis(summary: Summary, feature: str, values: list[float]) -> Drawn:
    """Return scale and axis of a feature; log1p where the feature's transform is, as in feature space."""
    low, high = min(values), max(values)
    axis = {"title": axis_title(feature, summary), "format": ",~r", "grid": True}
    if not any(scaled.name == feature and scaled.transform == "log1p" for scaled in summary.scaling.features):
        scale = {"domain": [min(0.0, low), high or 1.0], "nice": False}
        return {"scale": scale, "axis": {**axis, "tickCount": 5}}
    high = high if high > low else low + 1
    scale = {"type": "symlog", "constant": 1, "domain": [low, high], "nice": False}
    return {
        "scale": scale,
        "axis": {**axis, "title": f"{axis['title']}, log", "values": _log_ticks(low, high)},
    }


def _log_ticks(low: float, high: float) -> list[float]:
    """Return 1, 3, 10, 30 … within a range; closer ones where it is short.

    >>> _log_ticks(2, 374), _log_ticks(31, 95), _log_ticks(5, 5.4)
    ([3.0, 10.0, 30.0, 100.0, 300.0], [40.0, 50.0, 60.0, 70.0, 80.0, 90.0], [5.0, 5.1, 5.2, 5.3, 5.4])
    """
    first = math.floor(math.log10(low)) if low > 0 else 0
    powers = range(max(first, -2), (math.ceil(math.log10(high)) if high > 0 else 0) + 1)
    for steps in TICKS:
        ticks = [float(f"{step}e{power}") for power in powers for step in steps]
        if len(within := [tick for tick in ticks if low <= tick <= high]) > 1:
            return within
    power = math.floor(math.log10((high - low) / 2))
    step = float(f"1e{power}")
    return [float(f"{tick}e{power}") for tick in range(math.ceil(low / step), math.floor(high / step) + 1)]


def bar_axis(field: str, rows: Rows, width: int, title: str, **axis: Any) -> Drawn:
    """Return an axis from 0 that leaves room at the bars' ends for the numbers that stand there."""
    longest = max(len(row["shown"]) for row in rows) * LETTER + 10
    top = max(row[field] for row in rows) / max(0.4, 1 - longest / width)
    return channel(
        f"{field}:Q",
        stack=None,  # stacked bars are clipped by paths whose ids count up from drawing to drawing
        scale={"domain": [0, top or 1], "nice": False},
        axis={"title": title, "tickCount": 4, "format": ",~r", "grid": False, **axis},
    )
