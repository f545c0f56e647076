"""The shares are those of the profile."""

from helpers.drawings import rows_of
from rfmeans.wording import percent


def test_shares_are_the_profiles(result):
    rows = rows_of(result.charts.draw("shares"), "of", "share")
    found = {(row["segment"], row["of"]): (row["share"], row["shown"]) for row in rows}
    for row in result.profile.to_dict("records"):
        name, share, revenue = row["segment"], row["share"], row["revenue_share"]
        assert found[name, "customers"] == (share, f"{percent(share)} of customers")
        assert found[name, "revenue"] == (revenue, f"{percent(revenue)} of revenue")
