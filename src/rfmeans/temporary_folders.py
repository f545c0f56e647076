"""Temporary folders that are removed in the end, and by the next run where this one was killed."""

from __future__ import annotations

import glob
import os
import shutil
import signal
import tempfile
import threading
import time
import weakref
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STOPPING = (signal.SIGINT, signal.SIGTERM)  # Ctrl-C, and what schedulers send
YOUNG = 60  # seconds in which a run may have made its folder and not locked it yet


class TemporaryFolder:
    """A folder of this process, named ``<prefix><random>.<process id>``.

    A lock is held on it, which ends with the process however it ends: so that another run can tell a leftover from
    a folder in use, also where process ids say nothing (containers that share a disk). It is removed at the latest
    when nothing refers to this object any more, or the interpreter ends.
    """

    def __init__(self, parent: str | os.PathLike[str], prefix: str) -> None:
        with held_interrupt():  # until something answers for it
            self.path = Path(tempfile.mkdtemp(prefix=prefix, suffix=f".{os.getpid()}", dir=parent))
            self._removal = weakref.finalize(self, _remove, self.path, _locked(self.path))

    def remove(self) -> None:
        """Remove the folder and what is in it; harmless when repeated."""
        with held_interrupt():  # broken off, it would not be repeated
            self._removal()

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.remove()


def clear_leftovers(
    parent: str | os.PathLike[str], prefix: str, rescue: Callable[[Path], None] | None = None
) -> None:
    """Remove the folders with this prefix whose processes are gone; ``rescue`` is called with each one before."""
    for leftover in Path(parent).glob(f"{glob.escape(prefix)}*"):
        if leftover.suffix[1:].isdecimal() and leftover.is_dir() and not _in_use(leftover):
            if rescue is not None:
                rescue(leftover)
            shutil.rmtree(leftover, ignore_errors=True)


def _remove(folder: Path, lock: int | None) -> None:
    if folder.suffix != f".{os.getpid()}":  # in a child by `os.fork`: it is still the parent's
        return
    shutil.rmtree(folder, ignore_errors=True)
    if lock is not None:
        os.close(lock)


def _locked(folder: Path) -> int | None:
    """Lock a folder and return the descriptor that holds the lock; None where another process holds it."""
    if os.name == "nt":
        return None
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # held by another process, or a file system without locks
        os.close(descriptor)
        return None
    return descriptor


def _in_use(folder: Path) -> bool:
    if os.name == "nt":  # there a signal 0 is Ctrl-C, and there are no locks on folders; leftovers stay
        return True
    with suppress(OSError):
        young = time.time() - folder.stat().st_mtime < YOUNG
        lock = _locked(folder)
        if lock is None:
            return True
        os.close(lock)
        return young and _alive(int(folder.suffix[1:]))
    return True


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return process != os.getpid()


@contextmanager
def held_interrupt() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM wait until a step is done."""
    if threading.current_thread() is not threading.main_thread():  # where Python takes no signals
        yield
        return
    arrived: list[int] = []
    # Not what C code handles, in an interpreter within a program: Python could not put it back.
    heard = [each for each in STOPPING if signal.getsignal(each) is not None]
    before = {each: signal.signal(each, lambda found, _frame: arrived.append(found)) for each in heard}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    if arrived:
        signal.raise_signal(arrived[0])
