"""Settings of the segmentation: what is refused, in which words."""

from __future__ import annotations

import pytest

import rfmeans


@pytest.mark.parametrize("setting", [{"segments": 6}, {"n_init": 3}, {"tol": 0.0}])
def test_what_concerns_k_means_is_refused_with_scores(setting):
    (name, value), *_ = setting.items()
    with pytest.raises(rfmeans.SettingsError) as found:
        rfmeans.segment("orders.csv", method="scores", **setting)
    assert str(found.value) == (
        f"{name} concerns K-Means: with method='scores' the segments are the names of the scores. "
        f"Leave it out, or use method='kmeans'. Got {name}={value!r}."
    )


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"method": "quantiles"}, "method must be one of kmeans, scores. Got 'quantiles'."),
        ({"score_bins": 11}, "score_bins must be a whole number from 2 to 10. Got 11."),
        ({"score_bins": 1}, "score_bins must be a whole number from 2 to 10. Got 1."),
        ({"score_cuts": {"age": [1, 2, 3, 4]}}, "score_cuts has no place for 'age'."),
        ({"score_cuts": {"recency": [1, 2]}}, "5 scores need 4 cuts of recency. Got 2: 1, 2."),
        ({"score_cuts": {"recency": [1, 2, 2, 3]}}, "score_cuts: recency must ascend"),
    ],
)
def test_wrong_settings(setting, said):
    with pytest.raises(rfmeans.SettingsError) as found:
        rfmeans.segment("orders.csv", **setting)
    assert said in str(found.value)
