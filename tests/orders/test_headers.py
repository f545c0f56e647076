"""A header that stands again among the rows."""

from __future__ import annotations

from decimal import Decimal

import pytest

from helpers.books import aside, customers, written
from rfmeans.errors import SourceError

FIRST = "order,date,customer,amount,fee\n1,2025-01-13,a,10,1\n2,2025-01-14,b,20,2\n"
SECOND = "4,2025-02-13,a,4,40\n"


@pytest.mark.parametrize(
    "header",
    [
        "order,date,customer,amount,fee",
        "Order,DATE,customer,amount,Shipping",
        "\ufefforder,date,customer,amount,fee",
    ],
)
def test_where_the_columns_that_are_read_stand_again_it_is_set_aside(tmp_path, header):
    found, account = customers(written(tmp_path, f"{FIRST}{header}\n{SECOND}"))
    assert found == {"a": (2, Decimal(14)), "b": (1, Decimal(20))}
    assert aside(account) == {"repeated header": (1, Decimal(0))}


@pytest.mark.parametrize("header", ["order,date,customer,fee,amount", "order,date,customer,net,amount"])
def test_other_columns_below_a_second_header_are_refused(tmp_path, header):
    said = header.split(",")[3]
    with pytest.raises(
        SourceError, match=f"Line 4 is a header again, with '{said}' where the first one has 'amount'"
    ):
        customers(written(tmp_path, f"{FIRST}{header}\n{SECOND}"))


def test_a_column_that_stands_twice_is_no_other_one(tmp_path):
    text = FIRST.replace("fee", "amount")
    again = text.partition("\n")[0]
    found, _ = customers(written(tmp_path, f"{text}{again}\n{SECOND}"), amount="amount (column 5)")
    assert found == {"a": (2, Decimal(41)), "b": (1, Decimal(2))}
