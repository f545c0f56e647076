"""Drawn in a process of its own is drawn as here; whatever becomes of that process, the drawing is there."""

import io
import json
import sys

import pytest

from rfmeans.report.charts import painter
from rfmeans.report.charts.painter import SIMPLEST, drawing_ahead, png_of, serve, svg_of

SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>'


@pytest.fixture
def not_loaded(monkeypatch):
    """The engine is to be loaded, as far as can be seen."""
    monkeypatch.setattr(painter, "ENGINE", "not loaded")


@pytest.mark.usefixtures("not_loaded")
def test_a_process_of_its_own_draws_the_same_and_ends():
    with drawing_ahead():
        [process] = painter._beside
        drawn, picture = svg_of(SIMPLEST), png_of(SQUARE)
        assert process.poll() is None
    assert process.poll() is not None
    assert painter._beside == []
    assert (drawn, picture) == (svg_of(SIMPLEST), png_of(SQUARE))
    assert picture.startswith(b"\x89PNG")


@pytest.mark.usefixtures("not_loaded")
def test_what_a_process_cannot_draw_is_told_as_here():
    with drawing_ahead(), pytest.raises(RuntimeError, match="unknown token"):
        png_of("no picture")


@pytest.mark.usefixtures("not_loaded")
def test_where_the_process_is_gone_it_is_drawn_here():
    with drawing_ahead():
        [process] = painter._beside
        process.kill()
        process.wait()
        assert svg_of(SIMPLEST).startswith("<svg")


def test_a_process_is_not_started_where_the_engine_is_loaded(monkeypatch):
    monkeypatch.setitem(sys.modules, painter.ENGINE, painter)
    with drawing_ahead():
        assert painter._beside == []


@pytest.mark.usefixtures("not_loaded")
def test_where_no_process_can_be_started_it_is_drawn_here(monkeypatch):
    monkeypatch.setattr(painter.sys, "executable", "no such program")
    with drawing_ahead():
        assert painter._beside == []
        assert svg_of(SIMPLEST).startswith("<svg")


def test_requests_are_answered_a_line_each():
    requests = "".join(f"{json.dumps(each)}\n" for each in (["svg", SIMPLEST], ["png", "no picture"]))
    answers = io.StringIO()
    serve(io.StringIO(requests), answers)
    drawn, nothing = map(json.loads, answers.getvalue().splitlines())
    assert drawn == svg_of(SIMPLEST)
    assert nothing is None
