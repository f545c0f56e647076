"""Synthetic customers and orders: their form, their directions, and that K-Means finds the kinds again."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from rfmeans.errors import SettingsError
from rfmeans.synthetic import AS_OF, FIRST_DAY, KINDS, Kind, make_customers, make_orders

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

FEATURES = ["recency", "frequency", "monetary"]
LOYAL, LAPSED, NEW, CHURNED = "loyal", "lapsed high-value", "new", "churned"
SEEDS = range(10)
MAKERS = [make_customers, make_orders]
KIND_OF_SIGNS = {(True, True): LOYAL, (False, True): LAPSED, (True, False): NEW, (False, False): CHURNED}


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    return make_customers()


@pytest.fixture(scope="module")
def lines() -> pd.DataFrame:
    return make_orders()


@cache
def customers_of(seed: int, table: str) -> pd.DataFrame:
    return make_customers(seed=seed) if table == "customers" else customers_from(make_orders(seed=seed))


def customers_from(lines: pd.DataFrame) -> pd.DataFrame:
    """Work out R, F, M and kind per customer in pandas, independently of the package's own way."""
    lines = lines.assign(day=lines["ordered_at"].dt.normalize(), cents=cents(lines))
    orders = lines.groupby(["customer_id", "order_id"], as_index=False).agg(
        day=("day", "first"), cents=("cents", "sum")
    )
    as_of = lines["day"].max() + pd.Timedelta(days=1)
    purchases = orders[orders["cents"] > 0].groupby("customer_id")
    table = pd.DataFrame(
        {
            "recency": (as_of - purchases["day"].max()).dt.days,
            "frequency": purchases.size(),
            "monetary": orders.groupby("customer_id")["cents"].sum() / 100,
            "kind": lines.groupby("customer_id")["kind"].first(),
        }
    )
    return table.reset_index()


def cents(lines: pd.DataFrame) -> pd.Series[int]:
    return lines["quantity"] * (lines["unit_price"] * 100).round().astype("int64")


def feature_space(customers: pd.DataFrame, transform: str) -> NDArray[np.float64]:
    raw = customers[FEATURES].to_numpy(dtype=np.float64)
    skewness = ((raw - raw.mean(axis=0)) ** 3).mean(axis=0) / raw.std(axis=0) ** 3
    logged = {"auto": skewness > 1, "log": skewness > -np.inf, "none": skewness > np.inf}[transform]
    x = np.where(logged, np.log1p(raw), raw)
    return np.asarray((x - x.mean(axis=0)) / x.std(axis=0))


@cache
def fitted(seed: int, table: str, transform: str) -> KMeans:
    x = feature_space(customers_of(seed, table), transform)
    return KMeans(n_clusters=len(KINDS), n_init=10, random_state=0).fit(x)


# Form


def test_customers_columns_and_dtypes(customers: pd.DataFrame) -> None:
    assert customers.dtypes.astype(str).to_dict() == {
        "customer_id": "int64",
        "recency": "int64",
        "frequency": "int64",
        "monetary": "float64",
        "kind": "str",
    }
    assert len(customers) == 10_000


def test_orders_columns_and_dtypes(lines: pd.DataFrame) -> None:
    assert lines.dtypes.astype(str).to_dict() == {
        "customer_id": "int64",
        "order_id": "int64",
        "ordered_at": "datetime64[us]",
        "product": "str",
        "quantity": "int64",
        "unit_price": "float64",
        "kind": "str",
    }
    assert lines["customer_id"].nunique() == 10_000


def test_customers_values_are_possible(customers: pd.DataFrame) -> None:
    assert (customers[["recency", "frequency"]] >= 1).all(axis=None)
    assert (customers["monetary"] > 0).all()
    assert customers["monetary"].equals(customers["monetary"].round(2))
    assert not customers.isna().any(axis=None)


def test_customer_ids_are_1_to_n_and_say_nothing_about_the_kind(customers: pd.DataFrame) -> None:
    assert sorted(customers["customer_id"]) == list(range(1, 10_001))
    assert customers.groupby("kind")["customer_id"].mean().between(4_700, 5_300).all()


