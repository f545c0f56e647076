"""Garbage of every kind: a file is read to its last row, each used or set aside, or it is refused in plain words.

Never a traceback, a hang, a wrong total, or a file left behind. What is expected is counted here, by other means than
the ones under test: Python's own csv module, lines split by hand, money added up line by line.
"""

from __future__ import annotations

import csv
import gc
import gzip
import io
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from drawn import examples
from intakes import read
from rfmeans import RFMeansError
from rfmeans.cli import commands
from rfmeans.engines.kept_tables import Workspace
from rfmeans.settings import make_reading

if TYPE_CHECKING:
    from collections.abc import Iterator

quick = examples(6)

HEADER = "customer_id,order_id,order_date,amount,note"
ROWS = [f"c{i % 7},o{i},2024-0{1 + i % 9}-{10 + i % 18},{10 + i}.{10 + i},plain" for i in range(40)]
TEXT = "\n".join([HEADER, *ROWS]) + "\n"
TOTAL = sum(Decimal(f"{10 + i}.{10 + i}") for i in range(40))
PLAIN = re.compile(r"\d+\.\d+")
LONGEST_RUN = 120  # seconds


@dataclass(frozen=True)
class Outcome:
    """What became of a file: its account, or why it was refused."""

    refused: str = ""
    rows: int = 0
    used: int = 0
    money: Decimal = Decimal(0)
    aside: tuple[dict[str, Any], ...] = ()

    @property
    def reasons(self) -> dict[str, int]:
        found = [row["reason"] for row in self.aside]
        return {reason: found.count(reason) for reason in dict.fromkeys(found)}


@contextmanager
def in_time(seconds: int = LONGEST_RUN) -> Iterator[None]:
    """Fail instead of hanging."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def stop(*_: object) -> None:
        raise TimeoutError(f"still running after {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def outcome(content: bytes, suffix: str = ".csv", **options: Any) -> Outcome:
    """Read a file of this content; whatever is in it, each row is in one place or there is one plain paragraph."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"orders{suffix}"
        path.write_bytes(content)
        found = outcome_of(path, **options)
        assert [entry.name for entry in Path(folder).iterdir()] == [path.name]
        return found


def outcome_of(path: Path, **options: Any) -> Outcome:
    try:
        with in_time(), Workspace() as scratch:
            intake = read(str(path), make_reading(**{"accept_loss": True, **options}), scratch)
            lines = intake.account.lines
            assert lines is not None
            aside = tuple(intake.set_aside.to_pyarrow().to_pylist())
    except RFMeansError as error:
        return Outcome(refused=plain(str(error)))
    assert lines.used.rows + len(aside) == lines.read.rows
    assert sum(tally.rows for tally in lines.set_aside.values()) == len(aside)
    assert lines.used.money + sum(tally.money for tally in lines.set_aside.values()) == lines.read.money
    return Outcome("", lines.read.rows, lines.used.rows, lines.used.money, aside)


def plain(message: str) -> str:
    """Check that a message is one short paragraph of whole sentences, without the words of a program."""
    assert "\n" not in message
    assert 20 < len(message) < 1200, message
    assert not re.search(r"Traceback|Exception|Error:|\bNone\b|object at 0x|[\0-\x1f]", message), message
    return message


def lines_below(content: bytes) -> list[str]:
    """The physical lines that are not blank, after the first of them."""
    ending = b"\n" if b"\n" in content else b"\r"
    lines = [line.decode("cp1252", "replace").strip("\r\n") for line in content.split(ending)]
    return [line for line in lines if line.strip()][1:]


def used_money(content: bytes, found: Outcome) -> Decimal | None:
    """The money of the lines that were not set aside; None where one of them is not plain."""
    lines = content.split(b"\n")
    aside = {row["line"] for row in found.aside}
    used = [line for number, line in enumerate(lines, start=1) if number not in {1, *aside} and line.strip()]
    amounts = [line.decode("utf-8", "replace").split(",")[3].strip() for line in used]
    return sum(map(Decimal, amounts), Decimal(0)) if all(map(PLAIN.fullmatch, amounts)) else None


