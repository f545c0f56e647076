"""What happened next: the eight customers by hand on every engine, short histories, and a real shop."""

from __future__ import annotations

import datetime as dt
import html
import math
from dataclasses import replace
from decimal import Decimal

import ibis
import pandas as pd
import polars as pl
import pytest

import rfmeans
from helpers.moving_shop import AT_RISK, LOW, LOYAL, NEW, UNTIL, model, orders, told_by
from places import DATA
from rfmeans import kept_customers
from rfmeans.orders import customers, intake
from rfmeans.over_time import hindsight
from rfmeans.over_time.hindsight import Hindsight, look_back
from rfmeans.settings import CustomerColumns
from rfmeans.synthetic import make_customers

SINCE = dt.date(2024, 4, 2)  # 90 days before the second date
FOUND = [(LOYAL, 2, 1, 40), (AT_RISK, 1, 0, -150), (NEW, 1, 0, 0), (LOW, 1, 1, 25)]
DATES = Hindsight(dt.date(2023, 12, 10), UNTIL - dt.timedelta(days=1), SINCE, UNTIL)


def told(found: Hindsight) -> list[tuple[str, int, int, Decimal]]:
    return [(one.segment, one.customers, one.buyers, one.money) for one in found.outcomes]


def test_by_hand_on_every_engine(engine):
    table = engine.table(told_by(engine.name)[0], "hindsight")
    with rfmeans.assign(model(), table, as_of=UNTIL) as result:
        found = result.summary.hindsight
    assert (found.first_day, found.since, found.until, found.days) == (
        dt.date(2023, 12, 10),
        SINCE,
        UNTIL,
        90,
    )
    expected = {one[0]: one for one in FOUND}
    if engine.name == "polars":
        expected[AT_RISK] = (AT_RISK, 1, 0, 0)
    assert {one[0]: one for one in told(found)} == expected
    assert found.share == 2 / 5
    # Loyal, and the others, against those below them: of one or two customers each nothing can be told.
    assert (found.compared, len(found.unclear), found.alike, found.surprises) == (5, 5, (), ())


def test_the_interval_is_wilsons():
    # Of n with p at z = 1.959964: (p + z2/2n -+ z sqrt(p(1-p)/n + z2/4n2)) / (1 + z2/n), with z2 = 3.841459
    with rfmeans.assign(model(), orders(), as_of=UNTIL) as result:
        loyal, at_risk, _, low = result.summary.hindsight.outcomes
    assert (loyal.share, loyal.low, loyal.high) == pytest.approx((0.5, 0.094531, 0.905469), abs=1e-6)
    assert (at_risk.share, at_risk.low, at_risk.high) == pytest.approx((0, 0, 3.841459 / 4.841459), abs=1e-6)
    assert (low.share, low.low, low.high) == pytest.approx((1, 1 / 4.841459, 1), abs=1e-6)


def placed(*segments: tuple[int, int, int]) -> ibis.expr.types.Table:
    """Customers of segments, as (id, customers, buyers), each of whom spent 1 since."""
    rows = [
        {"segment_id": number, "bought_after": place < buyers, "money_after": Decimal(1)}
        for number, customers, buyers in segments
        for place in range(customers)
    ]
    return ibis.memtable(
        rows, schema={"segment_id": "int64", "bought_after": "bool", "money_after": "decimal(18, 4)"}
    )


def test_a_better_name_that_did_worse_is_said():
    found = look_back(placed((1, 20, 2), (2, 20, 2), (3, 20, 18), (4, 20, 18)), DATES, model().directions, 4)
    # At-Risk High-Value and New/Potential each have what the other lacks: neither is the better one.
    assert found.surprises == ((LOYAL, NEW), (LOYAL, LOW), (AT_RISK, LOW))


@pytest.mark.parametrize(
    ("counts", "surprises", "alike", "unclear"),
    [
        # Newcombe's own example: 56 of 70 less 48 of 80 is 0.20, at 95 % from 0.0524 to 0.3339.
        (((1, 70, 56), (4, 80, 48)), (), (), ()),
        (((1, 80, 48), (4, 70, 56)), ((LOYAL, LOW),), (), ()),
        (((1, 20, 9), (4, 20, 11)), (), (), ((LOYAL, LOW),)),
        # Five pairs, so z is 2.5758 in place of 1.96: from 0.0054 to 0.3718. Of 1,000 and 80,
        # 0.60 each, at most 0.1487, where a quarter of 0.60 is 0.15.
        (((1, 70, 56), (2, 1000, 600), (3, 1000, 600), (4, 80, 48)), (), ((AT_RISK, LOW), (NEW, LOW)), ()),
        # 55 of 70 is told apart from 48 of 80 alone (from 0.0371), not among five pairs (from -0.0100).
        (((1, 70, 55), (4, 80, 48)), (), (), ()),
        (
            ((1, 70, 55), (2, 1000, 600), (3, 1000, 600), (4, 80, 48)),
            (),
            ((AT_RISK, LOW), (NEW, LOW)),
            ((LOYAL, LOW),),
        ),
    ],
)
def test_what_is_told_apart_by_hand(counts, surprises, alike, unclear):
    found = look_back(placed(*counts), DATES, model().directions, 4)
    assert (found.compared, found.surprises, found.alike, found.unclear) == (
        5 if len(counts) == 4 else 1,
        surprises,
        alike,
        unclear,
    )
    said = found.to_dict()
    for name, pairs in {"surprises": surprises, "alike": alike, "unclear": unclear}.items():
        assert said[name] == [list(pair) for pair in pairs]


