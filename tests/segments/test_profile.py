"""The profile of the segments: the same with and without quantiles of the engine."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import rfmeans
from rfmeans.engines.duckdb import DuckDB
from rfmeans.engines.engine import Engine
from rfmeans.segments.profile import ranked_quantiles
from rfmeans.synthetic import make_orders


class Plain(Engine):
    """An engine that has no short cuts of DuckDB's and no quantiles."""

    def can(self, _table, *_operations):
        return False


def test_quantiles_by_rank_are_those_of_the_engine():
    random = np.random.default_rng(3)
    frame = pd.DataFrame({"group": random.integers(0, 4, 999), "value": random.lognormal(3, 2, 999).round(1)})
    levels = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
    found = ranked_quantiles(ibis.memtable(frame), "group", ["value"], levels)
    for group, values in frame.groupby("group")["value"]:
        np.testing.assert_allclose(found[group]["value"], values.quantile(levels), rtol=1e-12)


@pytest.mark.slow
def test_without_own_quantiles_the_profile_is_the_same(monkeypatch):
    orders = make_orders(500, seed=3).drop(columns="kind")
    with rfmeans.segment(orders, n_init=2) as expected:
        monkeypatch.setattr(DuckDB, "can", Plain.can)
        with rfmeans.segment(orders, n_init=2) as found:
            assert_frame_equal(found.profile, expected.profile, rtol=1e-12)
            for one, other in zip(found.summary.segments, expected.summary.segments, strict=True):
                spreads = [segment.figures.spread.monetary for segment in (one, other)]
                np.testing.assert_allclose(*spreads, rtol=1e-12)
