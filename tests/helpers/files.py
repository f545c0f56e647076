"""The same 24 orders to be written as files of every kind, and the command that inspects them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from helpers.command import Done

COLUMNS = ("order_id", "customer", "order_date", "amount", "note")


NAMES = ("Zoë", "Jürgen", "Ann", "Señor")


ROWS = [
    (f"A{i:03d}", NAMES[i % 4], f"2024-0{1 + i % 6}-{13 + i % 15}", f"{10 + i}.5", "none") for i in range(24)
]


MONEY = sum(Decimal(row[3]) for row in ROWS)  # 24 x 10.5 + (0 + ... + 23) = 528


CYRILLIC = dict(zip(NAMES, ("Зоя", "Юрий", "Анна", "Пётр"), strict=True))


def text(delimiter: str = ",", ending: str = "\n", header: bool = True, rows: Any = ROWS) -> str:
    lines = [COLUMNS] if header else []
    return "".join(delimiter.join(row) + ending for row in [*lines, *rows])


def check(done: Done, understood: str, money: Decimal = MONEY) -> dict[str, Any]:
    assert done.code == 0, done.err
    assert done.said.startswith("Read as Orders: customer = ")
    assert understood in done.said.partition(" orders")[0]
    found: dict[str, Any] = json.loads(done.out)
    assert found["lines"] == {
        "read": {"rows": 24, "money": float(money)},
        "used": {"rows": 24, "money": float(money)},
        "set_aside": {},
    }
    assert found["customers"]["read"] == 4
    return found


def frame(rows: Any = ROWS) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS).assign(amount=[float(row[3]) for row in rows])


OTHER = pd.DataFrame({"month": ["January", "February"], "total": [5, 7]})
