"""Words for what was not sold, and the columns that say them."""

from __future__ import annotations

import re
from decimal import Decimal

import pandas as pd
import pytest

import rfmeans
from helpers.books import aside, customers, written
from rfmeans.arguments import Message
from rfmeans.columns.layout import part_of_word
from rfmeans.columns.layout_files import built_in
from rfmeans.orders.statuses import status_variants


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
        ('[{ columns = ["x"] }]', "also, table 1 needs one of keep, drop and filled = true"),
        ('[{ columns = ["x"], keep = ["a"], filled = true }]', "needs one of keep, drop and filled = true"),
        ('[{ keep = ["a"] }]', "also, table 1: columns must be a list of texts"),
    ],
)
def test_a_layout_that_cannot_be_is_said(tmp_path, also, message):
    own = tmp_path / "own.toml"
    own.write_text(LAYOUT[: LAYOUT.index("also")] + f"also = {also}\n")
    with pytest.raises(rfmeans.SettingsError, match=message):
        customers(written(tmp_path, "Slip,Who,Day,Sum\n1,a,2025-01-13,10\n"), layouts=str(own))


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
        said = word.replace("_", " ").replace("-", " ")
        told = [kind for kind in ("words", "called off", "refunded") if re.search(part_of_word(kind), said)]
        assert not told or re.search(part_of_word("unless"), said), word
