"""Rows that belong together: further lines of an order that leave its number, its customer and its date blank.

Exports write these on an order's first row alone, workbooks merge their cells. Where that pattern holds, the further
rows get them from the row above; a row in which one of them is missing for itself is left as it is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import ibis

from rfmeans.orders.expressions import where
from rfmeans.reading.source import FILE, LINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from rfmeans.columns.layout import Layout
    from rfmeans.reading.source import Source

SAMPLE = 5_000  # rows that tell whether there may be such a pattern


def fill_down(source: Source, layout: Layout) -> Source:
    """Return the source with what its further rows leave blank, where they follow the pattern; else as it is."""
    keys = [name for name in (layout.columns.order, layout.columns.date) if name]
    names = [*keys, *(name for _, name in layout.customers)]
    if not source.ordered or not _may_follow(source.table.limit(SAMPLE), keys, names):
        return source
    rows = source.located
    further = _all_blank(rows, names)
    placed = rows.mutate(_further=further)
    per_file = placed.group_by(FILE).agg(
        first=where(placed._further, placed[LINE]).min(), last=where(~placed._further, placed[LINE]).max()
    )
    # At the end of a file alone such rows are the sums below a table, or what a program says of itself.
    if not per_file.filter(per_file["first"] < per_file["last"]).count().to_pyarrow().as_py():
        return source
    filled = _filled(rows, names, [*names, *layout.status_columns, *filter(None, [layout.columns.currency])])
    con = source.table.get_backend()
    stored = con.create_table(ibis.util.gen_name("rfmeans_filled"), filled, temp=True)
    said = "rows that leave the order, its customer and its date blank are further lines of the order above"
    return replace(
        source,
        table=stored.select(*source.table.columns),
        located=stored,
        understood="; ".join(filter(None, [source.understood, said])),
    )


def _may_follow(head: ir.Table, keys: Sequence[str], names: Sequence[str]) -> bool:
    """Whether each row has order and date, or neither of these nor a customer, and there are some of both."""
    further, whole = _all_blank(head, names), ~_any_blank(head, keys)
    rows = head.select(further=further, whole=whole)
    found = rows.agg(
        further=rows.count(where=rows.further),
        whole=rows.count(where=rows.whole),
        other=rows.count(where=~rows.further & ~rows.whole),
    )
    counts = found.to_pyarrow().to_pylist()[0]
    return bool(counts["further"] and counts["whole"] and not counts["other"])


def _filled(rows: ir.Table, keys: Sequence[str], names: Sequence[str]) -> ir.Table:
    """Return the rows, those without any of the keys with the names of the last row before that has them."""
    until = ibis.cumulative_window(group_by=rows[FILE], order_by=rows[LINE])
    block = ibis.ifelse(_all_blank(rows, keys), 0, 1).sum().over(until)
    told = rows.mutate(_block=block, _further=_all_blank(rows, keys))
    order = ibis.window(group_by=[told[FILE], told._block])
    first = {name: where(~told._further, told[name]).max().over(order) for name in dict.fromkeys(names)}
    held = told.mutate(
        **{
            name: ibis.ifelse(told._further & _blank(told[name]), value, told[name])
            for name, value in first.items()
        }
    )
    return held.select(*rows.columns)


def _blank(column: ir.Column) -> ir.BooleanColumn:
    return (column.cast("string").strip() == "").fill_null(True)


def _all_blank(rows: ir.Table, names: Sequence[str]) -> ir.BooleanColumn:
    return ibis.and_(*(_blank(rows[name]) for name in names))


def _any_blank(rows: ir.Table, names: Sequence[str]) -> ir.BooleanColumn:
    return ibis.or_(*(_blank(rows[name]) for name in names))
