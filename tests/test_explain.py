"""One customer explained: standings by hand, moves that hold under the model, and customers that are not there."""

from __future__ import annotations

import json
import sys

import ibis
import polars as pl
import pytest

import rfmeans
from rfmeans import cli
from rfmeans.lexicon import built_in
from rfmeans.names import better_than, name_centres, name_scores
from rfmeans.settings import CustomerColumns
from rfmeans.synthetic import make_orders

CUTS = {"recency": [10, 20, 30, 40], "frequency": [2, 3, 4, 5], "monetary": [10, 20, 30, 40]}
CUSTOMERS = pl.DataFrame(
    {
        "customer_id": ["ann", "bob", "cyd", "dee", "eve", "fay"],
        "recency": [5, 15, 15, 60, 60, None],
        "frequency": [6, 1, 3, 2, 1, 0],
        "monetary": [60.0, 9.0, 24.0, 24.0, -1.0, 0.0],
    }
)


@pytest.fixture(scope="module")
def by_hand():
    with rfmeans.segment(CUSTOMERS, columns=CustomerColumns(), method="scores", score_cuts=CUTS) as result:
        yield result


@pytest.fixture(scope="module")
def shop():
    return make_orders(300, seed=4).drop(columns="kind")


@pytest.fixture(scope="module")
def fitted(shop):
    with rfmeans.segment(shop, n_init=5) as result:
        yield result


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


def test_the_least_number_of_purchases_that_leads_up(by_hand):
    """Cyd: 433, Potential Loyalists. Each purchase adds 8: after one (4, 32) it is 544, Champions, for 9 days; after
    ten days R is 4, so 444, Loyal Customers."""
    step = by_hand.explain("cyd").step
    assert (step.purchases, step.amount, step.segment, step.days) == (1, 8.0, "Champions", 9)


def test_a_step_that_holds_for_the_whole_horizon_comes_before_a_shorter_one(fitted, shop):
    steps = [fitted.explain(customer).step for customer in sorted(set(shop["customer_id"]))[:25]]
    assert any(step and step.days == 30 for step in steps)


def test_drift_counts_the_days_without_a_purchase(by_hand):
    """Cyd is 433 now; in 5 days 20 days ago, 333, Need Attention."""
    drift = by_hand.explain("cyd").drift
    assert (drift.days, drift.segment) == (5, "Need Attention")


def test_the_best_segment_has_no_better_one(by_hand):
    found = by_hand.explain("ann")
    assert (found.segment, found.best, found.step) == ("Champions", True, None)
    assert found.drift.days == 5  # recency 10 is R 4
    assert found.drift.segment == "Loyal Customers"


def test_the_text(by_hand):
    assert by_hand.explain("cyd").lines == (
        "Customer cyd, among 4 customers with a segment:",
        "  last purchase 15 days ago (R 4): more recent than 25 % of the customers; 50 % have the same",
        "  3 purchases (F 3): more than 50 % of the customers; 25 % have the same",
        "  24 spent (M 3): more than 25 % of the customers; 50 % have the same",
        "Segment: Potential Loyalists (2 of 11 by value): the name of its code 433.",
        "Up: 1 more purchase of 8 (its average order value) within 30 days would move it to Champions, but only for "
        "9 days after it.",
        "Down: without another purchase it goes to Need Attention in 5 days.",
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
        "Up: nothing small moves it to a better segment, not even 5 more purchases of its average order value "
        "within 30 days."
    )
    assert (
        found.lines[-1] == f"Down: without another purchase it stays in {found.segment} for a year at least."
    )


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


def test_whole_numbers_and_texts_name_the_same_customer(fitted, shop):
    customer = int(shop["customer_id"].min())
    assert fitted.explain(customer) == fitted.explain(f" {customer} ")


# K-Means


def test_a_step_holds_under_the_model_and_fewer_purchases_lead_nowhere(fitted, shop):
    """Each claim again, the customer put through `apply` by hand."""
    names = [name.text for name in fitted.model.names]
    claims = 0
    for customer in sorted(set(shop["customer_id"]))[:40]:
        found = fitted.explain(customer)
        if found.step is None:
            continue
        recency, frequency, monetary = (standing.value for standing in found.standings)
        better = {
            names[place - 1]
            for place in better_than(fitted.model.names, found.segment_id, fitted.model.lexicon)
        }
        after = {
            (more, days): moved(fitted.model, days, frequency + more, monetary * (1 + more / frequency))
            for more in range(1, found.step.purchases + 1)
            for days in (1, found.step.days)
        }
        assert recency >= 1
        assert found.step.segment in better
        assert {after[found.step.purchases, days] for days in (1, found.step.days)} == {found.step.segment}
        if found.step.days < 30:
            assert all(after[more, 1] not in better for more in range(1, found.step.purchases))
        claims += 1
    assert claims >= 10


def moved(model, recency: float, frequency: float, monetary: float) -> str:
    table = ibis.memtable(
        {"customer_id": [1], "recency": [float(recency)], "frequency": [frequency], "monetary": [monetary]}
    )
    row = model.apply(table.mutate(reason=ibis.null("string"))).to_pyarrow().to_pylist()[0]
    return row["segment"]


def test_the_nearest_centre_is_the_segments_own(fitted, shop):
    for customer in sorted(set(shop["customer_id"]))[:20]:
        found = fitted.explain(customer)
        assert found.nearest[0].segment == found.segment != found.nearest[1].segment


def test_the_model_explains_as_the_result_does(fitted, shop):
    customer = int(shop["customer_id"].max())
    model = rfmeans.SegmentModel.from_json(fitted.model.to_json())
    assert model.explain(shop, customer) == fitted.explain(customer)


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


# The command line


def run(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["rfmeans", *map(str, arguments)])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    said = capsys.readouterr()
    return stopped.value.code or 0, said.out, said.err


@pytest.fixture
def files(fitted, shop, tmp_path):
    fitted.model.save(tmp_path / "model.json")
    shop.rename(columns={"customer_id": "who"}).to_csv(tmp_path / "orders.csv", index=False)
    return tmp_path / "model.json", tmp_path / "orders.csv"


def test_the_command_prints_the_text(monkeypatch, capsys, files, fitted, shop):
    customer = int(shop["customer_id"].min())
    code, out, err = run(
        monkeypatch, capsys, "explain", *files, "--customer", customer, "--customer-column", "who"
    )
    assert (code, err) == (0, "")
    assert out.splitlines() == list(fitted.explain(customer).lines)


def test_the_command_prints_json(monkeypatch, capsys, files, fitted, shop):
    customer = int(shop["customer_id"].min())
    arguments = ("--customer", customer, "--customer-column", "who", "--json")
    code, out, _ = run(monkeypatch, capsys, "explain", *files, *arguments)
    found = json.loads(out)
    assert code == 0
    assert found == json.loads(json.dumps(fitted.explain(customer).to_dict()))
    assert [standing["feature"] for standing in found["standings"]] == ["recency", "frequency", "monetary"]


def test_the_command_names_similar_customers(monkeypatch, capsys, files, shop):
    arguments = ("--customer", f"{shop['customer_id'].max()}1", "--customer-column", "who")
    code, out, err = run(monkeypatch, capsys, "explain", *files, *arguments)
    assert (code, out) == (1, "")
    assert f"'{shop['customer_id'].max()}'" in err
    assert "Traceback" not in err
