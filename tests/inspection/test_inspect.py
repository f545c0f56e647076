"""An inspection as a whole: the same however the orders are told, frozen, and true of real shops."""

from __future__ import annotations

import datetime as dt

import ibis
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rfmeans
from drawn import examples
from helpers.inspected import codes, only, shop, with_orders
from intakes import read
from places import DATA
from rfmeans.arguments import with_options
from rfmeans.engines.kept_tables import Workspace
from rfmeans.inspection.inspect import without_strays
from rfmeans.settings import CustomerColumns, make_reading


def without(first: str, last: str, orders: pd.DataFrame | None = None) -> pd.DataFrame:
    orders = shop(orders_each=4) if orders is None else orders
    return orders[~orders["date"].between(dt.date.fromisoformat(first), dt.date.fromisoformat(last))]


# However it is told


@examples(5)
@given(seed=st.integers(0, 2**32 - 1))
def test_order_of_rows_does_not_matter(seed):
    orders = with_orders(
        without("2024-03-10", "2024-03-20"),
        ("test", "t", "1970-01-01", 1.0),
        ("c-big", "b", "2024-05-05", 9999.0),
    )
    shuffled = orders.sample(frac=1, random_state=seed)
    assert rfmeans.inspect(shuffled) == rfmeans.inspect(orders)


@pytest.mark.slow
def test_every_kind_of_source_gives_the_same(tmp_path):
    orders = with_orders(shop(), ("test", "t", "2042-01-01", 1.0))
    orders.to_csv(tmp_path / "orders.csv", index=False)
    orders.to_parquet(tmp_path / "orders.parquet")
    expected = rfmeans.inspect(orders).to_dict()
    del expected["source"], expected["understood"]
    for source in (
        tmp_path / "orders.csv",
        str(tmp_path / "orders.parquet"),
        pl.from_pandas(orders),
        ibis.memtable(orders),
    ):
        found = rfmeans.inspect(source).to_dict()
        del found["source"]
        assert found.pop("understood").startswith(
            "Orders: customer = customer, order = order, date = date, amount = amount"
        )
        assert found == expected


def test_a_table_of_customers_is_refused_with_the_way_out():
    with pytest.raises(
        rfmeans.SettingsError, match="inspect reads order lines; a table with one row per customer"
    ):
        rfmeans.inspect(shop(), columns=CustomerColumns())


def test_what_cannot_be_read_gives_the_usual_message():
    with pytest.raises(rfmeans.SourceError, match="No such file"):
        rfmeans.inspect("nope.csv")
    with pytest.raises(rfmeans.SourceError, match="No value of 'date' can be read as a date"):
        rfmeans.inspect(shop().assign(date="soon"))


def test_an_inspection_is_plain_and_frozen():
    found = rfmeans.inspect(shop())
    with pytest.raises(AttributeError):
        found.verdict = "ready"
    assert repr(found) == "<Inspection of pandas table: ready>"


@pytest.fixture(scope="module")
def retail():
    path = DATA / "online_retail.parquet"
    if not path.exists():
        pytest.skip(f"the real data are not here: no file {path}")
    return rfmeans.inspect(path)


@pytest.mark.slow
def test_online_retail_figures(retail):
    lines = pd.read_parquet(DATA / "online_retail.parquet").dropna(subset="CustomerID")
    lines["pence"] = (lines["Quantity"] * lines["UnitPrice"] * 1000).round().astype("int64")
    orders = lines.groupby(["CustomerID", "InvoiceNo"])["pence"].sum().reset_index()
    purchases = orders[orders["pence"] > 0].groupby("CustomerID").size()
    money = orders.groupby("CustomerID")["pence"].sum()
    money = money[(money > 0) & money.index.isin(purchases.index)].sort_values(ascending=False)
    assert retail.customers.customers == len(money) == 4317
    assert retail.customers.bought_once == (purchases[money.index] == 1).sum()
    for top in retail.customers.top_shares:
        assert top.customers == len(money) * top.percent // 100
        assert top.share == pytest.approx(money.head(top.customers).sum() / money.sum(), abs=1e-12)


def test_online_retail_is_ready_and_each_suspicion_is_true(retail):
    assert (retail.verdict, retail.advice, retail.days) == ("ready", (), 374)
    assert codes(retail.suspicious) == [
        "many-lines-set-aside",
        "repeated-lines",
        "gaps",
        "partial-last-month",
    ]
    assert "135,080 missing customer" in retail.suspicious[0].found
    assert retail.suspicious[1].figures == {"lines": 5225, "about": False}
    assert retail.suspicious[2].found == (
        "No order from 2010-12-24 to 2011-01-03 (11 days), unlike the weeks around."
    )
    assert retail.suspicious[3].figures["days_covered"] == 9


def test_the_rfm_package_s_sample_has_an_order_in_2001_and_all_others_from_2004():
    path = DATA / "rfm_r_orders.csv"
    if not path.exists():
        pytest.skip(f"the real data are not here: no file {path}")
    found = rfmeans.inspect(path)
    assert only(found.suspicious, "stray-early-days").figures == {
        "orders": 1,
        "first_day": dt.date(2001, 10, 29),
        "last_day": dt.date(2001, 10, 29),
    }


# What segment repeats of it


def test_segment_says_stray_days_and_counts_the_period_without_them():
    orders = with_orders(shop(), ("test", "t", "1970-01-01", 0.5))
    first = orders["date"].sort_values().iloc[1]
    with rfmeans.segment(orders, n_init=1, hindsight=False) as result:
        (said,) = [each for each in result.summary.account.noticed.sentences() if "dated" in each]
        assert said.startswith(
            f"An order or more is dated on 1970-01-01, long before all others, which begin on {first}. Dates like "
        )
        assert f"Give since='{first}', which" in said
        assert f"Give --since {first}, which" in with_options(said)
        days = (result.summary.as_of - first).days
        assert result.model.grounds.period_days == days
    with Workspace() as scratch:
        intake = read(orders, make_reading(None), scratch)
        assert intake.period_days == (intake.as_of - dt.date(1970, 1, 1)).days
        assert without_strays(intake).period_days == days
