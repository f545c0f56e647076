"""One convention for a whole column: found, refused with both readings, or asked about. Answers worked by hand."""

import datetime as dt
from decimal import Decimal
from typing import Any

import ibis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawn import examples
from places import ROOT
from rfmeans.columns.conventions import find_conventions
from rfmeans.columns.date_formats import FORMATS, given_formats
from rfmeans.columns.dates import DateConvention, find_date
from rfmeans.columns.money import find_money
from rfmeans.columns.money_formats import MoneyConvention, currencies
from rfmeans.columns.undecided import shortened
from rfmeans.engines.duckdb import DUCKDB
from rfmeans.errors import SettingsError, SourceError


def column(values: list[Any], kind: str = "string") -> Any:
    return ibis.memtable({"when": values}, schema={"when": kind}).when


def days(values: list[Any], kind: str = "string", zone: str | None = None, option: str | None = None) -> Any:
    """The days of a column as its own convention reads them, as ISO text."""
    when = column(values, kind)
    found = find_date(when, option, zone)
    assert found is not None
    read = found.parse(when, zone).name("day").to_pyarrow().to_pylist()
    return [day.isoformat() if day else None for day in read]


def amounts(values: list[str], decimal: str | None) -> list[Decimal | None]:
    text = ibis.memtable({"x": values}, schema={"x": "string"}).x
    read: list[Decimal | None] = MoneyConvention(decimal).parse(text).name("m").to_pyarrow().to_pylist()
    return read


def marks(decimal: str | None = None, **columns: list[str]) -> dict[str, str | None]:
    found = find_money(ibis.memtable(columns), list(columns), decimal)
    assert found is not None
    return {name: convention.decimal for name, convention in found.items()}


# Money: what one value is

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


# Money: one convention for a column


@pytest.mark.parametrize(
    ("values", "mark"),
    [
        (["1,234", "12.5"], "."),
        (["1.234", "12,5"], ","),
        (["1,234", "1,234,567"], "."),  # two separators of thousands
        (["1.234", "0.125"], "."),  # no thousand begins with 0
        (["1,234", "1234,567"], ","),  # no group of four
        (["1,000", "1,00,000"], "."),
        (["12", "13"], None),
        (["", "-"], None),
        ([".5", "1,234"], "."),
    ],
)
def test_the_mark_that_the_values_decide_for(values, mark):
    assert marks(amount=values) == {"amount": mark}


def test_other_columns_decide_where_a_column_leaves_it_open():
    assert marks(quantity=["1,000", "12"], price=["1.25", "3"]) == {"quantity": ".", "price": "."}
    assert marks(quantity=["1,000", "12"], price=["1,25", "3"]) == {"quantity": ",", "price": ","}


@pytest.mark.parametrize("others", [{}, {"price": ["3", "4"]}, {"price": ["1.5", ""], "fee": ["1,5", ""]}])
def test_a_column_that_nothing_decides_is_asked_about(others):
    with pytest.raises(SourceError) as found:
        marks(quantity=["1,000", "12"], **others)
    assert str(found.value) == (
        "The numbers in 'quantity' can be read with a decimal point or with a decimal comma, and no value and no other "
        "column decides: '1,000' is 1000 with a decimal point and 1.000 with a decimal comma. Say which it is with "
        "decimal='.' or decimal=',' (a point or a comma)."
    )


def test_both_marks_in_one_column_are_refused():
    with pytest.raises(SourceError) as found:
        marks(amount=["1.5", "2.5", "2,75"])
    assert str(found.value) == (
        "The numbers in 'amount' are written in two ways: 2 can only be read with a decimal point, such as '1.5', and "
        "1 only with a decimal comma, such as '2,75'. Write them in one way, or say which one counts with decimal='.' "
        "or decimal=',' : the other lines are then set aside."
    )


def test_one_slip_in_two_hundred_is_set_aside_not_misread():
    values = ["1.50"] * 200 + ["2,75", "x"]
    assert marks(amount=values) == {"amount": "."}
    assert amounts(values, ".")[-2:] == [None, None]


def test_a_given_mark_is_taken():
    assert marks(",", amount=["1,234"]) == {"amount": ","}


# Dates: what one value is

