"""The choice of the number of segments: each vote, where there was one."""

import pytest

from helpers.drawings import ALWAYS, rows_of
from rfmeans.errors import SettingsError


def test_a_chart_of_the_choice_where_there_was_one(chosen):
    assert chosen.charts.names == (*ALWAYS, "choice", "score_grid")


def test_no_chart_of_a_choice_that_was_not_made(result):
    with pytest.raises(SettingsError) as raised:
        result.charts.choice()
    assert str(raised.value) == (
        'There is no chart of the choice: the number of segments was given. Ask for segments="auto".'
    )


def test_the_choice_shows_each_vote(chosen):
    rows = rows_of(chosen.charts.draw("choice"), "k", "value", "passes")
    for vote in chosen.summary.choice.votes:
        shown = [row["value"] for row in rows if row["k"] == vote.segments]
        assert {vote.stability, vote.weakest, vote.smallest_share, vote.border} <= set(shown)
