"""Where a command prints, and what stands around its work: stages shown, Ctrl-C turned into a word and an exit code."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rich.console import Console

    from rfmeans.cli.options import TableOptions
    from rfmeans.cli.watch import Watch

BY_SIGNAL = 128  # what shells expect, with the signal's number: 130 after Ctrl-C, 143 after SIGTERM


def stderr() -> Console:
    """Return standard error."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, emoji=False)


def escaped(text: str) -> str:
    """Return text as a terminal may print it."""
    from rfmeans.wording import terminal_text

    return terminal_text(text)


@contextmanager
def watching(
    quiet: bool, out: Path | None = None, to: TableOptions | None = None, *, telling: bool = True
) -> Iterator[Watch]:
    """Show how far the work is; turn Ctrl-C and SIGTERM into a word and an exit code."""
    from rfmeans.cli.watch import Watch

    watch = Watch(quiet=quiet, telling=telling, check=to.see if to else None)
    before, table = _identity(out), to.write_table if to else None
    try:
        with watch.running():
            yield watch
    except KeyboardInterrupt:
        left = "Nothing was written."
        if _identity(out) != before:
            also = "" if table is None else f", and so was the table {escaped(table)}"
            left = f"The folder {escaped(str(out))} was written whole before that{also}."
        elif table is not None:
            left = f"The folder was not written; the table {escaped(table)} is the old one, or the whole new one."
        stderr().print(f"Stopped. {left}", soft_wrap=True)
        raise typer.Exit(BY_SIGNAL + (watch.stopped or signal.SIGINT)) from None


def _identity(folder: Path | None) -> tuple[int, int] | None:
    """Return what tells a folder from another one in its place; None where there is none."""
    if folder is None or not folder.exists():
        return None
    found = folder.stat()
    return found.st_dev, found.st_ino


def stdout() -> Any:
    """Return standard output: as wide as the terminal; piped, as COLUMNS says, or 80."""
    from rich.console import Console

    return Console(highlight=False, emoji=False)
