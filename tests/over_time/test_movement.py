"""Who moved: the eight customers by hand, on every engine, and what holds for any orders."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import rfmeans
from helpers.moving_shop import AT_RISK, LOW, LOYAL, MOVED, NEW, SINCE, UNTIL, model, orders, shown, told_by
from rfmeans.errors import SettingsError
from rfmeans.over_time.movement import State, measure_movement, moved_customers, total
from rfmeans.synthetic import make_orders

if TYPE_CHECKING:
    from decimal import Decimal

FIRST, SECOND, THIRD = dt.date(2024, 9, 1), dt.date(2024, 11, 1), dt.date(2025, 1, 1)


def flows_of(moved: rfmeans.CustomerMovement) -> dict[tuple[str, str], tuple[int, Decimal, Decimal]]:
    return {
        (flow.before.name, flow.after.name): (flow.customers, flow.money_before, flow.money_between)
        for flow in moved.summary.movement.flows
    }


# The eight customers


def test_where_each_customer_was_and_is_on_every_engine(engine):
    frame, expected = told_by(engine.name)
    table = engine.table(frame, "moving")
    with rfmeans.movement(model(), table, since=SINCE, until=UNTIL) as moved:
        rows = moved.customers.to_pyarrow().to_pylist()
        assert {row["customer_id"]: shown(row) for row in rows} == expected
        assert flows_of(moved) == {
            (before, after): (
                Counter((was, now) for was, now, *_ in expected.values())[before, after],
                sum(money for was, now, money, *_ in expected.values() if (was, now) == (before, after)),
                sum(money for was, now, _, money, _ in expected.values() if (was, now) == (before, after)),
            )
            for before, after, *_ in expected.values()
        }


@pytest.fixture(scope="module")
def eight():
    with rfmeans.movement(model(), orders(), since=SINCE, until=UNTIL) as moved:
        yield moved


@pytest.mark.slow
def test_the_model_alone_gives_the_same_table(eight):
    table = model().movement(orders(), since=str(SINCE), until=str(UNTIL))
    assert table.columns == eight.customers.columns
    assert {row["customer_id"]: shown(row) for row in table.to_pyarrow().to_pylist()} == MOVED


def test_the_sums_of_rows_and_columns(eight):
    found = eight.summary.movement
    befores = {state.name: total(found.of(before=state)) for state in found.befores}
    assert befores == {
        LOYAL: (2, 400, 40),
        AT_RISK: (1, 150, -150),
        NEW: (1, 50, 0),
        LOW: (1, 25, 25),
        "not yet a customer": (1, 0, 50),
        "no purchase": (1, -10, 60),
        "no net spend": (1, 0, 0),
    }
    afters = {state.name: total(found.of(after=state))[0] for state in found.afters}
    assert afters == {LOYAL: 1, AT_RISK: 1, NEW: 3, LOW: 1, "no purchase": 1, "no net spend": 1}
    assert total(found.flows) == (8, 615, 25)


def test_the_lists(eight):
    found = {
        name: total(eight.summary.movement.of(on=name)) for name in ("slipped", "recovered", "new", "lost")
    }
    assert found == {
        "slipped": (1, 200, 0),
        "recovered": (1, 25, 25),
        "new": (2, -10, 110),
        "lost": (2, 200, -150),
    }


def test_flows_go_from_the_largest_to_the_smallest(eight):
    counts = [flow.customers for flow in eight.summary.movement.flows]
    assert counts == sorted(counts, reverse=True)
    nobody = eight.summary.movement.flow(State(LOYAL, 1), State(LOW, 4))
    assert (nobody.customers, nobody.money_between) == (0, 0)


# What holds for any orders


@pytest.fixture(scope="module")
def shop():
    return make_orders(400, seed=5).drop(columns="kind")


@pytest.fixture(scope="module")
def fitted(shop):
    with rfmeans.segment(shop, n_init=3) as result:
        yield result.model


@pytest.fixture(scope="module")
def wide(fitted, shop):
    with rfmeans.movement(fitted, shop, since=FIRST, until=THIRD) as moved:
        yield moved


@pytest.mark.slow
@pytest.mark.parametrize("side", ["before", "after"])
def test_the_sums_are_what_assign_says_at_each_date(fitted, shop, wide, side):
    found = wide.summary.movement
    with rfmeans.assign(fitted, shop, as_of=FIRST if side == "before" else THIRD) as at:
        expected = {one.segment: one.figures.customers for one in at.summary.segments}
        expected |= {reason: tally.rows for reason, tally in at.summary.account.customers_set_aside.items()}
    sums = {
        state.name: total(found.of(**{side: state}))[0]
        for state in found.states
        if state.name != "not yet a customer"
    }
    assert {name: count for name, count in sums.items() if count} == expected


@pytest.mark.slow
def test_money_in_between_is_the_account_line_of_the_first_date(fitted, shop, wide):
    with rfmeans.assign(fitted, shop, as_of=FIRST) as at:
        later = at.summary.account.lines.set_aside["on or after the as-of date"]
    assert total(wide.summary.movement.flows)[2] == later.money > 0


@pytest.mark.slow
def test_two_steps_have_the_sums_of_one(fitted, shop, wide):
    with rfmeans.movement(fitted, shop, since=FIRST, until=SECOND) as one:
        first = one.summary.movement
    with rfmeans.movement(fitted, shop, since=SECOND, until=THIRD) as two:
        second = two.summary.movement
    whole = wide.summary.movement
    for state in whole.states:
        if state.segment_id:
            assert total(first.of(before=state))[0] == total(whole.of(before=state))[0]
            assert total(second.of(after=state))[0] == total(whole.of(after=state))[0]
            assert total(first.of(after=state))[0] == total(second.of(before=state))[0]
    assert total(first.flows)[2] + total(second.flows)[2] == total(whole.flows)[2]


def test_a_date_to_itself_moves_nobody(fitted, shop):
    with rfmeans.assign(fitted, shop) as at:
        moved = moved_customers(at.customers, at.customers.view(), fitted.directions)
        found = measure_movement(moved, THIRD, THIRD, fitted.directions)
    assert found.moves == ()
    assert {flow.money_between for flow in found.flows} == {0}


@pytest.mark.slow
def test_neither_order_of_rows_nor_files_matter(fitted, shop, wide, tmp_path):
    shuffled = shop.sample(frac=1, random_state=3)
    shuffled.iloc[: len(shop) // 2].to_parquet(tmp_path / "a.parquet")
    shuffled.iloc[len(shop) // 2 :].to_parquet(tmp_path / "b.parquet")
    with rfmeans.movement(fitted, tmp_path / "*.parquet", since=FIRST, until=THIRD) as split:
        assert split.summary.movement == wide.summary.movement


# Rules of one's own

BANDS = ("inactive", "cold", "warm", "active")
BY_YEARS = {
    "scores": {
        "recency_bands": list(BANDS),
        "recency_cuts": [2.5, 3.5, 4.5],
        "value_bands": ["low", "high"],
        "value_cuts": [3.0],
        "order": list(reversed(BANDS)),
        "names": {value: {band: band for band in BANDS} for value in ("low", "high")},
        "cuts": {"recency": [366, 731, 1096, 100_000]},
    }
}


@pytest.mark.slow
def test_segments_by_years_since_the_last_gift():
    """A course's rules: active within 365 days, warm within 730, cold within 1,095, else inactive."""
    first, second = dt.date(2015, 1, 1), dt.date(2016, 1, 1)
    last_gift = {"a": 365, "b": 366, "c": 730, "d": 731, "e": 1095, "f": 1096}  # days before the first date
    gifts = [(one, first - dt.timedelta(days=days), 10.0) for one, days in last_gift.items()]
    gifts += [("f", second - dt.timedelta(days=1), 10.0), ("g", first, 10.0)]
    frame = pd.DataFrame(gifts, columns=["customer_id", "order_date", "amount"])
    frame = frame.assign(order_date=pd.to_datetime(frame["order_date"]))
    with (
        rfmeans.segment(frame, method="scores", lexicon=BY_YEARS, hindsight=False) as result,
        rfmeans.movement(result.model, frame, since=first, until=second) as moved,
    ):
        rows = moved.customers.to_pyarrow().to_pylist()
    found = {row["customer_id"]: (row["segment_before"], row["segment"]) for row in rows}
    assert found == {
        "a": ("active", "warm"),
        "b": ("warm", "cold"),
        "c": ("warm", "cold"),
        "d": ("cold", "inactive"),
        "e": ("cold", "inactive"),
        "f": ("inactive", "active"),
        "g": (None, "active"),
    }


