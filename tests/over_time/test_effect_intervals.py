"""Intervals: published examples, answers by hand, other libraries, and what must not change them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from rfmeans.over_time.effect_intervals import (
    Difference,
    GroupSums,
    Pair,
    difference_of_means,
    difference_of_shares,
    skewed_quantile,
    two_sided,
    weights_of,
    welch,
    wilson,
)

EXPERIMENT = (  # no e-mail, men's, women's; money before is the year's `history`
    GroupSums(21306, 122, 13908.33, 2870050.3621, 879704458.9922, 5132245.81, 2597172414.5563, 2093028397574.85,
              4267933.8399, 2784953484.6495, 876057952.2377),
    GroupSums(21307, 267, 30311.69, 6759024.4973, 2172894663.4205, 5174105.18, 2700687619.2752, 2291204396049.791,
              9857526.2586, 6529810397.6827, 2167351737.5227),
    GroupSums(21387, 189, 23038.11, 4911446.5763, 1472945181.9293, 5187130.98, 2652326978.521, 2180890459302.1985,
              7513096.1923, 5766672494.6864, 1798639622.4181),
)  # fmt: skip


def buyers(bought, customers) -> GroupSums:
    return GroupSums(customers, bought, *[0.0] * 9)


def sums(y, x=None) -> GroupSums:
    y = np.asarray(y, dtype=float)
    x = np.zeros_like(y) if x is None else np.asarray(x, dtype=float)
    products = (y, y**2, y**3, x, x**2, x**3, x * y, x**2 * y, x * y**2)
    return GroupSums(len(y), int((y > 0).sum()), *(float(product.sum()) for product in products))


def ends(found: Difference) -> tuple[float, float]:
    assert found.low is not None
    assert found.high is not None
    return found.low, found.high


# Shares


@pytest.mark.parametrize(
    ("treatment", "holdout", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_newcombe_1998_table_ii_method_10(treatment, holdout, low, high):
    found = difference_of_shares([Pair(buyers(*treatment), buyers(*holdout))], 0.95)
    assert ends(found) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("bought", "customers", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_in_newcombe_1998_statist_med_17_857(bought, customers, low, high):
    assert wilson(bought, customers, two_sided(0.95))[1:] == pytest.approx((low, high), abs=5e-5)


@settings(deadline=None)  # the first call loads statsmodels
@given(st.integers(1, 60), st.integers(1, 60), st.data(), st.sampled_from([0.8, 0.95, 0.99375]))
def test_one_segment_is_what_statsmodels_says(treated, held, data, level):
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    bought = data.draw(st.integers(0, treated)), data.draw(st.integers(0, held))
    found = difference_of_shares([Pair(buyers(bought[0], treated), buyers(bought[1], held))], level)
    expected = proportion.confint_proportions_2indep(
        bought[0], treated, bought[1], held, method="newcomb", alpha=1 - level
    )
    assert ends(found) == pytest.approx(expected, abs=1e-9)


@given(st.integers(1, 40), st.integers(1, 40), st.data(), st.integers(2, 5))
def test_a_segment_told_as_several_alike_is_the_same(treated, held, data, parts):
    bought = data.draw(st.integers(0, treated)), data.draw(st.integers(0, held))
    part = Pair(buyers(bought[0], treated), buyers(bought[1], held))
    whole = Pair(buyers(bought[0] * parts, treated * parts), buyers(bought[1] * parts, held * parts))
    several, one = difference_of_shares([part] * parts, 0.95), difference_of_shares([whole], 0.95)
    assert (several.value, *ends(several)) == pytest.approx((one.value, *ends(one)), abs=1e-12)


def test_lists_held_out_to_different_shares_are_not_mixed_up():
    # Nine in ten buy in one segment and one in ten in the other, campaign or not; the first has the larger holdout.
    pairs = [Pair(buyers(90, 100), buyers(810, 900)), Pair(buyers(90, 900), buyers(11, 110))]
    assert difference_of_shares(pairs, 0.95).value == pytest.approx(0)
    added_up = 180 / 1000 - 820 / 1010
    assert added_up < -0.6


def test_a_total_is_weighted_with_the_treated_customers():
    pairs = [Pair(buyers(30, 100), buyers(2, 10)), Pair(buyers(150, 300), buyers(20, 50))]
    assert weights_of(pairs) == [0.25, 0.75]
    assert difference_of_shares(pairs, 0.95).value == pytest.approx(0.25 * 0.1 + 0.75 * 0.1)


@pytest.mark.parametrize(
    "method", [difference_of_shares, lambda p, q: difference_of_means(p, q, adjusted=True)]
)
def test_groups_the_other_way_round_turn_the_sign(method):
    rng = np.random.default_rng(0)
    pairs = [
        Pair(sums(rng.poisson(1, n), rng.random(n)), sums(rng.poisson(2, m), rng.random(m)))
        for n, m in ((30, 9), (20, 40))
    ]
    there, back = method(pairs[:1], 0.9), method([Pair(*reversed(pairs[0]))], 0.9)
    assert (back.value, *ends(back)) == pytest.approx(
        (-there.value, *reversed([-end for end in ends(there)]))
    )


# Money


def test_welch_is_r_s_t_test_on_its_sleep_data():
    first = sums([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
    second = sums([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
    assert ends(welch(Pair(first, second), 0.95)) == pytest.approx((-3.3654832, 0.2054832), abs=5e-8)


def test_welch_is_that_of_clickhouse_s_documentation():
    found = welch(Pair(sums([20.3, 22.1, 21.9]), sums([18.9, 20.3, 19])), 0.95)
    assert ends(found) == pytest.approx((-0.026294346671631885, 4.092961013338302), abs=1e-9)


def test_the_mine_that_data_e_mail_experiment():
    """Spend in two weeks, each e-mail against none: the sums of its 64,000 rows, and published intervals of Welch's."""
    none, men, women = EXPERIMENT
    assert ends(welch(Pair(men, none), 0.95)) == pytest.approx((0.4851397, 1.0545146), abs=1e-6)
    assert ends(welch(Pair(women, none), 0.95)) == pytest.approx((0.1689568, 0.6798676), abs=1e-6)
    ours = difference_of_means([Pair(men, none)], 0.95, adjusted=False)
    assert ends(ours) == pytest.approx(
        (0.4851397, 1.0545146), abs=2e-4
    )  # groups of one size: the same answer


