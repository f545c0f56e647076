"""Values that are an order's, not a line's: they hold for all rows of the order, and its money counts once.

Shops write them on the order's first row or on all of them. What the rows of one order state is brought together
per order id; where two rows state different things nothing tells which is right, and the order is set aside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

STATED = ("customer_id", "status", "currency", "refund")


def hold_for_orders(lines: ir.Table, *, amount_once: bool) -> ir.Table:
    """Return the lines with the values of their order, and money on one line per order.

    Parameters
    ----------
    lines
        order_id, customer_id, ordered_on, amount, refund, status, currency, and left_out (bool: a condition or a
        repetition leaves the line out).
    amount_once
        Whether the amount is the order's; else only what was refunded is.

    Returns
    -------
    The same columns, and conflicting (bool: the rows of the order disagree). The order's date is its first one.
    Its money stands on one of its lines, on one that is not left out where there is any, and 0 on the others. A
    line without an order id is an order of its own.
    """
    stated = [*STATED, *(["amount"] if amount_once else [])]
    order = ibis.window(group_by=lines.order_id)
    alone = lines.order_id.isnull()
    held = {name: ibis.ifelse(alone, lines[name], lines[name].max().over(order)) for name in stated}
    held["ordered_on"] = ibis.ifelse(alone, lines.ordered_on, lines.ordered_on.min().over(order))
    differ = ibis.or_(*(lines[name].min().over(order) != lines[name].max().over(order) for name in stated))
    first = ibis.row_number().over(ibis.window(group_by=lines.order_id, order_by=lines.left_out)) == 0
    spread = lines.mutate(
        **held, conflicting=~alone & differ.fill_null(False), carrying=alone | first, own_amount=lines.amount
    )
    amount = ibis.ifelse(
        spread.carrying, spread.amount, ibis.ifelse(spread.amount.isnull(), spread.amount, 0)
    )
    return spread.mutate(
        amount=amount if amount_once else spread.own_amount,
        refund=ibis.ifelse(spread.carrying, spread.refund, ibis.null(spread.refund.type())),
    ).drop("carrying", "own_amount")
