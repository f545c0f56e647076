"""Results to report on, made once: one with four segments, one whose number was chosen; and the page of the first."""

from collections.abc import Iterator

import pandas as pd
import pytest

import rfmeans
from rfmeans.settings import CustomerColumns
from rfmeans.synthetic import make_customers, make_orders


@pytest.fixture(scope="session")
def result() -> Iterator[rfmeans.Segmentation]:
    orders = make_orders(500, seed=3).drop(columns="kind")
    with rfmeans.segment(orders, n_init=3, currency_symbol="£") as result:
        yield result


@pytest.fixture(scope="session")
def chosen() -> Iterator[rfmeans.Segmentation]:
    with rfmeans.segment(
        make_customers(250, seed=7), columns=CustomerColumns(), segments="auto", n_init=2
    ) as result:
        yield result


@pytest.fixture(scope="session")
def unspent() -> Iterator[rfmeans.Segmentation]:
    """Six customers who bought in spring, four early and two late; in the window one other, who returned more."""
    days = [*["2024-03-01"] * 4, *["2024-04-20"] * 2]
    orders = [(f"c{place}", day, 10.0 + place) for place, day in enumerate(days)]
    orders += [("away", "2024-02-01", 5.0), ("away", "2024-12-30", 3.0), ("away", "2024-12-31", -30.0)]
    frame = pd.DataFrame(orders, columns=["customer_id", "date", "amount"])
    with rfmeans.segment(frame, segments=2, n_init=1, window="30d") as result:
        yield result


@pytest.fixture(scope="session")
def page(result: rfmeans.Segmentation) -> str:
    return result.report().html


@pytest.fixture(scope="session")
def counted(result) -> dict[str, dict[str, float]]:
    """The figures, worked out from the customers with pandas, by segment and for all."""
    customers = result.customers.to_pandas().dropna(subset="segment_id")
    customers = customers.astype({"monetary": float})
    whole = customers["monetary"].sum()

    def figures(mine) -> dict[str, float]:
        return {
            "customers": len(mine),
            "share": len(mine) / len(customers),
            "revenue": mine["monetary"].sum(),
            "revenue_share": mine["monetary"].sum() / whole,
            "mean_recency": mine["recency"].mean(),
            "mean_frequency": mine["frequency"].mean(),
            "mean_monetary": mine["monetary"].mean(),
            "average_order_value": mine["monetary"].sum() / mine["frequency"].sum(),
        }

    by_segment = {name: figures(mine) for name, mine in customers.groupby("segment")}
    return {**by_segment, "All customers": figures(customers)}
