"""Segments: names and figures of the library, another number, the recommended one, another transform."""

import html
import io
import re

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


@pytest.mark.parametrize(("customers", "few"), [(4, True), (150, False)])
def test_that_the_orders_are_not_enough_is_said_above_the_table(shown, customers, few):
    lines = [f"c{n % customers},202{n % 2}-{1 + n % 12:02}-{1 + n % 28:02},{10 + n}" for n in range(450)]
    page = shown.drop(("orders.csv", "\n".join(["customer,date,amount", *lines]).encode())).go("Segments")
    said = page.said.find("These orders are not enough, for")
    assert (said >= 0) == few
    assert said < page.said.find("<table")
    assert not few or "6 segments need at least 6 customers" in page.touch("segments", 6).said


@pytest.mark.slow
def test_another_number_and_back(segments):
    before = segments.said
    segments.touch("segments", 6)
    assert segments.said.count('class="dot"') == 6
    assert segments.touch("segments", 4).said == before


@pytest.mark.slow
def test_the_recommended_number_comes_with_its_reasons(segments):
    segments.touch("recommended", True)
    assert not segments.test.slider
    [number] = re.findall(r"Number of segments: (\d+)\.", segments.said)
    assert segments.said.count('class="dot"') == int(number)
    assert re.search(rf'{number}\.</p></div>\n<div class="told"><p class="(note|warning)">\w', segments.said)
    segments.touch("recommended", False)
    assert segments.test.slider[0].value == 4
    segments.touch("recommended", True)
    segments.touch("chapter", "How it was made")
    assert "segments" in segments.said


@pytest.mark.slow
def test_the_plain_transform(segments):
    before = segments.said
    assert segments.touch("transform", "none").said != before


@pytest.mark.slow
@pytest.mark.parametrize(("chapter", "drawn"), [("Charts", True), ("How it was made", False)])
def test_each_chapter_of_the_report_is_there(segments, chapter, drawn):
    segments.touch("chapter", chapter)
    assert ("data:image/svg+xml;base64," in segments.said) == drawn


@pytest.mark.slow
def test_what_was_chosen_survives_a_reload_of_the_page(segments):
    segments.touch("segments", 3)
    again = type(segments)(segments.key)
    assert again.widget("segments").value == 3
    assert again.widget("screen").value == "Segments"
    assert again.said.count('class="dot"') == 3


@pytest.mark.slow
def test_two_pages_do_not_touch_each_others_data(segments):
    other = type(segments)()
    assert other.key != segments.key
    assert "One row per order line or per order" in other.said
    assert io.StringIO(segments.said).read(1)


def typed(segments, name, new):
    [field] = [each for each in segments.test.text_input if each.key == f"name {name}"]
    field.set_value(new)
    return segments.press("Use these names")


def names_on(page):
    return re.findall(r'class="dot".*?<bdi>(.*?)</bdi>', page.said, re.DOTALL)


@pytest.mark.slow
def test_names_are_edited_and_stand_on_all_screens_and_survive_a_reload(segments):
    first, *others = names_on(segments)
    assert names_on(typed(segments, first, " Stars <b>1</b> ")) == ["Stars &lt;b&gt;1&lt;/b&gt;", *others]
    again = type(segments)(segments.key)
    assert names_on(again)[0] == "Stars &lt;b&gt;1&lt;/b&gt;"
    assert "Stars <b>1</b>" in again.go("Campaign").test.multiselect[0].options
    assert "Stars <b>1</b>" in again.go("Customers").widget("of_segment").options
    assert names_on(again.go("Segments").press("Built-in names")) == [first, *others]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("", "must be one line of text"),
        ("New/Potential", "of 2 to 4 and of 5 to 12 segments one is called so. Choose another"),
        ("High-Value One-Time", "is taken: it takes the place of"),
    ],
)
def test_a_name_that_cannot_be_used_is_said_and_nothing_changes(segments, new, said):
    before = names_on(segments)
    typed(segments, before[0], new)
    assert said in segments.said
    assert "lexicon" not in segments.said
    assert names_on(segments) == before


@pytest.mark.slow
def test_a_score_gives_its_name_to_a_segment_with_the_segments_own_card(segments):
    old = names_on(segments)[0]
    assert names_on(typed(segments, old, "Champions"))[0] == "Champions"
    assert "Champions (score)" in segments.touch("chapter", "Scores").said
    from rfmeans.report.playbook import built_in

    assert built_in().cards[old].offer in html.unescape(segments.touch("chapter", "What to do").said)


@pytest.mark.slow
def test_a_lexicon_of_ones_own_is_used_and_the_file_that_is_downloaded_gives_the_same(segments, downloads):
    first, *others = names_on(segments)
    typed(segments, first, "Stars")
    taken = downloads["Download the lexicon"]
    segments.press("Built-in names")
    assert names_on(segments)[0] == first
    segments.drop(("my.toml", taken))
    assert names_on(segments) == ["Stars", *others]


@pytest.mark.slow
def test_a_file_that_is_no_lexicon_gives_the_paragraph_without_a_path(segments):
    segments.drop(("my.toml", b"[grid"))
    assert "The lexicon &#x27;my.toml&#x27; is not TOML" in segments.said


@pytest.mark.slow
def test_what_to_do_with_a_segment_is_told_under_its_new_name(segments):
    typed(segments, names_on(segments)[0], "Stars").touch("chapter", "What to do")
    assert "Stars" in segments.said
    assert "There is no card for" not in segments.said
