"""The first lines of a text file -> what divides its columns, where its header is, and what the columns are called."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rfmeans.arguments import Choice
from rfmeans.errors import SourceError
from rfmeans.reading.csv_records import BLANKS, Records
from rfmeans.reading.source import check_width
from rfmeans.settings import DELIMITERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rfmeans.reading.csv_records import Record
    from rfmeans.settings import Reading

# In the order in which they are believed: a semicolon hardly ever stands in every line of a comma-separated file, but a
# decimal comma does in a semicolon-separated one.
CANDIDATES = ("\t", ";", "|", ",", BLANKS)
DELIMITER_NAMES = {"\t": "tabs", ";": "semicolons", "|": "pipes", ",": "commas", BLANKS: "blanks"}
MOST_RECORDS = 500  # that are looked at
MOST_SHOWN = 80  # characters of a line in a message
FITTING = 0.9  # share of records with as many fields as the header, where a delimiter is believed
LONGEST_NAME = 500  # characters
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
NOISE = re.compile(r"[\x01-\x08\x0e-\x1f\x7f]")
NOISY = 0.06  # share of control characters from which it is no text; a tenth of random bytes are
# Values that no column is called: dates, and amounts.
VALUE = re.compile(r"\s*(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?|[+-]?[\d.,]*\d[.,]\d+)\s*")


@dataclass(frozen=True)
class CsvDialect:
    """How a text file is written.

    Attributes
    ----------
    delimiter
        One character; a blank stands for runs of blanks.
    names
        Of the columns.
    header_line
        Number of the header's physical line; 0: there is none.
    """

    delimiter: str
    names: tuple[str, ...]
    header_line: int

    @property
    def is_ordinary(self) -> bool:
        """Whether the engine's own reader takes it as it stands."""
        return self.delimiter != BLANKS and self.header_line <= 1

    @property
    def delimiter_name(self) -> str:
        """The delimiter in words."""
        return DELIMITER_NAMES[self.delimiter]

    @property
    def described(self) -> str:
        """In a few words, what is not ordinary about it."""
        header = "no header" if not self.header_line else f"header in line {self.header_line}"
        parts = [
            self.delimiter_name if self.delimiter != "," else "",
            header if self.header_line != 1 else "",
        ]
        return ", ".join(filter(None, parts))


@dataclass(frozen=True)
class _Trial:
    """What the first records look like under one delimiter."""

    delimiter: str
    width: int
    header: Record
    first: bool
    share: float


def find_csv_dialect(lines: list[str], reading: Reading, label: str) -> CsvDialect:
    """Return the dialect that the first lines of a file are written in.

    Raises
    ------
    SourceError
        If they do not look like a table.
    """
    text = "".join(lines)
    if len(NOISE.findall(text)) > NOISY * len(text):
        raise _no_table(lines, label)
    given = reading.delimiter
    candidates = CANDIDATES if given is None else (DELIMITERS[given],)
    found = [trial for name in candidates if (trial := _try(lines, name, header=reading.header))]
    if not found:
        raise _no_table(lines, label)
    best = max(found, key=_rank)
    if any(CONTROL.search(field) or len(field) > LONGEST_NAME for field in best.header.fields or []):
        raise _no_table(lines, label)
    check_width(best.width, label)
    if not reading.header:
        return CsvDialect(best.delimiter, _positions(best.width), 0)
    _check_as_wide_as_its_rows(lines, best, label)
    names = column_names(best.header.fields or [], label, best.header.line)
    return CsvDialect(best.delimiter, names, best.header.line)


def _check_as_wide_as_its_rows(lines: list[str], found: _Trial, label: str) -> None:
    """Refuse a file whose rows have more fields than the header above them, which the first row was taken for.

    Raises
    ------
    SourceError
        If they have.
    """
    first = next((record for record in _first(lines, found.delimiter) if record.fields), None)
    header, row = (record.fields or [] if record else [] for record in (first, found.header))
    narrower = len(row) / 2 < len(header) < len(row)
    if not narrower or not _looks_like_a_row(row) or _looks_like_a_row(header):
        return
    assert first is not None
    comma = (
        " The likely cause is a decimal comma: without quotes 12,50 is two fields."
        if found.delimiter == ","
        else ""
    )
    raise SourceError(
        f"The rows of {label} have {len(row)} fields, but the header in line {first.line} has {len(header)} names: "
        f"{shown(found.header.text)} in line {found.header.line}.{comma} Export the file again with semicolons between "
        "the fields, with quotes around them, or with a decimal point."
    )


def _looks_like_a_row(fields: Sequence[str]) -> bool:
    return any(VALUE.fullmatch(field) or re.fullmatch(r"\s*[+-]?\d+\s*", field) for field in fields)


def _rank(trial: _Trial) -> tuple[bool, bool, float, int]:
    believed = trial.width > 1 and trial.share >= (1 if trial.delimiter == BLANKS else FITTING)
    place = -CANDIDATES.index(trial.delimiter) if trial.width > 1 else int(trial.delimiter == ",")
    return (
        believed,
        trial.first and trial.width > 1,
        0 if believed else trial.share * (trial.width > 1),
        place,
    )


