"""The columns of a source as choices, each with values that stand in it."""

import ibis
import pandas as pd

from rfmeans.orders.column_choices import column_choices

ROWS = pd.DataFrame({"who": ["Ann", "Ben", "Ann", "Cem", "Dag"], "n": [1, 2, 1, 3, 4], "note": [None] * 5})


def test_each_column_shows_up_to_three_different_values_as_they_stand():
    found = column_choices("customer", ibis.memtable(ROWS.astype({"note": "string"})))
    assert [(each.given["customer"], each.meaning) for each in found] == [
        ("who", "such as 'Ann', 'Ben', 'Cem'"),
        ("n", "such as '1', '2', '3'"),
        ("note", "blank in the first rows"),
    ]


def test_a_column_that_has_a_role_is_left_out_and_a_long_value_is_cut():
    table = ibis.memtable(pd.DataFrame({"who": ["x" * 50], "n": [1]}))
    [only] = column_choices("customer", table, {"n"})
    assert only.meaning == f"such as '{'x' * 37}...'"
