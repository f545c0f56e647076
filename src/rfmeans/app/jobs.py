"""Work that takes a while: in a thread of its own, so that the page can say how far it is, and stop it."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from rfmeans.errors import RFMeansError
from rfmeans.listener import Listener

if TYPE_CHECKING:
    from collections.abc import Callable

    from rfmeans.reading.source import Source

PATIENCE = 0.1  # seconds between two tries to interrupt the engine


class StoppedError(RFMeansError):
    """The user stopped the work."""


class Job(Listener):
    """A piece of work, from its start to its end.

    Attributes
    ----------
    words
        The stage that it is in.
    began
        When it began, in seconds of `time.monotonic`.
    result
        What came out; None before, and where it failed.
    error
        What it failed with; None where it did not.
    """

    def __init__(self, work: Callable[[Listener], Any], words: str = "starting") -> None:
        self.words = words
        self.began = time.monotonic()
        self.result: Any = None
        self.error: BaseException | None = None
        self._work = work
        self._ended = threading.Event()
        self._stopped = threading.Event()
        self._interrupt: Callable[[], None] | None = None
        self._percentage: Callable[[], float | None] | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stage(self, words: str) -> None:
        """Take note of the stage that begins; it does not where the work was stopped."""
        if self._stopped.is_set():
            raise StoppedError("The work was stopped. Nothing was changed.")
        self.words = words

    def opened(self, source: Source) -> None:
        """Know from now on whom to ask how far it is, and whom to stop."""
        connection = source.table.get_backend()
        self._interrupt = source.engine.interrupt_of(connection)
        self._percentage = source.engine.percentage_of(connection)

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return self._ended.is_set()

    @property
    def percentage(self) -> float | None:
        """How far the engine is with the query of the moment, 0 to 100, where it tells."""
        with suppress(Exception):  # what is shown must not stop the work
            return self._percentage() if self._percentage else None
        return None

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end, but so long at most; return whether it has come."""
        return self._ended.wait(seconds)

    def stop(self) -> None:
        """Stop it, and wait until it has ended."""
        self._stopped.set()
        while not self.done:
            with suppress(Exception):  # the connection may be gone already
                if self._interrupt:
                    self._interrupt()
            self.wait(PATIENCE)

    def _run(self) -> None:
        try:
            self.result = self._work(self)
        except BaseException as error:  # noqa: BLE001 - it is told on the page, whatever it is
            stopped = self._stopped.is_set()
            self.error = StoppedError("The work was stopped. Nothing was changed.") if stopped else error
        finally:
            self._ended.set()
