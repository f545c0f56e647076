"""The report: the same numbers on the page, in Markdown, as JSON, in the terminal and in the customers themselves."""

import html
import json
import re
from dataclasses import replace

import pytest

import rfmeans
from helpers.pages import body_of
from rfmeans.arguments import Message, argument
from rfmeans.report.blocks import Sentence, Words
from rfmeans.report.charts import registry as drawing
from rfmeans.report.charts.colours import colour
from rfmeans.report.charts.frame import segment_labels
from rfmeans.report.page import fragment, render
from rfmeans.report.playbook import built_in
from rfmeans.segments.spread import MAP_COLUMNS, MAP_ROWS, MapCell
from rfmeans.synthetic import make_orders

LIMIT = 2_000_000


CHARTS = ["averages", "shares", "customer_map", "distributions", "concentration"]


def test_ids_are_unique_and_no_picture_points_to_one(page, chosen):
    """Pictures that shared the id of a clip path or a gradient would be drawn with each other's."""
    for of in (page, chosen.report().html):
        ids = re.findall(r'\sid="([^"]+)"', body_of(of))
        assert len(ids) == len(set(ids))
        assert "url(#" not in body_of(of)


def test_a_segment_has_its_colour_all_over_the_page(result, page):
    body = body_of(page)
    for segment in result.summary.segments:
        name, shade = html.escape(segment.segment), colour(segment.segment_id)
        assert f'<span class="dot" style="--segment: {shade}"></span><bdi>{name}</bdi>' in body
        assert f'<article style="--segment: {shade}">\n<h3><bdi>{name}</bdi></h3>' in body
    data = json.loads(re.search(r'id="specifications">(.*?)</script>', page)[1])
    domains = re.findall(r'"domain": (\[[^]]*\]), "range": (\[[^]]*\])', json.dumps(data["charts"]))
    labels = segment_labels(result.summary)
    wanted = {label: colour(place) for place, label in enumerate(labels, start=1)}
    seen = [dict(zip(*map(json.loads, pair), strict=True)) for pair in domains if labels[0] in pair[0]]
    assert len(seen) >= 8  # in four charts, wide and narrow
    for scale in seen:
        plain = {re.sub(r"^\d+ ", "", label): shade for label, shade in scale.items()}
        assert {label: plain[label] for label in wanted} == wanted


def test_no_id_of_a_customer_is_on_the_page(page):
    assert not re.search(r"customer-?\d", page)


# Its size


@pytest.mark.slow
def test_it_stays_below_two_megabytes_with_all_that_can_be_in_it(result, chosen):
    """Twelve segments with long hostile names, every cell of the map filled, the votes on their number."""
    summary = result.summary
    long = "<&\"'>" * 2_000
    many = [summary.segments[place % 4] for place in range(12)]
    segments = tuple(
        replace(segment, segment_id=place, segment=f"{place} {long}", region=long, borderline=(long, long))
        for place, segment in enumerate(many, start=1)
    )
    cells = tuple(
        MapCell(
            (8.123456789 * column, 8.123456789 * (column + 1)),
            (1.23456789 * row**4, 1.23456789 * (row + 1) ** 4),
            *(123_456_789 + row, 1 + (column + row) % 12, 100_000_000),
        )
        for column in range(MAP_COLUMNS)
        for row in range(MAP_ROWS)
    )
    full = replace(
        summary,
        source=long,
        segments=segments,
        distributions=replace(summary.distributions, cells=cells),
        choice=chosen.summary.choice,
    )
    size = len(render(full, built_in()).html.encode())
    assert len(result.report().html.encode()) < size < LIMIT


@pytest.mark.slow
def test_ten_times_the_customers_take_no_more_room(result, page):
    orders = make_orders(5_000, seed=3).drop(columns="kind")
    with rfmeans.segment(orders, n_init=2, currency_symbol="£") as large:
        again = large.report().html
    cell = 400  # bytes a cell of the map takes in all, with room
    more = len(large.summary.distributions.cells) - len(result.summary.distributions.cells)
    assert len(again.encode()) - len(page.encode()) < cell * max(more, 0) + 20_000


# In a notebook


@pytest.mark.slow
def test_a_notebook_shows_it_in_a_frame_of_its_own(result):
    shown = result.report()._repr_html_()
    frame = re.fullmatch(r'<iframe title="Customer segments" sandbox="allow-scripts" srcdoc="([^"]*)" [^>]*>'
                         "</iframe>", shown)  # fmt: skip
    assert html.unescape(frame[1]) == result.report().html
    assert re.fullmatch(r"<Report, [\d.]+ MB of HTML>", repr(result.report()))


@pytest.mark.slow
def test_it_can_be_saved_and_a_refusing_disk_is_an_error_in_words(result, tmp_path):
    saved = result.report().save(tmp_path / "mine.html")
    assert saved.read_text(encoding="utf-8") == result.report().html
    with pytest.raises(
        rfmeans.OutputError, match=r"Cannot write .*: No such file or directory\. Choose another"
    ):
        result.report().save(tmp_path / "no" / "mine.html")


def test_the_same_result_gives_the_same_page(result, page):
    assert result.report().html == page


@pytest.mark.slow
def test_the_written_report_is_the_results(result, page, tmp_path):
    folder = result.save(tmp_path / "out", audience_format="none")
    assert (folder / "report.html").read_text(encoding="utf-8") == page
    stems = {path.stem for path in (folder / "charts").iterdir()}
    assert stems == {*CHARTS, "bought_again", "score_grid"} == set(drawing.DRAWINGS) - {"choice"}


def test_whatever_is_drawn_names_options_and_no_arguments_of_python():
    text = Message(f"Give {argument('drop_duplicates', True)}.")
    drawn = fragment([Sentence(text), Words((("Again", text),))])
    assert drawn.count("Give --drop-duplicates.") == 2
    assert "drop_duplicates" not in drawn
