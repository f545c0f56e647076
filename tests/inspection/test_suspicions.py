"""Suspicious things, each present and absent."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pandas as pd
import pytest

import rfmeans
from helpers.inspected import FIRST, codes, only, shop, with_orders
from rfmeans.report.analyses.account import read_line

# Suspicious things, present and absent


@pytest.mark.parametrize(("spent", "big"), [(1333.33, []), (1333.34, ["c-big"])])
def test_one_customer_with_more_than_a_tenth_of_the_money(spent, big):
    # The others hold 1,200 x 10 = 12,000, nine tenths of 13,333.33…
    found = rfmeans.inspect(with_orders(shop(), ("c-big", "b1", "2024-03-01", spent)))
    assert [customer.customer_id for customer in found.customers.big] == big
    assert codes(found.suspicious) == ["big-customer"] * len(big)
    assert found.verdict == "ready"


def test_in_a_window_it_is_a_tenth_of_the_money_in_it():
    """Hand-worked: of 60 in all c3 has 7, and of the 7 in the last 30 days all."""
    lines = [
        ("c1", "2024-01-01", 20.0),
        ("c2", "2024-01-02", 33.0),
        ("c3", "2024-06-01", 7.0),
        ("c4", "2024-01-09", 1.0),
    ]
    frame = pd.DataFrame(lines, columns=["customer", "date", "amount"])
    with rfmeans.segment(frame, window=30, segments=2, n_init=1, hindsight=False) as result:
        said = " ".join(result.summary.account.noticed.sentences())
    assert "One customer, c3, holds 100 % of all money in the last 30 days (7)." in said


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


@pytest.mark.slow
def test_lines_that_repeat_another_are_worth_a_look():
    orders = shop()
    found = only(rfmeans.inspect(pd.concat([orders, orders.head(3)])).suspicious, "repeated-lines")
    assert found.found == "3 lines repeat an earlier line in every column."
    assert (found.weighs, found.figures) == (False, {"lines": 3, "about": False})
    found = only(rfmeans.inspect(pd.concat([orders, orders.head(1)])).suspicious, "repeated-lines")
    assert found.found == "1 line repeats an earlier line in every column."
    assert "repeated-lines" not in codes(rfmeans.inspect(orders).suspicious)


# What a run says by itself: whatever changes who is a customer or what is an order


def _totalled():
    orders = shop().astype({"date": str})
    return with_text(orders, ("Total", None, None, float(orders["amount"].sum())))


def with_text(orders, *added):
    return pd.concat([orders, pd.DataFrame(added, columns=orders.columns)], ignore_index=True)


def _in_two_files(folder, second):
    orders = shop()
    orders.assign(state="a").to_csv(folder / "1.csv", index=False)
    later = with_orders(second(orders.head(3)), ("c0009", "o9999", "2024-07-01", 10.0))
    later.assign(state="a").to_csv(folder / "2.csv", index=False)
    return str(folder / "*.csv")


def _priced():
    lines = shop().rename(columns={"amount": "price"}).assign(quantity=[1 + i % 3 for i in range(1200)])
    return lines.assign(price=lines["quantity"] * 5.0, sku="mug")


SAID = {
    "ids-like-order-ids": (lambda _: shop(orders_each=1), "as if the customer column held the ids of orders"),
    "many-lines-set-aside": (
        lambda _: shop().assign(customer=[None if i % 4 == 0 else f"c{i % 600}" for i in range(1200)]),
        "300 missing customer",
    ),
    "repeated-lines": (lambda _: pd.concat([shop(), shop().head(3)]), "3 lines repeat an earlier line"),
    "overlapping-files": (
        lambda folder: _in_two_files(folder, lambda rows: rows),
        "The files overlap: 3 orders",
    ),
    "older-states": (
        lambda folder: _in_two_files(folder, lambda rows: rows.assign(amount=2.5)),
        "3 lines say of an order is stated newer elsewhere",
    ),
    "order-numbers-apart": (
        lambda _: shop().assign(order=[f"o{i % 600}" for i in range(1200)]),
        "600 order numbers stand on days far apart",
    ),
    "total-rows": (lambda _: _totalled(), "says that it is a total"),
    "unknown-statuses": (
        lambda _: shop().assign(status=["paid", "zurückgelegt"] * 600),
        "Not known as a status: zurückgelegt",
    ),
    "price-of-the-line": (lambda _: _priced(), "price as the price of the whole line"),
    "many-negative-orders": (
        lambda _: shop().assign(amount=[-1.0 if i % 3 == 0 else 10.0 for i in range(1200)]),
        "33 % of the orders are below zero",
    ),
    "many-free-orders": (
        lambda _: shop().assign(amount=[0.0 if i % 3 == 0 else 10.0 for i in range(1200)]),
        "33 % of the orders are worth nothing",
    ),
    "big-customer": (
        lambda _: with_orders(shop(), ("c-big", "b1", "2024-03-01", 9000.0)),
        "One customer, c-big, holds 43 % of all money",
    ),
    "test-orders": (
        lambda _: with_orders(
            shop(), ("test1", "b1", "2024-03-01", 10.0), ("c0001", "TEST-2", "2024-03-01", 10.0)
        ),
        '1 order with the word "test" in order: TEST-2',
    ),
}
# They say when, not who or what: on gaps and stray days nobody is another customer, and no order another.
NOT_SAID = {"stray-late-days", "stray-early-days", "gaps", "partial-last-month"}


@pytest.mark.slow
@pytest.mark.parametrize("code", SAID)
def test_a_run_says_what_changes_who_is_a_customer_or_what_is_an_order(tmp_path, code):
    make, said = SAID[code]
    source = make(tmp_path)
    assert code in codes(rfmeans.inspect(source).suspicious)
    with rfmeans.segment(source, segments=2, n_init=1, hindsight=False) as result:
        noticed = result.summary.account.noticed
        told = (noticed.understood, read_line(result.summary), *noticed.sentences())
    assert said in " ".join(told)


def test_every_suspicion_is_said_by_a_run_or_changes_neither():
    page = Path(__file__).parents[2] / "docs" / "inspect.md"
    table = page.read_text(encoding="utf-8").split("## What looks wrong")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert {code for row in rows for code in re.findall("`([a-z-]+)`", row)} == {*SAID, *NOT_SAID}
