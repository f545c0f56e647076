"""R, F and M scores: cuts by hand, ties, directions, the grid over all codes, and the same on another engine."""

from __future__ import annotations

import itertools
from collections import Counter

import ibis
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfmeans.lexicon import built_in
from rfmeans.scores import FEATURES, SCORE_COLUMNS, add_scores, fit_scoring, score_name, spread

GRID = built_in().scores
CODES = list(itertools.product(range(1, 6), repeat=3))


def customers(recency, frequency, monetary) -> ibis.Table:
    return ibis.memtable(
        pl.DataFrame(
            {
                "customer_id": range(1, len(recency) + 1),
                "recency": recency,
                "frequency": frequency,
                "monetary": monetary,
                "reason": pl.Series([None] * len(recency), dtype=pl.String),
            }
        )
    )


def scored(table: ibis.Table, bins: int = 5, cuts=None) -> list[dict[str, object]]:
    scoring = fit_scoring(table, table.count().to_pyarrow().as_py(), bins, cuts)
    return add_scores(table, scoring, GRID).order_by("customer_id").to_pyarrow().to_pylist()


def codes(table: ibis.Table, bins: int = 5, cuts=None) -> list[str]:
    return [row["rfm_score"] for row in scored(table, bins, cuts)]


# By hand


def test_ten_customers_who_all_differ_are_two_in_each_bin():
    table = customers(range(1, 11), range(1, 11), range(10, 0, -1))
    scoring = fit_scoring(table, 10, 5)
    # Two of ten have a recency of 9 days or more, four of 7 or more ...; two have fewer than 3 purchases ...
    assert [cuts.edges for cuts in scoring.features] == [(3, 5, 7, 9)] * 3
    assert [cuts.scores for cuts in scoring.features] == [(5, 4, 3, 2, 1), (1, 2, 3, 4, 5), (1, 2, 3, 4, 5)]
    assert codes(table) == ["515", "515", "424", "424", "333", "333", "242", "242", "151", "151"]
    assert scoring.notes == ()


def test_ten_identical_customers_have_the_middle_score_and_one_name():
    table = customers([7] * 10, [1] * 10, [20.0] * 10)
    assert set(codes(table)) == {"333"}
    assert {row["score_segment"] for row in scored(table)} == {"Need Attention"}
    assert fit_scoring(table, 10, 5).notes == (
        "All customers have the same recency, so all have R 3.",
        "All customers have the same frequency, so all have F 3.",
        "All customers have the same monetary, so all have M 3.",
    )


def test_a_base_of_which_97_percent_bought_once():
    """97 of 100 once, 2 twice, 1 three times: any cut that leaves a fifth below lies at two purchases."""
    table = customers(range(1, 101), [1] * 97 + [2, 2, 3], [10.0] * 100)
    scoring = fit_scoring(table, 100, 5)
    assert scoring.features[1].edges == (2,)
    assert scoring.features[1].scores == (1, 5)
    assert Counter(row["f_score"] for row in scored(table)) == {1: 97, 5: 3}
    assert scoring.notes[0] == (
        "So many customers have the same frequency that 2 scores of 5 are left: 1 and 5."
    )


def test_three_customers_have_the_worst_the_middle_and_the_best_score():
    assert codes(customers([1, 2, 3], [3, 2, 1], [9.0, 5.0, 5.0])) == ["555", "331", "111"]


def test_of_a_tie_all_have_what_its_worst_place_would_have():
    """Six of ten share the second place: 0 of 10 are worse than the first, 1 of 10 than the six, 7 than the next."""
    frequency = [1, 2, 2, 2, 2, 2, 2, 3, 4, 5]
    scoring = fit_scoring(customers(range(1, 11), frequency, frequency), 10, 5)
    # At least 2, 4 and 6 of 10 are below 3; at least 8 are below 4.
    assert scoring.features[1].edges == (3, 4)
    assert scoring.features[1].scores == (1, 3, 5)


def test_a_code_of_ten_scores_separates_them():
    table = customers(range(1, 11), range(1, 11), range(1, 11))
    assert codes(table, bins=10)[0] == "10-1-1"
    assert codes(table, bins=9)[0] == "911"


def test_fewer_bins_spread_from_the_worst_to_the_best():
    for bins in range(2, 11):
        assert spread(bins, bins) == tuple(range(1, bins + 1))
        for left in range(2, bins + 1):
            scores = spread(left, bins)
            assert (scores[0], scores[-1]) == (1, bins)
            assert list(scores) == sorted(set(scores))


def test_customers_set_aside_have_no_scores():
    table = customers([1, 2, 3], [1, 2, 3], [1.0, 2.0, 3.0])
    aside = table.mutate(reason=ibis.ifelse(table.customer_id == 2, "no purchase", ibis.null("string")))
    rows = add_scores(aside, fit_scoring(table, 3, 5), GRID).order_by("customer_id").to_pyarrow().to_pylist()
    assert [[row[column] is None for column in SCORE_COLUMNS] for row in rows] == [
        [False] * 5,
        [True] * 5,
        [False] * 5,
    ]


# Against the definition, counted one by one


