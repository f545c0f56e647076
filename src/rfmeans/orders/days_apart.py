"""Order lines -> whether order numbers that stand on two days are those of two orders, and what tells it.

Looked for once in a source, where a number stands on several days at all. Where lines are many, a slice of the numbers
tells it of all: what begins again each day does so everywhere.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rfmeans.orders.apart import (
    CUSTOMERS_NUMBER,
    any_apart_by_time,
    next_day_of_customers,
    numbers_by_day,
    on_next_days,
)
from rfmeans.orders.order_lines import order_lines
from rfmeans.orders.reasons import USED
from rfmeans.orders.remarks import SLICES
from rfmeans.orders.whole_orders import takes_from_orders

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from rfmeans.engines.kept_tables import Workspace
    from rfmeans.orders.account import LineAccount
    from rfmeans.orders.understand import Understood
    from rfmeans.settings import Reading

MANY_LINES = 1_000_000  # of which a slice tells what it is asked for, and all would take long
ENOUGH_NUMBERS = 1_000  # of orders: fewer in a slice of them say little of all


def days_apart(
    understood: Understood, workspace: Workspace, reading: Reading, lines: ir.Table, account: LineAccount
) -> dict[str, bool]:
    """Return whether numbers begin again each day (daily), else whether their times tell orders apart (clocks).

    ``lines``: all of them, of which ``account`` tells. Both are False where that was looked for before.
    """
    layout = understood.of_orders
    numbered = layout.columns.order is not None and not takes_from_orders(layout)
    if understood.days_compared or not (numbered and account.hints.several_days):
        return {}
    understood.days_compared = True
    seen = _seen(
        understood, workspace, lines.filter(lines.reason == USED, lines.amount > 0), account.read.rows
    )
    found = on_next_days(seen)
    if found.daily or not found.same or not understood.tells_clock():
        return {"daily": found.daily}
    return {"clocks": _lie_apart(understood, workspace, reading, seen)}


def _seen(understood: Understood, workspace: Workspace, used: ir.Table, rows: int) -> ir.Table:
    """Return the numbers by day: of a slice of them where lines are many, and it holds enough."""
    hashed = understood.source.engine.key_hash(used.order_id)
    if hashed is not None and rows > MANY_LINES:
        some = workspace.keep(numbers_by_day(used.filter(hashed % SLICES == 0)))
        if some.order_id.nunique().to_pyarrow().as_py() >= ENOUGH_NUMBERS:
            return some
    return workspace.keep(numbers_by_day(used))


def _lie_apart(understood: Understood, workspace: Workspace, reading: Reading, seen: ir.Table) -> bool:
    """Whether times tell an order of these numbers from another: a look at few lines, to spare a pass over all."""
    source, told = understood.source, replace(understood.compared, clocks=True)
    lines = order_lines(source, understood.of_orders, reading, understood.conventions, told).lines
    numbers = workspace.keep(next_day_of_customers(seen).select(*CUSTOMERS_NUMBER).distinct())
    return any_apart_by_time(lines.filter(lines.reason == USED).semi_join(numbers, CUSTOMERS_NUMBER))
