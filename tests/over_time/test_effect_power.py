"""What a holdout can show: against counting everything out, against drawing, and the textbook's formula beside it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from rfmeans.over_time.effect_intervals import GroupSums, Pair, difference_of_shares, two_sided
from rfmeans.over_time.effect_power import foresee, holdout_to_show, power, smallest_visible


def told(treated, bought, held_out, held) -> bool:
    pair = Pair(*(GroupSums(*counts, *[0.0] * 9) for counts in ((treated, bought), (held_out, held))))
    return difference_of_shares([pair], 0.95).sign > 0


@pytest.mark.parametrize(
    ("treated", "held_out", "anyway", "effect"), [(30, 10, 0.2, 0.3), (12, 20, 0.5, 0.4), (40, 5, 0.0, 0.6)]
)
def test_power_by_counting_everything_out(treated, held_out, anyway, effect):
    expected = sum(
        binom.pmf(bought, treated, anyway + effect) * binom.pmf(held, held_out, anyway)
        for bought in range(treated + 1)
        for held in range(held_out + 1)
        if told(treated, bought, held_out, held)
    )
    assert power(treated, held_out, anyway=anyway, effect=effect, level=0.95) == pytest.approx(
        expected, abs=1e-8
    )


def test_the_textbook_s_formula_promises_too_much():
    formula = (two_sided(0.95) + two_sided(0.6)) * np.sqrt(0.05 * 0.95 * (1 / 1060 + 1 / 118))
    assert formula == pytest.approx(0.059, abs=5e-4)
    assert power(1060, 118, anyway=0.05, effect=formula, level=0.95) == pytest.approx(0.54, abs=0.005)
    assert smallest_visible(1060, 118, anyway=0.05, level=0.95) == pytest.approx(0.0810, abs=5e-5)


@pytest.mark.parametrize("held_out", [118, 589, 10])
@pytest.mark.parametrize("anyway", [0.0, 0.05, 0.5])
def test_the_smallest_visible_effect_is_told_in_8_of_10(held_out, anyway):
    smallest = smallest_visible(1178 - held_out, held_out, anyway=anyway, level=0.99375)
    told_then = power(1178 - held_out, held_out, anyway=anyway, effect=smallest, level=0.99375)
    assert told_then == pytest.approx(0.8, abs=1e-3)


def test_what_cannot_be_seen_at_all():
    assert smallest_visible(9, 1, anyway=0.5, level=0.95) is None
    assert smallest_visible(900, 100, anyway=1.0, level=0.95) is None
    assert holdout_to_show(20, anyway=0.05, effect=0.02, level=0.95) is None


def test_the_promise_is_kept_by_draws():
    rng = np.random.default_rng(0)
    smallest = smallest_visible(900, 100, anyway=0.2, level=0.95)
    bought, held = rng.binomial(900, 0.2 + smallest, 1500), rng.binomial(100, 0.2, 1500)
    kept = np.mean([told(900, int(one), 100, int(other)) for one, other in zip(bought, held, strict=True)])
    assert kept == pytest.approx(0.8, abs=0.03)


def test_more_effect_and_more_customers_are_seen_better():
    powers = [power(900, 100, anyway=0.1, effect=effect, level=0.95) for effect in (0.0, 0.05, 0.1, 0.2)]
    assert powers == sorted(powers)
    assert powers[0] < 0.03  # half of 5 %: the false alarms on this side
    visible = [smallest_visible(9 * held, held, anyway=0.1, level=0.95) for held in (50, 500, 5000, 500_000)]
    assert visible == sorted(visible, reverse=True)


@pytest.mark.parametrize("level", [0.95, 0.99375])
def test_the_holdout_to_show_is_the_smallest(level):
    share = holdout_to_show(30_000, anyway=0.05, effect=0.02, level=level)

    def shown(share):
        held = round(30_000 * share)
        return power(30_000 - held, held, anyway=0.05, effect=0.02, level=level)

    assert shown(share) >= 0.8 > shown(share - 0.01)


def test_what_lists_can_show_holds_together():
    found = foresee([("Loyal", 1060, 118), ("New", 900, 100), ("Nobody", 9, 0)])
    assert [sight.segment for sight in found.lists] == ["Loyal", "New"]  # the third cannot be compared
    assert (found.total.customers, found.total.held_out) == (2178, 218)
    each = smallest_visible(1060, 118, anyway=0.05, level=0.9875)  # 1 - 2.5 % / 2
    assert found.lists[0].smallest == pytest.approx(each)
    assert found.total.smallest == pytest.approx(smallest_visible(1960, 218, anyway=0.05, level=0.975))
    assert found.holdout is None
    assert found.smallest_by_half == pytest.approx(smallest_visible(1089, 1089, anyway=0.05, level=0.975))


def test_large_lists_show_two_points():
    found = foresee([("All", 90_000, 10_000)])
    assert found.holdout == holdout_to_show(100_000, anyway=0.05, effect=0.02, level=0.95) == 0.02
    assert power(98_000, 2_000, anyway=0.05, effect=0.02, level=0.95) >= 0.8


def test_without_a_holdout_nothing_is_promised():
    assert foresee([("All", 100, 0)]) is None
