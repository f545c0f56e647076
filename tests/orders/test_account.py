"""The account: loss, repeated lines, overlapping files, currencies; each line in exactly one place."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import rfmeans
from helpers.accounts import account, aside, write
from helpers.books import customers, table
from intakes import read
from rfmeans.engines.kept_tables import Workspace
from rfmeans.settings import make_reading

if TYPE_CHECKING:
    from pathlib import Path

FIRST, SECOND, THIRD = "1,2024-01-13,a,10,GBP", "2,2024-01-14,b,20,GBP", "3,2024-01-15,a,30,GBP"


def test_amounts_name_the_currency_where_its_column_is_blank(tmp_path):
    source = write(
        tmp_path / "orders.csv", "1,2024-01-13,a,£10,", "2,2024-01-14,b,€20,", "3,2024-01-15,a,5,GBP"
    )
    with pytest.raises(rfmeans.SourceError, match=r"EUR 1 line worth 20\.00"):
        account(source)
    assert aside(account(source, currency="GBP")) == {"other currency": (1, Decimal(20))}


def test_a_chosen_currency_sets_the_others_aside(tmp_path):
    source = write(tmp_path / "orders.csv", FIRST, SECOND, "3,2024-01-15,a,7,USD", "4,2024-01-15,a,8,")
    found = account(source, currency="gbp")
    assert found.lines.used.money == Decimal(30)
    assert aside(found) == {"other currency": (2, Decimal(15))}


def amounts(path: Path, *texts: str) -> str:
    lines = [f"c{number};2024-01-{1 + number % 28:02d};{text}" for number, text in enumerate(texts)]
    path.write_text("\n".join(["customer;date;amount", *lines]) + "\n")
    return str(path)


def test_one_currency_in_the_amounts_is_that_of_the_account(tmp_path):
    found = account(amounts(tmp_path / "orders.csv", "5,00 €", "1.234,50 €", "EUR 7,50", "8,00"))
    assert (found.lines.currency, found.lines.used.money) == ("EUR", Decimal("1255.00"))


def test_a_currency_that_turns_up_late_is_seen(tmp_path):
    source = amounts(tmp_path / "orders.csv", *["5.00"] * 6000, "$5.00", "£5.00")
    with pytest.raises(rfmeans.SourceError, match="in 2 currencies"):
        account(source)


def statuses(path, pending, shipped):
    words = ["pending"] * pending + ["shipped"] * shipped
    rows = [f"c{number},2024-01-13,{1 + number},{word}" for number, word in enumerate(words)]
    path.write_text("\n".join(["customer,date,amount,status", *rows]))
    return path


@pytest.mark.parametrize(("shipped", "options"), [(0, {}), (4, {"keep_status": "bezahlt"})])
def test_statuses_that_do_not_count_are_listed(tmp_path, shipped, options):
    with pytest.raises(rfmeans.DataError) as raised:
        account(statuses(tmp_path / "orders.csv", 6, shipped), **options)
    held = "pending (6), shipped (4)" if shipped else "pending (6)"
    assert (
        f"Statuses were read from 'status', which holds {held}. If these orders were sold, say so "
        "with keep_status='NAME,NAME', or keep_status='all'."
    ) in str(raised.value)


def test_words_for_what_was_not_sold_are_no_loss_however_many_there_are(tmp_path):
    found = account(statuses(tmp_path / "orders.csv", 6, 4))
    assert (found.lines.used.rows, found.lines.set_aside["excluded status"].rows) == (4, 6)
    assert "Rows by status: shipped (4) count; pending (6) do not count." in found.noticed.sentences()


def test_columns_called_like_ours_keep_their_values_in_what_is_set_aside():
    named = {"file": "a", "source_file": "b", "Source_source_file": "c", "line": "d"}
    frame = pd.DataFrame({"customer": ["x", ""], "date": ["2024-01-13"] * 2, "amount": [1, 2]}).assign(
        **named
    )
    with Workspace() as scratch:
        (row,) = read(frame, make_reading(), scratch).set_aside.to_pyarrow().to_pylist()
    assert row["reason"] == "missing customer"
    assert sorted(value for value in row.values() if value in {*"abcd"}) == ["a", "b", "c", "d"]


def test_a_phone_without_digits_is_no_customer(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(
        "email,phone,date,amount\n-,+,2024-01-13,1\nn/a,000-000,2024-01-13,2\n-,+49 1,2024-01-13,4\n"
    )
    with Workspace() as scratch:
        found = read(str(path), make_reading(accept_loss=True), scratch)
        keys = [row["customer_id"] for row in found.customers.to_pyarrow().to_pylist()]
    assert keys == ["phone:+491"]
    assert aside(found.account) == {"missing customer": (2, Decimal(3))}


def test_an_order_that_says_it_is_a_test_gives_reason_to_look():
    rows = table("order,date,customer,amount 1,2025-01-03,a,10 TEST-2,2025-01-04,b,5")
    hints = customers(rows)[1].lines.hints
    assert (hints.tested, hints.totals, hints.spread, hints.returns) == (True, False, False, False)
    plain = table("order,date,customer,amount 1,2025-01-03,a,10 2,2025-01-04,b,5")
    assert not customers(plain)[1].lines.hints.tested
