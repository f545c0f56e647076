"""Columns of any type -> keys, days and decimal money. Answers worked by hand."""

import datetime as dt
from decimal import Decimal

import ibis
import pandas as pd
import pytest

from helpers.typed_columns import column, decimals, read
from rfmeans.columns.date_formats import given_formats
from rfmeans.columns.dates import DateConvention
from rfmeans.columns.money_formats import MoneyConvention
from rfmeans.columns.typed import calendar_day, product, to_money, to_number
from rfmeans.engines.dispatch import engine_of
from rfmeans.engines.duckdb import DUCKDB
from rfmeans.errors import SourceError

# Money


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        (["10.05", " 7 ", "abc", "", None], "string", decimals("10.05", "7", None, None, None)),
        ([10.05, -3.1, float("nan"), float("inf")], "float64", decimals("10.05", "-3.1", None, None)),
        ([5, -2, None], "int64", decimals("5", "-2", None)),
        (decimals("10.05", "-0.0001"), "decimal(12, 4)", decimals("10.05", "-0.0001")),
        ([9_999_999_999_999, 10_000_000_000_000], "int64", decimals("9999999999999", None)),
        (["9999999999999.99", "10000000000000"], "string", decimals("9999999999999.99", None)),
    ],
)
def test_money(values, kind, expected):
    assert read(to_money(column(values, kind), DUCKDB)) == expected


def test_money_by_a_convention():
    text = column(["1.234,50 €", "10.05"], "string")
    assert read(to_money(text, DUCKDB, MoneyConvention(","))) == decimals("1234.5", None)


def test_many_cents_cancel_exactly():
    text = column(["0.10"] * 3 + ["-0.30"], "string")
    assert to_money(text, DUCKDB).sum().to_pyarrow().as_py() == 0


def test_a_number_of_no_kind():
    with pytest.raises(SourceError, match="Column 'x' was taken as a number but holds boolean"):
        to_number(column([True], "boolean"))


def test_products_of_text_are_products_of_decimals():
    table = ibis.memtable(
        {"q": ["3", "-2", "1000", "0.5", "x"], "p": ["0.10", "1.005", "0.00015", "0.00015", "1"]}
    )
    assert read(product(table.q, table.p, DUCKDB)) == decimals("0.3", "-2.01", "0.15", "0.0001", None)


def test_products_by_two_conventions():
    table = ibis.memtable({"q": ["1,000", "2"], "p": ["2,50", "1.000,00"]})
    point, comma = MoneyConvention("."), MoneyConvention(",")
    assert read(product(table.q, table.p, DUCKDB, (point, comma))) == decimals("2500", "2000")


@pytest.mark.parametrize("kind", ["float64", "int64"])
def test_products_of_numbers_are_rounded_to_four_places(kind):
    table = ibis.memtable({"q": [3, -2], "p": [0.1, 1.005]}, schema={"q": kind, "p": "float64"})
    assert read(product(table.q, table.p, DUCKDB)) == decimals("0.3", "-2.01")


def test_a_product_beyond_the_limit_is_no_money():
    table = ibis.memtable(
        {"q": ["100000000000", "-10", "999999999999", "2000"], "p": ["100", "1", "9e9", "3000.5"]}
    )
    assert read(product(table.q, table.p, DUCKDB)) == decimals(None, "-10", None, "6001000")
    most = ibis.memtable({"q": ["-999999999999.999999"], "p": ["999999999999.999999"]})
    assert read(product(most.q, most.p, DUCKDB)) == [None]


QUANTITIES = ["1", "1.5", "3", "-2", "7", "0.5", "1000000"]
PRICES = ["0.00005", "0.0333", "0.33333", "1.00005", "1234567.891", "0.0001", "9999999.999999"]
PRODUCTS = ["0.0001", "0.05", "1", "-2.0001", "8641975.237", "0.0001", "9999999999999"]


