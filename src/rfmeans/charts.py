"""Summary -> one function per chart (Altair). What a chart shows comes from the summary; nothing is counted here."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from rfmeans import drawings, findings
from rfmeans.canvas import FAINT, GRID, INK, WIDE, Frame
from rfmeans.choice_chart import choice
from rfmeans.customer_map import customer_map
from rfmeans.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import altair as alt

    from rfmeans.summary import Summary

PNG_SCALE = 2
MARGIN = 16  # pixels around a chart that has a background of its own
VEGA_LITE = "6.4"
TAG = re.compile(r'<[a-z](?:"[^"]*"|[^">])*>')
GEOMETRY = re.compile(r' (?:d|transform|opacity|x2|y2|width|height)="[^"]*"')
DECIMALS = re.compile(r"\d+\.\d{3,}")
FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif"
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
        "labelSeparation": 8,
        "labelPadding": 6,
        "titlePadding": 8,
    },
    "legend": {"labelColor": INK, "labelFontSize": 12, "title": None, "symbolType": "square"},
    "title": {"color": INK, "fontSize": 16, "anchor": "start", "subtitleColor": FAINT, "offset": 14},
    "text": {"color": INK, "fontSize": 12},
}


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

    def choice(self) -> alt.TopLevelMixin:
        """Return what spoke for and against each number of segments.

        Raises
        ------
        SettingsError
            If the number was given, so that nothing was tried.
        """
        return self.draw("choice")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the charts that there are."""
        return tuple(name for name, drawing in DRAWINGS.items() if drawing.there_is(self.summary))

    def draw(self, name: str, frame: Frame = WIDE, *, titled: bool = True) -> alt.TopLevelMixin:
        """Return a chart by its name."""
        drawing = DRAWINGS[name]
        if not drawing.there_is(self.summary):
            raise SettingsError(
                'There is no chart of the choice: the number of segments was given. Ask for segments="auto".'
            )
        chart = drawing.draw(self.summary, frame)
        if titled:
            lines = textwrap.wrap(drawing.title(self.summary), frame.width // 8, break_on_hyphens=False)
            chart = chart.properties(title=lines)
        return cast("alt.TopLevelMixin", chart)

    def save(self, folder: Path) -> None:
        """Write every chart as SVG and PNG into a folder."""
        for name in self.names:
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
        drawn |= {"background": background, "padding": MARGIN}
    return _rounded(str(vl_convert.vegalite_to_svg(drawn, vl_version=VEGA_LITE, allowed_base_urls=[])))


def _rounded(svg: str) -> str:
    """Return an SVG with places and opacities to a hundredth: a third of its bytes were digits nobody can see.

    >>> _rounded('<path d="M0,416.5625h62.71944574v-0.0012Z" fill="#CC79A7"/><text>0.0042</text>')
    '<path d="M0,416.56h62.72v-0Z" fill="#CC79A7"/><text>0.0042</text>'
    """
    return in_tags(svg, GEOMETRY, lambda found: DECIMALS.sub(_hundredths, found[0]))


def in_tags(svg: str, attribute: re.Pattern[str], change: Callable[[re.Match[str]], str]) -> str:
    """Return an SVG with attributes changed, and no text of it."""
    return TAG.sub(lambda tag: attribute.sub(change, tag[0]), svg)


def _hundredths(found: re.Match[str]) -> str:
    return f"{float(found[0]):.2f}".rstrip("0").rstrip(".")


def to_png(svg: str) -> bytes:
    """Return an SVG as PNG, twice as many pixels each way."""
    import vl_convert

    return bytes(vl_convert.svg_to_png(svg, scale=PNG_SCALE))


@dataclass(frozen=True)
class Drawing:
    """How one chart is drawn, its title, what the marks mean, and whether a summary has what it needs."""

    draw: Callable[[Summary, Frame], Any]
    title: Callable[[Summary], str]
    caption: str
    there_is: Callable[[Summary], bool] = lambda _summary: True


DRAWINGS = {
    "averages": Drawing(
        drawings.averages,
        findings.averages_title,
        "Average recency, frequency and monetary per segment. Grey: all customers.",
    ),
    "shares": Drawing(
        drawings.shares,
        findings.shares_title,
        "Each segment's share of customers (upper bar, fainter) against its share of revenue (lower bar).",
    ),
    "customer_map": Drawing(
        customer_map,
        findings.map_title,
        "Each rectangle holds customers, the fuller the more; its colour is that of the segment most of them are "
        "in. Numbered discs: the segments' centres (of segments by scores, their medians).",
    ),
    "distributions": Drawing(
        drawings.distributions,
        findings.distributions_title,
        "Bar: the middle half of the customers; disc: the median; line: nine in ten, without the lowest and the "
        "highest twentieth.",
    ),
    "concentration": Drawing(
        drawings.concentration,
        findings.concentration_title,
        "Share of revenue held by the customers who spent most. Dashed: if all had spent the same.",
    ),
    "choice": Drawing(
        choice,
        findings.choice_title,
        "What the rule asks of a number of segments. Dashed: what it asks for; full discs pass, rings do not; the "
        "band marks the number recommended. Stability: how well refits on resamples agree. Gain: what the last split "
        "takes away beyond what it would in a structureless cloud. Border: customers on the most crowded border "
        "against those about the centres.",
        lambda summary: summary.choice is not None,
    ),
}
