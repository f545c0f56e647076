"""A TOML file of the user's own that cannot be read: what is said of it."""

from __future__ import annotations

import pytest

from helpers import own_toml
from rfmeans import SettingsError
from rfmeans.segments.lexicon import built_in, read_lexicon
from rfmeans.toml_file import read_toml, to_toml

write = own_toml.write


def refused(given) -> str:
    with pytest.raises(SettingsError) as found:
        read_lexicon(given)
    return str(found.value)


def test_a_missing_file(tmp_path):
    said = refused(tmp_path / "nowhere.toml")
    assert said.startswith("Cannot read the lexicon '")
    assert said.endswith("nowhere.toml': No such file or directory. Check the path.")


def test_a_folder(tmp_path):
    assert "Cannot read the lexicon" in refused(tmp_path)


def test_a_file_that_is_not_toml(write):
    said = refused(write("recency_cuts = [0.0"))
    assert "my.toml' is not TOML: " in said
    assert "at end of document" in said
    assert said.endswith("Mend that place.")


def test_a_file_that_is_not_text(tmp_path):
    (tmp_path / "my.toml").write_bytes(b"\xff\xfe\x00")
    assert "is not UTF-8 text. Save it as a TOML file in UTF-8." in refused(tmp_path / "my.toml")


@pytest.mark.parametrize(
    "text", ["plain", 'a "b"', "a\\b", "a\nb\tc", "\x7f\x00\u2028", "é 😀 ]]", "", "[x]", "# no"]
)
def test_what_is_written_is_read_again(tmp_path, text):
    content = {
        "flag": True,
        text: text,
        "numbers": [1, -0.4, 1e300],
        "empty": [],
        "table": {text: {"deep": [text, text]}},
        "tables": [{"name": text}, {"name": "b", "inner": {"x": 1}}],
    }
    (tmp_path / "own.toml").write_text(to_toml(content), encoding="utf-8")
    assert read_toml(tmp_path / "own.toml", "file") == content


def test_the_built_in_lexicon_is_written_and_read_again(write):
    assert read_lexicon(write(to_toml(built_in().to_dict()))) == built_in()
