"""The summary as JSON: the same numbers as the customers have."""

import json
import re
from dataclasses import replace

import pytest

from helpers.pages import FIGURES, body_of
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
    sentence = "its recency score of -0.05 is close to the cut at 0"
    first, *others = (replace(segment, borderline=()) for segment in result.summary.segments)
    segments = (replace(first, borderline=(sentence,)), *others)
    body = body_of(render(replace(result.summary, segments=segments), built_in()).html)
    assert body.count(">borderline</abbr>") == 1
    assert f"Borderline: {sentence}." in body


def test_a_segment_that_is_found_again_only_in_part_is_said_so(result):
    weak = tuple(replace(segment, stability=0.4) for segment in result.summary.segments)
    body = body_of(render(replace(result.summary, segments=weak), built_in()).html)
    assert body.count(">0.40, only in part</td>") == len(weak)
