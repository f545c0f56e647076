"""What is worth a word: repeated lines, files that overlap."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from helpers.accounts import account, aside, write
from intakes import read
from places import DATA
from rfmeans.engines.kept_tables import Workspace
from rfmeans.settings import make_reading

FIRST, SECOND, THIRD = "1,2024-01-13,a,10,GBP", "2,2024-01-14,b,20,GBP", "3,2024-01-15,a,30,GBP"


# Repeated lines


def test_repeated_lines_are_counted_and_kept(tmp_path):
    found = account(write(tmp_path / "orders.csv", FIRST, SECOND, FIRST, FIRST))
    assert found.noticed.duplicates.lines == 2
    assert found.lines.used.money == Decimal(50)  # 3 x 10 + 20
    assert found.noticed.sentences()[0].startswith(
        "2 lines repeat an earlier line in every column and are kept."
    )


def test_repeated_lines_that_are_not_used_are_not_counted(tmp_path):
    nobody = "4,2024-01-16,,10,GBP"
    found = account(write(tmp_path / "orders.csv", FIRST, SECOND, FIRST, nobody, nobody, nobody))
    assert aside(found) == {"missing customer": (3, Decimal(30))}
    assert found.noticed.duplicates.lines == 1


def test_who_ordered_before_the_window_alone_is_said(tmp_path):
    source = write(
        tmp_path / "orders.csv", FIRST, SECOND, THIRD, "4,2024-01-10,c,5,GBP"
    )  # b and c left early
    found = account(source, since="2024-01-15")
    assert aside(found) == {"before the window": (3, Decimal(35))}
    assert found.noticed.sentences() == (
        "2 customers ordered before the window (since) alone and are not among these: older orders count neither as "
        "money nor as the last purchase. To limit frequency and monetary alone, and count recency over all history, "
        "give window='1d' in its place.",  # as of January 16
    )


def test_a_window_longer_than_what_since_leaves_is_said(tmp_path):
    source = write(tmp_path / "orders.csv", FIRST, SECOND, THIRD, "4,2024-01-10,c,5,GBP")
    found = account(source, since="2024-01-14", window="10d")  # as of January 16
    assert found.noticed.sentences() == (
        "1 customer ordered before the window (since) alone and is not among these: older orders count neither as "
        "money nor as the last purchase.",
        "since leaves 2 days of orders: frequency and monetary are of these, not of 10 days (window).",
    )
    assert account(source, since="2024-01-14", window="2d").noticed.sentences()[1:] == ()


@pytest.mark.slow
def test_repeated_lines_are_set_aside_when_asked_but_for_the_first(tmp_path):
    source = write(tmp_path / "orders.csv", FIRST, SECOND, FIRST, FIRST)
    found = account(source, drop_duplicates=True)
    assert aside(found) == {"duplicate line": (2, Decimal(20))}
    assert found.noticed.sentences() == ()
    with Workspace() as scratch:
        rows = read(source, make_reading(drop_duplicates=True), scratch).set_aside.to_pyarrow().to_pylist()
        assert [(Path(row["file"]).name, row["line"], row["reason"], row["amount"]) for row in rows] == [
            ("orders.csv", 4, "duplicate line", "10"),
            ("orders.csv", 5, "duplicate line", "10"),
        ]


@pytest.mark.slow
def test_an_order_in_two_files_is_said(tmp_path):
    write(tmp_path / "january.csv", FIRST, SECOND)
    write(tmp_path / "february.csv", FIRST, THIRD)
    found = account(str(tmp_path / "*.csv"))
    assert (found.noticed.overlap.orders, found.noticed.overlap.files) == (1, 2)
    assert found.noticed.sentences()[1].startswith("The files overlap: 1 order in more than one of 2 files.")


def test_copies_of_an_order_whose_total_counts_once_change_nothing(tmp_path):
    write(tmp_path / "january.csv", FIRST, SECOND)
    write(tmp_path / "february.csv", FIRST, THIRD)
    found = account(str(tmp_path / "*.csv"), amount_per="order")
    assert found.lines.used.money == Decimal(60)  # 10 + 20 + 30
    assert found.noticed.sentences() == (
        "The files overlap: 1 order in more than one of 2 files. The total of an order counts once, however many rows "
        "and files state it.",
    )
    assert found.noticed.choices() == ()


@pytest.mark.slow
def test_copies_that_were_dropped_overlap_no_more(tmp_path):
    write(tmp_path / "january.csv", FIRST, SECOND)
    write(tmp_path / "february.csv", FIRST, THIRD)
    found = account(str(tmp_path / "*.csv"), drop_duplicates=True)
    assert found.noticed.overlap.orders == 0
    with Workspace() as scratch:
        reading = make_reading(drop_duplicates=True)
        [row] = read(str(tmp_path / "*.csv"), reading, scratch).set_aside.to_pyarrow().to_pylist()
    assert (row["file"], row["reason"]) == (str(tmp_path / "january.csv"), "duplicate line")


@pytest.mark.slow
def test_of_many_lines_a_slice_tells_how_many_repeat_and_overlap(tmp_path, monkeypatch):
    monkeypatch.setattr("rfmeans.orders.remarks.EXACT_LINES", 1_000)
    lines = [f"o{order},2024-01-05,{order % 500},{price},GBP" for order in range(8_000) for price in (5, 7)]
    write(tmp_path / "january.csv", *lines)
    write(tmp_path / "february.csv", *lines[:8_000])
    found = account(str(tmp_path / "*.csv")).noticed
    assert found.duplicates.about
    assert found.duplicates.lines == pytest.approx(8_000, rel=0.25)
    assert found.overlap.about
    assert found.overlap.orders == pytest.approx(4_000, rel=0.25)  # a sixteenth is 250, give or take 16
    assert found.sentences()[1].startswith(
        f"The files overlap: about {found.overlap.orders:,} orders in more"
    )


@pytest.mark.parametrize("order", ["", "POS"])
def test_of_many_lines_without_an_id_of_their_own_a_slice_tells_as_well(tmp_path, monkeypatch, order):
    monkeypatch.setattr("rfmeans.orders.remarks.EXACT_LINES", 1_000)
    lines = [f"{order},2024-01-05,{place % 900},{place},GBP" for place in range(9_000)]
    found = account(write(tmp_path / "orders.csv", *lines, *lines[:4_500])).noticed.duplicates
    assert found.about
    assert found.lines == pytest.approx(4_500, rel=0.25)


def test_files_without_a_common_order_do_not_overlap(tmp_path):
    write(tmp_path / "january.csv", FIRST, SECOND)
    write(tmp_path / "february.csv", THIRD)
    found = account(str(tmp_path / "*.csv"))
    assert found.noticed.overlap.orders == 0
    assert found.noticed.sentences() == ()


@pytest.mark.slow
@pytest.mark.skipif(not DATA.exists(), reason="the real data are not here")
def test_repeated_lines_of_online_retail():
    assert account(DATA / "online_retail.parquet").noticed.duplicates.lines == 5225  # 43 more are set aside
    found = account(DATA / "online_retail.parquet", drop_duplicates=True)
    assert found.lines.set_aside["duplicate line"].rows == 5268
    assert (found.lines.read.rows, found.lines.read.money) == (
        541_909,
        Decimal("8300065.814") + Decimal("1447682.12"),
    )
