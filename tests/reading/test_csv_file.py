"""A text file: also one that the engine reads in parallel."""

from __future__ import annotations

import gzip
from dataclasses import replace

import ibis
import pytest

import rfmeans
from helpers.set_aside_lines import PLACED_HEADER, TEXTS, check, set_aside
from helpers.sources import EXPECTED, LINES, NAMED, customers
from helpers.taken_in import taken_in
from rfmeans.engines.failures import MalformedError
from rfmeans.orders.order_lines import order_lines
from rfmeans.orders.understand import understand
from rfmeans.reading.source import LINE
from rfmeans.settings import make_reading


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_in_every_encoding(tmp_path, encoding):
    path = tmp_path / "orders.csv"
    path.write_bytes(TEXTS["quoted line breaks"].replace("one", "ü").encode(encoding))
    check(set_aside(path))


def plainly_read(path, **options):
    """Whether the engine's own reader takes the file, and what is read; the rows are the same line by line."""
    with understand(str(path), make_reading(**options)) as found:
        rows = found.source.located.order_by(LINE).to_pyarrow().to_pylist()
        quick = found.source.rows is not None
        found.open_otherwise(MalformedError(""))
        assert found.source.located.order_by(LINE).to_pyarrow().to_pylist() == rows
    return quick, [row["customer"] for row in rows]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "iso8859-1", "utf-16", "utf-16-le", "shift-jis"])
def test_regular_lines_are_left_to_the_engine_in_every_encoding(tmp_path, encoding):
    path, name = tmp_path / "orders.csv", "カナ" if encoding == "shift-jis" else "Zoë"
    text = f'customer,date,amount\n{name},2024-01-05,1\n"Ann, ",2024-01-06,2\n" ",2024-01-07,3\n'
    path.write_bytes(text.encode(encoding))
    told = {"encoding": encoding} if encoding in ("iso8859-1", "shift-jis") else {}
    assert plainly_read(path, **told) == (True, [name, "Ann, ", " "])


def test_doubled_quotes_are_one_and_a_backslash_is_a_letter(tmp_path):
    """By the engine's own reader, and line by line, as a line break in quotes asks for."""
    path = tmp_path / "orders.csv"
    rows = '"Ann ""A"" Lee",2024-01-05,1\n"a\\",2024-01-06,2\n'
    path.write_text(f"customer,date,amount\n{rows}", encoding="utf-8")
    assert plainly_read(path) == (True, ['Ann "A" Lee', "a\\"])
    path.write_text(f'customer,date,amount\n{rows}"b\nc",2024-01-07,3\n', encoding="utf-8")
    assert plainly_read(path) == (False, ['Ann "A" Lee', "a\\", "b\nc"])


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (
            "Zo\u00eb,2024-01-05,1\n".encode("cp1252") + b"\x81,2024-01-06,2\n",
            None,
        ),  # no letter of Windows-1252
        ("Zo\u00eb,2024-01-05,1\n\ufffd,2024-01-06,2\n".encode("utf-16-le"), "utf-16-le"),
    ],
)
def test_bytes_that_are_no_character_cost_their_line(tmp_path, content, encoding):
    path = tmp_path / "orders.csv"
    path.write_bytes("customer,date,amount\n".encode(encoding or "cp1252") + content)
    found = taken_in(str(path), **({"encoding": encoding} if encoding else {}))
    assert found.money == {"Zoë": 1.0}
    assert found.lines.set_aside["malformed line"].rows == 1


@pytest.mark.parametrize("name", ["plain", "preamble and quoted line breaks"])
def test_in_a_compressed_file(tmp_path, name):
    path = tmp_path / "orders.csv.gz"
    path.write_bytes(gzip.compress(TEXTS[name].encode()))
    found = set_aside(path)
    check(found)
    assert {row["file"] for row in found} == {str(path)}


@pytest.mark.slow
def test_in_a_file_so_large_that_it_is_read_in_parallel(tmp_path):
    path = tmp_path / "orders.csv"
    with path.open("w") as file:
        file.write(PLACED_HEADER + "\n")
        file.writelines(
            f"{line},c{line % 99},2024-01-01,{'?' if line % 50_000 == 7 else 5},{'x' * 40}\n"
            for line in range(2, 400_002)
        )
    check(set_aside(path, drop_duplicates=False), 8)
    check(set_aside(path, where="amount <> '5' OR customer <> ''"), 8)


def test_a_header_after_a_byte_order_mark(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(b"\xef\xbb\xbf" + LINES.to_csv(index=False).encode())
    assert customers(path, customer="customer_id") == EXPECTED


@pytest.mark.parametrize("bad", ["8,15", "8,15,2026-03-31,1,1,1"], ids=["short", "long"])
def test_a_ragged_line_changes_no_other_line(tmp_path, bad):
    """Refuse the file or set the line aside: never lose the header or another line."""
    path = tmp_path / "orders.csv"
    lines = LINES.to_csv(index=False).splitlines()
    path.write_text("\n".join([*lines[:3], bad, *lines[3:]]) + "\n")
    try:
        found = customers(path)
    except rfmeans.RFMeansError as error:
        assert "No column was recognised" not in str(error)  # noqa: PT017 - both ways are right
    else:
        assert found == EXPECTED


@pytest.mark.slow
def test_a_plain_file_that_is_called_compressed_is_read(tmp_path):
    for ending in (".gz", ".zst"):
        path = tmp_path / f"orders.csv{ending}"
        path.write_text(NAMED.format("5.50"))
        assert customers(path)[0] == ("11", 2, 1, 5.5, None)


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_cells_that_are_wrapped_for_a_spreadsheet(tmp_path, encoding):
    path = tmp_path / "orders.csv"
    lines = ["customer,date,amount,note"]
    lines += [f'"=""00{who}""",="2024-01-0{who}","=""{who}.50""",é =' for who in (1, 2)]
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    found = [(row[0], row[2], row[3]) for row in customers(path)]
    assert found == [("001", 1, 1.5), ("002", 1, 2.5)]


@pytest.mark.slow
def test_lines_of_a_file_that_several_threads_read_keep_their_numbers(tmp_path):
    path, rows = tmp_path / "orders.csv", 600_000
    wrong = set(range(500, rows, 997))
    lines = (
        f"c{at % 5000},o{at},2024-01-{1 + at % 28:02},{'?' if at in wrong else at % 50}\n"
        for at in range(rows)
    )
    path.write_text("customer,order,date,amount\n" + "".join(lines), encoding="utf-8")
    found = taken_in(str(path), threads=4)
    assert found.lines.set_aside["unreadable amount"].rows == len(wrong)
    aside = sorted((row["line"], row["order"], row["amount"]) for row in found.aside)
    assert aside == [(at + 2, f"o{at}", "?") for at in sorted(wrong)]


def test_a_text_file_is_stored_by_all_threads(tmp_path):
    """A window over all rows, or a join with a list of words, has DuckDB 2.0 read it in one."""
    path = tmp_path / "orders.csv"
    path.write_text("order,email,date,amount,status\n1,ann@example.org,2025-01-05,9.50,paid\n")
    plans = []

    def store(rows, place=None):
        plans.append(rows.get_backend().raw_sql(f"EXPLAIN {ibis.to_sql(rows)}").fetchall()[0][1])
        return rows.mutate(**{place: 0}) if place else rows

    with understand(str(path), make_reading()) as found:
        source = replace(found.source, store=store)
        order_lines(source, found.layout, make_reading(), found.conventions)
    assert len(plans) == 1
    assert "Window" not in plans[0]
    assert "Join" not in plans[0]
