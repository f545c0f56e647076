"""Order numbers that are not unique in time: sales under one number that lie apart are orders of their own.

Receipts are numbered per session, invoices per year, renewals under their first order's number. How far apart lines of
one order can lie was looked for in real data: see `docs/layouts.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from rfmeans.orders.account import currency_range
from rfmeans.orders.expressions import where, without
from rfmeans.orders.window import sums_at, sums_of_orders, sums_within

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import ibis.expr.types as ir

# Lines of true orders lie within a minute of each other, which may be the one before and the one after midnight.
DAYS_OF_ONE_ORDER = 1
MINUTES_OF_ONE_ORDER = 12 * 60  # where times are told
MINUTES_OF_A_DAY = 24 * 60
# Numbers begin again each day where of those that stand on a day and the next at least one in so many are of different
# customers there: of one order over midnight they never are. A wrong number may be: so at least three are, and one for
# each hundred numbers, which wrong numbers alone bring about in less than one table of 100,000 (`docs/layouts.md`).
ONE_IN = 10
LEAST = 3
NUMBERS = 100
EPOCH = "2000-01-01"
CUSTOMERS_NUMBER = ("order_id", "customer_id")


@dataclass(frozen=True)
class Apart:
    """Order numbers, each with one customer, whose sales lie apart, and the orders that they were counted as.

    ``daily``: numbers begin again each day, so that sales of two days are two orders. ``clocks``: so are those of two
    days whose times lie more than half a day apart.
    """

    numbers: int
    orders: int
    daily: bool = False
    clocks: bool = False


@dataclass(frozen=True)
class NextDays:
    """How many order numbers there are, how often one stands on the next day too, and how often for others alone."""

    numbers: int
    pairs: int
    other: int

    @property
    def daily(self) -> bool:
        """Whether numbers begin again each day, as a till's do."""
        enough = self.other >= LEAST and NUMBERS * self.other >= self.numbers
        return enough and ONE_IN * self.other >= self.pairs

    @property
    def same(self) -> int:
        """How often a number stands on the next day as well for one of its customers."""
        return self.pairs - self.other


def is_spread(orders: ir.Table) -> ir.Column:
    """Whether lines of one order lie further apart than those of one order do: sales, or what was taken back."""
    far = orders.last_day.delta(orders.first_day, unit="day") > DAYS_OF_ONE_ORDER
    return ibis.ifelse(orders.last_day == orders.first_day, False, far)  # nearly always, and quicker to see


def numbers_by_day(lines: ir.Table) -> ir.Table:
    """Return which customer (customer_id) stands under which order_id on which day (a number); of lines used."""
    day = _days_since_epoch(lines.ordered_on)
    dated = lines.select("order_id", "customer_id", day=day)
    return dated.filter(dated.order_id.notnull(), dated.day.notnull()).distinct()


def on_next_days(seen: ir.Table) -> NextDays:
    """Return how often numbers stand on the next day as well; ``seen``: `numbers_by_day`."""
    days = seen.select("order_id", "day").distinct()
    # One customer of several who comes again under the number is enough for an order over midnight.
    again = next_day_of_customers(seen).select("order_id", "day").distinct()
    numbers = days.select("order_id").distinct()
    counted = (
        numbers,
        _on_the_next_day(days, "order_id"),
        again,
    )  # one by one: Polars knows no scalar of a table
    of_all, pairs, same = (int(table.count().to_pyarrow().as_py()) for table in counted)
    return NextDays(of_all, pairs, pairs - same)


def next_day_of_customers(seen: ir.Table) -> ir.Table:
    """Return the rows of `numbers_by_day` where the customer stands under the number on the next day as well."""
    return _on_the_next_day(seen, *CUSTOMERS_NUMBER)


def _on_the_next_day(days: ir.Table, *keys: str) -> ir.Table:
    """Return the rows of keys and day (a number) that stand on the next day as well."""
    following = days.select(**{f"next_{key}": days[key] for key in keys}, day_before=days.day - 1)
    same = [days[key] == following[f"next_{key}"] for key in keys]
    return days.join(following, [*same, days.day == following.day_before], how="semi")


def total_days(lines: ir.Table, *keys: str) -> ir.Table:
    """Return one row per order number (with other ``keys``) and day: lines, total, day, currencies."""
    told = "currency" in lines.columns
    return lines.group_by(*keys, day=lines.ordered_on).agg(
        lines=lines.count(),
        total=lines.amount.sum(),
        **sums_within(lines),
        **({"first_currency": lines.currency.min(), "last_currency": lines.currency.max()} if told else {}),
        **(_clocks(lines) if "clock" in lines.columns else {}),
    )