values = st.one_of(st.integers(1, 6), st.floats(0.01, 1e6), st.sampled_from([1.5, 2e9]))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(values, min_size=1, max_size=40), st.integers(2, 10))
def test_the_cuts_are_those_of_the_definition(found, bins):
    """A score lies above j of n where at least j/n of all are strictly worse, for as many j as have a cut."""
    found = [float(value) for value in found]
    scoring = fit_scoring(customers(found, found, found), len(found), bins)
    for cuts, worse in zip(scoring.features, ("above", "below", "below"), strict=True):
        places = set()
        for value in found:
            share = sum(other > value if worse == "above" else other < value for other in found)
            places.add((share * bins // len(found), cuts.score(value)))
        ranks = sorted({place for place, _ in places})
        assert sorted(places) == list(zip(ranks, spread(len(ranks), bins), strict=True))


@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9), st.integers(1, 9)), min_size=2, max_size=30))
def test_a_better_customer_never_has_a_worse_score_or_name(found):
    rows = scored(customers(*map(list, zip(*found, strict=True))))
    for one, other in itertools.permutations(rows, 2):
        assert one["recency"] > other["recency"] or one["r_score"] >= other["r_score"]
        assert one["frequency"] < other["frequency"] or one["f_score"] >= other["f_score"]
        assert one["monetary"] < other["monetary"] or one["m_score"] >= other["m_score"]
        if all(one[name] >= other[name] for name in SCORE_COLUMNS[:3]):
            assert GRID.order.index(one["score_segment"]) <= GRID.order.index(other["score_segment"])


@settings(max_examples=10, deadline=None, derandomize=True)
@given(st.lists(st.tuples(values, values, values), min_size=1, max_size=40), st.integers(2, 10))
def test_polars_gives_the_same_cuts_and_scores(found, bins):
    table = customers(*(list(map(float, column)) for column in zip(*found, strict=True)))
    polars = ibis.polars.connect(tables={"customers": table.to_polars()}).table("customers")
    scoring = fit_scoring(table, len(found), bins)
    assert fit_scoring(polars, len(found), bins) == scoring
    one, other = (
        add_scores(rows, scoring, GRID).order_by("customer_id").to_pyarrow().select(SCORE_COLUMNS).to_pylist()
        for rows in (table, polars)
    )
    assert one == other


# The grid


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("555", "Champions"),
        ("544", "Champions"),
        ("455", "Loyal Customers"),
        ("344", "Loyal Customers"),
        ("533", "Potential Loyalists"),
        ("422", "Potential Loyalists"),
        ("511", "New Customers"),
        ("521", "New Customers"),
        ("411", "Promising"),
        ("333", "Need Attention"),
        ("322", "About to Sleep"),
        ("311", "About to Sleep"),
        ("233", "At Risk"),
        ("144", "At Risk"),
        ("155", "Can't Lose Them"),
        ("254", "Can't Lose Them"),
        ("222", "Hibernating"),
        ("211", "Hibernating"),
        ("122", "Lost"),
        ("111", "Lost"),
    ],
)
def test_names_of_some_codes(code, name):
    assert score_name([int(score) for score in code], 5, GRID) == name


def test_all_125_codes_have_one_of_the_eleven_names():
    names = Counter(score_name(code, 5, GRID) for code in CODES)
    assert set(names) == set(GRID.order)
    assert (len(GRID.order), names.total()) == (11, 125)


@pytest.mark.parametrize("bins", range(2, 11))
def test_the_expression_gives_the_name_of_every_code(bins):
    """Codes as customers: cuts between whole numbers, so that a value is its own score (recency the reverse)."""
    every = list(itertools.product(range(1, bins + 1), repeat=3))
    r, f, m = (list(column) for column in zip(*every, strict=True))
    edges = tuple(range(2, bins + 1))
    rows = scored(customers([bins + 1 - score for score in r], f, m), bins, dict.fromkeys(FEATURES, edges))
    assert [(row["r_score"], row["f_score"], row["m_score"]) for row in rows] == every
    assert [row["score_segment"] for row in rows] == [score_name(code, bins, GRID) for code in every]


@pytest.mark.parametrize("bins", range(2, 11))
def test_a_code_better_in_all_three_never_has_a_name_further_down(bins):
    ranks = {
        code: GRID.order.index(score_name(code, bins, GRID))
        for code in itertools.product(range(1, bins + 1), repeat=3)
    }
    for (r, f, m), rank in ranks.items():
        for better in ((r + 1, f, m), (r, f + 1, m), (r, f, m + 1)):
            assert ranks.get(better, 0) <= rank


def test_the_lapsed_names():
    assert [name for name in GRID.order if GRID.lapsed(name)] == [
        "Can't Lose Them",
        "At Risk",
        "Hibernating",
        "Lost",
    ]


def test_scores_of_three_bins_are_the_first_the_middle_and_the_last_of_five():
    names = {code: score_name(code, 3, GRID) for code in itertools.product((1, 2, 3), repeat=3)}
    assert names == {code: score_name([2 * score - 1 for score in code], 5, GRID) for code in names}


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
    scoring = fit_scoring(table, 4, 5, cuts)
    assert [found.given for found in scoring.features] == [True] * 3
    assert scoring.notes == ()


def test_cuts_may_be_given_for_one_feature():
    scoring = fit_scoring(customers([1, 2], [1, 2], [1.0, 2.0]), 2, 3, {"frequency": (5, 10)})
    assert [(found.given, found.edges) for found in scoring.features] == [
        (False, (2,)),
        (True, (5, 10)),
        (False, (2,)),
    ]
