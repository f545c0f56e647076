"""Words for what was not sold, and the columns that say them."""

from __future__ import annotations

import re
from decimal import Decimal

import ibis
import pandas as pd
import pytest

import rfmeans
from helpers.books import aside, customers, written
from rfmeans.arguments import Message
from rfmeans.columns.layout import part_of_word
from rfmeans.columns.layout_files import built_in
from rfmeans.columns.layouts import recognise
from rfmeans.engines.dispatch import engine_of
from rfmeans.orders.statuses import _means, does_count, status_variants


@pytest.mark.slow
@pytest.mark.parametrize(
    ("word", "counts"),
    [
        *(
            (word, False)
            for word in ("Payment error", "Awaiting bank wire payment", "Suspected Fraud", "Denied")
        ),
        *((word, False) for word in ("charged-back", "Reversed", "Not paid", "Returned", "Malsucedido")),
        *(
            (word, False)
            for word in ("Fehler bei der Bezahlung", "Storniert/Abgebrochen", "En attente de règlement")
        ),
        *(
            (word, False)
            for word in ("Shipped - Returned to Seller", "Error en el pago", "Errore di pagamento")
        ),
        *(
            (word, True)
            for word in ("Canceled Reversal", "Zahlung eingegangen", "Shipped - Picked Up", "odd")
        ),
    ],
)
def test_what_the_systems_write_for_a_sale_and_for_none(word, counts):
    rows = pd.DataFrame(
        {
            "order id": ["1", "2", "3"],
            "date": ["2025-01-05", "2025-01-06", "2025-01-07"],
            "customer": ["a", "b", "b"],
            "amount": [1.0, 2.0, 3.0],
            "status": [word, "paid", "shipped"],
        }
    )
    found, account = customers(rows)
    assert ("a" in found) is counts
    assert str(Message(account.noticed.of_unknown())) == (
        "Not known as a status: odd (counted). Say which ones are sales with keep_status='NAME,NAME'."
        if word == "odd"
        else ""
    )


LAYOUT = """\
[[layout]]
name = "Till"
recognised_by = ["Slip"]
customer = { name = ["Who"] }
order = ["Slip"]
date = ["Day"]
amount = ["Sum"]
status = ["State"]
keep_status = ["open", "closed"]
refunded_status = ["closed"]
refund = ["Back"]
also = [
    { columns = ["Payment"], keep = ["paid"] },
    { columns = ["Paid on"], filled = true },
    { columns = ["Note"], drop = ["memo"] },
]
"""


def test_several_columns_must_let_a_row_count(tmp_path):
    (tmp_path / "own.toml").write_text(LAYOUT)
    text = """\
Slip,Who,Day,Sum,State,Payment,Paid on,Note,Back
1,a,2025-01-13,10,open,paid,2025-01-13,,
2,a,2025-01-14,20,open,failed,2025-01-14,,
3,b,2025-01-15,30,open,paid,,,
4,b,2025-01-16,40,open,,2025-01-16,memo,
5,b,2025-01-17,50,open,,2025-01-17,hello,
6,c,2025-01-18,60,closed,paid,2025-01-18,,60
7,c,2025-01-19,70,open,paid,2025-01-19,,
"""
    found, account = customers(written(tmp_path, text), layouts=str(tmp_path / "own.toml"))
    assert found == {"a": (1, Decimal(10)), "b": (1, Decimal(50)), "c": (1, Decimal(70))}
    assert aside(account) == {"excluded status": (3, Decimal(90))}
    without = text.replace(",Back\n", "\n").replace(",60\n", "\n").replace(",\n", "\n")
    assert customers(written(tmp_path, without), layouts=str(tmp_path / "own.toml"))[0]["c"] == (
        1,
        Decimal(70),
    )


@pytest.mark.parametrize(
    ("also", "message"),
    [
        ("1", "also must be a list of tables"),
        ('[{ columns = ["x"] }]', "also, table 1 needs one of keep, drop, filled = true and empty = true"),
        ('[{ columns = ["x"], keep = ["a"], filled = true }]', "needs one of keep, drop, filled = true"),
        ('[{ columns = ["x"], empty = true, drop = ["a"] }]', "needs one of keep, drop, filled = true"),
        ('[{ columns = ["x"], empty = false }]', "needs one of keep, drop, filled = true"),
        ('[{ keep = ["a"] }]', "also, table 1: columns must be a list of texts"),
    ],
)
def test_a_layout_that_cannot_be_is_said(tmp_path, also, message):
    own = tmp_path / "own.toml"
    own.write_text(LAYOUT[: LAYOUT.index("also")] + f"also = {also}\n")
    with pytest.raises(rfmeans.SettingsError, match=message):
        customers(written(tmp_path, "Slip,Who,Day,Sum\n1,a,2025-01-13,10\n"), layouts=str(own))


