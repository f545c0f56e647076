"""Known exports in a few rows each, written by hand; any other table by synonyms; what the user says instead."""

from __future__ import annotations

import tomllib
from decimal import Decimal

import pytest

import rfmeans
from helpers.exports import (
    ETSY,
    ETSY_ITEMS,
    GERMAN,
    RETAIL_II,
    SQUARE,
    SQUARESPACE,
    STRIPE_UNIFIED,
    WOOCOMMERCE,
    take_in,
)
from places import ROOT
from rfmeans.columns.layouts import recognise
from rfmeans.listener import Listener

LAYOUTS = ROOT / "src" / "rfmeans" / "columns" / "layouts.toml"
KNOWN = [  # export, its name, purchases and net money by customer
    (WOOCOMMERCE, "WooCommerce Advanced Order Export", {"7": (1, "25"), "email:bob@x.org": (2, "35")}),
    (SQUARE, "Square items detail", {"C1": (1, "18"), "name:Bob": (1, "10")}),
    (ETSY, "Etsy sold orders", {"ann77": (1, "25"), "bob88": (1, "15")}),
    (ETSY_ITEMS, "Etsy sold order items", {"ann77": (1, "27.5"), "bob88": (1, "10")}),
    (SQUARESPACE, "Squarespace orders export", {"ann@x.org": (1, "20"), "bob@x.org": (1, "25")}),
    (STRIPE_UNIFIED, "Stripe unified payments", {"cus_1": (1, "1000"), "email:b@x.org": (0, "0")}),
    (RETAIL_II, "UCI Online Retail II", {"7": (1, "10.05"), "8": (1, "3")}),
]


@pytest.mark.parametrize(("text", "name", "expected"), KNOWN, ids=[name for _, name, _ in KNOWN])
def test_a_known_export(tmp_path, text, name, expected):
    intake, found = take_in(tmp_path, text)
    assert intake.account.noticed.understood.startswith(f"{name}: customer = ")
    assert found == {customer: (orders, Decimal(money)) for customer, (orders, money) in expected.items()}
    assert intake.account.lines.read.rows == len(text.splitlines()) - 1


# Any other table


@pytest.mark.parametrize(
    "header",
    [
        "customer id,order date,order number,amount,status,currency",
        "Kunden-ID,Bestelldatum,Bestellnummer,Gesamtbetrag,Bestellstatus,Währung",
        "N° client,Date de commande,N° commande,Montant total,Statut,Devise",
        "ID cliente,Fecha de pedido,Número de pedido,Importe,Estado del pedido,Moneda",
        "Codice cliente,Data ordine,Numero ordine,Importo,Stato ordine,Valuta",
        "ID do cliente,Data do pedido,Número do pedido,Valor total,Status do pedido,Moeda",
    ],
)
def test_names_in_six_languages(header):
    names = header.split(",")
    found = recognise(names).columns
    assert [found.customer, found.date, found.order, found.amount, found.status, found.currency] == names


def test_well_known_words_do_not_count_and_unknown_ones_do(tmp_path):
    intake, found = take_in(tmp_path, GERMAN)
    assert found == {"K1": (1, Decimal("1234.5")), "K2": (1, Decimal(20))}
    assert intake.account.noticed.sentences() == (
        "Rows by status: bezahlt (1), versendet (1) count; storniert (1) do not count.",
    )


def test_what_was_understood_is_told_before_the_work(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(SQUARE)
    said: list[str] = []

    class Hearing(Listener):
        def understood(self, line):
            said.append(line)

    rfmeans.inspect(path, listener=Hearing())
    assert said[0].startswith("Square items detail: customer = Customer ID, else Customer Name, order = ")


@pytest.mark.slow
def test_columns_that_look_like_a_refund_or_a_status_and_are_not_used_are_told(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("customer,date,amount,refunded,shop_status\nann,2024-01-05,10.00,2.00,paid\n")
    said = rfmeans.inspect(path).account.noticed.understood
    assert "amount = amount; not used: refunded (refund=), shop_status (status=); dates as" in said
    said = rfmeans.inspect(path, refund="refunded", status="shop_status").account.noticed.understood
    assert "amount = amount less refunded" in said
    assert "not used" not in said


@pytest.mark.parametrize(
    ("header", "role", "column"),
    [
        (["customer", "Posting Date", "amount"], "date", "Posting Date"),
        (["customer", "created_on", "amount"], "date", "created_on"),
        (["customer", "order_date", "created_on", "amount"], "date", "order_date"),
        (["customer", "date", "Grand Total"], "amount", "Grand Total"),
        (["customer", "date", "Total", "Grand Total"], "amount", "Total"),
        (["Party", "date", "amount"], "customer", "Party"),
        (["email", "Buyer", "date", "amount"], "customer", "email"),
    ],
)
def test_names_that_count_where_none_that_is_surer_is_there(header, role, column):
    found = recognise(header)
    assert getattr(found.columns, role) == column


def test_a_grand_total_is_the_order_s():
    assert recognise(["customer", "date", "invoice", "Grand Total"]).amount_per == "order"


def test_each_known_export_stands_in_the_documentation():
    """So that nobody concludes that theirs is not known."""
    words = (ROOT / "docs" / "layouts.md").read_text(encoding="utf-8").partition("```")[0]
    systems = {
        layout["name"].split()[0] for layout in tomllib.loads(LAYOUTS.read_text(encoding="utf-8"))["layout"]
    }
    assert len(systems) > 15
    assert {system for system in systems if system not in words} == set()


@pytest.mark.parametrize(
    ("more", "order"),
    [((), "id"), (("product",), None), (("qty",), None), (("receipt",), "receipt"), (("order",), "order")],
)
def test_an_id_is_an_order_s_number_where_no_other_one_and_no_line_is_told(more, order):
    assert recognise(["id", "date", "customer", "amount", *more]).columns.order == order


@pytest.mark.parametrize("person", ["Kunde", "customer", "Client"])
def test_a_column_of_persons_beside_one_of_their_numbers_is_not_the_customer(person):
    assert recognise([person, "Kundennummer", "Datum", "Betrag"]).customers == (("id", "Kundennummer"),)
    with pytest.raises(rfmeans.SourceError, match="columns could be the customer"):
        recognise([person, "user id", "Kundennummer", "Datum", "Betrag"])
