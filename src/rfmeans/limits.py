"""What the embedded engine may use: memory, threads, and a place for its temporary files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rfmeans.errors import SettingsError

if TYPE_CHECKING:
    import os

SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]i?b)", re.IGNORECASE)
MOST_THREADS = 1024


@dataclass(frozen=True)
class Limits:
    """What the embedded engine may use.

    Parameters
    ----------
    memory_limit
        Of the engine, a number with its unit such as ``4GB`` or ``512MiB``; beyond it the engine spills to disk.
        None: four fifths of the machine's. What Python itself needs comes on top.
    threads
        How many the engine runs; None: one per core.
    temporary
        Folder for what is spilled and unpacked; None: the system's.

    Raises
    ------
    SettingsError
        If a value is not as it should be.

    >>> Limits("4 GB").memory_limit
    '4GB'
    >>> Limits("4")
    Traceback (most recent call last):
    rfmeans.errors.SettingsError: memory-limit must be a size such as 4GB or 512MB. Got '4'.
    """

    memory_limit: str | None = None
    threads: int | None = None
    temporary: str | os.PathLike[str] | None = None

    def __post_init__(self) -> None:
        if self.memory_limit is not None:
            found = SIZE.fullmatch(str(self.memory_limit).strip())
            if not found or not float(found[1]):
                raise SettingsError(
                    f"memory-limit must be a size such as 4GB or 512MB. Got {self.memory_limit!r}."
                )
            object.__setattr__(self, "memory_limit", f"{found[1]}{found[2]}")
        whole = isinstance(self.threads, int) and not isinstance(self.threads, bool)
        if self.threads is not None and not (whole and 1 <= self.threads <= MOST_THREADS):
            raise SettingsError(
                f"threads must be a whole number from 1 to {MOST_THREADS}. Got {self.threads!r}."
            )

    def refuse(self, engine: str) -> None:
        """Refuse limits where another engine does the work.

        Raises
        ------
        SettingsError
            If memory or threads are limited.
        """
        for name in ("memory_limit", "threads"):
            if getattr(self, name) is not None:
                raise SettingsError(
                    f"--{name.replace('_', '-')} is for the embedded engine, but here {engine} does the work, by "
                    "settings of its own. Leave it out."
                )
