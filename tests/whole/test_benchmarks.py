"""What the benchmarks' table says of jobs that failed, and that the published page is that of the stored figures."""

import json
import sys

import pytest

from places import ROOT

FOLDER = ROOT / "benchmarks"


@pytest.fixture
def scale(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    import scale

    yield scale
    del sys.modules["scale"]


def took(seconds, gigabytes):
    return {"seconds": seconds, "memory": gigabytes}


def test_a_job_that_failed_is_a_row_that_says_so(scale):
    rounds = {"rfmeans": [took(2.0, 1.0), took(4.0, 1.0)], "floor": [{}, {}], "pandas": [{}, took(12.0, 2.0)]}
    assert scale.table(rounds)[2:-1] == [
        "| DuckDB: two-level group by alone | failed | | | | |",
        "| rfmeans segment: all outputs but report and lists | 1.00 | 1.00 | 3.0 | 1.00 |  |",
        "| pandas + scikit-learn (failed in 1 of 2 rounds) | 3.00 | 2.00 | 12.0 | 2.00 |  |",
    ]


def test_a_job_does_not_fail_with_the_one_it_is_set_against(scale):
    rows = scale.table({"floor": [took(1.5, 0.5)], "rfmeans": [{}]})[2:-1]
    assert rows == [
        "| DuckDB: two-level group by alone |  |  | 1.5 | 0.50 |  |",
        "| rfmeans segment: all outputs but report and lists | failed | | | | |",
    ]


def test_the_start_is_set_against_python_alone(scale):
    rounds = {"python": [{"seconds": 0.02}], "import": [{"seconds": 0.04}], "help": [{}]}
    assert scale.start_table(rounds)[2:] == [
        "| Python alone | 1.00 | 0.020 |",
        "| import rfmeans | 2.00 | 0.040 |",
        "| rfmeans --help | failed |  |",
    ]


def test_the_published_page_is_that_of_the_stored_figures(scale):
    stored = json.loads((FOLDER / "RESULTS.json").read_text(encoding="utf-8"))
    assert (FOLDER / "RESULTS.md").read_text(encoding="utf-8") == scale.page(stored)