def _try(lines: list[str], delimiter: str, *, header: bool) -> _Trial | None:
    records = _without_last_delimiter([record for record in _first(lines, delimiter) if record.fields])
    counts = Counter(len(record.fields or []) for record in records)
    width = max(counts, key=lambda count: (count > 1, counts[count], count), default=0)
    place = _header_place(records, width) if header else 0
    if place is None or (delimiter == BLANKS and _is_of_words(records, place)):
        return None
    table = records[place:]
    share = sum(len(record.fields or []) == width for record in table) / len(table)
    if header:
        width = len(table[0].fields or [])
    return _Trial(delimiter, width, table[0], place == 0, share)


def _is_of_words(records: Sequence[Record], place: int) -> bool:
    """Whether blanks divide words there and not columns: others do, or nothing stands below the header.

    A line of words below a table, such as "2 record(s) downloaded", is no header of nothing.
    """
    return bool(place and place == len(records) - 1) or re.search("[,;|]", records[place].text) is not None


def _first(lines: list[str], delimiter: str) -> list[Record]:
    records = iter(Records(iter(lines), delimiter))
    return [record for record, _ in zip(records, range(MOST_RECORDS), strict=False)]


def _without_last_delimiter(records: list[Record]) -> list[Record]:
    """Drop the empty last field of rows that end in a delimiter, where their header does not."""
    widths = [len(record.fields or []) for record in records]
    width = max(widths, default=0)
    ends = [record.fields[-1] for record in records if record.fields and len(record.fields) == width]
    if width - 1 not in widths or any(ends):
        return records
    return [
        record._replace(fields=(record.fields or [])[:-1]) if size == width else record
        for record, size in zip(records, widths, strict=True)
    ]


def _header_place(records: Sequence[Record], width: int) -> int | None:
    """Return the first record with the table's width, most of whose fields say something; else the first wide one."""
    wide = [place for place, record in enumerate(records) if len(record.fields or []) >= width]
    telling = (
        place
        for place in wide
        if 2 * sum(bool(field.strip()) for field in records[place].fields or []) > width
    )
    return next(telling, wide[0] if wide else None)


def _positions(width: int) -> tuple[str, ...]:
    return tuple(f"column{position}" for position in range(1, width + 1))


def column_names(header: Sequence[str], label: str, line: int = 1) -> tuple[str, ...]:
    r"""Return the names in a header: one without a name, or with another's, is told by its position.

    Line breaks and further blanks within a name become one blank, so that it can be typed.

    Raises
    ------
    SourceError
        If the header looks like a row.

    >>> column_names(["customer", "", " order\ndate ", "note", "Note"], "orders.csv")
    ('customer', 'column2', 'order date', 'note (column 4)', 'Note (column 5)')
    """
    names = [
        " ".join(name.split()) or position
        for name, position in zip(header, _positions(len(header)), strict=True)
    ]
    if _is_row(names):
        first = "its first line" if line == 1 else f"the first line that fits the others, line {line},"
        without = Choice(
            {"header": False}, "the first line is an order; the columns are column1, column2 and so on"
        )
        raise SourceError(
            f"{label} seems to have no header: {first} is {shown(', '.join(names))}. "
            f"Give a file with column names, or pass {without} to call the columns column1, "
            "column2 and so on.",
            (without,),
        )
    count = Counter(name.casefold() for name in names)
    told = tuple(
        f"{name} (column {place})" if count[name.casefold()] > 1 else name
        for place, name in enumerate(names, start=1)
    )
    apart = len({name.casefold() for name in told}) == len(told)
    return told if apart else _positions(len(told))


def _is_row(names: Sequence[str]) -> bool:
    """Whether these are values, not names: one is a value for sure, or none has a letter."""
    return any(map(VALUE.fullmatch, names)) or not any(re.search(r"[^\W\d_]", name) for name in names)


def _no_table(lines: list[str], label: str) -> SourceError:
    first = next((line for line in lines if line.strip()), "")
    if not first:
        return SourceError(
            f"{label} has no header: it holds nothing but blank lines. Give a file with column names."
        )
    return SourceError(
        f"{label} does not look like a table of text: its first line is {shown(first.strip())}. "
        "Export the orders as CSV, Excel, JSON lines or Parquet."
    )


def in_conflict(where: str, text: str) -> SourceError:
    """Return the error of a file with both sides of a merge conflict in it."""
    return SourceError(
        f"{where} is the mark of a merge conflict, {shown(text)}. Both sides of the conflict stand in the file, so "
        "that money would count twice. Settle it, and give the file again."
    )


def shown(text: str) -> str:
    """Return a line as a message quotes it."""
    shown = repr(text)
    return shown if len(shown) <= MOST_SHOWN else shown[:MOST_SHOWN] + " ..."
