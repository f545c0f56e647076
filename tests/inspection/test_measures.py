"""The figures of an inspection, worked by hand, and the words that mark a test order."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import ibis
import pandas as pd
import pytest

import rfmeans
from helpers.inspected import FIRST, only, shop, with_orders
from rfmeans.inspection.measures import TEST_WORD

# Figures


def test_a_shop_that_wants_nothing():
    found = rfmeans.inspect(shop())
    assert (found.verdict, found.advice, found.suspicious) == ("ready", (), ())
    assert (found.first_day, found.last_day, found.days) == (FIRST, dt.date(2024, 6, 30), 182)
    assert found.as_of == dt.date(2024, 7, 1)
    assert (found.account.lines.orders, found.account.lines.purchases) == (1200, 1200)
    assert (found.customers.customers, found.customers.bought_once, found.share_bought_once) == (600, 0, 0.0)


def test_figures_of_ten_customers_by_hand():
    # Customer i spends i in one order, i = 1 … 10: 55 in all. The top 10 % is customer 10, the top 20 % are 10 and 9.
    orders = pd.DataFrame(
        {
            "customer": [f"c{i}" for i in range(1, 11)],
            "order": [f"o{i}" for i in range(1, 11)],
            "date": "2024-01-02",
            "amount": [float(i) for i in range(1, 11)],
        }
    )
    # A second order of customer 1; a customer who only returned; a line that nobody ordered.
    more = pd.DataFrame(
        {
            "customer": ["c1", "c11", None],
            "order": ["o11", "o12", "o13"],
            "date": ["2024-01-03", "2024-01-04", "2024-01-05"],
            "amount": [0.5, -2.0, 7.0],
        }
    )
    found = rfmeans.inspect(pd.concat([orders, more]))
    assert (found.account.lines.read.rows, found.account.lines.used.rows) == (13, 12)
    assert (found.account.lines.orders, found.account.lines.purchases) == (12, 11)
    assert (found.first_day, found.last_day, found.days) == (dt.date(2024, 1, 2), dt.date(2024, 1, 4), 3)
    assert found.account.customers_set_aside["no purchase"].money == Decimal(-2)
    assert (found.customers.customers, found.customers.bought_once, found.share_bought_once) == (10, 9, 0.9)
    assert [(top.percent, top.customers, top.share) for top in found.customers.top_shares] == [
        (1, 0, None),  # a tenth of a customer
        (5, 0, None),
        (10, 1, pytest.approx(10 / 55.5)),
        (20, 2, pytest.approx(19 / 55.5)),
        (50, 5, pytest.approx(40 / 55.5)),
    ]


def test_no_customer_to_segment_is_no_error():
    found = rfmeans.inspect(shop(amount=-10))
    assert (found.verdict, found.share_bought_once, found.customers.big) == ("not enough", None, ())
    assert {top.share for top in found.customers.top_shares} == {None}
    assert (
        only(found.advice, "few-customers").found == "No customer can be segmented; 500 or more are better."
    )
    negative = only(found.suspicious, "many-negative-orders")
    assert negative.weighs
    assert negative.found == "No order is above zero. 100 % of the orders are below zero."


TESTS = """
    test; Test; TEST-001; test1; test_user; anna test; test@shop.com; shop+test@mail.com; a.test@mail.com;
    anna@test.com; anna@example.org
"""


NO_TESTS = """
    contest; latest@mail.com; Testa; protest; Großtest; info@warentest.de; a@test-kitchen.com; tester; attest; Teste;
    anna@mail.test.com
"""


@pytest.mark.parametrize(("texts", "marked"), [(TESTS, True), (NO_TESTS, False)])
def test_words_that_mark_a_test(texts, marked):
    words = [text.strip() for text in texts.split(";")]
    column = ibis.memtable({"text": words}).text.lower().re_search(TEST_WORD)
    assert dict(zip(words, column.to_pyarrow().to_pylist(), strict=True)) == dict.fromkeys(words, marked)


def test_test_orders_by_their_customer():
    found = rfmeans.inspect(with_orders(shop(), ("Test user", "t1", "2024-03-01", 10.0)))
    marks = only(found.suspicious, "test-orders")
    assert marks.figures == {"column": "customer", "customers": 1, "examples": ["Test user"]}
    assert marks.found == '1 customer with the word "test" in customer: Test user.'
    assert found.verdict == "ready"


def test_test_orders_by_their_id():
    added = [("c0001", f"TEST-{i}", "2024-03-01", 1.0) for i in range(4)]
    marks = only(rfmeans.inspect(with_orders(shop(), *added)).suspicious, "test-orders")
    assert marks.figures == {"column": "order", "orders": 4, "examples": ["TEST-0", "TEST-1", "TEST-2"]}
    assert marks.found == '4 orders with the word "test" in order: TEST-0, TEST-1, TEST-2, ….'


@pytest.mark.slow
def test_test_orders_by_an_e_mail_address_beside_the_customer():
    orders = shop().assign(**{"E-mail": lambda lines: lines["customer"] + "@mail.com"})
    orders.loc[:2, "E-mail"] = ["qa@test.com", "test@shop.com", "test@shop.com"]
    marks = only(rfmeans.inspect(orders).suspicious, "test-orders")
    assert marks.figures == {"column": "E-mail", "lines": 3, "examples": ["qa@test.com", "test@shop.com"]}


@pytest.mark.slow
def test_test_orders_that_are_set_aside_are_no_matter():
    orders = shop().assign(email="anna@mail.com")
    orders.loc[:1, "email"] = ["test@shop.com", "test@mail.com"]
    found = rfmeans.inspect(orders, where="email <> 'test@shop.com'")
    assert only(found.suspicious, "test-orders").figures["examples"] == ["test@mail.com"]
    assert rfmeans.inspect(orders, where="email not like 'test%'").suspicious == ()


def test_a_word_in_other_columns_marks_nothing():
    assert rfmeans.inspect(shop().assign(description="TEST001 this is a test product")).suspicious == ()


def test_ids_that_all_hold_the_word_are_the_shop_s_way():
    assert rfmeans.inspect(shop().assign(order=lambda lines: "test-" + lines["order"])).suspicious == ()
