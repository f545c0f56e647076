"""Columns of any name, told by what they hold."""

import ibis
import pandas as pd
import pytest

import rfmeans
from helpers.taken_in import taken_in
from rfmeans.columns.content import numbering_orders
from rfmeans.columns.layouts import recognise
from rfmeans.settings import Columns


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


@pytest.mark.slow
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


# As shops write them

NEIGHBOURS = {
    "a German state": (
        "Kunde;Datum;Betrag;Zustand\na;2024-01-05;10,50;Bezahlt\nb;2024-01-06;5,25;Storniert\nc;2024-01-07;7,75;Versendet\n",
        {"a": 10.5, "c": 7.75},
        {"excluded status": 1},
    ),
    "an English one under a German name": (
        "customer,date,amount,Lage der Bestellung\na,2024-01-05,10,shipped\nb,2024-01-06,5,refunded\n"
        "c,2024-01-06,5,paid\n",
        {"a": 10.0, "c": 5.0},
        {"excluded status": 1},
    ),
    "countries in three letters": (
        "customer,date,amount,land\na,2024-01-05,10,DEU\nb,2024-01-06,5,USA\n",
        {"a": 10.0, "b": 5.0},
        {},
    ),
    "one currency under SAP's name": (
        "customer,date,amount,Waers\na,2024-01-05,10,EUR\nb,2024-01-06,5,EUR\n",
        {"a": 10.0, "b": 5.0},
        {},
    ),
}


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_columns_that_shops_call_otherwise(tmp_path, name):
    text, money, aside = NEIGHBOURS[name]
    path = tmp_path / "orders.csv"
    path.write_text(text, encoding="utf-8")
    found = taken_in(str(path))
    assert found.money == money
    assert {reason: tally.rows for reason, tally in found.lines.set_aside.items()} == aside


def test_two_currencies_under_sap_s_name_are_refused():
    with pytest.raises(
        rfmeans.SourceError, match=r"2 currencies .column 'Waers'.: EUR 2 lines worth 22\.00; CHF"
    ):
        taken_in(orders(Waers=["EUR", "CHF", "EUR"]))


def test_currencies_in_words_are_currencies():
    with pytest.raises(rfmeans.SourceError, match="2 currencies"):
        taken_in(orders(paid_in=["Euro", "US Dollar", "Euro"]))
    assert "currency" not in taken_in(orders(sort=["Real", "Real", "Real"])).understood


@pytest.mark.parametrize("silent", [[0, 0, 0], ["0", "", "-"], [None, None, None]])
def test_of_two_columns_for_one_role_one_that_says_nothing_is_none(silent):
    found = taken_in(orders(**{"order id": silent, "order number": ["A", "A", "B"]}))
    assert "order = order number" in found.understood
    assert found.lines.orders == 3  # three customers


@pytest.mark.parametrize("other", [[0, 0, 7], ["x", "", ""]])
def test_where_both_say_something_it_is_asked(other):
    with pytest.raises(rfmeans.SourceError, match="2 columns could be the order: order id, order number"):
        taken_in(orders(**{"order id": other, "order number": ["A", "A", "B"]}))


NUMBERED = {
    "the customers": (["1", "2", "1", "2", "1"], "one order per customer and day", 5),
    "the orders": (["1", "2", "3", "4", "5"], "order = id", 5),
    "orders, one of them twice": (["1", "2", "3", "4", "4"], "order = id", 5),
}


@pytest.mark.parametrize("what", NUMBERED)
def test_id_alone_is_the_order_unless_it_numbers_the_customers(what):
    ids, understood, counted = NUMBERED[what]
    days = [
        f"2024-01-0{day}" for day in (5, 5, 6, 6, 7)
    ]  # next to each other: of one number they would be one order
    found = taken_in(orders(id=ids, date=days, customer=["a", "b", "a", "b", "a"]))
    assert understood in found.understood
    assert found.lines.orders == counted


def test_id_is_what_a_model_was_fitted_with():
    table = ibis.memtable(orders(id=["1", "2"], date=["2024-01-05", "2024-01-06"]))  # could be either
    layout = recognise(table.columns)
    assert numbering_orders(table, layout, Columns(order="id")).columns.order == "id"
    assert numbering_orders(table, layout, Columns()).columns.order is None
    assert numbering_orders(table, layout).columns.order == "id"


def test_id_is_the_order_where_it_was_said():
    days, ids = ["2024-01-05", "2024-01-06", "2024-01-07"], ["1", "2", "1"]
    found = taken_in(orders(id=ids, date=days, customer=["a", "b", "a"]), order="id")
    assert "order = id" in found.understood
