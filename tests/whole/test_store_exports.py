"""Real exports of a shop against the right answer, order by order and customer by customer."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from intakes import read
from places import DATA
from rfmeans.engines.kept_tables import Workspace
from rfmeans.orders.reasons import USED
from rfmeans.settings import make_reading

if TYPE_CHECKING:
    from rfmeans.orders.account import Account

EXPORTS = DATA / "store_exports"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not EXPORTS.exists(), reason="the real exports are not here"),
]


@pytest.fixture(scope="module")
def truth() -> pd.DataFrame:
    return pd.read_csv(EXPORTS / "truth_orders.csv", dtype=str)


@cache
def read_orders(name: str) -> tuple[list[dict], Account, int]:
    """Return the used orders, the account, and the number of rows that were set aside."""
    with Workspace() as scratch:
        intake = read(str(EXPORTS / name), make_reading(), scratch, keep_orders=True)
        used = intake.orders.filter(intake.orders.reason == USED)
        aside = intake.set_aside.count().to_pyarrow().as_py()
        return used.to_pyarrow().to_pylist(), intake.account, aside


@pytest.mark.parametrize("name", ["shopify_orders_export.csv", "stripe_payments.csv"])
def test_the_counted_orders_are_the_truth_s(name, truth):
    orders, account, _ = read_orders(name)
    lines = account.lines
    assert (lines.orders, lines.purchases, lines.used.money) == (987, 967, Decimal("404097.87"))
    counted = truth[truth.shopify_status.isin(["paid", "partially_refunded", "refunded"])]
    net = {row.order: Decimal(row.total) - Decimal(row.refunded) for row in counted.itertuples(index=False)}
    assert sum(value == 0 for value in net.values()) == 20
    assert {_number(order["order_id"]): order["total"] for order in orders} == net
    assert {_number(order["order_id"]): _number(order["customer_id"]) for order in orders} == {
        row.order: row.customer for row in counted.itertuples(index=False)
    }
    expected: dict[str, Decimal] = {}
    for row in counted.itertuples(index=False):
        expected[row.customer] = expected.get(row.customer, Decimal(0)) + net[row.order]
    found: dict[str, Decimal] = {}
    for order in orders:
        key = _number(order["customer_id"])
        found[key] = found.get(key, Decimal(0)) + order["total"]
    assert found == expected


def _number(key: str) -> str:
    """Return the truth's number in a shop's id: "#543981", "ch_000543981", "customer15358@example.com"."""
    return re.sub("[^0-9]", "", key).lstrip("0")


def test_woocommerce_counts_completed_orders():
    _, account, _ = read_orders("woocommerce_analytics_orders.csv")
    assert (account.lines.orders, account.lines.used.money) == (967, Decimal("406158.62"))
    assert account.lines.set_aside["excluded status"].rows == 20 + 16 + 13


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("shopify_orders_export.csv", 20767),
        ("stripe_payments.csv", 1003),
        ("woocommerce_analytics_orders.csv", 1016),
    ],
)
def test_every_row_is_in_one_place(name, rows):
    _, account, aside = read_orders(name)
    assert account.lines.read.rows == rows
    assert aside == rows - account.lines.used.rows
    assert account.noticed.understood.split(":")[0] in (
        "Shopify orders export",
        "Stripe payments",
        "WooCommerce Analytics orders",
    )


# The same orders in other files


def customers(source) -> pd.DataFrame:
    with Workspace() as scratch:
        table = read(source, make_reading(), scratch).customers.to_pandas()
    table["customer_id"] = table["customer_id"].astype("string")
    return table.sort_values("customer_id", ignore_index=True).astype("string")


@pytest.mark.slow
def test_text_and_parquet_give_the_same_customers_to_the_last_digit():
    found = customers(EXPORTS.parent / "online_retail_latin1_mdy.csv.gz")
    assert len(found) == 4372
    pd.testing.assert_frame_equal(found, customers(EXPORTS.parent / "online_retail.parquet"))


def test_the_workbook_is_the_first_rows():
    first = pd.read_parquet(EXPORTS.parent / "online_retail.parquet").head(20_000)
    pd.testing.assert_frame_equal(customers(EXPORTS.parent / "online_retail_20k.xlsx"), customers(first))
