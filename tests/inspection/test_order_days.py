"""The days with orders: gaps, days far from all others, and a last month that is not whole."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pytest

import rfmeans
from helpers.inspected import FIRST, codes, only, shop, with_orders
from rfmeans.inspection.order_days import OrderDays, find_gaps
from rfmeans.report.analyses.inspection import because

if TYPE_CHECKING:
    import pandas as pd


def without(first: str, last: str, orders: pd.DataFrame | None = None) -> pd.DataFrame:
    orders = shop(orders_each=4) if orders is None else orders
    return orders[~orders["date"].between(dt.date.fromisoformat(first), dt.date.fromisoformat(last))]


def test_a_gap():
    found = only(rfmeans.inspect(without("2024-03-10", "2024-03-16")).suspicious, "gaps")
    assert found.found == "No order from 2024-03-10 to 2024-03-16 (7 days), unlike the weeks around."
    assert found.figures == {
        "count": 1,
        "longest": [
            {"first_day": dt.date(2024, 3, 10), "last_day": dt.date(2024, 3, 16), "days": 7},
        ],
    }


def test_the_longest_gaps_come_first():
    orders = shop(orders_each=4)
    for month, last in ((2, 5), (3, 9), (4, 6), (5, 6)):
        orders = without(f"2024-0{month}-01", f"2024-0{month}-0{last}", orders)
    assert only(rfmeans.inspect(orders).suspicious, "gaps").found == (
        "4 runs of days without orders, unlike the weeks around; the 3 longest: 2024-03-01 to 2024-03-09 (9 days); "
        "2024-04-01 to 2024-04-06 (6 days); 2024-05-01 to 2024-05-06 (6 days)."
    )


@pytest.mark.parametrize(("last", "gap"), [("2024-03-11", False), ("2024-03-12", True)])
def test_two_days_are_no_gap_and_three_are_where_every_day_has_orders(last, gap):
    # 13 weekdays either side were all open: chance (1/2 / 27)^3 = 6e-6, below 1e-5.
    assert ("gaps" in codes(rfmeans.inspect(without("2024-03-10", last)).suspicious)) == gap


@pytest.mark.parametrize("closed", [{6}, {5, 6}, {4, 5, 6}, {0, 1, 2, 3, 4, 6}])
def test_a_shop_closed_on_some_weekdays_has_no_gap(closed):
    orders = shop(orders_each=4)
    orders = orders[[day.weekday() not in closed for day in orders["date"]]]
    assert "gaps" not in codes(rfmeans.inspect(orders).suspicious)


@pytest.mark.parametrize("every", [3, 10, 30])
def test_a_shop_with_few_orders_has_no_gap(every):
    generator = np.random.default_rng(5)
    days = np.cumsum(generator.geometric(1 / every, size=2000 // every))
    orders = shop(customers=len(days) // 2, orders_each=2)[: len(days)]
    orders["date"] = [FIRST + dt.timedelta(days=int(day)) for day in days[: len(orders)]]
    assert "gaps" not in codes(rfmeans.inspect(orders).suspicious)


@pytest.mark.parametrize(("around", "gap"), [(4, False), (5, True)])
def test_a_rhythm_needs_ten_days_with_orders(around, gap):
    days = np.array([*range(around), *range(around + 60, around + 60 + around)])
    assert bool(find_gaps(OrderDays(days, np.ones_like(days), np.ones_like(days)))) == gap


# Days far from all others


@pytest.mark.slow
def test_a_lone_order_years_after_the_rest():
    found = rfmeans.inspect(with_orders(shop(), ("c0001", "z", "2042-05-06", 10.0)))
    stray = only(found.suspicious, "stray-late-days")
    assert stray.found == ("1 order is dated on 2042-05-06, long after all others, which end on 2024-06-30.")
    assert "as_of='2024-07-01'" in stray.advice
    assert (stray.weighs, stray.figures["orders"], found.verdict) == (True, 1, "usable with care")
    assert codes(found.reasons) == [
        "stray-late-days"
    ]  # the last order is the stray: nothing is said of 30 days
    assert codes(found.suspicious) == ["stray-late-days"]  # and no gap of eighteen years beside it
    mended = rfmeans.inspect(with_orders(shop(), ("c0001", "z", "2042-05-06", 10.0)), as_of="2024-07-01")
    assert (mended.verdict, mended.suspicious) == ("ready", ())
    assert because(mended) == ". These orders can be segmented as they are."


def test_a_late_line_of_an_old_order_is_found_too():
    found = rfmeans.inspect(with_orders(shop(), ("c0000", "o00000", "2042-05-06", 10.0)))
    assert only(found.suspicious, "stray-late-days").figures["orders"] == 1


@pytest.mark.slow
def test_lone_orders_long_before_the_rest():
    added = [("c0001", "z1", "1900-01-01", 10.0), ("c0002", "z2", "1970-01-01", 10.0)]
    found = rfmeans.inspect(with_orders(shop(), *added))
    stray = only(found.suspicious, "stray-early-days")
    assert stray.found == (
        "2 orders are dated from 1900-01-01 to 1970-01-01, long before all others, which begin on 2024-01-01."
    )
    assert "since='2024-01-01'" in stray.advice
    assert (found.verdict, codes(found.suspicious)) == ("ready", ["stray-early-days"])
    assert because(found) == ". These orders can be segmented; first see what is said above."
    assert because(found, "below") == ". These orders can be segmented; first see what is said below."
    assert rfmeans.inspect(with_orders(shop(), *added), since="2024-01-01").suspicious == ()


def test_an_early_stray_does_not_make_the_period_long():
    found = rfmeans.inspect(with_orders(shop(days=100), ("c0001", "z", "1970-01-01", 10.0)))
    assert only(found.advice, "short-period").figures["days"] == 100


@pytest.mark.parametrize(("strays", "called_so"), [(12, True), (13, False)])
def test_one_order_in_a_hundred_can_be_stray(strays, called_so):
    # 12 of 1,212 are 0.99 %, rounded down to whole orders 12; 13 of 1,213 are more than 12.
    added = ((f"c{i:04d}", f"z{i}", "2027-06-30", 10.0) for i in range(strays))
    found = rfmeans.inspect(with_orders(shop(), *added))
    assert ("stray-late-days" in codes(found.suspicious)) == called_so
    assert ("gaps" in codes(found.suspicious)) != called_so


def test_a_shop_with_an_order_every_other_year_has_no_stray():
    orders = shop(customers=25, orders_each=1)
    orders["date"] = [dt.date(1950 + 2 * i, 5, 1) for i in range(25)]
    assert codes(rfmeans.inspect(orders).suspicious) == ["ids-like-order-ids"]


# The last month


def test_a_partial_last_month():
    # 600 x 4 orders over 175 days: 13 or 14 a day, the last one on 23 June.
    found = only(rfmeans.inspect(shop(orders_each=4, days=175)).suspicious, "partial-last-month")
    # May has 31 days, the days of the year 121 to 151 in the usual counting; 2,400 = 13 x 175 + 125, so days 0 to 124
    # have 14 orders: days 121 to 124 of May give 4 x 14, the other 27 give 13 each: 407. February to April give
    # 29, 31 and 30 days of 14: 406, 434, 420. The median of the four is 413.5. June: 23 x 13 = 299.
    assert found.figures == {
        "month": dt.date(2024, 6, 1),
        "days_covered": 23,
        "days": 30,
        "orders": 299,
        "usual_orders": 413.5,
        "months_before": 4,
    }
    assert found.found == (
        "The last month, 2024-06, ends on day 23 of 30: 299 orders against 414, the median of the 4 months before."
    )
    assert not found.weighs


@pytest.mark.parametrize("days", [182, 180])
def test_a_last_month_that_is_whole_or_nearly_so(days):
    assert rfmeans.inspect(shop(orders_each=4, days=days)).suspicious == ()


def test_the_only_month_is_not_compared():
    assert "partial-last-month" not in codes(rfmeans.inspect(shop(days=20)).suspicious)
