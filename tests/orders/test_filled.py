"""Further lines of an order that leave its number, customer and date blank."""

from __future__ import annotations

from decimal import Decimal

import pytest

from helpers.books import aside, customers, written

FURTHER = """\
Order Reference,Customer,Order Date,Status,Order Lines/Product,Order Lines/Quantity,Order Lines/Unit Price
S1,Ann,2025-01-05,Sales Order,Mug,2,10
,,,,Pot,1,30
S2,Bob,2025-02-05,Cancelled,Mug,1,10
,,,,Pan,1,50
S3,Cy,2025-03-05,Sales Order,Mug,1,10
"""


def test_further_lines_of_an_order_get_what_they_leave_blank(tmp_path):
    found, account = customers(written(tmp_path, FURTHER))
    assert found == {
        "Ann": (1, Decimal(50)),
        "Cy": (1, Decimal(10)),
    }  # 2 x 10 + 30; Bob's whole order is cancelled
    assert aside(account) == {"excluded status": (2, Decimal(60))}
    assert "are further lines of the order above" in account.noticed.understood


def test_a_sum_below_the_table_is_no_line_of_the_last_order(tmp_path):
    text = "order,date,customer,amount\n1,2025-01-05,a,10\n2,2025-01-06,b,20\n,,,30\n"
    found, account = customers(written(tmp_path, text))
    assert found == {"a": (1, Decimal(10)), "b": (1, Decimal(20))}
    assert aside(account) == {"missing customer": (1, Decimal(30))}


def test_where_single_cells_are_missing_nothing_is_filled(tmp_path):
    text = "order,date,customer,amount\n1,2025-01-05,a,10\n,,,5\n2,,b,20\n3,2025-01-07,b,30\n"
    found, _ = customers(written(tmp_path, text))
    assert found == {"a": (1, Decimal(10)), "b": (1, Decimal(30))}


def test_where_further_rows_repeat_the_customer_one_without_is_missing_it(tmp_path):
    text = (
        "order,date,customer,amount\n1,2025-01-05,a,10\n1,2025-01-05,a,2\n2,2025-01-06,b,20\n2,2025-01-06,,5\n"
        "3,2025-01-07,c,9\n"
    )
    found, account = customers(written(tmp_path, text))
    assert found == {"a": (1, Decimal(12)), "b": (1, Decimal(20)), "c": (1, Decimal(9))}
    assert aside(account) == {"missing customer": (1, Decimal(5))}


@pytest.mark.slow
def test_merged_cells_hold_for_all_their_rows(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["customer", "order", "date", "amount"],
        *(["a", "o1", "2025-01-05", 10], [None, "o1", "2025-01-05", 11], ["b", "o2", "2025-01-06", 5]),
    ):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    book.save(tmp_path / "merged.xlsx")
    assert customers(tmp_path / "merged.xlsx")[0] == {"a": (1, Decimal(21)), "b": (1, Decimal(5))}


PARTS = {
    "number and date repeated": ("1,2025-01-05,{},Mug,20", "1,2025-01-05,,Pot,30"),
    "the number repeated": ("1,2025-01-05,{},Mug,20", "1,,,Pot,30"),
    "the date repeated": ("1,2025-01-05,{},Mug,20", ",2025-01-05,,Pot,30"),
    "a return among them": ("1,2025-01-05,{},Mug,60", ",,,Pot,-10"),
}


@pytest.mark.parametrize("name", PARTS)
def test_some_cells_of_further_lines_may_be_repeated(tmp_path, name):
    first, further = PARTS[name]
    lines = ["order,date,customer,item,amount", first.format("a"), further]
    lines += ["2,2025-01-06,b,Mug,5", "3,2025-01-07,,Mug,7", "3,2025-01-07,,Pot,7"]
    found, account = customers(written(tmp_path, "\n".join(lines) + "\n"))
    assert found == {"a": (1, Decimal(50)), "b": (1, Decimal(5))}
    assert aside(account) == {"missing customer": (2, Decimal(14))}


def test_a_total_below_is_no_further_line(tmp_path):
    text = "order,date,customer,item,amount\n1,2025-01-05,a,Mug,10\n,,,Pot,5\n2,2025-01-06,b,Mug,20\n,,,Total,35\n"
    found, account = customers(written(tmp_path, text))
    assert found == {"a": (1, Decimal(15)), "b": (1, Decimal(20))}
    assert aside(account) == {"total row": (1, Decimal(35))}
