"""Measures of clusters by hand, and scikit-learn's on every customer written out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import (
    adjusted_rand_score,
    calinski_harabasz_score,
    silhouette_samples,
    silhouette_score,
)

from drawn import examples
from helpers.weighed import LINE, every_customer, on_a_line
from rfmeans.segments.cluster_measures import (
    busiest_border,
    calinski_harabasz,
    davies_bouldin,
    partition,
    pick_sample,
    silhouette,
)
from rfmeans.segments.condensed import Cells
from rfmeans.segments.stability import (
    adjusted_rand,
    contingency,
    jaccard,
)

# By hand: 0 and 1 are one cluster, 4 and 6 the other; means 0.5 and 5, squares 0.5 and 2, about 2.75: 22.75


def test_calinski_harabasz_by_hand():
    part = partition(on_a_line(), np.array([0, 0, 1, 1]), 2)
    assert (part.inertia, part.total) == (2.5, 22.75)
    assert calinski_harabasz(part) == pytest.approx((20.25 / 1) / (2.5 / 2))


def test_davies_bouldin_by_hand():
    part = partition(on_a_line(), np.array([0, 0, 1, 1]), 2)
    assert davies_bouldin(part) == pytest.approx((0.5 + 1.0) / 4.5)


def test_silhouette_by_hand():
    cells = on_a_line()
    widths = [(5 - 1) / 5, (4 - 1) / 4, (3.5 - 2) / 3.5, (5.5 - 2) / 5.5]
    found = silhouette(pick_sample(cells), np.array([0, 0, 1, 1]), 2)
    assert found == pytest.approx(np.mean(widths))


def test_a_customer_alone_has_silhouette_zero():
    found = silhouette(pick_sample(on_a_line()), np.array([0, 0, 0, 1]), 2)
    alone = silhouette_samples(LINE[:, None], [0, 0, 0, 1])
    assert alone[3] == 0
    assert found == pytest.approx(alone.mean())


@pytest.mark.parametrize("seed", range(3))
def test_where_nothing_is_left_within_there_is_no_noise_of_sums(seed):
    """Three points, held by 3, 7 and 11 customers: their means are off by rounding alone, whatever the engine."""
    places = np.random.default_rng(seed).normal(size=(3, 3))
    cells = every_customer(np.repeat(places, [3, 7, 11], axis=0))
    part = partition(cells, np.repeat([0, 1, 2], [3, 7, 11]), 3)
    assert (part.inertia, davies_bouldin(part), calinski_harabasz(part)) == (0, 0, np.inf)


def test_border_by_hand():
    # Centres at 0 and 6, so the border is 2 to 4: 2 customers; about the centres, -1 to 1 and 5 to 7, 3 and 4.
    places, counts = np.array([0.0, 2.5, 3.5, 6.0, 6.5, 5.5]), (3, 1, 1, 2, 1, 1)
    cells, labels = on_a_line(places, counts), np.array([0, 0, 1, 1, 1, 1])
    part = replace(partition(cells, labels, 2), means=np.array([[0.0, 0, 0], [6.0, 0, 0]]))
    assert busiest_border(cells, labels, part) == pytest.approx(2 / 3)


def test_means_at_distance_one_have_a_border_as_all_others():
    cells, labels = on_a_line(np.array([0.0, 0.5, 1.0]), (4, 2, 4)), np.array([0, 0, 1])
    part = replace(partition(cells, labels, 2), means=np.array([[0.0, 0, 0], [1.0, 0, 0]]))
    assert busiest_border(cells, labels, part) == pytest.approx(2 / 4)


@st.composite
def weighted(draw):
    n = draw(st.integers(4, 12))
    coordinate = st.integers(-20, 20).map(float)
    points = draw(
        st.lists(st.tuples(coordinate, coordinate, coordinate), min_size=n, max_size=n, unique=True)
    )
    counts = draw(st.lists(st.integers(1, 5), min_size=n, max_size=n))
    labels = draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    others = draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    labels[:3] = [0, 1, 2]
    cells = Cells(np.array(points), np.array(counts, dtype=np.int64), np.zeros(n), None)
    return cells, np.array(labels), np.array(others)


@examples(60)
@given(weighted())
def test_measures_are_scikit_learns_on_every_customer(case):
    cells, labels, others = case
    points, own = np.repeat(cells.points, cells.counts, axis=0), np.repeat(labels, cells.counts)
    part = partition(cells, labels, 3)
    sample = pick_sample(cells)
    assert sample.size == len(points)
    if len(points) > 3:
        assert silhouette(sample, labels, 3) == pytest.approx(silhouette_score(points, own), abs=1e-9)
    if part.inertia > 0:
        assert calinski_harabasz(part) == pytest.approx(calinski_harabasz_score(points, own))
    table = contingency(labels, others, cells.counts, 3)
    other = np.repeat(others, cells.counts)
    assert adjusted_rand(table) == pytest.approx(adjusted_rand_score(own, other), abs=1e-12)
    for label in range(3):
        mine = own == label
        best = max((mine & (other == found)).sum() / (mine | (other == found)).sum() for found in range(3))
        assert jaccard(table)[label] == pytest.approx(best)


def test_the_sample_takes_customers_evenly():
    sample = pick_sample(on_a_line(counts=(600, 200, 150, 50)), size=100)
    assert sample.weights.tolist() == [60, 20, 15, 5]