def test_orders_lie_within_the_two_years_in_order_of_time(lines: pd.DataFrame) -> None:
    at = lines["ordered_at"]
    assert (str(FIRST_DAY), str(AS_OF)) == ("2023-01-01", "2025-01-01")
    assert at.min() >= pd.Timestamp(FIRST_DAY)
    assert at.max() < pd.Timestamp(AS_OF)
    assert at.is_monotonic_increasing
    assert lines["order_id"].is_monotonic_increasing
    assert at.dt.hour.nunique() > 10


def test_an_order_has_one_customer_one_time_and_about_three_lines(lines: pd.DataFrame) -> None:
    orders = lines.groupby("order_id")
    assert (orders[["customer_id", "ordered_at", "kind"]].nunique() == 1).all(axis=None)
    assert 2.7 < orders.size().mean() < 3.1
    assert (lines.groupby("customer_id")["kind"].nunique() == 1).all()


def test_prices_are_positive_with_two_decimals_and_fixed_by_the_product(lines: pd.DataFrame) -> None:
    assert (lines["unit_price"] > 0).all()
    assert lines["unit_price"].equals(lines["unit_price"].round(2))
    assert (lines.groupby("product")["unit_price"].nunique() == 1).all()
    assert lines["product"].nunique() > 50


def test_trade_is_weak_on_sundays_and_strong_before_christmas(lines: pd.DataFrame) -> None:
    at = lines.loc[lines["kind"] == LOYAL, "ordered_at"]
    month = at.dt.strftime("%Y-%m").value_counts()
    assert at.dt.day_of_week.value_counts().idxmin() == 6
    # Fewer of the loyal customers had joined in December, so the season shows against the trend.
    assert month["2023-12"] > 1.2 * month["2024-06"]


# Returns


def test_a_few_percent_of_lines_are_returns_in_orders_of_their_own(lines: pd.DataFrame) -> None:
    is_return = lines["quantity"] < 0
    assert 0.01 < is_return.mean() < 0.04
    assert (lines["quantity"] != 0).all()
    assert (is_return.groupby(lines["order_id"]).nunique() == 1).all()


def test_returns_never_exceed_what_was_bought_before(lines: pd.DataFrame) -> None:
    held = lines.groupby(["customer_id", "product"])["quantity"].cumsum()
    assert (held >= 0).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_every_customer_has_a_purchase_and_net_money(seed: int) -> None:
    found = customers_of(seed, "orders")
    assert len(found) == 10_000
    assert (found["monetary"] > 0).all()
    assert (found["frequency"] >= 1).all()


# One story in two tables


@pytest.mark.parametrize("seed", SEEDS)
def test_orders_tell_the_customers_recency_frequency_and_kind(seed: int) -> None:
    columns = ["customer_id", "recency", "frequency", "kind"]
    from_orders, truth = (customers_of(seed, table)[columns] for table in ("orders", "customers"))
    pd.testing.assert_frame_equal(from_orders, truth)


def test_orders_and_customers_agree_about_money() -> None:
    by_kind = [customers_of(0, table).groupby("kind")["monetary"].mean() for table in ("orders", "customers")]
    assert (by_kind[0] / by_kind[1]).between(0.9, 1.1).all()


# The kinds


@pytest.mark.parametrize("table", ["customers", "orders"])
def test_kinds_differ_in_the_directions_their_names_say(table: str) -> None:
    median = customers_of(0, table).groupby("kind")[FEATURES].median()
    recency, frequency, monetary = (median[name] for name in FEATURES)
    assert recency[[LOYAL, NEW]].max() < 30
    assert recency[[LAPSED, CHURNED]].min() > 180
    assert frequency[[LOYAL, LAPSED]].min() >= 9
    assert frequency[[NEW, CHURNED]].max() <= 2
    assert monetary[[LOYAL, LAPSED]].min() > 10 * monetary[[NEW, CHURNED]].max()
    assert monetary[LOYAL] > monetary[LAPSED]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind_has_its_share_and_its_medians(kind: Kind, customers: pd.DataFrame) -> None:
    mine = customers[customers["kind"] == kind.name]
    order_value = mine["monetary"] / mine["frequency"]
    assert len(mine) == round(10_000 * kind.share)
    assert mine["recency"].median() == pytest.approx(kind.recency_median, rel=0.06)
    assert mine["frequency"].mean() == pytest.approx(1 + kind.repeats_mean, rel=0.05)
    assert order_value.median() == pytest.approx(kind.order_value_median, rel=0.05)


