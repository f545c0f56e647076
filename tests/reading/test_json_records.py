"""JSON records, and where each one stands."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

import rfmeans
from drawn import examples
from helpers.garbage import JSON_LINES, RECORDS, TOTAL, edited, edits, outcome
from helpers.set_aside_lines import PLACED_HEADER, check, placed, set_aside
from helpers.taken_in import taken_in


@pytest.mark.slow
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


@pytest.mark.slow
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


def monies(tmp_path, *amounts, **options):
    path = tmp_path / "orders.json"
    rows = [
        {"customer": f"c{place}", "date": "2024-01-05", "amount": each} for place, each in enumerate(amounts)
    ]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return taken_in(str(path), **options).money


@pytest.mark.parametrize("decimal", [None, ",", "."])
def test_numbers_are_read_whatever_is_said_of_text(tmp_path, decimal):
    assert monies(tmp_path, 1.25, 2.5, 1e3, 7, decimal=decimal) == {
        "c0": 1.25,
        "c1": 2.5,
        "c2": 1000.0,
        "c3": 7.0,
    }


def test_numbers_among_text_tell_nothing(tmp_path):
    with pytest.raises(rfmeans.SourceError, match=r"'1\.250' is 1\.250 with a decimal point"):
        monies(tmp_path, 2.5, "1.250", 7)
    assert monies(tmp_path, 2.5, "1250,00", 7.0) == {"c0": 2.5, "c1": 1250.0, "c2": 7.0}


@pytest.mark.slow
@pytest.mark.parametrize(
    "huge", ["1e400", "1e999999999", "-1e99999999999999999999", "1e-99999999999999999999"]
)
@pytest.mark.parametrize("beside", ["7", '"7.50"'])
def test_a_number_beyond_all_money_costs_its_line(tmp_path, huge, beside):
    """Alone, and among text, where numbers are written out."""
    path = tmp_path / "orders.json"
    amounts = (huge, beside, "2.5")
    path.write_text(
        "".join(
            f'{{"customer": "c{place}", "date": "2024-01-05", "amount": {each}}}\n'
            for place, each in enumerate(amounts)
        )
    )
    found = taken_in(str(path))
    assert {"c1", "c2"} <= set(found.money)
    assert found.money["c2"] == 2.5
    assert found.money.get("c0", 0) == 0
    assert all(len(str(row["amount"])) < 50 for row in found.aside)
