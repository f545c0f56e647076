"""Order lines: which statuses count."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pandas as pd
import pytest

import rfmeans
from helpers.books import table
from helpers.exports import GERMAN, take_in
from helpers.taken_in import taken_in


@pytest.mark.slow
@pytest.mark.parametrize(
    "word",
    [
        "Cancelled",
        "on-hold",
        "wc-failed",
        "Storniert",
        "Annulée",
        "echoue",
        "PENDIENTE",
        "annullato",
        "aguardando pagamento",
    ],
)
def test_words_for_orders_that_were_not_sold(tmp_path, word):
    _, found = take_in(tmp_path, GERMAN.replace("storniert", word))
    assert found["K2"] == (1, Decimal(20))


# What the user says


@pytest.mark.slow
def test_statuses_to_keep(tmp_path):
    _, found = take_in(tmp_path, GERMAN, keep_status="versendet")
    assert found == {"K2": (1, Decimal(20))}


def test_every_status_counts_when_asked(tmp_path):
    _, found = take_in(tmp_path, GERMAN, keep_status="all")
    assert found["K2"] == (2, Decimal(30))


def test_keeping_a_status_needs_its_column(tmp_path):
    with pytest.raises(rfmeans.SourceError, match="keep_status needs the column of the status"):
        take_in(tmp_path, "customer,date,amount\na,2024-01-13,1\n", keep_status="paid")


def test_repeated_lines_but_for_the_first(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(
        "customer,date,amount\na,2024-01-13,1\nb,2024-01-13,1\na,2024-01-13,1\na,2024-01-14,1\na,2024-01-13,1\n"
    )
    found = taken_in(str(path), drop_duplicates=True)
    assert found.money == {"a": 2.0, "b": 1.0}
    assert sorted((row["line"], row["reason"]) for row in found.aside) == [
        (4, "duplicate line"),
        (6, "duplicate line"),
    ]


def test_a_typed_cell_beside_text_is_set_aside_as_it_was():
    """A moment and a fraction among text: their own writing, without the sign that tells them from text."""
    rows = pd.DataFrame(
        {
            "customer": [None, "b", "c", None],
            "date": [dt.date(2025, 1, 5), "2025-01-06", "2025-01-07", "2025-01-08"],
            "amount": ["7", "8", "9", 1.5],
        },
        dtype=object,
    )
    aside = taken_in(rows).aside
    assert [(row["date"], row["amount"]) for row in aside] == [
        ("2025-01-05 00:00:00", "7"),
        ("2025-01-08", "1.5"),
    ]


def test_fractions_are_no_customers():
    rows = table("customer,date,amount 7,2025-01-03,10 8,2025-01-04,5").assign(customer=[7.0, 8.25])
    with pytest.raises(
        rfmeans.SourceError, match=r"'customer' was taken as the customer but holds fractions such as 8\.25"
    ):
        taken_in(rows)


EBAY = (
    "Verkaufsprotokollnummer;Bestellnummer;Nutzername des Käufers;Gesamtbetrag;Verkauft am;Zahlungsdatum\n"
    "1;A-1;anna;20,00;10.12.2025;11.12.2025\n"
    "2;A-2;bernd;30,00;11.12.2025;\n"  # not paid yet
    "3;A-3;carla;5,50;12.12.2025;12.12.2025\n"
)


def test_a_further_column_that_must_be_filled_lets_an_order_count(tmp_path):
    path = tmp_path / "ebay.csv"
    path.write_text(EBAY, encoding="utf-8")
    assert taken_in(str(path)).money == {"anna": 20.0, "carla": 5.5}


def test_what_is_left_after_a_part_refund_is_the_amount(tmp_path):
    path = tmp_path / "etsy.csv"
    path.write_text(
        "Sale Date,Order ID,Buyer User ID,Order Value,Order Total,Adjusted Order Total,Status,Currency\n"
        "12/28/25,1,anna,20.00,24.00,14.00,,USD\n"  # ten given back
        "12/29/25,2,bea,20.00,24.00,0.00,,USD\n"  # which says nothing
        "12/30/25,3,cleo,20.00,24.00,,,USD\n",
        encoding="utf-8",
    )
    assert taken_in(str(path)).money == {"anna": 14.0, "bea": 24.0, "cleo": 24.0}
