"""Take along: the ZIP holds what the command line writes, byte for byte but for times."""

import io
import json
import re
import shlex
import zipfile

from helpers.command import run


def files_of(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_its_files_are_those_of_the_command_line(opened, downloads, tmp_path, plain_shop, monkeypatch):
    opened.go("Segments").touch("segments", 3).go("Take along").press("Make the folder")
    ours = files_of(downloads["Everything (ZIP)"])
    (tmp_path / "orders.csv").write_bytes(plain_shop)
    monkeypatch.chdir(tmp_path)
    words = shlex.split(opened.test.code[0].value)
    assert words == ["rfmeans", "segment", "orders.csv", "--segments", "3"]
    run(*words[1:])
    theirs = {
        path.relative_to("segments").as_posix(): path.read_bytes()
        for path in (tmp_path / "segments").rglob("*")
        if path.is_file()
        for path in [path.relative_to(tmp_path)]
    }
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []
    assert json.loads(downloads["The model"])["version"]
    assert re.search("<title>Customer segments: orders.csv", downloads["The report"].decode())


def test_the_synthetic_shop_has_a_line_of_its_own(shown):
    shown.touch("way", "Synthetic shop").press("Open the synthetic shop").go("Take along")
    assert "rfmeans demo" in shown.said
    assert not shown.test.code