READ = {
    "iso": {
        "2011-12-09": "2011-12-09",
        " 2011-12-09 ": "2011-12-09",
        "2011-1-9": "2011-01-09",
        "2011-12-09 08:26": "2011-12-09",
        "2011-12-09 8:26:05": "2011-12-09",
        "2011-12-09T08:26:05": "2011-12-09",
        "2011-12-09T08:26:05.123456Z": "2011-12-09",
        "2011-12-09T23:59:59,5+01:00": "2011-12-09",
        "2011-12-09 08:26:05 +0100": "2011-12-09",
        "2011-12-09 08:26:05 UTC": "2011-12-09",
        "2011-12-09T00:00:00-11": "2011-12-09",
        "2011-12-09 11:26 PM": "2011-12-09",
        "2012-02-29": "2012-02-29",
    },
    "%Y/%m/%d": {"2011/12/09": "2011-12-09", "2011/1/9 8:26": "2011-01-09"},
    "%Y.%m.%d": {"2011.12.09": "2011-12-09"},
    "%d/%m/%Y": {
        "13/12/2011": "2011-12-13",
        "9/1/2011": "2011-01-09",
        "09/12/2011 08:26": "2011-12-09",
        "9/12/2011 8:26:05": "2011-12-09",
        "9/12/2011, 8:26:05 p.m.": "2011-12-09",
        "09/12/2011T08:26": "2011-12-09",
        "09/12/2011 8h26": "2011-12-09",
        "09/12/2011 08:26 p. m.": "2011-12-09",
    },
    "%d.%m.%Y": {
        "13.12.2011": "2011-12-13",
        "9.1.2011 08:26": "2011-01-09",
        "9.12.2011, 08:26 Uhr": "2011-12-09",
        "9.12.2011 um 8:26 Uhr": "2011-12-09",
        "9.12.2011 08:26:05 MEZ": "2011-12-09",
    },
    "%d-%m-%Y": {"13-12-2011": "2011-12-13", "9-1-2011": "2011-01-09"},
    "%m/%d/%Y": {
        "12/13/2011": "2011-12-13",
        "1/9/2011 8:26 AM": "2011-01-09",
        "12/1/2010 8:26": "2010-12-01",
    },
    "%m-%d-%Y": {"12-13-2011": "2011-12-13"},
    "%d/%m/%y": {"9/12/11": "2011-12-09", "13/12/68": "2068-12-13", "13/12/69": "1969-12-13"},
    "%d.%m.%y": {"9.12.11 8:26": "2011-12-09"},
    "%m/%d/%y": {"12/13/11": "2011-12-13"},
    "%d %b %Y": {
        "9 Dec 2011": "2011-12-09",
        "09-DEC-2011": "2011-12-09",
        "9 December 2011 08:26": "2011-12-09",
        "9th December, 2011": "2011-12-09",
        "9. Dezember 2011": "2011-12-09",
        "9. Mär. 2011": "2011-03-09",
        "9 décembre 2011": "2011-12-09",
        "1er août 2011": "2011-08-01",
        "9 juil. 2011": "2011-07-09",
        "9 de enero de 2011": "2011-01-09",
        "9 gennaio 2011": "2011-01-09",
        "9 de março de 2011": "2011-03-09",
        "9 out. 2011": "2011-10-09",
        "9Dec2011": "2011-12-09",
        "Fr, 9. Dezember 2011": "2011-12-09",
        "Mittwoch, 9. März 2011 08:26": "2011-03-09",
        "mar. 8 mars 2011 à 8h26": "2011-03-08",
        "viernes, 9 de diciembre de 2011": "2011-12-09",
        "sexta-feira, 9 de dezembro de 2011 às 8:26": "2011-12-09",
        "ven 9 dic 2011": "2011-12-09",
        "Fri, 9 Dec 2011 23:26:05 EST": "2011-12-09",
        "Fri, 09 Dec 2011 08:26:05 +0000": "2011-12-09",
    },
    "%b %d, %Y": {
        "Dec 9, 2011": "2011-12-09",
        "December 9th, 2011 8:26 PM": "2011-12-09",
        "Friday, December 9, 2011": "2011-12-09",
        "December 9, 2011 at 8:26 PM": "2011-12-09",
        "mar 9, 2011": "2011-03-09",
        "Dec 9 2011": "2011-12-09",
    },
    "%Y %b %d": {"2011-Dec-09": "2011-12-09", "2011 Dec 9": "2011-12-09"},
    "%d %b %y": {"09-DEC-11": "2011-12-09", "9 Dec 69": "1969-12-09", "09-dec-11 08:26:05": "2011-12-09"},
    "%Y%m%d": {
        "20111209": "2011-12-09",
        "20111209T0826": "2011-12-09",
        "20111209T082605Z": "2011-12-09",
        "20111209082605": "2011-12-09",
        "20111209 08:26": "2011-12-09",
    },
    "epoch": {
        "1323419160": "2011-12-09",
        "1323475199": "2011-12-09",  # the day's last second in UTC
        "1323475200.5": "2011-12-10",
        "315532800": "1980-01-01",
    },
    "epoch-ms": {"1323419160000": "2011-12-09", "1323475199999": "2011-12-09", "315532800000": "1980-01-01"},
    "excel": {"40886": "2011-12-09", "40886.99": "2011-12-09", "25569": "1970-01-01", "73415": "2100-12-31"},
}
NO_DATE = [
    *(
        "",
        "n/a",
        "never",
        "infinity",
        "epoch",
        "2011-02-30",
        "2011-13-01",
        "2011-00-10",
        "0000-00-00",
        "2011-12",
    ),
    *(
        "2011-12-09x",
        "2011-12-09 24:00:00",
        "2011-12-09 08:60",
        "2011-12-09 (BC)",
        "12011-12-09",
        " 011-12-09",
    ),
    *("2011-12-09T 8:26:00", "2011-12-09 08:26:  ", "2011-12-09 08", "2011-12-09-08:00", "-2011-12-09"),
    *(
        "31/02/2011",
        "9/12-2011",
        "9/12/201",
        "9/12/20111",
        "32/1/2011",
        "0/1/2011",
        "9//12/2011",
        "9 / 12 / 2011",
    ),
    *(
        "9 Foo 2011",
        "31 Feb 2011",
        "Dec 2011",
        "20111309",
        "20110230",
        "18991231",
        "201112",
        "5",
        "999999999999999",
    ),
    *("25568", "73416", "314999999", "4133980800", "1e9", "40886.", "-40886", "2011-12-09 08:26 +25:00:00"),
]


