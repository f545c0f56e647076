"""Refunds of orders that do not count, and those that stay money off."""

from __future__ import annotations

from decimal import Decimal

import pytest

from helpers.books import aside, customers, table

BACK = {
    "same order": ("1,2025-01-15,a,100,refunded 1,2025-01-20,a,-100,paid", 2),
    "the order's, whatever the amounts": ("1,2025-01-15,a,100,refunded 1,2025-01-20,a,-247,refunded", 2),
    "another number, the same amount later": ("1,2025-01-15,a,100,refunded 2,2025-01-20,a,-100,paid", 2),
    "charged back": ("1,2025-01-15,a,100,Chargeback 2,2025-01-20,a,-100,paid", 2),
}


@pytest.mark.slow
@pytest.mark.parametrize(("text", "gone"), BACK.values(), ids=BACK)
def test_a_sale_that_does_not_count_takes_its_refund_with_it(text, gone):
    found, account = customers(
        table(f"order,date,customer,amount,status {text} 9,2025-02-15,a,60,paid 8,2025-02-15,b,1,paid")
    )
    assert found == {"a": (1, Decimal(60)), "b": (1, Decimal(1))}
    assert sum(rows for rows, _ in aside(account).values()) == gone
    assert aside(account)["refund of an excluded order"][0] == 1


STANDS = {
    "another amount": "1,2025-01-15,a,100,refunded 2,2025-01-20,a,-99,paid",
    "another customer": "1,2025-01-15,b,100,refunded 2,2025-01-20,a,-99,paid",
    "before the sale": "1,2025-01-15,a,99,refunded 2,2025-01-10,a,-99,paid",
    "of a payment that failed": "1,2025-01-15,a,99,failed 2,2025-01-20,a,-99,paid",
}


@pytest.mark.slow
@pytest.mark.parametrize("text", STANDS.values(), ids=STANDS)
def test_a_plain_return_stays_money_off(text):
    found, _ = customers(
        table(f"order,date,customer,amount,status {text} 9,2025-02-15,a,150,paid 8,2025-02-15,b,1,paid")
    )
    assert found["a"] == (1, Decimal(51))  # 150 - 99


def test_a_sale_takes_one_refund_and_no_more():
    rows = table(
        "order,date,customer,amount,status 1,2025-01-01,a,20,refunded 2,2025-01-02,a,20,refunded 3,2025-01-03,a,20,paid"
        " 4,2025-01-04,a,-20,paid 5,2025-01-05,a,-20,paid 6,2025-01-06,a,-20,paid 7,2025-01-07,a,50,paid"
    )
    found, account = customers(rows)
    assert found == {"a": (2, Decimal(50))}  # 20 - 20 + 50: the third one takes back the sale that stands
    assert aside(account)["refund of an excluded order"] == (2, Decimal(-40))


@pytest.mark.slow
def test_the_refund_of_an_order_is_told_by_its_number_before_its_amount():
    rows = table(
        "order,date,customer,amount,status 1,2025-01-01,a,100,refunded 2,2025-01-02,a,100,paid 2,2025-01-05,a,-100,paid"
        " 1,2025-01-07,a,-100,paid 3,2025-02-01,a,8,paid"
    )
    assert customers(rows)[0] == {"a": (1, Decimal(8))}  # order 2 was taken back as well, by its own row


PARTS = (
    "order,date,customer,amount,status 1,2025-01-01,a,100,refunded 2,2025-01-04,a,-60,paid {}"
    " 9,2025-01-19,b,50,paid"
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("last", "money"), [("-40", 80), ("-30", -10)], ids=["just its money", "other money"]
)
def test_parts_of_one_refund_under_numbers_of_their_own(last, money):
    found, account = customers(table(PARTS.format(f"3,2025-01-09,a,{last},paid 4,2025-01-19,a,80,paid")))
    assert found == {"a": (1, Decimal(money)), "b": (1, Decimal(50))}
    assert ("refund of an excluded order" in aside(account)) == (money == 80)


@pytest.mark.slow
@pytest.mark.parametrize(
    "back", ["4,2025-01-09,a,-60,paid 4,2025-01-10,a,-40,paid", "4,2025-01-09,a,-100,paid"]
)
def test_returns_under_the_number_of_an_order_that_counts_are_its_own(back):
    rows = "order,date,customer,amount,status 1,2025-01-01,a,100,refunded 4,2025-01-05,a,300,paid {}"
    assert customers(table(rows.format(f"{back} 9,2025-01-19,b,50,paid")))[0] == {
        "a": (1, Decimal(200)),
        "b": (1, Decimal(50)),
    }


@pytest.mark.slow
def test_a_return_takes_back_the_line_of_its_order_that_does_not_count_beside_one_that_does():
    rows = "order,date,customer,amount,status 1,2025-01-01,a,100,refunded 1,2025-01-01,a,50,paid"
    assert customers(table(rows + " 1,2025-01-05,a,-100,paid 9,2025-01-19,b,50,paid"))[0] == {
        "a": (1, Decimal(50)),
        "b": (1, Decimal(50)),
    }
