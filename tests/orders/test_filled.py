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


DATED = {
    "number and customer repeated": ("1,2025-01-05,a,Mug,20", "1,,a,Pot,30"),
    "the customer repeated": ("1,2025-01-05,a,Mug,20", ",,a,Pot,30"),
}


@pytest.mark.parametrize("name", DATED)
def test_an_order_has_the_date_of_its_first_row(tmp_path, name):
    lines = ["order,date,customer,item,amount", *DATED[name], "2,2025-01-06,a,Mug,5", "3,2025-01-07,b,Mug,7"]
    found, account = customers(written(tmp_path, "\n".join(lines) + "\n"))
    assert found == {"a": (2, Decimal(55)), "b": (1, Decimal(7))}
    assert aside(account) == {}


@pytest.mark.parametrize(("row", "right"), [("9,,a,Pan,1", (1, 50)), ("9,,a,Pan,1 9,,a,Pot,2", (1, 50))])
def test_an_order_without_any_date_gets_none_from_another(tmp_path, row, right):
    """Row 2 repeats the number of order 1; order 9 has no date at all."""
    lines = ["order,date,customer,item,amount", "1,2025-01-05,a,Mug,20", "1,,a,Pot,30", *row.split(" ")]
    lines += ["3,2025-01-07,b,Mug,7", "4,2025-01-08,b,Mug,7", "5,2025-01-08,c,Mug,7"]
    found, account = customers(written(tmp_path, "\n".join(lines) + "\n"))
    assert found["a"] == right
    assert aside(account)["unreadable date"][0] == len(row.split(" "))


def test_where_further_rows_repeat_the_date_one_without_is_missing_it(tmp_path):
    text = "order,date,customer,amount\n1,2025-01-05,a,10\n1,,a,5\n2,2025-01-06,b,20\n2,2025-01-06,b,30\n"
    found, account = customers(written(tmp_path, text))
    assert found == {"a": (1, Decimal(10)), "b": (1, Decimal(50))}
    assert aside(account) == {"unreadable date": (1, Decimal(5))}


def test_where_some_dates_are_missing_a_row_without_a_number_is_no_further_one(tmp_path):
    text = "order,date,customer,amount\n1,2025-01-05,a,10\n,,a,5\n2,,b,20\n3,2025-01-07,b,30\n"
    found, account = customers(written(tmp_path, text))
    assert found == {"a": (1, Decimal(10)), "b": (1, Decimal(30))}
    assert aside(account) == {"unreadable date": (2, Decimal(25))}


@pytest.mark.parametrize("mark", ['""""', "dito", "ditto", "do.", "''", "\u3003", "-\u201e-"])
def test_a_ditto_stands_for_what_is_above_it(tmp_path, mark):
    rows = ("Ann,1,10", f"{mark},2,20", f"{mark},3,5", "Bob,4,1")
    text = "date,customer,order,amount\n" + "".join(
        f"2025-01-0{5 + place},{row}\n" for place, row in enumerate(rows)
    )
    found, account = customers(written(tmp_path, text))
    assert found == {"Ann": (3, Decimal(35)), "Bob": (1, Decimal(1))}
    assert "dittos stand for what is above them" in account.noticed.understood


def test_a_shop_called_ditto_is_none_and_nothing_is_above_the_first_row_or_a_guest(tmp_path):
    rows = ("dito,1,10", "Ditto,2,20", ",3,5", "dito,4,1")
    text = "date,customer,order,amount\n" + "".join(
        f"2025-01-0{5 + place},{row}\n" for place, row in enumerate(rows)
    )
    found, account = customers(written(tmp_path, text), accept_loss=True)
    assert found == {"Ditto": (1, Decimal(20))}
    assert aside(account) == {"missing customer": (3, Decimal(16))}
