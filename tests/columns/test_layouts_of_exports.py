"""Known exports with all their columns, made by hand after the header that the system writes, and what is right.

``exports/answers.json`` says of each file purchases and money of its customers, who is none, what has to be said or
asked, and why.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from helpers.books import customers
from rfmeans.columns.layout_files import built_in
from rfmeans.errors import SourceError

EXPORTS = Path(__file__).parent / "exports"
ANSWERS: list[dict[str, Any]] = json.loads((EXPORTS / "answers.json").read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize("answer", ANSWERS, ids=[answer["file"] for answer in ANSWERS])
def test_an_export_comes_out_as_worked_out_by_hand(answer):
    right, path = answer["right"], str(EXPORTS / answer["file"])
    if "refused" in right:
        with pytest.raises(SourceError) as asked:
            customers(path)
        assert all(word in str(asked.value) for word in right["refused"])
        return
    found, account = customers(path)
    for name, figures in right["customers"].items():
        frequency, monetary = found[name]
        assert {"frequency": frequency, "monetary": float(monetary)} == {"frequency": frequency} | figures
    assert [name for name in right.get("absent", []) if found.get(name, (0, 0))[0]] == []
    said = " ".join((account.noticed.understood, *account.noticed.sentences()))
    assert all(word in said for word in right.get("says", []))


def test_each_export_is_of_a_layout_that_is_known():
    known = {layout["name"] for layout in built_in()["layout"]}
    assert {answer["layout"] for answer in ANSWERS} <= known
    assert all((EXPORTS / answer["file"]).exists() for answer in ANSWERS)
