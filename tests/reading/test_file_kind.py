"""What a file is, by its content: packed, cut off, damaged, or no table of orders at all."""

from __future__ import annotations

import re

import pytest

from helpers.garbage import CONTAINERS, REFUSED, ROWS, TOTAL, outcome


@pytest.mark.parametrize("kind", CONTAINERS)
def test_whole_files_are_read(kind):
    found = outcome(CONTAINERS[kind](), f".{kind}")
    assert (found.refused, found.rows, found.used, found.money) == ("", len(ROWS), len(ROWS), TOTAL)


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
@pytest.mark.parametrize("kind", CONTAINERS)
def test_a_file_that_is_cut_off_is_refused(kind, share):
    content = CONTAINERS[kind]()
    said = outcome(content[: max(12, int(share * len(content)))], f".{kind}").refused
    assert re.search("is cut off or damaged|cannot be read as a workbook|not read enough bytes", said), said
    assert re.search("[Ee]xport|save it again", said)


WITHOUT_SUMS = ("xls", "parquet")


@pytest.mark.slow
@pytest.mark.parametrize("kind", CONTAINERS)
def test_damage_within_is_refused_or_harmless(kind):
    content = CONTAINERS[kind]()
    for at in range(20, len(content) - 20, len(content) // 2):
        found = outcome(content[:at] + bytes(255 - byte for byte in content[at : at + 3]) + content[at + 3 :])
        unharmed = (found.rows, found.used, found.money) == (len(ROWS), len(ROWS), TOTAL)
        # Where there are no check sums a damaged cell is another cell; three bytes are three line breaks at the most.
        other = kind in WITHOUT_SUMS and abs(found.rows - len(ROWS)) <= 3
        assert found.refused or unharmed or other


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_of_orders_is_refused_in_plain_words(name):
    content, parts = REFUSED[name]
    said = outcome(content).refused
    assert [part for part in parts if part not in said] == [], said
