"""An order's total that stands on each of its lines counts once, and is told from the data."""

import pytest

from helpers.books import table
from helpers.taken_in import taken_in

TAXES = (
    "order,date,customer,grand_total,tax 1,2025-01-05,a,118,CGST 1,2025-01-05,a,118,SGST 2,2025-01-06,b,59,CGST"
    " 2,2025-01-06,b,59,SGST 3,2025-01-07,a,9,CGST"
)
SUMS = (
    "order,date,customer,quantity,price,total 1,2025-01-05,a,2,10,50 1,2025-01-05,a,1,30,50 2,2025-01-06,b,1,10,40"
    " 2,2025-01-06,b,3,10,40 3,2025-01-07,a,1,9,9"
)
LINES = (
    SUMS.replace("10,50", "10,20")
    .replace("30,50", "30,30")
    .replace("1,10,40", "1,10,10")
    .replace("3,10,40", "3,10,30")
)


def books(text):
    rows = table(text)
    for name in {"grand_total", "quantity", "price"} & set(rows.columns):
        rows[name] = rows[name].astype(float)
    return rows


@pytest.mark.parametrize(
    ("text", "options", "money"),
    [
        (TAXES, {"amount": "grand_total"}, {"a": 127, "b": 59}),
        (TAXES.replace("grand_total", "worth"), {"amount": "worth"}, {"a": 245, "b": 118}),
        (SUMS, {}, {"a": 59, "b": 40}),
        (LINES, {}, {"a": 59, "b": 40}),
        (TAXES, {"amount": "grand_total", "amount_per": "line"}, {"a": 245, "b": 118}),
    ],
)
def test_what_the_amount_is_of(text, options, money):
    rows = books(text)
    rows = rows.astype({options.get("amount", "total"): float})
    found = taken_in(rows, **options)
    assert found.money == money
    assert (" per order" in found.understood) == (money["b"] in (59, 40) and text != LINES)


def test_one_order_with_different_lines_decides_against_it():
    rows = books(TAXES + " 4,2025-01-08,b,7,CGST 4,2025-01-08,b,8,SGST")
    assert taken_in(rows, amount="grand_total").money == {"a": 245, "b": 133}


COMMAS = """\
Bestellnummer;Datum;Kunde;Menge;Einzelpreis;Gesamtbetrag
1;2025-01-05;a;2;10,50;51{0}
1;2025-01-05;a;1;30,00;51{0}
2;2025-01-06;b;1;10,00;40{0}
2;2025-01-06;b;3;10,00;40{0}
"""


@pytest.mark.parametrize("places", [",00", ""])
def test_prices_with_decimal_commas_add_up_as_well(tmp_path, places):
    (tmp_path / "orders.csv").write_text(COMMAS.format(places))
    assert taken_in(str(tmp_path / "orders.csv")).money == {"a": 51, "b": 40}


SHIPPED = (
    SUMS.replace("10,50", "10,55")
    .replace("30,50", "30,55")
    .replace("1,10,40", "1,10,45")
    .replace("3,10,40", "3,10,45")
)
FEES = SHIPPED.replace("45", "55").replace("9,9", "9,55")


@pytest.mark.parametrize(("text", "money"), [(SHIPPED, {"a": 64, "b": 45}), (FEES, {"a": 165, "b": 110})])
def test_an_amount_that_pieces_of_different_money_share_is_their_order_s(text, money):
    """With 5 for shipping in it; the same amount on all lines of the table tells nothing."""
    assert taken_in(books(text).astype({"total": float})).money == money


def test_an_invoice_amount_on_which_all_lines_agree_is_the_invoice_s():
    rows = books(TAXES).rename(columns={"grand_total": "Invoice Amount"})
    assert taken_in(rows).money == {"a": 127, "b": 59}
    rows.loc[1, "Invoice Amount"] = 7.0
    assert taken_in(rows).money["a"] == 134
