"""Vega in the page: one script that was made beforehand, for making it takes seconds."""

from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import pytest
import vl_convert

from rfmeans.report.charts.painter import VEGA_LITE

PINNED = Path(__file__).parents[3] / "constraints.txt"
FOLDER = files("rfmeans.report") / "vega"


def test_the_script_is_the_one_that_the_pinned_version_makes():
    """Written anew by `vl_convert.javascript_bundle(...)` below, as bytes, when the pin moves."""
    if f"vl-convert-python=={version('vl-convert-python')}" not in PINNED.read_text().splitlines():
        pytest.skip("another version of vl-convert is installed than constraints.txt has")
    made = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE)
    assert (FOLDER / "vega.js").read_bytes() == made.encode()


def test_its_licences_are_with_it():
    text = (FOLDER / "LICENSES.txt").read_text(encoding="utf-8")
    for name in (
        "vega 6",
        "vega-lite 6.4",
        "vega-embed 7",
        "d3-array 3",
        "topojson-client 3",
        "delaunator 5",
    ):
        assert name in text
    assert text.count("Redistribution and use in source and binary forms") >= 3
