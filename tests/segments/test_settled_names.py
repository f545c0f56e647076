"""The name that a segment has once its claims were checked."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from helpers.claimed import EVERYONE, ONCE, SHOP, facts
from rfmeans.errors import SettingsError
from rfmeans.segments.facts import Facts, Grounds
from rfmeans.segments.lexicon import built_in, read_lexicon
from rfmeans.segments.names import name_centres, name_scores, on_other_grounds
from rfmeans.segments.settled_names import settle

RICH, POOR = {"monetary": 900, "mean_monetary": 1400}, {"monetary": 200, "mean_monetary": 300}


def worth(name: str) -> dict[str, float]:
    """What the customers of such a name spend."""
    return RICH if "High" in name else POOR


def settled(name: str, grounds: Grounds = SHOP, **changed: float | None) -> str:
    return settle(name, built_in().said, facts(**worth(name) | changed), grounds).name


@pytest.mark.parametrize(
    ("name", "changed", "expected"),
    [
        ("High-Value Loyal", {"recency": 9, "repeat_share": 1}, "High-Value Loyal"),
        ("High-Value Loyal", {"recency": 9, "repeat_share": 0.02}, "High-Value One-Time"),
        ("High-Value Loyal", {"recency": 151, "repeat_share": 0.02}, "High-Value Lapsed One-Time"),
        ("High-Value Loyal", {"recency": 151, "repeat_share": 1}, "High-Value Lapsed"),
        # The cheapest plan paid often: many purchases make the place, and the money is below that of all.
        ("High-Value Loyal", {"recency": 8, "monetary": 119, "mean_monetary": 118}, "Low-Value Regular"),
        ("High-Value Loyal", {"recency": 8, "monetary": 119, "mean_monetary": 900}, "High-Value Loyal"),
        ("At-Risk High-Value", {"recency": 52, "longest_away": 80}, "At-Risk High-Value"),
        ("At-Risk High-Value", {"recency": 386, "repeat_share": 0.02}, "High-Value Lapsed One-Time"),
        ("At-Risk High-Value", {"recency": 120, "repeat_share": 0.02}, "High-Value One-Time"),
        ("At-Risk High-Value", {"recency": 386, "monetary": 499, "mean_monetary": 1}, "Low-Value/Churned"),
        ("At-Risk High-Value", {"recency": 1, "longest_away": 2}, "High-Value Regular"),
        ("At-Risk High-Value", {"recency": 1, "longest_away": 2, "repeat_share": 0}, "High-Value One-Time"),
        ("New/Potential", {"recency": 9, "frequency": 2, "tenure": 60}, "New/Potential"),
        ("New/Potential", {"recency": 9, "frequency": 4, "tenure": 300}, "Low-Value Regular"),
        ("New/Potential", {"recency": 748, "repeat_share": 0.1}, "Low-Value One-Time"),
        ("New/Potential", {"recency": 748}, "Low-Value Lapsed"),
        ("Low-Value/Churned", {"recency": 190}, "Low-Value/Churned"),
        ("Low-Value/Churned", {"recency": 190, "monetary": 601, "mean_monetary": 801}, "At-Risk High-Value"),
        ("Low-Value/Churned", {"recency": 1}, "Low-Value Regular"),
        ("Low-Value/Churned", {"recency": 1, "repeat_share": 0.1}, "Low-Value One-Time"),
        ("Lapsing Regular", {"recency": 100, "repeat_share": 0.1}, "Middle-Value One-Time"),
        ("Growing", {"recency": 200}, "Middle-Value Lapsed"),
        # Whoever pays each month is in the middle of all, and neither needs attention nor buys now and then.
        ("Needs Attention", {"recency": 20, "longest_away": 50}, "Middle-Value Regular"),
        ("Needs Attention", {"recency": 20, "longest_away": 50, "repeat_share": 0}, "Middle-Value One-Time"),
        ("Needs Attention", {"recency": 20, "longest_away": 51}, "Needs Attention"),
        ("Low-Value Occasional", {"recency": 20, "longest_away": 50}, "Low-Value Regular"),
        ("Low-Value Occasional", {"recency": 20, "longest_away": 51}, "Low-Value Occasional"),
        ("High-Value Cooling", {"recency": 60, "repeat_share": 0.02}, "High-Value One-Time"),
        # Away for as long as all are, which is longer than usual: they do not still come.
        ("High-Value Loyal", {"recency": 60, "repeat_share": 1}, "High-Value"),
    ],
)
def test_a_true_name_takes_the_place_of_a_false_one(name, changed, expected):
    assert settled(name, **changed) == expected


@pytest.mark.parametrize(
    ("name", "constant", "expected"),
    [
        ("At-Risk High-Value", ("recency",), "High-Value"),  # who come back is told by days
        ("High-Value Loyal", ("frequency",), "High-Value"),
        ("Low-Value/Churned", ("frequency", "monetary"), "Lapsed"),
        ("High-Value Loyal", ("monetary",), "Frequent"),
        ("At-Risk High-Value", ("recency", "frequency"), "High-Value"),
        ("Lapsing Regular", ("frequency", "monetary"), "Lapsed"),
    ],
)
def test_a_name_does_not_speak_of_what_is_the_same_for_all(name, constant, expected):
    assert settled(name, replace(SHOP, constant=constant), recency=100) == expected


@pytest.mark.parametrize(
    ("name", "changed", "expected"),
    [
        ("Low-Value/Churned", {"repeat_share": 0}, "One-Time"),
        ("Low-Value/Churned", {"recency": 160, "repeat_share": 0}, "Lapsed One-Time"),
        ("Low-Value/Churned", {"recency": 45}, "Regular"),
        ("Low-Value/Churned", {}, "Lapsed"),
        ("High-Value Loyal", {"repeat_share": 0}, "One-Time"),
        ("New/Potential", {"recency": 9, "frequency": 3, "tenure": 300}, "Regular"),
    ],
)
def test_who_is_nearly_everybody_and_spends_as_all_do_has_no_name_of_value(name, changed, expected):
    assert settled(name, monetary=490, mean_monetary=790, **changed) == expected


def test_of_two_claims_in_degree_a_truer_name_comes():
    """Half of them bought once in the window, a little longer ago than usual: Loyal in neither word."""
    windowed = replace(SHOP, window=90, everyone=facts(recency=80))
    given = facts(recency=55, repeat_share=0.9, frequency=1, **RICH)
    found = settle("High-Value Loyal", built_in().said, given, windowed)
    assert (found.name, found.corrections) == (
        "High-Value",
        (
            "its place would make it High-Value Loyal, but that they bought recently and that they bought more than "
            "once are matters of degree: their last purchase was 55 days ago, and half of the repeat customers come "
            "back within 50; 90 % of them bought more than once in all history, half of them 1 time at most in the "
            "last 90 days",
        ),
    )
    alone = {"High-Value Loyal": replace(built_in().said["High-Value Loyal"], instead=())}
    kept = settle("High-Value Loyal", alone, given, windowed)
    assert (kept.name, kept.corrections) == ("High-Value Loyal", ())
    assert [verdict.found for verdict in kept.verdicts] == ["holds", "partly", "partly"]


def test_it_is_said_why():
    found = settle("High-Value Loyal", built_in().said, facts(recency=9, repeat_share=0.02, **RICH), SHOP)
    assert found.corrections == (
        "its place would make it High-Value Loyal, but 2 % of them bought more than once",
    )
    (overdue,) = (
        verdict
        for verdict in settle("At-Risk High-Value", built_in().said, facts(recency=40, **RICH), SHOP).verdicts
        if verdict.found == "partly"
    )
    assert overdue.partly == (
        "that they are away longer than usual is a matter of degree: half of them bought last within 40 days, a "
        "quarter more than 140 ago, and half of the repeat customers come back within 50"
    )


REGIONS = {name for grid in built_in().grids for row in grid.names.values() for name in row.values()}


@pytest.mark.parametrize("name", sorted(REGIONS))
def test_the_built_in_lexicon_has_a_true_name_whatever_the_figures(name):
    constants = [(), ("recency",), ("frequency",), ("monetary",), ("recency", "frequency")]
    constants += [("recency", "monetary"), ("frequency", "monetary")]
    choices = itertools.product(
        (1, 60, 200), (0.0, 1.0), (1, 9), (30, 300), constants, (SHOP, ONCE), (1, 500, 9999)
    )
    for days, share, purchases, tenure, constant, shop, spent in choices:
        if name in ("Growing", "Lapsing Regular") and {"recency", "monetary"} <= set(constant):
            continue  # a centre cannot lie there
        given = Facts(
            days, purchases, spent, tenure, share, days, mean_monetary=800 if spent == 500 else spent
        )
        found = settle(name, built_in().said, given, replace(shop, constant=constant))
        assert "false" not in {verdict.found for verdict in found.verdicts}, (found, given, constant)


def test_names_are_of_the_grounds_and_tiers_of_what_came_of_it():
    loyal = facts(recency=9, repeat_share=0.1, **RICH)
    again = facts(recency=1, longest_away=2, repeat_share=0.1, **RICH)
    grounds = replace(SHOP, segments=(loyal, again, None))
    names = name_centres([(-1, 1, 1), (1, 1, 1), (1, -1, -1)], grounds=grounds)
    assert [name.text for name in names] == [
        "High-Value One-Time · tier 1",
        "High-Value One-Time · tier 2",
        "Low-Value/Churned",  # nobody is in it: nothing to check
    ]
    assert [name.at_risk for name in names] == [False, False, True]
    assert [name.lapsed for name in names] == [False, True, True]


def test_on_other_grounds_a_name_stays_and_its_claims_are_checked_again():
    loyal = facts(recency=9, repeat_share=1, **RICH)
    lapsed = facts(recency=200, longest_away=250, **RICH)
    names = name_centres([(-1, 1, 1), (0.05, 1, 1)], grounds=replace(SHOP, segments=(loyal, lapsed)))
    later = replace(SHOP, segments=(facts(recency=160, **RICH), facts(recency=2, longest_away=3, **RICH)))
    first, second = on_other_grounds(names, built_in(), later)
    assert (first.text, second.text) == ("High-Value Loyal", "At-Risk High-Value")
    assert first.corrections == (
        "here that they bought recently does not hold: their last purchase was 160 days ago, and nine tenths of the "
        "repeat customers come back within 150",
    )
    assert (second.at_risk, names[1].at_risk) == (False, True)
    assert second.borderline[0].startswith(
        "in the model its centre lies 0.05 of a standard deviation from the border between lapsed and recent;"
    )


def test_regular_claims_that_they_still_come():
    """A fifth of the subscribers stops after the model was fitted: here they were 20 days away, there 135."""
    regular = facts(recency=20, longest_away=25, **POOR)
    names = name_centres([(-1, 1, 1), (1, -1, -1)], grounds=replace(SHOP, segments=(EVERYONE, regular)))
    assert (names[1].text, names[1].corrections[0]) == (
        "Low-Value Regular",
        "its place would make it Low-Value/Churned, but their last purchase was 20 days ago, and half of the repeat "
        "customers come back within 50",
    )
    stopped = facts(recency=160, longest_away=200, **POOR)
    assert on_other_grounds(names, built_in(), replace(SHOP, segments=(EVERYONE, stopped)))[
        1
    ].corrections == (
        "here that they still come does not hold: their last purchase was 160 days ago, and nine tenths of the repeat "
        "customers come back within 150",
    )


def test_nobody_is_at_risk_whose_name_says_that_they_still_come():
    """A quarter of them are away longer than usual, half of them not: Regular, and no campaign to win them back."""
    grounds = replace(SHOP, segments=(EVERYONE, facts(recency=40, longest_away=60, **POOR)))
    regular = name_centres([(-1, 1, 1), (1, -1, -1)], grounds=grounds)[1]
    assert (regular.text, regular.lapsed, regular.at_risk) == ("Low-Value Regular", True, False)
    assert regular.no_risk == (
        "their last purchase was 40 days ago, and half of the repeat customers come back within 50"
    )


def test_high_value_below_all_says_why():
    cheap = facts(recency=8, monetary=119, mean_monetary=118)
    (why,) = settle("High-Value Loyal", built_in().said, cheap, SHOP).corrections
    assert why == (
        "its place would make it High-Value Loyal, but they spent 119 against 500 of all, on average 118 against 800"
    )


@pytest.mark.parametrize(
    ("centre", "changed", "expected"),
    [
        # Beside the cut of value the people beyond it are worth what all are, and still bought once.
        (
            (-1, -0.06, -0.06),
            {"repeat_share": 0.02, "monetary": 45, "mean_monetary": 51},
            "High-Value One-Time",
        ),
        ((-1, -0.06, -0.06), {"monetary": 45, "mean_monetary": 51}, "High-Value Loyal"),
        ((0.06, 1, 1), {"repeat_share": 0.9, **RICH}, "High-Value Loyal"),
        (
            (0.06, 1, 1),
            {"repeat_share": 0.02, "recency": 9, **RICH},
            None,
        ),  # One-Time on both sides: it hangs on no cut
    ],
)
def test_across_a_cut_the_name_would_be_one_that_is_true(centre, changed, expected):
    given = facts(**{"recency": 40, "tenure": 60} | changed)
    grounds = replace(SHOP, segments=(given, EVERYONE))
    cuts = name_centres([centre, (1, 1, 1)], grounds=grounds)[0].close_cuts
    assert [cut.split("the name would be ")[1] for cut in cuts] == ([expected] if expected else [])


def test_names_of_scores_stay_and_what_does_not_hold_is_said():
    grounds = replace(SHOP, segments=(facts(recency=9, repeat_share=0.1),))
    names = name_scores(built_in().scores.order, built_in(), grounds)
    assert names[0].text == "Champions"
    assert names[0].corrections == (
        "that they bought more than once does not hold: 10 % of them bought more than once",
    )


# A lexicon of one's own

GRID = {
    "recency_bands": ["old", "new"],
    "recency_cuts": [0],
    "value_bands": ["all"],
    "value_cuts": [],
    "names": {"all": {"new": "High-Value Loyal", "old": "Gone"}},
}


def named(lexicon: dict) -> list[str]:
    grounds = replace(SHOP, segments=(facts(recency=9, repeat_share=0.1), facts(recency=9, longest_away=9)))
    centres = [(-1, 1, 1), (1, 1, 1)]
    return [name.text for name in name_centres(centres, read_lexicon(lexicon), grounds)]


def test_a_lexicon_without_claims_names_as_before():
    assert named({"grid": [GRID]}) == ["High-Value Loyal", "Gone"]


def test_a_lexicon_of_ones_own_may_make_claims():
    entries = [
        {"name": "High-Value Loyal", "claims": ["repeat"], "instead": ["Once"]},
        {"name": "Gone", "claims": ["churned"]},
    ]
    assert named({"grid": [GRID], "name": entries}) == ["Once", "Gone"]
    lexicon = read_lexicon({"grid": [GRID], "name": entries})
    assert read_lexicon(lexicon.to_dict()) == lexicon


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"name": "x"}, "the lexicon: names are written as [[name]], one after another. Got {'name': 'x'}."),
        (
            [{"name": ""}],
            "the lexicon, name 1: name must be one line of text, without blanks around it. Got ''.",
        ),
        (
            [{"name": "x", "claim": []}],
            "the lexicon, name 1 has no place for 'claim'. Did you mean 'claims'?",
        ),
        ([{"name": "x", "claims": "new"}], "the lexicon, name 'x': claims must be a list. Got 'new'."),
        (
            [{"name": "x", "claims": ["nwe"]}],
            "the lexicon, name 'x': there is no claim 'nwe'. Did you mean 'new'?",
        ),
        ([{"name": "x"}, {"name": "x"}], "the name 'x' stands under [[name]] twice. Keep one of them."),
        ([{"name": "x", "instead": ["a · tier 1"]}], "must not hold ' · tier ', which tells tiers apart."),
    ],
)
def test_what_is_wrong_with_claims_is_said(entries, message):
    with pytest.raises(SettingsError) as error:
        read_lexicon({"name": entries})
    assert message in str(error.value)
