"""How numbers, money, names and segments look: the one place for page, charts, Markdown and terminal.

Locale-neutral: a comma every three digits, a point before decimals, no currency sign unless one is given.
"""

from __future__ import annotations

import math
import unicodedata
from typing import TYPE_CHECKING

from rfmeans.arguments import with_options

if TYPE_CHECKING:
    from collections.abc import Sequence

CELL_TEXT = 120  # characters of a foreign text that a table has room for
SENTENCE_TEXT = 400  # characters of a sentence with foreign words in it
DASH = "–"
FEW = 10  # of fewer no share is told in percent
ISOLATES = {"LRI", "RLI", "FSI", "PDI"}
OVERRIDES = {"LRE", "RLE", "LRO", "RLO", "PDF"}
MARKS = "\u200e\u200f\u061c"


def number(value: float) -> str:
    """Return a number as a manager reads it: three digits or more, thousands apart.

    >>> number(3571.4), number(4.28), number(51.0), number(0.126), number(-0.2)
    ('3,571', '4.3', '51', '0.13', '-0.2')
    """
    if not math.isfinite(value):
        return DASH
    if value == round(value) or abs(value) >= 100:
        return f"{math.floor(value + 0.5):,}"
    return f"{value:.1f}" if abs(value) >= 1 else f"{value:.2g}"


def percent(share: float) -> str:
    """Return a share as a percentage that never reads as none or all when it is not.

    >>> percent(0.166), percent(0.005), percent(0.9996), percent(0.0)
    ('17 %', '< 1 %', '> 99 %', '0 %')
    """
    if not math.isfinite(share):
        return DASH
    if 0 < share <= 0.005:
        return "< 1 %"
    if 0.995 <= share < 1:
        return "> 99 %"
    return f"{share:.0%}".replace("%", " %")


def added_up(shares: Sequence[float]) -> tuple[int, int]:
    """Return what shares come to in whole percents as `percent` shows them: at least, and at most.

    What reads "< 1 %" is anything from 0 to 1, and what reads "> 99 %" from 99 to 100.

    >>> added_up([0.1659, 0.2729, 0.2050, 0.3562]), added_up([0.336, 0.336, 0.328]), added_up([0.999, 0.001])
    ((100, 100), (101, 101), (99, 101))
    """
    shown = [percent(share).removesuffix(" %") for share in shares if math.isfinite(share)]
    least = sum(0 if text.startswith("<") else int(text.removeprefix("> ")) for text in shown)
    return least, least + sum(not text.isdigit() for text in shown)


def share_of(part: int, whole: int) -> str:
    """Return a share in percent, or where it is of fewer than ten, in numbers: percents of three would say too much.

    >>> share_of(166, 1000), share_of(1, 3), share_of(0, 9), share_of(0, 0)
    ('17 %', '1 of 3', '0 of 9', '–')
    """
    if 0 < whole < FEW:
        return f"{part:,} of {whole:,}"
    return percent(part / whole) if whole else DASH


def money(value: float, symbol: str = "") -> str:
    """Return money as `number` does, with the currency's sign: a word after it, any other sign before it.

    A sign that is written from right to left comes after it as well, or it would turn the number's surroundings.

    >>> money(3571.4), money(3571.4, "£"), money(-12, "$"), money(3571.4, "EUR"), money(5, "kr")
    ('3,571', '£3,571', '-$12', '3,571 EUR', '5 kr')
    """
    return _with_symbol(number(value), symbol)


def exact(value: float, symbol: str = "") -> str:
    """Return a number, or money, with all its digits: a limit that values are compared with.

    >>> exact(13.0), exact(2024.45, "£"), exact(297.4), exact(246.3, "EUR")
    ('13', '£2,024.45', '297.4', '246.3 EUR')
    """
    return _with_symbol(f"{float(value):,}".removesuffix(".0"), symbol)


def _with_symbol(text: str, symbol: str) -> str:
    if not symbol or text == DASH:
        return text
    if symbol.isalpha() or unicodedata.bidirectional(symbol[0]) in ("R", "AL"):
        return f"{text} {symbol}"
    return f"-{symbol}{text[1:]}" if text.startswith("-") else f"{symbol}{text}"


def counted(count: float, one: str, many: str | None = None) -> str:
    """Return a number with its noun.

    >>> counted(1, "day"), counted(12.1, "day"), counted(0, "purchase"), counted(2, "branch", "branches")
    ('1 day', '12.1 days', '0 purchases', '2 branches')
    """
    shown = number(count)
    return f"{shown} {one if shown == '1' else many or one + 's'}"


def clip(text: str, limit: int = CELL_TEXT) -> str:
    r"""Return foreign text on one line, without what turns or hides it, its end cut off visibly where too long.

    >>> clip("High-Value Loyal"), clip("a" * 50, 12), clip("A\nB\u202eC")
    ('High-Value Loyal', 'aaaaaaaaaaa…', 'A B�C')
    """
    text = with_options(text)
    shown = "".join(map(_inert, text[: limit + 1]))
    return shown if len(text) <= limit else f"{shown[: limit - 1].rstrip()}…"


def terminal_text(text: str) -> str:
    r"""Return text as a terminal may print it: options, no markup of rich's, nothing that turns, hides or commands.

    >>> terminal_text("[red]no[/] \x1b[31mred\u202e")
    '\\[red]no\\[/] �[31mred�'
    """
    from rich.markup import escape

    return escape("".join(letter if letter == "\n" else _inert(letter) for letter in with_options(text)))


def _inert(letter: str) -> str:
    if letter in "\t\n\r\x0b\x0c\x85\u2028\u2029":
        return " "
    turning = unicodedata.bidirectional(letter) in ISOLATES | OVERRIDES or letter in MARKS
    return "\ufffd" if turning or unicodedata.category(letter) in ("Cc", "Cs") else letter


def within(window: int | None) -> str:
    """Return in which days purchases and money count, as the end of a sentence; blank where all history does.

    >>> within(365), within(None)
    (' in the last 365 days', '')
    """
    return f" in the last {counted(window, 'day')}" if window else ""