@pytest.mark.slow
def test_both_dates_count_in_the_models_window():
    """90 days up to each date: from 2024-01-02 to the first, from 2024-04-02 to the second.

    Customer 1 has all five orders in the first window and one of six in the second; 2 and 3 have none in the second;
    of the four of customer 8 two lie in the first. Money in between is that of all lines.
    """
    windowed = replace(model(), settings={**model().settings, "window": 90})
    expected = {
        1: (LOYAL, NEW, 200, 40, 1, 40, "slipped"),
        2: (LOYAL, LOW, 200, 0, 0, 0, "lost"),
        3: (NEW, LOW, 50, 0, 0, 0, "lost"),
        4: (LOW, NEW, 25, 25, 1, 25, "recovered"),
        8: (LOW, None, 75, -150, 0, -150, "lost"),
    }
    names = ("segment_before", "segment", "monetary_before", "money_between", "frequency", "monetary", "list")
    with rfmeans.movement(windowed, orders(), since=SINCE, until=UNTIL) as moved:
        rows = moved.customers.to_pyarrow().to_pylist()
    by_customer = {row["customer_id"]: row for row in rows}
    assert {one: tuple(by_customer[one][name] for name in names) for one in expected} == expected
    for date, column in ((SINCE, "segment_before"), (UNTIL, "segment")):
        stood = windowed.assign(orders(), as_of=date).to_pyarrow().to_pylist()
        assert {row["customer_id"]: row["segment"] for row in stood} == {
            one: by_customer[one][column] for one in (row["customer_id"] for row in stood)
        }
    with pytest.raises(SettingsError, match=r"^The model was fitted on purchases and money of 90 days"):
        windowed.movement(orders(), since=SINCE, until=UNTIL, window=30)
