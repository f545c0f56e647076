"""Suspicious things, each present and absent."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

import rfmeans
from helpers.inspected import FIRST, codes, only, shop, with_orders

# Suspicious things, present and absent


@pytest.mark.parametrize(("spent", "big"), [(1333.33, []), (1333.34, ["c-big"])])
def test_one_customer_with_more_than_a_tenth_of_the_money(spent, big):
    # The others hold 1,200 x 10 = 12,000, nine tenths of 13,333.33…
    found = rfmeans.inspect(with_orders(shop(), ("c-big", "b1", "2024-03-01", spent)))
    assert [customer.customer_id for customer in found.customers.big] == big
    assert codes(found.suspicious) == ["big-customer"] * len(big)
    assert found.verdict == "ready"


def test_nobody_is_big_among_equals():
    found = rfmeans.inspect(shop(customers=5, orders_each=40))
    assert found.customers.big == ()  # each holds a fifth


def test_ids_of_orders_in_the_customer_column():
    found = rfmeans.inspect(shop(orders_each=1))
    ids = only(found.suspicious, "ids-like-order-ids")
    assert (ids.weighs, ids.figures) == (True, {"customers": 600, "orders": 600})
    assert found.verdict == "usable with care"
    assert codes(found.reasons) == ["mostly-one-purchase", "ids-like-order-ids"]


@pytest.mark.parametrize(("twice", "suspected"), [(6, True), (7, False)])
def test_ids_of_orders_with_a_few_that_come_twice(twice, suspected):
    # One in a hundred of 600 may, such as an order that ran past midnight.
    added = ((f"c{i:04d}", f"x{i}", "2024-06-30", 10.0) for i in range(twice))
    found = rfmeans.inspect(with_orders(shop(orders_each=1), *added))
    assert ("ids-like-order-ids" in codes(found.suspicious)) == suspected


def test_one_order_each_in_a_week_is_no_sign():
    assert "ids-like-order-ids" not in codes(rfmeans.inspect(shop(orders_each=1, days=7)).suspicious)


def test_nineteen_customers_are_no_sign():
    orders = shop(customers=19, orders_each=1, days=19).assign(
        date=lambda lines: [FIRST + dt.timedelta(days=9 * i) for i in range(len(lines))]
    )
    assert "ids-like-order-ids" not in codes(rfmeans.inspect(orders).suspicious)


# Amounts and lines


@pytest.mark.parametrize(("free", "said_so"), [(240, False), (241, True)])
def test_free_orders(free, said_so):
    orders = shop()  # 20 % of 1,200 orders are 240
    orders.loc[: free - 1, "amount"] = 0
    found = rfmeans.inspect(orders)
    assert ("many-free-orders" in codes(found.suspicious)) == said_so


@pytest.mark.parametrize(("returns", "said_so"), [(240, False), (241, True)])
def test_negative_orders(returns, said_so):
    orders = shop()
    orders.loc[: returns - 1, "amount"] = -1
    assert ("many-negative-orders" in codes(rfmeans.inspect(orders).suspicious)) == said_so


@pytest.mark.parametrize(("missing", "said_so"), [(240, False), (241, True)])
def test_lines_set_aside(missing, said_so):
    orders = shop(customers=1200, orders_each=1).assign(customer=[f"c{i % 600}" for i in range(1200)])
    orders.loc[: missing - 1, "customer"] = None
    found = rfmeans.inspect(orders)
    assert ("many-lines-set-aside" in codes(found.suspicious)) == said_so


def test_lines_that_were_left_out_on_purpose_are_not_suspicious():
    assert "many-lines-set-aside" not in codes(rfmeans.inspect(shop(), where="customer > 'c0300'").suspicious)


def test_lines_of_another_currency_and_dropped_duplicates_are_left_out_on_purpose():
    orders = shop().assign(currency=["GBP", "USD"] * 600)
    twice = pd.concat([orders, orders])
    found = rfmeans.inspect(twice, currency="GBP", drop_duplicates=True)
    assert {reason: tally.rows for reason, tally in found.account.lines.set_aside.items()} == {
        "duplicate line": 1200,
        "other currency": 600,
    }
    assert not {"many-lines-set-aside", "repeated-lines"} & set(codes(found.suspicious))


def test_lines_that_repeat_another_are_worth_a_look():
    orders = shop()
    found = only(rfmeans.inspect(pd.concat([orders, orders.head(3)])).suspicious, "repeated-lines")
    assert found.found == "3 lines repeat an earlier line in every column."
    assert (found.weighs, found.figures) == (False, {"lines": 3, "about": False})
    found = only(rfmeans.inspect(pd.concat([orders, orders.head(1)])).suspicious, "repeated-lines")
    assert found.found == "1 line repeats an earlier line in every column."
    assert "repeated-lines" not in codes(rfmeans.inspect(orders).suspicious)