# Drawn garbage


@quick
@given(st.binary(max_size=3000))
def test_random_bytes(content):
    assert outcome(content).refused or lines_below(content)


@quick
@given(st.text(st.sampled_from('abc,;|\t "\n\r0123456789.-€ü'), max_size=600))
def test_random_text(text):
    outcome(text.encode())


edits = st.lists(
    st.tuples(st.floats(0, 1), st.sampled_from(["flip", "delete", "insert", "cut"]), st.binary(max_size=4)),
    min_size=1,
    max_size=6,
)


def edited(content: bytes, changes: list[tuple[float, str, bytes]], keep: int = 0) -> bytes:
    """Change bytes behind the first ``keep``."""
    for place, how, new in changes:
        at = keep + int(place * (len(content) - keep))
        if how == "flip":
            content = content[:at] + bytes(255 - byte for byte in content[at : at + 1]) + content[at + 1 :]
        elif how == "delete":
            content = content[:at] + content[at + 1 + len(new) :]
        elif how == "insert":
            content = content[:at] + new + content[at:]
        elif place > 0.5:
            content = content[:at]
    return content


@quick
@given(edits)
def test_bytes_changed_anywhere(changes):
    outcome(edited(TEXT.encode(), changes))


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


RECORDS = [dict(zip(HEADER.split(","), row.split(","), strict=True)) for row in ROWS]
JSON_LINES = "".join(json.dumps(record) + "\n" for record in RECORDS).encode()


@quick
@given(edits)
def test_json_lines_changed_anywhere(changes):
    content = edited(JSON_LINES, changes)
    found = outcome(content, ".jsonl")
    if not found.refused and content.startswith(b'{"customer_id"') and b"\n" in content:
        assert found.rows == sum(bool(line.strip()) for line in content.split(b"\n"))


# Files cut off or damaged


