"""Work in processes of their own, each of which loads its library while the job is still at something else.

Loading takes longer than the work, and holds up all else that Python does. A process runs this file: it reads a request
after the other from its standard input and ends with it, so that it never outlives the job, however that ends. Whatever
becomes of it, the work is done: what it does not answer is done here.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from typing import IO, TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

Found = TypeVar("Found")
BROKEN = (OSError, EOFError, ValueError, pickle.PickleError)
MOST = 2  # processes of a library: its own, and one that is lent
_running: dict[str, _Crew] = {}


@dataclass(frozen=True)
class Answer(Generic[Found]):
    """What was asked for, and will be there when it is wanted."""

    function: Callable[..., Found]
    arguments: tuple[Any, ...]
    asked: Future[tuple[bool, Any]] | None

    def get(self) -> Found:
        """Return it: what a process of its own found, or else, an error among it, what is found here."""
        told: tuple[bool, Any] = self.asked.result() if self.asked else (False, None)
        answered, found = told
        return found if answered else self._found_here

    @cached_property
    def _found_here(self) -> Found:
        return self.function(*self.arguments)


class _Process:
    """A process, which is told one thing after the other."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.turn = Lock()

    def told(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[bool, Any]:
        """Return whether it answered, and what."""
        assert self.process.stdin
        assert self.process.stdout
        try:
            with self.turn:
                self.process.stdin.write(pickle.dumps((function, arguments)))
                self.process.stdin.flush()
                answered, found = pickle.load(self.process.stdout)  # noqa: S301 - of one that this one started
        except BROKEN:
            return False, None
        return bool(answered), found


class _Crew:
    """The processes that do the work of one library, and the threads that talk with them while nobody waits."""

    def __init__(self, own: _Process) -> None:
        self.own = own
        self.free: SimpleQueue[_Process] = SimpleQueue()
        self.threads = ThreadPoolExecutor(MOST)

    def take_in(self, process: _Process, load: Callable[[], object]) -> None:
        """Let a process work along as soon as it has loaded what it takes; the first one has none before it."""
        self.threads.submit(self._loaded, process, load)

    def _loaded(self, process: _Process, load: Callable[[], object]) -> None:
        process.told(load, ())
        self.free.put(process)

    def ask(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Future[tuple[bool, Any]]:
        return self.threads.submit(self._told, function, arguments)

    def _told(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[bool, Any]:
        process = self.free.get()
        try:
            return process.told(function, arguments)
        finally:
            self.free.put(process)  # one that is gone says so at once

    def end(self) -> None:
        process = self.own.process
        process.kill()  # it holds nothing
        self.threads.shutdown(cancel_futures=True)
        with suppress(OSError):  # of what it was not told
            process.communicate()


def ask(library: str, function: Callable[..., Found], *arguments: Any) -> Answer[Found]:
    """Return the answer of a function of a module, given in the process that loads a library, or else here when wanted.

    >>> ask("math", divmod, 7, 2).get()
    (3, 1)
    """
    crew = _running.get(library)
    return Answer(function, arguments, crew.ask(function, arguments) if crew else None)


@contextmanager
def beside(library: str, load: Callable[[], object] | None = None) -> Iterator[None]:
    """Start a process that loads a library, if need be with a function, beside what runs within.

    Not where the library is loaded here already, or no process can be started: then `ask` does the work here.
    """
    if library in sys.modules or library in _running or not (process := _start()):
        yield
        return
    crew = _running[library] = _Crew(_Process(process))
    crew.take_in(crew.own, load or partial(import_module, library))
    try:
        yield
    finally:
        _running.pop(library).end()


def lend(library: str, other: str, load: Callable[[], object]) -> None:
    """Let the process of one library work for another one, too, once it has loaded that as well.

    For when it has little more to do. Nothing where one of them has no process.
    """
    if library in _running and other in _running:
        _running[other].take_in(_running[library].own, load)


def _start() -> subprocess.Popen[bytes] | None:
    if getattr(sys, "frozen", False):
        return None
    # -P: no module that happens to lie in a folder is taken for one of Python's. A Ctrl-C is for the job alone.
    command = [sys.executable, "-P", __file__]
    pipe, none = subprocess.PIPE, subprocess.DEVNULL
    try:
        return subprocess.Popen(  # noqa: S603 - this very file
            command, stdin=pipe, stdout=pipe, stderr=none, process_group=0
        )
    except OSError:
        return None


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer each request: what the function returned, or that it is to be asked where it can fail."""
    while True:
        try:
            function, arguments = pickle.load(requests)  # noqa: S301 - of the process that started this one
        except EOFError:
            return
        try:
            answer = pickle.dumps((True, function(*arguments)))
        except Exception:  # noqa: BLE001 - it fails again where it was asked for, and tells why there
            answer = pickle.dumps((False, None))
        answers.write(answer)
        answers.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.path.insert(0, str(Path(__file__).parents[1]))
    import_module("rfmeans")  # this one, should another be installed
    del sys.path[0]
    told = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library may print is no answer
    with suppress(OSError):  # the job is gone
        serve(sys.stdin.buffer, told)
