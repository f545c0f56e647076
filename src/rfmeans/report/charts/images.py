"""A specification -> SVG and PNG, drawn without a browser and without a network."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rfmeans.beside import Answer, ask
from rfmeans.report.charts.frame import FAINT, GRID, INK
from rfmeans.report.charts.painter import ENGINE, png_of, svg_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from rfmeans.report.charts.vega import Drawn

MARGIN = 16  # pixels around a chart that has a background of its own
TAG = re.compile(r'<[a-z](?:"[^"]*"|[^">])*>')
GEOMETRY = re.compile(r' (?:d|transform|opacity|x2|y2|width|height)="[^"]*"')
SPOKEN = re.compile(r' (?:aria-label|aria-roledescription|role|font-family)="[^"]*"')
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


def to_svg(drawn: Drawn, background: str | None = None) -> str:
    """Return a specification as SVG, drawn without a browser and without a network."""
    if background:
        drawn = {**drawn, "background": background, "padding": MARGIN}
    return _rounded(svg_of(drawn))


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


def still_of(drawn: Drawn) -> str:
    """Return a specification as SVG without what a page says for all of it: one label an image, one font."""
    return in_tags(to_svg(drawn), SPOKEN, lambda _found: "")


def image_of(drawn: Drawn) -> tuple[str, bytes]:
    """Return a specification as SVG and as PNG, on white."""
    svg = to_svg(drawn, background="white")
    return svg, png_of(svg)


@dataclass(frozen=True)
class Images:
    """Charts by name as files, asked for and perhaps still being drawn."""

    answers: dict[str, Answer[tuple[str, bytes]]]

    @classmethod
    def asked(cls, charts: Iterable[tuple[str, Drawn]]) -> Images:
        """Ask for them."""
        return cls({name: ask(ENGINE, image_of, drawn) for name, drawn in charts})

    def save(self, folder: Path) -> None:
        """Write each as SVG and PNG into a folder."""
        for name, answer in self.answers.items():
            svg, png = answer.get()
            (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
            (folder / f"{name}.png").write_bytes(png)
