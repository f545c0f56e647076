"""How a refit is told against the model before."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from rfmeans.over_time.likeness import Likeness, Succession
from rfmeans.report.analyses.likeness import likeness


def told(*, ended=(), begun=()):
    found = Likeness(None, None, (Succession(1, "Loyal", 1, "Loyal", 0.5),), ended, begun, 9, None, 1)
    return [sentence.text for sentence in likeness(SimpleNamespace(likeness=found)).terminal]


def test_without_an_earlier_date_only_the_borders_are_told():
    assert told() == [
        "Segments have the ids of the model; centres are at most 0.50 from those that they follow. 1 of 9 customers "
        "are in another segment than by that model, because the borders moved."
    ]


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        (
            {"begun": ("New",)},
            "The model before had fewer segments. New: New; their customers count as moved by the borders.",
        ),
        (
            {"ended": ("Old", "Gone")},
            "The model before had more segments, and ids may differ. Without a successor: Old, Gone; their customers "
            "count as moved by the borders.",
        ),
    ],
)
def test_other_numbers_of_segments(numbers, said):
    assert told(**numbers)[1] == said


def test_nothing_is_told_without_one():
    assert not any(vars(likeness(SimpleNamespace(likeness=None))).values())
