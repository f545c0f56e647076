"""Overlapping exports: an order that stands in several files, stated differently, was changed between them.

The newer state counts: the one updated last where a column tells it, else that of the file which reaches further. The
older one is set aside. Equal copies stay what they are, and so do the parts of an order that a writer of several files
tore apart: where files hold several lines of an order, one state is older only if the newer one has half of its lines
or more; parts have none in common.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from rfmeans.orders.expressions import unless, where

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import ibis.expr.types as ir


DAY_MONTH_YEAR = "^ *([0-9]{1,2})[.]([0-9]{1,2})[.]([0-9]{4})"


def in_order(updated: ir.Column) -> ir.Column:
    """Return times, or texts of times, so that the later one is the larger one.

    >>> import ibis
    >>> in_order(ibis.memtable({"x": ["2.10.2025 09:00", "2025-10-02T09:00"]}).x).name("x").to_pyarrow().to_pylist()
    ['2025-10-02 09:00', '2025-10-02T09:00']
    """
    if not isinstance(updated, ibis.expr.types.StringColumn):
        return updated
    day, month, year = (updated.re_extract(DAY_MONTH_YEAR, place) for place in (1, 2, 3))
    told = year + "-" + month.lpad(2, "0") + "-" + day.lpad(2, "0") + updated.re_replace(DAY_MONTH_YEAR, "")
    return ibis.ifelse(updated.re_search(DAY_MONTH_YEAR), told, updated)


def with_older(lines: ir.Table, *, order_level: bool, amount_once: bool, of_shop: bool = False) -> ir.Table:
    """Add older (bool): another file states the line's order in a newer state.

    Parameters
    ----------
    lines
        file, order_id, customer_id, ordered_on, amount, refund, status, updated (null where nothing tells it), item
        (what tells the article of a line; null where nothing does).
    order_level
        Whether the customer of one row holds for all rows of its order.
    amount_once
        Whether the amount is the order's.
    of_shop
        Whether the number alone tells an order, and its customer may change.
    """
    owned = _with_owner(lines, order_level=order_level, amount_once=amount_once, of_shop=of_shop)
    told = _with_state(owned, amount_once=amount_once)
    same = ["order_id", "owner", "first_on"]
    of_order = _windowed(told, same)
    differ = ibis.or_(*(of_order(name, "min") != of_order(name, "max") for name in (*STATE, "customer")))
    updated = of_order("updated_last", "max")
    ahead = told.mutate(
        differ=differ.fill_null(False),
        ahead=(updated.isnull() | (told.updated_last == updated)).fill_null(False),
        by_update=(of_order("updated_last", "min") != updated).fill_null(False),
    )
    reaching = ahead.mutate(own_reach=where(ahead.ahead, ahead.reach))
    furthest = _windowed(reaching, same)("own_reach", "max")
    newest = reaching.mutate(newest=(reaching.ahead & (reaching.reach == furthest)).fill_null(False))
    found = newest if amount_once else _with_contained(newest)
    older = found.differ & ~found.newest & found.order_id.notnull() & found.owner.notnull()
    if not amount_once:
        older &= found.by_update | found.contained | found.whole
    marked = found.mutate(older=older.fill_null(False))
    return marked.select(*lines.columns, "older")


def _with_owner(lines: ir.Table, *, order_level: bool, amount_once: bool, of_shop: bool) -> ir.Table:
    """Add customer, owner (what tells an order beside its number and day: its customer, or no more), and reach.

    Where all files state one total for one day and one customer under a number, it is one order: its customer may have
    been written otherwise since.
    """
    here = _windowed(lines, ["order_id", "file"])
    told = lines.mutate(
        customer=here("customer_id", "max") if order_level else lines.customer_id,
        several=ibis.ifelse(here("customer_id", "min") != here("customer_id", "max"), 1, 0),
        sum_sold=where(lines.amount > 0, lines.amount),
        sold_on=unless(lines.amount < 0, lines.ordered_on),
        reach=lines.ordered_on.max().over(ibis.window(group_by=lines.file)),
    )
    over = _windowed(told, ["order_id"])
    alike = [over(name, "min") == over(name, "max") for name in ("sum_sold", "sold_on")]
    one_order = ibis.and_(over("several", "max") == 0, *alike).fill_null(False)
    alone = ibis.literal(True) if of_shop else one_order if amount_once else ibis.literal(False)
    owner = ibis.ifelse(alone, told.order_id.cast("string"), told.customer.cast("string"))
    return told.mutate(owner=owner)


# Of what a file states of an order.
STATE = ("rows_stated", "money", "money_back", "refunded", "first_status", "last_status")


def _with_state(lines: ir.Table, *, amount_once: bool) -> ir.Table:
    """Add what one file states of an order: its first day, and all of `STATE`."""
    state = ibis.window(group_by=[lines.order_id, lines.owner, lines.file])
    number = ibis.literal(0, "int64")
    taken = where(lines.amount < 0, lines.amount)
    money = lines.amount.max() if amount_once else lines.amount.sum()
    status = lines.status.fill_null("")
    return lines.mutate(
        first_on=lines.ordered_on.min().over(state),
        rows_stated=number if amount_once else lines.count().over(state),
        money=money.over(state).fill_null(0),
        money_back=taken.sum().over(state).fill_null(0),
        refunded=lines.refund.max().over(state).cast("decimal(18, 4)").fill_null(0),
        first_status=status.max().over(state) if amount_once else status.min().over(state),
        last_status=status.max().over(state),
        updated_last=lines.updated.max().over(state),
    )


def _with_contained(lines: ir.Table) -> ir.Table:
    """Add contained (bool): the newest state has half of the lines of this one or more, by day and amount, as often.

    And whole (bool): no file holds more than one line of an order, and this one's article is the same in all, so that
    each is an order and not a part of one.
    """
    line = ["order_id", "owner", "first_on", "ordered_on", "amount"]
    here = lines.count().over(ibis.window(group_by=[lines[name] for name in (*line, "file")]))
    there = ibis.ifelse(lines.newest, 1, 0).sum().over(ibis.window(group_by=[lines[name] for name in line]))
    held = lines.mutate(held=ibis.ifelse(here <= there, 1, 0))
    told = _windowed(held, ["order_id", "owner", "file"])
    placed = held.mutate(
        contained=2 * told("held", "sum") >= told("held", "count"),
        several=ibis.ifelse(held.order_id.isnull(), 1, told("held", "count")),
    )
    item = _windowed(placed, ["order_id", "owner"])
    other = (item("item", "min") != item("item", "max")).fill_null(False)
    return placed.mutate(whole=(placed.several.max().over(ibis.window()) == 1) & ~other)


def _windowed(table: ir.Table, keys: Sequence[str]) -> Callable[[str, str], ir.Column]:
    """Return what gives the least or the largest of a column among the lines with the same keys."""
    window = ibis.window(group_by=[table[key] for key in keys])
    return lambda name, kind: getattr(table[name], kind)().over(window)