@pytest.mark.parametrize("quantity", ["decimal(12, 3)", "int64"])
def test_products_of_decimals_are_exact_on_every_engine(engine, quantity):
    """Half a ten-thousandth goes up, away from zero: 0.5 x 0.0001 = 0.00005, 3 x 0.33333 = 0.99999."""
    rows = [
        (place, Decimal(number), Decimal(price), Decimal(right))
        for place, (number, price, right) in enumerate(zip(QUANTITIES, PRICES, PRODUCTS, strict=True))
        if quantity == "decimal(12, 3)" or "." not in number
    ]
    frame = pd.DataFrame(rows, columns=["n", "q", "p", "right"]).drop(columns="right")
    table = engine.table(frame, "factors").cast({"q": quantity, "p": "decimal(18, 6)"})
    found = table.select("n", value=product(table.q, table.p, engine_of(table))).to_pyarrow().to_pylist()
    assert {row["n"]: row["value"] for row in found} == {
        place: (right if right < Decimal(10) ** 13 else None) for place, _, _, right in rows
    }


FIFTH_PLACES = [0.00015, -0.00015, 0.00045, 2.00005, 12.34565, -12.34565, 123456.78905, 99999999999.99995]


def test_floats_of_more_than_four_places_differ_between_engines_by_less_than_one_in_the_fourth(engine):
    """An exact rule, by the shortest text of the float, costs DuckDB more than the sum itself: see docs/engines.md."""
    plain = [24.599999999999998, -1234.5678, 99999999999.25, float("nan"), float("inf"), 1e13]
    frame = pd.DataFrame({"number": range(14), "x": [*FIFTH_PLACES, *plain]})
    table = engine.table(frame, "fifth_places")
    found = (
        table.select("number", value=to_money(table.x, engine_of(table)))
        .to_pyarrow()
        .sort_by("number")["value"]
        .to_pylist()
    )
    assert found[len(FIFTH_PLACES) :] == decimals("24.6", "-1234.5678", "99999999999.25", None, None, None)
    for value, exact in zip(found, FIFTH_PLACES, strict=False):
        assert abs(value - Decimal(repr(exact))) < Decimal("0.0001")


# Days


def test_days_of_typed_columns():
    assert read(calendar_day(column([dt.date(2011, 12, 9), None], "date"), DUCKDB)) == [
        dt.date(2011, 12, 9),
        None,
    ]
    plain = column([dt.datetime(2011, 12, 9, 23, 30)], "timestamp")
    assert read(calendar_day(plain, DUCKDB, "Asia/Tokyo")) == [dt.date(2011, 12, 9)]


def test_days_of_text():
    text = column(["2011-12-09 08:26", "9999-12-30", "9999-12-31", "0999-01-01", "9.12.2011"], "string")
    assert read(calendar_day(text, DUCKDB)) == [dt.date(2011, 12, 9), dt.date(9999, 12, 30), None, None, None]


def test_days_by_a_convention():
    text = column(["9.12.2011", "2011-12-09"], "string")
    assert read(calendar_day(text, DUCKDB, None, DateConvention(given_formats("%d.%m.%Y")))) == [
        dt.date(2011, 12, 9),
        None,
    ]


def test_a_column_that_holds_no_days():
    with pytest.raises(SourceError, match="Column 'x' was taken as the date but holds boolean"):
        calendar_day(column([True], "boolean"), DUCKDB)


# Money again


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1e5", None),
        ("1E5", None),
        ("1_000", None),
        ("1.5e1", None),
        ("0x10", None),
        ("nan", None),
        ("5.", "5"),
        (".5", "0.5"),
        (" 5 ", "5"),
        ("-5", "-5"),
        ("5-", "-5"),
        ("−5", "-5"),
        ("(5)", "-5"),
        ("1,234.50", "1234.5"),
        ("9999999999999.9999", "9999999999999.9999"),
        ("9999999999999.99995", None),
        ("10000000000000", None),
    ],
)
def test_money_is_what_a_plain_number_or_the_convention_says(text, expected):
    [found] = to_money(ibis.memtable({"x": [text]}).x, DUCKDB).name("m").to_pyarrow().to_pylist()
    assert found == (None if expected is None else Decimal(expected))
