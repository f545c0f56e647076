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
