"""Customers to be compared between engines."""

import pandas as pd

import rfmeans
from rfmeans.synthetic import make_orders


def in_order(result: rfmeans.Segmentation) -> pd.DataFrame:
    """The customers in order of their ids, in types that do not depend on the engine."""
    frame = result.customers.to_pandas().sort_values("customer_id").reset_index(drop=True)
    numbers = ["customer_id", "recency", "frequency", "monetary", "segment_id"]
    return frame.assign(**{name: pd.to_numeric(frame[name]).astype("float64") for name in numbers}).fillna("")


def all_kinds_of_lines() -> pd.DataFrame:
    """Order lines with everything that is set aside: blank ids, returns, free orders, late lines."""
    lines = make_orders(800, seed=5).drop(columns="kind").astype({"customer_id": "Int64"})
    lines["amount"] = (lines.pop("quantity") * lines.pop("unit_price")).round(2)
    lines.loc[::50, "customer_id"] = pd.NA
    lines.loc[1::40, "amount"] *= -1
    lines.loc[2::45, "amount"] = 0.0
    return lines.drop(columns="product")
