"""Names on shops in which words of the usual ones would be false: what takes their place, and who is at risk."""

from dataclasses import replace

import pytest

import rfmeans
from helpers import planted_shops as shops

NAMES = {
    "one_time_buyers": ["High-Value", "High-Value Lapsed", "New/Potential", "Low-Value/Churned"],
    "mostly_once": [
        "High-Value Lapsed",
        "High-Value Lapsed One-Time",
        "Low-Value/Churned",
        "Low-Value One-Time",
    ],
    "subscriptions": ["High-Value Loyal", "High-Value Regular", "Low-Value Regular", "New/Potential"],
    "campaign_day": [
        *("High-Value · tier 1", "High-Value · tier 2"),
        *("High-Value One-Time", "Low-Value One-Time"),  # more than all spent, and less
    ],
    "dying_shop": [
        *("High-Value Lapsed · tier 1", "High-Value Lapsed · tier 2"),
        *("Low-Value/Churned · tier 1", "Low-Value/Churned · tier 2"),
    ],
}
AT_RISK = {
    "one_time_buyers": "High-Value Lapsed",
    "mostly_once": "High-Value Lapsed One-Time",
    "subscriptions": None,
    "campaign_day": None,
    "dying_shop": "High-Value Lapsed · tier 2",
}
NOBODY = {
    "subscriptions": "Most at risk: no segment. Of the one longest away: three quarters of the customers bought within "
    "26 days, and half of the repeat customers come back within 30.",
    "campaign_day": "Most at risk: no segment. Of the one longest away: recency is the same for all customers.",
}


@pytest.mark.slow
@pytest.mark.parametrize("shop", NAMES)
def test_names_are_true_of_the_customers(shop):
    with rfmeans.segment(getattr(shops, shop)(), n_init=4, hindsight=False) as result:
        summary = result.summary
        assert [segment.segment for segment in summary.segments] == NAMES[shop]
        assert {verdict.found for segment in summary.segments for verdict in segment.claims} <= {
            "holds",
            "partly",
        }
        at_risk = summary.most_at_risk
        assert (at_risk and at_risk.segment) == AT_RISK[shop]
        assert NOBODY.get(shop, summary.headlines[1]) == summary.headlines[1]
        again = rfmeans.SegmentModel.from_json(result.model.to_json())
        assert again.names == result.model.names
        changed = [segment for segment in summary.segments if segment.corrections]
        assert changed
        for told in (result.report().html, result.to_markdown()):
            assert changed[0].corrections[0].split(", but ")[1] in told
            assert "Where a word of that name would be false, another name takes its place." in told
        assert result.summary.to_dict()["segments"][0]["claims"][0].keys() == {"claim", "found", "says"}


def test_one_segment_with_both_headlines_says_why():
    orders = shops.dying_shop()
    with rfmeans.segment(orders, segments=2, n_init=4, hindsight=False) as result:
        summary = result.summary
        assert summary.most_valuable == summary.most_at_risk
        assert summary.headlines[1] == (
            f"Most at risk: {summary.most_valuable.segment} as well, "
            "for no other that is lapsed has more money behind it."
        )
        assert "as well, for no other that is lapsed has more money behind it." in result.report().html


@pytest.mark.slow
def test_assign_says_what_of_a_name_does_not_hold_there():
    """A model of an older version knows no claims, and calls these one-time buyers loyal."""
    orders = shops.one_time_buyers()
    with rfmeans.segment(orders, n_init=4, hindsight=False) as before:
        model = replace(before.model, grounds=None)
    with rfmeans.assign(model, orders, hindsight=False) as result:
        first = result.summary.segments[0]
        assert first.segment == "High-Value Loyal"
        assert first.corrections == (
            "here that they bought more than once does not hold: frequency is the same for all customers",
        )
        assert "Here that they bought more than once does not hold" in result.to_markdown()
