"""What a file is, by its content and not by its name; and the file inside a compressed one."""

from __future__ import annotations

import glob
import gzip
import json
import re
import shutil
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from rfmeans.arguments import Choice, argument
from rfmeans.engines.failures import NO_SPACE
from rfmeans.errors import SettingsError, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HEAD = 4096  # bytes that tell a kind
SHORTEST_PARQUET = 12  # bytes
PACKED_TWICE = 3  # how often a file may be packed, such as a zip in a gzip

# Kinds that can be read, by the bytes at an offset.
READABLE = (
    (0, b"PAR1", "parquet"),
    (8, b"DUCK", "duckdb"),
    (0, b"\x1f\x8b", "gzip"),
    (0, b"\x28\xb5\x2f\xfd", "zstd"),
    (0, b"PK\x03\x04", "zip"),
    (0, b"PK\x05\x06", "zip"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "workbook"),
)
# Kinds that people drop in by mistake.
FOREIGN = (
    (0, b"%PDF", "a PDF document"),
    (0, b"SQLite format 3\x00", "a SQLite database"),
    (0, b"\x89PNG", "a picture"),
    (0, b"\xff\xd8\xff", "a picture"),
    (0, b"GIF8", "a picture"),
    (4, b"1AY&SY", "a bzip2 file"),
    (0, b"\xfd7zXZ\x00", "an xz file"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"Obj\x01", "an Avro file"),
    (0, b"ARROW1\x00", "an Arrow file"),
    (0, b"{\\rtf", "a rich text document"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ\x90\x00", "a program"),
)
MARKUP = re.compile(rb"\s*<(!doctype|html|head|body|table|script|\?xml|!--)", re.IGNORECASE)
JSON_START = re.compile(rb"\s*(\{\s*[\"}]|\[\s*[\[{\]]|\{\s*$|\[\s*$)")
SHEET_PARTS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")
DAMAGED = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, ValueError)
ADVICE = "Export the orders as CSV, Excel, JSON lines or Parquet."


def kind_of(path: Path) -> str:
    """Return ``text``, ``json``, ``parquet``, ``duckdb``, ``workbook``, ``gzip``, ``zstd`` or ``zip``.

    Raises
    ------
    SourceError
        If the file is empty, cannot be opened, or is something else.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise SourceError(f"{path} cannot be opened: {error.strerror or error}. Check the file.") from error
    if not head:
        raise SourceError(f"The file {path} is empty (0 bytes). Export it again.")
    _refuse_foreign(path, head)
    for offset, magic, kind in READABLE:
        if head.startswith(magic, offset):
            if kind == "parquet":
                _check_end(path)
            return _kind_of_zip(path) if kind == "zip" else kind
    return "json" if _is_json(head.removeprefix(b"\xef\xbb\xbf")) else "text"


def _refuse_foreign(path: Path, head: bytes) -> None:
    found = next((what for offset, magic, what in FOREIGN if head.startswith(magic, offset)), None)
    markup = MARKUP.match(head.removeprefix(b"\xef\xbb\xbf"))
    if markup:
        xml = markup[1].startswith(b"?")
        found = "an XML file" if xml else "a web page (HTML), perhaps a login page saved in its place"
    if found:
        raise SourceError(f"{path} is {found}, not a table of orders. {ADVICE}")


def _is_json(head: bytes) -> bool:
    if not JSON_START.match(head):
        return False
    first, ending, _ = head.partition(b"\n")
    if not ending or first.strip() in (b"[", b"{", b"[{"):
        return True
    try:
        return isinstance(json.loads(first.strip().rstrip(b",")), dict | list)
    except ValueError:
        return first.lstrip().startswith(b"[{") or b'":' in first or b'" :' in first


def _check_end(path: Path) -> None:
    """Refuse a Parquet file that does not end as one: it was cut off."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 4))
        if size < SHORTEST_PARQUET or file.read() != b"PAR1":
            raise _damaged(path, "its end is missing")


