"""Cuts of scores: by hand, ties, directions, and given ones."""

from __future__ import annotations

import json
from collections import Counter

import ibis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawn import examples
from helpers.scored import GRID, codes, customers, cut_points, scored
from rfmeans.segments.score_cuts import Scoring, spread_scores
from rfmeans.segments.scores import SCORE_COLUMNS, add_scores

# By hand


def test_ten_customers_who_all_differ_are_two_in_each_bin():
    table = customers(range(1, 11), range(1, 11), range(10, 0, -1))
    scoring = cut_points(table, 10, 5)
    # Two of ten have a recency of 9 days or more, four of 7 or more ...; two have fewer than 3 purchases ...
    assert [cuts.edges for cuts in scoring.features] == [(3, 5, 7, 9)] * 3
    assert [cuts.scores for cuts in scoring.features] == [(5, 4, 3, 2, 1), (1, 2, 3, 4, 5), (1, 2, 3, 4, 5)]
    assert codes(table) == ["515", "515", "424", "424", "333", "333", "242", "242", "151", "151"]
    assert scoring.notes == ()


def test_ten_identical_customers_have_the_middle_score_and_one_name():
    table = customers([7] * 10, [1] * 10, [20.0] * 10)
    assert set(codes(table)) == {"333"}
    assert {row["score_segment"] for row in scored(table)} == {"Need Attention"}
    assert cut_points(table, 10, 5).notes == (
        "All customers have the same recency, so all have R 3.",
        "All customers have the same frequency, so all have F 3.",
        "All customers have the same monetary, so all have M 3.",
    )


def test_a_base_of_which_97_percent_bought_once():
    """97 of 100 once, 2 twice, 1 three times: any cut that leaves a fifth below lies at two purchases."""
    table = customers(range(1, 101), [1] * 97 + [2, 2, 3], [10.0] * 100)
    scoring = cut_points(table, 100, 5)
    assert scoring.features[1].edges == (2,)
    assert scoring.features[1].scores == (1, 5)
    assert Counter(row["f_score"] for row in scored(table)) == {1: 97, 5: 3}
    assert scoring.notes[0] == (
        "Too many customers have the same frequency, or it has too few values, for 5 different scores: "
        "1 and 5 are left."
    )


def test_three_customers_have_the_worst_the_middle_and_the_best_score():
    assert codes(customers([1, 2, 3], [3, 2, 1], [9.0, 5.0, 5.0])) == ["555", "331", "111"]


def test_of_a_tie_all_have_what_its_worst_place_would_have():
    """Six of ten share the second place: 0 of 10 are worse than the first, 1 of 10 than the six, 7 than the next."""
    frequency = [1, 2, 2, 2, 2, 2, 2, 3, 4, 5]
    scoring = cut_points(customers(range(1, 11), frequency, frequency), 10, 5)
    # At least 2, 4 and 6 of 10 are below 3; at least 8 are below 4.
    assert scoring.features[1].edges == (3, 4)
    assert scoring.features[1].scores == (1, 3, 5)


def test_fewer_bins_spread_from_the_worst_to_the_best():
    for bins in range(2, 11):
        assert spread_scores(bins, bins) == tuple(range(1, bins + 1))
        for left in range(2, bins + 1):
            scores = spread_scores(left, bins)
            assert (scores[0], scores[-1]) == (1, bins)
            assert list(scores) == sorted(set(scores))


values = st.one_of(st.integers(1, 6), st.floats(0.01, 1e6), st.sampled_from([1.5, 2e9]))


@pytest.mark.slow
@examples(40)
@given(st.lists(values, min_size=1, max_size=40), st.integers(2, 10))
def test_the_cuts_are_those_of_the_definition(found, bins):
    """A score lies above j of n where at least j/n of all are strictly worse, for as many j as have a cut."""
    found = [float(value) for value in found]
    scoring = cut_points(customers(found, found, found), len(found), bins)
    for cuts, worse in zip(scoring.features, ("above", "below", "below"), strict=True):
        places = set()
        for value in found:
            share = sum(other > value if worse == "above" else other < value for other in found)
            places.add((share * bins // len(found), cuts.scores[sum(value >= edge for edge in cuts.edges)]))
        ranks = sorted({place for place, _ in places})
        assert sorted(places) == list(zip(ranks, spread_scores(len(ranks), bins), strict=True))


@examples(10)
@given(st.lists(st.tuples(values, values, values), min_size=1, max_size=40), st.integers(2, 10))
def test_polars_gives_the_same_cuts_and_scores(found, bins):
    table = customers(*(list(map(float, column)) for column in zip(*found, strict=True)))
    polars = ibis.polars.connect(tables={"customers": table.to_polars()}).table("customers")
    scoring = cut_points(table, len(found), bins)
    assert cut_points(polars, len(found), bins) == scoring
    one, other = (
        add_scores(rows, scoring, GRID).order_by("customer_id").to_pyarrow().select(SCORE_COLUMNS).to_pylist()
        for rows in (table, polars)
    )
    assert one == other


# Cuts of one's own


def test_given_cuts_are_lower_edges():
    """A value on an edge belongs to the bin above: of recency that is the worse one."""
    table = customers([114, 115, 481, 482], [3, 4, 7, 8], [255.7, 255.8, 665.9, 666.0])
    cuts = {
        "recency": (115, 181, 297.4, 482),
        "frequency": (4, 5, 6, 8),
        "monetary": (255.8, 382, 506.4, 666),
    }
    assert codes(table, cuts=cuts) == ["511", "422", "244", "155"]
    scoring = cut_points(table, 4, 5, cuts)
    assert [found.given for found in scoring.features] == [True] * 3
    assert scoring.notes == ()


def told(**changed):
    """What a model's file says of two scores, the cuts of recency changed."""
    cuts = {"edges": [10.0], "scores": [2, 1], "given": False}
    rows = [{**cuts, "feature": "recency", **changed}]
    rows += [{**cuts, "feature": feature, "scores": [1, 2]} for feature in ("frequency", "monetary")]
    return {"bins": 2, "features": rows}


def test_cuts_come_back_as_they_were():
    found = Scoring.from_dict(told())
    assert (found.bins, found.features[0].edges, found.features[0].scores) == (2, (10.0,), (2, 1))
    assert json.loads(json.dumps(found.to_dict())) == told()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"feature": "age"}, "the scores of age do not go from the worst to the best one"),
        ({"feature": "age", "scores": [1, 2]}, "scores must be of recency, frequency, monetary"),
        ({"scores": [3, 1]}, "the scores of recency do not go from the worst to the best one"),
        ({"scores": [2.0, 1.0]}, "the scores of recency do not go from the worst to the best one"),
        ({"scores": [1, 2]}, "the scores of recency do not go from the worst to the best one"),
        ({"edges": [10.0, 20.0]}, "the scores of recency do not go from the worst to the best one"),
        ({"edges": [float("inf")]}, "the cuts of recency do not ascend"),
    ],
)
def test_damaged_cuts_are_refused(changed, why):
    with pytest.raises(ValueError, match=f"^{why}$"):
        Scoring.from_dict(told(**changed))


def test_cuts_may_be_given_for_one_feature():
    scoring = cut_points(customers([1, 2], [1, 2], [1.0, 2.0]), 2, 3, {"frequency": (5, 10)})
    assert [(found.given, found.edges) for found in scoring.features] == [
        (False, (2,)),
        (True, (5, 10)),
        (False, (2,)),
    ]
