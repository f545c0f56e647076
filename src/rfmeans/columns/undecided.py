"""A column that is to be asked about: the message, and the values in it that show why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rfmeans.arguments import Choice


class UndecidedError(SourceError):
    """A column that is to be asked about, and values in it that show why, as they stand there."""

    def __init__(
        self, message: str, column: str, *examples: str, choices: Sequence[Choice] = (), asks: str = ""
    ) -> None:
        super().__init__(message, choices, asks)
        self.column = column
        self.examples = examples


def shortened(text: str, most: int = 40) -> str:
    """Return a value as a message quotes it.

    >>> shortened("a" * 50, most=8)
    "'aaaaa...'"
    """
    return repr(text if len(text) <= most else text[: most - 3] + "...")
