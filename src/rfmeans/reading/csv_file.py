"""Delimited text of any dialect -> rows of text.

A file of an ordinary dialect is left to DuckDB's parallel reader, as it stands. Anything else (line breaks inside
quotes, blank lines, blanks as delimiters, lines above the header, broken lines ...) is read line by line once, into a
Parquet file of text, with the lines that are no rows beside it.
"""

from __future__ import annotations

import glob
import io
import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import Choice, argument
from rfmeans.errors import SourceError
from rfmeans.reading.csv_dialect import CsvDialect, find_csv_dialect, in_conflict
from rfmeans.reading.csv_records import SIDE, UNREADABLE, Record, Records, physical_lines
from rfmeans.reading.csv_survey import survey
from rfmeans.reading.source import BARE, WRAPPED, Source, counted, path_in, store_records, store_rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rfmeans.settings import Reading

UTF_8 = ("utf-8", "utf-8-sig")
BLOCK = 1 << 22  # characters
HEAD = 262_144  # characters that tell the dialect
# Not every encoding can mark a byte that is no character; those get the replacement character.
REPLACEMENT = "\ufffd"
REPLACED = re.compile(f"[\0{REPLACEMENT}\ud800-\udfff]")
ESCAPES = {0xDC00 + byte: f"\\x{byte:02x}" for byte in range(0x80, 0x100)}
ENCODING_NAMES = {"utf-8-sig": "UTF-8", "cp1252": "Windows-1252"}


@dataclass(frozen=True)
class TextFile:
    """A text file and how it is written.

    Attributes
    ----------
    path
        Of the file without compression.
    label
        What to call it.
    encoding
        Python's name of it.
    ending
        What ends a line: a line feed, or a carriage return where there is none.
    dialect
        Its delimiter and header.
    """

    path: Path
    label: str
    encoding: str
    ending: str
    dialect: CsvDialect

    @property
    def understood(self) -> str:
        """In a few words, what is not ordinary about it."""
        encoding = ENCODING_NAMES.get(self.encoding, self.encoding.upper())
        return ", ".join(filter(None, [self.dialect.described, "" if encoding == "UTF-8" else encoding]))


def read_text(con: Any, path: Path, label: str, reading: Reading, folder: Path, *, by_lines: bool) -> Source:
    """Return the rows of a text file, as the engine's own reader takes them where it can; ``by_lines``: it cannot.

    Raises
    ------
    SourceError
        If it does not look like a table, cannot be decoded, or nothing in it is a row.
    """
    source = _read(con, path, label, reading, folder, by_lines=by_lines)
    return replace(source, store=partial(store_rows, con, folder))


def _read(con: Any, path: Path, label: str, reading: Reading, folder: Path, *, by_lines: bool) -> Source:
    found = survey(path, reading.encoding)
    head, ending = _head(path, label, found.encoding)
    file = TextFile(path, label, found.encoding, ending, find_csv_dialect(head, reading, label))
    if by_lines or not file.dialect.is_ordinary or glob.has_magic(str(path)):
        return _read_by_lines(con, file, folder)
    if found.encoding not in UTF_8:
        copy = _as_utf8(file, folder)
        found = survey(copy, "utf-8") if copy else found
        file = replace(file, path=copy or path)
    if not found.regular:
        return _read_by_lines(con, replace(file, path=path), folder)
    rows = found.lines - file.dialect.header_line
    source = _read_regular(con, file, wrapped=found.wrapped)
    return replace(source, rows=rows, padded=found.padded, powers=found.powers)


def _as_utf8(file: TextFile, folder: Path) -> Path | None:
    """Write the file in UTF-8, which the engine's own reader takes; return None if it holds what is no character."""
    copy = path_in(folder, "utf8.csv")
    try:
        with copy.open("w", encoding="utf-8", newline="") as out:
            out.writelines(_characters(file))
    except ValueError:  # UnicodeError is one
        copy.unlink()
        return None
    return copy


