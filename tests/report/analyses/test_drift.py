"""How drift is told: a sentence, a caution, a warning."""

from __future__ import annotations

import pytest

import rfmeans
from rfmeans.over_time.drift import Drift, FeatureBins, Reference
from rfmeans.report.analyses.drift import drift, drift_line
from rfmeans.synthetic import make_orders


def reference(*counts: int) -> Reference:
    features = tuple(FeatureBins(name, (1.0,), (1, 1), 1.0) for name in ("recency", "frequency", "monetary"))
    return Reference(features, counts, None)


@pytest.mark.parametrize(
    ("counts", "begins"),
    [
        ((50, 50), "The model still fits: customers are spread as those of the fit were (recency: population"),
        ((35, 65), "The model still fits: customers are spread as those of the fit were (segments: population"),
        ((34, 66), "Caution: segments are spread otherwise than at the fit (population stability index 0.11, a"),
        ((25, 75), "Warning: the model no longer fits: segments are spread otherwise than at the fit (population"),
    ],
)  # fmt: skip
def test_the_sentence(counts, begins):
    assert drift_line(Drift(reference(50, 50), reference(*counts))).startswith(begins)


@pytest.mark.slow
def test_the_section_is_of_assign_alone():
    shop = make_orders(200, seed=4).drop(columns="kind")
    with rfmeans.segment(shop, n_init=2) as result, rfmeans.assign(result.model, shop) as again:
        assert not any(vars(drift(result.summary)).values())
        found = drift(again.summary)
        (table,) = (block for block in found.markdown if hasattr(block, "rows"))
        assert [row[0].shown for row in table.rows] == [
            "Recency",
            "Frequency",
            "Monetary",
            "Segments",
            "Mean distance to the nearest centre",
        ]
        assert [row[1].shown for row in table.rows] == ["0.00"] * 4 + [""]
        assert all(row[2].shown == row[3].shown for row in table.rows)
        assert '<section id="drift"' in again.report().html
        assert again.summary.to_dict()["drift"]["largest"] == {"of": "recency", "psi": 0.0}