def test_money_is_skewed_and_kinds_overlap(customers: pd.DataFrame) -> None:
    lowest, highest = (customers.groupby("kind")[FEATURES].agg(end) for end in ("min", "max"))
    assert (customers.groupby("kind")["monetary"].skew() > 0.5).all()
    assert (highest.loc[CHURNED] > lowest.loc[LOYAL]).all()
    assert (highest.loc[LOYAL] > lowest.loc[LAPSED]).all()


@pytest.mark.parametrize("n", [4, 5, 7, 50])
def test_every_kind_occurs_from_four_customers_on(n: int) -> None:
    assert set(make_customers(n)["kind"]) == {kind.name for kind in KINDS}


# What K-Means finds


@pytest.mark.parametrize("table", ["customers", "orders"])
@pytest.mark.parametrize(("transform", "least"), [("auto", 0.92), ("log", 0.9), ("none", 0.8)])
@pytest.mark.parametrize("seed", SEEDS)
def test_k_means_finds_the_kinds_not_perfectly(seed: int, transform: str, least: float, table: str) -> None:
    truth = customers_of(seed, table)["kind"]
    assert least < adjusted_rand_score(truth, fitted(seed, table, transform).labels_) < 0.98


@pytest.mark.parametrize("table", ["customers", "orders"])
@pytest.mark.parametrize("transform", ["auto", "log", "none"])
@pytest.mark.parametrize("seed", SEEDS)
def test_centres_fall_in_four_regions_that_match_the_kinds(seed: int, transform: str, table: str) -> None:
    model = fitted(seed, table, transform)
    recent = -model.cluster_centers_[:, 0]
    value = model.cluster_centers_[:, 1:].mean(axis=1)
    names = [KIND_OF_SIGNS[r > 0, v > 0] for r, v in zip(recent, value, strict=True)]
    kinds = customers_of(seed, table)["kind"].groupby(model.labels_).agg(lambda kind: kind.mode()[0])
    assert sorted(names) == sorted(kind.name for kind in KINDS)
    assert names == kinds.to_list()
    assert min(abs(recent).min(), abs(value).min()) > 0.4


# Promises


@pytest.mark.parametrize("make", MAKERS)
def test_number_and_seed_alone_make_the_table(make: Callable[..., pd.DataFrame]) -> None:
    np.random.seed(1)
    first = make(500, seed=3)
    np.random.seed(2)
    pd.testing.assert_frame_equal(first, make(500, seed=3))


@pytest.mark.parametrize("make", MAKERS)
def test_another_seed_gives_another_table(make: Callable[..., pd.DataFrame]) -> None:
    assert not make(500, seed=3).equals(make(500, seed=4))


@pytest.mark.parametrize("make", MAKERS)
def test_one_customer_is_enough(make: Callable[..., pd.DataFrame]) -> None:
    assert set(make(1)["customer_id"]) == {1}


@pytest.mark.parametrize("bad", [0, -3, 2.5, "ten", None])
@pytest.mark.parametrize(("make", "name"), [(make_customers, "n"), (make_orders, "n_customers")])
def test_a_bad_number_is_refused(make: Callable[..., pd.DataFrame], name: str, bad: object) -> None:
    with pytest.raises(ValueError, match="whole number") as caught:
        make(bad)
    assert str(caught.value) == f"{name} must be a whole number, 1 or more. Got {bad!r}."
    assert isinstance(caught.value, SettingsError)
