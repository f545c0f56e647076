"""Money: what one value is under a decimal point and under a comma, and the currencies in it."""

from decimal import Decimal

import ibis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawn import examples
from helpers.written_columns import amounts
from rfmeans.columns.money_formats import MoneyConvention, currencies

POINT = {
    "10.05": "10.05",
    "1,234.50": "1234.5",
    "1 234.50": "1234.5",
    "1\u00a0234.50": "1234.5",  # no-break space
    "1\u202f234.50": "1234.5",  # narrow no-break space
    "1\u2009234.50": "1234.5",  # thin space
    "1'234.50": "1234.5",
    "1’234’567.50": "1234567.5",
    "1,00,000.25": "100000.25",  # Indian grouping
    "12,34,567": "1234567",
    "1,234": "1234",
    "1234.5": "1234.5",
    "£1,234.50": "1234.5",
    "£ 5": "5",
    "5 £": "5",
    "USD 5.00": "5",
    "5.00USD": "5",
    "5.00 usd": "5",
    "$5.00 CAD": "5",
    "US$5": "5",
    "R$ 5": "5",
    "CHF 1'250.00": "1250",
    "Fr. 5.50": "5.5",
    "Fr.5": "5",
    "Rs.500": "500",
    "kr 5": "5",
    "5 kr.": "5",
    "5 zł": "5",
    "¥5000": "5000",
    "-5.00": "-5",
    "−5.00": "-5",  # U+2212
    "–5.00": "-5",  # U+2013
    "- 5.00": "-5",
    "5.00-": "-5",
    "5.00 -": "-5",
    "5.00−": "-5",
    "(5.00)": "-5",
    "( 5.00 )": "-5",
    "(£5.00)": "-5",
    "£(5.00)": "-5",
    "(5.00) USD": "-5",
    "-£5.00": "-5",
    "£-5.00": "-5",
    "£ -5.00": "-5",
    "5.00- €": "-5",
    "5.00 €-": "-5",
    "-5.00 €": "-5",
    "+5.00": "5",
    "£+5": "5",
    ".5": "0.5",
    "-.5": "-0.5",
    "$.50": "0.5",
    "5.": "5",
    "  7.25\t": "7.25",
    "0": "0",
    "007": "7",
    "0.00": "0",
    "1.00005": "1.0001",  # rounded half up, once
    "99999999999999.9999": "99999999999999.9999",  # the widest
}


COMMA = {
    "10,05": "10.05",
    "1.234,50": "1234.5",
    "1 234,50 €": "1234.5",
    "1\u00a0234,50\u00a0€": "1234.5",
    "1'234,50": "1234.5",
    "1.234": "1234",
    "1.234.567": "1234567",
    "R$ 1.234,50": "1234.5",
    "kr 1.234,50": "1234.5",
    "1.234,50 kr.": "1234.5",
    "-1.234,50": "-1234.5",
    "1.234,50-": "-1234.5",
    "(1.234,50)": "-1234.5",
    "EUR -5,5": "-5.5",
    ",5": "0.5",
    "5,": "5",
    "0,125": "0.125",
    "12": "12",
}


NO_MONEY = [
    *("5 USD USD", "-5-€", "(5)-", "5-)", "(5-", ")5(", "+(5)", "+5 -"),
    *(
        "",
        " ",
        "\u00a0",
        "-",
        "()",
        "£",
        "abc",
        "five",
        "n/a",
        "None",
        "NaN",
        "nan",
        "inf",
        "-inf",
        "Infinity",
    ),
    *("1e5", "1E5", "1e-3", "0x10", "1_000", "5%", "5 %", "#5", "12:30", "2011-12-09", "1/2", "5 5", "5.0.0"),
    *("(5", "5)", "(-5)", "-(5)", "-5-", "--5", "+-5", "+5-", "5+", "5.-", "5.–", "£", "££5", "£5£5"),
    *("1,2,3", "12,34", "1,23,45", "1,2345", "0,125", "1,234 567.00", "1 23", "1  234", ",123", "1,234,56"),
    *("abc 5", "5 abc", "5 USDX", "XUSD 5", "5 GBP GBP GBP", "USD.5", "%.5", "１２", "5\n6", "5;6"),
    "123456789012345678901234567890",
]


