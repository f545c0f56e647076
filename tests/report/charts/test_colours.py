"""Colours: one a segment in every chart, and apart for every sight."""

import itertools

import numpy as np
import pytest

from helpers.drawings import parts
from rfmeans.report.charts.colours import COLOURS, EVERYONE, chart_labels, colour
from rfmeans.report.charts.frame import NARROW, WIDE, segment_labels

# Colours, axes, room


@pytest.mark.parametrize("frame", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_segment_has_one_colour_in_every_chart(result, frame):
    labels = segment_labels(result.summary)
    wanted = {label: colour(place) for place, label in enumerate(labels, start=1)}
    wanted |= {f"{place} {label}": colour(place) for place, label in enumerate(labels, start=1)}
    wanted["All customers"] = EVERYONE
    for name in ("averages", "shares", "customer_map", "distributions"):
        found = parts(result.charts.draw(name, frame))
        channels = [part["color"] for part in found if isinstance(part.get("color"), dict)]
        scales = [channel["scale"] for channel in channels if "scale" in channel]
        assert scales
        for scale in scales:
            assert {label: wanted[label] for label in scale["domain"]} == dict(
                zip(scale["domain"], scale["range"], strict=True)
            )


def test_chart_labels_stay_apart():
    labels = chart_labels(["n" * 10_000, "n" * 9_999, "other"])
    assert len(set(labels)) == 3
    assert max(map(len, labels)) <= 40


SIGHTS = [
    np.eye(3),
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
]


TO_LMS = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
]


TO_OKLAB = [
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
]


def linear(shown: str) -> np.ndarray:
    parts = np.array([int(shown[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def oklab(rgb: np.ndarray) -> np.ndarray:
    return np.array(TO_OKLAB) @ np.cbrt(np.array(TO_LMS) @ rgb)


def distance(one: str, other: str) -> float:
    return min(
        float(np.linalg.norm(np.subtract(*(oklab(np.clip(sight @ linear(c), 0, 1)) for c in (one, other)))))
        for sight in SIGHTS
    )


@pytest.mark.parametrize(("first", "least"), [(4, 0.1), (12, 0.075)])
def test_colours_stay_apart_for_every_sight(first, least):
    assert min(distance(*pair) for pair in itertools.combinations(COLOURS[:first], 2)) >= least


def test_colours_show_on_white_and_on_the_dark_page():
    for shown in COLOURS:
        luminance = float(linear(shown) @ [0.2126, 0.7152, 0.0722])
        assert 1.05 / (luminance + 0.05) >= 2
        assert (luminance + 0.05) / 0.058 >= 2.5


def test_a_colour_for_each_of_twelve_segments():
    assert len({colour(position) for position in range(1, 13)}) == 12
