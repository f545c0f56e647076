"""The text of an explanation: sentences by hand, and nothing small is said."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import polars as pl
import pytest

import rfmeans
from helpers.explained_shop import CUSTOMERS, CUTS
from rfmeans.model.explanation import Centre, Explanation, FeatureStanding, StepUp
from rfmeans.segments.settings import FEATURES
from rfmeans.settings import CustomerColumns


@pytest.fixture(scope="module")
def by_hand():
    with rfmeans.segment(CUSTOMERS, columns=CustomerColumns(), method="scores", score_cuts=CUTS) as result:
        yield result


def test_the_text(by_hand):
    assert by_hand.explain("cyd").lines == (
        "Customer cyd, among 4 customers with a segment:",
        "  last purchase 15 days ago (R 4): more recent than 25 % of the customers; 50 % have the same",
        "  3 purchases (F 3): more than 50 % of the customers; 25 % have the same",
        "  24 spent (M 3): more than 25 % of the customers; 50 % have the same",
        "Segment: Potential Loyalists, 2 of 11 by money spent each. It is the name of the code 433.",
        "To a better name: 1 more purchase of 8 (its average order value) would move it to Loyal Customers, at first "
        "even to Champions, until 29 days after it.",
        "Without another purchase: it goes to Need Attention in 5 days, then 20 days away.",
    )


def test_nothing_small_is_said():
    """One cut far away: five purchases more of 1 do not reach it."""
    table = pl.DataFrame(
        {"customer_id": [1, 2], "recency": [1, 1], "frequency": [1, 90], "monetary": [1.0, 9_000.0]}
    )
    with rfmeans.segment(
        table,
        columns=CustomerColumns(),
        method="scores",
        score_bins=2,
        score_cuts={"recency": [1000], "frequency": [80], "monetary": [800]},
    ) as result:
        found = result.explain(1)
    assert found.step is found.drift is None
    assert found.lines[-2] == (
        "To a better name: not even 5 more purchases of 1 each (its average order value) would keep it there for a "
        "week."
    )
    kept = f"Without another purchase: the model keeps it in {found.segment} for a year, then 366 days away."
    assert found.lines[-1] == kept


def test_without_any_money_no_purchase_is_tried():
    standings = tuple(FeatureStanding(name, 5.0, 0.0, 0.0, None) for name in FEATURES)
    found = Explanation("6", None, 9, standings=standings, segment="Lapsed", average_order=0.0, window=30)
    assert found.lines[-3] == (
        "To a better name: what a purchase would do cannot be tried, for nobody spent anything in the last 30 days."
    )


def test_what_is_better_can_be_of_less_money_spent_each():
    """Hand-written: who is lapsed spent more each than the recent ones of low value."""
    step = StepUp(1, 9.0, 30, "Low-Value Regular", "High-Value Loyal")
    standings = tuple(FeatureStanding(name, 5.0, 0.0, 0.0, None) for name in FEATURES)
    lapsed, low = Centre("Lapsed", 90.0, 1.0, 20.0), Centre("Low-Value Regular", 10.0, 3.0, 15.0)
    found = Explanation(
        *("6", None, 100),
        standings=standings,
        segment_id=2,
        segment="Lapsed",
        segments=4,
        confidence=0.5,
        nearest=(lapsed, low),
        step=step,
        average_order=9.0,
    )
    assert found.lines[4:6] == (
        "Segment: Lapsed, 2 of 4 by money spent each. The nearest centre is that of Lapsed (90 days, 1 purchase, "
        "20), the second-nearest that of Low-Value Regular (10 days, 3 purchases, 15); centres are those of the "
        "fit, after its transforms, not the means of the table. Confidence 0.50 of 1.",
        "To a more recent or more valuable name: 1 more purchase of 9 (its average order value) would move it to "
        "Low-Value Regular, at first even to High-Value Loyal, for 30 days at least.",
    )
    plain = replace(found, logged=False).lines[4]
    assert "15); centres are the means of the fit, which transformed no feature. Confidence" in plain


@pytest.mark.slow
def test_the_most_alike_ids_come_first():
    table = pd.DataFrame({"customer_id": ["12346", "12347", "12348", "17234", "22347", "99999"]})
    table = table.assign(recency=[1, 2, 3, 4, 5, 6], frequency=1, monetary=5.0)
    with rfmeans.segment(table, columns=CustomerColumns(), method="scores") as result:
        for key, ids in {
            "1234": "'12346', '12347', '12348'",
            "124347": "'12347', '22347'",
            "12349.0": "'12346', '12347', '12348'",
        }.items():
            with pytest.raises(rfmeans.DataError) as found:
                result.explain(key)
            assert f"Similar ids: {ids}." in str(found.value)