@pytest.mark.parametrize(
    ("counts", "kind"),
    [
        # 0.3 less 0.3 is at most 0.0730, and a quarter of 0.3 is 0.075: whoever is ahead is ahead by less.
        (((1, 300, 90), (4, 300, 90)), "alike"),
        # 80 of 260 twice: at most 0.0790, and a quarter of 0.3077 is 0.0769.
        (((1, 260, 80), (4, 260, 80)), "unclear"),
        # 0.30 less 0.33: from -0.0706 to 0.0107, so the better name is ahead by next to nothing at most.
        (((1, 1000, 300), (4, 1000, 330)), "alike"),
        # 2 of 100 twice: at most 0.0128, little in points, and yet two and a half times the 0.005 that is a quarter.
        (((1, 1000, 20), (4, 1000, 20)), "unclear"),
        (((1, 5, 3), (4, 6, 2)), "unclear"),
        (((1, 5, 0), (4, 6, 0)), "unclear"),  # a quarter of nothing
    ],
)
def test_shares_are_alike_where_there_are_enough_customers_to_say_so(counts, kind):
    found = look_back(placed(*counts), DATES, model().directions, 4)
    assert {name: getattr(found, name) for name in ("surprises", "alike", "unclear")} == {
        "surprises": (),
        "alike": (),
        "unclear": (),
        kind: ((LOYAL, LOW),),
    }
    assert found.to_dict()[kind] == [[LOYAL, LOW]]


def test_a_segment_that_nobody_was_in():
    found = look_back(placed((1, 3, 1)), DATES, model().directions, 4)
    assert told(found) == [(LOYAL, 3, 1, 3), (AT_RISK, 0, 0, 0), (NEW, 0, 0, 0), (LOW, 0, 0, 0)]
    assert math.isnan(found.outcomes[1].share)
    assert [one.segment for one in found.filled] == [LOYAL]


def test_nobody_had_a_segment():
    assert look_back(placed(), DATES, model().directions, 4) == DATES
    assert math.isnan(DATES.share)


def test_a_short_history_has_no_outcomes():
    with rfmeans.assign(
        model(), orders(), as_of=dt.date(2024, 6, 6)
    ) as result:  # 179 days after the first order
        found = result.summary.hindsight
    assert found.too_short
    assert found.outcomes == ()
    assert not replace(found, first_day=dt.date(2023, 12, 9)).too_short


