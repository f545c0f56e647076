"""Names of one's own, as files of the page."""

import pytest

from rfmeans import SettingsError
from rfmeans.app import own_names
from rfmeans.report.playbook import built_in as built_in_cards
from rfmeans.report.playbook import load_playbook
from rfmeans.segments.lexicon import built_in, read_lexicon


def test_the_built_in_names_need_no_file(room):
    assert own_names.files(room) == {}
    assert own_names.playbook(room) is built_in_cards()


def test_the_files_are_those_that_the_library_reads_and_cards_go_with_their_names(room):
    own_names.rename(room, built_in(), {"High-Value Loyal": "Stars"})
    found = own_names.files(room)
    own = read_lexicon(found["lexicon"])
    assert own.grid_for(4).names["high"]["recent"] == "Stars"
    cards = load_playbook(found["playbook"]).cards
    assert cards["Stars"] == built_in_cards().cards["High-Value Loyal"]
    own_names.rename(room, own, {"Stars": "Best", "Growing": "Up"})
    assert own_names.playbook(room).missing(["Best", "Up"]) == ()
    assert own_names.playbook(room).name == "playbook.toml"


def test_the_same_names_lie_in_the_same_place(room):
    own_names.rename(room, built_in(), {"High-Value Loyal": "Stars"})
    first = own_names.files(room)
    own_names.rename(room, read_lexicon(first["lexicon"]), {"Stars": "Best"})
    assert own_names.files(room) != first
    own_names.rename(room, read_lexicon(own_names.files(room)["lexicon"]), {"Best": "Stars"})
    assert own_names.files(room) == first


def test_a_file_of_ones_own_is_taken_and_what_is_wrong_with_it_is_said(room):
    own_names.take(room, "my.toml", b"[scores.cuts]\nrecency = [1, 2, 3, 4]\n")
    assert list(own_names.files(room)) == ["lexicon"]
    before = own_names.files(room)
    with pytest.raises(SettingsError, match="is not TOML"):
        own_names.take(room, "my.toml", b"[grid")
    assert own_names.files(room) == before
