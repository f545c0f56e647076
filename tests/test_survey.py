"""One pass over the bytes: the lines, whether each is a record, and whether values have blanks around them."""

from __future__ import annotations

import pytest

from rfmeans import survey as surveying
from rfmeans.survey import survey


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"a,b\n1,2\n", 2),
        (b"a,b\n1,2", 2),
        (b"a,b\r\n1,2\r\n", 2),
        (b"a,b\n1,2\n\n\n", 2),
        (b'a,b\n"1",2\n', 2),
        (b"a\n1\n2\n", 3),
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
