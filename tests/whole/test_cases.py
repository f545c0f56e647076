"""Small inputs after public reports of how shops write their books, each with what is right and why.

Skipped where the folder beside the checkout is absent; the kinds they stand for are tested by hand in the rooms.
"""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest

from helpers.command import run
from places import DATA

if TYPE_CHECKING:
    from pathlib import Path

CASES = DATA / "cases"
LISTED = CASES / "cases.json"
KNOWN: list[dict[str, Any]] = json.loads(LISTED.read_text(encoding="utf-8")) if LISTED.exists() else []

pytestmark = pytest.mark.skipif(not KNOWN, reason="no ../shared/data/cases")


def named(case: dict[str, Any]) -> str:
    return f"{case['kind']}: {case['name']}"


@pytest.mark.slow
@pytest.mark.parametrize("case", KNOWN, ids=named)
def test_a_case_comes_out_right(tmp_path, case):
    out, right = tmp_path / "out", case["right"]
    given = (
        "segment",
        CASES / case["file"],
        "--segments",
        2,
        "--n-init",
        3,
        "--no-report",
        "--format",
        "csv",
    )
    options = ("--audience-format", "none", "--out", out, *case["options"])
    done = run(*given, *options, code=1 if "refused" in right else 0)
    said = f"{done.out}{done.err}".casefold()
    assert [word for word in right.get("says", right.get("refused", [])) if word.casefold() not in said] == []
    assert out.exists() is ("refused" not in right)
    if "refused" not in right:
        check_customers(out / "customers.csv", right)


def check_customers(path: Path, right: dict[str, Any]) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = {row["customer_id"]: row for row in csv.DictReader(file)}
    found = {
        name: {column: float(rows[name][column]) for column in values}
        for name, values in right.get("customers", {}).items()
    }
    assert found == {name: pytest.approx(values) for name, values in right.get("customers", {}).items()}
    bought = {
        name for name in right.get("absent", ()) if name in rows and float(rows[name]["frequency"] or 0)
    }
    assert bought == set()
