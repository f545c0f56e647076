"""Real shops with answers known from elsewhere: the UCI Online Retail data, and the R package rfm's sample."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

import pytest

import rfmeans
from places import DATA
from rfmeans.segments.rhythm import Rhythm

if TYPE_CHECKING:
    from rfmeans.result import Segmentation

ONLINE_RETAIL = DATA / "online_retail.parquet"
RFM_R = DATA / "rfm_r_orders.csv"
CUSTOMERS_BY_NAME = {
    "High-Value Loyal": 716,
    "At-Risk High-Value": 1178,
    "New/Potential": 885,
    "Low-Value/Churned": 1538,
}
MEANS = [  # recency, frequency, monetary, the most valuable segment first
    (12.109, 13.661, 7519.16),
    (64.533, 4.199, 1663.99),
    (22.632, 1.915, 476.10),
    (192.304, 1.356, 356.34),
]
PUBLISHED_SUBSET = "Quantity > 0 AND UnitPrice > 0"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the real data are not here: no folder {DATA}")


@cache
def segmented(transform: str) -> Segmentation:
    """Segment Online Retail, once per transform."""
    return rfmeans.segment(ONLINE_RETAIL, segments=4, transform=transform)


@pytest.fixture(scope="module", autouse=True)
def _release():
    yield
    for transform in ("auto", "log", "none"):
        segmented(transform).close()
    segmented.cache_clear()


@pytest.fixture(scope="module")
def retail() -> Segmentation:
    return segmented("auto")


@pytest.fixture(scope="module")
def subset():
    with rfmeans.segment(ONLINE_RETAIL, where=PUBLISHED_SUBSET) as result:
        yield result


@pytest.fixture(scope="module")
def rfm_r():
    with rfmeans.segment(RFM_R) as result:
        yield result


def customer_range(result: Segmentation, feature: str) -> tuple[float, float]:
    column = result.customers.filter(result.customers.reason.isnull())[feature]
    return float(column.min().to_pyarrow().as_py()), float(column.max().to_pyarrow().as_py())


# The account


def test_lines_read_used_and_set_aside(retail):
    lines = retail.summary.account.lines
    assert (lines.read.rows, lines.used.rows) == (541_909, 406_829)
    assert lines.used.money == Decimal("8300065.814")
    assert {reason: (tally.rows, tally.money) for reason, tally in lines.set_aside.items()} == {
        "missing customer": (135_080, Decimal("1447682.12"))
    }
    assert lines.read.money == Decimal("8300065.814") + Decimal("1447682.12")


def test_lines_set_aside_are_listed_with_their_row_and_reason(retail):
    listed = retail.set_aside
    assert listed.count().to_pyarrow().as_py() == 135_080
    assert listed.line.nunique().to_pyarrow().as_py() == 135_080
    assert listed.reason.nunique().to_pyarrow().as_py() == 1
    assert listed.filter(listed.CustomerID.notnull()).count().to_pyarrow().as_py() == 0


def test_customers_segmented_and_set_aside(retail):
    account = retail.summary.account
    assert (account.clustered.rows, account.clustered.money) == (4317, Decimal("8313294.954"))
    assert {reason: (tally.rows, tally.money) for reason, tally in account.customers_set_aside.items()} == {
        "no purchase": (34, Decimal("-10411.24")),
        "no net spend": (21, Decimal("-2817.90")),
    }


def test_what_the_names_of_online_retail_claim(retail):
    claims = {name.text: {v.claim: v.found for v in name.verdicts} for name in retail.model.names}
    assert claims == {
        "High-Value Loyal": {"high": "holds", "recent": "holds", "repeat": "holds"},
        "At-Risk High-Value": {
            "high": "holds",
            "overdue": "partly",
            "repeat": "holds",
        },  # 52 days, of a rhythm of 54
        "New/Potential": {"recent": "holds", "new": "holds"},
        "Low-Value/Churned": {"low": "holds", "churned": "holds"},
    }
    assert retail.summary.segments[1].evidence == (
        "last purchase 52 days ago against 51; half of the repeat customers come back within 54, 47 % of these "
        "are away longer; 4 purchases against 2; 1,331 spent against 658"
    )


def test_the_rhythm_of_online_retail(retail):
    found = retail.summary.rhythm
    assert found == Rhythm(2842, 53.5, 160.0)
    assert retail.model.grounds.rhythm == found
    days = retail.customers.filter(retail.customers.reason.isnull()).to_pandas()
    again = days[days.frequency > 1]
    gaps = (again.tenure - again.recency) / (again.frequency - 1)
    assert list(gaps.quantile([0.5, 0.9])) == [53.5, 160.0]
    oldest = (days.tenure == 374).sum()
    assert str(days.first_purchase.min())[:10] == "2010-12-01"
    assert oldest == (days.first_purchase == days.first_purchase.min()).sum() > 0
    assert retail.customers.count().to_pyarrow().as_py() == 4372


def test_money_of_customers_is_money_of_lines(retail):
    account = retail.summary.account
    aside = sum(tally.money for tally in account.customers_set_aside.values())
    assert account.clustered.money + aside == account.lines.used.money


def test_orders_purchases_and_as_of(retail):
    lines = retail.summary.account.lines
    assert (lines.orders, lines.purchases) == (22_190, 18_532)
    assert (lines.first_day, lines.last_day) == (dt.date(2010, 12, 1), dt.date(2011, 12, 9))
    assert retail.summary.as_of == retail.model.as_of == dt.date(2011, 12, 10)


# The customers


@pytest.mark.parametrize(
    ("feature", "mean", "median", "least", "most"),
    [
        ("recency", 92.768589, 51, 1, 374),
        ("frequency", 4.287237, 2, 1, 209),
        ("monetary", 1925.711131, 658.26, 2.90, 279_489.02),
    ],
)
def test_features_of_all_customers(retail, feature, mean, median, least, most):
    everyone = retail.summary.everyone
    assert getattr(everyone, f"mean_{feature}") == pytest.approx(mean, abs=5e-7)
    assert getattr(everyone, f"median_{feature}") == pytest.approx(median, abs=1e-9)
    assert customer_range(retail, feature) == (least, most)


def test_skewness_makes_auto_the_logarithm_of_all_three(retail):
    recency, frequency, monetary = retail.model.scaling.features
    assert recency.skewness == pytest.approx(1.249, abs=5e-4)
    assert frequency.skewness == pytest.approx(12.04, abs=5e-3)
    assert monetary.skewness == pytest.approx(21.58, abs=5e-3)
    assert [recency.transform, frequency.transform, monetary.transform] == ["log1p"] * 3


# The segments


@pytest.mark.slow
@pytest.mark.parametrize("transform", ["auto", "log"])
def test_four_segments_on_logarithms(transform):
    result = segmented(transform)
    profile = result.profile
    assert result.model.inertia == pytest.approx(3881.3665, abs=5e-5)
    assert dict(zip(profile["segment"], profile["customers"], strict=True)) == CUSTOMERS_BY_NAME
    found = profile[["mean_recency", "mean_frequency", "mean_monetary"]].to_numpy()
    for row, (recency, frequency, monetary) in zip(found, MEANS, strict=True):
        assert row[:2] == pytest.approx([recency, frequency], abs=5e-4)
        assert row[2] == pytest.approx(monetary, abs=5e-3)


def test_auto_is_log_here():
    auto, log = segmented("auto").model, segmented("log").model
    assert (auto.centres, auto.inertia, auto.scaling) == (log.centres, log.inertia, log.scaling)


@pytest.mark.slow
def test_without_transform_the_wholesalers_are_a_segment():
    result = segmented("none")
    assert result.model.inertia == pytest.approx(4003.6402, abs=5e-5)
    assert list(result.profile["customers"]) == [6, 96, 3146, 1069]


def test_customers_carry_the_segments_of_the_profile(retail):
    found = retail.customers.segment.value_counts(name="n").to_pyarrow().to_pylist()
    assert {row["segment"]: row["n"] for row in found} == {**CUSTOMERS_BY_NAME, None: 34 + 21}


def test_borderline_name_says_what_it_hangs_on(retail):
    marked = {segment.segment for segment in retail.summary.segments if segment.borderline}
    assert marked == {"At-Risk High-Value"}
    at_risk = retail.summary.most_at_risk
    assert at_risk.segment == "At-Risk High-Value"
    assert at_risk.evidence.startswith("last purchase 52 days ago against 51;")


def test_headlines(retail):
    valuable, at_risk = retail.headlines
    assert valuable.startswith("Most valuable: High-Value Loyal: 716 customers (17 %) with 65 % of revenue")
    assert at_risk.startswith("Most at risk: At-Risk High-Value (borderline): 1,178 customers (27 %)")


# Published by others: Quantity > 0 and UnitPrice > 0


@pytest.mark.slow
def test_published_subset(subset):
    account = subset.summary.account
    assert (account.lines.used.rows, account.lines.orders, account.lines.purchases) == (
        397_884,
        18_532,
        18_532,
    )
    assert account.lines.used.money == account.clustered.money == Decimal("8911407.904")
    assert account.clustered.rows == 4338
    assert account.customers_set_aside == {}


def test_published_means(subset):
    everyone = subset.summary.everyone
    assert everyone.mean_frequency == pytest.approx(4.272015, abs=5e-7)
    assert everyone.mean_monetary == pytest.approx(2054.266460, abs=5e-7)
    assert customer_range(subset, "monetary")[1] == 280_206.02


def test_published_subset_still_reads_every_line(subset):
    lines = subset.summary.account.lines
    assert lines.read.rows == 541_909
    assert lines.read.money == Decimal(
        "9747747.934"
    )  # as without the condition: 8,300,065.814 + 1,447,682.12
    assert set(lines.set_aside) == {"excluded by where", "missing customer"}


# The R package rfm's sample: keys are names, with apostrophes; no order id


@pytest.mark.slow
def test_names_as_keys(rfm_r):
    account = rfm_r.summary.account
    aside = sum(tally.rows for tally in account.customers_set_aside.values())
    assert account.lines.read.rows == account.lines.used.rows == 4906
    assert account.clustered.rows + aside == 995
    assert rfm_r.customers.filter(rfm_r.customers.customer_id.contains("'")).count().to_pyarrow().as_py() > 0
    assert rfm_r.profile["customers"].sum() == account.clustered.rows
