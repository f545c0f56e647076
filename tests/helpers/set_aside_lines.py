"""Files with rows that are set aside, and where these stand."""

from __future__ import annotations

from typing import Any

from intakes import read
from rfmeans.engines.kept_tables import Workspace
from rfmeans.settings import make_reading

PLACED_HEADER = "order_id,customer,order_date,amount,note"


def placed(*, first: int = 2, rows: int = 30, tall: bool = False) -> str:
    """Rows of which every fifth has no amount, the first of them on line ``first``; ``tall``: on three lines each."""
    lines, number = [], first
    for row in range(rows):
        amount = "?" if row % 5 == 3 else f"{row}.5"
        note = '"one\ntwo\nthree"' if tall and row % 2 else "one"
        lines.append(f"{number},c{row % 7},2024-01-{1 + row % 28:02d},{amount},{note}\n")
        number += note.count("\n") + 1
    return "".join(lines)


def set_aside(source: Any, **options: Any) -> list[dict[str, Any]]:
    with Workspace() as scratch:
        return read(str(source), make_reading(**options), scratch).set_aside.to_pyarrow().to_pylist()


def check(found: list[dict[str, Any]], count: int = 6) -> None:
    assert [row["reason"] for row in found] == ["unreadable amount"] * count
    assert [row["line"] for row in found] == [int(row["order_id"]) for row in found]


TEXTS = {
    "plain": PLACED_HEADER + "\n" + placed(),
    "quoted line breaks": PLACED_HEADER + "\n" + placed(tall=True),
    "a header on two lines": PLACED_HEADER.replace("note", '"no\nte"') + "\n" + placed(first=3),
    "preamble": "Our shop\nJanuary\n\n" + PLACED_HEADER + "\n" + placed(first=5),
    "preamble and quoted line breaks": 'Our shop\n"of\nall"\n'
    + PLACED_HEADER
    + "\n"
    + placed(first=5, tall=True),
    "blank lines above": "\n\n" + PLACED_HEADER + "\n" + placed(first=4),
    "blank lines between": PLACED_HEADER + "\n\n\n" + placed(first=4),
}