def zipped(*members: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return packed.getvalue()


def workbook(kind: str) -> bytes:
    packed = io.BytesIO()
    frame = pd.DataFrame(RECORDS).assign(amount=[float(record["amount"]) for record in RECORDS])
    if kind == "xls":
        import xlwt

        book = xlwt.Workbook()
        sheet = book.add_sheet("Orders")
        for row, cells in enumerate([list(frame.columns), *frame.to_numpy().tolist()]):
            for column, cell in enumerate(cells):
                sheet.write(row, column, cell)
        book.save(packed)
    else:
        frame.to_excel(packed, index=False, engine={"xlsx": "openpyxl", "ods": "odf"}[kind])
    return packed.getvalue()


def database() -> bytes:
    import duckdb

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.duckdb"
        with duckdb.connect(str(path)) as con:
            con.register("given", pd.DataFrame(RECORDS))
            con.execute("CREATE TABLE orders AS SELECT * FROM given")
        return path.read_bytes()


def parquet() -> bytes:
    packed = io.BytesIO()
    pd.DataFrame(RECORDS).to_parquet(packed)
    return packed.getvalue()


CONTAINERS = {
    "csv.gz": lambda: gzip.compress(TEXT.encode(), mtime=0),
    "csv.zip": lambda: zipped(("orders.csv", TEXT.encode())),
    "csv.zst": lambda: zstandard.compress(TEXT.encode()),
    "xlsx": lambda: workbook("xlsx"),
    "ods": lambda: workbook("ods"),
    "xls": lambda: workbook("xls"),
    "parquet": parquet,
    "duckdb": database,
}


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


@pytest.mark.parametrize("kind", CONTAINERS)
def test_damage_within_is_refused_or_harmless(kind):
    content = CONTAINERS[kind]()
    for at in range(20, len(content) - 20, len(content) // 2):
        found = outcome(content[:at] + bytes(255 - byte for byte in content[at : at + 3]) + content[at + 3 :])
        # The old format of workbooks has no check sums: there a damaged cell is another cell.
        assert found.refused or found.rows <= len(ROWS) or kind == "xls"


def test_a_reader_that_ends_its_process_ends_no_other(monkeypatch):
    """As on a damaged workbook that asks for more memory than there is."""
    monkeypatch.setattr("rfmeans.reading.workbook.PROGRAM", "import os; os.abort()")
    said = outcome(workbook("xlsx"), ".xlsx").refused
    assert "cannot be read as a workbook: it is damaged, or larger than the memory" in said
    assert "Open it and save it again, or export it as CSV." in said


@pytest.mark.parametrize("size", [1, 100, 3000])
def test_json_cut_off_loses_its_last_line_only(size):
    found = outcome(JSON_LINES[:-size], ".jsonl")
    whole = JSON_LINES[:-size].count(b"\n") + JSON_LINES[:-size].endswith(b"}")
    assert (found.used, found.rows) == (whole, len(JSON_LINES[:-size].splitlines()))


def test_a_json_array_cut_off_is_refused():
    array = json.dumps(RECORDS).encode()
    assert outcome(array, ".json").money == TOTAL
    assert "is damaged" in outcome(array[:-50], ".json").refused


# Garbage made by hand: what is set aside, and how many rows there are


def body(*extra: str, at: int = 20) -> bytes:
    return "\n".join([HEADER, *ROWS[:at], *extra, *ROWS[at:], ""]).encode()


MADE = {
    "a row too short": (body("c1,o99"), {"malformed line": 1}),
    "a row too long": (body("c1,o99,2024-01-01,5,x,y,z"), {"malformed line": 1}),
    "merge conflict": (
        body("<<<<<<< HEAD", "=======", ">>>>>>> branch"),
        {"malformed line": 3},
    ),
    "a NUL": (body("c1,o99,2024-01-01,5,x\0y"), {"malformed line": 1}),
    "NULs at the end": (TEXT.encode() + bytes(4096), {"malformed line": 1}),
    "Ctrl-Z at the end": (TEXT.encode() + b"\x1a", {"malformed line": 1}),
    "a quote that is never closed": (body('c1,o99,2024-01-01,5,"open'), {"malformed line": 1}),
    "a closing quote within": (body('c1,o99,2024-01-01,5,"a"b"'), {"malformed line": 1}),
    "a byte that is no character": (
        body().replace(b"plain", "Zoë".encode()) + b"c1,\xff,2024-01-01,1,\n",
        {"malformed line": 1},
    ),
    "a header again": (body(HEADER), {"unreadable date": 1}),
    "a line of 10 MB": (body("c1,o99,2024-01-01,5," + "x" * 10_000_000), {"malformed line": 1}),
    "a total below": (body(",,,1400.00,Total", at=40), {"missing customer": 1}),
    "blank lines": (body("", "  ", ""), {}),
    "a form feed": (body().replace(b"plain", b"pl\x0b\x0cain", 3), {}),
    "other line breaks of Unicode": (body().replace(b"plain", "a\u2028b\u0085c".encode(), 3), {}),
    "line feeds and CRLF mixed": (body().replace(b"plain\n", b"plain\r\n", 7), {}),
    "CR CR LF": (body().replace(b"\n", b"\r\r\n"), {}),
    "CR alone": (body().replace(b"\n", b"\r"), {}),
    "an inner quote": (body().replace(b"plain", b'5" disk', 2), {}),
    "Excel's word on the delimiter": (b"sep=,\r\n" + body(), {}),
    "a delimiter at the end of each row": (body().replace(b"plain\n", b"plain,\n"), {}),
    "a delimiter at the end of each line": (body().replace(b"\n", b",\n"), {}),
}


@pytest.mark.parametrize("name", MADE)
def test_garbage_is_set_aside_and_no_other_row(name):
    content, aside = MADE[name]
    found = outcome(content)
    assert found.refused == ""
    assert found.reasons == aside
    assert (found.used, found.money) == (len(ROWS), TOTAL)


REFUSED = {
    "nothing": (b"", ["is empty (0 bytes)", "Export it again"]),
    "a byte order mark": (b"\xef\xbb\xbf", ["no header", "blank lines"]),
    "blank lines": (b"\n \n\n", ["no header", "blank lines"]),
    "zeros": (bytes(5000), ["does not look like a table of text", "Export the orders as CSV"]),
    "one line of 10 MB": (b"x" * 10_000_000, ["does not look like a table of text"]),
    "a header alone": (HEADER.encode(), ["holds a header but no order line", "Export it again"]),
    "rows that fit no header": (
        (HEADER + "\n" + "c1,2024-01-01\n" * 30).encode(),
        ["No line of", "fits its header (5 columns divided by commas)", "delimiter="],
    ),
    "no header": (
        "\n".join(ROWS).encode(),
        ["seems to have no header", "c0, o0, 2024-01-10", "header=False"],
    ),
    "two columns of one name": (
        TEXT.replace("note", "amount").encode(),
        ["recognised as the amount", "amount (column 4)", "amount (column 5)", "amount='NAME'"],
    ),
    "a web page": (b"<html><body>login</body></html>", ["a web page (HTML)", "Export the orders"]),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), ["a picture"]),
    "two files in a zip": (
        zipped(("a.csv", b"x"), ("b.csv", b"y")),
        ["holds 2 files (a.csv, b.csv)", "Unpack it"],
    ),
    "nothing in a zip": (zipped(), ["holds no file"]),
    "a PDF in a zip": (zipped(("a.pdf", b"%PDF-1.4")), ["unpacked, is a PDF document"]),
    "JSON in JSON": (
        b'{"orders": [' + JSON_LINES.strip().replace(b"\n", b",") + b"]}",
        ["is nested", "'orders'"],
    ),
    "JSON without end": (b"[" * 100_000, ["is one JSON array, but it is damaged"]),
    "JSON lists": (b"[[1,2],[3,4]]", ["holds no JSON record"]),
    "10,000 columns": (
        "\n".join(
            [HEADER + "".join(f",x{i}" for i in range(9995)), *(row + "," * 9995 for row in ROWS)]
        ).encode(),
        ["has 10,000 columns", "at most 2,000", "leave out"],
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_of_orders_is_refused_in_plain_words(name):
    content, parts = REFUSED[name]
    said = outcome(content).refused
    assert [part for part in parts if part not in said] == [], said


def test_columns_of_one_name_that_nothing_needs_are_kept():
    text = TEXT.replace("customer_id", "note", 1).replace("order_id", "customer_id", 1)
    found = outcome(text.encode())
    assert (found.refused, found.money) == ("", TOTAL)


def test_a_million_currencies_are_one_short_message():
    rows = "\n".join(f"c{i % 999},2024-01-01,1.50,X{i}" for i in range(1_000_000))
    said = outcome(f"customer,date,amount,currency\n{rows}\n".encode()).refused
    assert (
        "'currency' was taken as the currency, but holds 1,000,000 different values, such as X0, X1, X10"
        in said
    )
    assert "currency_column='NAME'" in said


# Through the command: exit code, one paragraph, nothing left behind


@dataclass(frozen=True)
class Run:
    """What a run of the command said, and what it left."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the command as a shell does; beside what ``left`` names, nothing may be new in its folder or in TMPDIR."""
    work, scratch = tmp_path / "work", tmp_path / "scratch"
    work.mkdir()
    scratch.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    monkeypatch.setenv("TMPDIR", str(scratch))

    def command(*arguments: Any, left: tuple[str, ...] = ()) -> Run:
        before = {entry.name for entry in work.iterdir()}
        monkeypatch.setattr(sys, "argv", ["rfmeans", *map(str, arguments)])
        code = 0
        with in_time():
            try:
                commands.main()
            except SystemExit as stopped:
                code = int(stopped.code or 0)
        gc.collect()
        said = capsys.readouterr()
        assert {entry.name for entry in work.iterdir()} - before == set(left)
        assert [entry.name for entry in scratch.iterdir()] == []
        assert "Traceback" not in said.err
        return Run(code, said.out, said.err)

    return command


SEGMENT = ("--segments", "2", "--n-init", "2", "--no-report", "--out", "out")
BY_LINES = body("c1,o99")  # has to be rewritten into a temporary file


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("orders.csv", BY_LINES),
        ("orders.csv.gz", gzip.compress(TEXT.encode(), mtime=0)),
        ("orders.jsonl", JSON_LINES),
    ],
)
def test_a_run_leaves_its_folder_and_nothing_else(run, name, content):
    Path(name).write_bytes(content)
    assert run("segment", name, *SEGMENT, left=("out",)).code == 0
    account = json.loads(Path("out/account.json").read_text(encoding="utf-8"))["lines"]
    assert account["used"]["rows"] == len(ROWS)


