"""A window for frequency and monetary alone, worked by hand: five customers, 30 days up to 31 March 2024."""

import datetime as dt
from decimal import Decimal

import ibis
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import rfmeans
from intakes import read
from rfmeans.engines.kept_tables import Workspace
from rfmeans.errors import DataError, SettingsError
from rfmeans.orders.account import Tally
from rfmeans.settings import CustomerColumns, make_reading
from rfmeans.synthetic import make_orders

AS_OF = "2024-03-31"  # the window's first day is 1 March
LINES = [
    ("ann", "A1", "2024-01-10", 100.0),
    ("ann", "A2", "2024-03-01", 20.0),  # the first day of the window
    ("ann", "A3", "2024-03-20", 5.0),
    ("bob", "B1", "2024-02-29", 40.0),  # the day before it
    ("cid", "C1", "2024-02-10", 30.0),
    ("cid", "C1", "2024-03-05", -10.0),  # a return in the window of an order before it
    ("dan", "D1", "2024-02-10", 50.0),
    ("dan", "D2", "2024-03-05", 8.0),
    ("dan", "D3", "2024-03-06", -8.0),
    ("eve", "E1", "2024-02-01", 9.0),
    ("eve", "E1", "2024-02-02", -9.0),
    ("fay", "F1", "2024-03-30", 7.0),
]
COLUMNS = ("recency", "frequency", "monetary", "tenure", "reason")


def orders(lines=LINES) -> pd.DataFrame:
    return pd.DataFrame(lines, columns=["customer_id", "order_id", "date", "amount"]).assign(
        date=lambda frame: pd.to_datetime(frame["date"])
    )


def told(table) -> dict[str, tuple]:
    rows = table.to_pyarrow().to_pylist()
    return {row["customer_id"]: tuple(row[name] for name in COLUMNS) for row in rows}


def intake(workspace, lines=LINES, source=None, **options):
    earlier = options.pop("earlier", ())
    found = orders(lines) if source is None else source
    return read(found, make_reading(as_of=AS_OF, window="30d", **options), workspace, earlier=earlier)


def test_frequency_and_monetary_are_of_the_window_the_rest_of_all_history():
    with Workspace() as workspace:
        assert told(intake(workspace).customers) == {
            "ann": (11, 2, Decimal(25), 81, None),
            "bob": (31, 0, Decimal(0), 31, None),  # nothing in it: kept, with zeros
            "cid": (50, 0, Decimal(-10), 50, "no net spend"),
            "dan": (26, 1, Decimal(0), 50, "no net spend"),  # bought in it, and gave all of it back
            "eve": (None, 0, Decimal(0), None, "no purchase"),
            "fay": (1, 1, Decimal(7), 1, None),
        }


def test_the_account_adds_up_with_the_window():
    with Workspace() as workspace:
        found = intake(workspace)
        lines, account = found.account.lines, found.account
        assert lines.used == Tally(12, Decimal(242))
        assert lines.older == Tally(6, Decimal(220))  # 100 + 40 + 30 + 50 + 9 - 9
        assert lines.in_window == Tally(6, Decimal(22))
        aside = sum((tally.money for tally in account.customers_set_aside.values()), Decimal(0))
        assert account.clustered.money + aside == lines.in_window.money
        assert account.clustered == Tally(3, Decimal(32))


@pytest.mark.parametrize("ordered", [True, False], ids=["frame", "table"])
def test_at_an_earlier_date_the_window_ends_there(ordered):
    """As of 1 March it begins on 31 January; what was done since is of all lines. Tables have no order of lines."""
    first = dt.date(2024, 3, 1)
    source = None if ordered else ibis.duckdb.connect().create_table("orders", orders())
    with Workspace() as workspace:
        then = intake(workspace, source=source, earlier=[first]).earlier[first]
        assert told(then) == {
            "ann": (51, 0, Decimal(0), 51, None),
            "bob": (1, 1, Decimal(40), 1, None),
            "cid": (20, 1, Decimal(30), 20, None),
            "dan": (20, 1, Decimal(50), 20, None),
            "eve": (None, 0, Decimal(0), None, "no purchase"),
            "fay": (None, 0, Decimal(0), None, "not yet a customer"),
        }
        after = {row["customer_id"]: row["money_after"] for row in then.to_pyarrow().to_pylist()}
        assert after == {"ann": 25, "bob": 0, "cid": -10, "dan": 0, "eve": 0, "fay": 7}


