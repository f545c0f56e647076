"""Forty good rows, garbage between them, and what became of a file, counted by other means than those under test."""

from __future__ import annotations

import gzip
import io
import json
import re
import signal
import tempfile
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import zstandard
from hypothesis import strategies as st

from intakes import read
from rfmeans import RFMeansError
from rfmeans.engines.kept_tables import Workspace
from rfmeans.settings import make_reading

if TYPE_CHECKING:
    from collections.abc import Iterator


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


RECORDS = [dict(zip(HEADER.split(","), row.split(","), strict=True)) for row in ROWS]


JSON_LINES = "".join(json.dumps(record) + "\n" for record in RECORDS).encode()


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
    "csv.zst": lambda: zstandard.ZstdCompressor(write_checksum=True).compress(
        TEXT.encode()
    ),  # as `zstd` writes
    "xlsx": lambda: workbook("xlsx"),
    "ods": lambda: workbook("ods"),
    "xls": lambda: workbook("xls"),
    "parquet": parquet,
    "duckdb": database,
}


def body(*extra: str, at: int = 20) -> bytes:
    return "\n".join([HEADER, *ROWS[:at], *extra, *ROWS[at:], ""]).encode()


MADE = {
    "a row too short": (body("c1,o99"), {"malformed line": 1}),
    "a row too long": (body("c1,o99,2024-01-01,5,x,y,z"), {"malformed line": 1}),
    "a line of equals signs": (body("======="), {"malformed line": 1}),
    "a NUL": (body("c1,o99,2024-01-01,5,x\0y"), {"malformed line": 1}),
    "NULs at the end": (TEXT.encode() + bytes(4096), {"malformed line": 1}),
    "Ctrl-Z at the end": (TEXT.encode() + b"\x1a", {"malformed line": 1}),
    "a quote that is never closed": (body('c1,o99,2024-01-01,5,"open'), {"malformed line": 1}),
    "a closing quote within": (body('c1,o99,2024-01-01,5,"a"b"'), {"malformed line": 1}),
    "a byte that is no character": (
        body().replace(b"plain", "Zoë".encode()) + b"c1,\xff,2024-01-01,1,\n",
        {"malformed line": 1},
    ),
    "a header again": (body(HEADER), {"repeated header": 1}),
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
