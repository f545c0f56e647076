"""The summary as JSON: the same numbers as the customers have."""

import json
import re
from dataclasses import replace

import pytest

import rfmeans
from helpers.pages import FIGURES, body_of, said_in_terminal
from rfmeans.report.analyses.lists import first_line
from rfmeans.report.page import render
from rfmeans.report.playbook import built_in


def test_json_holds_the_same_numbers(result, counted):
    found = json.loads(json.dumps(result.summary.to_dict()))
    for row in found["segments"]:
        assert {name: row[name] for name in FIGURES} == pytest.approx(counted[row["segment"]])
    everyone = counted["All customers"]
    for name in ("customers", "revenue", "mean_recency", "mean_frequency", "mean_monetary"):
        assert found["everyone"][name] == pytest.approx(everyone[name])
    assert [row["segment"] for row in found["segments"]] == list(result.profile["segment"])


def test_two_sentences_say_what_the_segments_are(page):
    lead = re.search(r'<p class="lead">(.*?)</p>', page)[1]
    assert lead.count(". ") == 1
    assert re.match(r"The [\d,]+ customers of .* fall into 4 segments by how recently, how often", lead)


def test_borderline_names_are_marked_with_what_they_hang_on(result):
    sentence = "its centre lies 0.05 of a standard deviation from the border between lapsed and recent"
    first, *others = (replace(segment, borderline=()) for segment in result.summary.segments)
    segments = (replace(first, borderline=(sentence,)), *others)
    body = body_of(render(replace(result.summary, segments=segments), built_in()).html)
    assert body.count(">borderline</abbr>") == 1
    assert f"Borderline: {sentence}." in body


def test_a_segment_that_is_found_again_only_in_part_is_said_so(result):
    weak = tuple(replace(segment, stability=0.4) for segment in result.summary.segments)
    body = body_of(render(replace(result.summary, segments=weak), built_in()).html)
    assert body.count(">0.40, only in part</td>") == len(weak)


NOBODY = "Nobody spent anything in the last 30 days"


def test_where_nobody_spent_anything_no_segment_is_valuable_and_no_share_of_money_is_told(unspent):
    """Hand-worked: 4 and 2 of 6 customers, and no money at all: every share of it is a dash, or left out."""
    summary = unspent.summary
    assert summary.most_valuable is None
    assert summary.headlines == (
        f"Most valuable: no segment. {NOBODY}.",
        f"Most at risk: {summary.nobody_at_risk}",
    )
    found = json.loads(json.dumps(summary.to_dict(), allow_nan=False))
    assert (found["most_valuable"], found["most_at_risk"]) == (None, None)
    assert sorted((row["customers"], row["revenue_share"]) for row in found["segments"]) == [
        (2, None),
        (4, None),
    ]
    assert set(found["concentration"].values()) == {None}
    in_terminal = said_in_terminal(unspent)
    assert f"Most valuable: no segment. {NOBODY}." in in_terminal
    assert re.search(r"4 \(67 %\) +0 ", in_terminal)
    everyone = next(line for line in unspent.to_markdown().splitlines() if line.startswith("| All customers"))
    assert everyone.split(" | ")[1:5] == ["6", "100 %", "0", "–"]
    body = body_of(unspent.report().html)
    assert f"{NOBODY}." in body
    assert ">4 customers<" in body  # on its card: no share of nothing


def test_where_nobody_spent_anything_the_charts_say_so(unspent):
    drawn = {name: unspent.charts.draw(name)["title"] for name in unspent.charts.names}
    titles = {name: " ".join(title) for name, title in drawn.items()}
    assert "concentration" not in titles
    assert titles["averages"].startswith(f"{NOBODY}; ")
    assert titles["distributions"] == NOBODY
    assert re.match(f"67 % of customers are .*; n{NOBODY[1:]}$", titles["shares"])
    assert "revenue" not in titles["score_grid"]
    with pytest.raises(rfmeans.SettingsError) as refused:
        unspent.charts.concentration()
    assert str(refused.value) == f"There is no such chart: n{NOBODY[1:]}."


def test_one_begins_with_those_at_risk_who_spent_more_than_usual_and_else_with_the_most_valuable(
    result, unspent
):
    found = result.summary
    first = found.first_choice
    assert (first.segment, first.at_risk) == ("At-Risk High-Value", True)
    assert first.figures.median_monetary > found.everyone.median_monetary
    assert first_line(found).startswith(
        f"Begin with At-Risk High-Value: {first.share_away} of its customers stay away longer than usual. Half of its "
    )
    untold = replace(found, segments=tuple(replace(each, away=None) for each in found.segments))
    assert first_line(untold).startswith(
        "Begin with At-Risk High-Value: its customers bought long ago. Half "
    )
    poor = replace(found, segments=tuple(each for each in found.segments if each != first))
    assert any(each.at_risk for each in poor.segments)  # of low value: nobody to begin with
    assert poor.first_choice == poor.most_valuable
    assert "the most valuable, and none at risk spent more than usual" in first_line(poor)
    assert unspent.summary.first_choice is None
    assert first_line(unspent.summary) == ""
