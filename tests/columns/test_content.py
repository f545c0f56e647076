"""Columns of any name, told by what they hold."""

import pandas as pd
import pytest

import rfmeans
from helpers.taken_in import taken_in


def orders(**columns):
    rows = len(next(iter(columns.values())))
    plain = {
        "customer": [f"c{place}" for place in range(rows)],
        "date": ["2024-01-05"] * rows,
        "amount": [10.0 + place for place in range(rows)],
    }
    return pd.DataFrame({**plain, **columns})


@pytest.mark.parametrize(
    "values", [["EUR", "CHF", "EUR"], ["usd", "Eur", "usd"], ["€", "$", "€"], ["EUR", "TOP", "EUR"]]
)
def test_several_currencies_are_refused_wherever_they_stand(values):
    with pytest.raises(rfmeans.SourceError, match=r"2 currencies .column 'shop pays in'"):
        taken_in(orders(**{"shop pays in": values}))


def test_one_of_them_can_be_chosen():
    assert taken_in(orders(paid_in=["EUR", "CHF", "EUR"]), currency="EUR").money == {"c0": 10, "c2": 12}


@pytest.mark.parametrize("values", [["CUP", "PEN", "TOP"], ["EU", "US", "EU"], ["EUR", "Mug", "EUR"]])
def test_other_words_in_capitals_are_no_currencies(values):
    assert "currency" not in taken_in(orders(kind=values)).understood


def test_two_columns_of_one_currency_are_one():
    assert taken_in(orders(shown=["EUR"] * 3, settled=["EUR"] * 3)).lines.currency == "EUR"


def test_two_columns_of_currencies_are_asked_about():
    columns = {"shown": ["EUR", "CHF", "EUR"], "settled": ["EUR", "EUR", "EUR"]}
    with pytest.raises(
        rfmeans.SourceError, match=r"2 columns hold .* 'shown' \(CHF, EUR\); 'settled' \(EUR\)"
    ):
        taken_in(orders(**columns))
    assert len(taken_in(orders(**columns), currency_column="settled").money) == 3


@pytest.mark.parametrize("word", ["cancelled", "Storniert", "wc-failed"])
def test_a_status_of_any_name_counts(word):
    found = taken_in(orders(stand=["completed", word, "open"]))
    assert found.money == {"c0": 10, "c2": 12}
    assert found.lines.set_aside["excluded status"].rows == 1


@pytest.mark.parametrize("values", [["red", "blue", "void"], ["open", "paid", "open"], ["cancelled"] * 3])
def test_other_words_are_no_status(values):
    assert len(taken_in(orders(stand=values)).money) == 3


def test_a_column_that_looks_like_a_status_and_is_none_is_named():
    assert "not used: payment_state (status=)" in taken_in(orders(payment_state=[""] * 3)).understood
