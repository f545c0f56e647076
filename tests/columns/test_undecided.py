"""What a question about a column quotes."""

from rfmeans.columns.undecided import shortened


def test_a_long_value_is_quoted_short():
    assert shortened("x" * 50) == "'" + "x" * 37 + "...'"
