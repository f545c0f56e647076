"""One customer explained: standings by hand, moves that hold under the model, and customers that are not there."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace

import ibis
import pandas as pd
import pytest

import rfmeans
from helpers import fitted_shop
from helpers.explained_shop import CUSTOMERS, CUTS
from rfmeans.segments.names import better_than
from rfmeans.segments.rhythm import Rhythm
from rfmeans.settings import CustomerColumns


@pytest.fixture(scope="module")
def by_hand():
    with rfmeans.segment(CUSTOMERS, columns=CustomerColumns(), method="scores", score_cuts=CUTS) as result:
        yield result


shop, fitted = fitted_shop.shop, fitted_shop.fitted


@pytest.fixture(scope="module")
def explained(fitted, shop):
    return [fitted.explain(customer) for customer in sorted(set(shop["customer_id"]))[:32]]


# By hand: four customers with a segment


def test_standings_are_shares_of_the_customers_with_a_segment(by_hand):
    found = by_hand.explain("cyd")
    assert found.customers == 4
    recency, frequency, monetary = found.standings
    assert (recency.worse, recency.same, recency.score) == (
        1 / 4,
        2 / 4,
        4,
    )  # dee; bob and cyd; 10 <= 15 < 20
    assert (frequency.worse, frequency.same, frequency.score) == (2 / 4, 1 / 4, 3)  # bob and dee
    assert (monetary.worse, monetary.same, monetary.score) == (1 / 4, 2 / 4, 3)  # bob; cyd and dee


def test_the_fewest_purchases_that_lead_up(by_hand):
    """Cyd: 433, Potential Loyalists. Each purchase adds 8: after one (4, 32) it is 544, Champions, for 9 days, then
    444 and 344, Loyal Customers; on day 30 it is 244, At Risk."""
    step = by_hand.explain("cyd").step
    assert (step.purchases, step.amount, step.days) == (1, 8.0, 29)
    assert (step.at_first, step.segment) == ("Champions", "Loyal Customers")
    assert by_hand.explain("cyd").lasting is None  # two make it 555, but on day 30 R is 2 all the same


def test_more_purchases_that_last_longer():
    """Bob: 411, Promising, each purchase 9. One: 522 and 422, Potential Loyalists, until R is 3 on day 20; two: 333
    from then on, Need Attention; three: 344, Loyal Customers, all the 30 days."""
    cuts = {**CUTS, "recency": [10, 20, 40, 60]}
    with rfmeans.segment(CUSTOMERS, columns=CustomerColumns(), method="scores", score_cuts=cuts) as result:
        found = result.explain("bob")
    assert (found.step.purchases, found.step.segment, found.step.days) == (1, "Potential Loyalists", 19)
    assert (found.lasting.purchases, found.lasting.segment, found.lasting.days) == (3, "Loyal Customers", 30)
    assert found.lines[-2] == (
        "To a better name: 1 more purchase of 9 (its average order value) would move it to Potential Loyalists until "
        "19 days after it; 3 would move it to Loyal Customers for 30 days at least."
    )


def test_drift_counts_the_days_without_a_purchase(by_hand):
    """Cyd is 433 now; in 5 days 20 days ago, 333, Need Attention."""
    drift = by_hand.explain("cyd").drift
    assert (drift.days, drift.segment) == (5, "Need Attention")


def test_the_best_segment_has_no_better_one(by_hand):
    found = by_hand.explain("ann")
    assert (found.segment, found.best, found.step) == ("Champions", True, None)
    assert found.drift.days == 5  # recency 10 is R 4
    assert found.drift.segment == "Loyal Customers"


# Customers without a segment, and ones that are not there


def test_customers_set_aside_are_explained_with_their_reason(by_hand):
    assert by_hand.explain("eve").lines == (
        "Customer eve is in no segment: its returns are worth as much as its purchases or more, so it has no net "
        "spend.",
    )
    assert by_hand.explain("fay").lines == (
        "Customer fay is in no segment: it has no purchase (returns or free orders only), so it has no recency.",
    )


def test_a_customer_who_is_not_there(by_hand):
    with pytest.raises(rfmeans.DataError) as found:
        by_hand.explain("Deee")
    assert str(found.value) == (
        "No customer 'Deee' among the 6 customers of these orders. Similar ids: 'dee'. Give the id as it stands in "
        "the source; a customer none of whose lines could be used is not among them."
    )


def test_a_blank_id(by_hand):
    with pytest.raises(rfmeans.DataError) as found:
        by_hand.explain("  ")
    assert str(found.value) == "The id of the customer is blank. Give one as it stands in the source."


@pytest.mark.slow
def test_whole_numbers_and_texts_name_the_same_customer(fitted, shop):
    customer = int(shop["customer_id"].min())
    assert fitted.explain(customer) == fitted.explain(f" {customer} ") == fitted.explain(float(customer))


# K-Means


@pytest.mark.slow
def test_every_claim_holds_under_the_model(fitted, explained):
    """Each claim again, the customer put through `apply` by hand: steps on their first and last day and the day after,
    lasting steps, drifts and their eves; and fewer purchases, or five where none are told, lead up for no week."""
    names = [name.text for name in fitted.model.names]
    claims = []  # customer, purchases, recency, and the segment it is said to have then
    weeks = {}  # customer and too few purchases: the better segments, which must not hold for a week
    for found in explained:
        places = better_than(fitted.model.names, found.segment_id, fitted.model.lexicon)
        better = {names[place - 1] for place in places}
        assert found.best is not bool(better)
        if step := found.step:
            claims.append((found, step.purchases, 1, {step.at_first}))
            claims.append((found, step.purchases, step.days, {step.segment}))
            if step.days < 30:
                claims.append((found, step.purchases, step.days + 1, {*names} - better))
            assert {step.at_first, step.segment} <= better
        if found.lasting:
            claims.append((found, found.lasting.purchases, 30, {found.lasting.segment}))
            assert found.lasting.segment in better
        if found.drift:
            recency = found.standings[0].value
            claims.append((found, 0, recency + found.drift.days, {found.drift.segment}))
            claims.append((found, 0, recency + found.drift.days - 1, {found.segment}))
        least = found.step.purchases if found.step else 6
        weeks |= {(found, fewer): better for fewer in range(1, least) if better}
    days = [(found, fewer, day, better) for (found, fewer), better in weeks.items() for day in range(1, 8)]
    places = placed(fitted.model, [claim[:3] for claim in claims + days])
    assert all(place in held for place, (*_, held) in zip(places, claims, strict=False))
    led = [place in held for place, (*_, held) in zip(places[len(claims) :], days, strict=True)]
    assert not any(all(led[start : start + 7]) for start in range(0, len(led), 7))
    assert len(claims) >= 80
    assert len(weeks) >= 20


def placed(model, moves) -> list[str]:
    """Return the segment of each customer after some purchases of its average order value, days after the last."""
    rows = []
    for place, (found, purchases, days) in enumerate(moves):
        _, frequency, monetary = (standing.value for standing in found.standings)
        more = frequency + purchases
        rows.append((place, float(days), more, monetary * more / frequency))
    columns = dict(
        zip(
            ("customer_id", "recency", "frequency", "monetary"),
            map(list, zip(*rows, strict=True)),
            strict=True,
        )
    )
    table = ibis.memtable(columns).mutate(reason=ibis.null("string"))
    return model.apply(table).order_by("customer_id").segment.to_pyarrow().to_pylist()


@pytest.mark.parametrize("when", ["first", pytest.param("last", marks=pytest.mark.slow)])
def test_a_step_holds_when_the_purchases_are_made(fitted, explained, shop, when):
    """The orders with the purchases in them, assigned on the first and on the last day of the claim."""
    as_of = fitted.model.as_of
    claims = [found for found in explained if found.step]
    bought = [line for found in claims for line in purchases(found, as_of)]
    lines = pd.concat([shop, pd.DataFrame(bought)])
    told = {}
    for days in sorted({found.step.days for found in claims} if when == "last" else {1}):
        # A day's last purchase counts one day from the next on.
        placed = fitted.model.assign(lines, as_of=as_of + dt.timedelta(days=4 + days)).to_pandas()
        segments = dict(zip(placed["customer_id"].astype(str), placed["segment"], strict=True))
        told |= {
            found.customer: (segments[found.customer], found.step)
            for found in claims
            if when == "first" or found.step.days == days
        }
    assert len(told) == len(claims) >= 8
    for segment, step in told.values():
        assert segment == (step.at_first if when == "first" else step.segment)


def purchases(found, as_of):
    """Lines of the claim's purchases, one a day, the last of them four days after the as-of date."""
    return [
        {
            "customer_id": int(found.customer),
            "order_id": 10_000_000 + 10 * int(found.customer) + more,
            "ordered_at": pd.Timestamp(as_of) + pd.Timedelta(days=4 - more),
            "quantity": 1,
            "unit_price": round(found.step.amount / found.step.purchases, 2),
        }
        for more in range(found.step.purchases)
    ]


