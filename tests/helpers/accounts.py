"""Orders written to a file, and their account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intakes import read
from rfmeans.engines.kept_tables import Workspace
from rfmeans.settings import make_reading

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from rfmeans.orders.intake import Account


HEADER = "order id,date,customer,amount,currency"


def write(path: Path, *lines: str) -> str:
    path.write_text("\n".join((HEADER, *lines)) + "\n")
    return str(path)


def account(source, **options) -> Account:
    with Workspace() as scratch:
        return read(source, make_reading(**options), scratch).account


def aside(found: Account) -> dict[str, tuple[int, Decimal]]:
    return {reason: (tally.rows, tally.money) for reason, tally in found.lines.set_aside.items()}