@pytest.mark.parametrize(
    "name", ["nothing", "zeros", "a header alone", "no header", "a PDF in a zip", "JSON in JSON"]
)
@pytest.mark.parametrize("command", ["segment", "inspect"])
def test_a_refusal_leaves_nothing(run, command, name):
    Path("orders.csv").write_bytes(REFUSED[name][0])
    done = run(command, "orders.csv", *(SEGMENT if command == "segment" else ()))
    assert (done.code, done.out) == (1, "")
    assert "Error: " in done.err
    assert plain(done.err.rpartition("Error: ")[2].strip())


def test_a_refusal_after_reading_leaves_nothing(run):
    """Not enough customers: found when the file was unpacked, rewritten and summed up already."""
    Path("orders.csv.gz").write_bytes(gzip.compress(body("c1,o99").replace(b"\nc2", b"\nc1"), mtime=0))
    done = run("segment", "orders.csv.gz", "--segments", "7", "--out", "out")
    assert done.code == 1
    assert "7 segments need at least 7 customers" in done.err


@pytest.mark.parametrize("place", ["rfmeans.orders.intake.account_lines", "rfmeans.result.write_parquet"])
def test_an_interrupt_leaves_nothing(run, monkeypatch, place):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    Path("orders.csv").write_bytes(BY_LINES)
    monkeypatch.setattr(place, interrupted)
    done = run("segment", "orders.csv", *SEGMENT)
    assert (done.code, done.out) == (130, "")
    assert "Stopped. Nothing was written." in done.err


