"""Columns as a file gives them, and what is read out of them."""

from decimal import Decimal
from typing import Any

import ibis

from rfmeans.columns.dates import find_date
from rfmeans.columns.money import find_money
from rfmeans.columns.money_formats import MoneyConvention


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
