"""Customers and orders of a made-up shop whose true segments are known.

For the demo, the tests and the benchmarks: what the pipeline finds can be held against the truth, the column
``kind``. Four kinds of customers overlap as real ones do, so a perfect score is not to be had: K-Means with
four segments agrees with the truth to an adjusted Rand index of 0.91 to 0.96 with the transforms ``auto`` and
``log``, and of 0.82 to 0.86 with ``none``, on either table.

`make_customers` draws each customer's recency, frequency and usual order value; `make_orders` takes the same
draws and tells them as order lines. For one number of customers and one seed both tables therefore hold the
same customers, with the same frequency and the same recency (counted to `AS_OF`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from numbers import Integral
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rfmeans.arguments import named
from rfmeans.errors import SettingsError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray
    from pandas.api.extensions import ExtensionArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

__all__ = ["AS_OF", "FIRST_DAY", "KINDS", "Kind", "make_customers", "make_orders"]

FIRST_DAY = date(2023, 1, 1)
"""The first day of the shop's two years."""

AS_OF = date(2025, 1, 1)
"""The day after the shop's last day: the date recency is counted to."""


@dataclass(frozen=True)
class Kind:
    """How one kind of customer buys.

    Attributes
    ----------
    name
        What the column ``kind`` says.
    share
        Share of all customers, 0-1.
    recency_median, recency_sigma
        Days from the last purchase to `AS_OF`: lognormal, sigma that of the logarithm.
    repeats_mean
        Mean number of purchases after the first one.
    order_value_median
        Money in a usual order; lognormal over customers.
    active_days
        Most days between the first and the last purchase.
    """

    name: str
    share: float
    recency_median: float
    recency_sigma: float
    repeats_mean: float
    order_value_median: float
    active_days: int


KINDS = (
    Kind("loyal", 0.19, 14, 0.70, 10.0, 75, 640),
    Kind("lapsed high-value", 0.19, 210, 0.25, 8.5, 80, 480),
    Kind("new", 0.26, 22, 0.70, 0.6, 40, 45),
    Kind("churned", 0.36, 240, 0.25, 0.7, 36, 240),
)
"""The four kinds, their shares adding up to 1."""

_WINDOW_DAYS = (AS_OF - FIRST_DAY).days
_REPEATS_SHAPE = 25.0  # of the negative binomial: above the Poisson's spread, as real order counts are
_ORDER_VALUE_SIGMA = 0.3
_LINES_MEAN, _QUANTITY_MEAN, _PRICE_SIGMA = 3.0, 1.5, 0.5
_RETURN_SHARE = 0.08  # of the orders with two lines or more
_RETURN_DAYS = (2, 30)
_WEEKDAYS = np.array([1.05, 1.0, 1.0, 1.05, 1.15, 1.05, 0.7])  # Monday first
_OPENS, _PEAK, _CLOSES = 7 * 3600, 19 * 3600, 23 * 3600  # seconds of the day
_CATALOGUE = (np.unique(np.rint(np.geomspace(2, 400, 200))) - 0.01).round(2)  # list prices, ascending


class _Customers(NamedTuple):
    """What is drawn for each customer; the customer at position i has the id i + 1."""

    kind: Ints
    recency: Ints
    frequency: Ints
    order_value: Floats


class _Orders(NamedTuple):
    """Orders. ``source`` is the position of the order that a return takes a line from, -1 for a purchase."""

    customer: Ints
    second: Ints
    lines: Ints
    source: Ints


def make_customers(n: int = 10_000, seed: int = 0) -> pd.DataFrame:
    """Make a customers table with known kinds: one row per customer.

    Parameters
    ----------
    n
        Number of customers, 1 or more. From 4 on every kind occurs.
    seed
        Seed of the random numbers. The table is a function of ``n`` and ``seed`` alone.

    Returns
    -------
    DataFrame
        ``n`` rows: ``customer_id`` (int64, 1 to ``n``, in no relation to the kind), ``recency`` (int64, days
        from the last purchase, 1 or more), ``frequency`` (int64, number of purchases, 1 or more),
        ``monetary`` (float64, money with 2 decimals, above 0), ``kind`` (str, a name from `KINDS`).

    Raises
    ------
    SettingsError
        ``n`` is not a whole number of at least 1. It is a ValueError.

    >>> customers = make_customers(1000)
    >>> list(customers.columns)
    ['customer_id', 'recency', 'frequency', 'monetary', 'kind']
    >>> customers["kind"].value_counts().sort_index().to_dict()
    {'churned': 360, 'lapsed high-value': 190, 'loyal': 190, 'new': 260}
    """
    import pandas as pd

    rng = np.random.default_rng(seed)
    drawn = _draw_customers(_checked_count("n", n), rng)
    return pd.DataFrame(
        {
            "customer_id": np.arange(1, n + 1, dtype=np.int64),
            "recency": drawn.recency,
            "frequency": drawn.frequency,
            "monetary": np.round(drawn.frequency * drawn.order_value, 2),
            "kind": _labels([kind.name for kind in KINDS], drawn.kind),
        }
    )


