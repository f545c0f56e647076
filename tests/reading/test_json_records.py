"""JSON records, and where each one stands."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from drawn import examples
from helpers.garbage import JSON_LINES, RECORDS, TOTAL, edited, edits, outcome
from helpers.set_aside_lines import PLACED_HEADER, check, placed, set_aside


def test_json_lines_and_arrays(tmp_path):
    records = [
        dict(zip(PLACED_HEADER.split(","), row.split(","), strict=True))
        for row in placed(first=1).splitlines()
    ]
    (tmp_path / "orders.jsonl").write_text("\n".join(map(json.dumps, records)))
    check(set_aside(tmp_path / "orders.jsonl"))
    (tmp_path / "orders.json").write_text(json.dumps(records, indent=2))
    check(set_aside(tmp_path / "orders.json"))


quick = examples(6)


@quick
@given(edits)
def test_json_lines_changed_anywhere(changes):
    """Below the first record a line is a row, or the file is refused, such as for dates in two formats."""
    outcome(edited(JSON_LINES, changes), ".jsonl")
    content = edited(JSON_LINES, changes, keep=JSON_LINES.index(b"\n") + 1)
    found = outcome(content, ".jsonl")
    assert found.refused or found.rows == sum(bool(line.strip()) for line in content.split(b"\n"))


@pytest.mark.parametrize("size", [1, 100, 3000])
def test_json_cut_off_loses_its_last_line_only(size):
    found = outcome(JSON_LINES[:-size], ".jsonl")
    whole = JSON_LINES[:-size].count(b"\n") + JSON_LINES[:-size].endswith(b"}")
    assert (found.used, found.rows) == (whole, len(JSON_LINES[:-size].splitlines()))


def test_a_json_array_cut_off_is_refused():
    array = json.dumps(RECORDS).encode()
    assert outcome(array, ".json").money == TOTAL
    assert "is damaged" in outcome(array[:-50], ".json").refused
