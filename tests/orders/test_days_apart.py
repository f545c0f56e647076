"""Whether order numbers that stand on two days are those of two orders: a slice tells it where lines are many."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.books import customers, table
from rfmeans.orders import days_apart, intake


def numbered_daily() -> pd.DataFrame:
    """The numbers 0 to 39 on each of four days, each time of another customer, and once of one a day before."""
    days = [f"{turn},2025-01-{day:02},{turn}-{day},1" for day in range(1, 5) for turn in range(40)]
    return table("order,date,customer,amount " + " ".join([*days, "0,2025-01-02,0-1,1"]))


@pytest.mark.parametrize(("slices", "looks"), [(1, 1), (2, 1), (1_000_000, 2)])
def test_where_lines_are_many_a_slice_of_the_numbers_tells_if_it_holds_enough(monkeypatch, slices, looks):
    looked = []
    real = days_apart.numbers_by_day
    monkeypatch.setattr(days_apart, "numbers_by_day", lambda lines: looked.append(lines) or real(lines))
    for name, value in {"MANY_LINES": 1, "SLICES": slices, "ENOUGH_NUMBERS": 8}.items():
        monkeypatch.setattr(days_apart, name, value)
    _, account = customers(numbered_daily())
    assert account.noticed.apart.daily
    assert len(looked) == looks


def test_each_engine_takes_a_slice_of_the_numbers(monkeypatch, sql_engine):
    kept = []
    real = days_apart.on_next_days
    monkeypatch.setattr(days_apart, "on_next_days", lambda some: kept.append(some) or real(some))
    for name, value in {"MANY_LINES": 1, "SLICES": 2, "ENOUGH_NUMBERS": 8}.items():
        monkeypatch.setattr(days_apart, name, value)
    rows = numbered_daily()
    rows["date"] = pd.to_datetime(rows["date"])
    _, account = customers(sql_engine.table(rows, "many_numbers"))
    assert account.noticed.apart.daily
    assert len(kept) == 1


@pytest.mark.parametrize(("second", "orders"), [("2025-01-06T00:05", 1), ("2025-01-06T13:00", 2)])
def test_times_are_compared_where_they_tell_orders_apart_and_else_cost_no_pass(monkeypatch, second, orders):
    passes = []
    real = intake.total_orders
    monkeypatch.setattr(
        intake, "total_orders", lambda *given, **more: passes.append(more) or real(*given, **more)
    )
    for name, value in {"MANY_LINES": 1, "SLICES": 1, "ENOUGH_NUMBERS": 1}.items():
        monkeypatch.setattr(days_apart, name, value)
    rows = table(f"order,date,customer,amount 1,2025-01-05T23:50,a,10 1,{second},a,20 2,2025-02-01T09:00,b,5")
    found, account = customers(rows)
    assert found["a"][0] == orders
    assert (account.noticed.apart is not None) == (orders == 2)
    assert len(passes) == orders