def make_orders(n_customers: int = 10_000, seed: int = 0) -> pd.DataFrame:
    """Make two years of order lines, `FIRST_DAY` to the day before `AS_OF`, by customers of known kinds.

    The customers are those of ``make_customers(n_customers, seed)``. A purchase has three lines on average.
    Some are followed, within 30 days, by a return: an order of one line with negative quantity, which takes
    back at most what was bought. An order's first line is never returned, so every customer's net money is
    above 0.

    Parameters
    ----------
    n_customers
        Number of customers, 1 or more. From 4 on every kind occurs.
    seed
        Seed of the random numbers. The table is a function of ``n_customers`` and ``seed`` alone.

    Returns
    -------
    DataFrame
        About 15 rows per customer, in order of time: ``customer_id`` (int64, 1 to ``n_customers``),
        ``order_id`` (int64, rising with time), ``ordered_at`` (datetime64[us], local time without a zone, one
        for all lines of an order), ``product`` (str), ``quantity`` (int64, never 0, negative for a return),
        ``unit_price`` (float64, money with 2 decimals, above 0), ``kind`` (str, a name from `KINDS`).

    Raises
    ------
    SettingsError
        ``n_customers`` is not a whole number of at least 1. It is a ValueError.

    >>> lines = make_orders(1000)
    >>> list(lines.columns)
    ['customer_id', 'order_id', 'ordered_at', 'product', 'quantity', 'unit_price', 'kind']
    >>> lines["customer_id"].nunique(), str(lines["ordered_at"].max().date())
    (1000, '2024-12-31')
    """
    import pandas as pd

    rng = np.random.default_rng(seed)
    drawn = _draw_customers(_checked_count("n_customers", n_customers), rng)
    orders = _draw_orders(drawn, rng)
    order = np.repeat(np.arange(len(orders.customer)), orders.lines)
    customer = orders.customer[order]
    product, quantity = _draw_lines(orders, drawn.order_value[customer], rng)
    start = np.datetime64(FIRST_DAY, "us")
    return pd.DataFrame(
        {
            "customer_id": customer + 1,
            "order_id": order + 1,
            "ordered_at": start + orders.second[order].astype("timedelta64[s]"),
            "product": _labels([f"P{number:03d}" for number in range(1, len(_CATALOGUE) + 1)], product),
            "quantity": quantity,
            "unit_price": _CATALOGUE[product],
            "kind": _labels([kind.name for kind in KINDS], drawn.kind[customer]),
        }
    )


def _checked_count(name: str, value: int) -> int:
    """Return ``value`` if it is a whole number of at least 1."""
    if not isinstance(value, Integral) or value < 1:
        raise SettingsError(f"{named(name)} must be a whole number, 1 or more. Got {value!r}.")
    return int(value)


def _labels(names: list[str], codes: Ints) -> ExtensionArray:
    """Return the pandas string array that has ``names[code]`` for each code."""
    import pandas as pd

    # Taking from a short Arrow array costs a tenth of converting a long array of Python strings.
    return pd.array(names, dtype="str").take(codes)


def _of_kind(attribute: str, kind: Ints) -> Floats:
    """Return each customer's value of an attribute of its kind."""
    return np.array([getattr(each, attribute) for each in KINDS], dtype=np.float64)[kind]


def _draw_customers(n: int, rng: np.random.Generator) -> _Customers:
    """Draw kind, recency, frequency and usual order value of ``n`` customers."""
    # Quotas dealt out at random, not a draw per customer: no small table lacks a kind.
    bounds = np.cumsum([kind.share for kind in KINDS])[:-1]
    kind = rng.permutation(np.searchsorted(bounds, (np.arange(n) + 0.5) / n))
    days = _of_kind("recency_median", kind) * rng.lognormal(0, _of_kind("recency_sigma", kind))
    recency = np.clip(np.rint(days), 1, _WINDOW_DAYS).astype(np.int64)
    rate = _of_kind("repeats_mean", kind) * rng.gamma(_REPEATS_SHAPE, 1 / _REPEATS_SHAPE, n)
    order_value = _of_kind("order_value_median", kind) * rng.lognormal(0, _ORDER_VALUE_SIGMA, n)
    return _Customers(kind, recency, 1 + rng.poisson(rate), order_value)