def _clocks(lines: ir.Table) -> dict[str, ir.Scalar]:
    """Return the minutes from the epoch to a day's first and last sale; from end to end where one has no time."""
    day = _days_since_epoch(lines.ordered_on) * MINUTES_OF_A_DAY
    sold = lines.amount > 0
    return {
        "first_at": where(sold, day + lines.clock.fill_null(0)).min(),
        "last_at": where(sold, day + lines.clock.fill_null(MINUTES_OF_A_DAY)).max(),
    }


def any_apart_by_time(lines: ir.Table) -> bool:
    """Whether a number is sold under on a day and, by the times (clock), as long later on the next as is another order.

    The rule of `join_days`, for two such days alone.
    """
    days = total_days(lines, *CUSTOMERS_NUMBER)
    sold = days.filter(days.total > 0).select(*CUSTOMERS_NUMBER, "day", "first_at", "last_at")
    following = sold.select(
        **{f"next_{key}": sold[key] for key in CUSTOMERS_NUMBER},
        day_before=_days_since_epoch(sold.day) - 1,
        begins=sold.first_at,
    )
    dated = sold.mutate(at=_days_since_epoch(sold.day))
    same = [dated[key] == following[f"next_{key}"] for key in CUSTOMERS_NUMBER]
    pairs = dated.join(following, [*same, dated["at"] == following.day_before])
    apart = pairs.filter(pairs.begins - pairs.last_at > MINUTES_OF_ONE_ORDER)
    return bool(apart.count().to_pyarrow().as_py())


def _days_since_epoch(day: ir.DateColumn) -> ir.IntegerColumn:
    days: ir.IntegerColumn = day.delta(ibis.date(EPOCH), unit="day").cast("int64")
    return days


def join_days(
    days: ir.Table,
    *keys: str,
    earlier: Sequence[dt.date] = (),
    window: int | None = None,
    daily: bool = False,
) -> ir.Table:
    """Return the orders of `total_days`: a day of sales begins one if the last such day lies more than a day before.

    Where numbers begin again ``daily``, each day of sales begins one; where times are told,
    one more than half a day later. Any other day belongs to the last one on which
    there were sales; one before all sales to the first. ``earlier`` and ``window``: as in
    `rfmeans.orders.customers.total_orders`.
    """
    sold_on = where(days.total > 0, days.day)
    before = ibis.window(group_by=[days[key] for key in keys], order_by=days.day, rows=(None, -1))
    sold = days.mutate(sold_on=sold_on)
    sold = sold.mutate(last_on=sold.sold_on.max().over(before))
    far = sold.sold_on.delta(sold.last_on, unit="day") > (0 if daily else DAYS_OF_ONE_ORDER)
    if "first_at" in sold.columns:
        since = sold.first_at - where(sold.sold_on.notnull(), sold.last_at).max().over(before)
        far |= (since > MINUTES_OF_ONE_ORDER).fill_null(False)
    begins = ibis.ifelse(sold.sold_on.notnull() & (sold.last_on.isnull() | far), 1, 0)
    begun = sold.mutate(begins=begins)
    until = ibis.cumulative_window(group_by=[begun[key] for key in keys], order_by=begun.day)
    placed = begun.mutate(place=ibis.greatest(begun.begins.sum().over(until).cast("int64"), 1))
    orders = placed.group_by(*keys, "place").agg(
        lines=placed.lines.sum().cast("int64"),
        total=placed.total.sum(),
        first_day=placed.day.min(),
        last_day=placed.day.max(),
        **sums_of_orders(placed),
        **sums_at(placed.total, placed.day, earlier, window),
        **currency_range(placed, "first_currency" in placed.columns),
    )
    return without(orders, "place")


def count_apart(orders: ir.Table, *, daily: bool = False, clocks: bool = False) -> Apart | None:
    """Return how many numbers of used orders were counted as several, and as how many; None: none was."""
    numbered = orders.filter(orders.order_id.notnull())
    counted = numbered.group_by("customer_id", "order_id").agg(orders=numbered.count())
    several = counted.filter(counted.orders > 1)
    found = several.agg(numbers=several.count(), orders=several.orders.sum()).to_pyarrow().to_pylist()[0]
    return Apart(found["numbers"], int(found["orders"]), daily, clocks) if found["numbers"] else None
