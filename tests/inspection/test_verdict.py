"""The verdict and its advice, each at its limit."""

from __future__ import annotations

import pytest

import rfmeans
from helpers.inspected import codes, only, shop, with_orders

# Advice, each at its limit


@pytest.mark.parametrize(("customers", "verdict"), [(499, "usable with care"), (500, "ready")])
def test_few_customers(customers, verdict):
    found = rfmeans.inspect(shop(customers))
    assert found.verdict == verdict
    assert codes(found.advice) == (["few-customers"] if customers < 500 else [])


@pytest.mark.parametrize(("customers", "verdict"), [(49, "not enough"), (50, "usable with care")])
def test_too_few_customers(customers, verdict):
    found = rfmeans.inspect(shop(customers, orders_each=20))
    assert found.verdict == verdict
    assert codes(found.reasons) == ["few-customers"]


@pytest.mark.parametrize(("days", "verdict"), [(29, "not enough"), (179, "usable with care"), (180, "ready")])
def test_short_period(days, verdict):
    found = rfmeans.inspect(shop(days=days))
    assert found.verdict == verdict
    assert codes(found.advice) == ([] if days >= 180 else ["short-period"])


@pytest.mark.parametrize(("as_of", "advice"), [("2024-07-30", []), ("2024-07-31", ["no-recent-orders"])])
def test_no_recent_orders(as_of, advice):
    # 30 June is 30 days before 30 July, 31 before 31 July.
    found = rfmeans.inspect(shop(), as_of=as_of)
    assert codes(found.advice) == advice
    if advice:
        assert found.advice[0].found.startswith("The last order is 31 days before the as-of date 2024-07-31;")
        assert "as_of='2024-07-01'" in found.advice[0].advice
        assert found.verdict == "usable with care"


@pytest.mark.parametrize(("twice", "advice"), [(120, []), (119, ["mostly-one-purchase"])])
def test_mostly_one_purchase(twice, advice):
    # Of 600 customers 480 bought once: 80 %, which is allowed; 481 is more.
    orders = with_orders(
        shop(orders_each=1), *((f"c{i:04d}", f"x{i}", "2024-06-30", 10.0) for i in range(twice))
    )
    found = rfmeans.inspect(orders)
    assert found.share_bought_once == pytest.approx((600 - twice) / 600)
    assert codes(found.advice) == advice


@pytest.mark.slow
def test_files_that_overlap_weigh_on_the_verdict(tmp_path):
    orders = shop()
    orders.head(700).to_csv(tmp_path / "first.csv", index=False)
    orders.tail(502).to_csv(tmp_path / "second.csv", index=False)  # 700 + 502 - 1200 = 2 orders in both
    inspection = rfmeans.inspect(str(tmp_path / "*.csv"))
    found = only(inspection.suspicious, "overlapping-files")
    assert found.found == "The files overlap: 2 orders stand in more than one of 2 files."
    assert found.figures == {"orders": 2, "files": 2, "about": False}
    assert only(inspection.suspicious, "repeated-lines").figures["lines"] == 2
    assert "overlapping-files" in inspection.to_dict()["reasons"]
    dropped = rfmeans.inspect(str(tmp_path / "*.csv"), drop_duplicates=True)
    assert "overlapping-files" not in codes(dropped.suspicious)
    once = rfmeans.inspect(str(tmp_path / "*.csv"), amount_per="order")
    told = only(once.suspicious, "overlapping-files")
    assert told.advice == (
        "The total of an order counts once, however many rows and files state it. If they number their orders alike, "
        "read them one by one."
    )
    assert "overlapping-files" not in once.to_dict()["reasons"]
    assert "repeated-lines" not in codes(once.suspicious)
