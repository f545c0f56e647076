"""What a user sees while the work goes on: stage, time, how far the engine is; and what Ctrl-C and SIGTERM do."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress, ProgressColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from rfmeans.cli.prose import print_prose
from rfmeans.listener import Listener
from rfmeans.temporary_folders import STOPPING
from rfmeans.wording import terminal_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from rich.progress import Task

    from rfmeans.reading.source import Source


PATIENCE = 2.0  # seconds for the clearing up, which asks the engine as well


class Stopped(KeyboardInterrupt):
    """What Ctrl-C and SIGTERM raise here.

    A class of its own, because Python notes a bare `KeyboardInterrupt` that leaves code given as a string (a library's
    `exec`), whoever catches it then, and ``python -m`` ends as if by Ctrl-C instead of with the exit code.
    """


class Watch(Listener):
    """Shows the stage, the engine's percentage where it tells, and the elapsed time, on a terminal alone.

    ``check`` is called with the source as soon as it is open; ``telling``: print how it is understood.
    """

    def __init__(
        self, *, quiet: bool, telling: bool = True, check: Callable[[Source], None] | None = None
    ) -> None:
        self._console = Console(stderr=True, highlight=False, emoji=False)
        self._telling = telling and not quiet
        self._source_check = check
        self._said: set[str] = set()
        self.stopped: int | None = None  # by which signal
        self.percentage: Callable[[], float | None] | None = None
        self._interrupt: Callable[[], None] | None = None
        self._ended = threading.Event()
        self._insisting = threading.Thread(target=self._insist, daemon=True)
        self._done = False
        columns = (SpinnerColumn(), TextColumn("{task.description}"), _Percentage(self), TimeElapsedColumn())
        self.shown = self._console.is_terminal and not quiet
        self._bar = Progress(*columns, console=self._console, transient=True, disable=not self.shown)
        self._task = self._bar.add_task("starting", total=None)

    def stage(self, words: str) -> None:
        """Show the stage that begins."""
        self._check()
        self._bar.update(self._task, description=words)

    def opened(self, source: Source) -> None:
        """Show from now on how far this source's engine is; it is the one that Ctrl-C stops."""
        if self._source_check:
            self._source_check(source)
        connection = source.table.get_backend()
        self._interrupt = source.engine.interrupt_of(connection)
        if self.shown:
            self.percentage = source.engine.percentage_of(connection)

    def understood(self, line: str) -> None:
        """Print what was understood, unless it was printed before."""
        if self._telling and line not in self._said:
            print_prose(self._console, f"Read as {terminal_text(line)}.")
        self._said.add(line)

    def done(self) -> None:
        """Draw no more, and let one signal not change how it ends: the work is done, what is left is to say so."""
        self._check()
        self._done = True
        self._bar.stop()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Show it all, and let Ctrl-C or SIGTERM stop the work: the engine as well.

        Raises
        ------
        Stopped
            If one of them stopped it, whatever the engine raised because of that.
        """
        with _interrupting(self._stop), _lost_in_silence(), self._bar:
            try:
                yield
                self._check()
            except Exception as error:
                if self.stopped:
                    raise Stopped from error
                raise
            finally:
                self.percentage = None
                self._ended.set()
                if self._insisting.is_alive():  # it knows the connection, which would outlive the interpreter
                    self._insisting.join(PATIENCE)
                logging.disable(logging.NOTSET)

    def _check(self) -> None:
        """Raise an interrupt again that something on the way swallowed, or took for an error of its own."""
        if self.stopped:
            raise Stopped

    def _stop(self, found: int, _frame: FrameType | None) -> None:
        if self._done:
            signal.signal(found, signal.SIG_DFL)  # a second one ends what hangs
            return
        self.stopped = found
        for each in STOPPING:
            signal.signal(each, signal.SIG_IGN)  # a second one must not stop the clearing up
        logging.disable()  # Spark's client logs the exception below, and may swallow it
        if self._insisting.ident is None:  # not yet: a Ctrl-C and a SIGTERM may arrive in one moment
            self._insisting.start()
        raise Stopped

    def _insist(self) -> None:
        """Stop the engine's queries one after the other if the exception got lost, as it does in a finaliser."""
        while not self._ended.wait(PATIENCE):
            with suppress(Exception):  # the connection may be gone already
                if self._interrupt:
                    self._interrupt()


@contextmanager
def _interrupting(stop: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # where Python takes no signals
        yield
        return
    # Not what whoever started the process has it ignore, nor what C code handles, which could not be put back.
    heard = [each for each in STOPPING if signal.getsignal(each) not in (signal.SIG_IGN, None)]
    before = {each: signal.signal(each, stop) for each in heard}
    try:
        yield
    finally:
        for each, handler in before.items():
            if signal.getsignal(each) == stop:  # once stopped, the process ends: nothing may break into that
                signal.signal(each, handler)


@contextmanager
def _lost_in_silence() -> Iterator[None]:
    """Print no traceback of an interrupt that a finaliser swallows: the next stage raises it again."""
    before = sys.unraisablehook

    def unless_stopped(found: sys.UnraisableHookArgs) -> None:
        if not isinstance(found.exc_value, Stopped):
            before(found)

    sys.unraisablehook = unless_stopped
    try:
        yield
    finally:
        sys.unraisablehook = before


class _Percentage(ProgressColumn):
    """The percentage that the engine tells, asked for as often as the line is drawn."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch

    def render(self, task: Task) -> Text:  # noqa: ARG002 - the signature is rich's
        """Return the percentage, blank where there is none."""
        found = None
        with suppress(Exception):  # a line on a terminal must not stop the work
            found = self._watch.percentage and self._watch.percentage()
        return Text("" if found is None else f"{found:3.0f} %", style="progress.percentage")
