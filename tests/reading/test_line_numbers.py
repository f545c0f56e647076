"""set_aside.parquet says where a row stands: the physical line of the file on which it begins, the row of the sheet.

Each row that will be set aside carries the line it is written on as its order id, so that what is said can be held
against what is there.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from intakes import read
from rfmeans.engines.kept_tables import Workspace
from rfmeans.settings import make_reading

HEADER = "order_id,customer,order_date,amount,note"


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
    "plain": HEADER + "\n" + placed(),
    "quoted line breaks": HEADER + "\n" + placed(tall=True),
    "a header on two lines": HEADER.replace("note", '"no\nte"') + "\n" + placed(first=3),
    "preamble": "Our shop\nJanuary\n\n" + HEADER + "\n" + placed(first=5),
    "preamble and quoted line breaks": 'Our shop\n"of\nall"\n' + HEADER + "\n" + placed(first=5, tall=True),
    "blank lines above": "\n\n" + HEADER + "\n" + placed(first=4),
    "blank lines between": HEADER + "\n\n\n" + placed(first=4),
}
ENDINGS = {"LF": "\n", "CRLF": "\r\n", "CR": "\r"}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("name", TEXTS)
def test_a_line_is_the_physical_line_where_the_row_begins(tmp_path, name, ending):
    path = tmp_path / "orders.csv"
    path.write_bytes(TEXTS[name].replace("\n", ENDINGS[ending]).encode())
    check(set_aside(path))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_in_every_encoding(tmp_path, encoding):
    path = tmp_path / "orders.csv"
    path.write_bytes(TEXTS["quoted line breaks"].replace("one", "ü").encode(encoding))
    check(set_aside(path))


@pytest.mark.parametrize("name", ["plain", "preamble and quoted line breaks"])
def test_in_a_compressed_file(tmp_path, name):
    path = tmp_path / "orders.csv.gz"
    path.write_bytes(gzip.compress(TEXTS[name].encode()))
    found = set_aside(path)
    check(found)
    assert {row["file"] for row in found} == {str(path)}


def test_in_each_file_of_a_glob(tmp_path):
    for place, name in enumerate(("plain", "preamble", "quoted line breaks")):
        (tmp_path / f"{place}.csv").write_text(TEXTS[name])
    found = set_aside(tmp_path / "*.csv")
    check(found, 18)
    assert [Path(row["file"]).name for row in found] == ["0.csv"] * 6 + ["1.csv"] * 6 + ["2.csv"] * 6


def test_without_a_header(tmp_path):
    (tmp_path / "orders.csv").write_text(placed(first=1))
    roles = {
        "order": "column1",
        "customer": "column2",
        "date": "column3",
        "amount": "column4",
        "header": False,
    }
    found = set_aside(tmp_path / "orders.csv", **roles)
    assert [row["line"] for row in found] == [int(row["column1"]) for row in found] == [4, 9, 14, 19, 24, 29]


def test_beside_lines_that_are_no_rows(tmp_path):
    """Line 2 is too short, line 9 has a quote that is never closed; each costs itself only."""
    lines = placed(first=3).splitlines()
    shifted = [
        line if at < 6 else f"{int(line.split(',')[0]) + 1},{line.split(',', 1)[1]}"
        for at, line in enumerate(lines)
    ]
    (tmp_path / "orders.csv").write_text(
        "\n".join([HEADER, "1,2", *shifted[:6], '9,c,"open', *shifted[6:]]) + "\n"
    )
    found = set_aside(tmp_path / "orders.csv")
    check([row for row in found if row["reason"] != "malformed line"])
    assert [row["line"] for row in found] == sorted(row["line"] for row in found)
    broken = [row for row in found if row["reason"] == "malformed line"]
    assert [(row["line"], row["text"]) for row in broken] == [(2, "1,2"), (9, '9,c,"open')]


def test_in_a_file_so_large_that_it_is_read_in_parallel(tmp_path):
    path = tmp_path / "orders.csv"
    with path.open("w") as file:
        file.write(HEADER + "\n")
        file.writelines(
            f"{line},c{line % 99},2024-01-01,{'?' if line % 50_000 == 7 else 5},{'x' * 40}\n"
            for line in range(2, 400_002)
        )
    check(set_aside(path, drop_duplicates=False), 8)
    check(set_aside(path, where="amount <> '5' OR customer <> ''"), 8)


def test_json_lines_and_arrays(tmp_path):
    records = [
        dict(zip(HEADER.split(","), row.split(","), strict=True)) for row in placed(first=1).splitlines()
    ]
    (tmp_path / "orders.jsonl").write_text("\n".join(map(json.dumps, records)))
    check(set_aside(tmp_path / "orders.jsonl"))
    (tmp_path / "orders.json").write_text(json.dumps(records, indent=2))
    check(set_aside(tmp_path / "orders.json"))


def sheet(first: int) -> pd.DataFrame:
    rows = [row.split(",") for row in placed(first=first).splitlines()]
    return pd.DataFrame(rows, columns=HEADER.split(","))


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


def test_in_parquet_it_is_the_number_of_the_row(tmp_path):
    sheet(1).to_parquet(tmp_path / "orders.parquet")
    check(set_aside(tmp_path / "orders.parquet"))