def _characters(file: TextFile) -> Iterator[str]:
    """Yield the text in blocks; raise ValueError where it holds what stands for no character."""
    with file.path.open(encoding=file.encoding, newline="") as stream:
        while text := stream.read(BLOCK):
            if REPLACEMENT in text:
                raise ValueError
            yield text


def _head(path: Path, label: str, encoding: str) -> tuple[list[str], str]:
    """Return the first lines, and what ends a line."""
    with _opened(path, encoding, "") as stream:
        try:
            text = stream.read(HEAD)
        except UnicodeError as error:
            raise _undecodable(label, encoding, error) from error
    ending = "\n" if "\n" in text else "\r"
    lines = [*io.StringIO(text, newline=ending)]
    whole = len(text) < HEAD or len(lines) == 1
    return (lines if whole else lines[:-1]), ending


def _opened(path: Path, encoding: str, ending: str) -> io.TextIOWrapper:
    wide = encoding.startswith(("utf-16", "utf-32"))
    errors = "replace" if wide else "surrogateescape"
    return io.TextIOWrapper(path.open("rb"), encoding=encoding, errors=errors, newline=ending)


def _undecodable(label: str, encoding: str, error: Exception) -> SourceError:
    return SourceError(
        f"{label} is not text in the encoding {encoding}: {error}. Give its own with {argument('encoding')}.",
        [Choice({"encoding": None}, "the one that its bytes tell")],
    )


def _read_regular(con: Any, file: TextFile, *, wrapped: bool) -> Source:
    """Read everything as text: what a value means is decided in one place, `columns`, not by a sniffer."""
    dialect = file.dialect
    table = con.read_csv(
        str(file.path),
        auto_detect=False,
        delim=dialect.delimiter,
        quote='"',
        escape='"',
        header=dialect.header_line > 0,
        columns=dict.fromkeys(dialect.names, "VARCHAR"),
        # What the path seems to say is not asked: a folder called amount=7 would replace the column.
        hive_partitioning=False,
        compression="none",
    )
    if wrapped:
        table = table.mutate(**{name: table[name].re_replace(WRAPPED, BARE) for name in table.columns})
    rows = counted(table, file.label, before=dialect.header_line)
    return Source(table, file.label, rows.located, understood=file.understood, counted=rows)


def _read_by_lines(con: Any, file: TextFile, folder: Path) -> Source:
    try:
        stored = store_records(_records(file), file.dialect.names, folder)
    except UnicodeError as error:
        raise _undecodable(file.label, file.encoding, error) from error
    except SourceError as error:
        raise SourceError(f"{file.label}: {error}") from error
    if stored.malformed and not stored.rows:
        raise SourceError(
            f"No line of {file.label} fits its header ({len(file.dialect.names)} columns divided by "
            f"{file.dialect.delimiter_name}). Give the right {argument('delimiter')}, or export the file again.",
            [Choice({"delimiter": name}) for name in (",", ";", "|", "tab", "blanks")],
        )
    return stored.opened(con, file.label, file.understood)


def _records(file: TextFile) -> Iterator[Record]:
    """Yield what follows the header; the text of malformed lines such as can be stored."""
    header = file.dialect.header_line
    wide = file.encoding.startswith(("utf-16", "utf-32"))
    with _opened(file.path, file.encoding, file.ending) as stream:
        lines = physical_lines(stream, file.ending)
        for _ in range(header - 1):
            next(lines, None)
        records = Records(
            lines,
            file.dialect.delimiter,
            len(file.dialect.names),
            max(header, 1),
            REPLACED if wide else UNREADABLE,
        )
        for record in records:
            if SIDE.match(record.text):
                raise in_conflict(f"line {record.line:,}", record.text)
            if record.line != header:
                yield record if record.fields is not None else record._replace(text=_visible(record.text))


def _visible(text: str) -> str:
    """Return a text that can be stored: a byte that is no character as an escape."""
    return text.translate(ESCAPES).encode("utf-8", "backslashreplace").decode()