@pytest.mark.parametrize("option", READ)
def test_a_format_reads_its_values(option):
    (form,) = [form for form in FORMATS if form.option == option]
    values = column(list(READ[option]))
    read = form.day(values).name("day").to_pyarrow().to_pylist()
    assert {text: day and day.isoformat() for text, day in zip(READ[option], read, strict=True)} == READ[
        option
    ]
    assert [text for text in READ[option] if not form.matches(text)] == []


def test_every_format_is_tried_here():
    assert {"%Y.%m.%d", "%m.%d.%Y", "%m.%d.%y", "%d-%m-%y", "%m-%d-%y"} | set(READ) >= {
        form.option for form in FORMATS if not form.year_first
    } - {"%b %d, %y"}


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.option)
def test_what_no_format_reads(form):
    read = form.day(column(NO_DATE)).name("day").to_pyarrow().to_pylist()
    assert {text: day for text, day in zip(NO_DATE, read, strict=True) if day is not None} == {}


# Dates: the quick ways read no more than the pattern, and the same

LETTERS = "0123456789-/.:T Z+,aApPmM(BC)"


@pytest.mark.parametrize("option", ["iso", "%d/%m/%Y", "%m.%d.%y", "%d %b %Y", "%d %b %y"])
def test_the_quick_way_reads_what_the_pattern_reads(option):
    (form,) = given_formats(option)
    samples = list(READ.get(option) or ["12.31.11", "1.9.11 8:26", "1.9.11 8:26:05"])
    mangled = [
        text[:at] + letter + text[at + skip :]
        for text in samples[:3]
        for at in range(len(text) + 1)
        for letter in LETTERS
        for skip in (0, 1)
    ]
    text = column(mangled)
    table = text.as_table().mutate(quick=form.day(text), slow=form._day_by_parts(text))
    apart = table.filter(~table.quick.identical_to(table.slow)).to_pyarrow().to_pylist()
    assert apart == []


# Dates: one format for a column


def test_a_day_beyond_the_twelfth_decides():
    assert days(["09/12/2011", "13/12/2011"]) == ["2011-12-09", "2011-12-13"]
    assert days(["09/12/2011", "12/13/2011"]) == ["2011-09-12", "2011-12-13"]


