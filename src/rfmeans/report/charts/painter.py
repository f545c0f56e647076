"""The engine that draws: vl-convert, which takes longer to load than to draw; see `rfmeans.beside`."""

from __future__ import annotations

from typing import Any

ENGINE = "vl_convert"
VEGA_LITE = "6.4"
PNG_SCALE = 2
SIMPLEST = {"mark": "point", "data": {"values": [{}]}}


def svg_of(drawn: dict[str, Any]) -> str:
    """Return a Vega-Lite specification as SVG, drawn without a browser and without a network."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(drawn, vl_version=VEGA_LITE, allowed_base_urls=[]))


def png_of(svg: str) -> bytes:
    """Return an SVG as PNG, twice as many pixels each way."""
    import vl_convert

    return bytes(vl_convert.svg_to_png(svg, scale=PNG_SCALE))


def load_painter() -> None:
    """Load the engine, as a first drawing does."""
    svg_of(SIMPLEST)
