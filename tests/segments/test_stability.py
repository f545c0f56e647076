"""Stability of segments under resampling: by hand, and high for heaps apart, low for noise."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.weighed import every_customer, heaps
from places import ROOT
from rfmeans.segments.cluster_measures import (
    SILHOUETTE_SAMPLE,
)
from rfmeans.segments.kmeans import NEAR_BORDER
from rfmeans.segments.number_of_segments import (
    ABOUT,
    CROWDED,
    LEAST_GAIN,
    SMALLEST_SHARE,
    SURE,
    WEAKEST,
)
from rfmeans.segments.stability import (
    RESAMPLE_SIZE,
    RESAMPLES,
    STABLE,
    adjusted_rand,
    contingency,
    jaccard,
    measure_stability,
)
from rfmeans.wording import percent


def test_adjusted_rand_by_hand():
    # 10 customers, 45 pairs: together in both 10 + 6, in the first 15 + 6, in the second 10 + 10; by chance 28/3
    table = contingency(np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([5, 1, 4]), 2)
    assert table.tolist() == [[5, 1], [0, 4]]
    chance = 21 * 20 / 45
    assert adjusted_rand(table) == pytest.approx((16 - chance) / (20.5 - chance))


def test_adjusted_rand_of_one_cluster_with_itself_is_one():
    assert adjusted_rand(np.array([[7]])) == 1.0


def test_jaccard_by_hand():
    assert jaccard(np.array([[5, 1], [0, 4]])).tolist() == [5 / 6, 4 / 5]
    assert jaccard(np.array([[0, 0], [3, 1]])).tolist() == [0.0, 0.75]


# Directions


def test_separate_heaps_are_stable_and_noise_is_not():
    apart, noise = heaps(4, 6), every_customer(np.random.default_rng(1).uniform(size=(1_500, 3)))
    corners = np.array([[0, 0, 0], [1, 1, 0], [1, 0, 1], [0, 1, 1]]) * 6.0
    stable = measure_stability(apart, corners, seed=0)
    assert stable.overall > 0.98
    assert min(stable.segments) > 0.98
    unstable = measure_stability(noise, np.random.default_rng(2).uniform(size=(5, 3)), seed=0)
    assert unstable.overall < 0.6
    assert not unstable.stable


def test_the_documented_rule_has_the_limits_of_the_code():
    text = " ".join((ROOT / "docs" / "evidence.md").read_text(encoding="utf-8").split())
    for limit in (
        f"stability {SURE:.2f} or more, and every segment's Jaccard similarity {WEAKEST:.2f} or more",
        f"every segment holds at least {percent(SMALLEST_SHARE)} of the customers",
        f"its gain is {LEAST_GAIN:.2f} or more and its border is {CROWDED:.2f} or less",
        f"within {ABOUT:.2f} of the best one's",
        f"stability of the segments below {STABLE}",
        f"{RESAMPLES} resamples: as many customers as there are, but at most {RESAMPLE_SIZE:,}",
        f"mean over {SILHOUETTE_SAMPLE:,} customers",
        f"is a confidence below {NEAR_BORDER}",
    ):
        assert limit in text
