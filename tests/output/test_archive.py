"""A folder as one ZIP file: what is in it, and that the same files make the same bytes."""

import os
import zipfile

import pytest

from rfmeans.errors import SourceError
from rfmeans.output.archive import archive, unpack


def test_all_files_are_in_it_as_they_are(tmp_path):
    folder = tmp_path / "segments"
    (folder / "audiences" / "holdout").mkdir(parents=True)
    files = {
        "model.json": b"{}",
        "audiences/1.csv": b"a\n",
        "audiences/holdout/1.csv": b"b\n",
        "x": os.urandom(99),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    with zipfile.ZipFile(archive(folder, tmp_path / "all.zip")) as packed:
        assert packed.namelist() == sorted(files)
        assert {name: packed.read(name) for name in packed.namelist()} == files
    with zipfile.ZipFile(
        archive(folder, tmp_path / "some.zip", lambda name: name.endswith(".csv"))
    ) as packed:
        assert packed.namelist() == ["audiences/1.csv", "audiences/holdout/1.csv"]


def test_no_time_is_in_it(tmp_path):
    made = []
    for name, moment in (("a", 1_000_000_000), ("b", 1_700_000_000)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "model.json").write_text("{}")
        os.utime(folder / "model.json", (moment, moment))
        made.append(archive(folder, tmp_path / f"{name}.zip").read_bytes())
    assert made[0] == made[1]


def test_what_was_packed_is_unpacked_and_nothing_lands_beside_it(tmp_path):
    packed = tmp_path / "evil.zip"
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("../outside.txt", "x")
        made.writestr("/absolute.txt", "x")
        made.writestr("in/side.txt", "y")
    folder = unpack(packed, tmp_path / "new")
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.txt")} == {
        *("new/outside.txt", "new/absolute.txt", "new/in/side.txt")
    }
    assert (folder / "in" / "side.txt").read_text() == "y"


def test_what_is_too_large_or_no_zip_is_refused(tmp_path):
    packed = tmp_path / "large.zip"
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("a", "x" * 100)
    with pytest.raises(SourceError, match=r"large\.zip holds more than 99 bytes"):
        unpack(packed, tmp_path / "one", most_bytes=99)
    packed.write_bytes(b"no zip")
    with pytest.raises(SourceError, match=r"large\.zip cannot be read as a ZIP file"):
        unpack(packed, tmp_path / "two")
