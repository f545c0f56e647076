"""A shop with everything that is set aside and ids that need quoting, and the model fitted on it."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

import rfmeans
from rfmeans.synthetic import make_orders

HOSTILE_NAMES = {
    "grid": [
        {
            "max_segments": 12,
            "recency_cuts": [0.0],
            "recency_bands": ["lapsed", "recent"],
            "value_cuts": [0.0],
            "value_bands": ["low", "high"],
            "names": {
                "high": {"recent": 'Ann\'s "best"', "lapsed": "back\\slash\\"},
                "low": {"recent": "'); DROP TABLE orders; --", "lapsed": "ünïcode — 100 % {{ x }} 顧客"},
            },
        }
    ]
}


def hostile_orders() -> pd.DataFrame:
    """Order lines with everything that is set aside, returns, free orders, and ids that need quoting."""
    lines = make_orders(700, seed=5).drop(columns=["kind", "product"])
    odd = ["O'Brien ", 'say "hi" ', "back\\slash ", "ümlaut 顧客 ", "100% ", "a;b--", "{{x}} "]
    ids = lines["customer_id"].astype(int)
    lines["customer_id"] = [f"{odd[number % len(odd)]}{number}" for number in ids]
    lines["order_id"] = lines["order_id"].astype("string")
    lines.loc[::50, "customer_id"] = None
    lines.loc[7::90, "customer_id"] = "\t Guest \n"
    lines.loc[9::70, "order_id"] = "  "
    lines.loc[1::40, "quantity"] *= -1
    lines.loc[2::45, "unit_price"] = 0.0
    lines.loc[3::55, "unit_price"] = np.nan
    lines.loc[4::60, "ordered_at"] = pd.NaT
    for customer in lines["customer_id"].dropna().unique()[:5]:  # nothing but returns
        lines.loc[lines["customer_id"] == customer, "quantity"] = -1
    return lines


@cache
def hostile_model() -> rfmeans.SegmentModel:
    with rfmeans.segment(hostile_orders(), n_init=5, lexicon=HOSTILE_NAMES) as result:
        return result.model


def shop(**changes: Any) -> pd.DataFrame:
    return make_orders(300, seed=2).drop(columns=["kind", "product"]).assign(**changes)
