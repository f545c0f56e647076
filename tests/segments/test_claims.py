"""What names claim, by hand: each claim where it holds, is a matter of degree, and is false; and names in its place."""

from __future__ import annotations

import itertools
import json
from dataclasses import asdict, replace

import pytest

from rfmeans.errors import SettingsError
from rfmeans.segments.claims import CLAIMS, check_claims, settle
from rfmeans.segments.facts import Facts, Grounds
from rfmeans.segments.lexicon import built_in, read_lexicon
from rfmeans.segments.names import name_centres, name_scores, on_other_grounds
from rfmeans.segments.rhythm import Rhythm

# A shop of which half of the repeat customers come back within 50 days, nine tenths within 150; a year of orders.
EVERYONE = Facts(
    recency=60, frequency=2, monetary=500, tenure=200, repeat_share=0.6, longest_away=140, mean_monetary=800
)
SHOP = Grounds((), EVERYONE, Rhythm(100, 50.0, 150.0), 360)
ONCE = replace(SHOP, rhythm=Rhythm(0))  # nobody comes back: the period counts, a quarter of it is 90 days


def facts(**changed: float | None) -> Facts:
    return replace(EVERYONE, **changed)


def found(claim: str, grounds: Grounds = SHOP, **changed: float | None) -> str:
    (verdict,) = check_claims([claim], facts(**changed), grounds)
    return verdict.found


@pytest.mark.parametrize(
    ("claim", "changed", "expected"),
    [
        ("recent", {"recency": 50}, "holds"),
        ("recent", {"recency": 51}, "partly"),
        ("recent", {"recency": 53}, "partly"),
        ("recent", {"recency": 54}, "false"),  # beyond the usual, and about as long ago as that of all
        ("recent", {"recency": 151}, "false"),
        ("overdue", {"recency": 61, "longest_away": 80}, "holds"),
        (
            "overdue",
            {"recency": 51, "longest_away": 80},
            "partly",
        ),  # half of all customers bought 60 days ago
        ("overdue", {"recency": 50, "longest_away": 80}, "partly"),
        ("overdue", {"recency": 1, "longest_away": 51}, "partly"),
        ("overdue", {"recency": 1, "longest_away": 50}, "false"),
        ("still", {"recency": 50}, "holds"),
        ("still", {"recency": 51}, "partly"),
        ("still", {"recency": 53}, "partly"),
        ("still", {"recency": 54}, "false"),
        ("still", {"recency": 151}, "false"),
        ("late", {"recency": 151}, "holds"),
        ("late", {"recency": 150}, "false"),
        ("cooling", {"recency": 40, "longest_away": 51}, "holds"),
        ("cooling", {"recency": 40, "longest_away": 50}, "false"),
        ("churned", {"recency": 151}, "holds"),
        ("churned", {"recency": 150}, "partly"),
        ("churned", {"recency": 67}, "partly"),
        ("churned", {"recency": 66}, "false"),  # within the limit, and about as long ago as that of all
        ("churned", {"recency": 50}, "false"),
        ("repeat", {"repeat_share": 0.51}, "holds"),
        ("repeat", {"repeat_share": 0.5}, "false"),
        ("one-time", {"repeat_share": 0.5}, "holds"),
        ("one-time", {"repeat_share": 0.51}, "false"),
        ("new", {"frequency": 9, "tenure": 90}, "holds"),
        ("new", {"frequency": 2, "tenure": 180}, "holds"),
        ("new", {"frequency": 2, "tenure": 181}, "partly"),
        ("new", {"frequency": 3, "tenure": 91}, "false"),
        ("high", {"monetary": 500, "mean_monetary": 900}, "holds"),
        ("high", {"monetary": 499, "mean_monetary": 900}, "partly"),  # their mean is above that of all
        ("high", {"monetary": 449, "mean_monetary": 799}, "false"),
        ("high", {"monetary": 551, "mean_monetary": 799}, "holds"),
        ("high", {"monetary": 499, "mean_monetary": None}, "partly"),  # an older model knows no mean
        ("low", {"monetary": 500, "mean_monetary": 700}, "holds"),
        ("low", {"monetary": 501, "mean_monetary": 700}, "partly"),
        ("low", {"monetary": 551, "mean_monetary": 801}, "false"),
        ("low", {"monetary": 449, "mean_monetary": 801}, "holds"),
        ("low", {"monetary": 501, "mean_monetary": None}, "partly"),
        # Within a tenth of all in both: they are worth neither more nor less.
        *((claim, {"monetary": 550, "mean_monetary": 880}, "false") for claim in ("high", "low")),
        *((claim, {"monetary": 450, "mean_monetary": 720}, "false") for claim in ("high", "low")),
        *((claim, {}, "holds") for claim in ("frequent", "infrequent", "later", "earlier")),
    ],
)
def test_each_claim_at_its_limits(claim, changed, expected):
    assert found(claim, **changed) == expected


