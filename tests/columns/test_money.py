"""Money: one convention for a column, found, asked about or refused."""

import pytest

from helpers.written_columns import amounts, marks
from rfmeans.errors import SourceError

# Money: one convention for a column


@pytest.mark.parametrize(
    ("values", "mark"),
    [
        (["1,234", "12.5"], "."),
        (["1.234", "12,5"], ","),
        (["1,234", "1,234,567"], "."),  # two separators of thousands
        (["1.234", "0.125"], "."),  # no thousand begins with 0
        (["1,234", "1234,567"], ","),  # no group of four
        (["1,000", "1,00,000"], "."),
        (["12", "13"], None),
        (["", "-"], None),
        ([".5", "1,234"], "."),
    ],
)
def test_the_mark_that_the_values_decide_for(values, mark):
    assert marks(amount=values) == {"amount": mark}


def test_other_columns_decide_where_a_column_leaves_it_open():
    assert marks(quantity=["1,000", "12"], price=["1.25", "3"]) == {"quantity": ".", "price": "."}
    assert marks(quantity=["1,000", "12"], price=["1,25", "3"]) == {"quantity": ",", "price": ","}


@pytest.mark.parametrize("others", [{}, {"price": ["3", "4"]}, {"price": ["1.5", ""], "fee": ["1,5", ""]}])
def test_a_column_that_nothing_decides_is_asked_about(others):
    with pytest.raises(SourceError) as found:
        marks(quantity=["1,000", "12"], **others)
    assert str(found.value) == (
        "The numbers in 'quantity' can be read with a decimal point or with a decimal comma, and no value and no other "
        "column decides: '1,000' is 1000 with a decimal point and 1.000 with a decimal comma. Say which it is with "
        "decimal='.' or decimal=',' (a point or a comma)."
    )


def test_both_marks_in_one_column_are_refused():
    with pytest.raises(SourceError) as found:
        marks(amount=["1.5", "2.5", "2,75"])
    assert str(found.value) == (
        "The numbers in 'amount' are written in two ways: 2 can only be read with a decimal point, such as '1.5', and "
        "1 only with a decimal comma, such as '2,75'. Write them in one way, or say which one counts with decimal='.' "
        "or decimal=',' : the other lines are then set aside."
    )


def test_one_slip_in_two_hundred_is_set_aside_not_misread():
    values = ["1.50"] * 200 + ["2,75", "x"]
    assert marks(amount=values) == {"amount": "."}
    assert amounts(values, ".")[-2:] == [None, None]


def test_a_given_mark_is_taken():
    assert marks(",", amount=["1,234"]) == {"amount": ","}