def _kind_of_zip(path: Path) -> str:
    names = _zip_names(path)
    if any(part in names for part in SHEET_PARTS):
        return "workbook"
    for folder, what in (("word/", "a Word document"), ("ppt/", "a presentation")):
        if any(name.startswith(folder) for name in names):
            raise SourceError(f"{path} is {what}, not a table of orders. {ADVICE}")
    return "zip"


def _zip_names(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except DAMAGED as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: BaseException | str) -> SourceError:
    return SourceError(f"{path} is cut off or damaged ({error}). Export or download it again.")


def unpacked(path: Path, folder: Path) -> tuple[Path, str]:
    """Return a file as it is without compression, and its kind; what is unpacked is written into ``folder``.

    Raises
    ------
    SourceError
        If it is damaged, needs a password, or holds several files.
    """
    inside = path
    for depth in range(PACKED_TWICE):
        kind = _kind_inside(path, inside)
        if kind not in OPENERS:
            return inside, kind
        target = folder / f"{len(list(folder.iterdir()))}-{depth}"
        _unpack(path, inside, kind, target)
        inside = target
    raise SourceError(f"{path} is compressed more than {PACKED_TWICE - 1} times over. Unpack it first.")


def _kind_inside(path: Path, inside: Path) -> str:
    try:
        return kind_of(inside)
    except SourceError as error:
        if inside == path:
            raise
        raise SourceError(str(error).replace(str(inside), f"{path}, unpacked,")) from error


def _unpack(path: Path, packed: Path, kind: str, target: Path) -> None:
    try:
        with OPENERS[kind](packed) as source, target.open("wb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
    except SourceError as error:
        raise SourceError(str(error).replace(str(packed), str(path))) from error
    except RuntimeError as error:  # how the zip module says that it needs a password
        raise SourceError(f"{path} is protected by a password. Unpack it first.") from error
    except DAMAGED as error:
        if isinstance(error, OSError) and error.errno in NO_SPACE:
            raise  # what it is unpacked to is at fault, not the file
        raise _damaged(path, error) from error


@contextmanager
def _open_zip(path: Path) -> Iterator[IO[bytes]]:
    files = [
        name
        for name in _zip_names(path)
        if not name.endswith("/") and not name.startswith("__MACOSX/") and not Path(name).name.startswith(".")
    ]
    if len(files) != 1:
        listed = ", ".join(files[:5]) + (" ..." if len(files) > 5 else "")
        found = f"{len(files)} files ({listed})" if files else "no file"
        raise SourceError(f"{path} holds {found}; one is needed. Unpack it, and give the file or a glob.")
    with zipfile.ZipFile(path) as archive, archive.open(files[0]) as file:
        yield file


def _open_zstd(path: Path) -> Any:
    import pyarrow as pa

    return pa.input_stream(str(path), compression="zstd")


OPENERS: dict[str, Callable[[Path], Any]] = {
    "gzip": gzip.open,
    "zip": _open_zip,
    "zstd": _open_zstd,
}


def check_kind(pattern: str, kind: str, engine: str) -> None:
    """Refuse files on this machine of another kind before an engine starts that reads one alone: Spark, and Parquet.

    It would print pages of Java's.

    Raises
    ------
    SettingsError
        If there is one.
    """
    for found in map(Path, glob.glob(pattern)):  # noqa: PTH207 - pathlib cannot glob an absolute pattern
        file = next(_data_files(found), None) if found.is_dir() else found
        if file and file.stat().st_size and kind_of(file) != kind:
            raise SettingsError(
                f"{argument('engine', engine)} reads {kind.title()}, and {file} is none. Leave it out, or write the "
                f"orders as {kind.title()} first.",
                [Choice({"engine": None}, "the embedded engine reads them")],
            )


def _data_files(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder that Spark reads: nothing that a dot or an underscore hides."""
    for file in folder.rglob("*"):
        hidden = any(part[0] in "._" for part in file.relative_to(folder).parts)
        if not hidden and file.is_file() and file.stat().st_size:
            yield file
