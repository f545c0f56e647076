"""Which way a move goes, and which list it is on, by what the names claim."""

from __future__ import annotations

import pytest

from rfmeans.over_time.directions import ACROSS, DOWN, UP, Directions
from rfmeans.segments.lexicon import built_in
from rfmeans.segments.names import name_centres, name_scores

LEXICON = built_in()
FOUR = Directions(name_centres([(-1, 1, 1), (1, 1, 1), (-1, -1, -1), (1, -1, -1)]), LEXICON)
LOYAL, AT_RISK, NEW, LOW = 1, 2, 3, 4
NINE = Directions(
    name_centres([(r, v, v) for v in (1, 0, -1) for r in (-1, 0, 1)]), LEXICON
)  # by value, then recent, cooling, lapsed


@pytest.mark.parametrize(
    ("before", "after", "way", "on"),
    [
        (LOYAL, LOYAL, ACROSS, None),
        (LOYAL, AT_RISK, DOWN, "slipped"),
        (LOYAL, NEW, DOWN, "slipped"),
        (LOYAL, LOW, DOWN, "lost"),
        (AT_RISK, LOYAL, UP, "recovered"),
        (AT_RISK, NEW, ACROSS, "recovered"),
        (AT_RISK, LOW, DOWN, "lost"),
        (NEW, LOYAL, UP, None),
        (NEW, AT_RISK, ACROSS, "slipped"),
        (NEW, LOW, DOWN, "lost"),
        (LOW, LOYAL, UP, "recovered"),
        (LOW, AT_RISK, UP, "recovered"),
        (LOW, NEW, UP, "recovered"),
    ],
)
def test_moves_between_four_segments(before, after, way, on):
    assert (FOUR.way(before, after), FOUR.list_of(before, after)) == (way, on)


@pytest.mark.parametrize(
    ("before", "after", "on"),
    [
        (1, 2, "slipped"),  # loyal to cooling
        (2, 1, None),  # was not lapsed
        (3, 2, "recovered"),
        (6, 3, "recovered"),  # still lapsed, of more value
        (3, 6, "slipped"),
        (6, 9, "lost"),
        (7, 8, "slipped"),
        (8, 9, "lost"),
        (8, 6, "slipped"),  # of more value, but lapsed now
    ],
)
def test_moves_between_nine_segments(before, after, on):
    assert NINE.list_of(before, after) == on


def test_a_move_back_is_the_other_way():
    for one in range(1, 10):
        for other in range(1, 10):
            assert NINE.way(one, other) == -NINE.way(other, one)


def test_tiers_of_one_region_are_told_apart_by_their_numbers():
    tiers = Directions(name_centres([(-1, 2, 2), (-1, 1, 1), (1, -1, -1)]), LEXICON)
    assert (tiers.way(1, 2), tiers.way(2, 1)) == (DOWN, UP)


def test_score_segments_go_by_their_order():
    order = LEXICON.scores.order
    scored = Directions(name_scores(order, LEXICON), LEXICON)
    assert scored.way(1, 2) == DOWN
    assert scored.list_of(1, len(order)) == "lost"
    assert scored.list_of(len(order), 1) == "recovered"


def test_who_has_no_segment_any_more_is_lost():
    assert FOUR.list_of(LOW, None) == "lost"
    assert FOUR.list_of(None, LOYAL) is None
