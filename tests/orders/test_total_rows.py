"""Rows that hold the sum of others."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

import rfmeans
from helpers.books import aside, customers, table
from helpers.taken_in import taken_in

SALES = "order,date,customer,amount R1,2025-01-05,Ann,10 R2,2025-02-05,Ann,20 R3,2025-02-25,Bob,30"
TOTALS = {
    "grand total": ",2025-02-25,TOTAL,60",
    "without a date": ",,Total,60",
    "in the order": "Grand_total,2025-02-25,Bob,60",
    "German": ",2025-02-25,Gesamtsumme:,60",
    "French": ",2025-02-25,Total_général,60",
    "Spanish": "Suma_total,2025-02-25,Bob,60",
    "in the date": ",Totale,,60",
    "of a customer": "Zwischensumme,2025-02-25,Bob,30",
    "of the rows since the one before": "Subtotal,2025-02-05,Ann,60 Subtotal,2025-02-05,Ann,60",
    "with its name": ",2025-02-25,Total_for_Bob,60",
}


@pytest.mark.slow
@pytest.mark.parametrize("text", TOTALS.values(), ids=TOTALS)
def test_a_row_that_says_so_and_adds_up_is_a_total(text):
    found, account = customers(table(f"{SALES} {text}"))
    assert found == {"Ann": (2, Decimal(30)), "Bob": (1, Decimal(30))}
    assert aside(account) == {"total row": (text.count(" ") + 1, account.lines.read.money - 60)}


def test_subtotals_between_the_rows_and_a_grand_total():
    rows = table(
        "order,date,customer,amount,note 1,2025-01-05,Ann,10, 2,2025-01-06,Ann,20, 3,2025-01-07,Bob,5,"
        " Total_January,2025-01-31,Ann,35, 4,2025-02-01,Bob,7, Total_February,2025-02-28,Bob,7,"
        " Total,2025-02-28,Bob,42,"
    )
    assert customers(rows)[0] == {"Ann": (2, Decimal(30)), "Bob": (2, Decimal(12))}


@pytest.mark.slow
def test_a_row_that_says_so_and_does_not_add_up_is_asked_about():
    with pytest.raises(rfmeans.SourceError) as found:
        customers(table(f"{SALES} ,2025-02-25,TOTAL,61"))
    message = str(found.value)
    assert "Line 4 says 'TOTAL' like a total, but its money, 61.00, is not the sum" in message
    assert "where=" in message
    rows, _ = customers(table(f"{SALES} ,2025-02-25,TOTAL,61"), where="customer <> 'TOTAL'")
    assert rows == {"Ann": (2, Decimal(30)), "Bob": (1, Decimal(30))}


def test_a_customer_whose_name_begins_like_a_total_is_a_customer():
    found, account = customers(table(f"{SALES} R4,2025-02-25,Total_Energies,61 R5,2025-02-26,Totalis,60"))
    assert found["Total Energies"] == (1, Decimal(61))
    assert found["Totalis"] == (1, Decimal(60))
    assert account.lines.set_aside == {}


@pytest.mark.parametrize("order", ["3", ""])
def test_a_customer_called_total_with_an_order_number_and_a_day_is_one_though_the_sum_fits(order):
    found, account = customers(
        table(
            f"order,date,customer,amount 1,2025-01-05,Ann,10 2,2025-01-06,Bob,20 {order},2025-01-07,Total_Ltd,30"
            " 4,2025-01-08,Cy,7"
        )
    )
    assert found.get("Total Ltd") == ((1, Decimal(30)) if order else None)
    assert aside(account) == ({} if order else {"total row": (1, Decimal(30))})


def test_a_total_of_all_rows_is_one_though_it_has_an_order_number_and_a_day():
    found, account = customers(
        table(
            "order,date,customer,amount 1,2025-01-05,Ann,10 2,2025-01-06,Bob,20 2,2025-01-07,Total_(2_orders),30"
        )
    )
    assert found == {"Ann": (1, Decimal(10)), "Bob": (1, Decimal(20))}
    assert aside(account) == {"total row": (1, Decimal(30))}


def test_totals_stand_in_any_cell_of_text():
    rows = table(
        "order,date,customer,item,amount 1,2025-01-05,a,Mug,10 1,2025-01-05,a,Pot,20 1,2025-01-05,a,Subtotal,30"
        " 2,2025-01-06,b,Mug,5 2,2025-01-06,b,Zwischensumme,5 ,,,Total,35"
    )
    found, account = customers(rows)
    assert found == {"a": (1, Decimal(30)), "b": (1, Decimal(5))}
    assert aside(account) == {"total row": (3, Decimal(70))}


@pytest.mark.parametrize("name", ["Total_for_Q1", "Gesamtsumme_für_Bob", "TOTAL:_EUR"])
def test_what_it_is_the_total_of_does_not_hide_that_it_does_not_add_up(name):
    with pytest.raises(rfmeans.SourceError, match=r"like a total, but its money, 61[.]00, is not the sum"):
        customers(table(f"{SALES} ,2025-02-25,{name},61"))


@pytest.mark.slow
def test_a_total_of_what_counts_where_a_refunded_sale_and_its_refund_do_not():
    rows = "order,date,customer,amount,status 1,2025-01-05,a,100,refunded 2,2025-01-08,a,-100,paid"
    rows += " 3,2025-01-09,a,40,paid 4,2025-02-09,b,60,paid ,2025-02-28,Sum,100,"
    found, account = customers(table(rows))
    assert found == {"a": (1, Decimal(40)), "b": (1, Decimal(60))}
    assert aside(account)["total row"] == (1, Decimal(100))


def test_a_total_in_a_database_with_decimals_is_one(tmp_path):
    """Of sums over windows that rows are left out by DuckDB 2.0.0 made a join that it could not run."""
    path = tmp_path / "orders.duckdb"
    rows = [("Ann", "1", 5, "10.5"), ("Bob", "2", 6, "30"), ("Total", None, 6, "40.5")]
    with duckdb.connect(path) as con:
        con.execute("CREATE TABLE orders (customer TEXT, order_id TEXT, date DATE, amount DECIMAL(9, 2))")
        con.executemany("INSERT INTO orders VALUES (?, ?, make_date(2025, 1, ?), ?)", rows)
    found = taken_in(str(path))
    assert found.money == {"Ann": 10.5, "Bob": 30}
    assert [row["reason"] for row in found.aside] == ["total row"]
