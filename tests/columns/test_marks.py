"""Columns that mark rows: money back told by a word, orders called off or not paid told by a flag."""

import pandas as pd
import pytest

import rfmeans
from helpers.taken_in import taken_in


def orders(**columns):
    rows = len(next(iter(columns.values())))
    plain = {
        "customer": ["a", "a", "b", "c", "c"][:rows],
        "order id": ["1", "2", "3", "4", "5"][:rows],
        "date": [f"2024-01-{place + 5:02}" for place in range(rows)],
        "amount": [100.0, 40.0, 50.0, 30.0, 7.0][:rows],
    }
    return pd.DataFrame({**plain, **columns})


KINDS = [
    ("Type", ["Sale", "Refund", "Sale", "Sale"]),
    ("Belegart", ["Rechnung", "Gutschrift", "Rechnung", "Rechnung"]),
    ("whatever", ["facture", "avoir", "facture", "facture"]),
    ("transaction_type", ["CHARGE", "REFUND", "CHARGE", "fee"]),
    ("move_type", ["out_invoice", "out_refund", "out_invoice", "out_invoice"]),
    ("Type", ["Sale", "Refund", "Sale", "Sale", "Return"]),
    ("Vorgang", ["Verkauf", "Retoure", "Verkauf", "Verkauf", "Umtausch-Gutschrift"]),
    ("Tipo", ["Venda", "Devolução", "Venda", "Venda", "Estorno"]),
    ("is_refund", [False, True, False, False]),
    ("is refund", ["no", "yes", "no", None]),
]


@pytest.mark.parametrize(("name", "values"), KINDS)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_word_for_money_back_counts_whatever_the_sign(name, values, sign):
    books = orders(**{name: values})
    books.loc[1, "amount"] *= sign
    found = taken_in(books)
    assert found.money == {"a": 60, "b": 50, "c": 30 if len(values) == 4 else 23}
    assert f"money back where {name} says so" in found.understood


def test_a_row_that_gives_an_order_s_total_back():
    books = orders(Type=["Sale", "Refund", "Sale", "Sale"]).rename(columns={"amount": "order total"})
    books["order id"] = ["1", "1", "3", "4"]
    assert taken_in(books).customers["a"][1:] == (1, 60.0)


DOCUMENTS = [
    ("Transaction type", ["Invoice", "Payment", "Invoice", "Estimate"], {"a": 100, "b": 50}),
    ("Belegart", ["Rechnung", "Auftragsbestätigung", "Rechnung", "Mahnung"], {"a": 100, "b": 50}),
    ("tipo", ["presupuesto", "factura", "factura", "cobro"], {"a": 40, "b": 50}),
    ("Type", ["Payment", "Payment", "Order", "Quote"], {"a": 140, "b": 50}),  # no invoices beside them
    ("Type", ["Sale", "Order", "Payment", "Estimate"], {"a": 140}),  # sold in the shop, and ordered
]


@pytest.mark.parametrize(("name", "values", "money"), DOCUMENTS)
def test_documents_that_are_no_sale_do_not_count(name, values, money):
    found = taken_in(orders(**{name: values}))
    assert found.money == money
    assert set(found.lines.set_aside) == {"excluded status"}


def test_where_none_of_the_documents_is_a_sale_they_are_not_understood():
    assert taken_in(orders(Type=["Lieferschein", "Mahnung", "Lieferschein", "Lieferschein"])).money == {
        "a": 140,
        "b": 50,
        "c": 30,
    }


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Type", ["shirt", "return label", "mug", "mug"]),
        ("kind", ["new", "old", "new", "new"]),
        ("is_refund", [3, 0, 0, 0]),
    ],
)
def test_other_words_say_nothing(name, values):
    found = taken_in(orders(**{name: values}))
    assert found.money["a"] == 140
    assert "money back" not in found.understood


FLAGS = [
    ("cancelled", [False, True, False, False]),
    ("Storniert", ["nein", "ja", "nein", "nein"]),
    ("is_voided", [0, 1, 0, 0]),
    ("refunded", ["0", "1", "0", "0"]),
    ("cancelled_at", [None, "2024-01-09 10:00", None, None]),
    ("Storno-Datum", ["", "09.01.2024", "", ""]),
    ("cancelled at", ["0000-00-00 00:00:00", "2024-01-09 10:00:00", "", ""]),
    ("cancellation date", pd.to_datetime([None, "2024-01-09", None, None])),
    ("Paid?", ["yes", "no", "yes", None]),
]


@pytest.mark.parametrize(("name", "values"), FLAGS)
def test_a_flag_leaves_an_order_out(name, values):
    found = taken_in(orders(**{name: values}))
    assert found.money == {"a": 100, "b": 50, "c": 30}
    assert found.lines.set_aside["excluded status"].rows == 1
    assert f"only where {name} is " in found.understood


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("paid", [100.0, 40.0, 50.0, 30.0]),
        ("cancelled", ["maybe", "true", "no", "no"]),
        ("cancelled at", ["no", "no", "no", "no"]),
    ],
)
def test_what_holds_something_else_is_no_flag(name, values):
    assert taken_in(orders(**{name: values})).money["a"] == 140


def test_a_flag_beside_a_column_that_says_how_much():
    books = orders(refunded=["0", "1", "0", "0"], refund=[0.0, 15.0, 0.0, 0.0])
    assert taken_in(books).money["a"] == 125


@pytest.mark.slow
def test_who_says_which_orders_count_is_asked_no_more():
    books = orders(cancelled=[False, True, False, False], status=["open", "shipped", "open", "open"])
    assert taken_in(books).money["a"] == 100
    assert taken_in(books, status="status").money["a"] == 140
    assert taken_in(books, keep_status="all").money["a"] == 140


@pytest.mark.slow
def test_a_model_remembers_them(tmp_path):
    books = orders(Type=["Sale", "Refund", "Sale", "Sale"], cancelled=[False, False, False, True])
    books["date"] = pd.to_datetime(books["date"])
    model = rfmeans.segment(books, segments=2, n_init=1).model
    model.save(tmp_path / "model.json")
    read = rfmeans.SegmentModel.load(tmp_path / "model.json")
    layout = read.orders.layout
    assert (layout.kind, [one.column for one in layout.also]) == ("Type", ["cancelled"])
    assert "gutschrift" in read.to_sql("duckdb").lower()


def test_gumroad_s_flags(tmp_path):
    path = tmp_path / "sales.csv"
    path.write_text(
        "Purchase ID,Purchase Email,Purchase Date,Sale Price ($),Refunded?,Partial Refund ($),Fully Refunded?\n"
        "1,a@x.org,2025-01-05,24,0,0,0\n2,b@x.org,2025-01-06,100,1,56.48,0\n3,c@x.org,2025-01-07,30,1,0.0,1\n"
    )
    assert taken_in(path).money == {"a@x.org": 24, "b@x.org": 43.52}
