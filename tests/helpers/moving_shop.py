"""Eight customers, one for every state before and after, and a model whose centres lie where they are said to."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from rfmeans.model.segment_model import SegmentModel
from rfmeans.segments.features import FeatureScaling, Scaling

SINCE, UNTIL = dt.date(2024, 4, 1), dt.date(2024, 7, 1)
LOYAL, AT_RISK, NEW, LOW = "High-Value Loyal", "At-Risk High-Value", "New/Potential", "Low-Value/Churned"
LAST = ["2024-01-10", "2024-01-20", "2024-02-10", "2024-02-20", "2024-03-12"]  # 20 days before the first date
EARLY = ["2023-12-10", "2023-12-20", "2024-01-02", "2024-01-12"]  # 80 days
LINES = [  # customer, order, day, amount
    *[(1, f"A{place}", day, 40.0) for place, day in enumerate(LAST)],
    (1, "A5", "2024-06-11", 40.0),
    (1, "A6", "2024-07-05", 99.0),  # after the second date
    *[(2, f"B{place}", day, 40.0) for place, day in enumerate(LAST)],
    (3, "C0", "2024-02-20", 25.0),
    (3, "C1", "2024-03-12", 25.0),
    (4, "D0", "2024-01-12", 25.0),
    (4, "D1", "2024-06-11", 25.0),
    (5, "E0", "2024-06-01", 25.0),
    (5, "E1", "2024-06-11", 25.0),
    (6, "F0", "2024-02-01", -10.0),
    (6, "F1", "2024-06-01", 30.0),
    (6, "F2", "2024-06-11", 30.0),
    (7, "G0", "2024-02-01", 20.0),
    (7, "G1", "2024-02-05", -20.0),
    *[(8, f"H{place}", day, 37.5) for place, day in enumerate(EARLY)],
    *[(8, f"H{place}", "2024-05-01", -37.5) for place in range(4)],  # returned on the orders themselves
]
# customer: where before, where after, money before, money in between, list
MOVED = {
    1: (LOYAL, LOYAL, 200, 40, None),
    2: (LOYAL, AT_RISK, 200, 0, "slipped"),
    3: (NEW, LOW, 50, 0, "lost"),
    4: (LOW, NEW, 25, 25, "recovered"),
    5: ("not yet a customer", NEW, 0, 50, "new"),
    6: ("no purchase", NEW, -10, 60, "new"),
    7: ("no net spend", "no net spend", 0, 0, None),
    8: (AT_RISK, "no purchase", 150, -150, "lost"),
}


def orders() -> pd.DataFrame:
    frame = pd.DataFrame(LINES, columns=["customer_id", "order_id", "order_date", "amount"])
    return frame.assign(order_date=pd.to_datetime(frame["order_date"]))


def told_by(name: str) -> tuple[pd.DataFrame, dict]:
    """The orders that an engine can read, and `MOVED` of them.

    Ibis cannot compare lines on Polars, so no order has days far apart there: customer 8 returned nothing.
    """
    frame = orders()
    if name != "polars":
        return frame, MOVED
    returned = (frame["customer_id"] == 8) & (frame["amount"] < 0)
    return frame[~returned], {**MOVED, 8: (AT_RISK, AT_RISK, 150, 0, None)}


def model() -> SegmentModel:
    """Centres at 20 or 80 days, 5, 4, 2, 1 purchases, and money of 200, 150, 50, 25."""
    scaling = Scaling(
        (
            FeatureScaling("recency", "none", 50.0, 10.0, 0.0),
            FeatureScaling("frequency", "none", 3.0, 1.0, 0.0),
            FeatureScaling("monetary", "none", 100.0, 50.0, 0.0),
        )
    )
    centres = ((-3.0, 2.0, 2.0), (3.0, 1.0, 1.0), (-3.0, -1.0, -1.0), (3.0, -2.0, -1.5))
    return SegmentModel(scaling, centres, None, 8, 0.0, {"seed": 0})


def shown(row: dict) -> tuple:
    """What `MOVED` says of a customer."""
    return (
        row["segment_before"] or row["reason_before"],
        row["segment"] or row["reason"],
        row["monetary_before"],
        row["money_between"],
        row["list"],
    )