def seldom(gap: int, days: int) -> pd.DataFrame:
    """Twelve customers who buy again after so many days; the first one last on 2024-06-30, each a day apart."""
    last = pd.Timestamp("2024-06-30")
    rows = [
        (one, f"{one}-{turn}", last - pd.Timedelta(days=one + turn * gap), 10.0 * (1 + one))
        for one in range(12)
        for turn in range(20)
        if one + turn * gap < days
    ]
    return pd.DataFrame(rows, columns=["customer_id", "order_id", "order_date", "amount"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("gap", "days", "looked", "said"),
    [
        (30, 900, 90, " 90 days earlier (half of the repeat customers come back within 30);"),
        (100, 900, 180, " 180 days earlier (half of the repeat customers come back within 100);"),
        (200, 900, 365, " 365 days earlier (half of the repeat customers come back within 200);"),
        (
            400,
            900,
            365,
            " 365 days earlier (half of the repeat customers come back within 400 only, but a year is the longest",
        ),
        (
            100,
            300,
            90,
            " 90 days earlier (half of the repeat customers come back within 100 only, but the orders are too short",
        ),
    ],
)
def test_how_far_it_looks_is_what_the_rhythm_asks_for(gap, days, looked, said):
    with rfmeans.segment(seldom(gap, days), segments=2, n_init=2) as result:
        found = result.summary.hindsight
        told = result.to_markdown(), html.unescape(result.report().html)
        assert (found.days, found.half_within, found.fitted) == (looked, gap, dt.date(2024, 7, 1))
        assert all(said in text for text in told)
        assert f"Bought again within {looked} days: " in told[1]
        assert result.summary.to_dict()["hindsight"]["half_come_back_within"] == gap
        assert sum(one.customers for one in found.outcomes) == 12
        assert sum(one.buyers for one in found.outcomes) == 12
        with rfmeans.assign(result.model, seldom(gap, days)) as again:
            assert again.summary.hindsight.to_dict() == found.to_dict()


@pytest.mark.slow
def test_a_history_too_short_for_what_the_rhythm_asks_costs_no_second_pass(monkeypatch):
    asked = []
    real = hindsight.customers_at
    monkeypatch.setattr(
        hindsight, "customers_at", lambda *given, **more: asked.append(more) or real(*given, **more)
    )
    for gap, days in ((30, 900), (100, 300)):
        with rfmeans.segment(seldom(gap, days), segments=2, n_init=2):
            assert asked == []
    with rfmeans.segment(seldom(100, 900), segments=2, n_init=2):
        assert len(asked) == 1


def test_where_lines_are_many_a_slice_of_the_customers_foresees_how_far_to_look(monkeypatch, sql_engine):
    monkeypatch.setattr(intake, "MANY_LINES", 10)
    monkeypatch.setattr(customers, "SOME", 2)
    monkeypatch.setattr(hindsight, "customers_at", None)  # the second pass
    rows = sql_engine.table(seldom(100, 900), "seldom")
    with rfmeans.segment(rows, segments=2, n_init=2) as result:
        assert result.summary.hindsight.days == 180


@pytest.mark.parametrize(("gap", "days", "foreseen", "looked"), [(30, 900, 365, 90), (100, 300, 180, 90)])
def test_where_it_foresees_wrong_a_second_pass_puts_it_right(monkeypatch, gap, days, foreseen, looked):
    monkeypatch.setattr(kept_customers, "spans_of", lambda *_: [dt.timedelta(days=foreseen)])
    with rfmeans.segment(seldom(gap, days), segments=2, n_init=2) as result:
        found = result.summary.hindsight
        assert found.days == looked
        assert sum(one.customers for one in found.outcomes) == 12


@pytest.mark.slow
@pytest.mark.parametrize(
    ("as_of", "said"),
    [
        (None, ""),
        (
            dt.date(2024, 4, 2),
            "The model was fitted as of 2024-04-02, before these days: it knew nothing of what is told here.",
        ),
        (
            UNTIL,
            "Borders and score cuts were fitted on orders of these days as well, so it shows what the names are worth, "
            "not how well a model of 2024-04-02 would have foretold.",
        ),
    ],
)
def test_whether_the_model_knew_these_days(as_of, said):
    with rfmeans.assign(replace(model(), as_of=as_of), orders(), as_of=UNTIL) as result:
        told = result.to_markdown(), html.unescape(result.report().html)
    every = ("it knew nothing of what is told", "Borders and score cuts were fitted on orders")
    assert all(said in text for text in told)
    assert [any(each in text for text in told) for each in every] == [each in said for each in every]


@pytest.mark.slow
def test_left_out():
    with rfmeans.assign(model(), orders(), hindsight=False) as result:
        assert result.summary.hindsight is None
    with rfmeans.segment(orders(), segments=2, hindsight=False, n_init=1) as result:
        assert result.summary.to_dict()["hindsight"] is None


def test_a_table_of_customers_has_no_past():
    with rfmeans.segment(make_customers(50, seed=1), columns=CustomerColumns(), n_init=1) as result:
        assert result.summary.hindsight is None


def test_dates_before_all_calendars():
    early = pl.from_pandas(orders()).with_columns(order_date=dt.date(1, 1, 2))
    with rfmeans.assign(model(), early, as_of="0001-01-31") as result:
        assert result.summary.hindsight is None


def test_scores_have_a_past_as_well():
    with rfmeans.segment(orders(), method="scores", as_of=UNTIL) as result:
        found = result.summary.hindsight
    assert sum(one.customers for one in found.outcomes) == 5
    assert sum(one.buyers for one in found.outcomes) == 2


@pytest.mark.slow
@pytest.mark.skipif(not DATA.exists(), reason="real data not there")
def test_online_retail():
    with rfmeans.segment(DATA / "online_retail.parquet") as result:
        found = result.summary.hindsight
    assert found.since == dt.date(2011, 9, 11)
    assert [round(100 * one.share, 1) for one in found.outcomes] == [94.1, 73.0, 55.6, 38.5]
    assert (found.compared, found.surprises, found.alike) == (5, (), ())
    with rfmeans.assign(result.model, DATA / "online_retail.parquet", as_of=found.since) as then:
        assert [one.customers for one in found.outcomes] == [
            one.figures.customers for one in then.summary.segments
        ]


@pytest.mark.parametrize(("late", "said"), [(7, True), (8, False)])
def test_orders_that_end_long_before_the_date_tell_nothing(late, said):
    last = orders()["order_date"].max().date()
    with rfmeans.assign(model(), orders(), as_of=last + dt.timedelta(days=late)) as result:
        found = result.summary.hindsight
        line = result.to_markdown()
    assert bool(found.outcomes) is said
    assert (f"cannot be said: the orders end on {last}, 8 days before" in line) is not said
