"""Books as shops keep them, small and made up: written as text, read, and what became of them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from intakes import read
from rfmeans.engines.kept_tables import Workspace
from rfmeans.settings import Columns, make_reading

if TYPE_CHECKING:
    from pathlib import Path

    from rfmeans.orders.intake import Account

Found = dict[str, tuple[int, Decimal]]


def customers(source: Any, **options: Any) -> tuple[Found, Account]:
    """Return frequency and money of each customer with a line used, and the account, which adds up."""
    columns = {name: options.pop(name) for name in ("customer", "date", "order", "amount") if name in options}
    with Workspace() as scratch:
        intake = read(source, make_reading(Columns(**columns) if columns else None, **options), scratch)
        rows = intake.customers.to_pyarrow().to_pylist()
        aside = intake.set_aside.count().to_pyarrow().as_py()
        lines = intake.account.lines
        assert lines.read.rows == lines.used.rows + aside
        assert sum(row["monetary"] for row in rows) == lines.used.money
        return {str(row["customer_id"]): (row["frequency"], row["monetary"]) for row in rows}, intake.account


def table(text: str) -> pd.DataFrame:
    """Return rows written as text, all cells but the amounts."""
    header, *rows = [line.split(",") for line in text.split()]
    frame = pd.DataFrame([[cell.replace("_", " ") or None for cell in row] for row in rows], columns=header)
    for name in {"amount", "total", "order_total", "refund"} & set(header):
        frame[name] = frame[name].astype(float)
    return frame.rename(columns={"order_total": "order total", "order": "order id"})


def aside(account: Account) -> dict[str, tuple[int, Decimal]]:
    return {reason: (tally.rows, tally.money) for reason, tally in account.lines.set_aside.items()}


def written(folder: Path, text: str) -> str:
    (folder / "orders.csv").write_text(text)
    return str(folder / "orders.csv")