def test_numbers_used_twice_are_told_apart_within_the_window_too():
    """One number in January and in March is two orders, of which the later one is in the window."""
    lines = [
        ("ann", "N1", "2024-01-10", 100.0),
        ("ann", "N1", "2024-03-10", 20.0),
        ("bob", "N2", "2024-03-11", 1.0),
    ]
    with Workspace() as workspace:
        found = intake(workspace, lines, earlier=[dt.date(2024, 2, 1)])
        assert told(found.customers)["ann"] == (21, 1, Decimal(20), 81, None)
        assert told(found.earlier[dt.date(2024, 2, 1)])["ann"] == (22, 1, Decimal(100), 22, None)
        assert found.account.lines.older == Tally(1, Decimal(100))


@pytest.mark.parametrize("days", [1, 45, 180])
def test_it_is_what_since_gives_in_the_window_and_all_history_beyond(days):
    lines = make_orders(300, seed=4).drop(columns="kind")
    lines["amount"] = (lines.pop("quantity") * lines.pop("unit_price")).round(2)
    with Workspace() as workspace:
        whole = read(lines, make_reading(), workspace)
        since = str(whole.as_of - dt.timedelta(days=days))
        inside = frame(read(lines, make_reading(since=since), workspace))
        found = frame(read(lines, make_reading(window=days), workspace))
        everyone = frame(whole)
        assert_frame_equal(
            found[["recency", "tenure", "first_purchase"]], everyone[["recency", "tenure", "first_purchase"]]
        )
        for name in ("frequency", "monetary"):
            assert (found.loc[inside.index, name] == inside[name]).all()
            assert (found.drop(inside.index)[name] == 0).all()
        assert ((found["frequency"] == 0) == (found["recency"] > days)).all()
        assert len(inside) < len(found)


def frame(intake) -> pd.DataFrame:
    return intake.customers.to_pandas().set_index("customer_id").sort_index()


def test_a_window_without_an_order_is_refused():
    with Workspace() as workspace, pytest.raises(DataError) as told_of:
        read(orders(), make_reading(as_of="2024-09-01", window=30), workspace)
    assert str(told_of.value) == (
        "No line that is used lies in the window of 30 days up to the as-of date 2024-09-01: the last order is of "
        "2024-03-30. Leave as_of= out to count to the day after the last order, or fit with a longer window=."
    )
    assert [choice.given for choice in told_of.value.choices] == [{"as_of": None}, {"window": None}]


def test_under_a_model_no_other_window_is_offered():
    """It would refuse one: what is left is the as-of date."""
    many = [(f"c{i}", f"o{i}", "2024-03-10", 5.0 + i) for i in range(4)]
    with rfmeans.segment(
        orders([*LINES, *many]), as_of=AS_OF, window=30, segments=2, n_init=1, hindsight=False
    ) as result:
        fitted = result.model
    with pytest.raises(DataError, match=r"^No line that is used lies in the window of 30 days") as told_of:
        rfmeans.assign(fitted, orders(), as_of="2024-09-01")
    assert [choice.given for choice in told_of.value.choices] == [{"as_of": None}]


def test_a_window_is_for_order_lines():
    with pytest.raises(SettingsError) as told_of:
        make_reading(CustomerColumns(), window=30)
    assert str(told_of.value) == (
        "window is for order lines; a table with one row per customer is counted already. Leave it out."
    )


def test_inspect_and_effect_have_no_window():
    with pytest.raises(SettingsError, match=r"^inspect looks at all orders.* Leave window= out\.$"):
        rfmeans.inspect(orders(), window=30)


def test_who_has_money_in_the_window_of_an_order_before_it_is_not_idle():
    """An order of February with a further line of March: no purchase in the window, and 3 in it."""
    lines = [*LINES, ("gus", "G1", "2024-02-29", 60.0), ("gus", "G1", "2024-03-01", 3.0)]
    with Workspace() as workspace:
        intake = read(orders(lines), make_reading(as_of=AS_OF, window=30), workspace)
        assert frame(intake).loc["gus", ["frequency", "monetary"]].tolist() == [0, 3]
        assert intake.account.noticed.idle.customers == 1  # bob


@pytest.mark.slow
def test_why_a_window_leaves_a_customer_out_is_said_of_the_window():
    """Cid bought for 30 and returned 10, in the window."""
    many = [(f"c{i}", f"o{i}", "2024-03-10", 5.0 + i) for i in range(4)]
    with rfmeans.segment(orders([*LINES, *many]), as_of=AS_OF, window=30, segments=2, n_init=1) as found:
        assert found.explain("cid").lines == (
            "Customer cid, as of 2024-03-31, is in no segment: its money in the last 30 days is below zero, or all of "
            "it was returned.",
        )
