"""Refunds of sales that are left out by their status: a row that takes such a sale back must not count either.

A sale takes with it the returns under its order number, where no sale counts under that number. A sale whose status
says that its money went back takes the next return of the same customer and the same amount, each one once; so does one
that was called off, where no sale of that amount counts that could be meant. Returns that
are left to a customer and come to just the refunded sales that are left are taken with them too: parts of one refund.
A return under the number of an order that counts is that order's. It stays, as a plain return does: money off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from rfmeans.orders.expressions import any_in, where, without

if TYPE_CHECKING:
    import ibis.expr.types as ir


def with_taken_back(
    lines: ir.Table, unsold: ir.Column, went_back: ir.Column, called_off: ir.Column
) -> ir.Table:
    """Add taken_back (bool): the line takes back a sale that is left out by its status.

    ``lines``: customer_id, order_id, ordered_on, amount, left_out. ``unsold``: whether the status of a line leaves it
    out; ``went_back``: whether it says that the money went back; ``called_off``: whether it says that the order was
    called off.
    """
    sound = ~lines.left_out & lines.customer_id.notnull() & lines.ordered_on.notnull()
    sale, money_back = (sound & test.fill_null(False) for test in (lines.amount > 0, lines.amount < 0))
    told = lines.mutate(
        lost=sale & unsold, sold=sale & ~unsold, back=money_back & ~unsold, size=lines.amount.abs()
    )
    alike = ibis.window(group_by=[told.customer_id, told.size])
    meant = went_back.fill_null(False) | (called_off.fill_null(False) & ~any_in(told.sold, alike))
    judged = told.mutate(refunded=told.lost & meant)
    order = ibis.window(group_by=[judged.customer_id, judged.order_id])
    told_apart = judged.mutate(
        has_lost=judged.order_id.notnull() & any_in(judged.lost, order),
        has_sold=judged.order_id.notnull() & any_in(judged.sold, order),
    )
    numbered = told_apart.mutate(
        of_lost=told_apart.back & told_apart.has_lost & ~told_apart.has_sold,
        free=told_apart.back & (told_apart.has_lost == told_apart.has_sold),
    )
    served = any_in(numbered.of_lost, ibis.window(group_by=[numbered.customer_id, numbered.order_id]))
    # A refunded sale opens a place for one return of that amount, and a return takes one.
    event = ibis.cases((numbered.refunded & ~served, 1), (numbered.free, -1), else_=0)
    events = numbered.mutate(event=event)
    key = [events.customer_id, events.size]
    order_by = [events.ordered_on, events.event.desc(), events.order_id]
    until = ibis.cumulative_window(group_by=key, order_by=order_by)
    counted = events.mutate(places=events.event.sum().over(until))
    before = ibis.window(
        group_by=[counted.customer_id, counted.size],
        order_by=[counted.ordered_on, counted.event.desc(), counted.order_id],
        rows=(None, -1),
    )
    # A return that finds no place is one at which the sum falls lower than ever, and below zero.
    least = ibis.least(ibis.coalesce(counted.places.min().over(before), 0), 0)
    found = _with_parts(counted.mutate(paired=(counted.event == -1) & (counted.places >= least)))
    marked = found.mutate(taken_back=found.of_lost | found.paired | found.in_parts)
    return without(marked, *(name for name in marked.columns if name not in {*lines.columns, "taken_back"}))


def _with_parts(told: ir.Table) -> ir.Table:
    """Add in_parts (bool): a customer's returns that are left come to just the refunded sales that are left.

    ``told``: also event (1: a refunded sale, -1: a return), size, and paired (bool: a return that has its sale).
    """
    customer = ibis.window(group_by=told.customer_id)
    sales, alone = told.event == 1, (told.event == -1) & ~told.paired
    first = where(sales, told.ordered_on).min().over(customer)
    none = ibis.literal(0).cast(told.size.type())
    # A return before all refunded sales is none of theirs.
    since = told.mutate(later=alone & (told.ordered_on >= first).fill_null(False))
    left = ibis.cases((since.event == 1, since.size), (since.paired | since.later, -since.size), else_=none)
    over = ibis.window(group_by=since.customer_id)
    return without(since.mutate(in_parts=since.later & (left.sum().over(over) == 0)), "later")
