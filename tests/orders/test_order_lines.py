"""Order lines: which statuses count."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pandas as pd
import pytest

import rfmeans
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
