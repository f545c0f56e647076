"""Text on the page: data are text and never markup, whatever is in them."""

import pytest

from rfmeans.app.widgets import bar, plain, words_of
from rfmeans.arguments import Choice


@pytest.mark.parametrize("letter", [*r"\`*_{}[]<>.|~:$&"])
def test_no_sign_of_markup_is_left_as_it_is(letter):
    assert plain(f"a{letter}b") == f"a\\{letter}b"


@pytest.mark.parametrize("sign", ["#", "+", "-", "=", "12)"])
def test_what_marks_a_line_at_its_beginning_is_none_and_stays_elsewhere(sign):
    marked = f"{sign[:-1]}\\)" if sign.endswith(")") else f"\\{sign}"
    assert plain(f"{sign} a{sign}b\n {sign} c") == f"{marked} a{sign}b\n {marked} c"


def test_a_bar_moves_where_nothing_tells_how_far_it_is_and_else_is_as_long_as_it_says():
    assert [bar(share) for share in (None, 0, 0.4)] == [
        '<div class="going"><i class="unknown"></i></div>'
    ] * 3
    assert bar(62.5) == '<div class="going"><i style="width: 62%"></i></div>'


def test_letters_stay():
    assert plain("Ann O'Neil 3") == "Ann O'Neil 3"


def test_a_choice_says_what_it_means_and_what_is_given():
    assert words_of(Choice({"drop_duplicates": True}, "set repeated lines aside")) == (
        "set repeated lines aside (Set repeated lines aside: yes)"
    )
    assert (
        words_of(Choice({"quantity": "n", "price": "each"})) == "Column of quantity: n, Column of price: each"
    )
    assert (
        words_of(Choice({"header": False}, "the first line is an order"))
        == "the first line is an order (Header: no)"
    )