SHOPIFY = """\
Name,Email,Financial Status,Total,Created at,Lineitem quantity,Lineitem price,Refunded Amount,Cancelled at
#1,a,paid,10.00,2024-01-05,1,10.00,0.00,
#2,b,paid,20.00,2024-01-06,1,15.00,0.00,2024-01-07
#2,b,,,2024-01-06,1,5.00,,
#3,c,partially_refunded,30.00,2024-01-08,1,30.00,25.00,2024-01-09
#4,d,refunded,40.00,2024-01-08,1,40.00,40.00,2024-01-09
#5,e,voided,50.00,2024-01-08,1,50.00,0.00,2024-01-09
"""


def test_a_paid_order_that_was_cancelled_and_not_refunded_is_no_sale(tmp_path):
    found, account = customers(written(tmp_path, SHOPIFY))
    assert found == {"a": (1, Decimal(10)), "c": (1, Decimal(5)), "d": (0, Decimal(0))}
    assert aside(account) == {"excluded status": (3, Decimal(70))}  # of b both lines, of e one
    assert account.noticed.understood.startswith(
        "Shopify orders export: customer = Email, order = Name, date = Created at, amount = Total per order less "
        "Refunded Amount, status = Financial Status: paid, partially refunded and refunded orders count, only where "
        "Cancelled at is blank unless Financial Status is partially refunded or refunded"
    )


BY_PARTS = {
    "not sold": "Lastschrift geplatzt (R12)|Payment refused by bank|Cancelled - out of stock|Pending bank transfer|"
    "Virement en attente de paiement client|Pago rechazado por el banco|Pagamento in sospeso da verificare|"
    "Storniert durch Kunde",
    "sold": "Partially cancelled|Cancellation requested|Fraud check passed|No fraud|Packed by warehouse 3|Dispute won",
}


@pytest.mark.parametrize("kind", BY_PARTS)
def test_words_that_no_list_has_are_told_by_their_parts_and_said(tmp_path, kind):
    words = BY_PARTS[kind].split("|")
    rows = [f"{place},2025-01-05,c{place},{word},5" for place, word in enumerate(words)]
    rows += [f"9{place},2025-01-06,d{place},completed,5" for place in range(9)]
    found, account = customers(
        written(tmp_path, "order,date,customer,status,amount\n" + "\n".join(rows) + "\n")
    )
    assert sorted(name for name in found if name.startswith("c")) == (
        [f"c{place}" for place in range(len(words))] if kind == "sold" else []
    )
    told = {each.name: (each.counts, each.known) for each in account.noticed.statuses}
    assert told == {**dict.fromkeys(words, (kind == "sold", False)), "completed": (True, True)}


def test_no_word_of_what_was_sold_says_otherwise_by_its_parts():
    for word in status_variants(built_in()["sold"]["words"]):
        left = re.sub(part_of_word("unless"), " ", word.replace("_", " ").replace("-", " "))
        assert not any(re.search(part_of_word(kind), left) for kind in KINDS), word


