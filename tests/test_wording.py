"""Numbers, money, foreign texts and colours, as people see them."""

import itertools

import numpy as np
import pytest

from rfmeans import SettingsError
from rfmeans.report.charts.colours import COLOURS, chart_labels, colour
from rfmeans.settings import check_symbol
from rfmeans.wording import clip, counted, money, number, percent


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (0.004, "0.004"),
        (0.126, "0.13"),
        (1.04, "1.0"),
        (12.109, "12.1"),
        (99.96, "100.0"),
        (100.4, "100"),
        (1234567.5, "1,234,568"),
        (-7.26, "-7.3"),
        (-1234.4, "-1,234"),
        (float("nan"), "–"),
        (float("inf"), "–"),
    ],
)
def test_number(value, shown):
    assert number(value) == shown


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0, "0 %"), (0.004, "< 1 %"), (0.005, "< 1 %"), (0.5, "50 %"), (0.9951, "> 99 %"), (1, "100 %")],
)
def test_percent(share, shown):
    assert percent(share) == shown


@pytest.mark.parametrize(
    ("value", "symbol", "shown"),
    [
        (7519.16, "", "7,519"),
        (7519.16, "£", "£7,519"),
        (7519.16, "US$", "US$7,519"),
        (7519.16, "EUR", "7,519 EUR"),
        (-10411.24, "€", "-€10,411"),
        (-10411.24, "kr", "-10,411 kr"),
        (-10411.24, "د.إ", "-10,411 د.إ"),
        (float("nan"), "£", "–"),
    ],
)
def test_money(value, symbol, shown):
    assert money(value, symbol) == shown


@pytest.mark.parametrize("symbol", ["", "£", "€", "EUR", "US$", "zł", "₹", "د.إ"])
def test_a_currency_symbol(symbol):
    assert check_symbol(symbol) == symbol


@pytest.mark.parametrize("symbol", ["a b", "1", "-", "|", "x" * 9, "\n", "\u202e", None])
def test_what_is_no_currency_symbol(symbol):
    with pytest.raises(SettingsError, match="currency_symbol must be a sign like £ or EUR"):
        check_symbol(symbol)


def test_a_noun_after_one_is_singular():
    assert [counted(count, "day") for count in (0, 0.996, 1, 1.04, 2)] == [
        *("0 days", "1 day", "1 day", "1.0 days", "2 days")
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\r\nc\u2028d", "a b  c d"),
        ("a\x00b\x1bc", "a\ufffdb\ufffdc"),
        ("\u202eevil\u2066\u200f", "\ufffdevil\ufffd\ufffd"),
        ("קונים 🛒 €", "קונים 🛒 €"),
        ("<b>&'\"", "<b>&'\""),  # escaping is the writer's
    ],
)
def test_foreign_text_is_made_inert(text, shown):
    assert clip(text) == shown


def test_overlong_text_is_cut_off_visibly():
    shown = clip("x" * 10_000)
    assert (len(shown), shown[-1]) == (120, "…")
    assert clip("x" * 120) == "x" * 120


def test_chart_labels_stay_apart():
    labels = chart_labels(["n" * 10_000, "n" * 9_999, "other"])
    assert len(set(labels)) == 3
    assert max(map(len, labels)) <= 40


# Colours, as seen with normal sight, protanopia and deuteranopia (Machado, Oliveira & Fernandes 2009)

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
