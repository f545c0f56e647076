"""What a run tells while it works."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rfmeans.reading.source import Source


class Listener:
    """Hears how a run goes on. This one does nothing; one that shows something overrides what it wants to hear."""

    def stage(self, words: str, /) -> None:
        """Hear that a stage begins, in a few words."""

    def opened(self, source: Source, /) -> None:
        """Hear that the source was opened, before it is read; again where it has to be opened another way."""

    def understood(self, line: str, /) -> None:
        """Hear in one line how the source is read, before its lines are; again where a closer look changes it."""


SILENT = Listener()
