"""A first look at segments, from few cells."""

import numpy as np
import pytest

from rfmeans.errors import DataError
from rfmeans.segments.condensed import Cells
from rfmeans.segments.features import FeatureScaling, Scaling
from rfmeans.segments.sketch import sketch

PLAIN = [FeatureScaling(name, "none", 10.0, 2.0, 0.0) for name in ("recency", "frequency", "monetary")]
SCALING = Scaling((PLAIN[0], PLAIN[1], FeatureScaling("monetary", "log1p", 0.0, 1.0, 9.0)))


def cells(points: list[tuple[float, float, float]], counts: list[int]) -> Cells:
    return Cells(np.array(points, dtype=float), np.array(counts), np.zeros(len(counts)), 0.1)


def test_cells_weigh_as_many_as_their_customers_and_centres_are_in_days_purchases_and_money():
    found = sketch(cells([(1, 0, 0), (1.5, 0, 0), (-2, 1, np.log1p(99))], [3, 1, 4]), 2, SCALING, 0)
    assert [(each.customers, each.share) for each in found] == [(4, 0.5), (4, 0.5)]
    # 10 - 2 x 2 days, 10 + 2 x 1 purchases; of the others 10 + 2 x (3 x 1 + 1 x 1.5) / 4.
    assert (found[0].recency, found[0].frequency, found[0].monetary) == pytest.approx((6, 12, 99))
    assert (found[1].recency, found[1].frequency, found[1].monetary) == pytest.approx((12.25, 10, 0))


def test_the_same_cells_give_the_same_look_and_no_customer_is_lost():
    points = np.random.default_rng(1).normal(size=(5_000, 3))
    many = Cells(points, np.full(5_000, 2), np.zeros(5_000), None)
    first, again = sketch(many, 5, SCALING, 3), sketch(many, 5, SCALING, 3)
    assert first == again
    assert sum(each.customers for each in first) == 10_000
    assert [each.monetary for each in first] == sorted((each.monetary for each in first), reverse=True)


def test_fewer_points_than_segments_are_refused():
    with pytest.raises(DataError, match="3 segments need at least 3 customers that differ"):
        sketch(cells([(0, 0, 0), (1, 1, 1)], [5, 5]), 3, SCALING, 0)