KINDS = ("words", "called off", "refunded")
DENIED = {
    "en": "refund denied|refund rejected|refund failed|completed (not refunded)|delivered after failed attempt|"
    "chargeback reversed|refund cancelled|cancellation rejected|return refused|return declined|dispute rejected|"
    "return window expired|low fraud risk|fraud-free|fraud check ok|not yet refunded|never refunded|never cancelled|"
    "rejected return|refund request denied|chargeback won|chargeback dismissed|refund canceled by customer|"
    "paid (never cancelled)|failed payment recovered|cancelled, reopened|part refunded|cancelled in part|no fraud",
    "de": "stornierung abgelehnt|erstattung abgelehnt|retoure abgelehnt|rückgabefrist abgelaufen|"
    "abgelehnte stornierung|rückerstattung fehlgeschlagen|nicht storniert|nie storniert|betrugsprüfung bestanden|"
    "teilstorniert|zum teil erstattet|zugestellt nach fehlgeschlagenem versuch|rückbuchung gewonnen",
    "fr": "remboursement refusé|demande de remboursement refusée|demande d'annulation refusée|"
    "retour refusé|annulation rejetée|jamais annulé|délai de retour expiré|"
    "risque de fraude faible|partiellement remboursé",
    "es": "reembolso rechazado|devolución rechazada|cancelación denegada|plazo de devolución caducado|nunca cancelado|"
    "bajo riesgo de fraude|reembolsado en parte",
    "it": "rimborso rifiutato|reso respinto|annullamento rifiutato|mai rimborsato|basso rischio di frode|"
    "rimborsato in parte",
    "pt": "reembolso recusado|devolução negada|cancelamento recusado|nunca cancelado|estorno rejeitado|"
    "risco de fraude baixo",
}
CALLED_OFF = {
    "en": "cancelled by customer request|cancelled by partner|refunded - customer won't pay|refunded to third party|"
    "cancelled - refund denied|cancelled, refund requested|refund canceled order|payment failed (no fraud)|"
    "returned - spare part missing|not delivered, returned|cancelled - date passed|refund issued, returned|"
    "high fraud risk|never paid|not completed|undelivered after failed attempts|expired",
    "de": "auf anfrage storniert|teilnehmer storniert|zahlung abgelehnt|storniert, erstattung abgelehnt|"
    "betrugsverdacht hoch",
    "fr": "annulé à la demande du client|paiement refusé par la banque|jamais payé, annulé",
    "es": "cancelado a pedido del cliente|pago rechazado|cancelado (reembolso solicitado)|pedido de prueba rechazado",
    "it": "annullato su richiesta del cliente|pagamento rifiutato|rimborsato al cliente",
    "pt": "cancelado a pedido do cliente|pagamento recusado pelo banco|devolvido ao vendedor",
}
SAYINGS = [(word, True) for words in DENIED.values() for word in words.split("|")] + [
    (word, False) for words in CALLED_OFF.values() for word in words.split("|")
]


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_what_was_denied_counts_and_what_was_called_off_does_not_whatever_words_stand_beside(engine):
    layout = recognise(["order id", "date", "customer", "amount", "status"])
    rows = pd.DataFrame(SAYINGS, columns=["status", "counts"])
    asked = getattr(ibis, engine).connect().create_table("sayings", rows)
    unsold = _means(engine_of(asked), asked.status, built_in()["not_sold"]["words"], *KINDS)
    found = asked.select("status", counts=~unsold).to_pandas()
    assert dict(zip(found.status, found.counts, strict=True)) == dict(SAYINGS)
    assert {word: does_count(word, layout) for word, _ in SAYINGS} == dict(SAYINGS)


@pytest.mark.parametrize("way", ["text", "floats"])
def test_flags_in_a_column_of_floats_say_what_whole_ones_do(tmp_path, way):
    """Gumroad's flags, once through a table that holds them as 1.0: a refund, a dispute that was lost, a trial."""
    rows = [("a", 0, 0, 0, 0), ("b", 1, 0, 0, 0), ("c", 0, 1, 0, 0), ("d", 0, 1, 1, 0), ("e", 0, 0, 0, 1)]
    flags = ["Fully Refunded?", "Disputed?", "Dispute Won?", "Free trial purchase?"]
    frame = pd.DataFrame([row[1:] for row in rows], columns=flags, dtype=float)
    frame.insert(0, "Purchase ID", [f"P{place}" for place in range(5)])
    frame.insert(1, "Purchase Email", [f"{row[0]}@example.com" for row in rows])
    frame.insert(2, "Purchase Date", "2025-01-05")
    frame.insert(3, "Sale Price ($)", [1.0, 2.0, 4.0, 8.0, 16.0])
    source = written(tmp_path, frame.to_csv(index=False)) if way == "text" else frame
    found, account = customers(source, accept_loss=True)
    assert found == {"a@example.com": (1, Decimal(1)), "d@example.com": (1, Decimal(8))}
    assert aside(account) == {"excluded status": (3, Decimal(22))}


def test_a_status_that_is_a_number_is_kept_in_a_column_of_floats_too():
    assert status_variants(["5"]) == ["5", "5.0", "wc-5"]
    frame = pd.DataFrame({"order": ["1", "2"], "date": "2025-01-05", "customer": ["a", "b"], "amount": 5.0})
    found, _ = customers(frame.assign(status=[5.0, 6.0]), keep_status="5", accept_loss=True)
    assert found == {"a": (1, Decimal(5))}
