"""What charts need, counted by hand; and that its size does not grow with customers."""

from decimal import Decimal

import ibis
import numpy as np
import pandas as pd
import pytest

import rfmeans
from rfmeans.segments.features import FeatureScaling, Scaling
from rfmeans.segments.profile import LEVELS, profile_segments
from rfmeans.segments.spread import MAP_COLUMNS, MAP_ROWS, TopShare, measure_distributions


def scaling(transform: str) -> Scaling:
    return Scaling(
        tuple(FeatureScaling(name, transform, 1.0, 1.0, 0.0) for name in ("recency", "frequency", "monetary"))
    )


def customers(rows):
    return ibis.memtable(pd.DataFrame(rows, columns=["recency", "frequency", "monetary", "segment_id"]))


def measured(rows, transform="log1p"):
    return measure_distributions(customers(rows), scaling(transform))


def spreads(table, count):
    groups = profile_segments(table.mutate(place=table.segment_id - 1), "place", count)
    return [group.spread for group in groups]


FIVE = [(day, 1, float(10 * day), 1) for day in (1, 2, 3, 4, 5)]


def test_quantiles_are_interpolated_between_customers():
    (found,) = spreads(customers(FIVE), 1)
    assert LEVELS == (0.05, 0.25, 0.5, 0.75, 0.95)
    # At a level the place is 4 x level customers from the first: 0.2, 1, 2, 3, 3.8.
    assert found.recency == pytest.approx((1.2, 2, 3, 4, 4.8))
    assert found.frequency == (1, 1, 1, 1, 1)
    assert found.monetary == pytest.approx((12, 20, 30, 40, 48))


def test_a_segment_without_customers_has_no_quantiles():
    found = spreads(customers(FIVE), 3)
    assert len(found) == 3
    assert np.isnan(found[1].monetary).all()


def test_the_concentration_of_revenue():
    # 60 + 20 + 10 + 5 + 5 = 100: the top fifth of the customers holds 60 %, the top two fifths 80 %.
    found = measured([(1, 1, money, 1) for money in (5.0, 60.0, 10.0, 20.0, 5.0)])
    assert found.curve[::20] == pytest.approx([0, 0.6, 0.8, 0.9, 0.95, 1])
    assert [(top.percent, top.customers, top.share) for top in found.tops] == [
        *((percent, 0, None) for percent in (1, 5, 10)),
        (20, 1, 0.6),
        (50, 2, 0.8),  # half of five customers are two
    ]


def test_the_top_customers_are_counted_within_a_step_of_money():
    """100.0 to 100.9 lie in one step: the top tenth are the two that spent most of it, not two like all of it."""
    spent = [100 + place / 10 for place in range(10)] + [1.0] * 10
    found = measured([(1, 1, money, 1) for money in spent])
    assert found.tops[2].customers == 2
    assert found.tops[2].share == pytest.approx((100.9 + 100.8) / (1004.5 + 10), abs=1e-12)
    assert found.tops[4].share == pytest.approx(1004.5 / 1014.5, abs=1e-12)


def test_who_spent_nothing_in_the_window_holds_nothing():
    found = measured([(1, 1, money, 1) for money in (6.0, 0.0, 0.0, 0.0)])
    assert found.tops[4] == TopShare(50, 2, 1.0)


def test_where_nobody_spent_anything_nobody_holds_a_share():
    found = measured([(day, 0, 0.0, 1) for day in range(10)])
    assert found.curve == ()
    assert [(top.customers, top.share) for top in found.tops] == [
        (0, None),
        (0, None),
        (1, None),
        (2, None),
        (5, None),
    ]


def test_nobody_holds_a_share_of_no_exact_money():
    frame = ibis.memtable(
        {"recency": [1, 2], "frequency": [0, 0], "monetary": [0.0, 0.0], "segment_id": [1, 1]}
    )
    exact = frame.mutate(monetary=frame.monetary.cast("decimal(38, 4)"))
    found = measure_distributions(exact, scaling("none"))
    assert (found.curve, {top.share for top in found.tops}) == ((), {None})


def test_equal_customers_hold_equal_shares():
    found = measured([(1, 1, 7.0, 1)] * 10)
    assert found.curve == pytest.approx(np.linspace(0, 1, 101))


def test_the_curve_is_that_of_every_customer():
    money = np.random.default_rng(0).lognormal(5, 1.5, 20_000)
    found = measured([(1, 1, value, 1) for value in money])
    exact = np.cumsum(np.sort(money)[::-1]) / money.sum()
    assert found.curve[1:] == pytest.approx(exact[199::200], abs=2e-4)


