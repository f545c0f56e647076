"""The averages: bars as long as the means, drawn with their numbers."""

import re

import pytest

from helpers.drawings import FEATURES, parts, texts_of
from rfmeans.report.charts.images import to_svg
from rfmeans.wording import counted, money, number

# What they show


@pytest.mark.parametrize("feature", FEATURES)
def test_the_bars_of_the_averages_are_the_profile(result, feature):
    found = result.charts.draw("averages")
    panel = found["hconcat"][FEATURES.index(feature)]
    (name,) = {part["data"]["name"] for part in parts(panel) if "data" in part}
    wanted = dict(zip(result.profile["segment"], result.profile[f"mean_{feature}"], strict=True))
    wanted["All customers"] = getattr(result.summary.everyone, f"mean_{feature}")
    assert {row["segment"]: row["value"] for row in found["datasets"][name]} == wanted


def test_the_averages_are_drawn_with_their_numbers(result):
    texts = texts_of(to_svg(result.charts.draw("averages")))
    for row in result.profile.to_dict("records"):
        assert row["segment"] in texts
        assert counted(row["mean_recency"], "day") in texts
        assert number(row["mean_frequency"]) in texts
        assert money(row["mean_monetary"], "£") in texts


def test_the_longest_bar_is_the_largest_mean(result):
    """What is drawn, not what is asked for: the ends of the three panels' bars."""
    svg = to_svg(result.charts.draw("averages"))
    drawn = re.findall(
        r'aria-label="value: ([\d.]+);[^"]*" [^>]*aria-roledescription="bar" d="M0,[\d.]+L([\d.]+)', svg
    )
    per_panel = len(result.summary.segments) + 1
    assert len(drawn) == 3 * per_panel
    for panel in range(3):
        bars = [(float(value), float(end)) for value, end in drawn[panel * per_panel :][:per_panel]]
        assert [end for _, end in sorted(bars)] == sorted(end for _, end in bars)
        assert max(bars)[1] > min(bars)[1]
