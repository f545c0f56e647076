"""Shops in which words of the usual names would be false: orders as frames, drawn with a seed."""

from __future__ import annotations

import datetime as dt
import random

import pandas as pd

FIRST = dt.date(2024, 1, 1)
YEAR = 365


def one_time_buyers() -> pd.DataFrame:
    """300 customers who buy once, on any day of two years."""
    draw = random.Random(1)
    return _orders([(i, draw.randrange(2 * YEAR), draw.lognormvariate(4, 1)) for i in range(300)])


def mostly_once() -> pd.DataFrame:
    """1,000 customers over two years, of whom each thirtieth buys a second time within four months."""
    draw, rows = random.Random(2), []
    for i in range(1000):
        day = draw.randrange(600)
        rows.append((i, day, draw.lognormvariate(4, 1)))
        if i % 30 == 0:
            rows.append((i, day + draw.randrange(1, 120), draw.lognormvariate(4, 1)))
    return _orders(rows)


def subscriptions() -> pd.DataFrame:
    """300 customers who pay every 30 days from some day on, one of three prices; none of them stops."""
    draw, rows = random.Random(3), []
    for i in range(300):
        price = draw.choice([9.9, 19.9, 49.9])
        rows += [(i, day, price) for day in range(draw.randrange(2 * YEAR - 30), 2 * YEAR, 30)]
    return _orders(rows)


def campaign_day() -> pd.DataFrame:
    """300 customers with one to three orders, all of them on one day."""
    draw = random.Random(4)
    counts = [1 + (draw.random() < 0.4) + (draw.random() < 0.2) for _ in range(300)]
    return _orders(
        [(i, 0, draw.lognormvariate(3, 1)) for i, count in enumerate(counts) for _ in range(count)]
    )


def dying_shop() -> pd.DataFrame:
    """400 customers who bought often and stopped long ago; one order is of the last day."""
    draw, rows = random.Random(5), [(400, 2 * YEAR - 1, 20.0)]
    for i in range(400):
        day, stop = draw.randrange(60), draw.randrange(60) + draw.expovariate(1 / 120)
        while day <= min(stop, YEAR):
            rows.append((i, day, draw.lognormvariate(3.5, 0.6)))
            day += 1 + int(draw.expovariate(1 / 25))
    return _orders(rows)


def _orders(rows: list[tuple[int, int, float]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (i, place, FIRST + dt.timedelta(day), round(money, 2))
            for place, (i, day, money) in enumerate(rows)
        ],
        columns=["customer_id", "order_id", "order_date", "amount"],
    )