def test_days_that_can_be_swapped_are_asked_about():
    with pytest.raises(SourceError) as found:
        days(["09/12/2011", "01/02/2011", "n/a"])
    assert str(found.value) == (
        "The dates in 'when' can be read as day/month/year or as month/day/year, and no value decides: '01/02/2011' "
        "could be either. Say which one it is with date_format='%d/%m/%Y' or date_format='%m/%d/%Y'."
    )


def test_days_that_are_the_same_either_way_need_no_answer():
    assert days(["09/09/2011", "01/01/2011", ""]) == ["2011-09-09", "2011-01-01", None]


def test_a_day_that_only_the_other_order_reads_is_no_slip():
    with pytest.raises(SourceError) as found:
        days(["09/12/2011", "13/12/2011", "14/12/2011", "12/31/2011", "n/a"])
    assert str(found.value) == (
        "The dates in 'when' are written in two formats: 2 can only be read as day/month/year, such as '13/12/2011', "
        "and 1 only as month/day/year, such as '12/31/2011'. Write them in one format, or say which one counts with "
        "date_format='%d/%m/%Y' or date_format='%m/%d/%Y': the other lines are then set aside."
    )


def test_garbage_is_left_to_be_set_aside():
    assert days(["13/12/2011", "n/a", "31/02/2011", None]) == ["2011-12-13", None, None, None]


def test_a_column_without_any_date():
    with pytest.raises(SourceError) as found:
        days(["never", "soon", "x" * 60, ""])
    assert str(found.value) == (
        "No value of 'when' can be read as a date. It holds 'never', 'soon', "
        f"'{'x' * 37}...'. Give the column of dates with date='NAME', or its format with date_format=, such as "
        "'%d/%m/%Y'."
    )


def test_a_blank_column_reads_as_nothing():
    assert days(["", " ", None]) == [None, None, None]


def test_two_digit_years_stand_where_there_are_fewer_of_them():
    assert days(["09/12/11", "13/12/11", "30/11/11"]) == ["2011-12-09", "2011-12-13", "2011-11-30"]
    assert days(["11-12-09", "11-12-13", "11-11-30"]) == ["2011-12-09", "2011-12-13", "2011-11-30"]
    assert days(["99-12-31", "98-01-15"]) == ["1999-12-31", "1998-01-15"]
    with pytest.raises(
        SourceError, match="as day-month-two-digit year or as two-digit year-month-day, and no value"
    ):
        days(["11-12-09", "12-12-10"])


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ([20111209, None], "int64", ["2011-12-09", None]),
        ([1323419160, 0], "int64", ["2011-12-09", None]),
        ([1323419160000], "int64", ["2011-12-09"]),
        ([40886], "int32", ["2011-12-09"]),
        ([40886.99, float("nan"), float("inf")], "float64", ["2011-12-09", None, None]),
        ([Decimal("40886.35")], "decimal(9, 2)", ["2011-12-09"]),
        ([20111209082600], "int64", ["2011-12-09"]),
    ],
)
def test_numbers_that_stand_for_days(values, kind, expected):
    assert days(values, kind) == expected


ARTICLES = ["40886", "40887", "85123A", "84406B"]
DECADES = ["25569", "25570", "73415"]


def test_numbers_are_no_days_where_others_in_the_column_are_none():
    with pytest.raises(SourceError) as refused:
        days(ARTICLES)
    assert str(refused.value) == (
        "The numbers in 'when' could be Excel day numbers, but are hardly days of orders: 2 of 4 values are none, such "
        "as '84406B'. Give the column of dates with date='NAME'; if it is this one, say so with "
        "date_format='excel', and what is no day is set aside."
    )
    assert days(ARTICLES, option="excel") == ["2011-12-09", "2011-12-10", None, None]


@pytest.mark.parametrize(
    ("values", "option", "name"),
    [
        (DECADES, "excel", "Excel day numbers"),
        (["315532800", "4133980799"], "epoch", "Unix time in seconds"),
        (["315532800000", "4133980799999"], "epoch-ms", "Unix time in milliseconds"),
    ],
)
def test_numbers_are_no_days_where_they_would_lie_decades_apart(values, option, name):
    for kind in ("string", "int64"):
        asked = [value if kind == "string" else int(value) for value in values]
        with pytest.raises(
            SourceError, match=f"could be {name}, but are hardly days of orders: the days would go"
        ):
            days(asked, kind)
        assert None not in days(asked, kind, option=option)


