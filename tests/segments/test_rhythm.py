"""The shop's rhythm, by hand: gaps of repeat customers, on engines with and without quantiles."""

import ibis
import pytest

from rfmeans.engines.duckdb import DuckDB
from rfmeans.segments.rhythm import Rhythm, measure_rhythm

# Days between purchases on average: 10 (two gaps over 20 days), 30, 0 (both on one day), none, none.
CUSTOMERS = {"recency": [5, 1, 9, 4, 70], "frequency": [3, 2, 2, 1, 1], "tenure": [25, 31, 9, 4, 70]}


@pytest.fixture(params=["quantiles of the engine", "quantiles by rank"])
def _either_way(request, monkeypatch):
    if request.param == "quantiles by rank":
        monkeypatch.setattr(DuckDB, "can", lambda *_: False)


@pytest.mark.usefixtures("_either_way")
def test_it_is_half_and_nine_tenths_of_the_mean_gaps_of_repeat_customers():
    # 0, 10, 30: the median is 10, nine tenths lie at 1.8 of 2 steps: 10 + 0.8 * 20.
    found = measure_rhythm(ibis.memtable(CUSTOMERS))
    assert found == Rhythm(3, 10.0, pytest.approx(26.0))


@pytest.mark.usefixtures("_either_way")
def test_where_nobody_bought_twice_there_is_none():
    once = ibis.memtable({"recency": [5, 1], "frequency": [1, 1], "tenure": [5, 1]})
    assert measure_rhythm(once) == Rhythm(0)


def test_with_a_window_it_is_of_the_purchases_over_all_history():
    customers = ibis.memtable(
        {**CUSTOMERS, "frequency": [0, 1, 1, 0, 0], "all_purchases": CUSTOMERS["frequency"]}
    )
    assert measure_rhythm(customers) == Rhythm(3, 10.0, pytest.approx(26.0))


def test_without_tenure_it_is_not_known():
    assert measure_rhythm(ibis.memtable(CUSTOMERS).drop("tenure")) is None


def test_it_comes_back_from_what_was_written():
    for rhythm in (Rhythm(3, 10.0, 26.0), Rhythm(0)):
        assert Rhythm.from_dict(vars(rhythm)) == rhythm
