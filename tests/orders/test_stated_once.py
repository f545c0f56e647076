"""What stands once above several rows: a customer above its orders, an order's number above its further lines."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

import ibis
import pandas as pd
import pytest

from helpers.books import aside, customers, written
from rfmeans.errors import SourceError
from rfmeans.orders.stated_once import OF_CUSTOMER, OF_ORDER, _is_outline, _outlined
from rfmeans.reading.source import FILE, LINE

LISTS = 6  # of each kind

NAMES = ("Ann", "Bob", "Cy", "Di", "Ed", "Flo")
# Three orders of each of seven customers, a month apart, each customer's from a day before the last one's on. One
# row in three has a name, and seven stretches begin at one: by chance in one of 3 ** 7 = 2,187 lists, six in 1 of 729.
OUTLINE = (
    ("customer", "order", "date", "amount"),
    *(
        (None if below else name, 10 * place + below, f"2025-0{1 + below}-{20 - place}", 1 + place)
        for place, name in enumerate((*NAMES, "Gil"))
        for below in range(3)
    ),
)
OUTLINED = {name: (3, Decimal(3 * (1 + place))) for place, name in enumerate((*NAMES, "Gil"))}


def text_of(rows):
    return "".join(",".join("" if cell is None else str(cell) for cell in row) + "\n" for row in rows)


def workbook(folder, rows):
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / "orders.xlsx")
    return str(folder / "orders.xlsx")


@pytest.mark.slow
@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("way", ["text", "workbook"])
def test_a_customer_stated_once_holds_for_the_orders_below(tmp_path, way, newest_first):
    rows = list(OUTLINE)
    if newest_first:
        days = [row[2] for row in OUTLINE[1:]]
        newest = [days[place + 2 - 2 * (place % 3)] for place in range(len(days))]
        rows[1:] = [(*row[:2], day, row[3]) for row, day in zip(OUTLINE[1:], newest, strict=True)]
    path = workbook(tmp_path, rows) if way == "workbook" else written(tmp_path, text_of(rows))
    found, account = customers(path)
    assert found == OUTLINED
    assert OF_CUSTOMER in account.noticed.understood


def test_a_total_below_each_customer_is_none_of_its_orders(tmp_path):
    rows = [OUTLINE[0]]
    for place in range(1, len(OUTLINE), 3):
        name, *_, money = OUTLINE[place]
        rows += [*OUTLINE[place : place + 3], (f"{name} Total", None, None, 3 * money)]
    found, account = customers(written(tmp_path, text_of(rows)))
    assert found == OUTLINED
    assert aside(account)["total row"] == (7, Decimal(84))


def test_one_row_in_a_hundred_out_of_order_leaves_an_outline_one(tmp_path):
    """50 customers of three orders, the last row of which is the earliest: 99 rows go on, and one does not."""
    rows = [
        (None if below else f"c{place}", 10 * place + below, f"2025-0{1 + below}-{10 + place % 15}", 1)
        for place in range(51)
        for below in range(3)
    ]
    rows[-1] = (*rows[-1][:2], "2024-01-01", 1)
    found, _ = customers(written(tmp_path, text_of([OUTLINE[0], *rows])))
    assert found == {f"c{place}": (3, Decimal(3)) for place in range(51)}


def spoiled(change):
    rows = [list(row) for row in OUTLINE]
    change(rows)
    return rows


def one_fewer(rows):
    """Six customers of three: by chance in one of 729 lists; by their names, in no order, in no fewer."""
    del rows[-3:]
    rows[1][0], rows[4][0] = "Bob", "Ann"


def one_comes_back(rows):
    rows[-3][0] = "Ann"


def a_guest_at_the_top(rows):
    rows.insert(1, [None, 99, "2025-01-01", 1])


def a_guest_out_of_order(rows):
    rows[3][2] = "2025-01-01"


def days_that_never_turn(rows):
    rows[1:] = [
        [*row[:2], day, row[3]] for row, day in zip(rows[1:], sorted(row[2] for row in rows[1:]), strict=True)
    ]


def names_entered_late(rows):
    """Guests in the order of days, and each customer on a day before that of the row above, by no alphabet."""
    days_that_never_turn(rows)
    rows[1][0], rows[4][0] = rows[4][0], rows[1][0]
    for row in rows[1:]:
        row[2] = f"2024-12-{row[1] // 10 + 1:02}" if row[0] else row[2]


SPOILED = (
    one_fewer,
    one_comes_back,
    a_guest_at_the_top,
    a_guest_out_of_order,
    days_that_never_turn,
    names_entered_late,
)


@pytest.mark.parametrize("change", SPOILED)
def test_guests_stay_without_a_customer(tmp_path, change):
    rows = spoiled(change)[1:]
    found, account = customers(written(tmp_path, text_of([OUTLINE[0], *rows])), accept_loss=True)
    guests = [row for row in rows if row[0] is None]
    assert sum(orders for orders, _ in found.values()) == len(rows) - len(guests)
    assert aside(account) == {"missing customer": (len(guests), Decimal(sum(row[3] for row in guests)))}


@pytest.mark.parametrize("late", [False, True], ids=["in order", "one entered late"])
def test_a_few_customers_among_guests_are_no_outline(tmp_path, late):
    """96 lines of guests and four customers who bought once, by day; one of them is entered a day late."""
    named = {0: "Ann", 20: "Bob", 45: "Cy", 70: "Di"}
    days = [date(2024, 1, 1) + timedelta(place // 10) for place in range(100)]
    if late:
        days[45] -= timedelta(1)
    rows = [(named.get(place), place, when, 10) for place, when in enumerate(days)]
    found, account = customers(written(tmp_path, text_of([OUTLINE[0], *rows])), accept_loss=True)
    assert found == dict.fromkeys(named.values(), (1, Decimal(10)))
    assert aside(account) == {"missing customer": (96, Decimal(960))}


SORTED = {
    "by day": lambda days, _: sorted(days),
    "newest first": lambda days, _: sorted(days, reverse=True),
    "unsorted": lambda days, _: days,
    "months newest first": lambda days, _: sorted(days, key=lambda day: (-(day // 30), day)),
    "by shop, then by day": lambda days, _: sorted(days, key=lambda day: (day % 3, day)),
    "one entered late": lambda days, chance: late_ones(sorted(days), chance, 1),
    "three entered late": lambda days, chance: late_ones(sorted(days), chance, 3),
    "newest first, one entered late": lambda days, chance: late_ones(sorted(days, reverse=True), chance, 1),
}


def few(names):
    return [OUTLINE[0], *((name or None, *row[1:]) for name, row in zip(names, OUTLINE[1:], strict=False))]


def test_names_that_follow_the_alphabet_tell_an_outline_of_fewer_customers(tmp_path):
    """Four of three orders each: the days alone by chance in one of 3 ** 4 lists, such names in one of 24."""
    names = [name if not below else "" for name in NAMES[:4] for below in range(3)]
    found, account = customers(written(tmp_path, text_of(few(names))))
    assert found == {name: OUTLINED[name] for name in NAMES[:4]}
    assert OF_CUSTOMER in account.noticed.understood


@pytest.mark.parametrize(
    "called", [("Bob", "Ann", "Cy", "Di"), ("c1", "c2", "c3", "c4")], ids=["unsorted", "numbers"]
)
def test_other_names_do_not(tmp_path, called):
    names = [name if not below else "" for name in called for below in range(3)]
    found, account = customers(written(tmp_path, text_of(few(names))), accept_loss=True)
    assert {orders for orders, _ in found.values()} == {1}
    assert aside(account)["missing customer"][0] == 8


def test_seven_names_in_order_tell_it_where_the_days_of_single_orders_below_go_on(tmp_path):
    """Below every other one stands an order, each later than the last: days entered late look so, but not by name."""
    rows = []
    for place, name in enumerate((*NAMES, "Gil", "Hal")):
        rows.append((name, place, f"2025-01-{28 - place}", 1))
        if place % 2 == 0:
            rows.append((None, 10 + place, f"2025-02-{10 + place}", 2))
    found, _ = customers(written(tmp_path, text_of([OUTLINE[0], *rows])))
    assert found["Ann"] == (2, Decimal(3))
    assert found["Bob"] == (1, Decimal(1))


SUBTOTALS = (
    "Kunde,Rechnung,Datum,Betrag\nAdler,1,2025-01-06,10\n,2,2025-01-07,20\nSumme Adler,,,30\n"
    "Bauer,3,2025-01-08,5\nSumme Bauer,,,5\nConrad,4,2025-01-09,1\n,5,2025-01-09,2\n,6,2025-02-01,4\n"
)


@pytest.mark.parametrize("last", ["Summe Conrad,,,7\n", ""])
def test_a_total_with_the_name_of_the_customer_above_tells_whose_the_rows_are(tmp_path, last):
    found, account = customers(written(tmp_path, SUBTOTALS + last))
    assert found == {"Adler": (2, Decimal(30)), "Bauer": (1, Decimal(5)), "Conrad": (3, Decimal(7))}
    assert aside(account)["total row"][0] == (3 if last else 2)


def test_totals_of_days_tell_nothing_of_guests(tmp_path):
    text = SUBTOTALS.replace("Summe Adler", "Summe 07.01.").replace("Summe Bauer", "Summe 08.01.")
    found, account = customers(written(tmp_path, text))
    assert found == {"Adler": (1, Decimal(10)), "Bauer": (1, Decimal(5)), "Conrad": (1, Decimal(1))}
    assert aside(account)["missing customer"] == (3, Decimal(26))


def is_outline(names, days):
    rows = pd.DataFrame({"customer": names, "_day": days, FILE: 0, LINE: range(len(names))})
    return _is_outline(_outlined(ibis.memtable(rows), ["customer"]))


def late_ones(days, chance, count):
    """Days of a sorted list, of which some stand further down than they should."""
    for _ in range(count):
        place = chance.randrange(len(days))
        day = days.pop(place)
        days.insert(min(len(days), place + chance.randrange(1, 8)), day)
    return days


@pytest.mark.parametrize("top", ["a name at the top", "anyone at the top"])
@pytest.mark.parametrize("way", SORTED)
def test_no_plain_list_of_orders_is_taken_for_an_outline(way, top):
    """Lists of 6 to 80 orders, of which 5 to 95 in 100 tell a customer, each once: as outlined as guests can be."""
    for seed in range(LISTS):
        chance = random.Random(seed)
        size = chance.choice([6, 12, 30, 80])
        days = SORTED[way]([chance.randrange(120) for _ in range(size)], chance)
        share = chance.choice([0.05, 0.2, 0.5, 0.8, 0.95])
        names = [f"c{place}" if chance.random() < share else "" for place in range(size)]
        names[0] = "c0" if top.startswith("a name") else names[0]
        assert not is_outline(names, days), (seed, names, days)


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
