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
from typing import IO, TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

Found = TypeVar("Found")
BROKEN = (OSError, EOFError, ValueError, pickle.PickleError)
_running: dict[str, _Process] = {}


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
    """A process, and the one thread that talks with it, so that nobody waits who has something else to do."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.thread = ThreadPoolExecutor(1)

    def ask(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Future[tuple[bool, Any]]:
        return self.thread.submit(self._told, pickle.dumps((function, arguments)))

    def _told(self, request: bytes) -> tuple[bool, Any]:
        assert self.process.stdin
        assert self.process.stdout
        try:
            self.process.stdin.write(request)
            self.process.stdin.flush()
            answered, found = pickle.load(self.process.stdout)  # noqa: S301 - of a process that this one started
        except BROKEN:
            return False, None
        return bool(answered), found

    def end(self) -> None:
        self.process.kill()  # it holds nothing
        self.thread.shutdown(cancel_futures=True)
        with suppress(OSError):  # of what it was not told
            self.process.communicate()


def ask(library: str, function: Callable[..., Found], *arguments: Any) -> Answer[Found]:
    """Return the answer of a function of a module, given in the process that loads a library, or else here when wanted.

    >>> ask("math", divmod, 7, 2).get()
    (3, 1)
    """
    process = _running.get(library)
    return Answer(function, arguments, process.ask(function, arguments) if process else None)


@contextmanager
def beside(library: str, load: Callable[[], object] | None = None) -> Iterator[None]:
    """Start a process that loads a library, if need be with a function, beside what runs within.

    Not where the library is loaded here already, or no process can be started: then `ask` does the work here.
    """
    if library in sys.modules or library in _running or not (process := _start()):
        yield
        return
    _running[library] = _Process(process)
    ask(library, load or partial(import_module, library))
    try:
        yield
    finally:
        _running.pop(library).end()


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