def test_one_slip_in_a_hundred_numbers_is_set_aside():
    serials = [str(40_886 + day) for day in range(99)]
    assert days([*serials, "Total", "0"])[-2:] == [None, None]
    with pytest.raises(SourceError, match="2 of 100 values are none, such as 'Sum'"):
        days([*serials[1:], "Total", "Sum"])


def test_numbers_of_two_kinds_are_refused():
    with pytest.raises(
        SourceError, match="1 can only be read as yearmonthday, such as '20111209', and 1 only as Unix"
    ):
        days([20111209, 1323419160], "int64")


def test_offsets_that_change_keep_the_written_day():
    values = ["2011-03-26 23:30:00 +0000", "2011-03-28 00:30:00 +0100"]
    assert days(values) == ["2011-03-26", "2011-03-28"]


@pytest.mark.parametrize(
    ("values", "zone", "expected"),
    [
        (["2011-12-09T23:30:00Z", "2011-07-09T21:59:59Z"], "Europe/Berlin", ["2011-12-10", "2011-07-09"]),
        (["2011-12-09 23:30:00 -0500", "2011-12-09 08:00 +05:30"], "UTC", ["2011-12-10", "2011-12-09"]),
        (["2011-12-09T00:30:00+01:00"], "America/New_York", ["2011-12-08"]),
        (["9 Dec 2011 11:30 PM GMT"], "Asia/Tokyo", ["2011-12-10"]),
        (["20111209T2330Z"], "Europe/Berlin", ["2011-12-10"]),
        (["1323473400"], "Europe/Berlin", ["2011-12-10"]),
    ],
)
def test_a_zone_moves_moments(values, zone, expected):
    assert days(values, zone=zone) == expected


@pytest.mark.parametrize(
    "values",
    [
        ["2011-12-09 23:30"],
        ["2011-12-09"],
        ["2011-12-09T23:30:00Z", "2011-12-09 08:00"],
        ["2011-12-09 23:30 CEST"],  # a name of a zone is no offset
    ],
)
def test_a_zone_needs_offsets(values):
    with pytest.raises(
        SourceError, match=r"timezone moves each moment to that zone, but .* in 'when' do not say how far"
    ):
        days(values, zone="Europe/Berlin")


@pytest.mark.parametrize(
    ("option", "values", "expected"),
    [
        ("dmy", ["09/12/2011", "9.1.11", "9 Dec 2011"], ["2011-12-09", "2011-01-09", "2011-12-09"]),
        ("MDY", ["09/12/2011"], ["2011-09-12"]),
        ("ymd", ["11-12-09", "20111210"], ["2011-12-09", "2011-12-10"]),
        ("iso", ["2011-12-09", "09/12/2011"], ["2011-12-09", None]),
        ("%d/%m/%Y", ["09/12/2011 08:26", "12/31/2011"], ["2011-12-09", None]),
        ("%d/%m/%y", ["09/12/11", "09/12/2011"], ["2011-12-09", None]),
        ("%Y年%m月%d日", ["2011年12月9日", "2011-12-09"], ["2011-12-09", None]),
        ("%d-%m-%Y %Hh%M", ["09-12-2011 8h05", "09-12-2011"], ["2011-12-09", None]),
        ("%d%m%Y", ["09122011"], ["2011-12-09"]),
        ("%A %d. %B %Y", ["Friday 9. Dezember 2011"], ["2011-12-09"]),
        ("epoch", ["1323419160"], ["2011-12-09"]),
        ("excel", ["40886"], ["2011-12-09"]),
    ],
)
def test_a_given_format_is_taken(option, values, expected):
    assert days(values, option=option) == expected


@pytest.mark.parametrize(
    "option", ["", "dm", "%d/%m", "%d/%m/%q", "%d/%d/%Y", "%Y-%m-%d %j", "day/month/year", "%"]
)
def test_what_is_no_format(option):
    with pytest.raises(
        SettingsError, match="date_format must be dmy, mdy, ymd, iso, epoch, epoch-ms, excel or strp"
    ):
        given_formats(option)


