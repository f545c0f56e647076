"""What is refused: most lines lost, amounts of several currencies."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import rfmeans
from helpers.accounts import account, aside, write
from helpers.books import customers, written
from rfmeans.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

FIRST, SECOND, THIRD = "1,2024-01-13,a,10,GBP", "2,2024-01-14,b,20,GBP", "3,2024-01-15,a,30,GBP"


LOST = pd.DataFrame(
    {
        "customer": ["a", None, None, "b", None],
        "date": pd.to_datetime(["2024-01-01"] * 5),
        "amount": [1, 2, 3, 4, 5],
    }
)


def test_most_lines_lost_for_one_reason_is_an_error_that_names_the_column():
    with pytest.raises(rfmeans.DataError) as found:
        account(LOST)
    message = str(found.value)
    assert "3 of 5 lines (60 %) would be set aside for one reason: missing customer." in message
    assert "Customers were read from 'customer'" in message
    assert "customer='NAME'" in message
    assert "accept_loss=True" in message


def test_a_loss_can_be_accepted_and_adds_up():
    found = account(LOST, accept_loss=True)
    assert aside(found) == {"missing customer": (3, Decimal(10))}  # 2 + 3 + 5
    assert (found.lines.read.rows, found.lines.read.money) == (5, Decimal(15))


def test_half_of_the_lines_is_no_error():
    found = account(LOST.head(4))
    assert aside(found) == {"missing customer": (2, Decimal(5))}


def test_what_was_asked_for_is_no_loss():
    present = LOST.fillna({"customer": "c"})
    assert aside(account(present, where="amount > 4")) == {"excluded by where": (4, Decimal(10))}


def test_inspect_refuses_no_loss():
    assert rfmeans.inspect(LOST).account.lines.used.rows == 2


# Currencies


def test_two_currencies_are_refused_with_their_counts(tmp_path):
    source = write(tmp_path / "orders.csv", FIRST, SECOND, "3,2024-01-15,a,30,USD")
    with pytest.raises(rfmeans.SourceError) as found:
        account(source)
    assert "GBP 2 lines worth 30.00; USD 1 line worth 30.00" in str(found.value)
    assert "currency='GBP'" in str(found.value)


def test_very_many_currencies_are_one_short_message(tmp_path):
    lines = (f"{number},2024-01-13,a,1,X{number}" for number in range(50_000))
    with pytest.raises(rfmeans.SourceError) as found:
        account(write(tmp_path / "orders.csv", *lines))
    assert "'currency' was taken as the currency, but holds 50,000 different values" in str(found.value)
    assert "currency_column='NAME'" in str(found.value)
    assert len(str(found.value)) < 600


def test_a_currency_needs_its_column(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("order id,date,customer,amount\n1,2024-01-13,a,1\n")
    with pytest.raises(rfmeans.SourceError, match="currency_column='NAME'"):
        account(str(path), currency="GBP")


def amounts(path: Path, *texts: str) -> str:
    lines = [f"c{number};2024-01-{1 + number % 28:02d};{text}" for number, text in enumerate(texts)]
    path.write_text("\n".join(["customer;date;amount", *lines]) + "\n")
    return str(path)


def test_currencies_that_the_amounts_name_are_not_added_up_either(tmp_path):
    source = amounts(tmp_path / "orders.csv", "$5.00", "€6.00", "€7.50", "8.00")
    with pytest.raises(rfmeans.SourceError) as found:
        account(source)
    assert "The orders are in 2 currencies (column 'amount'): EUR 2 lines worth 13.50; $ 1 line" in str(
        found.value
    )
    assert "Choose one, like currency='EUR'" in str(found.value)
    chosen = account(source, currency="eur")
    assert chosen.lines.used.money == Decimal("13.50")
    assert aside(chosen) == {"other currency": (2, Decimal("13.00"))}


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        (["new", "Returning"], True),
        (["Nouveaux clients", "Clients récurrents"], True),
        (["New customer", "Returning customer"], True),
        (["Neue Kunden", "Gäste"], True),
        (["new", "ann"], False),
        (["Customer", "Client"], False),
        (["New Look", "Returning"], False),
    ],
)
def test_kinds_of_customers_are_no_customers(tmp_path, words, refused):
    """WooCommerce Analytics had them there in the report that it sends by e-mail (woocommerce-admin #5900)."""
    rows = [f"{place},2025-01-1{place},{words[place % 2]},10" for place in range(4)]
    source = written(tmp_path, "\n".join(["order,date,customer,amount", *rows]) + "\n")
    if not refused:
        assert len(customers(source)[0]) == len(words)
        return
    said = " or ".join(repr(word) for word in sorted(words))
    with pytest.raises(
        SourceError, match=f"^'customer' says what kind of customer each is, {said}, and not who"
    ):
        customers(source)
