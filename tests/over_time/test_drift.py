"""Drift: indices by hand, the same figures on every engine, limits, and a real shop."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pytest

import rfmeans
from helpers import fitted_shop
from helpers.moving_shop import told_by
from places import DATA
from rfmeans.arguments import with_options
from rfmeans.errors import ModelError, SettingsError
from rfmeans.model.segment_model import SegmentModel
from rfmeans.over_time.drift import Drift, FeatureBins, Reference, check_limit, stability_index

RETAIL = DATA / "online_retail.parquet"


def test_the_index_by_hand():
    # (0.25 - 0.5) ln 0.5 + (0.75 - 0.5) ln 1.5
    assert stability_index([50, 50], [25, 75]) == pytest.approx(0.25 * math.log(2) + 0.25 * math.log(1.5))
    assert stability_index([50, 50], [25, 75]) == pytest.approx(stability_index([25, 75], [50, 50]))
    assert stability_index([3, 7], [30, 70]) == 0.0


def test_a_bin_that_emptied_counts_as_one_in_ten_thousand():
    assert stability_index([1, 1], [0, 2]) == pytest.approx((1e-4 - 0.5) * math.log(2e-4) + 0.5 * math.log(2))
    assert stability_index([1, 1], [1, 1, 0]) == 0.0  # a segment that a model of scores has not listed


shop, fitted = fitted_shop.shop, fitted_shop.fitted


@pytest.mark.slow
def test_what_the_model_remembers(fitted):
    customers = fitted.customers.to_pandas().dropna(subset="segment_id").astype({"monetary": float})
    reference = fitted.model.reference
    for bins in reference.features:
        values = customers[bins.feature]
        edges = [-math.inf, *bins.edges, math.inf]
        assert bins.counts == tuple(
            ((values >= low) & (values < high)).sum() for low, high in pairwise(edges)
        )
        assert bins.median == values.median()
    assert reference.segments == tuple(customers["segment_id"].value_counts().sort_index())
    scaling = fitted.model.scaling.features
    z = pd.DataFrame({
        one.name: (customers[one.name].map(math.log1p if one.transform == "log1p" else float) - one.mean) / one.sd
        for one in scaling
    })  # fmt: skip
    nearest = [
        min(math.dist(row, centre) for centre in fitted.model.centres) for row in z.itertuples(index=False)
    ]
    assert reference.distance == pytest.approx(sum(nearest) / len(nearest), rel=1e-8)


def test_quintiles_stay_fifths_whatever_the_scores(shop, fitted):
    with rfmeans.segment(shop, n_init=3, score_bins=3) as result:
        assert result.model.reference.edges == fitted.model.reference.edges


def test_the_same_customers_have_not_drifted_at_all(shop, fitted):
    loaded = SegmentModel.from_json(fitted.model.to_json())
    assert loaded.reference == fitted.model.reference
    with rfmeans.assign(loaded, shop) as again:
        found = again.summary.drift
    assert found.then == found.now
    assert found.indices == {"recency": 0.0, "frequency": 0.0, "monetary": 0.0, "segments": 0.0}
    assert fitted.summary.drift is None


@pytest.mark.slow
def test_every_engine_says_the_same(engine, fitted):
    frame, _ = told_by("polars")
    with rfmeans.assign(fitted.model, frame) as plain:
        expected = plain.summary.drift
    with rfmeans.assign(fitted.model, engine.table(frame, "drifted")) as result:
        assert result.summary.drift == expected
    assert expected.largest[1] > 0.25


@pytest.mark.slow
def test_customers_thousands_of_times_as_far_from_the_centres_are_measured():
    even = pd.DataFrame({
        "customer": [f"c{place % 40}" for place in range(400)],
        "date": [f"2025-{1 + place // 40:02}-{1 + place % 2:02}" for place in range(400)],
        "amount": [10.0 + place % 2 / 1000 for place in range(400)],
    })  # fmt: skip
    other = even.assign(amount=[1000.0 + place for place in range(400)])
    with rfmeans.segment(even, segments=2, transform="none", n_init=1) as result:
        model = result.model
    with rfmeans.assign(model, other) as found:
        assert found.summary.drift.now.distance > 1_000_000


@pytest.mark.slow
def test_scores_have_segments_and_no_distance(shop):
    with (
        rfmeans.segment(shop, method="scores") as result,
        rfmeans.assign(result.model, shop, as_of="2024-10-01") as then,
    ):
        assert result.model.reference.distance is None
        assert then.summary.drift.indices["recency"] > 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"segments": [1, -2]}, "no whole number"),
        ({"distance": -1}, "a mean distance"),
        ({"features": []}, "are told by"),
    ],
)
def test_a_damaged_one_is_refused(fitted, change, message):
    with pytest.raises(ValueError, match=message):
        Reference.from_dict({**fitted.model.reference.to_dict(), **change})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"edges": [2.0, 1.0]}, "do not ascend"),
        ({"counts": [1]}, "not whole"),
    ],
)
def test_damaged_bins_are_refused(fitted, change, message):
    content = fitted.model.reference.to_dict()
    first, *others = content["features"]
    damaged = {**first, "edges": [1.0, 2.0], "counts": [1, 1, 1], **change}
    with pytest.raises(ValueError, match=message):
        Reference.from_dict({**content, "features": [damaged, *others]})


def drifted(*counts: int) -> Drift:
    def of(*counts):
        features = tuple(
            FeatureBins(name, (1.0,), counts, 1.0) for name in ("recency", "frequency", "monetary")
        )
        return Reference(features, counts, None)

    return Drift(of(50, 50), of(*counts))


def test_a_limit():
    drifted(25, 75).check(0.28)
    with pytest.raises(ModelError) as found:
        drifted(25, 75).check(0.25)
    assert with_options(found.value.message) == (
        "The model fits less well than --max-drift 0.25 allows: recency 0.27, frequency 0.27, monetary 0.27, segments "
        "0.27. All outputs were written. Look at what changed, and fit the model anew."
    )


def test_a_limit_is_checked_before_the_work():
    assert check_limit(None, None) is None
    assert check_limit("0.25", drifted(1, 1).then) == 0.25
    for wrong, said in (
        (-0.1, "max_drift must be 0 or more, such as 0.25. Got -0.1."),
        (math.nan, "max_drift must be a number. Got nan."),
        (math.inf, "max_drift must be a number. Got inf."),
        ("abc", "max_drift must be a number. Got 'abc'. Write digits, with a point before decimals."),
        ("25 %", "max_drift must be a number. Got '25 %'. Write max_drift=0.25."),
    ):
        with pytest.raises(SettingsError) as refused:
            check_limit(wrong, drifted(1, 1).then)
        assert str(refused.value) == said
    with pytest.raises(ModelError, match="written by an older rfmeans: fit it anew"):
        check_limit(0.25, None)


def test_an_older_model_remembers_nothing(shop, fitted):
    with rfmeans.assign(replace(fitted.model, reference=None), shop) as result:
        assert result.summary.drift is None
        assert (
            "Whether the model still fits cannot be said: an older rfmeans wrote it" in result.to_markdown()
        )
        assert result.caution == ""


@pytest.mark.slow
@pytest.mark.skipif(not RETAIL.exists(), reason="real data not there")
def test_online_retail():
    with rfmeans.segment(RETAIL, hindsight=False) as result:
        model = result.model
    orders = pd.read_parquet(RETAIL)
    with rfmeans.assign(model, orders.assign(UnitPrice=orders["UnitPrice"] * 4), hindsight=False) as dear:
        found = dear.summary.drift.indices
        assert (round(found["monetary"], 2), round(found["segments"], 2)) == (1.18, 0.25)
        assert found["recency"] == found["frequency"] == 0.0
        assert dear.caution.startswith("Warning: the model no longer fits: monetary is spread otherwise")
    with rfmeans.assign(model, RETAIL, as_of="2011-09-10", hindsight=False) as then:
        assert round(then.summary.drift.indices["recency"], 2) == 0.10
        assert then.caution.startswith(
            "Caution: recency is spread otherwise than at the fit (population stability"
        )