def test_unadjusted_by_hand():
    # Spread 500 + 100 on 6 degrees of freedom, so a standard error of root(100 x (1/4 + 1/4)); t is 2.4469.
    found = difference_of_means([Pair(sums([0, 10, 20, 30]), sums([0, 0, 10, 10]))], 0.95, adjusted=False)
    assert (found.value, *ends(found)) == pytest.approx((10, 10 - 17.3022, 10 + 17.3022), abs=1e-4)


@pytest.mark.parametrize("adjusted", [False, True])
def test_groups_of_one_size_get_the_regression_s_interval(adjusted):
    rng = np.random.default_rng(3)
    x = rng.lognormal(size=80)
    y = 2 * x + rng.lognormal(size=80)
    treated = np.arange(80) % 2
    design = np.column_stack([np.ones(80), treated, *([x] if adjusted else [])])
    slopes, (left,), _, _ = np.linalg.lstsq(design, y, rcond=None)
    freedom = 80 - design.shape[1]
    error = math.sqrt(left / freedom * np.linalg.inv(design.T @ design)[1, 1])
    pair = Pair(sums(y[treated == 1], x[treated == 1]), sums(y[treated == 0], x[treated == 0]))
    found = difference_of_means([pair], 0.95, adjusted=adjusted)
    reach = stats.t.ppf(0.975, freedom) * error
    assert (found.value, *ends(found)) == pytest.approx((slopes[1], slopes[1] - reach, slopes[1] + reach))


def from_customers(segments, level, *, adjusted):
    """The interval from the customers themselves, not from sums: money now and before of treatment and holdout."""
    treated = sum(len(treatment[0]) for treatment, _ in segments)
    value = variance = third = freedom = 0.0
    for groups in segments:
        (n, m), weight = [len(y) for y, _ in groups], len(groups[0][0]) / treated
        y, x = ([group[place] - group[place].mean() for group in groups] for place in (0, 1))
        slope = (
            np.concatenate(x) @ np.concatenate(y) / sum(column @ column for column in x) if adjusted else 0.0
        )
        left = [now - slope * before for now, before in zip(y, x, strict=True)]
        now, before = (groups[0][place].mean() - groups[1][place].mean() for place in (0, 1))
        free = n + m - 2 - adjusted
        leverage = before**2 / sum(column @ column for column in x) if adjusted else 0.0
        student = sum(column @ column for column in left) / free * (1 / n + 1 / m + leverage)
        own = sum(column @ column / (len(column) - 1) / len(column) for column in left)
        value += weight * (now - slope * before)
        variance += weight**2 * max(student, own)
        third += weight**3 * np.mean(np.concatenate(left) ** 3) * (1 / n**2 - 1 / m**2)
        freedom += free
    skewness = third / variance**1.5
    few = stats.t.ppf((1 + level) / 2, freedom) / stats.norm.ppf((1 + level) / 2)
    low, high = (
        value - few * variance**0.5 * stats.pearson3.ppf(chance, skewness)
        for chance in ((1 + level) / 2, (1 - level) / 2)
    )
    return value, low, high


@pytest.mark.parametrize("adjusted", [False, True])
@pytest.mark.parametrize("big", [0, 1])  # the group in which one customer spends a fortune
def test_sums_say_what_the_customers_say(adjusted, big):
    rng = np.random.default_rng(7)
    segments = []
    for n, m in ((90, 12), (40, 25), (8, 60)):
        x = [rng.lognormal(3, 1, size) for size in (n, m)]
        y = [0.7 * before + rng.lognormal(2, 1.2, len(before)) for before in x]
        segments.append(list(zip(y, x, strict=True)))
    segments[0][big][0][0] += 5_000
    pairs = [Pair(*(sums(y, x) for y, x in groups)) for groups in segments]
    for some in ([0], [1], [2], [0, 1, 2]):
        found = difference_of_means([pairs[place] for place in some], 0.99, adjusted=adjusted)
        expected = from_customers([segments[place] for place in some], 0.99, adjusted=adjusted)
        assert (found.value, *ends(found)) == pytest.approx(expected, rel=1e-9)


