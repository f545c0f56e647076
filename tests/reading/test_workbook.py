"""Workbooks: sheets, and the row of the sheet."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pandas as pd
import pytest

import rfmeans
from helpers.garbage import outcome, workbook
from helpers.set_aside_lines import PLACED_HEADER, check, placed, set_aside
from helpers.taken_in import taken_in
from rfmeans.reading.workbook import NUMBERED


def sheet(first: int) -> pd.DataFrame:
    rows = [row.split(",") for row in placed(first=first).splitlines()]
    return pd.DataFrame(rows, columns=PLACED_HEADER.split(","))


@pytest.mark.slow
@pytest.mark.parametrize("titles", [0, 3])
def test_in_a_workbook_it_is_the_row_of_the_sheet(tmp_path, titles):
    path = tmp_path / "orders.xlsx"
    sheet(2 + titles).to_excel(path, index=False, startrow=titles)
    if titles:
        book = openpyxl.load_workbook(path)
        book.active["A1"] = "Orders of January"
        book.save(path)
    check(set_aside(path))


@pytest.mark.slow
def test_in_several_sheets_it_says_which(tmp_path):
    path = tmp_path / "orders.xlsx"
    with pd.ExcelWriter(path) as writer:
        sheet(2).to_excel(writer, sheet_name="One", index=False)
        sheet(2).to_excel(writer, sheet_name="Two", index=False)
    found = set_aside(path, sheet="*")
    check(found, 12)
    assert [row["file"] for row in found] == [f"{path}, sheet 'One'"] * 6 + [f"{path}, sheet 'Two'"] * 6


def test_a_reader_that_ends_its_process_ends_no_other(monkeypatch):
    """As on a damaged workbook that asks for more memory than there is."""
    monkeypatch.setattr("rfmeans.reading.workbook.PROGRAM", "import os; os.abort()")
    said = outcome(workbook("xlsx"), ".xlsx").refused
    assert "cannot be read as a workbook: it is damaged, or larger than the memory" in said
    assert "Open it and save it again, or export it as CSV." in said


# Cells with a type among text


def book(path, rows, hidden=None):
    made = openpyxl.Workbook()
    sheet = made.active
    if hidden is not None:
        sheet.title, sheet.sheet_state = "Old", "hidden"
        for row in hidden:
            sheet.append(row)
        sheet = made.create_sheet("Orders")
    for row in rows:
        sheet.append(row)
    made.save(path)
    return str(path)


HEADER = ["customer", "date", "amount"]
DAY = dt.datetime(2024, 3, 1)


def with_amounts(*amounts):
    ids = "abcdefgh"
    return [HEADER, *([ids[place], DAY, amount] for place, amount in enumerate(amounts))]


@pytest.mark.slow
@pytest.mark.parametrize("decimal", [None, ","])
def test_numbers_are_numbers_whatever_the_text_among_them_says(tmp_path, decimal):
    path = book(tmp_path / "orders.xlsx", with_amounts(2.5, 1250.125, "1250,00", 7, "3,5"))
    right = {"a": 2.5, "b": 1250.125, "c": 1250.0, "d": 7.0, "e": 3.5}
    assert taken_in(path, decimal=decimal).money == right


@pytest.mark.slow
def test_numbers_tell_nothing_of_how_text_is_written(tmp_path):
    path = book(tmp_path / "orders.xlsx", with_amounts(2.5, 10.25, "1.250"))
    with pytest.raises(
        rfmeans.SourceError, match=r"'1\.250' is 1\.250 with a decimal point and 1250 with a decimal"
    ):
        taken_in(path)
    assert taken_in(path, decimal=",").money["c"] == 1250
    assert taken_in(path, decimal=".").money["c"] == 1.25


@pytest.mark.slow
def test_days_are_days_whatever_the_text_among_them_says(tmp_path):
    rows = [
        ["a", dt.datetime(2024, 5, 1, 10), 1],
        ["b", "03.04.2024", 2],
        ["c", "25.04.2024", 3],
        ["d", "?", 4],
    ]
    path = book(tmp_path / "orders.xlsx", [HEADER, *rows])
    assert taken_in(path).customers == {"a": (1, 1, 1.0), "b": (29, 1, 2.0), "c": (7, 1, 3.0)}


@pytest.mark.slow
def test_days_beside_words_that_are_none(tmp_path):
    rows = [["a", dt.datetime(2024, 5, 1, 10), 1], ["b", dt.datetime(2024, 4, 3), 2], ["c", "?", 3]]
    [aside] = taken_in(book(tmp_path / "orders.xlsx", [HEADER, *rows])).aside
    assert (aside["reason"], aside["date"]) == ("unreadable date", "?")


@pytest.mark.slow
def test_a_number_set_aside_is_shown_as_the_sheet_has_it(tmp_path):
    rows = with_amounts(2.5, 3.75, "1,5")
    rows[1][0] = None
    [aside] = taken_in(book(tmp_path / "orders.xlsx", rows)).aside
    assert (aside["reason"], aside["amount"]) == ("missing customer", "2.5")


OLD = [HEADER, ["x", dt.datetime(2020, 1, 1), 5], ["y", dt.datetime(2020, 1, 2), 6]]


@pytest.mark.slow
def test_a_hidden_sheet_is_left_out_and_named(tmp_path):
    path = book(tmp_path / "orders.xlsx", with_amounts(1, 2), hidden=OLD)
    for asked in (None, "*"):
        found = taken_in(path, sheet=asked)
        assert found.money == {"a": 1, "b": 2}
        assert "sheet 'Orders'; hidden sheet 'Old' left out" in found.understood
    assert taken_in(path, sheet="Old").money == {"x": 5, "y": 6}


@pytest.mark.slow
def test_months_in_which_a_column_is_text_and_in_which_it_is_numbers(tmp_path):
    book(tmp_path / "m1.xlsx", [HEADER, [7.0, DAY, 2.5], [8, DAY, 10.25]])
    book(tmp_path / "m2.xlsx", [HEADER, ["7", DAY, "1250,00"], ["9", DAY, "1,5"]])
    assert taken_in(str(tmp_path / "m*.xlsx")).money == {"7": 1252.5, "8": 10.25, "9": 1.5}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("called", "orders"),
    [
        ("Order No", 2),
        ("Bon Nr", 2),
        ("Paid", 1),
        ("Grand Total", 1),
        ("Total (no tax)", 1),
    ],
)
def test_a_merged_number_is_each_rows_where_it_tells_an_order_and_money_stands_once(tmp_path, called, orders):
    sheet = openpyxl.Workbook()
    day = dt.datetime(2025, 1, 5)
    rows = [["a", 1, day, 10], [None, None, None, 5], ["a", 3, day, 2], ["b", 2, day, 7]]
    for row in (["customer", called, "date", "amount"], *rows):
        sheet.active.append(row)
    for column in "ABC":
        sheet.active.merge_cells(f"{column}2:{column}3")
    sheet.save(tmp_path / "orders.xlsx")
    assert taken_in(tmp_path / "orders.xlsx").customers["a"] == (1, orders, 17.0)


@pytest.mark.parametrize(
    ("names", "numbered"),
    [
        (
            "Order No.|No.|Order ID|Bestellnummer|Kundennr.|Numéro de commande|Nº pedido|Código|Invoice number (shop)",
            True,
        ),
        (
            "Order code|Customer Nr|N° client|Kundennummer (neu)|Nummer der Bestellung|Order|Artikel-Nr.|Item number",
            True,
        ),
        (
            "Total (no tax)|Number of items|No. of units|Total|Price no VAT|Order total (no VAT)|Number of orders",
            False,
        ),
        (
            "Betrag (Nr. 2)|Amount, code 5|Umsatz je Nummer|Paid|No discount|Order amount no.|Prix (no TVA)",
            False,
        ),
    ],
)
def test_names_of_numbers_that_tell_orders_and_those_of_figures(names, numbered):
    assert {name: bool(NUMBERED.search(name.casefold())) for name in names.split("|")} == dict.fromkeys(
        names.split("|"), numbered
    )
