"""Order lines -> customers: recency, frequency, monetary.

One pass over the lines gives both the customers and the account of what was set aside: lines that are not used
fall into one group per reason, beside the customers. Earlier dates of the same customers are sums with a condition in
that pass: an order stood at a date if its first line did, with the money of its lines before that date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from rfmeans.columns.dates import LARGEST_WHOLE
from rfmeans.columns.keys import may_vary
from rfmeans.days import days_before
from rfmeans.orders.account import currency_range
from rfmeans.orders.apart import is_spread, join_days, total_days
from rfmeans.orders.compared import CUSTOMER_TOTAL, RETURNS, SEVERAL_DAYS, SPREAD, TEST, TESTED, TOTAL, VARIED
from rfmeans.orders.reasons import USED
from rfmeans.orders.total_rows import says_total
from rfmeans.orders.window import (
    counted_figures,
    figures_before,
    figures_within,
    sums_at,
    sums_within,
    window_before,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    import ibis.expr.types as ir

    from rfmeans.engines.engine import Engine

NOT_YET = "not yet a customer"  # at an earlier date
NO_PURCHASE = "no purchase"
NO_NET_SPEND = "no net spend"
MISSING_CUSTOMER = "missing customer"
UNREADABLE = "unreadable recency, frequency or monetary"
CARRIED = ("bought_after", "money_after")  # what rides along with a customer at an earlier date
SOME = 64  # one customer in so many tells what customers are like where lines are many
ORDER_KEY = ("customer_id", "order_id", "day_id")


def total_orders(
    lines: ir.Table,
    earlier: Sequence[dt.date] = (),
    *,
    apart: bool = False,
    daily: bool = False,
    window: int | None = None,
) -> ir.Table:
    """Return one row per order of used lines, and one or more per reason for the lines set aside.

    Columns: customer_id, order_id, day_id (all null in the rows of lines set aside), reason, lines, total (decimal),
    first_day, last_day; where lines tell their currency, first_currency and last_currency; where they tell it, returns
    (lines of negative money) and totals (lines that say they are one); for each ``earlier`` date, from 0,
    total_before_0: of the lines before it. ``apart``: sales under one number that lie apart are orders of their own,
    ``daily``: be it by a day.
    ``window``: days up to each earlier date in which money counts: then total_window_0 as well. Where lines tell
    whether they are in that of the as-of date (`rfmeans.orders.window.with_window`), window_lines and window_total.
    """
    used = lines.reason == USED
    keyed = lines.mutate(
        **{key: ibis.ifelse(used, lines[key], ibis.null(lines[key].type())) for key in ORDER_KEY}
    )
    if apart:
        keys = (*ORDER_KEY, "reason")
        return join_days(total_days(keyed, *keys), *keys, earlier=earlier, window=window, daily=daily)
    if "says_total" in lines.columns:
        return _with_totals(keyed, earlier, window)
    return total_used_orders(keyed, "reason", earlier=earlier, window=window)


def total_used_orders(
    lines: ir.Table, *keys: str, earlier: Sequence[dt.date] = (), window: int | None = None
) -> ir.Table:
    """Return the same for lines that are all used; ``keys`` are more columns to tell orders apart by."""
    told = "currency" in lines.columns
    return lines.group_by(*ORDER_KEY, *keys).agg(
        lines=lines.count(),
        total=lines.amount.sum(),
        first_day=lines.ordered_on.min(),
        last_day=lines.ordered_on.max(),
        **({"first_currency": lines.currency.min(), "last_currency": lines.currency.max()} if told else {}),
        **sums_within(lines),
        **sums_at(lines.amount, lines.ordered_on, earlier, window),
        **({"returns": lines.count(where=lines.takes_back)} if "takes_back" in lines.columns else {}),
    )


def orders_of_some(lines: ir.Table, hashed: ir.IntegerColumn) -> ir.Table:
    """Return the orders of one customer in `SOME`, by a hash of customer_id, and all others' in rows without customer.

    Of used lines, with the columns of `total_used_orders`. The others are few rows: day_id makes one a day at most.
    """
    used = lines.mutate(some=hashed % SOME == 0).filter(lines.reason == USED)
    keyed = used.mutate(
        **{key: ibis.ifelse(used.some, used[key], ibis.null(used[key].type())) for key in ORDER_KEY}
    )
    return total_used_orders(keyed)


def _with_totals(keyed: ir.Table, earlier: Sequence[dt.date], window: int | None) -> ir.Table:
    """Return the orders, and how many lines set aside say that they are totals.

    These have groups of their own on the way, by a reason below zero: a count beside each order would take longer.
    """
    marked = keyed.mutate(reason=ibis.ifelse(keyed.says_total, -keyed.reason, keyed.reason))
    orders = total_used_orders(marked, "reason", earlier=earlier, window=window)
    said = orders.reason < 0
    return orders.mutate(reason=orders.reason.abs(), totals=ibis.ifelse(said, orders.lines, 0))


def group_orders(
    orders: ir.Table, engine: Engine, earlier: Sequence[dt.date] = (), window: int | None = None
) -> ir.Table:
    """Return one row per customer with used lines, and one per reason for the lines set aside.

    Columns: customer_id (null in the rows of lines set aside), line_reason, lines, orders, frequency, negative (orders
    below zero), monetary (decimal), first_purchase, last_purchase (dates, null without a purchase), first_day,
    last_day; signs (bits: what gives reason to look closer, see `rfmeans.orders.compared`); for each earlier date
    frequency_before_0, monetary_before_0, first_purchase_before_0 and last_purchase_before_0, null or 0 where there was
    none before it; with a window window_lines, window_frequency and window_monetary, and window_frequency_0 and
    window_monetary_0 for each earlier date.
    An order's date is the day of its first line, so that a return booked on an old order makes nobody recent.
    """
    more = {
        "negative": orders.count(where=orders.total < 0),
        "signs": engine.bits(_signs(orders, engine)),
        **_figures_before(orders, earlier, window),
    }
    groups = group_used_orders(orders, more, line_reason=orders.reason)
    if "totals" in orders.columns and isinstance(groups.customer_id, ibis.expr.types.StringColumn):
        said = _sign(says_total(groups.customer_id), CUSTOMER_TOTAL)
        groups = groups.mutate(signs=groups.signs + said)
    return groups


def _signs(orders: ir.Table, engine: Engine) -> ir.IntegerColumn:
    """Return what an order shows that gives reason to look closer, as bits."""
    found = _sign(is_spread(orders), SPREAD) + _sign(orders.last_day != orders.first_day, SEVERAL_DAYS)
    if "returns" in orders.columns:
        found += _sign(orders.returns > 0, RETURNS)
    text = isinstance(orders.order_id, ibis.expr.types.StringColumn)
    if "totals" in orders.columns:
        said = orders.totals > 0
        found += _sign(said | says_total(orders.order_id) if text else said, TOTAL)
    if text:
        found += _sign(may_vary(orders.order_id, engine), VARIED)
        found += _sign(orders.order_id.lower().contains(TEST), TESTED)
    return found


def _sign(test: ir.BooleanValue, bit: int) -> ir.IntegerColumn:
    return ibis.ifelse(test.fill_null(False), ibis.literal(bit, "int64"), ibis.literal(0, "int64"))


def group_used_orders(
    orders: ir.Table, more: Mapping[str, ir.Scalar] | None = None, **keys: ir.Column
) -> ir.Table:
    """Return one row per customer of orders that are all used.

    ``more`` are more sums; ``keys`` are more columns to tell rows apart by.
    """
    is_purchase, told = orders.total > 0, "first_currency" in orders.columns
    return orders.group_by("customer_id", **keys).agg(
        lines=orders.lines.sum().cast("int64"),
        orders=orders.count(),
        frequency=orders.count(where=is_purchase),
        monetary=orders.total.sum(),
        first_purchase=orders.first_day.min(where=is_purchase),
        last_purchase=orders.first_day.max(where=is_purchase),
        first_day=orders.first_day.min(),
        last_day=orders.last_day.max(),
        **figures_within(orders),
        **currency_range(orders, told),
        **(more or {}),
    )


def _figures_before(orders: ir.Table, earlier: Sequence[dt.date], window: int | None) -> dict[str, ir.Scalar]:
    """Return the figures of a customer at each earlier date."""
    found: dict[str, ir.Scalar] = {}
    for place, day in enumerate(earlier):
        total = orders[f"total_before_{place}"]
        found[f"frequency_before_{place}"] = orders.count(where=total > 0)
        found[f"monetary_before_{place}"] = total.sum()
        found[f"first_purchase_before_{place}"] = orders.first_day.min(where=total > 0)
        found[f"last_purchase_before_{place}"] = orders.first_day.max(where=total > 0)
        if window:
            found |= figures_before(orders, place, days_before(day, window))
    return found


def customers_as_of(groups: ir.Table, as_of: dt.date) -> ir.Table:
    """Return the customers: customer_id, recency (days), frequency, monetary, first_purchase, tenure (days), reason.

    ``reason`` is null for the customers to segment. Recency, first purchase and tenure are null without a purchase.
    With a window there are all_purchases and all_money as well: of all history.
    """
    return used_customers(groups.filter(groups.line_reason == USED), as_of)


def customers_before(groups: ir.Table, earlier: Sequence[dt.date]) -> dict[dt.date, ir.Table]:
    """Return the same customers at the earlier dates that their orders were totalled for.

    All of them are in each: those without a line by then have the reason `NOT_YET`, frequency and monetary 0. Two
    columns more say what they did from that date on: bought_after (bool) and money_after (net).
    """
    used = groups.filter(groups.line_reason == USED)
    return {day: _customers_before(used, place, day) for place, day in enumerate(earlier)}


def _customers_before(groups: ir.Table, place: int, day: dt.date) -> ir.Table:
    date, before = ibis.date(day.isoformat()), groups[f"monetary_before_{place}"]
    monetary = before.fill_null(ibis.literal(0, before.type()))
    at = groups.select(
        "customer_id",
        frequency=groups[f"frequency_before_{place}"],
        monetary=monetary,
        first_purchase=groups[f"first_purchase_before_{place}"],
        last_purchase=groups[f"last_purchase_before_{place}"],
        known=groups.first_day < date,
        bought_after=(groups.last_purchase >= date).fill_null(False),
        money_after=groups.monetary - monetary,
        **window_before(groups, place),
    )
    return used_customers(at, day, (~at.known, NOT_YET))


def used_customers(groups: ir.Table, as_of: dt.date | None, *reasons: tuple[ir.Column, str]) -> ir.Table:
    """Return the same for groups that are all customers; as-of date None: the day after the last order.

    ``reasons`` set a customer aside before the others do.
    """
    if as_of is None:
        # The next day by arithmetic on days: a date plus a day is a timestamp to some engines.
        until, more = groups.last_day.max().as_scalar(), 1
    else:
        until, more = ibis.date(as_of.isoformat()), 0

    def days_since(date: ir.DateColumn) -> ir.IntegerColumn:
        days: ir.IntegerColumn = until.delta(date, unit="day") + more
        return days.cast("int64")

    counted, without = counted_figures(groups)
    return groups.select(
        customer_id=groups.customer_id,
        recency=days_since(groups.last_purchase),
        first_purchase=groups.first_purchase,
        tenure=days_since(groups.first_purchase),
        reason=ibis.cases(*reasons, *_nothing_to_cluster(groups.frequency, without)),
        **counted,
        **{name: groups[name] for name in CARRIED if name in groups.columns},
    ).relocate("frequency", "monetary", after="recency")


def customers_from_table(table: ir.Table, values: dict[str, ir.Column]) -> ir.Table:
    """Return the same from a table with one row per customer, without first purchase and tenure.

    ``values`` holds typed expressions for customer_id, recency, frequency and monetary; unreadable ones give a reason.
    """
    typed = table.select(**values)
    # Bounds on both sides: to an engine NaN is the largest number.
    measured = typed.frequency.between(0, LARGEST_WHOLE) & typed.monetary.notnull()
    no_recency = (typed.frequency > 0) & ~typed.recency.between(0, LARGEST_WHOLE).fill_null(False)
    return typed.mutate(
        reason=ibis.cases(
            (typed.customer_id.isnull(), MISSING_CUSTOMER),
            (~measured.fill_null(False) | no_recency, UNREADABLE),
            *_nothing_to_cluster(typed.frequency, typed.monetary <= 0),
        )
    )


def _nothing_to_cluster(frequency: ir.Column, no_net_spend: ir.Column) -> list[tuple[ir.Column, str]]:
    return [(frequency == 0, NO_PURCHASE), (no_net_spend, NO_NET_SPEND)]
