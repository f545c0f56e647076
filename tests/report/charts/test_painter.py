"""What the engine draws; see test_beside.py for where it does."""

import pytest

from rfmeans.report.charts.painter import SIMPLEST, load_painter, png_of, svg_of

SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>'


def test_a_specification_is_drawn_as_svg_and_that_as_png():
    load_painter()
    assert svg_of(SIMPLEST).startswith("<svg")
    assert png_of(SQUARE).startswith(b"\x89PNG")


def test_what_cannot_be_drawn_is_told():
    with pytest.raises(RuntimeError, match="unknown token"):
        png_of("no picture")
