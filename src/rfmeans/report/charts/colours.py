"""The colours of the segments, and their names where there is little room."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rfmeans.wording import clip

if TYPE_CHECKING:
    from collections.abc import Sequence
# One colour per segment, in the order of segment ids. The first six are Okabe & Ito's; the others were chosen
# as far from all before them as they can be under normal sight, protanopia and deuteranopia, none so light
# that it is lost on white nor so dark that it is lost on the dark page. Measured in
# tests/report/charts/test_colours.py.
COLOURS = (
    *("#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7"),
    *("#A03519", "#3F89FD", "#226865", "#87C188", "#B52F8F", "#234FCA"),
)
EVERYONE = "#8A9099"  # all customers together
CHART_TEXT = 34  # characters of a foreign text that a chart has room for


def colour(segment_id: int) -> str:
    """Return the colour of a segment, by its id from 1."""
    return COLOURS[(segment_id - 1) % len(COLOURS)]


def chart_labels(names: Sequence[str]) -> list[str]:
    """Return names short enough for a chart, each still its own.

    >>> chart_labels(["New", "x" * 40 + "1", "x" * 40 + "2"])
    ['New', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… (2)', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… (3)']
    """
    short = [clip(name, CHART_TEXT) for name in names]
    times = Counter(short)
    return [
        f"{label} ({position})" if times[label] > 1 else label
        for position, label in enumerate(short, start=1)
    ]
