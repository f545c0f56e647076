"""The concentration is what the biggest spenders hold."""

import numpy as np
import pytest

from helpers.drawings import rows_of


def test_the_concentration_is_what_the_biggest_spenders_hold(result):
    spent = result.customers.to_pandas().dropna(subset="segment_id")["monetary"].astype(float)
    held = np.concatenate([[0], spent.sort_values(ascending=False).cumsum() / spent.sum()])
    rows = rows_of(result.charts.draw("concentration"), "top", "held", "said")
    for row in rows:
        exact = np.interp(row["top"], np.linspace(0, 1, len(held)), held)
        assert row["held"] == pytest.approx(exact, abs=0.005)
    assert (rows[0]["held"], rows[-1]["held"]) == (0, 1)
