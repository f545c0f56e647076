"""Workbooks: sheets, and the row of the sheet."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.garbage import outcome, workbook
from helpers.set_aside_lines import PLACED_HEADER, check, placed, set_aside


def sheet(first: int) -> pd.DataFrame:
    rows = [row.split(",") for row in placed(first=first).splitlines()]
    return pd.DataFrame(rows, columns=PLACED_HEADER.split(","))


@pytest.mark.parametrize("titles", [0, 3])
def test_in_a_workbook_it_is_the_row_of_the_sheet(tmp_path, titles):
    path = tmp_path / "orders.xlsx"
    sheet(2 + titles).to_excel(path, index=False, startrow=titles)
    if titles:
        import openpyxl

        book = openpyxl.load_workbook(path)
        book.active["A1"] = "Orders of January"
        book.save(path)
    check(set_aside(path))


def test_in_several_sheets_it_says_which(tmp_path):
    path = tmp_path / "orders.xlsx"
    with pd.ExcelWriter(path) as writer:
        sheet(2).to_excel(writer, sheet_name="One", index=False)
        sheet(2).to_excel(writer, sheet_name="Two", index=False)
    found = set_aside(path, sheet="*")
    check(found, 12)
    assert [row["file"] for row in found] == [f"{path}, sheet 'One'"] * 6 + [f"{path}, sheet 'Two'"] * 6


def test_a_reader_that_ends_its_process_ends_no_other(monkeypatch):
    """As on a damaged workbook that asks for more memory than there is."""
    monkeypatch.setattr("rfmeans.reading.workbook.PROGRAM", "import os; os.abort()")
    said = outcome(workbook("xlsx"), ".xlsx").refused
    assert "cannot be read as a workbook: it is damaged, or larger than the memory" in said
    assert "Open it and save it again, or export it as CSV." in said
