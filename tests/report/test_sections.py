"""The sections, in their order."""

import re

from helpers.pages import body_of

SECTIONS = ["segments", "charts", "hindsight", "actions", "scores", "method"]


# What the page holds, and in which order


def test_the_sections_are_in_order(page):
    body = body_of(page)
    assert re.findall(r'<section id="(\w+)"', body) == SECTIONS
    assert re.findall(r'<a href="#(\w+)"', body) == SECTIONS
    places = [body.index(words) for words in (
        'class="lead"', "Most valuable", "Most at risk", "<h2>The segments</h2>", "How sure they are",
        "<h2>Charts</h2>", "<h2>What to do</h2>", "<h2>How it was made</h2>", "What the words mean",
        "The account of all rows", "Transform of each feature", "K-Means (scikit-learn)", "Versions",
    )]  # fmt: skip
    assert places == sorted(places)
