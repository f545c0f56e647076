"""Take along: the ZIP holds what the command line writes, byte for byte but for times."""

import io
import json
import re
import shlex
import zipfile

import pyarrow.parquet as pq
import pytest

from helpers.command import run
from rfmeans.app.screens.take_along import KEEPS_NAMES


def files_of(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def written_by(words, folder, monkeypatch) -> dict[str, bytes]:
    """Return the files that a command line writes in a folder."""
    monkeypatch.chdir(folder)
    run(*words[1:])
    out = folder / "segments"
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_its_files_are_those_of_the_command_line(opened, downloads, tmp_path, plain_shop, monkeypatch):
    opened.go("Segments").touch("segments", 3).go("Take along")
    assert "a mailing list for each segment, with 10 % of its customers held out" in opened.said
    opened.press("Make the folder")
    ours = files_of(downloads["Download everything (ZIP)"])
    (tmp_path / "orders.csv").write_bytes(plain_shop)
    words = shlex.split(opened.test.code[0].value)
    assert words == ["rfmeans", "segment", "orders.csv", "--segments", "3"]
    theirs = written_by(words, tmp_path, monkeypatch)
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []
    assert json.loads(downloads["Download the model"])["version"]
    assert re.search("<title>Customer segments: orders.csv", downloads["Download the report"].decode())


@pytest.mark.parametrize("names", [("orders.csv",), ("a.csv", "b.csv")])
def test_lines_set_aside_name_their_file_as_the_command_line_does(
    names, shown, downloads, tmp_path, monkeypatch, plain_shop
):
    head, *lines = plain_shop.decode().splitlines()
    some = [*lines[:50], "," + lines[0].partition(",")[2]]
    files = {name: "\n".join([head, *(lines if name == names[0] else some)]) + "\n" for name in names}
    files[names[0]] += "," + lines[1].partition(",")[2] + "\n"
    shown.drop(*((name, text.encode()) for name, text in files.items())).go("Take along").press(
        "Make the folder"
    )
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    words = shlex.split(shown.test.code[0].value)
    if len(names) > 1:  # where the page has a folder of its own, there are other files here
        words[2] = "./[ab].csv"
    theirs = written_by(words, tmp_path, monkeypatch)["set_aside.parquet"]
    ours = files_of(downloads["Download everything (ZIP)"])["set_aside.parquet"]
    one, other = (pq.read_table(io.BytesIO(packed)).to_pylist() for packed in (ours, theirs))
    assert sorted(one, key=repr) == sorted(other, key=repr)
    assert {row["file"].rpartition("/")[2] for row in one} == set(names)


@pytest.mark.slow
def test_names_of_ones_own_are_in_the_files_and_their_line_names_the_lexicon(
    opened, downloads, tmp_path, plain_shop, monkeypatch
):
    opened.go("Segments")
    [first, *_] = [each for each in opened.test.text_input if each.key.startswith("name ")]
    first.set_value("Stars")
    opened.press("Use these names").go("Take along").press("Make the folder")
    words = shlex.split(opened.test.code[0].value)
    assert words == [
        "rfmeans",
        "segment",
        "orders.csv",
        "--lexicon",
        "lexicon.toml",
        "--playbook",
        "playbook.toml",
    ]
    (tmp_path / "orders.csv").write_bytes(plain_shop)
    for name in ("lexicon", "playbook"):
        (tmp_path / f"{name}.toml").write_bytes(downloads[KEEPS_NAMES[name]])
    ours = files_of(downloads["Download everything (ZIP)"])
    assert "Stars" in ours["report.html"].decode()
    assert written_by(words, tmp_path, monkeypatch) == ours


@pytest.mark.slow
def test_the_synthetic_shop_has_a_line_of_its_own(shown):
    shown.touch("way", "Synthetic shop").press("Open the synthetic shop").go("Take along")
    assert "rfmeans demo" in shown.said
    assert not shown.test.code
