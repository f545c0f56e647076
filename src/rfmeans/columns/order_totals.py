"""An amount that is the whole order's, though no known export says so: it stands on each of the order's lines.

Rows can be items, or items times taxes; the order's total is then repeated on all of them, and counts once.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from math import isclose
from typing import TYPE_CHECKING

from rfmeans.columns.layout import ANY_TABLE, PER_LINE, PER_ORDER, used_columns
from rfmeans.columns.layout_files import built_in
from rfmeans.columns.money import find_money
from rfmeans.columns.roles import plain
from rfmeans.columns.typed import as_float, to_number

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable

    import ibis.expr.types as ir

    from rfmeans.columns.layout import Layout
    from rfmeans.columns.money_formats import MoneyConvention
    from rfmeans.engines.engine import Engine

    Line = tuple[float, float | None, float | None]  # amount, quantity, price

LOOKED_AT = 10_000  # rows
FEWEST = 2  # orders of several lines that tell it
NEAR = 0.005  # of a total: what rounding comes to


def as_order_total(
    table: ir.Table, engine: Engine, layout: Layout, marks: dict[str, MoneyConvention]
) -> Layout:
    """Return the layout with the amount as the order's where it is; the first rows tell it.

    All lines of each order of several lines state the same amount, and the column is called an order's total, or the
    amount is the sum of quantity times price over them, or these differ: an order's total has its shipping in it.
    """
    columns = layout.columns
    if layout.name != ANY_TABLE or layout.amount_per != PER_LINE or not (columns.order and columns.amount):
        return layout
    if not _are_totals(_several_lines(table, engine, layout, marks), columns.amount):
        return layout
    return replace(layout, amount_per=PER_ORDER, order_level=True)


def _are_totals(orders: list[list[Line]], name: str) -> bool:
    """Whether the amounts of orders of several lines are the orders' own; ``name`` of their column."""
    if any(len({amount for amount, _, _ in lines}) > 1 for lines in orders):
        return False
    if any(all(_adds_up([line]) for line in lines) for lines in orders):
        return False
    several = len({lines[0][0] for lines in orders}) > 1
    told = [lines for lines in orders if _adds_up(lines) or (several and _differ(lines))]
    return len(orders if _is_called_total(name) else told) >= FEWEST


def _is_called_total(name: str) -> bool:
    book = built_in()["orders"]
    names = (*book["order_amount"], *book["otherwise"]["order_amount"], *book["invoice_amount"])
    return plain(name) in {plain(each) for each in names}


def _several_lines(
    table: ir.Table, engine: Engine, layout: Layout, marks: dict[str, MoneyConvention]
) -> list[list[Line]]:
    """Return the orders of several lines; what is taken back is no line."""
    columns = layout.columns
    stated = str(columns.amount)
    called = {role: _called(role, table, layout) for role in ("quantity", "price")}
    parts = {role: name for role, name in called.items() if name}
    texts = [name for name in parts.values() if table[name].type().is_string()]
    of_parts = find_money(table.limit(LOOKED_AT), texts, sample=True)
    written = dict.fromkeys(texts, marks.get(stated)) if of_parts is None else of_parts
    rows = table.select(
        order=table[str(columns.order)],
        day=table[str(columns.date)].cast("string"),
        amount=as_float(to_number(table[stated], marks.get(stated)), engine),
        **{role: as_float(to_number(table[name], written.get(name)), engine) for role, name in parts.items()},
    )
    found: dict[Hashable, list[Line]] = defaultdict(list)
    for row in rows.limit(LOOKED_AT).to_pyarrow().to_pylist():
        if row["order"] not in (None, "") and row["amount"] and row["amount"] > 0:
            found[row["order"], row["day"]].append((row["amount"], row.get("quantity"), row.get("price")))
    return [lines for lines in found.values() if len(lines) > 1]


def _called(role: str, table: ir.Table, layout: Layout) -> str | None:
    names: Collection[str] = {plain(name) for name in built_in()["orders"][role]}
    free = [name for name in table.columns if name not in used_columns(layout) and plain(name) in names]
    return free[0] if len(free) == 1 else None


def _parts(lines: list[Line]) -> list[float]:
    """Return quantity times price of the lines; none where one of them does not tell it."""
    parts = [quantity * price for _, quantity, price in lines if quantity is not None and price is not None]
    return parts if len(parts) == len(lines) else []


def _differ(lines: list[Line]) -> bool:
    """Whether quantity times price differ between the lines of an order, though their amounts do not."""
    parts = _parts(lines)
    return bool(parts) and not isclose(min(parts), max(parts), rel_tol=NEAR)


def _adds_up(lines: list[Line]) -> bool:
    """Whether quantity times price over some lines is the amount of the first."""
    parts = _parts(lines)
    return bool(parts) and isclose(sum(parts), lines[0][0], rel_tol=NEAR)
