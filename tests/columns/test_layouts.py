"""Known exports in a few rows each, written by hand; any other table by synonyms; what the user says instead."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

import rfmeans
from intakes import read
from rfmeans.columns.layouts import recognise
from rfmeans.engines.kept_tables import Workspace
from rfmeans.listener import Listener
from rfmeans.settings import make_reading

if TYPE_CHECKING:
    from rfmeans.orders.intake import Intake

WOOCOMMERCE = """\
Order Number,Order Status,Order Date,Customer User ID,Email (Billing),Order Total Amount,Order Refund Amount,Currency,No
1,Completed,2024-01-02 10:00,7,Ann@x.org,30.00,5.00,EUR,Cup
1,Completed,2024-01-02 10:00,7,Ann@x.org,30.00,5.00,EUR,Pot
2,Completed,2024-01-03 10:00,0,bob@x.org,20.00,0.00,EUR,Cup
3,Cancelled,2024-01-04 10:00,7,Ann@x.org,99.00,0.00,EUR,Cup
4,Processing,2024-01-05 10:00,0,BOB@x.org,15.00,0.00,EUR,Cup
"""
SQUARE = """\
Date,Time,Item,Qty,Gross Sales,Discounts,Net Sales,Tax,Transaction ID,Event Type,Customer ID,Customer Name
01/13/24,10:00:00,Cup,1.0,$10.00,$0.00,$10.00,$0.80,T1,Payment,C1,Ann
01/13/24,10:00:00,Pot,1.0,$20.00,-$2.00,$18.00,$0.80,T1,Payment,C1,Ann
01/14/24,10:00:00,Cup,-1.0,-$10.00,$0.00,-$10.00,-$0.80,T2,Refund,C1,Ann
01/15/24,10:00:00,Cup,1.0,$10.00,$0.00,$10.00,$0.80,T3,Payment,,Bob
"""
ETSY = """\
Sale Date,Order ID,Buyer User ID,Full Name,Currency,Order Value,Shipping,Order Total,Status
01/13/24,100,ann77,Ann A,USD,20.00,5.00,25.00,
01/15/24,101,bob88,Bob B,USD,10.00,5.00,15.00,
"""
ETSY_ITEMS = """\
Sale Date,Item Name,Buyer,Quantity,Price,Currency,Item Total,Order ID
01/13/24,Cup,ann77,2,10.00,USD,20.00,100
01/13/24,Pot,ann77,1,7.50,USD,7.50,100
01/15/24,Cup,bob88,1,10.00,USD,10.00,101
"""
SQUARESPACE = """\
Order ID,Email,Financial Status,Currency,Amount Refunded,Total,Created at,Lineitem quantity,Lineitem price,Billing Name
1,Ann@x.org,PAID,USD,5.00,25.00,2024-01-13 10:00:00 -0500,1,10,Ann A
1,,,,,,,1,10,
2,bob@x.org,PAID,USD,0.00,25.00,2024-01-15 10:00:00 -0500,1,25,Bob
"""
STRIPE_UNIFIED = """\
id,Created date (UTC),Amount,Amount Refunded,Currency,Status,Customer ID,Customer Email
py_1,2024-01-13 10:00:00,"1,025.00",25.00,usd,Paid,cus_1,a@x.org
py_2,2024-01-14 10:00:00,25.00,25.00,usd,Refunded,,B@x.org
py_3,2024-01-15 10:00:00,25.00,0.00,usd,Failed,cus_1,a@x.org
"""
RETAIL_II = """\
Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country
1,S,Cup,2,2010-01-13 10:00:00,10.05,7,UK
C2,S,Cup,-1,2010-01-14 10:00:00,10.05,7,UK
3,S,Pot,1,2010-01-15 10:00:00,3,8,UK
"""
KNOWN = [  # export, its name, purchases and net money by customer
    (WOOCOMMERCE, "WooCommerce Advanced Order Export", {"7": (1, "25"), "email:bob@x.org": (2, "35")}),
    (SQUARE, "Square items detail", {"C1": (1, "18"), "name:Bob": (1, "10")}),
    (ETSY, "Etsy sold orders", {"ann77": (1, "25"), "bob88": (1, "15")}),
    (ETSY_ITEMS, "Etsy sold order items", {"ann77": (1, "27.5"), "bob88": (1, "10")}),
    (SQUARESPACE, "Squarespace orders export", {"ann@x.org": (1, "20"), "bob@x.org": (1, "25")}),
    (STRIPE_UNIFIED, "Stripe unified payments", {"cus_1": (1, "1000"), "email:b@x.org": (0, "0")}),
    (RETAIL_II, "UCI Online Retail II", {"7": (1, "10.05"), "8": (1, "3")}),
]


def take_in(tmp_path, text: str, **options) -> tuple[Intake, dict[str, tuple[int, Decimal]]]:
    """Return what was read, and purchases and money by customer."""
    path = tmp_path / "export.csv"
    path.write_text(text, encoding="utf-8")
    with Workspace() as scratch:
        intake = read(str(path), make_reading(**options), scratch)
        rows = intake.customers.to_pyarrow().to_pylist()
    return intake, {row["customer_id"]: (row["frequency"], row["monetary"]) for row in rows}


@pytest.mark.parametrize(("text", "name", "expected"), KNOWN, ids=[name for _, name, _ in KNOWN])
def test_a_known_export(tmp_path, text, name, expected):
    intake, found = take_in(tmp_path, text)
    assert intake.account.noticed.understood.startswith(f"{name}: customer = ")
    assert found == {customer: (orders, Decimal(money)) for customer, (orders, money) in expected.items()}
    assert intake.account.lines.read.rows == len(text.splitlines()) - 1


def test_an_order_total_on_every_line_counts_once(tmp_path):
    intake, _ = take_in(tmp_path, WOOCOMMERCE)
    assert (intake.account.lines.orders, intake.account.lines.used.money) == (3, Decimal(60))  # 25 + 20 + 15
    assert intake.account.lines.set_aside["excluded status"].money == Decimal(99)


def test_the_same_orders_with_the_total_on_the_first_line_only(tmp_path):
    blank = WOOCOMMERCE.replace("1,Completed,2024-01-02 10:00,7,Ann@x.org,30.00,5.00,EUR,Pot", "1,,,,,,,,Pot")
    assert take_in(tmp_path, blank)[1] == take_in(tmp_path, WOOCOMMERCE)[1]


def test_lines_of_an_order_that_disagree_are_set_aside(tmp_path):
    text = WOOCOMMERCE.replace("Ann@x.org,30.00,5.00,EUR,Pot", "Ann@x.org,31.00,5.00,EUR,Pot")
    intake, _ = take_in(tmp_path, text)
    assert intake.account.lines.set_aside["conflicting order"].rows == 2


# Any other table


GERMAN = """\
Bestellnummer;Bestelldatum;Kundennummer;Gesamtbetrag;Währung;Bestellstatus
1;13.01.2024;K1;1.234,50 €;EUR;bezahlt
2;14.01.2024;K2;10,00 €;EUR;storniert
3;15.01.2024;K2;20,00 €;EUR;versendet
"""


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


def test_statuses_to_keep(tmp_path):
    _, found = take_in(tmp_path, GERMAN, keep_status="versendet")
    assert found == {"K2": (1, Decimal(20))}


def test_every_status_counts_when_asked(tmp_path):
    _, found = take_in(tmp_path, GERMAN, keep_status="all")
    assert found["K2"] == (2, Decimal(30))


def test_keeping_a_status_needs_its_column(tmp_path):
    with pytest.raises(rfmeans.SourceError, match="keep_status needs the column of the status"):
        take_in(tmp_path, "customer,date,amount\na,2024-01-13,1\n", keep_status="paid")


PLAIN = """\
who,when,number,worth,back
a,2024-01-13,1,30,5
a,2024-01-13,1,30,5
b,2024-01-14,2,20,
"""
ROLES = {"customer": "who", "date": "when", "order": "number", "amount": "worth"}


def test_amounts_per_order_and_refunds_when_said(tmp_path):
    _, found = take_in(tmp_path, PLAIN, **ROLES, refund="back", amount_per="order")
    assert found == {"a": (1, Decimal(25)), "b": (1, Decimal(20))}


def test_amounts_are_per_line_in_an_unknown_table(tmp_path):
    _, found = take_in(tmp_path, PLAIN, **ROLES)
    assert found == {"a": (1, Decimal(60)), "b": (1, Decimal(20))}


def test_amounts_per_order_need_an_order(tmp_path):
    with pytest.raises(rfmeans.SourceError, match="need a column of the order"):
        take_in(tmp_path, "customer,date,amount\na,2024-01-13,1\n", amount_per="order")


def test_what_was_understood_is_told_before_the_work(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(SQUARE)
    said: list[str] = []

    class Hearing(Listener):
        def understood(self, line):
            said.append(line)

    rfmeans.inspect(path, listener=Hearing())
    assert said[0].startswith("Square items detail: customer = Customer ID, else Customer Name, order = ")


def test_columns_that_look_like_a_refund_or_a_status_and_are_not_used_are_told(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("customer,date,amount,refunded,shop_status\nann,2024-01-05,10.00,2.00,paid\n")
    said = rfmeans.inspect(path).account.noticed.understood
    assert "amount = amount; not used: refunded (refund=), shop_status (status=); dates as" in said
    said = rfmeans.inspect(path, refund="refunded", status="shop_status").account.noticed.understood
    assert "amount = amount less refunded" in said
    assert "not used" not in said
