"""What a name claims, checked on a segment's own figures."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from helpers.claimed import EVERYONE, ONCE, SHOP, facts, found
from rfmeans.segments.claims import CLAIMS, check_claims
from rfmeans.segments.facts import Grounds
from rfmeans.segments.rhythm import Rhythm


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
        ("high", {"monetary": 551, "mean_monetary": 700}, "holds"),
        # Half of them spent what half of all did, or less: their mean decides, where it is not about that of all.
        *(("high", {"monetary": median, "mean_monetary": 900}, "partly") for median in (550, 500, 449)),
        ("high", {"monetary": 500, "mean_monetary": 700}, "false"),
        ("high", {"monetary": 449, "mean_monetary": 799}, "false"),
        ("high", {"monetary": 551, "mean_monetary": 799}, "holds"),
        ("high", {"monetary": 499, "mean_monetary": None}, "partly"),  # an older model knows no mean
        *(("low", {"monetary": median, "mean_monetary": 700}, "partly") for median in (450, 500, 551)),
        ("low", {"monetary": 500, "mean_monetary": 900}, "false"),
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


def test_about_the_same_is_within_a_tenth_in_any_unit_of_money():
    """33 and 27 are a tenth from 30; in a unit a hundred times as large it is 0.33 and 0.27, from 0.3."""
    for unit in (1, 100):
        shop = replace(SHOP, everyone=facts(monetary=30 / unit, mean_monetary=30 / unit))
        for spent, high, low in ((33, "false", "false"), (33.1, "holds", "false"), (26.9, "false", "holds")):
            given = {"monetary": spent / unit, "mean_monetary": spent / unit}
            assert (found("high", shop, **given), found("low", shop, **given)) == (high, low)


def test_who_is_not_away_beyond_the_limit_is_held_against_the_limit():
    (verdict,) = check_claims(["late"], facts(recency=100), SHOP)
    assert verdict.says == (
        "their last purchase was 100 days ago, and nine tenths of the repeat customers come back within 150"
    )


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
