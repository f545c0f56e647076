"""One fast pass over the bytes of a text file: its encoding, and whether its lines are records one by one."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    Codes = NDArray[np.uint8]
    Positions = NDArray[np.intp]

BLOCK = 1 << 22  # bytes
LONGEST_LINE = 2_000_000  # bytes; DuckDB's reader refuses longer ones
HEAD, TAIL = 4096, 65536  # bytes
LINE_FEED, CARRIAGE_RETURN, BLANK, TAB, QUOTE = b'\n\r \t"'
DIVIDING = tuple(b",;|\n")
BESIDE_VALUES = b',;|"\r\n'
OTHER_BLANKS = (b"\t", b"\v", b"\f")
DIGITS = tuple(b"0123456789.")
FEW = 0.05
UTF_16_SHARE = 0.4  # of the bytes on one side that are zero in UTF-16 text of a western language
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NO_CHARACTER = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True)
class Survey:
    """What the bytes tell.

    Attributes
    ----------
    encoding
        Python's name of it.
    lines
        Number of lines of a regular file.
    regular
        Whether the file is UTF-8, each line is one record, none is blank, and no blank stands before an opening quote:
        then the engine's parallel reader splits it as it stands, and there are as many records as lines.
    padded
        Whether values may have blanks around them; where not, no time is lost on looking for them.
    powers
        Whether digits may go on behind an e (1e5) or a low line (1_000); likewise.
    wrapped
        Whether values may be written ``="00123"``; likewise.
    """

    encoding: str
    lines: int = 0
    regular: bool = False
    padded: bool = True
    powers: bool = True
    wrapped: bool = True


def survey(path: Path, encoding: str | None) -> Survey:
    """Look at all bytes of a text file, unless the encoding is given and is not UTF-8."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    found = codecs.lookup(encoding).name if encoding else _wide_encoding(head)
    if found not in (None, "utf-8", "utf-8-sig"):
        return Survey(str(found))
    seen = _Bytes()
    for block in _blocks(path):
        seen.take(block)
    if encoding or head.startswith(codecs.BOM_UTF8) or seen.valid >= seen.invalid:
        return Survey("utf-8-sig", seen.lines, seen.regular, seen.padded, seen.powers, seen.wrapped)
    return Survey("cp1252")


def _wide_encoding(head: bytes) -> str | None:
    """Return UTF-16 or UTF-32 by its mark, or UTF-16 by the zeros on one side; None if it is neither."""
    for mark, name in BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return name
    half = len(head) // 2 or 1
    even, odd = head[0::2].count(0) / half, head[1::2].count(0) / half
    if odd > UTF_16_SHARE and even < FEW:
        return "utf-16-le"
    return "utf-16-be" if even > UTF_16_SHARE and odd < FEW else None


