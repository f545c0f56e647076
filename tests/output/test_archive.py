"""A folder as one ZIP file: what is in it, and that the same files make the same bytes."""

import os
import zipfile

from rfmeans.output.archive import archive


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
