"""Cells put together: what exact measures need is kept."""

import numpy as np
import pytest
from sklearn.metrics import calinski_harabasz_score

from helpers.weighed import every_customer, heaps
from rfmeans.segments.cluster_measures import calinski_harabasz, partition
from rfmeans.segments.condensed import condense
from rfmeans.segments.stability import nearest_centre


def test_condensing_keeps_what_exact_measures_need():
    cells = heaps(4, 4)
    few = condense(cells, limit=100)
    assert len(few.points) <= 100
    assert few.counts.sum() == len(cells.points)
    labels = nearest_centre(few.points, few.points[:3])
    # The same partition on the customers: each goes where its cell goes.
    width = few.width
    where = {tuple(np.floor(point / width)): label for point, label in zip(few.points, labels, strict=True)}
    own = np.array([where[tuple(np.floor(point / width))] for point in cells.points])
    assert calinski_harabasz(partition(few, labels, 3)) == pytest.approx(
        calinski_harabasz_score(cells.points, own)
    )
    assert partition(few, labels, 3).inertia == pytest.approx(partition(cells, own, 3).inertia)


def test_condensing_puts_equal_customers_together_and_leaves_few_ones_as_they_are():
    points = np.repeat(np.random.default_rng(0).normal(size=(50, 3)), 3, axis=0)
    few = condense(every_customer(points))
    assert few.counts.tolist() == [3] * 50
    assert few.within.max() < 1e-20
