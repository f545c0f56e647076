"""A first look at segments, from few cells."""

import numpy as np
import pytest

from rfmeans.errors import DataError
from rfmeans.segments.condensed import Cells
from rfmeans.segments.features import FeatureScaling, Scaling
from rfmeans.segments.settings import Settings
from rfmeans.segments.sketch import FEW, sketch

PLAIN = [FeatureScaling(name, "none", 10.0, 2.0, 0.0) for name in ("recency", "frequency", "monetary")]
SCALING = Scaling((PLAIN[0], PLAIN[1], FeatureScaling("monetary", "log1p", 0.0, 1.0, 9.0)))


def cells(points: list[tuple[float, float, float]], counts: list[int]) -> Cells:
    return Cells(np.array(points, dtype=float), np.array(counts), np.zeros(len(counts)), 0.1)


def test_cells_weigh_as_many_as_their_customers_and_figures_are_in_days_purchases_and_money():
    found = sketch(cells([(1, 0, 0), (1.5, 0, 0), (-2, 1, np.log1p(99))], [3, 1, 4]), SCALING, Settings(2))
    first, second = found.groups
    assert (first.customers, second.customers) == (4, 4)
    # 10 - 2 x 2 days, 10 + 2 x 1 purchases; of the others 10 + 2 x (3 x 1 + 1 x 1.5) / 4 days.
    assert (first.mean_recency, first.mean_frequency, first.mean_monetary) == pytest.approx((6, 12, 99))
    assert (second.mean_recency, second.mean_frequency, second.mean_monetary) == pytest.approx((12.25, 10, 0))
    assert (second.median_recency, second.spread.recency[-1]) == (12, pytest.approx(12.85))
    assert float(first.revenue) == 396
    assert found.centres[0] == pytest.approx((-2, 1, np.log1p(99)))
    # 3 x 0.125 x 0.125 + 1 x 0.375 x 0.375
    assert found.inertia == pytest.approx(0.1875)


def test_quantiles_are_those_of_the_customers_one_by_one():
    values = np.array([1.0, 2, 5, 9])
    counts = np.array([2, 1, 3, 1])
    points = np.column_stack([(values - 10) / 2, np.zeros(4), np.zeros(4)])
    [group] = [
        each
        for each in sketch(
            Cells(np.vstack([points, [[99, 99, 9]]]), np.array([*counts, 1]), np.zeros(5), None),
            SCALING,
            Settings(2),
        ).groups
        if each.customers == 7
    ]
    assert group.spread.recency == pytest.approx(
        tuple(np.quantile(np.repeat(values, counts), (0.05, 0.25, 0.5, 0.75, 0.95)))
    )


def test_the_same_cells_give_the_same_look_and_no_customer_is_lost():
    points = np.random.default_rng(1).normal(size=(FEW, 3))
    many = Cells(points, np.full(FEW, 2), np.zeros(FEW), 0.1)
    first, again = sketch(many, SCALING, Settings(5, seed=3)), sketch(many, SCALING, Settings(5, seed=3))
    assert repr(first) == repr(again)
    assert sum(each.customers for each in first.groups) == 10_000
    money = [each.mean_monetary for each in first.groups]
    assert money == sorted(money, reverse=True)


def test_fewer_points_than_segments_are_refused():
    with pytest.raises(DataError, match="3 segments need at least 3 customers that differ"):
        sketch(cells([(0, 0, 0), (1, 1, 1)], [5, 5]), SCALING, Settings(3))
