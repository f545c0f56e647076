"""The output folder: written to a temporary sibling, then renamed, so that nobody ever sees half of it."""

from __future__ import annotations

import glob
import os
import re
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rfmeans.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMATS = ("parquet", "csv")
AUDIENCES = "audiences"
AUDIENCE_FILE = re.compile(r"\d+(-.*)?\.csv$|holdout$")
CHARTS = "charts"
CHART_FILE = re.compile(r"[a-z_]+\.(png|svg)$")
REPORT = "report.html"
WRITTEN = (
    "account.json",
    AUDIENCES,
    CHARTS,
    "customers.csv",
    "customers.parquet",
    "model.json",
    "profile.csv",
    REPORT,
    "set_aside.parquet",
)


def check_target(folder: str | os.PathLike[str], *, force: bool) -> Path:
    """Return the folder's path if it may be written, before any work is done.

    Raises
    ------
    OutputError
        If it exists (and ``force`` is not given), is a file, or its parent cannot be written.
    """
    target = Path(folder).absolute()
    if target.exists() and not target.is_dir():
        raise OutputError(f"{target} is a file, not a folder. Give another --out.")
    if target.exists() and not force:
        raise OutputError(
            f"The output folder {target} exists already. Give another --out, or --force to replace it."
        )
    if target.exists() and any(map(_foreign, target.iterdir())):
        raise OutputError(
            f"{target} holds files that rfmeans did not write, so it is not replaced even with --force. "
            "Give another --out."
        )
    parent = next(path for path in target.parents if path.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise OutputError(f"Cannot write to {parent}: permission denied. Give another --out.")
    return target


def _foreign(entry: Path) -> bool:
    """Whether a file or folder, or anything in it, was not written by rfmeans."""
    inside = {AUDIENCES: AUDIENCE_FILE, CHARTS: CHART_FILE}.get(entry.name)
    if inside is None:
        return entry.name not in WRITTEN
    return any(not inside.match(inner.name) for inner in entry.rglob("*"))


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a temporary sibling folder; on success it takes the target's place, on failure it is removed.

    Raises
    ------
    OutputError
        If the disk refuses.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear_leftovers(target)
        temporary = Path(
            tempfile.mkdtemp(prefix=_prefix(target), suffix=f".{os.getpid()}", dir=target.parent)
        )
        temporary.chmod(0o755)
    except OSError as error:
        raise OutputError(f"Cannot write beside {target}: {error.strerror}. Give another --out.") from error
    try:
        yield temporary
        _put_in_place(temporary, target)
    except OSError as error:
        raise OutputError(f"Cannot write {target}: {error.strerror}. Nothing was left behind.") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _put_in_place(temporary: Path, target: Path) -> None:
    """Rename; the old folder is moved aside first and comes back if the second rename fails."""
    if not target.exists():
        temporary.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=_prefix(target), suffix=f".{os.getpid()}", dir=target.parent))
    aside = old / "old"
    target.rename(aside)
    try:
        temporary.rename(target)
    except OSError:
        aside.rename(target)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _prefix(target: Path) -> str:
    return f".{target.name}.rfmeans-"


def _clear_leftovers(target: Path) -> None:
    """Remove what a killed run left beside the target; a killed swap is put back first."""
    for leftover in target.parent.glob(f"{glob.escape(_prefix(target))}*"):
        process = leftover.suffix[1:]
        if not process.isdecimal() or _alive(int(process)):
            continue
        if (leftover / "old").exists() and not target.exists():
            (leftover / "old").rename(target)
        shutil.rmtree(leftover, ignore_errors=True)


def _alive(process: int) -> bool:
    if os.name == "nt":  # there signal 0 is Ctrl-C; leftovers stay
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OSError):
        return True
    return process != os.getpid()
