"""Books as shops keep them say the same by whatever way they come in, and used and set aside are what was read."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from helpers.books import aside, customers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEADER = ("order", "date", "customer", "amount", "status")
Row = tuple[str | None, str | None, str | None, float, str | None]
Right = tuple[dict[str, tuple[int, int]], dict[str, tuple[int, int]]]
PLAIN: list[Row] = [("90", "2025-01-05", "Zoe", 5.0, "paid"), ("91", "2025-02-05", "Yan", 7.0, "shipped")]

# The rows, the purchases and money of each customer, and rows and money by the reason for which they are set aside.
BOOKS: dict[str, tuple[list[Row], Right]] = {
    "a refund of a charge that went back": (
        [("1", "2025-01-05", "Ann", 30.0, "chargeback"), ("2", "2025-01-09", "Ann", -30.0, "paid")],
        ({}, {"excluded status": (1, 30), "refund of an excluded order": (1, -30)}),
    ),
    "a plain return": (
        [("1", "2025-01-05", "Ann", 30.0, "paid"), ("1", "2025-02-09", "Ann", -10.0, "paid")],
        ({"Ann": (1, 20)}, {}),
    ),
    "a subscription under one number": (
        [("1", f"2025-0{month}-05", "Ann", 10.0 + month, "paid") for month in (1, 2, 3)],
        ({"Ann": (3, 36)}, {}),
    ),
    "a number of two customers, of whom one comes back": (
        [
            ("1", "2024-01-05", "Ann", 10.0, "paid"),
            ("1", "2025-01-05", "Ann", 20.0, "paid"),
            ("1", "2025-01-05", "Bob", 40.0, "paid"),
        ],
        ({"Ann": (2, 30), "Bob": (1, 40)}, {}),
    ),
    "a till that begins at 1 each day": (
        [
            ("1", "2025-01-05", "Ann", 10.0, "paid"),
            ("1", "2025-01-06", "Ann", 20.0, "paid"),
            ("1", "2025-01-07", "Bob", 40.0, "paid"),
            ("1", "2025-01-08", "Cy", 5.0, "paid"),
            ("1", "2025-01-09", "Bob", 2.0, "paid"),
        ],
        ({"Ann": (2, 30), "Bob": (2, 42), "Cy": (1, 5)}, {}),
    ),
    "further lines without a number": (
        [
            ("1", "2025-01-05", "Ann", 10.0, "paid"),
            ("2", "2025-01-06", "Ann", 20.0, "paid"),
            (None, "2025-01-06", "Ann", 5.0, "paid"),
        ],
        ({"Ann": (2, 35)}, {}),
    ),
    "a customer above several orders": (
        [
            (
                f"{place}{below}",
                f"2025-0{1 + below}-{10 + place}",
                None if below else name,
                5.0 + below,
                "paid",
            )
            for place, name in enumerate(("Ann", "Bob", "Cy", "Di", "Ed", "Flo"))
            for below in range(4)
        ],
        (dict.fromkeys(("Ann", "Bob", "Cy", "Di", "Ed", "Flo"), (4, 26)), {}),
    ),
    "a sum below, in the column of orders": (
        [("1", "2025-01-05", "Ann", 30.0, "paid"), ("Gesamtsumme", "2025-03-31", "Ann", 42.0, None)],
        ({"Ann": (1, 30)}, {"total row": (1, 42)}),
    ),
    "a sum of what counts alone": (
        [
            ("1", "2025-01-05", "Ann", 30.0, "paid"),
            ("2", "2025-01-06", "Ann", 8.0, "storniert"),
            (None, "2025-03-31", "Total", 42.0, None),
        ],
        ({"Ann": (1, 30)}, {"total row": (1, 42), "excluded status": (1, 8)}),
    ),
    "words for what was not sold": (
        [
            ("1", "2025-01-05", "Ann", 30.0, "Fehler bei der Bezahlung"),
            ("2", "2025-01-06", "Bob", 8.0, "denied"),
        ],
        ({}, {"excluded status": (2, 38)}),
    ),
    "a reversal that was called off, and an attempt": (
        [("1", "2025-01-05", "Ann", 30.0, "canceled reversal"), ("2", "2025-01-06", "Bob", 8.0, "expired")],
        ({"Ann": (1, 30)}, {"excluded status": (1, 8)}),
    ),
}


def csv(rows: pd.DataFrame, folder: Path) -> Any:
    rows.to_csv(folder / "books.csv", index=False)
    return folder / "books.csv"


def workbook(rows: pd.DataFrame, folder: Path) -> Any:
    rows.to_excel(folder / "books.xlsx", index=False)
    return folder / "books.xlsx"


def json_lines(rows: pd.DataFrame, folder: Path) -> Any:
    lines = [json.dumps(row) for row in rows.astype(object).where(rows.notna(), None).to_dict("records")]
    (folder / "books.jsonl").write_text("\n".join(lines))
    return folder / "books.jsonl"


def parquet(rows: pd.DataFrame, folder: Path) -> Any:
    rows.to_parquet(folder / "books.parquet")
    return folder / "books.parquet"


def frame(rows: pd.DataFrame, _: Path) -> Any:
    return rows


EVERY_WAY = (
    "a refund of a charge that went back",
    "a subscription under one number",
    "a sum of what counts alone",
    "a till that begins at 1 each day",
    "further lines without a number",
    "a customer above several orders",
)


@pytest.mark.slow
@pytest.mark.parametrize(("rows", "right"), BOOKS.values(), ids=BOOKS)
def test_what_becomes_of_it(tmp_path: Path, rows: list[Row], right: Right):
    check(csv, tmp_path, rows, right)


@pytest.mark.slow
@pytest.mark.parametrize("way", [workbook, json_lines, parquet, frame])
@pytest.mark.parametrize("name", EVERY_WAY)
def test_the_same_by_every_way(tmp_path: Path, name: str, way: Callable[[pd.DataFrame, Path], Any]):
    check(way, tmp_path, *BOOKS[name])


def check(way: Callable[[pd.DataFrame, Path], Any], tmp_path: Path, rows: list[Row], right: Right) -> None:
    books = pd.DataFrame([PLAIN[0], *rows, PLAIN[1]], columns=HEADER)
    found, account = customers(way(books, tmp_path))
    bought = {"Zoe": (1, 5), "Yan": (1, 7), **right[0]}
    assert found == {name: (often, Decimal(money)) for name, (often, money) in bought.items()}
    assert aside(account) == {reason: (lines, Decimal(money)) for reason, (lines, money) in right[1].items()}
    assert account.lines.read.money == sum(Decimal(str(amount)) for amount in books["amount"])