DAYS = st.dates(dt.date(1970, 1, 1), dt.date(2068, 12, 31))
WRITERS = {
    "iso": "{:%Y-%m-%d}",
    "iso with time": "{:%Y-%m-%dT%H:%M:%S}+02:00",
    "%d/%m/%Y": "{:%d/%m/%Y}",
    "%m/%d/%Y": "{:%m/%d/%Y %H:%M}",
    "%d.%m.%y": "{:%d.%m.%y}",
    "%m-%d-%y": "{:%m-%d-%y}",
    "%Y/%m/%d": "{0.year}/{0.month}/{0.day}",
    "%d-%m-%Y": "{0.day}-{0.month}-{0.year} {0.hour}:{0.minute:02d}",
    "%b %d, %Y": "{:%B %d, %Y}",
    "%d %b %y": "{:%d-%b-%y}",
    "%Y%m%d": "{:%Y%m%d}",
}


@examples(40)
@given(st.lists(DAYS, min_size=1, max_size=30), st.sampled_from(sorted(WRITERS)))
def test_any_day_in_any_format_is_read_back_or_asked_about(chosen, writer):
    moments = [dt.datetime.combine(day, dt.time(8, 26, 5)) for day in chosen]
    texts = [WRITERS[writer].format(moment) for moment in moments]
    try:
        read = days(texts)
    except SourceError as error:
        assert "and no value decides" in str(error)  # noqa: PT017 - both ways are right
        return
    assert read == [day.isoformat() for day in chosen]


@examples(25)
@given(st.lists(DAYS, min_size=3, max_size=30), st.data())
def test_swapped_days_and_months_never_pass_in_silence(chosen, data):
    swapped = data.draw(st.integers(0, len(chosen) - 1))
    texts = [f"{day:%m/%d/%Y}" if index == swapped else f"{day:%d/%m/%Y}" for index, day in enumerate(chosen)]
    try:
        read = days(texts)
    except SourceError:
        return
    others = [day.isoformat() for index, day in enumerate(chosen) if index != swapped]
    either = {chosen[swapped].isoformat()}
    if (
        chosen[swapped].day <= 12
    ):  # then the swapped text is a day by itself, which nobody can tell from a right one
        either.add(chosen[swapped].replace(month=chosen[swapped].day, day=chosen[swapped].month).isoformat())
    assert [day for index, day in enumerate(read) if index != swapped] in (
        others,
        _all_swapped(chosen, swapped),
    )
    assert read[swapped] in either


def _all_swapped(chosen: list[dt.date], but: int) -> list[str] | None:
    """The days read the other way round, which is right where only the odd one decides; None where one cannot be."""
    others = [day for index, day in enumerate(chosen) if index != but]
    if any(day.day > 12 for day in others):
        return None
    return [day.replace(month=day.day, day=day.month).isoformat() for day in others]


# Finding: the first rows, then all


def test_the_first_rows_suffice_where_one_format_reads_them_all():
    table = ibis.memtable({"when": ["13/12/2011"], "amount": ["1.50"]})
    found = find_conventions(table, DUCKDB, "when", ["amount"])
    assert (found.whole, found.describe()) == (False, "dates as day/month/year, decimal point")


def test_all_rows_are_looked_at_where_the_first_leave_it_open():
    values = ["01/02/2011"] * 5000 + ["13/02/2011"]
    found = find_conventions(ibis.memtable({"when": values}), DUCKDB, "when", [])
    assert found.whole
    assert found.date == DateConvention(given_formats("%d/%m/%Y"))


def test_columns_with_a_type_need_no_convention():
    table = ibis.memtable({"when": [dt.date(2011, 12, 9)], "amount": [1.5]})
    assert find_conventions(table, DUCKDB, "when", ["amount"]).describe() == ""


def test_a_long_value_is_quoted_short():
    assert shortened("x" * 50) == "'" + "x" * 37 + "...'"


def test_every_format_is_documented():
    page = ROOT / "docs" / "reading.md"
    text = page.read_text(encoding="utf-8").replace("%y", "%Y").replace("iso", "%Y-%m-%d")
    options = {form.option.replace("%y", "%Y").replace("iso", "%Y-%m-%d") for form in FORMATS}
    assert [option for option in options if f"`{option}`" not in text] == []