def test_what_the_name_says_of_time_is_checked_on_the_customer(fitted):
    """Half of the repeat customers come back within 41 days, nine tenths within 91; half of all bought 156 days ago."""
    said = {customer: fitted.explain(customer).doubt for customer in (174, 248, 97)}
    assert said == {
        174: "The name says that its customers bought recently. Of this one that does not hold: its last purchase was "
        "124 days ago, and nine tenths of the repeat customers come back within 91.",
        248: "",  # yesterday
        97: "",  # At-Risk, 118 days ago
    }
    assert said[174] in fitted.explain(174).lines


def test_who_has_not_left_within_the_limit_is_held_against_the_limit(fitted, shop):
    """137 days are more than the usual 41, and yet no more than nine tenths stay away, here 200."""
    slow = replace(fitted.model.grounds, rhythm=Rhythm(217, 41.0, 200.0))
    assert replace(fitted.model, grounds=slow).explain(shop, 279).doubt == (
        "The name says that its customers have left. Of this one that does not hold: its last purchase was 137 days "
        "ago, and nine tenths of the repeat customers come back within 200."
    )


def test_the_nearest_centre_is_the_segments_own(explained):
    for found in explained:
        assert found.nearest[0].segment == found.segment != found.nearest[1].segment


def test_the_confidence_is_that_of_the_customers_table(fitted, explained):
    column = fitted.customers.to_pandas().set_index("customer_id")["confidence"]
    unsure = fitted.explain(int(column.idxmin()))
    assert unsure.confidence < 0.1
    for found in (*explained, unsure):
        assert found.confidence == column[int(found.customer)]
        said = next(line for line in found.lines if line.startswith("Segment: "))
        border = ", near the border between the two" if found.confidence < 0.1 else ""
        assert said.endswith(f"Confidence {found.confidence:.2f} of 1{border}.")


