"""Sentences -> terminal, in lines that end between words; elsewhere each is one line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.cells import cell_len

if TYPE_CHECKING:
    from rich.console import Console


def print_prose(console: Console, text: str, style: str = "", *, hanging: int = 0) -> None:
    """Print sentences with markup: in lines that end between words where it is a terminal, else each as one line.

    A word longer than a line, such as a path, stays whole. ``hanging``: blanks before a line that goes on.
    """
    # Not what the console says of itself: who asks for colours in a pipe still reads it line by line.
    if console.file.isatty():
        text = "\n".join(_in_lines(line, console, hanging) for line in text.split("\n"))
    console.print(text, style=style, soft_wrap=True)


def _in_lines(text: str, console: Console, hanging: int) -> str:
    """Return a line with markup as lines no wider than the console, where its words allow that; 10 % is one."""
    shown = console.render_str(text)
    ends, used = [], 0
    for word in re.finditer(r"\s*\S+(?: %\S*)?\s*", shown.plain):
        if used and used + cell_len(word[0].rstrip()) > console.width:
            ends.append(word.start())
            used = hanging
        used += cell_len(word[0])
    first, *others = shown.divide(ends)
    for line in (first, *others):
        line.rstrip()
    return "\n".join((first.markup, *(" " * hanging + line.markup for line in others)))
