"""Numbers, money, foreign texts and colours, as people see them."""

import pytest

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
