"""Text on the page: data are text and never markup, whatever is in them."""

import pytest

from rfmeans.app.widgets import plain, words_of
from rfmeans.arguments import Choice


@pytest.mark.parametrize("letter", [*r"\`*_{}[]()<>#+-.!|~:$&"])
def test_no_sign_of_markup_is_left_as_it_is(letter):
    assert plain(f"a{letter}b") == f"a\\{letter}b"


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
