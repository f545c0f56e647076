"""Lines of a text file -> records: what stands between two delimiters, and which lines are no records at all.

A quoted field may run over several lines. A quote that is never closed costs its own line only: reading goes on with
the next one, and does not swallow the rest of the file.
"""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, NamedTuple, TextIO

from rfmeans.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

BLANKS = " "  # stands for runs of blanks
LONGEST_LINE = 2_000_000  # characters, as DuckDB's reader has it in bytes
MOST_LINES = 1_000  # of one quoted field
MOST_LOOKED_AHEAD = 10_000_000  # lines, for quotes that are not closed, in one file
INSIDE_QUOTES = re.compile(r'[^"]*+(?:""[^"]*+)*+')
CONFLICT = re.compile(r"(?:<{7}|>{7}|\|{7}) |={7}$")
SIDE = re.compile(r"(?:<{7}|>{7}) ")  # where a side of a conflict begins or ends
UNREADABLE = re.compile("[\0\ud800-\udfff]")  # NUL, and what stands for a byte that is no character


class Record(NamedTuple):
    """A record, or a line that is none.

    Attributes
    ----------
    line
        Number of its first physical line.
    text
        As it stands in the file, without the last line break.
    fields
        Its fields, unquoted; None: it is malformed.
    """

    line: int
    text: str
    fields: list[str] | None


def physical_lines(stream: TextIO, ending: str) -> Iterator[str]:
    """Yield the lines with their line break; of one that is too long, only so much as shows that it is."""
    while line := stream.readline(LONGEST_LINE + 2):
        yield line
        whole = line.endswith(ending) or len(line) <= LONGEST_LINE
        while not whole:
            more = stream.readline(LONGEST_LINE)
            whole = not more or more.endswith(ending)


class _BrokenQuotesError(Exception):
    """A closing quote is followed by something else than a delimiter."""


class Records:
    """The records among physical lines, each given with its line break.

    Parameters
    ----------
    lines
        The lines.
    delimiter
        One character; a blank stands for runs of blanks.
    width
        Number of fields that a record has; None: any. One more is taken if it is the last one, and empty.
    start
        Number of the first line.
    unreadable
        What no line may hold.
    """

    def __init__(
        self,
        lines: Iterator[str],
        delimiter: str,
        width: int | None = None,
        start: int = 1,
        unreadable: re.Pattern[str] = UNREADABLE,
    ) -> None:
        self._lines = lines
        self._quoting = _Quoting(delimiter)
        self._delimiter = None if delimiter == BLANKS else delimiter
        self._width = width
        self._number = start - 1
        self._unreadable = unreadable
        self._ahead: deque[str] = deque()
        self._looked_ahead = 0

    def __iter__(self) -> Iterator[Record]:
        while (line := self._next()) is not None:
            text = line.rstrip("\r\n")
            if not text or (text.isspace() and (self._delimiter is None or self._delimiter not in text)):
                continue
            if '"' in text:
                yield self._quoted(line, text)
            else:
                yield Record(self._number, text, self._checked(text, text.split(self._delimiter)))

    def _next(self) -> str | None:
        self._number += 1
        return self._ahead.popleft() if self._ahead else next(self._lines, None)

    def _checked(self, text: str, fields: list[str] | None) -> list[str] | None:
        """Return the fields if the record is one."""
        if fields is None or len(text) > LONGEST_LINE or CONFLICT.match(text):
            return None
        if "\0" in text or (not text.isascii() and self._unreadable.search(text)):
            return None
        if self._width is None or len(fields) == self._width:
            return fields
        return fields[:-1] if len(fields) == self._width + 1 and not fields[-1] else None

    def _quoted(self, line: str, text: str) -> Record:
        number, parsing = self._number, _Parsing(self._quoting)
        more: list[str] = []
        fields = self._checked(
            text, self._parsed(parsing, line.strip() if self._delimiter is None else line, more)
        )
        if fields is None:
            self._looked_ahead += len(more)
            if self._looked_ahead > MOST_LOOKED_AHEAD:
                raise SourceError("Too many lines have a quote that is not closed. Export the file again.")
            return Record(number, text, None)
        for _ in more:
            self._next()
        whole = "".join([line, *more]).rstrip("\r\n") if more else text
        return Record(number, whole, self._checked(whole, fields))

    def _parsed(self, parsing: _Parsing, line: str, more: list[str]) -> list[str] | None:
        """Return the fields of a record that may go on over ``more`` lines, which are looked at, not taken."""
        size = len(line)
        try:
            complete = parsing.feed(line)
            while not complete and len(more) < MOST_LINES and size <= LONGEST_LINE:
                following = self._look_ahead(len(more))
                if following is None:
                    return None
                more.append(following)
                size += len(following)
                complete = parsing.feed(following)
        except _BrokenQuotesError:
            return None
        return parsing.fields if complete else None

    def _look_ahead(self, position: int) -> str | None:
        if position == len(self._ahead):
            line = next(self._lines, None)
            if line is None:
                return None
            self._ahead.append(line)
        return self._ahead[position]


class _Quoting:
    """The patterns of fields around one delimiter; blanks around a quoted field do not count."""

    def __init__(self, delimiter: str) -> None:
        among = r" \t" if delimiter == BLANKS else re.escape(delimiter)
        blanks = {BLANKS: "", "\t": " *"}.get(delimiter, "[ \t]*")
        self.delimiter = re.compile(f"[{among}]+" if delimiter == BLANKS else among)
        self.opening = re.compile(f'{blanks}"')
        self.plain = re.compile(f"[^{among}]*")
        self.closing = re.compile(f'"{blanks}(?:({self.delimiter.pattern})|$)')


class _Parsing:
    """The parsing of one record, fed line by line."""

    def __init__(self, quoting: _Quoting) -> None:
        self.fields: list[str] = []
        self._quoting = quoting
        self._pieces: list[str] = []
        self._inside = False

    def feed(self, line: str) -> bool:
        """Take a line; return whether the record is complete."""
        body, position = line.rstrip("\r\n"), 0
        while position >= 0:
            position = self._rest(line, body, position) if self._inside else self._field(body, position)
        return not self._inside

    def _field(self, body: str, position: int) -> int:
        """Take a plain field, or the opening of a quoted one; return where the next one begins, or -1."""
        opening = self._quoting.opening.match(body, position)
        if opening:
            self._inside = True
            return opening.end()
        plain = self._quoting.plain.match(body, position)
        assert plain is not None
        self.fields.append(plain[0])
        delimiter = self._quoting.delimiter.match(body, plain.end())
        return delimiter.end() if delimiter else -1

    def _rest(self, line: str, body: str, position: int) -> int:
        """Take what is left of a quoted field on this line; return where the next field begins, or -1."""
        inside = INSIDE_QUOTES.match(body, position)
        assert inside is not None
        if inside.end() == len(body):
            self._pieces.append(line[position:])
            return -1
        closing = self._quoting.closing.match(body, inside.end())
        if closing is None:
            raise _BrokenQuotesError
        self.fields.append("".join([*self._pieces, inside[0]]).replace('""', '"'))
        self._pieces, self._inside = [], False
        return closing.end() if closing[1] else -1
