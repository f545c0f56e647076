"""What a campaign did: levels, verdicts, extra and gain by hand, what cannot be compared, the checks of the split."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rfmeans.over_time.effect_figures import (
    Costs,
    Effect,
    SegmentEffect,
    SegmentSums,
    customers_to_tell,
    levels,
    measure_effect,
)
from rfmeans.over_time.effect_intervals import (
    Difference,
    GroupSums,
    Pair,
    difference_of_means,
    difference_of_shares,
)
from rfmeans.over_time.effect_power import power


def group(y, x=None, buyers=None, features=None) -> GroupSums:
    """The sums of some customers: money now, money before, and rows of recency, frequency, monetary."""
    y = np.asarray(y, dtype=float)
    x = np.zeros_like(y) if x is None else np.asarray(x, dtype=float)
    products = (y, y**2, y**3, x, x**2, x**3, x * y, x**2 * y, x * y**2)
    logs = () if features is None else np.log1p(np.asarray(features, dtype=float)).reshape(-1, 3).T
    return GroupSums(
        len(y),
        int((y > 0).sum()) if buyers is None else buyers,
        *(float(product.sum()) for product in products),
        logs=tuple((float(row.sum()), float((row**2).sum())) for row in logs),
    )


def segment(number, treatment, holdout) -> SegmentSums:
    return SegmentSums(number, f"Segment {number}", treatment, holdout)


def bought(buyers, customers, each=10.0) -> GroupSums:
    return group([each] * buyers + [0.0] * (customers - buyers))


def rows(found: Effect) -> list[SegmentEffect]:
    assert found.total is not None
    return [found.total, *found.segments]


EMPTY = group([])


def test_the_example_of_the_documentation():
    # 6,400 treated, 640 buyers, 9,600 money; 700 held out, 42 buyers, 810 money.
    treatment, holdout = group([15.0] * 640 + [0.0] * 5760), group([810 / 42] * 42 + [0.0] * 658)
    row = measure_effect([segment(1, treatment, holdout)]).segments[0]
    assert (row.treatment.share, row.holdout.share) == (0.1, 0.06)
    assert row.share.value == pytest.approx(0.04)
    assert row.extra_buyers.value == pytest.approx(256)
    assert row.treatment.money_per_customer == pytest.approx(1.5)
    assert row.extra_money.value == pytest.approx((9600 / 6400 - 810 / 700) * 6400)
    assert row.verdict == "worked"


@given(st.integers(1, 12), st.floats(0.8, 0.999))
def test_the_allowance_for_error_is_spent_once(segments, level):
    total, each = levels(segments, level)
    assert (1 - total) * (segments > 1) + segments * (1 - each) == pytest.approx(1 - level)


def test_one_segment_is_the_total():
    found = measure_effect([segment(1, bought(30, 100), bought(5, 20))])
    assert replace(found.total, segment_id=1, segment="Segment 1") == found.segments[0]


def test_verdicts_by_the_interval_alone():
    found = measure_effect(
        [
            segment(1, bought(500, 1000), bought(50, 200)),
            segment(2, bought(100, 1000), bought(80, 200)),
            segment(3, bought(300, 1000), bought(58, 200)),
        ]
    )
    assert [row.verdict for row in found.segments] == ["worked", "did harm", "cannot tell"]
    for row in rows(found):
        assert (row.share.low > 0, row.share.high < 0) == (row.verdict == "worked", row.verdict == "did harm")
        assert (row.customers_to_tell is None) == (row.verdict != "cannot tell")


def test_intervals_have_the_levels_that_hold_together():
    found = measure_effect([segment(number, bought(30, 100), bought(5, 20)) for number in range(1, 5)])
    assert (found.total_level, found.segment_level) == (0.975, 0.99375)
    pair = Pair(bought(30, 100), bought(5, 20))
    assert found.segments[0].share == difference_of_shares([pair], 0.99375)
    assert found.segments[0].money == difference_of_means([pair], 0.99375, adjusted=True)
    assert found.total.share == difference_of_shares([pair] * 4, 0.975)


def test_verdicts_on_money_when_asked_for():
    rng = np.random.default_rng(0)
    x = rng.lognormal(3, 1, 1000)
    y = 3 * x * np.where(np.arange(1000) < 800, 1.5, 1.0)
    sums = [segment(1, group(y[:800], x[:800]), group(y[800:], x[800:]))]
    assert measure_effect(sums).segments[0].verdict == "cannot tell"  # everybody buys
    assert measure_effect(sums, verdict_on="money").segments[0].verdict == "worked"


def test_extra_adds_up_over_segments():
    rng = np.random.default_rng(1)
    sums = []
    for number, (treated, held) in enumerate([(300, 30), (200, 90), (90, 10)], start=1):
        y, x = rng.poisson(number, (2, treated + held))
        sums.append(segment(number, group(y[:treated], x[:treated]), group(y[treated:], x[treated:])))
    found = measure_effect(sums, costs=Costs(0.1, 0.4))
    for name in ("extra_buyers", "extra_money", "net_gain"):
        parts = [getattr(row, name).value for row in found.segments]
        assert sum(parts) == pytest.approx(getattr(found.total, name).value)
    total = found.total
    assert total.treatment.share_weighted - total.holdout.share_weighted == pytest.approx(total.share.value)


def test_net_gain_by_hand():
    # 100 treated customers spend 12 each, 50 held out spend 10: 200 extra, 30 % of it margin, less 100 x 0.50.
    treatment, holdout = group([6.0, 18.0] * 50), group([4.0, 16.0] * 25)
    row = measure_effect(
        [segment(1, treatment, holdout)], costs=Costs(per_customer=0.5, margin=0.3)
    ).segments[0]
    assert row.net_gain.value == pytest.approx(0.3 * 200 - 50)
    assert row.net_gain.low == pytest.approx(0.3 * row.extra_money.low - 50)
    assert measure_effect([segment(1, treatment, holdout)]).segments[0].net_gain is None


@pytest.mark.parametrize(
    ("treatment", "holdout"), [(bought(3, 9), EMPTY), (EMPTY, bought(3, 9)), (bought(1, 2), bought(0, 1))]
)
def test_segments_that_cannot_be_compared_are_said_and_left_out(treatment, holdout):
    odd, even = segment(1, treatment, holdout), segment(2, bought(30, 100), bought(5, 20))
    found = measure_effect([odd, even])
    assert found.not_compared == (odd,)
    assert [row.segment_id for row in found.segments] == [2]
    assert (found.total.treatment.customers, found.segment_level) == (100, 0.95)


def test_no_holdout_anywhere_is_no_answer():
    found = measure_effect([segment(1, bought(3, 9), EMPTY)], holdout=0.0)
    assert (found.total, found.segments, found.splits, found.balance) == (None, (), (), ())


@pytest.mark.parametrize("share", [0, 1])
def test_nobody_or_everybody_buys(share):
    found = measure_effect([segment(n, bought(900 * share, 900), bought(100 * share, 100)) for n in (1, 2)])
    for row in rows(found):
        assert row.share.low < 0 < row.share.high
        assert (row.money.low, row.verdict, row.customers_to_tell) == (None, "cannot tell", None)


def test_one_customer_held_out():
    found = measure_effect(
        [segment(1, bought(60, 99), bought(0, 1)), segment(2, bought(60, 90), bought(5, 10))]
    )
    for row in rows(found):
        assert row.share.low < 0 < row.share.high
        assert row.money.low < 0 < row.money.high
        assert row.verdict == "cannot tell"
    assert found.segments[0].money_welch.low is None


# How many customers it takes


def test_customers_to_tell_by_hand():
    # The interval reaches 2 to either side and the difference is 1: twice as near, then 1 + 0.8416 / 1.96 farther.
    assert customers_to_tell(Difference(1, -1, 3, 0.95), 100) == pytest.approx(
        100 * (2 * 1.42941) ** 2, abs=1
    )
    assert customers_to_tell(Difference(-1, -3, 1, 0.95), 100) == customers_to_tell(
        Difference(1, -1, 3, 0.95), 100
    )


@pytest.mark.parametrize("found", [Difference(0.0, -1, 1, 0.95), Difference(1.0, None, None, 0.95)])
def test_no_number_of_customers_tells_what_was_not_seen(found):
    assert customers_to_tell(found, 100) is None


@pytest.mark.parametrize(
    ("anyway", "lift", "share"), [(0.3, 0.03, 0.5), (0.3, 0.05, 0.2), (0.05, 0.02, 0.2), (0.9, 0.03, 0.1)]
)
def test_so_many_customers_do_tell_in_8_of_10_campaigns(anyway, lift, share):
    treated, held = round(400 / share) - 400, 400
    pair = Pair(bought(round(treated * (anyway + lift)), treated), bought(round(held * anyway), held))
    needed = customers_to_tell(difference_of_shares([pair], 0.95), treated + held)
    told = power(round(needed * (1 - share)), round(needed * share), anyway=anyway, effect=lift, level=0.95)
    assert told == pytest.approx(0.8, abs=0.06)  # a rule of thumb: where few buy, a few customers too many


# The split


def test_the_sample_ratio_by_hand():
    # Drawing 3 customers at 1/2: a holdout of 0 or of 3 is as far out as it gets, 1/8 + 1/8.
    found = measure_effect(
        [segment(1, bought(1, 3), EMPTY), segment(2, bought(1, 2), bought(1, 2))], holdout=0.5
    )
    total, first, second = found.splits
    assert (total.segment, total.customers, total.held_out, total.expected) == (None, 7, 2, 3.5)
    assert (first.segment, first.chance, second.chance) == ("Segment 1", pytest.approx(0.25), 1.0)
    assert not any(row.suspicious for row in found.splits)


def test_a_split_that_drawing_does_not_give_is_suspicious():
    sums = [segment(1, bought(100, 900), bought(10, 100)), segment(2, bought(50, 500), bought(50, 500))]
    assert [row.suspicious for row in measure_effect(sums, holdout=0.1).splits] == [True, False, True]
    assert measure_effect(sums).splits == ()


def test_balance_by_hand():
    # log(1 + recency): 1, 3 in treatment, 2, 4 in the holdout: 1 apart, standard deviation root(4 / 2).
    def features(*logs):
        return [[np.expm1(log), 1.0, 2.0] for log in logs]

    sums = segment(1, group([1, 0], features=features(1, 3)), group([0, 1], features=features(2, 4)))
    recency, frequency, monetary = measure_effect([sums]).balance
    assert (recency.treatment, recency.holdout) == (pytest.approx(np.expm1(2)), pytest.approx(np.expm1(3)))
    assert recency.difference == pytest.approx(-1 / np.sqrt(2))
    assert recency.by_chance == pytest.approx(1.959964)
    assert (frequency.difference, monetary.holdout, recency.suspicious) == (0.0, pytest.approx(2.0), False)


def test_groups_that_were_never_alike_are_suspicious():
    rng = np.random.default_rng(0)
    features = rng.lognormal(2, 1, (1000, 3))
    late = features * [2.0, 1, 1]
    found = measure_effect(
        [segment(1, group(np.ones(900), features=features[:900]), group(np.ones(100), features=late[900:]))]
    )
    assert [row.suspicious for row in found.balance] == [True, False, False]


def test_balance_needs_features():
    assert measure_effect([segment(1, bought(3, 9), bought(3, 9))]).balance == ()


def test_the_order_of_segments_changes_nothing():
    sums = [segment(n, bought(10 * n, 100), bought(n, 20)) for n in (1, 2, 3)]
    answers = [measure_effect(order) for order in itertools.permutations(sums)]
    for answer in answers:
        assert answer.total.share.low == pytest.approx(answers[0].total.share.low)
        assert {row.segment_id: row for row in answer.segments} == {
            row.segment_id: row for row in answers[0].segments
        }
