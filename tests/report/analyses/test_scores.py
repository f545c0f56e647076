"""Scores in the report: the crosstab is the same wherever it is drawn."""

from dataclasses import replace

import pytest

import rfmeans
from helpers.pages import markdown_tables, tables_of
from rfmeans.report.analyses.scores import scores
from rfmeans.report.blocks import Sentence
from rfmeans.synthetic import make_orders
from rfmeans.wording import number


def test_the_crosstab_is_the_same_on_the_page_in_markdown_and_as_json(result, page):
    customers = result.customers.to_pandas().dropna(subset="segment_id")
    in_markdown = markdown_tables(result.to_markdown())[1]
    on_page = tables_of(page)["Customers by score segment and K-Means segment"]
    as_json = result.summary.to_dict()["crosstab"]
    assert [cell[0] for cell in on_page[0][1:]] == as_json["segments"] == list(result.profile["segment"])
    for name, *cells in ([cell[0] for cell in row] for row in on_page[1:]):
        mine = customers[customers["score_segment"] == name]
        wanted = [int((mine["segment"] == segment).sum()) for segment in as_json["segments"]]
        assert cells == in_markdown[name] == [number(count) for count in wanted]
        assert [row[as_json["score_segments"].index(name)] for row in as_json["customers"]] == wanted


@pytest.mark.parametrize(
    ("covered", "said"),
    [
        ((), None),
        (("Newer",), "Newer names nobody: all of its codes stand under names before."),
        (("Newer", "Lost"), "Newer, Lost name nobody: all of their codes stand under names before."),
    ],
)
def test_names_that_nobody_can_have_are_said_once(result, covered, said):
    told = scores(replace(result.summary, covered_names=covered))
    wanted = [Sentence(said)] if said else []
    for medium in (told.page, told.markdown, told.terminal):
        assert [block for block in medium if isinstance(block, Sentence) and "nobody" in block.text] == wanted


@pytest.mark.slow
def test_a_published_table_says_what_it_leaves_no_codes_for():
    boxes = [{"name": "Best", "r": [2, 3]}, {"name": "Newer", "r": 3, "f": 1}, {"name": "Rest", "r": 1}]
    words = {"scores": {"box": [*boxes, {"name": "All", "m": 3}], "first_box_counts": True}}
    orders = make_orders(100, seed=1).drop(columns="kind")
    with rfmeans.segment(orders, method="scores", score_bins=3, lexicon=words) as found:
        said = "Newer, All name nobody: all of their codes stand under names before."
        assert found.to_markdown().count(said) == 1
        assert found.summary.to_dict()["names_without_codes"] == ["Newer", "All"]
        with rfmeans.assign(found.model, orders) as again:
            assert said not in again.to_markdown()
