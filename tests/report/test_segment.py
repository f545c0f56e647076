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


@pytest.mark.parametrize(
    ("away", "customers", "said"),
    [(None, 200, ""), (98, 200, "49 %"), (200, 200, "all"), (0, 200, "0 %"), (2, 3, "2 of 3"), (3, 3, "all")],
)
def test_the_share_that_is_away(result, away, customers, said):
    segment = result.summary.segments[0]
    assert (
        replace(segment, away=away, figures=replace(segment.figures, customers=customers)).share_away == said
    )