def test_every_customer_is_on_the_map_once():
    rng = np.random.default_rng(1)
    rows = zip(
        rng.integers(1, 400, 5000), rng.integers(1, 9, 5000), rng.lognormal(5, 2, 5000), rng.integers(1, 5, 5000),
        strict=True,
    )  # fmt: skip
    rows = list(rows)
    cells = measured(rows).cells
    assert sum(cell.customers for cell in cells) == 5000
    assert len(cells) <= MAP_COLUMNS * MAP_ROWS
    last = max(cell.monetary[1] for cell in cells)  # the edge that is the largest customer's
    below = [cell for cell in cells if cell.monetary[1] < last][::50]
    assert len(below) > 5
    for cell in below:
        inside = [
            row[3]
            for row in rows
            if cell.recency[0] <= row[0] < cell.recency[1] and cell.monetary[0] <= row[2] < cell.monetary[1]
        ]
        assert (len(inside), inside.count(cell.segment_id)) == (cell.customers, cell.of_segment)


def test_a_cell_belongs_to_the_segment_most_of_its_customers_are_in():
    cells = measured([(1, 1, 5.0, 2), (1, 1, 5.0, 2), (1, 1, 5.0, 1), (90, 1, 500.0, 3)]).cells
    assert [(cell.customers, cell.segment_id, cell.of_segment) for cell in cells] == [(3, 2, 2), (1, 3, 1)]


def test_a_tie_goes_to_the_more_valuable_segment():
    cells = measured([(1, 1, 5.0, 2), (1, 1, 5.0, 1)]).cells
    assert [(cell.segment_id, cell.of_segment) for cell in cells] == [(1, 1)]


def test_the_map_is_cut_at_whole_days():
    cells = measured([(day, 1, 5.0 + day, 1) for day in range(1, 366)]).cells
    assert all(edge == round(edge) for cell in cells for edge in cell.recency)
    assert cells[0].recency[0] == 1
    assert cells[-1].recency[1] == 366


@pytest.mark.parametrize("transform", ["log1p", "none"])
def test_one_day_and_one_amount_are_one_cell(transform):
    cells = measured([(1, 1, 5.0, 1)] * 3, transform).cells
    assert [(cell.recency, cell.monetary, cell.customers) for cell in cells] == [((1, 2), (5, 6), 3)]


def test_exact_money():
    frame = ibis.memtable(
        {"recency": [1, 2], "frequency": [1, 1], "monetary": [1.5, 4.5], "segment_id": [1, 1]}
    )
    exact = frame.mutate(monetary=frame.monetary.cast("decimal(38, 4)"))
    assert measure_distributions(exact, scaling("none")).tops[4].share == pytest.approx(0.75)
    assert spreads(exact, 1)[0].monetary[2] == 3.0


@pytest.mark.slow
@pytest.mark.parametrize("segments", [2, 5, 12])
def test_a_result_carries_them(segments):
    from rfmeans.synthetic import make_orders

    with rfmeans.segment(
        make_orders(600, seed=2).drop(columns="kind"), segments=segments, n_init=2
    ) as result:
        found = result.summary.distributions
        counted = result.summary.everyone.customers
    assert sum(cell.customers for cell in found.cells) == counted
    assert (found.curve[0], found.curve[-1]) == (0, 1)
    assert all(later >= earlier for earlier, later in zip(found.curve, found.curve[1:], strict=False))


def test_shuffled_rows_give_the_same(tmp_path):
    rng = np.random.default_rng(3)
    rows = [(int(r), 1, float(m), int(s)) for r, m, s in zip(rng.integers(1, 90, 900), rng.lognormal(4, 1, 900), rng.integers(1, 4, 900), strict=True)]  # fmt: skip  # noqa: E501
    assert measured(rows) == measured(rows[::-1])


def test_an_assigned_segment_nobody_is_in():
    frame = pd.DataFrame({"customer_id": [1, 2, 3, 4], "recency": [1, 2, 300, 310], "frequency": [9, 8, 1, 1],
                          "monetary": [900.0, 800.0, 10.0, 12.0]})  # fmt: skip
    columns = rfmeans.CustomerColumns()
    with rfmeans.segment(frame, segments=2, columns=columns) as fitted:
        model = fitted.model
    with rfmeans.assign(model, frame.head(2), columns=columns) as result:
        found = result.summary.distributions
        nobody = result.summary.segments[1].figures
    assert nobody.customers == 0
    assert np.isnan(nobody.spread.recency).all()
    assert {cell.segment_id for cell in found.cells} == {1}
    assert result.summary.account.clustered.money == Decimal(1700)