@pytest.mark.skipif(os.name == "nt", reason="signals are another matter there")
def test_an_interrupt_while_the_lines_are_read(tmp_path):
    """The key that stops a program, pressed while a large file is rewritten."""
    (tmp_path / "scratch").mkdir()
    with (tmp_path / "orders.csv").open("wb") as file:
        file.write(BY_LINES)
        for _ in range(20):
            file.write("\n".join(ROWS * 1000).encode() + b"\n")
    command = [sys.executable, "-m", "rfmeans", "segment", "orders.csv", "--out", "out"]
    environment = {**os.environ, "TMPDIR": str(tmp_path / "scratch")}
    with (
        in_time(),
        subprocess.Popen(
            command,
            cwd=tmp_path,
            env=environment,
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        try:
            while not list(tmp_path.rglob("*-rows.parquet")):
                assert process.poll() is None, process.communicate()
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate()
        finally:
            process.kill()  # nothing where it has ended
    assert (process.returncode, out) == (130, "")
    assert "Nothing was written." in err
    assert "Traceback" not in err
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["orders.csv", "scratch"]
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_folder_is_refused(run):
    Path("exports").mkdir()
    done = run("segment", "exports", "--out", "out")
    assert done.code == 1
    assert "exports is a folder. Give a file, or a glob such as 'exports/*.csv'." in " ".join(
        done.err.split()
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_pipe_or_device_is_refused_and_not_waited_for(run, kind):
    os.mkfifo("pipe")
    done = run("segment", "pipe" if kind == "pipe" else os.devnull, "--out", "out")
    assert done.code == 1
    assert "is no file but a pipe or a device" in " ".join(done.err.split())
