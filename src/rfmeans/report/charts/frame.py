"""What the charts have in common: what one is, and its room, colours, scales and axes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rfmeans.report.charts.colours import EVERYONE, chart_labels, colour
from rfmeans.report.charts.vega import channel, layer, mark, unit
from rfmeans.segments.settings import FEATURES
from rfmeans.wording import counted, money, number, percent

if TYPE_CHECKING:
    from collections.abc import Callable

    from rfmeans.report.charts.vega import Drawn, Rows
    from rfmeans.report.summary import Summary
    from rfmeans.report.table import Table

ALL = "All customers"
INK, FAINT, GRID = "#2b2f36", "#6b7280", "#e3e6ea"
DISC_INK = "#16181d"  # on a white disc, in a light page and in a dark one
PERCENT = "format(100 * datum.value, ',~r') + ' %'"
UNITS = {
    "recency": "Recency: days since the last purchase",
    "frequency": "Frequency: purchases",
    "monetary": "Monetary: money spent",
}
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

    def names_axis(self, labels: list[str], *, shown: bool = True) -> Drawn:
        """Return an axis with the segments in their order."""
        room = self._label_room(labels)
        axis: Drawn = {"labelLimit": room - 8, "labels": shown, "grid": False, "title": None}
        if _whole_room(labels) > room:  # cut at its end, a name would lose the tier that tells it apart
            raised = {"test": "indexof(datum.label, ' · ') > 0", "value": -6}
            axis["labelExpr"] = "split(datum.label, ' · ')"
            axis["labelOffset"] = {"condition": raised, "value": 0}
        return channel("segment:N", sort=labels, scale={"domain": labels}, axis=axis)

    def _label_room(self, labels: list[str]) -> int:
        return min(_whole_room(labels), int(self.width * 0.42))

    def panel_width(self, labels: list[str], panels: int) -> int:
        """Return how many pixels each panel beside the names has."""
        room = self.width - self._label_room(labels)
        return room - 12 if self.stacked else (room - GAP * (panels - 1)) // panels - 6


WIDE, NARROW = Frame(880, stacked=False), Frame(340, stacked=True)


def segment_labels(summary: Summary) -> list[str]:
    """Return the segments' names, short enough for a chart."""
    return chart_labels([segment.segment for segment in summary.segments])


@dataclass(frozen=True)
class Sheet:
    """What a chart is drawn from and on: the labels, colours, axes and widths that the charts share.

    Attributes
    ----------
    summary, frame
        The numbers, and the room.
    """

    summary: Summary
    frame: Frame

    @cached_property
    def labels(self) -> list[str]:
        """The segments' names, short enough for a chart."""
        return segment_labels(self.summary)

    @cached_property
    def rows(self) -> Rows:
        """One row per segment that holds customers: its label and sentences for the tooltip."""
        return [
            {
                "segment": self.labels[segment.segment_id - 1],
                "id": segment.segment_id,
                "customers": f"{segment.figures.customers:,} ({percent(segment.share)})",
                "revenue": f"{self.money(float(segment.figures.revenue))} ({percent(segment.revenue_share)})",
            }
            for segment in self.summary.filled
        ]

    def money(self, value: float) -> str:
        """Return money with the currency's sign."""
        return money(value, self.summary.currency_symbol)

    def in_units(self, feature: str, value: float) -> str:
        """Return a value of a feature as people read it."""
        if feature == "recency":
            return counted(value, "day")
        return number(value) if feature == "frequency" else self.money(value)

    def axis_title(self, feature: str) -> str:
        """Return a feature's name with its unit."""
        sign = self.summary.currency_symbol
        return UNITS[feature] + (f" ({sign})" if sign and feature == "monetary" else "")

    def colours(self, labels: list[str], legend: Any = None) -> Drawn:
        """Return the colours of the segments, always the same for the same segment."""
        colours = [EVERYONE if label == ALL else colour(place) for place, label in enumerate(labels, start=1)]
        return channel("segment:N", scale={"domain": labels, "range": colours}, legend=legend)

    def beside(self, panels: list[Drawn], gap: int = GAP) -> Drawn:
        """Return panels in a row; below each other where there is no room."""
        if self.frame.stacked:
            return {"vconcat": panels, "spacing": 18}
        return {"hconcat": panels, "spacing": gap}

    def per_feature(self, panel: Callable[[Sheet, str, bool], Drawn]) -> Drawn:
        """Return a panel a feature; whether it shows the segments' names is its last argument."""
        return self.beside(
            [panel(self, feature, self.frame.stacked or not place) for place, feature in enumerate(FEATURES)]
        )

    def scaled_axis(self, feature: str, values: list[float]) -> Drawn:
        """Return scale and axis of a feature; log1p where the feature's transform is, as in feature space."""
        low, high = min(values), max(values)
        axis = {"title": self.axis_title(feature), "format": ",~r", "grid": True}
        if ("log1p", feature) not in {(one.transform, one.name) for one in self.summary.scaling.features}:
            scale = {"domain": [min(0.0, low), high or 1.0], "nice": False}
            return {"scale": scale, "axis": {**axis, "tickCount": 5}}
        high = high if high > low else low + 1
        scale = {"type": "symlog", "constant": 1, "domain": [low, high], "nice": False}
        logged = {"title": f"{axis['title']}, log", "values": _log_ticks(low, high)}
        return {"scale": scale, "axis": {**axis, **logged}}

    def bars(self, bar: Drawn, places: Drawn, coloured: Drawn, rows: Rows, **size: Any) -> Drawn:
        """Return bars from 0 with their numbers at their ends; ``coloured`` are channels of the bars alone."""
        numbers = {**places, "text": channel("shown:N")}
        text = mark("text", align="left", dx=5)
        return layer(unit(bar, {**places, **coloured}), unit(text, numbers), rows=rows, **size)

    def bar_axis(self, field: str, rows: Rows, width: int, title: str, **axis: Any) -> Drawn:
        """Return an axis from 0 that leaves room at the bars' ends for the numbers that stand there."""
        longest = max(len(row["shown"]) for row in rows) * LETTER + 10
        top = max(row[field] for row in rows) / max(0.4, 1 - longest / width)
        return channel(
            f"{field}:Q",
            stack=None,  # stacked bars are clipped by paths whose ids count up from drawing to drawing
            scale={"domain": [0, top or 1], "nice": False},
            axis={"title": title, "tickCount": 4, "format": ",~r", "grid": False, **axis},
        )


@dataclass(frozen=True)
class Drawing:
    """One chart.

    Attributes
    ----------
    name
        Of its files and of the method of `Charts` that returns it.
    draw
        Summary and room to a Vega-Lite specification, but for what all of them have.
    title
        A sentence that says what is seen.
    caption
        What the marks mean.
    tables
        The numbers of the chart that the segments' table does not hold.
    missing
        Why a summary has no such chart; None where it has.
    """

    name: str
    draw: Callable[[Sheet], Drawn]
    title: Callable[[Summary], str]
    caption: str
    tables: Callable[[Summary], tuple[Table, ...]] = lambda _summary: ()
    missing: Callable[[Summary], str | None] = lambda _summary: None


def _whole_room(labels: list[str]) -> int:
    return int(max(map(len, labels)) * LETTER + 14)


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
