"""The naming rule: each region by hand, cuts, tiers, empty regions, borderline names, and total cover."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawn import examples
from rfmeans.segments.lexicon import built_in
from rfmeans.segments.names import Name, better_than, empty_regions, name_centres, name_scores

Centre = tuple[float, float, float]


FOUR = {"High-Value Loyal", "At-Risk High-Value", "New/Potential", "Low-Value/Churned"}


NINE = FOUR | {
    "High-Value Cooling",
    "Growing",
    "Needs Attention",
    "Lapsing Regular",
    "Low-Value Occasional",
}


def centre(recency_score: float, value_score: float) -> Centre:
    """A centre with these scores: z_recency is the recency score's negative."""
    return (-recency_score, value_score, value_score)


def name_one(recency_score: float, value_score: float, k: int) -> Name:
    """The name of such a centre among k, the others lying far off in another region."""
    far = (-2.0, -2.0) if (recency_score, value_score) > (0.0, 0.0) else (2.0, 2.0)
    return name_centres([centre(recency_score, value_score)] + [centre(*far)] * (k - 1))[0]


# Two by two


@pytest.mark.parametrize("k", [2, 3, 4])
@pytest.mark.parametrize(
    ("recency", "value", "region"),
    [
        (1, 1, "High-Value Loyal"),
        (-1, 1, "At-Risk High-Value"),
        (1, -1, "New/Potential"),
        (-1, -1, "Low-Value/Churned"),
        (0, 1, "At-Risk High-Value"),
        (0, 0, "Low-Value/Churned"),
        (1, 0, "New/Potential"),
        (1e-12, 1e-12, "High-Value Loyal"),
        (-1e-12, 1e-12, "At-Risk High-Value"),
        (1e-12, -1e-12, "New/Potential"),
        (0.3, 0.3, "High-Value Loyal"),
        (-0.3, -0.3, "Low-Value/Churned"),
    ],
)
def test_up_to_four_segments(k, recency, value, region):
    assert name_one(recency, value, k).region == region


# Three by three


@pytest.mark.parametrize("k", [5, 8, 12])
@pytest.mark.parametrize(
    ("recency", "value", "region"),
    [
        (1, 1, "High-Value Loyal"),
        (0, 1, "High-Value Cooling"),
        (-1, 1, "At-Risk High-Value"),
        (1, 0, "Growing"),
        (0, 0, "Needs Attention"),
        (-1, 0, "Lapsing Regular"),
        (1, -1, "New/Potential"),
        (0, -1, "Low-Value Occasional"),
        (-1, -1, "Low-Value/Churned"),
        # |score| <= 0.4 is the middle, so a score on a cut is.
        (0.4, 0.4, "Needs Attention"),
        (-0.4, -0.4, "Needs Attention"),
        (0.4, -0.4, "Needs Attention"),
        (0.400001, 0.4, "Growing"),
        (-0.400001, 0.4, "Lapsing Regular"),
        (0.4, 0.400001, "High-Value Cooling"),
        (-0.4, -0.400001, "Low-Value Occasional"),
    ],
)
def test_five_segments_or_more(k, recency, value, region):
    assert name_one(recency, value, k).region == region


def test_bands_are_worked_out_from_the_centre():
    name = name_centres([(-0.5, 1.0, 2.0), (0.5, -1.0, -1.0)])[0]
    assert (name.recency_band, name.value_band) == ("recent", "high")


def test_value_weighs_frequency_and_monetary_alike():
    names = name_centres([(-1, 3, -1), (-1, -1, 3), (-1, -3, 1)])
    assert [name.region for name in names] == ["High-Value Loyal", "High-Value Loyal", "New/Potential"]


# Tiers


def test_a_name_held_by_one_segment_has_no_tier():
    names = name_centres([centre(1, 1), centre(-1, -1)])
    assert [name.text for name in names] == ["High-Value Loyal", "Low-Value/Churned"]


def test_segments_of_one_region_get_tiers_in_the_order_given():
    names = name_centres([centre(1, 2), centre(-1, 1), centre(2, 1), centre(1, -1)])
    assert [name.text for name in names] == [
        "High-Value Loyal · tier 1",
        "At-Risk High-Value",
        "High-Value Loyal · tier 2",
        "New/Potential",
    ]


def test_twelve_segments_of_one_region_have_twelve_names():
    names = name_centres([centre(1, 1)] * 12)
    assert [name.text for name in names] == [f"High-Value Loyal · tier {tier}" for tier in range(1, 13)]


# Empty regions


def test_no_region_is_empty_where_all_four_names_are_given():
    assert empty_regions(name_centres([centre(1, 1), centre(-1, 1), centre(1, -1), centre(-1, -1)])) == ()


def test_empty_regions_come_most_valuable_and_recent_first():
    names = name_centres([centre(1, 1), centre(1, 1), centre(-1, -1)])
    assert empty_regions(names) == ("At-Risk High-Value", "New/Potential")


def test_empty_regions_of_three_by_three():
    names = name_centres([centre(1, 1)] * 4 + [centre(0, 0)])
    assert empty_regions(names) == (
        "High-Value Cooling",
        "At-Risk High-Value",
        "Growing",
        "Lapsing Regular",
        "New/Potential",
        "Low-Value Occasional",
        "Low-Value/Churned",
    )


# Borderline


