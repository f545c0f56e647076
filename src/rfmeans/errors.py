"""What rfmeans raises.

::

    RFMeansError
    ├── SettingsError    a wrong call: a setting out of range, options that contradict (exit code 2)
    ├── SourceError      the file or table cannot be read, or its columns are not understood
    ├── DataError        the data are readable but cannot be segmented
    ├── ModelError       a model file that is not one, or is of a newer version
    ├── OutputError      the output cannot be written
    └── EngineError      the database failed while it worked

Every message says what is wrong, what was found, and what to do. It names arguments as Python users know them,
``customer=``; the command line says its options.
"""

from __future__ import annotations

import copyreg
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rfmeans.arguments import Choice

__all__ = [
    "DataError",
    "EngineError",
    "ModelError",
    "OutputError",
    "RFMeansError",
    "SettingsError",
    "SourceError",
]


class RFMeansError(Exception):
    """Base of all errors that rfmeans raises on purpose.

    Attributes
    ----------
    message
        What `str` gives, and which words of it name an argument.
    choices
        Where the error is a question: the answers to it, see `rfmeans.arguments.Choice`. Empty where it is none, or has
        no end of answers.
    asks
        The argument that a column is asked for, until whoever knows the columns offers them as choices; else blank.
    """

    exit_code = 1

    def __init__(self, message: str, choices: Sequence[Choice] = (), asks: str = "") -> None:
        self.message = Message(message)
        self.choices, self.asks = tuple(choices), asks
        super().__init__(self.message)

    def __reduce__(self) -> tuple[Any, ...]:
        """Let it pass from process to process, whatever else a subclass's own `__init__` asks for."""
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]


class SettingsError(RFMeansError, ValueError):
    """A wrong call: a setting out of range, or options that contradict each other."""

    exit_code = 2


class SourceError(RFMeansError):
    """The file or table cannot be read, or its columns are not understood."""


class DataError(RFMeansError, ValueError):
    """The data are readable but cannot be segmented."""


class ModelError(RFMeansError, ValueError):
    """A model file that is not one, or was written by a newer version."""


class OutputError(RFMeansError):
    """The output cannot be written."""


class EngineError(RFMeansError):
    """The database failed while it worked; the message carries what it said."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``" Did you mean 'x'?"`` for the closest known word, or an empty string.

    >>> did_you_mean("custmer_id", ["customer_id", "amount"])
    " Did you mean 'customer_id'?"
    >>> did_you_mean("zebra", ["customer_id", "amount"])
    ''
    """
    import difflib

    folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(word.casefold(), folded, n=1)
    return f" Did you mean {folded[close[0]]!r}?" if close else ""
