"""A folder -> one ZIP file of what lies in it."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from typing import TYPE_CHECKING

from rfmeans.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MOST_BYTES = 4_000_000_000  # unpacked
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP file can say


def archive(folder: Path, target: Path, keep: Callable[[str], bool] = lambda _name: True) -> Path:
    """Write the files of a folder into a ZIP file, in the order of their names, and return its path.

    The same files make the same bytes: no time is in it.

    Parameters
    ----------
    folder, target
        From where, and the ZIP file, which must not lie in it.
    keep
        Whether to take a file, by its path in the folder with ``/``.

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as made:
    ...     (Path(made) / "in" / "audiences").mkdir(parents=True)
    ...     _ = (Path(made) / "in" / "audiences" / "1.csv").write_text("a")
    ...     _ = (Path(made) / "in" / "model.json").write_text("b")
    ...     zipfile.ZipFile(archive(Path(made) / "in", Path(made) / "out.zip")).namelist()
    ['audiences/1.csv', 'model.json']
    """
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in filter(keep, names):
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with (folder / name).open("rb") as source, packed.open(entry, "w") as part:
                shutil.copyfileobj(source, part)
    return target


def unpack(packed: Path, folder: Path, most_bytes: int = MOST_BYTES) -> Path:
    """Write what lies in a ZIP file into a new folder, and nothing beside it; return the folder.

    Raises
    ------
    SourceError
        If it is none, holds more than so many bytes, or is damaged.
    """
    try:
        with zipfile.ZipFile(packed) as opened:
            if sum(entry.file_size for entry in opened.infolist()) > most_bytes:
                raise SourceError(
                    f"{packed.name} holds more than {most_bytes:,} bytes. Give the ZIP file of the lists."
                )
            folder.mkdir()
            opened.extractall(folder)
    except (zipfile.BadZipFile, zlib.error, OSError) as error:
        raise SourceError(
            f"{packed.name} cannot be read as a ZIP file ({error}). Download it again."
        ) from error
    return folder
