"""A specification -> SVG and PNG, drawn without a browser and without a network."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rfmeans.report.charts.frame import FAINT, GRID, INK
from rfmeans.report.charts.painter import png_of, svg_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rfmeans.report.charts.vega import Drawn

MARGIN = 16  # pixels around a chart that has a background of its own
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


def save_image(drawn: Drawn, folder: Path, name: str) -> None:
    """Write a specification as SVG and PNG into a folder."""
    svg = to_svg(drawn, background="white")
    (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
    (folder / f"{name}.png").write_bytes(png_of(svg))