def _draw_orders(drawn: _Customers, rng: np.random.Generator) -> _Orders:
    """Draw the customers' purchases and the returns that follow some of them."""
    customer = np.repeat(np.arange(len(drawn.kind)), drawn.frequency)
    day = _draw_days(drawn, customer, rng)
    second = day * 86_400 + rng.triangular(_OPENS, _PEAK, _CLOSES, len(day)).astype(np.int64)
    lines = 1 + rng.poisson(_LINES_MEAN - 1, len(day))
    purchases = _Orders(customer, second, lines, np.full(len(day), -1))
    return _in_order_of_time(purchases, _draw_returns(purchases, rng))


def _draw_days(drawn: _Customers, customer: Ints, rng: np.random.Generator) -> Ints:
    """Draw the day of each purchase, 0 for `FIRST_DAY`; each customer's first row falls on the last day.

    The others fall between the customer's first and last day as the shop's trade does: ``trade`` is the share
    of the two years' orders that come before each day, and its inverse turns even random numbers into days.
    """
    trade = np.concatenate([[0.0], np.cumsum(_daily_trade())])
    last = _WINDOW_DAYS - drawn.recency
    span = _of_kind("active_days", drawn.kind) * rng.uniform(0.5, 1, len(last))
    first = np.maximum(last - span.astype(np.int64), 0)
    start, end = trade[first][customer], trade[last + 1][customer]
    at = start + (end - start) * rng.random(len(customer))
    day: Ints = np.interp(at, trade, np.arange(_WINDOW_DAYS + 1)).astype(np.int64)
    np.minimum(day, last[customer], out=day)
    day[np.cumsum(drawn.frequency) - drawn.frequency] = last
    return day


def _daily_trade() -> Floats:
    """Return each day's share of the two years' orders: weak Sundays, and a high before Christmas."""
    day = np.arange(_WINDOW_DAYS)
    weekday = _WEEKDAYS[(FIRST_DAY.weekday() + day) % 7]
    trade: Floats = weekday * (1 + 0.25 * np.cos(2 * np.pi * (day - 340) / 365.25))
    trade /= trade.sum()
    return trade


def _draw_returns(purchases: _Orders, rng: np.random.Generator) -> _Orders:
    """Draw the returns, as orders of one line. Those after the last day are not in the data."""
    returned = (purchases.lines > 1) & (rng.random(len(purchases.lines)) < _RETURN_SHARE)
    source = np.flatnonzero(returned)
    second = purchases.second[source] + 86_400 * rng.integers(*_RETURN_DAYS, len(source), endpoint=True)
    in_window = second < 86_400 * _WINDOW_DAYS
    source, second = source[in_window], second[in_window]
    return _Orders(purchases.customer[source], second, np.ones_like(source), source)


def _in_order_of_time(purchases: _Orders, returns: _Orders) -> _Orders:
    """Return both tables as one sorted by time, the sources pointing at the new positions."""
    both = _Orders(*(np.concatenate(pair) for pair in zip(purchases, returns, strict=True)))
    by_time = np.argsort(both.second, kind="stable")
    position = np.empty_like(by_time)
    position[by_time] = np.arange(len(by_time))
    source = np.where(both.source < 0, -1, position[both.source])
    return _Orders(*(values[by_time] for values in both._replace(source=source)))


def _draw_lines(orders: _Orders, order_value: Floats, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw product and quantity of each order line, given the usual order value of each line's customer.

    A line's customer looks for a price, lognormal about the one that makes up the usual order value, and
    takes the product next to it in the catalogue. A return takes back the last line of its source, or a part
    of it.
    """
    mean_to_median = np.exp(-(_PRICE_SIGMA**2) / 2)
    usual_price = order_value * (mean_to_median / (_LINES_MEAN * _QUANTITY_MEAN))
    price = usual_price * rng.lognormal(0, _PRICE_SIGMA, len(order_value))
    product = np.searchsorted(np.sqrt(_CATALOGUE[1:] * _CATALOGUE[:-1]), price)
    quantity = 1 + rng.poisson(_QUANTITY_MEAN - 1, len(order_value))
    last_line = np.cumsum(orders.lines) - 1
    is_return = orders.source >= 0
    line, taken_from = last_line[is_return], last_line[orders.source[is_return]]
    product[line] = product[taken_from]
    quantity[line] = -rng.integers(1, quantity[taken_from], endpoint=True)
    return product, quantity
