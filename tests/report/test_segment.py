"""One segment as it is told: what is counted of its customers."""

from dataclasses import replace

import pytest


def test_how_many_are_away_is_counted(result):
    usual = result.summary.pace.days
    customers = result.customers.to_pandas()
    for segment in result.summary.segments:
        mine = customers[customers["segment_id"] == segment.segment_id]
        assert segment.away == (mine["recency"] > usual).sum()
    assert result.summary.to_dict()["usual_days"] == usual


def test_tenure_and_the_share_that_came_back_are_those_of_the_customers(result):
    customers = result.customers.to_pandas()
    for row in result.summary.to_dict()["segments"]:
        mine = customers[customers["segment_id"] == row["segment_id"]]
        assert row["mean_tenure"] == pytest.approx(mine["tenure"].mean())
        assert row["median_tenure"] == mine["tenure"].median()
        assert row["repeat_share"] == pytest.approx((mine["frequency"] > 1).mean())


@pytest.mark.parametrize(
    ("away", "customers", "said"),
    [(None, 200, ""), (98, 200, "49 %"), (200, 200, "all"), (0, 200, "0 %"), (2, 3, "2 of 3"), (3, 3, "all")],
)
def test_the_share_that_is_away(result, away, customers, said):
    segment = result.summary.segments[0]
    assert (
        replace(segment, away=away, figures=replace(segment.figures, customers=customers)).share_away == said
    )