def _blocks(path: Path) -> Iterator[bytes]:
    """Yield the file in blocks that end where lines end, without the blank lines at its end."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - TAIL))
        left = size - (len(tail := file.read()) - len(tail.rstrip(b"\r\n")))
        file.seek(0)
        while left > 0 and (block := file.read(min(BLOCK, left))):
            if len(block) < left:
                block += file.readline(min(LONGEST_LINE, left - len(block)))
            left -= len(block)
            yield block


class _Bytes:
    """What was seen so far.

    ``valid`` and ``invalid`` count bytes outside ASCII that are, or are not, part of UTF-8 characters: a Windows-1252
    text has hardly any of the first, a damaged UTF-8 text hardly any of the second.
    """

    def __init__(self) -> None:
        self.valid = self.invalid = 0
        self.lines = 1
        self.regular = True
        self.padded = self.powers = self.wrapped = False
        self._carriage_returns: bool | None = None

    def take(self, block: bytes) -> None:
        if not block.isascii():
            self._decode(block)
        self.regular = self.regular and not self.invalid and self._is_regular(block)

    def _decode(self, block: bytes) -> None:
        try:
            self.valid += len(block) - len(block.decode())
        except UnicodeDecodeError:
            text = block.decode(errors="surrogateescape")
            self.valid += len(block) - len(text)
            self.invalid += len(NO_CHARACTER.findall(text))

    def _is_regular(self, block: bytes) -> bool:
        """Count the lines of a block; return whether each of them is a record."""
        import numpy as np

        codes = np.frombuffer(block, np.uint8)
        ends = np.flatnonzero(codes == LINE_FEED)
        self.lines += len(ends)
        self.padded = self.padded or _has_blanks_around_values(block, codes)
        self.powers = self.powers or _has_powers(block, codes)
        quoted = b'"' in block  # one byte is found ten times as fast as two
        self.wrapped = self.wrapped or (quoted and b'="' in block)
        if b"\0" in block or not self._has_one_line_ending(block, codes, ends):
            return False
        blank_line = 2 if self._carriage_returns else 1
        if len(ends) and np.diff(ends, prepend=-1).min() <= blank_line:
            return False
        return not quoted or self._closes_quotes(codes, ends)

    def _closes_quotes(self, codes: Codes, ends: Positions) -> bool:
        """Whether no quotes hold a line break, or stand behind a blank."""
        import numpy as np

        odd = np.cumsum(codes == QUOTE, dtype=np.uint8) & 1
        if odd[ends].any() or odd[-1]:
            return False
        # Before an opening quote the reader takes several blanks, or a tab, for the beginning of a plain value, and
        # after a closing one it joins what follows.
        return not (self.padded and _opens_behind_blank(codes, odd))

    def _has_one_line_ending(self, block: bytes, codes: Codes, ends: Positions) -> bool:
        returns = block.count(b"\r")
        pairs = int((codes[ends - 1] == CARRIAGE_RETURN).sum()) if returns else 0
        if len(ends) and self._carriage_returns is None:
            self._carriage_returns = pairs > 0
        return returns == pairs == (len(ends) if self._carriage_returns else 0)


def _has_blanks_around_values(block: bytes, codes: Codes) -> bool:
    """Whether a blank stands beside what may divide values; a tab may divide or be a blank."""
    import numpy as np

    if any(blank in block for blank in OTHER_BLANKS):
        return True
    if b" " not in block:
        return False
    blanks = np.flatnonzero(codes == BLANK)
    if blanks[0] == 0 or blanks[-1] == len(codes) - 1:
        return True
    divides = np.zeros(256, bool)
    divides[list(BESIDE_VALUES)] = True
    return bool(divides[codes[blanks - 1]].any() or divides[codes[blanks + 1]].any())


def _has_powers(block: bytes, codes: Codes) -> bool:
    """Whether what a cast to a number takes beyond digits stands behind a digit or a point."""
    import numpy as np

    marks = [ord(mark) for mark in "eE_" if mark.encode() in block]
    found = [np.flatnonzero(codes == mark) for mark in marks]
    return any(bool(np.isin(codes[np.maximum(places - 1, 0)], DIGITS).any()) for places in found)


def _opens_behind_blank(codes: Codes, odd: NDArray[np.integer]) -> bool:
    """Whether blanks stand before a quote that opens a value: up to there the number of quotes is ``odd``.

    They begin a value only behind what divides values, behind the tab that does, or behind another quote.
    """
    import numpy as np

    blank, tab = codes == BLANK, codes == TAB
    opening = np.flatnonzero((blank | tab)[:-1] & (codes[1:] == QUOTE) & (odd[1:] == 1)) + 1
    if not len(opening):
        return False
    before_blanks, before_both = (_last_before(opening, is_one) for is_one in (blank, blank | tab))
    behind = np.isin(codes[before_blanks], [TAB, QUOTE]) & (before_blanks < opening - 1)
    divided = np.isin(codes[before_both], DIVIDING) | (before_both < 0)
    return bool((behind & (before_blanks >= 0)).any() or divided.any())


def _last_before(places: Positions, is_one: NDArray[np.bool_]) -> Positions:
    """Return the last position before each of these that is not one of some bytes; -1: there is none."""
    import numpy as np

    others = np.flatnonzero(~is_one)
    found = np.searchsorted(others, places) - 1
    return np.where(found < 0, -1, others[found])