def test_values_with_a_decimal_point():
    assert dict(zip(POINT, amounts(list(POINT), "."), strict=True)) == {
        text: Decimal(value) for text, value in POINT.items()
    }


def test_values_with_a_decimal_comma():
    assert dict(zip(COMMA, amounts(list(COMMA), ","), strict=True)) == {
        text: Decimal(value) for text, value in COMMA.items()
    }


@pytest.mark.parametrize("decimal", [".", None])
def test_what_is_no_money(decimal):
    read = zip(NO_MONEY, amounts(NO_MONEY, decimal), strict=True)
    assert {text: value for text, value in read if value is not None} == {}


def test_a_value_of_the_other_convention_is_never_read():
    assert amounts(["1.234,50", "10,05", "1.234.567", ",5"], ".") == [None] * 4
    assert amounts(["1,234.50", "10.05", "1,234,567", ".5", "0.125"], ",") == [None] * 5


def test_whole_numbers_read_no_mark():
    assert amounts(["12", "-3", "£4", "1 000", "1'000", "1,000", "1.0"], None) == [
        *(Decimal(value) for value in ("12", "-3", "4", "1000", "1000")),
        None,
        None,
    ]


NUMBERS = st.decimals(min_value=-(10**11), max_value=10**11, places=2) | st.decimals(-9999, 9999, places=4)


STYLES = st.tuples(
    st.sampled_from([".", ","]),
    st.sampled_from(["", "other", " ", "\u00a0", "\u202f", "\u2009", "'", "’"]),
    st.sampled_from(["", "£", "€ ", "USD ", "kr ", "Fr. ", "R$"]),
    st.sampled_from(["", " €", "€", " EUR", " zł", " kr."]),
    st.sampled_from(["-{}", "{}-", "({})", "−{}", "– {}"]),
)


def written(number: Decimal, style: tuple[str, str, str, str, str]) -> str:
    """A number in one style: decimal mark, mark of the thousands, currency before and after, sign."""
    decimal, thousands, front, back, negative = style
    thousands = {"other": "," if decimal == "." else "."}.get(thousands, thousands)
    text = f"{abs(number):,f}".replace(",", "\0").replace(".", decimal).replace("\0", thousands)
    text = f"{front}{text}{back}"
    return negative.format(text) if number < 0 else text


@examples(25)
@given(st.lists(NUMBERS, min_size=1, max_size=40), STYLES)
def test_any_number_in_any_convention_is_read_exactly(numbers, style):
    assert amounts([written(number, style) for number in numbers], style[0]) == numbers


@examples(25)
@given(st.lists(st.text("0123456789.,-+() £$kr'eE_%", max_size=12), min_size=1, max_size=60))
def test_a_mark_decides_or_both_readings_agree_with_python(texts):
    plain = [text for text in texts if text.strip("+-").replace(".", "", 1).isdecimal() and text.isascii()]
    for text, value in zip(texts, amounts(texts, "."), strict=True):
        if text in plain and text[-1:] not in "+-" and text.count("-") + text.count("+") <= 1:
            assert value == Decimal(text)
        if value is not None:
            assert abs(value) == Decimal("".join(letter for letter in text if letter in "0123456789."))


def test_currencies():
    texts = [
        "£5",
        "5 €",
        "US$5",
        "$5",
        "$5 CAD",
        "cad 5",
        "R$5",
        "5 kr",
        "Fr. 5",
        "5 zł",
        "5",
        "",
        "¥5",
        "Rs.5",
    ]
    read = currencies(ibis.memtable({"x": texts}).x).name("c").to_pyarrow().to_pylist()
    assert read == ["GBP", "EUR", "USD", "$", "CAD", "CAD", "BRL", "kr", "CHF", "PLN", None, None, "¥", "Rs"]


def test_a_blank_may_stand_within_a_sign():
    text = ibis.memtable({"x": ["AU $3,013.00", "C $5", "US $-2.50", "R$ 7", "A B $5"]}).x
    read = MoneyConvention(".").parse(text).name("m").to_pyarrow().to_pylist()
    assert [None if value is None else float(value) for value in read] == [3013.0, 5.0, -2.5, 7.0, None]
    assert currencies(text).name("c").to_pyarrow().to_pylist()[:4] == ["AUD", "CAD", "USD", "BRL"]