def test_the_model_explains_as_the_result_does(fitted, shop):
    customer = int(shop["customer_id"].max())
    model = rfmeans.SegmentModel.from_json(fitted.model.to_json())
    assert model.explain(shop, customer) == fitted.explain(customer)


def test_a_model_of_the_first_version_explains_without_scores(fitted, shop):
    content = json.loads(fitted.model.to_json())
    old = {key: value for key, value in content.items() if key not in ("scores", "lexicon")}
    customer = int(shop["customer_id"].max())
    found = rfmeans.SegmentModel.from_json(json.dumps({**old, "version": 1})).explain(shop, customer)
    assert [standing.score for standing in found.standings] == [None] * 3
    expected = [line for line in fitted.explain(customer).lines if not line.startswith("Scores")]
    assert list(found.lines) == [re.sub(r" \([RFM] \d\)", "", line) for line in expected]


@pytest.mark.slow
def test_in_a_window_purchases_grow_old():
    """With nothing in it, tried is the average order of all; with all in it, they leave it at once after 60 days."""
    days = pd.to_datetime(
        ["2024-03-01", "2024-03-31", "2024-01-01", "2024-03-30", "2024-01-05", "2024-03-29"]
    )
    shop = pd.DataFrame({"customer_id": list("aabccd"), "date": days, "amount": [10.0, 30, 50, 20, 7, 1]})
    with rfmeans.segment(shop, segments=2, n_init=2, window="60d", hindsight=False) as fitted:
        found, idle = fitted.explain("a"), fitted.explain("b")
        assert fitted.model.explain(shop, "b").lines == idle.lines
    assert (found.average_order, idle.average_order) == (20.0, pytest.approx((40 + 20 + 1) / 4))
    assert [one.value for one in idle.standings] == [91, 0, 0]
    assert "of 15.2 (the average order value of all customers)" in "\n".join(idle.lines)
    assert found.lines[-1].startswith("Purchases and money are those in the last 60 days;")
    assert found.drift is not None
    assert found.drift.days == 60  # one day later than the last of the window
