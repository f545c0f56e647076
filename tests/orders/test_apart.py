"""Order numbers that are not unique in time: which sales are orders of their own."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest

import rfmeans
from helpers.books import customers, table

APART = {
    "yearly": ("2023-02-05", "2024-02-05", 2),
    "weekly": ("2025-01-03", "2025-01-10", 2),
    "two days": ("2025-01-03", "2025-01-05", 2),
    "over midnight": ("2025-01-03", "2025-01-04", 1),
    "one day": ("2025-01-03", "2025-01-03", 1),
}


@pytest.mark.parametrize(("first", "second", "orders"), APART.values(), ids=APART)
def test_sales_under_one_number_more_than_a_day_apart_are_orders_of_their_own(first, second, orders):
    rows = table(f"order,date,customer,amount 1,{first},a,10 1,{second},a,20 2,2025-02-01,b,5")
    found, account = customers(rows)
    assert found == {"a": (orders, Decimal(30)), "b": (1, Decimal(5))}
    said = account.noticed.of_apart()
    assert said == (
        "1 order number stands on days far apart and was counted as 2 orders." if orders == 2 else ""
    )


def test_a_return_belongs_to_the_last_sale_before_it():
    rows = table(
        "order,date,customer,amount 1,2025-01-01,a,100 1,2025-01-20,a,-30 1,2025-03-01,a,40 1,2025-03-09,a,-40"
        " 2,2025-04-01,b,5"
    )
    found, account = customers(rows)
    assert found["a"] == (1, Decimal(70))  # 100 - 30, and 40 - 40, which is no purchase any more
    assert account.lines.orders == 3


def test_lines_a_day_apart_each_are_one_order():
    days = ["2025-01-01", "2025-01-02", "2025-01-03", "2025-01-04"]
    rows = table("order,date,customer,amount " + " ".join(f"1,{day},a,10" for day in days))
    assert customers(rows)[0] == {"a": (1, Decimal(40))}


# Number 1 on five days running, three times with another customer than on the day before.
TILL = (
    "1,2025-01-01,a,10 1,2025-01-02,a,20 1,2025-01-03,b,5 1,2025-01-04,d,1 1,2025-01-05,e,4 2,2025-01-01,c,10"
)


@pytest.mark.parametrize("fewer", [False, True])
def test_numbers_that_begin_again_each_day_are_orders_of_each_day(fewer):
    """Three pairs of days are of different customers; where two are, these may be wrong numbers."""
    text = TILL.replace("01-05,e", "01-05,d") if fewer else TILL
    found, account = customers(table(f"order,date,customer,amount {text}"))
    assert found["a"] == (1 if fewer else 2, Decimal(30))
    said = (
        "1 order number stands on several days, as numbers begin again each day, and was counted as 2 orders."
    )
    assert account.noticed.of_apart() == ("" if fewer else said)


@pytest.mark.parametrize("wrong", [1, 2])
def test_a_wrong_number_or_two_are_no_beginning(wrong):
    """Order 7 over midnight; orders 8 and 9, of which lines of another customer were given the number."""
    lines = ["8,2025-01-01,b,10", "8,2025-01-02,c,10", "9,2025-01-05,d,10", "9,2025-01-06,b,10"][: 2 * wrong]
    rows = table(f"order,date,customer,amount 7,2025-01-01,a,10 7,2025-01-02,a,10 {' '.join(lines)}")
    found, account = customers(rows)
    assert found["a"] == (1, Decimal(20))
    assert account.noticed.apart is None


def test_an_order_that_two_customers_share_on_both_days_is_no_beginning():
    """Three orders of two customers each, over midnight: no number is of different customers on its days."""
    nights = " ".join(
        f"{order},2025-01-0{day},{customer},10"
        for order, pair in enumerate(("ab", "cd", "ef"))
        for day in (1, 2)
        for customer in pair
    )
    found, account = customers(table(f"order,date,customer,amount {nights}"))
    assert found == {customer: (1, Decimal(20)) for customer in "abcdef"}
    assert account.noticed.apart is None


@pytest.mark.parametrize(("numbers", "orders"), [(300, 2), (301, 1)])
def test_a_few_wrong_numbers_among_very_many_are_no_beginning(numbers, orders):
    """Three numbers are of different customers on two days, and number 3 of one: one in 100 numbers has to be."""
    pairs = "0,2025-01-01,x,1 0,2025-01-02,y,1 1,2025-01-01,x,1 1,2025-01-02,y,1 2,2025-01-01,x,1 2,2025-01-02,y,1"
    others = " ".join(f"{n},2025-02-01,z,1" for n in range(4, numbers))
    rows = table(f"order,date,customer,amount {pairs} 3,2025-01-01,a,10 3,2025-01-02,a,10 {others}")
    assert customers(rows)[0]["a"] == (orders, Decimal(20))


# Number 1 on three mornings for one customer, 2 over midnight, 3 from one noon to the next.
TIMES = (
    "1,2025-01-05T09:00,a,10 1,2025-01-06T08:30,a,20 1,2025-01-07T09:10,a,1 2,2025-01-05T23:50,b,5"
    " 2,2025-01-06T00:10,b,7 3,2025-01-08T12:00,c,2 3,2025-01-08T23:00,c,2 3,2025-01-09T11:00,c,4"
)
BY_TIME = {"a": (3, Decimal(31)), "b": (1, Decimal(12)), "c": (1, Decimal(8))}


def test_sales_of_two_days_more_than_half_a_day_apart_by_their_times_are_two_orders():
    found, account = customers(table(f"order,date,customer,amount {TIMES}"))
    assert found == BY_TIME
    assert account.noticed.of_apart() == (
        "1 order number stands on days, or at times of two days, far apart and was counted as 3 orders."
    )


@pytest.mark.parametrize("change", [("T09:00", "T00:00"), ("T08:30", "")])
def test_a_day_without_a_time_tells_none(change):
    """Midnight, as a day alone is kept in a column of times, is no time."""
    found, _ = customers(table(f"order,date,customer,amount {TIMES.replace(*change, 1)}"))
    assert found["a"] == (2, Decimal(31))


def test_a_return_the_day_after_is_no_sale_of_its_own():
    rows = table(
        "order,date,customer,amount 1,2025-01-05T09:00,a,10 1,2025-01-06T12:00,a,-4 2,2025-01-06T13:00,b,1"
    )
    found, account = customers(rows)
    assert found["a"] == (1, Decimal(6))
    assert account.noticed.apart is None


@pytest.mark.slow
def test_times_tell_orders_apart_on_each_engine(sql_engine):
    rows = table(f"order,date,customer,amount {TIMES}")
    rows["date"] = pd.to_datetime(rows["date"])
    assert customers(sql_engine.table(rows, "times"))[0] == BY_TIME


@pytest.mark.slow
def test_a_statement_remembers_that_times_tell_orders_apart(duckdb_engine):
    rows = table(f"order,date,customer,amount {TIMES}")
    rows["date"] = pd.to_datetime(rows["date"])
    with rfmeans.segment(rows, segments=2, n_init=2) as result:
        text = result.model.to_sql("duckdb", orders="times")
    duckdb_engine.table(rows, "times")
    found = duckdb_engine.con.con.sql(text).to_arrow_table().to_pylist()
    assert {row["customer_id"]: row["frequency"] for row in found} == {"a": 3, "b": 1, "c": 1}


def test_a_number_over_midnight_among_many_is_no_beginning():
    """Of eleven numbers that stand on two days running one is of two customers: fewer than one in ten."""
    nights = " ".join(f"{n},2025-01-01,c{n},10 {n},2025-01-02,c{n},10" for n in range(10))
    rows = table(f"order,date,customer,amount {nights} 10,2025-01-01,x,1 10,2025-01-02,y,1")
    found, account = customers(rows)
    assert {orders for orders, _ in found.values()} == {1}
    assert account.noticed.apart is None


def test_a_number_of_two_customers_is_two_orders_and_not_told_apart():
    rows = table("order,date,customer,amount 1,2023-01-01,a,10 1,2025-01-01,b,20")
    found, account = customers(rows)
    assert found == {"a": (1, Decimal(10)), "b": (1, Decimal(20))}
    assert account.noticed.apart is None


def test_totals_of_one_number_on_different_days_are_different_orders():
    rows = table(
        "order,date,customer,order_total 9,2025-01-03,a,20 9,2025-01-04,a,20 9,2025-03-03,a,35 8,2025-03-03,b,1"
    )
    found, account = customers(rows)
    assert found == {"a": (3, Decimal(75)), "b": (1, Decimal(1))}
    assert (account.noticed.apart.numbers, account.noticed.apart.orders) == (1, 3)


def test_inspect_says_what_was_told_apart():
    rows = table("order,date,customer,amount 1,2023-01-01,a,10 1,2025-01-01,a,20 2,2025-01-01,b,20")
    found = rfmeans.inspect(rows)
    assert [one.figures for one in found.suspicious if one.code == "order-numbers-apart"] == [
        {"numbers": 1, "orders": 2}
    ]


def test_inspect_says_of_a_till_what_holds_for_it():
    found = rfmeans.inspect(table(f"order,date,customer,amount {TILL}"))
    [said] = [one.advice for one in found.suspicious if one.code == "order-numbers-apart"]
    assert said.startswith(
        "Sales under one number on different days are taken for orders of their own, as a till numbers them. If"
    )


def test_numbers_that_begin_again_each_day_are_told_on_each_engine(sql_engine):
    rows = table(f"order,date,customer,amount {TILL}")
    rows["date"] = pd.to_datetime(rows["date"])
    found, account = customers(sql_engine.table(rows, "till"))
    assert found == {
        "a": (2, Decimal(30)),
        **{name: (1, Decimal(money)) for name, money in zip("bcde", (5, 10, 1, 4), strict=True)},
    }
    assert account.noticed.apart.daily


def test_on_ibis_polars_they_are_told_and_refused_in_words(polars_engine):
    rows = table(f"order,date,customer,amount {TILL}")
    rows["date"] = pd.to_datetime(rows["date"])
    with pytest.raises(rfmeans.SourceError, match="Polars"):
        customers(polars_engine.table(rows, "till"))


@pytest.mark.slow
def test_a_statement_remembers_that_numbers_begin_again_each_day(duckdb_engine):
    rows = table(
        "order,date,customer,amount 1,2025-01-01,a,10 1,2025-01-02,a,20 1,2025-01-03,b,5 2,2025-01-01,c,7"
        " 2,2025-01-02,d,7 2,2025-01-03,c,2"
    )
    rows["date"] = pd.to_datetime(rows["date"])
    with rfmeans.segment(rows, segments=2, n_init=2) as result:
        text = result.model.to_sql("duckdb", orders="tills")
    duckdb_engine.table(rows, "tills")
    found = duckdb_engine.con.con.sql(text).to_arrow_table().to_pylist()
    assert {row["customer_id"]: row["frequency"] for row in found} == {"a": 2, "b": 1, "c": 2, "d": 1}


@pytest.mark.slow
def test_a_statement_tells_orders_apart_as_a_run_does(duckdb_engine):
    rows = table(
        "order,date,customer,amount,status 1,2023-01-01,a,10,paid 1,2025-01-01,a,20,paid 2,2025-01-01,b,70,paid"
        " 3,2025-01-05,c,50,refunded 4,2025-01-09,c,-50,paid 5,2025-02-09,c,60,paid 6,2025-02-19,d,6,paid"
    )
    rows["date"] = pd.to_datetime(rows["date"])
    with rfmeans.segment(rows, segments=2, n_init=2) as result:
        expected = result.customers.to_pyarrow().to_pylist()
        text = result.model.to_sql("duckdb", orders="books")
    assert {(row["customer_id"], row["frequency"], row["monetary"]) for row in expected} == {
        *{("a", 2, Decimal(30)), ("b", 1, Decimal(70)), ("c", 1, Decimal(60)), ("d", 1, Decimal(6))}
    }
    duckdb_engine.table(rows, "books")
    found = duckdb_engine.con.con.sql(text).to_arrow_table().to_pylist()
    key = ("customer_id", "recency", "frequency", "monetary", "segment")
    assert {tuple(row[name] for name in key) for row in found} == {
        tuple(row[name] for name in key) for row in expected
    }
