"""Values that are an order's, not a line's: they hold for all rows of the order, and its money counts once.

Shops write them on the order's first row or on all of them. What the rows of one order state is brought together
per order id and day: totals stated for different days are of different orders, whatever their number (renewals under
their first order's number, numbers that begin again each year). Where two rows of one order state different things
nothing tells which is right, and the order is set aside.

A row of negative money under an order's number is money back, not a second statement of the total: it belongs to the
last sale under that number up to its day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from rfmeans.columns.layout import PER_ORDER
from rfmeans.orders.expressions import any_in, unless, where, without

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from rfmeans.columns.layout import Layout

STATED = ("customer_id", "status", "currency", "refund")


def takes_from_orders(layout: Layout) -> bool:
    """Whether a line takes values from the other lines of its order."""
    return layout.order_level or layout.amount_per == PER_ORDER


def hold_for_orders(
    lines: ir.Table, *, amount_once: bool, most: Sequence[str] = (), least: Sequence[str] = ()
) -> ir.Table:
    """Return the lines with the values of their order, and money on one line per order.

    Parameters
    ----------
    lines
        order_id, customer_id, ordered_on, amount, refund, status, currency, and left_out (bool: a condition or a
        repetition leaves the line out); older (bool: another file states the order newer) where that is known.
    amount_once
        Whether the amount is the order's; else only what was refunded is.
    most, least
        Columns of which the largest or the least of an order's rows holds for all of them.

    Returns
    -------
    The same columns; conflicting (bool: the rows of the order disagree); and returning (bool: the line takes money
    back from a sale under its number). The order's date is that of its total, also for what is taken back. Its money
    stands on one of its lines, on one that is not left out where there is any, and 0 on the others; what is taken back
    stands on its own line. A line without an order id is an order of its own.
    """
    spread = _with_order(lines)
    order = ibis.window(group_by=_keys(spread))
    alone = spread.order_id.isnull()
    said = {name: unless(spread.returning, spread[name]) for name in STATED}
    positive = where(spread.amount > 0, spread.amount)
    differ = [said[name].min().over(order) != said[name].max().over(order) for name in STATED]
    if amount_once:
        differ.append(positive.min().over(order) != positive.max().over(order))
    held = {name: ibis.ifelse(alone, spread[name], said[name].max().over(order)) for name in STATED}
    first = ibis.row_number().over(
        ibis.window(group_by=_keys(spread), order_by=[spread.negative, spread.left_out])
    )
    for names, kind in ((most, "max"), (least, "min")):
        held |= {
            name: ibis.ifelse(alone, spread[name], getattr(spread[name], kind)().over(order))
            for name in names
        }
    found = spread.mutate(
        **held,
        conflicting=~alone & ibis.or_(*differ).fill_null(False),
        carrying=alone | (first == 0),
        total=positive.max().over(order),
        totals=positive.count().over(order),
        nothing=where(spread.amount <= 0, ibis.literal(0).cast(spread.amount.type())).max().over(order),
    )
    once = found.mutate(
        ordered_on=ibis.ifelse(alone, found.ordered_on, found.stated_on),
        amount=_money_once(found) if amount_once else found.amount,
        refund=where(found.carrying, found.refund),
    )
    return without(once, "stated_on", "negative", "repeated", "carrying", "total", "totals", "nothing")


def _with_order(lines: ir.Table) -> ir.Table:
    """Add which order a line is of (stated_on: its day), and whether it is money back."""
    negative = (lines.amount < 0).fill_null(False)
    told = lines.mutate(negative=negative, sold_on=unless(negative, lines.ordered_on))
    number = ibis.window(group_by=_keys(told))
    # Rows, not days: on one day sales stand before what is taken back.
    until = ibis.cumulative_window(group_by=_keys(told), order_by=[told.ordered_on, told.negative])
    known = told.mutate(
        first_on=ibis.coalesce(told.sold_on.min().over(number), told.ordered_on.min().over(number)),
        last_on=unless(told.ordered_on.isnull(), told.sold_on.max().over(until)),
    )
    stated = known.mutate(
        stated_on=ibis.coalesce(ibis.ifelse(known.negative, known.last_on, known.sold_on), known.first_on)
    )
    order = ibis.window(group_by=_keys(stated))
    sold = any_in(~stated.negative & stated.amount.notnull(), order)
    day = ibis.coalesce(stated.ordered_on, stated.stated_on)
    again = ibis.window(group_by=[*_keys(stated), day, stated.amount], order_by=stated.left_out)
    placed = stated.mutate(
        returning=stated.order_id.notnull() & stated.negative & sold,
        repeated=ibis.row_number().over(again) > 0,
    )
    return without(placed, "sold_on", "first_on", "last_on")


def _keys(lines: ir.Table) -> list[ir.Column]:
    """Return what an order is told by, as far as it is known."""
    return [lines[name] for name in ("order_id", "stated_on", "older") if name in lines.columns]


def _money_once(found: ir.Table) -> ir.Column:
    """Return the order's total on the line that carries it, and what is taken back on its own.

    Where the total is repeated on the order's rows, or there is none, equal sums taken back on a day are one sum
    repeated; and what a column of refunds says is not taken off twice.
    """
    none = ibis.literal(0).cast(found.amount.type())
    total = ibis.coalesce(found.total, found.nothing)
    said = (found.repeated & (found.totals != 1)) | (found.returning & (found.refund > 0).fill_null(False))
    return ibis.cases(
        (found.order_id.isnull(), found.amount),
        (found.negative, ibis.ifelse(said, none, found.amount)),
        (found.carrying, total),
        else_=ibis.ifelse(total.isnull(), total, none),
    )
