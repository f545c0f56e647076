"""What stands once above several rows: a customer above its orders, an order's number above its further lines."""

from __future__ import annotations

from decimal import Decimal

import pytest

from helpers.books import aside, customers, written
from rfmeans.errors import SourceError
from rfmeans.orders.stated_once import OF_CUSTOMER, OF_ORDER

OUTLINE = (
    ("customer", "order", "date", "amount"),
    ("Ann", 1, "2025-01-05", 10),
    (None, 4, "2025-02-06", 20),
    ("Bob", 2, "2025-01-07", 5),
    (None, 5, "2025-03-01", 7),
    ("Cy", 3, "2025-01-09", 9),
)
OUTLINED = {"Ann": (2, Decimal(30)), "Bob": (2, Decimal(12)), "Cy": (1, Decimal(9))}


def text_of(rows):
    return "".join(",".join("" if cell is None else str(cell) for cell in row) + "\n" for row in rows)


def workbook(folder, rows):
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / "orders.xlsx")
    return str(folder / "orders.xlsx")


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("way", ["text", "workbook"])
def test_a_customer_stated_once_holds_for_the_orders_below(tmp_path, way, newest_first):
    rows = list(OUTLINE)
    if newest_first:
        rows = [
            rows[0],
            ("Ann", *rows[2][1:]),
            (None, *rows[1][1:]),
            ("Bob", *rows[4][1:]),
            (None, *rows[3][1:]),
        ]
        rows.append(("Cy", 9, "2025-01-19", 9))
    path = workbook(tmp_path, rows) if way == "workbook" else written(tmp_path, text_of(rows))
    found, account = customers(path)
    assert found == OUTLINED
    assert OF_CUSTOMER in account.noticed.understood


def test_a_total_below_each_customer_is_none_of_its_orders(tmp_path):
    rows = [
        *OUTLINE[:3],
        ("Ann Total", None, None, 30),
        *OUTLINE[3:5],
        ("Bob Total", None, None, 12),
        OUTLINE[5],
    ]
    found, account = customers(written(tmp_path, text_of(rows)))
    assert found == OUTLINED
    assert aside(account)["total row"] == (2, Decimal(42))


GUESTS = {
    "in the order of days": ["Ann 01-05", " 01-06", "Bob 01-07", " 01-08", "Cy 01-09"],
    "a customer who comes back": ["Ann 01-05", " 02-06", "Bob 01-07", " 03-01", "Ann 01-09"],
    "days back and forth": ["Ann 01-05", " 02-06", "Bob 03-07", " 03-01", "Cy 01-09"],
    "one customer alone": ["Ann 01-05", " 02-06", "Bob 01-07", "Cy 01-09"],
}


@pytest.mark.parametrize("rows", GUESTS.values(), ids=GUESTS)
def test_guests_stay_without_a_customer(tmp_path, rows):
    lines = [f"{row.split(' ')[0]},{place},2025-{row.split(' ')[1]},5" for place, row in enumerate(rows)]
    found, account = customers(written(tmp_path, "\n".join(["customer,order,date,amount", *lines]) + "\n"))
    guests = sum(row.startswith(" ") for row in rows)
    assert sum(orders for orders, _ in found.values()) == len(rows) - guests
    assert aside(account) == {"missing customer": (guests, Decimal(5 * guests))}


LINES = (
    "order,customer,date,item,amount\n1,ann,2025-01-05,mug,10\n,ann,2025-01-05,pot,5\n,ann,2025-01-05,pan,1\n"
)


def test_lines_without_a_number_that_repeat_customer_and_day_are_further_lines(tmp_path):
    text = LINES + "2,bob,2025-01-05,mug,10\n3,bob,2025-01-05,mug,4\n"
    found, account = customers(written(tmp_path, text))
    assert found == {"ann": (1, Decimal(16)), "bob": (2, Decimal(14))}
    assert OF_ORDER in account.noticed.understood


def test_where_an_order_has_no_number_at_all_none_is_filled(tmp_path):
    found, account = customers(written(tmp_path, LINES + ",bob,2025-01-06,mug,10\n2,cy,2025-01-07,mug,4\n"))
    assert found == {"ann": (2, Decimal(16)), "bob": (1, Decimal(10)), "cy": (1, Decimal(4))}
    assert OF_ORDER not in account.noticed.understood


def test_a_line_of_another_day_begins_no_further_lines(tmp_path):
    text = LINES + ",ann,2025-01-06,mug,10\n2,cy,2025-01-07,mug,4\n"
    assert customers(written(tmp_path, text))[0]["ann"] == (3, Decimal(26))


HEADED = {
    "in the column of orders": [
        "Client / Order;Date;Amount",
        *("Ann Lee;;", "C-1;05/01/2025;10,00", "C-2;16/01/2025;20,00", "Bob Roe;;", "C-3;17/01/2025;30,00"),
    ],
    "by a word": [
        "Order;Date;Amount",
        *("Customer: Ann Lee;;", "1001;05/01/2025;10,00", "Customer: Bob Roe;;", "1002;17/01/2025;3,00"),
    ],
    "in a column of its own": [
        "Customer;Order;Date;Amount",
        *("Ann Lee;;;", ";1001;05/01/2025;10,00", ";1002;15/01/2025;10,00"),
        *("Bob Roe;;;", ";1003;17/01/2025;3,00"),
    ],
}


@pytest.mark.parametrize("way", ["text", "workbook"])
@pytest.mark.parametrize("lines", HEADED.values(), ids=HEADED)
def test_a_report_with_a_row_above_the_orders_of_each_customer_is_told_as_that(tmp_path, lines, way):
    path = written(tmp_path, "\n".join(lines) + "\n")
    if way == "workbook":
        path = workbook(tmp_path, [[cell or None for cell in line.split(";")] for line in lines])
    with pytest.raises(SourceError, match=r"is a report with group rows: '(Customer: )?Ann Lee' in line 2"):
        customers(path)