def test_a_small_holdout_of_long_tailed_money_leans_the_interval():
    # A holdout lacks the big spenders more often than it has them, so less may be missing above than below.
    rng = np.random.default_rng(1)
    y = rng.lognormal(3, 1.5, 1000)
    found = difference_of_means([Pair(sums(y[100:]), sums(y[:100]))], 0.95, adjusted=False)
    below, above = found.value - found.low, found.high - found.value
    assert above > 1.3 * below
    assert above + below == pytest.approx(2 * 1.96 * y.std() * math.sqrt(1 / 900 + 1 / 100), rel=0.05)


def test_intervals_of_long_tailed_money_cover_where_welch_s_do_not():
    rng = np.random.default_rng(2)
    customers = rng.lognormal(3, 1.4, 800) * (rng.random(800) < 0.3)
    ours = textbook = high = 0
    for _ in range(400):
        held = rng.random(800) < 0.06
        pair = Pair(sums(customers[~held]), sums(customers[held]))
        ours += difference_of_means([pair], 0.95, adjusted=False).sign == 0
        textbook += welch(pair, 0.95).sign == 0
        high += welch(pair, 0.95).sign > 0
    assert ours / 400 >= 0.93
    assert textbook / 400 < 0.90
    assert high / 400 > 0.08  # in its false alarms the campaign "worked"


@pytest.mark.parametrize("adjusted", [False, True])
def test_another_unit_of_money_only_scales(adjusted):
    rng = np.random.default_rng(4)
    y, x = rng.lognormal(3, 1, 60), rng.lognormal(3, 1, 60)
    plain = difference_of_means([Pair(sums(y[:50], x[:50]), sums(y[50:], x[50:]))], 0.95, adjusted=adjusted)
    pence = difference_of_means(
        [Pair(sums(100 * y[:50], 100 * x[:50]), sums(100 * y[50:], 100 * x[50:]))], 0.95, adjusted=adjusted
    )
    assert (pence.value, *ends(pence)) == pytest.approx(
        tuple(100 * number for number in (plain.value, *ends(plain)))
    )


def test_what_money_before_explains_wholly_leaves_no_spread():
    rng = np.random.default_rng(5)
    x = rng.lognormal(3, 1, 200)
    pair = Pair(sums(2 * x[:170] + 5, x[:170]), sums(2 * x[170:], x[170:]))
    found = difference_of_means([pair], 0.95, adjusted=True)
    assert found == Difference(pytest.approx(5), None, None, 0.95)  # nothing is left that could tell a spread


def test_one_held_out_customer_is_enough_for_a_wide_interval():
    rng = np.random.default_rng(6)
    y = rng.lognormal(3, 1, 100)
    low, high = ends(difference_of_means([Pair(sums(y[1:]), sums(y[:1]))], 0.95, adjusted=True))
    assert low < 0 < high
    assert welch(Pair(sums(y[1:]), sums(y[:1])), 0.95).low is None


@pytest.mark.parametrize("amount", [0.0, 1e6, 0.1])
def test_customers_who_all_spend_the_same_tell_no_spread(amount):
    pair = Pair(
        sums(np.full(900, amount), np.full(900, amount)), sums(np.full(100, amount), np.full(100, amount))
    )
    for found in (
        difference_of_means([pair], 0.95, adjusted=True),
        difference_of_means([pair], 0.95, adjusted=False),
        welch(pair, 0.95),
    ):
        assert (found.low, found.high, found.sign) == (None, None, 0)
        assert found.value == pytest.approx(0, abs=1e-6)


def test_a_holdout_without_buyers_is_not_taken_for_certain():
    y = np.zeros(1000)
    y[[100, 500, 900]] = 50.0  # three buyers, all in treatment
    pair = Pair(sums(y[100:]), sums(y[:100]))
    assert difference_of_means([pair], 0.95, adjusted=False).sign == 0


# Quantiles and differences


@given(st.floats(-6, 6), st.sampled_from([0.001, 0.025, 0.5, 0.975, 0.9996]))
def test_quantiles_are_scipy_s(skewness, chance):
    assert skewed_quantile(chance, skewness) == pytest.approx(stats.pearson3.ppf(chance, skewness), abs=1e-4)


def test_signs_and_units():
    above, below, around = (Difference(0, *two, 0.95) for two in ((1.0, 3.0), (-3.0, -1.0), (-1.0, 3.0)))
    assert (above.sign, below.sign, around.sign, replace(above, low=None, high=None).sign) == (1, -1, 0, 0)
    assert below.times(10, less=5) == Difference(-5, -35, -15, 0.95)
    assert replace(above, low=None, high=None).times(2, less=1) == Difference(-1, None, None, 0.95)
