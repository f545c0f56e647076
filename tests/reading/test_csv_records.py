"""set_aside.parquet says where a row stands: the physical line of the file on which it begins, the row of the sheet.

Each row that will be set aside carries the line it is written on as its order id, so that what is said can be held
against what is there.
"""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawn import examples
from helpers.garbage import (
    HEADER,
    MADE,
    ROWS,
    TEXT,
    TOTAL,
    body,
    edited,
    edits,
    lines_below,
    outcome,
    used_money,
)
from helpers.set_aside_lines import PLACED_HEADER, TEXTS, check, placed, set_aside

ENDINGS = {"LF": "\n", "CRLF": "\r\n", "CR": "\r"}


@pytest.mark.slow
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("name", TEXTS)
def test_a_line_is_the_physical_line_where_the_row_begins(tmp_path, name, ending):
    path = tmp_path / "orders.csv"
    path.write_bytes(TEXTS[name].replace("\n", ENDINGS[ending]).encode())
    check(set_aside(path))


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
        "\n".join([PLACED_HEADER, "1,2", *shifted[:6], '9,c,"open', *shifted[6:]]) + "\n"
    )
    found = set_aside(tmp_path / "orders.csv")
    check([row for row in found if row["reason"] != "malformed line"])
    assert [row["line"] for row in found] == sorted(row["line"] for row in found)
    broken = [row for row in found if row["reason"] == "malformed line"]
    assert [(row["line"], row["text"]) for row in broken] == [(2, "1,2"), (9, '9,c,"open')]


quick = examples(6)


@quick
@given(edits)
def test_bytes_changed_anywhere(changes):
    outcome(edited(TEXT.encode(), changes))


@pytest.mark.slow
@quick
@given(edits)
def test_bytes_changed_below_the_header(changes):
    """Without quotes a row is a line: so many are read, and the money of those used is theirs."""
    content = edited(TEXT.encode(), changes, keep=len(HEADER) + 1)
    found = outcome(content)
    if found.refused or b'"' in content:
        return
    assert found.rows == len(lines_below(content))
    expected = used_money(content, found)
    assert expected is None or found.money == expected


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.just("\n"), max_size=20)


@pytest.mark.slow
@quick
@given(st.lists(texts, min_size=1, max_size=30), st.sampled_from([",", ";", "\t", "|"]))
def test_any_text_in_quotes_is_a_row_for_python_and_for_us(notes, delimiter):
    """Delimiters, quotes and line breaks in a column that says nothing change no other."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(HEADER.split(","))
    writer.writerows([*row.split(",")[:4], notes[at % len(notes)]] for at, row in enumerate(ROWS))
    expected = list(csv.reader(io.StringIO(text.getvalue(), newline=""), delimiter=delimiter))
    found = outcome(text.getvalue().encode())
    assert (found.rows, found.used, found.money) == (len(expected) - 1, len(ROWS), TOTAL)


@pytest.mark.slow
@pytest.mark.parametrize("name", MADE)
def test_garbage_is_set_aside_and_no_other_row(name):
    content, aside = MADE[name]
    found = outcome(content)
    assert found.refused == ""
    assert found.reasons == aside
    assert (found.used, found.money) == (len(ROWS), TOTAL)


@pytest.mark.parametrize("mark", ["<<<<<<< HEAD", ">>>>>>> 1d1be8c"])
def test_a_merge_conflict_is_refused_by_name(mark):
    found = outcome(body(mark))
    assert f"is the mark of a merge conflict, '{mark}'" in found.refused
    assert "money would count twice" in found.refused
