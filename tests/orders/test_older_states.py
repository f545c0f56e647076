"""Overlapping exports: which state of an order counts."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from helpers.books import aside, customers, table

if TYPE_CHECKING:
    from pathlib import Path


def files(folder: Path, january: str, february: str) -> str:
    table(january).to_csv(folder / "2-january.csv", index=False)  # what reaches further counts, not the name
    table(february).to_csv(folder / "1-february.csv", index=False)
    return str(folder / "*.csv")


JANUARY = "order,date,customer,amount,status 1,2025-01-30,a,100,paid 2,2025-01-31,b,60,pending 3,2025-01-31,c,30,paid"


@pytest.mark.slow
def test_the_newer_state_of_an_order_counts(tmp_path):
    february = (
        "order,date,customer,amount,status 1,2025-01-30,a,100,paid 1,2025-02-03,a,-20,paid 2,2025-01-31,b,60,paid"
        " 4,2025-02-11,d,45,paid"
    )
    found, account = customers(files(tmp_path, JANUARY, february))
    assert found == {
        "a": (1, Decimal(80)),
        "b": (1, Decimal(60)),
        "c": (1, Decimal(30)),
        "d": (1, Decimal(45)),
    }
    assert aside(account) == {"older state of the order": (2, Decimal(160))}
    said = " ".join(account.noticed.sentences())
    assert (
        "2 orders in more than one of 2 files. What 2 lines say of an order is stated newer elsewhere" in said
    )


@pytest.mark.slow
def test_equal_copies_stay_what_they_are(tmp_path):
    february = "order,date,customer,amount,status 3,2025-01-31,c,30,paid 4,2025-02-11,d,45,paid"
    found, account = customers(files(tmp_path, JANUARY, february))
    assert found["c"] == (1, Decimal(60))  # said, and set aside when asked for
    assert "older state of the order" not in aside(account)


@pytest.mark.slow
def test_lines_of_an_order_torn_apart_between_files_are_one_order(tmp_path):
    february = "order,date,customer,amount,status 3,2025-01-31,c,12,paid 4,2025-02-11,d,45,paid 4,2025-02-11,d,5,paid"
    assert customers(files(tmp_path, JANUARY, february))[0]["c"] == (1, Decimal(42))


@pytest.mark.slow
def test_where_each_row_is_an_order_none_was_torn_apart(tmp_path):
    february = "order,date,customer,amount,status 3,2025-01-31,c,12,paid 4,2025-02-11,d,45,paid"
    assert customers(files(tmp_path, JANUARY, february))[0]["c"] == (1, Decimal(12))


@pytest.mark.slow
def test_a_line_that_changed_among_others_that_did_not(tmp_path):
    header = "order,date,customer,amount"
    january = f"{header} 1,2025-01-30,a,10 1,2025-01-30,a,30 2,2025-01-31,b,6"
    february = f"{header} 1,2025-01-30,a,15 1,2025-01-30,a,30 3,2025-02-11,b,4"
    found, account = customers(files(tmp_path, january, february))
    assert found["a"] == (1, Decimal(45))
    assert aside(account) == {"older state of the order": (2, Decimal(40))}


def test_changes_dated_in_day_month_and_year(tmp_path):
    header = "order,date,customer,amount,updated_at"
    january = f"{header} 1,2025-01-30,a,80,01.03.2025_10:00 2,2025-01-31,b,6,31.01.2025_10:00"
    february = f"{header} 1,2025-01-30,a,100,2.2.2025_09:00 3,2025-02-11,b,4,11.2.2025_10:00"
    assert customers(files(tmp_path, january, february))[0]["a"] == (1, Decimal(80))


@pytest.mark.slow
def test_who_ordered_may_change_where_a_known_shop_numbers_its_orders(tmp_path):
    header = "Name,Email,Financial Status,Total,Created at,Lineitem quantity,Lineitem price\n"
    for name, rows in {
        "1.csv": "#1,old@x.org,paid,9,2025-01-30,1,9\n#2,b@x.org,paid,6,2025-01-31,1,6\n",
        "2.csv": "#1,new@x.org,paid,9,2025-01-30,1,9\n#3,b@x.org,paid,4,2025-02-03,1,4\n",
    }.items():
        (tmp_path / name).write_text(header + rows)
    assert customers(tmp_path / "*.csv")[0] == {"new@x.org": (1, Decimal(9)), "b@x.org": (2, Decimal(10))}


@pytest.mark.slow
def test_a_column_of_changes_comes_before_the_reach_of_a_file(tmp_path):
    header = "order,date,customer,amount,updated_at"
    january = f"{header} 1,2025-01-30,a,80,2025-03-01T10:00 2,2025-01-31,b,6,2025-01-31T10:00"
    february = f"{header} 1,2025-01-30,a,100,2025-02-01T09:00 3,2025-02-11,b,4,2025-02-11T10:00"
    found, account = customers(files(tmp_path, january, february))
    assert found == {"a": (1, Decimal(80)), "b": (2, Decimal(10))}
    assert aside(account) == {"older state of the order": (1, Decimal(100))}


@pytest.mark.slow
def test_one_number_of_two_years_in_two_files_is_two_orders(tmp_path):
    february = "order,date,customer,amount,status 1,2026-01-30,a,50,paid"
    assert customers(files(tmp_path, JANUARY, february))[0]["a"] == (2, Decimal(150))


@pytest.mark.slow
def test_sheets_are_treated_as_files(tmp_path):
    path = tmp_path / "books.xlsx"
    february = "order,date,customer,amount,status 2,2025-01-31,b,60,paid 4,2025-02-11,d,45,paid"
    with pd.ExcelWriter(path) as book:
        table(JANUARY).to_excel(book, sheet_name="January", index=False)
        table(february).to_excel(book, sheet_name="February", index=False)
    found, account = customers(path, sheet="*")
    assert found["b"] == (1, Decimal(60))
    assert aside(account) == {"older state of the order": (1, Decimal(60))}


@pytest.mark.slow
def test_parts_with_articles_of_their_own_are_no_states_of_one_line(tmp_path):
    header = "order,date,customer,sku,amount"
    january = f"{header} 1,2025-01-05,a,A,10 2,2025-01-30,b,A,20"
    february = f"{header} 2,2025-01-30,b,B,5 3,2025-02-05,c,A,30"
    found, account = customers(files(tmp_path, january, february))
    assert found["b"] == (1, Decimal(25))
    assert not aside(account)


@pytest.mark.slow
def test_a_customer_written_otherwise_since_where_the_number_tells_one_order(tmp_path):
    january = "order,date,customer,order_total 1,2025-01-05,a,10 2,2025-01-30,guest-77,20"
    february = "order,date,customer,order_total 2,2025-01-30,b,20 3,2025-02-05,c,30"
    found, account = customers(files(tmp_path, january, february))
    assert found == {"a": (1, Decimal(10)), "b": (1, Decimal(20)), "c": (1, Decimal(30))}
    assert aside(account) == {"older state of the order": (1, Decimal(20))}


@pytest.mark.slow
def test_two_tills_with_one_number_and_other_totals_do_not_state_one_order(tmp_path):
    january = "order,date,customer,order_total 1,2025-01-05,a,10 2,2025-01-30,b,20"
    february = "order,date,customer,order_total 1,2025-02-05,c,30 2,2025-02-05,d,40"
    found, _ = customers(files(tmp_path, january, february))
    assert {key: int(money) for key, (_, money) in found.items()} == {"a": 10, "b": 20, "c": 30, "d": 40}
