"""Shops to inspect, made to measure, and what is found in them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

FIRST = dt.date(2024, 1, 1)


def shop(customers: int = 600, days: int = 182, orders_each: int = 2, amount: float = 10) -> pd.DataFrame:
    """A shop that wants nothing: every customer orders so often, and every day of 2024-01-01 to 06-30 has orders."""
    number = np.arange(customers * orders_each)
    return pd.DataFrame(
        {
            "customer": [f"c{i % customers:04d}" for i in number],
            "order": [f"o{i:05d}" for i in number],
            "date": [FIRST + dt.timedelta(days=int(i % days)) for i in number],
            "amount": [float(amount)] * len(number),
        }
    )


def with_orders(orders: pd.DataFrame, *added: tuple[str, str, str, float]) -> pd.DataFrame:
    more = pd.DataFrame(
        [(customer, order, dt.date.fromisoformat(date), amount) for customer, order, date, amount in added],
        columns=["customer", "order", "date", "amount"],
    )
    return pd.concat([orders, more], ignore_index=True)


def codes(findings: tuple) -> list[str]:
    return [finding.code for finding in findings]


def only(findings: tuple, code: str):
    [found] = [finding for finding in findings if finding.code == code]
    return found
