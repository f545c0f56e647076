"""Segments: names and figures of the library, another number, the recommended one, another transform."""

import io

import pytest

import rfmeans


@pytest.fixture
def segments(opened):
    return opened.go("Segments")


def test_the_names_and_figures_are_those_of_the_library(segments, tmp_path, plain_shop):
    (tmp_path / "orders.csv").write_bytes(plain_shop)
    with rfmeans.segment(tmp_path / "orders.csv") as result:
        for segment in result.summary.segments:
            assert f"<bdi>{segment.segment}</bdi>" in segments.said
            assert segment.evidence in segments.said.replace("&#39;", "'")


def test_another_number_and_back(segments):
    before = segments.said
    segments.touch("segments", 6)
    assert segments.said.count('class="dot"') == 6
    assert segments.touch("segments", 4).said == before


def test_the_recommended_number_comes_with_its_reasons(segments):
    segments.touch("recommended", True)
    assert segments.widget("segments").disabled
    segments.touch("chapter", "How it was made")
    assert "segments" in segments.said


def test_the_plain_transform(segments):
    before = segments.said
    assert segments.touch("transform", "none").said != before


@pytest.mark.parametrize(("chapter", "drawn"), [("Charts", True), ("How it was made", False)])
def test_each_chapter_of_the_report_is_there(segments, chapter, drawn):
    segments.touch("chapter", chapter)
    assert ("data:image/svg+xml;base64," in segments.said) == drawn


def test_what_was_chosen_survives_a_reload_of_the_page(segments):
    segments.touch("segments", 3)
    again = type(segments)(segments.key)
    assert again.widget("segments").value == 3
    assert again.widget("screen").value == "Segments"
    assert again.said.count('class="dot"') == 3


def test_two_pages_do_not_touch_each_others_data(segments):
    other = type(segments)()
    assert other.key != segments.key
    assert "One row per order line or per order" in other.said
    assert io.StringIO(segments.said).read(1)
