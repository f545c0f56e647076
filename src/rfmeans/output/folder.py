"""The output folder: written to a temporary sibling, then renamed, so that nobody ever sees half of it."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rfmeans.arguments import argument, named
from rfmeans.errors import OutputError, SettingsError
from rfmeans.temporary_folders import TemporaryFolder, clear_leftovers, held_interrupt

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
    "movement.csv",
    "movement.json",
    "movement.parquet",
    "profile.csv",
    REPORT,
    "set_aside.parquet",
)


def check_format(customers_format: str | None) -> None:
    """Check the format of the file of customers; None: there is none.

    Raises
    ------
    SettingsError
        If there is no such format.
    """
    if customers_format not in (*FORMATS, None):
        raise SettingsError(f"{named('format')} must be parquet or csv. Got {customers_format!r}.")


def check_target(folder: str | os.PathLike[str], *, force: bool) -> Path:
    """Return the folder's path if it may be written, before any work is done.

    Raises
    ------
    OutputError
        If it exists (and ``force`` is not given), is a file, or its parent cannot be written.
    """
    target = Path(folder).absolute()
    if target.exists() and not target.is_dir():
        raise OutputError(f"{target} is a file, not a folder. Give another {argument('folder')}.")
    if target.exists() and not force:
        raise OutputError(
            f"The output folder {target} exists already. Give another {argument('folder')}, or "
            f"{argument('force', True)} to replace it."
        )
    if target.exists() and any(map(_foreign, target.iterdir())):
        raise OutputError(
            f"{target} holds files that rfmeans did not write, so it is not replaced even with "
            f"{argument('force', True)}. Give another {argument('folder')}."
        )
    parent = next(path for path in target.parents if path.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise OutputError(f"Cannot write to {parent}: permission denied. Give another {argument('folder')}.")
    return target


def check_file(path: str | os.PathLike[str], mark: str, *, force: bool) -> Path:
    """Return a file's path if it may be written, before any work is done; ``mark`` stands in what rfmeans writes there.

    Raises
    ------
    OutputError
        If it exists (and ``force`` is not given), is a folder, or rfmeans did not write it.
    """
    target = Path(path)
    if target.is_dir():
        raise OutputError(f"{target} is a folder, not a file. Give another {argument('folder')}.")
    if target.exists() and not force:
        raise OutputError(
            f"The file {target} exists already. Give another {argument('folder')}, or {argument('force', True)} to "
            "replace it."
        )
    if target.exists() and not _holds(target, mark):
        raise OutputError(
            f"rfmeans did not write {target}, so it is not replaced even with {argument('force', True)}. Give another "
            f"{argument('folder')}."
        )
    return target


def check_html(path: Path) -> None:
    """Refuse the name of another kind of file for a page.

    Raises
    ------
    OutputError
        If it ends otherwise than in .html.
    """
    if path.suffix.casefold() not in ("", ".html", ".htm"):
        raise OutputError(
            f"The page is HTML, so its name ends in .html. Got {path}. Give "
            f"{argument('folder', path.with_suffix('.html').name)}; for another kind of file, print it from a browser."
        )


def _holds(file: Path, mark: str) -> bool:
    try:
        return mark in file.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False


def _foreign(entry: Path) -> bool:
    """Whether a file or folder, or anything in it, was not written by rfmeans."""
    inside = {AUDIENCES: AUDIENCE_FILE, CHARTS: CHART_FILE}.get(entry.name)
    if inside is None:
        return entry.name not in WRITTEN
    return any(not inside.match(inner.name) for inner in entry.rglob("*"))


@contextmanager
def replacing(target: Path, table: str | None = None) -> Iterator[Path]:
    """Give a temporary sibling folder; on success it takes the target's place, on failure it is removed.

    Once it takes that place, Ctrl-C waits until all is cleared up. ``table`` is what is written before that.

    Raises
    ------
    OutputError
        If the disk refuses.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear(target, target.parent)
        folder = TemporaryFolder(target.parent, _prefix(target))
        temporary = folder.path
        temporary.chmod(0o755)
    except OSError as error:
        raise OutputError(
            f"Cannot write beside {target}: {error.strerror}. Give another {argument('folder')}."
        ) from error
    left = "Nothing was left behind."
    try:
        yield temporary
        if table is not None:
            left = f"The table {table} was written before that, and stays; the folder is as it was."
        with held_interrupt():
            _put_in_place(temporary, target)
            folder.remove()
    except OSError as error:
        raise OutputError(f"Cannot write {target}: {error.strerror}. {left}") from error
    finally:
        folder.remove()


@contextmanager
def room_beside(target: Path) -> Iterator[Path]:
    """Give a temporary folder beside the target for the length of a job; it is removed however the job ends.

    Where the target's parent is still to be made, it stands in the nearest folder above. What killed runs with the
    same target left is cleared first.

    Raises
    ------
    OutputError
        If the disk refuses.
    """
    parent = next(path for path in target.absolute().parents if path.is_dir())
    try:
        _clear(target, parent)
        folder = TemporaryFolder(parent, _prefix(target))
    except OSError as error:
        raise OutputError(
            f"Cannot write to {parent}: {error.strerror}. Give another {argument('folder')}."
        ) from error
    with folder:
        yield folder.path


def _put_in_place(temporary: Path, target: Path) -> None:
    """Rename; the old folder is moved aside first and comes back if the second rename fails."""
    if not target.exists():
        temporary.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=_prefix(target), suffix=f".{os.getpid()}", dir=target.parent))
    aside = old / "old"
    try:
        target.rename(aside)
        temporary.rename(target)
    finally:  # whatever broke in, Ctrl-C too: never without a folder where one was
        if aside.exists() and not target.exists():
            aside.rename(target)
        shutil.rmtree(old, ignore_errors=True)


def _prefix(target: Path) -> str:
    return f".{target.name}.rfmeans-"


def _clear(target: Path, parent: Path) -> None:
    """Remove what a killed run left beside the target; a killed swap is put back first."""

    def put_back(leftover: Path) -> None:
        if (leftover / "old").exists() and not target.exists():
            (leftover / "old").rename(target)

    clear_leftovers(parent, _prefix(target), put_back)


def write_whole(path: str | os.PathLike[str], text: str, what: str) -> None:
    """Write a text file whole or not at all, in the place of what was there.

    Raises
    ------
    OutputError
        If the disk refuses.
    """
    target = Path(path)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(target)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise OutputError(
            f"Cannot write {what} to {target}: {error.strerror}. Choose another path."
        ) from error
