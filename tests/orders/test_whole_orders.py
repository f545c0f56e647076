"""Values of whole orders that stand on every line count once."""

from __future__ import annotations

from decimal import Decimal

import pytest

import rfmeans
from helpers.books import aside, customers, table
from helpers.exports import PLAIN, ROLES, WOOCOMMERCE, take_in
from helpers.taken_in import taken_in


def test_an_order_total_on_every_line_counts_once(tmp_path):
    intake, _ = take_in(tmp_path, WOOCOMMERCE)
    assert (intake.account.lines.orders, intake.account.lines.used.money) == (3, Decimal(60))  # 25 + 20 + 15
    assert intake.account.lines.set_aside["excluded status"].money == Decimal(99)


@pytest.mark.slow
def test_the_same_orders_with_the_total_on_the_first_line_only(tmp_path):
    blank = WOOCOMMERCE.replace("1,Completed,2024-01-02 10:00,7,Ann@x.org,30.00,5.00,EUR,Pot", "1,,,,,,,,Pot")
    assert take_in(tmp_path, blank)[1] == take_in(tmp_path, WOOCOMMERCE)[1]


@pytest.mark.slow
def test_lines_of_an_order_that_disagree_are_set_aside(tmp_path):
    text = WOOCOMMERCE.replace("Ann@x.org,30.00,5.00,EUR,Pot", "Ann@x.org,31.00,5.00,EUR,Pot")
    intake, _ = take_in(tmp_path, text)
    assert intake.account.lines.set_aside["conflicting order"].rows == 2


def test_lines_set_aside_stand_in_the_order_of_the_file(tmp_path):
    """Orders are compared in any order, on all threads."""
    path = tmp_path / "orders.csv"
    rows = [f"c{place % 7},o{place * 37 % 400},2024-01-05,{place}" for place in range(1200)]
    path.write_text("\n".join(["customer,order,date,order_total", *rows, "z,last,2024-01-05,1"]) + "\n")
    lines = [row["line"] for row in taken_in(str(path), accept_loss=True).aside]
    assert lines == list(range(2, 1202))


def test_amounts_per_order_and_refunds_when_said(tmp_path):
    _, found = take_in(tmp_path, PLAIN, **ROLES, refund="back", amount_per="order")
    assert found == {"a": (1, Decimal(25)), "b": (1, Decimal(20))}


def test_amounts_are_per_line_in_an_unknown_table(tmp_path):
    _, found = take_in(tmp_path, PLAIN, **ROLES)
    assert found == {"a": (1, Decimal(60)), "b": (1, Decimal(20))}


def test_amounts_per_order_need_an_order(tmp_path):
    with pytest.raises(rfmeans.SourceError, match="need a column of the order"):
        take_in(tmp_path, "customer,date,amount\na,2024-01-13,1\n", amount_per="order")


# Money back in rows of its own


@pytest.mark.slow
def test_a_negative_row_is_money_back_and_no_second_total():
    rows = table(
        "order,date,customer,order_total 1,2025-01-05,a,100 1,2025-02-09,a,-30 2,2025-03-01,b,50"
        " 3,2025-03-04,c,40 3,2025-03-04,c,41"
    )
    found, account = customers(rows)
    assert found == {"a": (1, Decimal(70)), "b": (1, Decimal(50))}
    assert aside(account) == {
        "conflicting order": (2, Decimal(41))
    }  # two positive totals contradict each other


@pytest.mark.slow
def test_two_equal_refunds_of_a_day_are_two_where_the_total_stands_once():
    once = "order,date,customer,order_total 1,2025-01-05,a,100 1,2025-02-09,a,-10 1,2025-02-09,a,-10"
    assert customers(table(once))[0] == {"a": (1, Decimal(80))}
    twice = once + " 1,2025-01-05,a,100"  # the total is repeated on each row, and so is what was taken back
    assert customers(table(twice))[0] == {"a": (1, Decimal(90))}


def test_what_a_column_of_refunds_says_is_not_taken_off_twice():
    rows = table("order,date,customer,order_total,refund 1,2025-01-05,a,100,20 1,2025-02-09,a,-20,")
    assert customers(rows)[0] == {"a": (1, Decimal(80))}
