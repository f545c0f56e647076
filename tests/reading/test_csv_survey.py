"""One pass over the bytes: the lines, whether each is a record, and whether values have blanks around them."""

from __future__ import annotations

from decimal import Decimal

import pytest

import rfmeans
from rfmeans.reading import csv_survey as surveying
from rfmeans.reading.csv_survey import survey


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"a,b\n1,2\n", 2),
        (b"a,b\n1,2", 2),
        (b"a,b\r\n1,2\r\n", 2),
        (b"a,b\n1,2\n\n\n", 2),
        (b'a,b\n"1",2\n', 2),
        (b"a\n1\n2\n", 3),
        (b'a,b\n"CARD, ",24\n', 2),
        (b'a,b\n" ",24\n"x;  ",1\n', 3),
        (b'a;b\n"one, two"; 1\n', 2),
        (b'a\tb\n1\t"2"\n', 2),
        (b'a,b\none "two",2\n', 2),
    ],
)
def test_lines_of_a_regular_file(tmp_path, content, lines):
    found = look(tmp_path, content)
    assert (found.regular, found.lines) == (True, lines)


@pytest.mark.parametrize(
    "content",
    [
        b"\na,b\n1,2\n",
        b"\r\na,b\r\n1,2\r\n",
        b"a,b\n\n1,2\n",
        b'a,b\n1,  "2"\n',
        b'a,b\n\t"1",2\n',
        b'a,b\n"1" "2",3\n',
        b'a,b\n"x, " "y",3\n',
        b'a,b\n"x, ", "y"\n',
        b'a\tb\n1\t "2"\n',
        b' "a",b\n1,2\n',
        b"a,b\r\n\r\n1,2\r\n",
        b"a,b\r\n1,2\n3,4\r\n",
        b"a,b\r1,2\r",
        b"a,b\n1,\0\n",
        b'a,b\n"1\n2",3\n',
        b"a,b\n1,\xff\xe9\n",
    ],
)
def test_files_that_are_not_regular(tmp_path, content):
    assert not look(tmp_path, content).regular


@pytest.mark.parametrize("size", [4, 7, 1 << 22])
@pytest.mark.parametrize(
    ("value", "padded"),
    [
        (b"a", False),
        (b"a b", False),
        (b"2011-12-09 08:26", False),
        (b" a", True),
        (b"a ", True),
        (b"a  ", True),
        (b'"a "', True),
        (b'" a"', True),
        (b"a\t", True),
        (b"\va", True),
        (b"a\f", True),
    ],
)
@pytest.mark.parametrize("mark", [b",", b";", b"|"])
@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_blanks_around_values(tmp_path, monkeypatch, value, padded, mark, ending, size):
    monkeypatch.setattr(surveying, "BLOCK", size)
    for row in ((value, b"x"), (b"x", value)):
        content = ending.join([mark.join([b"one", b"two"]), mark.join(row), mark.join([b"x", b"y"])])
        assert look(tmp_path, content).padded == padded
        assert look(tmp_path, content + ending).padded == padded
        last = ending.join([mark.join([b"one", b"two"]), mark.join(row)])
        assert look(tmp_path, last).padded == padded


def look(tmp_path, content):
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    return survey(path, None)


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize(
    ("value", "powers"),
    [
        (b"1e5", True),
        (b"-1.E5", True),
        (b"1_000", True),
        (b"5e", True),
        (b"e5", False),
        (b"_1", False),
        (b"1 e5", False),
        (b"12.50", False),
        (b"Etta", False),
    ],
)
def test_powers(tmp_path, monkeypatch, value, powers, size):
    monkeypatch.setattr(surveying, "BLOCK", size)
    for row in (value + b",x", b"x," + value):
        assert look(tmp_path, b"one,two\n" + row + b"\nx,y\n").powers == powers


@pytest.mark.parametrize("odd", ["1e5", "1_000", "2E+1"])
def test_a_power_is_set_aside_wherever_it_stands(tmp_path, odd):
    rows = [f"c{i},2024-01-{1 + i % 28:02},10.25" for i in range(20_000)]
    rows[-1] = f"last,2024-01-01,{odd}"
    path = tmp_path / "orders.csv"
    path.write_text("\n".join(["customer,date,amount", *rows]))
    found = rfmeans.inspect(path).account.lines
    assert {reason: tally.rows for reason, tally in found.set_aside.items()} == {"unreadable amount": 1}
    assert found.used.money == Decimal("10.25") * 19_999