def test_without_repeat_customers_the_period_is_the_measure():
    long_ago = replace(ONCE, everyone=facts(recency=120))
    assert [found("recent", long_ago, recency=days) for days in (60, 91, 181)] == ["holds", "partly", "false"]
    assert found("overdue", ONCE, recency=91, longest_away=100) == "holds"
    assert found("overdue", ONCE, recency=61, longest_away=90) == "false"
    (verdict,) = check_claims(["recent"], facts(recency=181), ONCE)
    assert verdict.says == "their last purchase was 181 days ago, and half of the 360 days of orders are 180"


def test_nine_repeat_customers_or_a_rhythm_of_no_day_tell_no_pace():
    for rhythm in (Rhythm(9, 5.0, 9.0), Rhythm(100, 0.0, 0.0)):
        assert found("recent", replace(SHOP, rhythm=rhythm), recency=60) == "holds"


def test_a_table_of_customers_tells_too_little_for_some_claims():
    table = replace(SHOP, rhythm=None, period_days=None)
    for claim in ("recent", "overdue", "late", "cooling", "still", "churned"):
        assert found(claim, table, recency=9999) == "unknown"
    assert found("new", table, tenure=None, frequency=2) == "holds"
    assert found("new", table, tenure=None, frequency=3) == "unknown"
    assert found("repeat", table, repeat_share=0.1) == "false"


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_feature_that_tells_nobody_apart_makes_no_claim(claim):
    constant = replace(SHOP, constant=CLAIMS[claim].features)
    assert found(claim, constant) == "false"


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


@pytest.mark.parametrize(
    "odd",
    [
        {"period_days": 10**400},
        {"period_days": -1},
        {"rhythm": {"repeat_customers": 3, "median_days": float("inf"), "nine_tenths_days": 2.0}},
        {"everyone": {**vars(EVERYONE), "monetary": float("nan")}},
        {"everyone": {**vars(EVERYONE), "mean_monetary": float("inf")}},
        {"everyone": {**vars(EVERYONE), "recency": None}},
    ],
)
def test_grounds_come_back_from_a_file_or_are_refused(odd):
    content = asdict(replace(SHOP, segments=(EVERYONE, None), constant=("recency",)))
    assert asdict(Grounds.from_dict(content)) == content
    counted = {**content, "everyone": {**content["everyone"], "customers": 3}}
    assert '"customers": 3, ' in json.dumps(asdict(Grounds.from_dict(counted)))  # a whole number, bit for bit
    older = {**content["everyone"]}
    del older["customers"], older["mean_monetary"]
    everyone = Grounds.from_dict({**content, "everyone": older}).everyone
    assert (everyone.customers, everyone.mean_monetary) == (0, None)
    with pytest.raises((ValueError, TypeError), match=r"period|finite|NoneType"):
        Grounds.from_dict({**content, **odd})


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


def test_in_a_window_few_purchases_make_nobody_new_who_bought_before_it():
    """At half of the period: one purchase in 90 days of people of whom most came back is not their first."""
    windowed = replace(SHOP, window=90)
    once = {"frequency": 1, "tenure": 180}
    assert found("new", SHOP, **once, repeat_share=0.6) == "holds"
    assert found("new", windowed, **once, repeat_share=0.6) == "false"
    assert found("new", windowed, **once, repeat_share=0.5) == "holds"
    (verdict,) = check_claims(["new"], facts(**once), windowed)
    assert (
        verdict.says
        == "they made 1 purchase in the last 90 days, the first of all 180 days ago, of 360 days of orders"
    )
    (verdict,) = check_claims(["high"], facts(monetary=600), windowed)
    assert verdict.says == "they spent 600 in the last 90 days against 500 of all"
    assert Grounds.from_dict(asdict(windowed)) == windowed


def test_loyal_holds_over_all_history_and_is_marked_where_the_window_shows_one_purchase():
    windowed = replace(SHOP, window=90)
    assert found("repeat", SHOP, repeat_share=0.9, frequency=1) == "holds"
    assert found("repeat", windowed, repeat_share=0.9, frequency=2) == "holds"
    assert found("repeat", windowed, repeat_share=0.9, frequency=1) == "partly"
    assert found("repeat", windowed, repeat_share=0.5, frequency=2) == "false"
    assert found("one-time", windowed, repeat_share=0.5, frequency=1) == "holds"
    (verdict,) = check_claims(["repeat"], facts(repeat_share=0.9, frequency=1), windowed)
    assert verdict.partly == (
        "that they bought more than once is a matter of degree: 90 % of them bought more than once in all history, "
        "half of them 1 time at most in the last 90 days"
    )


@pytest.mark.parametrize(
    ("share", "customers", "said"),
    [(2 / 3, 3, "2 of 3"), (2 / 3, 0, "67 %"), (0.6, 10, "60 %"), (1.0, 3, "all"), (0.0, 3, "none")],
)
def test_of_a_handful_no_percentage_is_told(share, customers, said):
    (verdict,) = check_claims(["repeat"], facts(repeat_share=share, customers=customers), SHOP)
    assert verdict.says == f"{said} of them bought more than once"