def test_a_clear_name_hangs_on_nothing():
    assert name_one(1, 1, 4).borderline == ()
    assert name_one(0, 0, 5).borderline == ()


def test_borderline_recency_says_what_it_hangs_on():
    assert name_one(-0.05, 1, 4).borderline == (
        "its centre lies 0.05 of a standard deviation from the border "
        "between lapsed and recent; beyond it the name would be High-Value Loyal",
    )


def test_borderline_value_says_what_it_hangs_on():
    assert name_one(1, 0.1, 4).borderline == (
        "its centre lies 0.10 of a standard deviation from the border "
        "between high and low value; beyond it the name would be New/Potential",
    )


def test_both_scores_may_be_borderline():
    recency, value = name_one(0.35, -0.45, 6).borderline
    assert recency == (
        "its centre lies 0.05 of a standard deviation from the border "
        "between cooling and recent; beyond it the name would be New/Potential"
    )
    assert value == (
        "its centre lies 0.05 of a standard deviation from the border "
        "between low and middle value; beyond it the name would be Needs Attention"
    )


@pytest.mark.parametrize(("score", "borderline"), [(0.15, True), (0.1501, False), (-0.15, True), (0.0, True)])
def test_within_015_of_the_cut_is_borderline(score, borderline):
    assert bool(name_one(score, 1, 4).borderline) == borderline


@examples(100)
@given(st.floats(-3, 3, allow_nan=False), st.floats(-3, 3, allow_nan=False), st.sampled_from([2, 4, 5, 12]))
def test_the_name_across_a_cut_is_another_one(recency, value, k):
    name = name_one(recency, value, k)
    for sentence in name.borderline:
        across = sentence.partition("the name would be ")[2]
        assert across in (FOUR if k <= 4 else NINE)
        assert across != name.region


# Total cover


@pytest.mark.parametrize("k", range(2, 13))
def test_every_score_has_a_name(k):
    scores = [-9.0, -1.0, -0.4, -0.15, -0.0, 0.0, 0.15, 0.4, 1.0, 9.0]
    regions = {name_one(recency, value, k).region for recency, value in itertools.product(scores, scores)}
    assert regions == (FOUR if k <= 4 else NINE)


numbers = st.floats(-10, 10, allow_nan=False)


@examples(100)
@given(st.lists(st.tuples(numbers, numbers, numbers), min_size=2, max_size=12))
def test_names_are_total_and_unique(centres):
    names = name_centres(centres)
    assert len({name.text for name in names}) == len(centres)
    taken = {name.region for name in names}
    assert taken | set(empty_regions(names)) == (FOUR if len(centres) <= 4 else NINE)


# The lexicon against the design's tables, name by name


def table(k: int) -> dict[tuple[str, str], str]:
    grid = built_in().grid_for(k)
    return {
        (value, recency): grid.names[value][recency] for value in grid.names for recency in grid.names[value]
    }


def test_the_table_of_two_by_two():
    assert table(4) == {
        ("high", "recent"): "High-Value Loyal",
        ("high", "lapsed"): "At-Risk High-Value",
        ("low", "recent"): "New/Potential",
        ("low", "lapsed"): "Low-Value/Churned",
    }
    assert (built_in().grid_for(4).recency.cuts, built_in().grid_for(4).value.cuts) == ((0.0,), (0.0,))


def test_the_table_of_three_by_three():
    assert table(5) == {
        ("high", "recent"): "High-Value Loyal",
        ("high", "cooling"): "High-Value Cooling",
        ("high", "lapsed"): "At-Risk High-Value",
        ("middle", "recent"): "Growing",
        ("middle", "cooling"): "Needs Attention",
        ("middle", "lapsed"): "Lapsing Regular",
        ("low", "recent"): "New/Potential",
        ("low", "cooling"): "Low-Value Occasional",
        ("low", "lapsed"): "Low-Value/Churned",
    }
    assert (built_in().grid_for(5).recency.cuts, built_in().grid_for(5).value.cuts) == (
        (-0.4, 0.4),
        (-0.4, 0.4),
    )


def test_the_lexicon_has_no_other_grid():
    assert [grid.max_segments for grid in built_in().grids] == [4, 12]
    assert built_in().grid_for(2) is built_in().grid_for(3) is built_in().grid_for(4)
    assert built_in().grid_for(5) is built_in().grid_for(12)


# Which segments are better


def test_better_of_the_four_names():
    names = name_centres([(-1, 1, 1), (1, 1, 1), (-1, -1, -1), (1, -1, -1)])
    assert [name.text for name in names] == [
        "High-Value Loyal",
        "At-Risk High-Value",
        "New/Potential",
        "Low-Value/Churned",
    ]
    better = [better_than(names, place, built_in()) for place in (1, 2, 3, 4)]
    # Nobody wants to lead a customer to a lapsed segment, whatever it is worth.
    assert better == [set(), {1}, {1}, {1, 3}]


def test_of_two_tiers_the_more_valuable_one_is_better():
    names = name_centres([(-1, 2, 2), (-1, 1, 1), (1, -1, -1)])
    assert better_than(names, 2, built_in()) == {1}


def test_better_of_the_scores_names_is_their_order():
    names = name_scores(built_in().scores.order, built_in())
    assert better_than(names, 6, built_in()) == {1, 2, 3, 4, 5}  # Need Attention
    assert better_than(names, 11, built_in()) == {1, 2, 3, 4, 5, 6, 9}  # Lost: the lapsed names are no aim
