"""Columns that stand in a file twice."""

from __future__ import annotations

from decimal import Decimal

import pytest

from helpers.books import customers, written
from rfmeans.errors import SourceError

HEADER = "Customer,Order,Date,Amount,Customer,Order,Date,Amount\n"
ROWS = "Ann,1,2025-01-05,10,Ann,1,2025-01-05,10\nBob,2,2025-01-06,20,Bob,2,2025-01-06,{}\n"


def test_copies_that_say_the_same_are_read_once(tmp_path):
    found, account = customers(written(tmp_path, HEADER + ROWS.format("20")))
    assert found == {"Ann": (1, Decimal(10)), "Bob": (1, Decimal(20))}
    assert (
        "columns that repeat another one (Customer, Order, Date, Amount) are read once"
        in account.noticed.understood
    )


def test_copies_that_differ_in_one_row_are_asked_about(tmp_path):
    with pytest.raises(SourceError, match="recognised as the amount") as asked:
        customers(written(tmp_path, HEADER + ROWS.format("21")))
    assert "Amount (column 4), Amount (column 8)" in str(asked.value)


@pytest.mark.slow
def test_copies_of_which_one_is_named_stay_as_they_are(tmp_path):
    path = written(tmp_path, HEADER + ROWS.format("20"))
    found, account = customers(path, amount="Amount (column 8)")
    assert found == {"Ann": (1, Decimal(10)), "Bob": (1, Decimal(20))}
    assert "(Customer, Order, Date) are read once" in account.noticed.understood
    noted = "Customer,Order,Date,Amount,Note,Note\nAnn,1,2025-01-05,10,x,x\nBob,2,2025-01-06,20,y,y\n"
    found, _ = customers(written(tmp_path, noted), where="\"Note (column 6)\" = 'y'")
    assert found == {"Bob": (1, Decimal(20))}
