"""Rows that belong together: further lines of an order that leave its customer blank, and its number or its date.

Exports write these on an order's first row alone, workbooks merge their cells; some repeat the number or the date.
Where that pattern holds, the further rows get the rest from the row above; a row in which one of them is missing for
itself is left as it is, and so is a row that says that it is a total. Where further rows of an order repeat its
customer, one without is missing it: then further rows are those that leave all of them blank.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import ibis

from rfmeans.orders.expressions import where
from rfmeans.orders.total_rows import BARE, open_total
from rfmeans.reading.source import FILE, LINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from rfmeans.columns.layout import Layout
    from rfmeans.reading.source import Source

SAMPLE = 5_000  # rows that tell whether there may be such a pattern


def fill_down(source: Source, layout: Layout, head: ir.Table) -> Source:
    """Return the source with what its further rows leave blank, where they follow the pattern; else as it is.

    ``head``: its first rows, to see whether a customer is blank at all.
    """
    keys = [name for name in (layout.columns.order, layout.columns.date) if name]
    customers = [name for _, name in layout.customers]
    names = [*keys, *customers]
    if not source.ordered or not all_blank(head, customers).any().to_pyarrow().as_py():
        return source
    if not _may_follow(source.located.limit(SAMPLE), layout, keys, customers):
        return source
    placed = _with_further(source.located, layout, keys, customers)
    per_file = placed.group_by(FILE).agg(
        first=where(placed._further, placed[LINE]).min(), last=where(~placed._further, placed[LINE]).max()
    )
    # At the end of a file alone such rows are the sums below a table, or what a program says of itself.
    if not per_file.filter(per_file["first"] < per_file["last"]).count().to_pyarrow().as_py():
        return source
    filled = _filled(placed, [*names, *layout.status_columns, *filter(None, [layout.columns.currency])])
    blank = "the order, its customer and its date" if layout.columns.order else "the customer and the date"
    return refilled(source, filled, f"rows that leave {blank} blank are further lines of the order above")


def refilled(source: Source, rows: ir.Table, said: str) -> Source:
    """Return the source with other values in its rows, which it keeps, and a few words more on how it is understood."""
    stored = source.table.get_backend().create_table(
        ibis.util.gen_name("rfmeans_filled"), rows.select(*source.located.columns), temp=True
    )
    return replace(
        source,
        table=stored.select(*source.table.columns),
        located=stored,
        understood="; ".join(filter(None, [source.understood, said])),
    )


def _may_follow(rows: ir.Table, layout: Layout, keys: Sequence[str], customers: Sequence[str]) -> bool:
    """Whether each of the first rows has order and date, or is a further one, and there are some of both."""
    told = _with_further(rows, layout, keys, customers)
    seen = told.select(further=told._further, total=told._total, whole=~any_blank(told, keys))
    counts = seen.agg(
        further=seen.count(where=seen.further),
        whole=seen.count(where=seen.whole & ~seen.further),
        other=seen.count(where=~seen.further & ~seen.whole & ~seen.total),
    )
    found = counts.to_pyarrow().to_pylist()[0]
    return bool(found["further"] and found["whole"] and not found["other"])


def _with_further(rows: ir.Table, layout: Layout, keys: Sequence[str], customers: Sequence[str]) -> ir.Table:
    """Add _block (of an order's rows), _further (bool: a row of it after the first) and _total (bool: says it is one).

    A row begins a block where it has a customer, or an order or a date other than the row above: that of a guest.
    """
    until = ibis.cumulative_window(group_by=rows[FILE], order_by=rows[LINE])
    texts = [name for name in rows.columns if name not in (FILE, LINE)]
    total = open_total(rows, texts, BARE).notnull()
    blank_customer = all_blank(rows, customers)
    told = rows.mutate(_total=total & any_blank(rows, keys), _begins=ibis.ifelse(blank_customer, 0, 1))
    for name in keys:  # the value, carried down to where it is blank
        place = ibis.ifelse(_blank(told[name]), 0, 1).sum().over(until)
        told = told.mutate(_place=place)
        carried = told[name].max().over(ibis.window(group_by=[told[FILE], told._place]))
        told = told.mutate(_carried=carried.cast("string"))
        before = told._carried.lag().over(ibis.window(group_by=told[FILE], order_by=told[LINE]))
        told = told.mutate(
            _begins=ibis.ifelse(told._carried.fill_null("") == before.fill_null(""), told._begins, 1)
        )
        if name == layout.columns.order:
            same = (told._carried == before).fill_null(False) & ~_blank(told[name])
            told = told.mutate(_repeats=ibis.ifelse(same & ~all_blank(told, customers), 1, 0))
    placed = told.mutate(_block=told._begins.sum().over(until))
    known = ibis.ifelse(all_blank(placed, customers), 0, 1)
    owned = known.max().over(ibis.window(group_by=[placed[FILE], placed._block])) == 1
    if layout.columns.order is None:
        some = any_blank(placed, keys)
    else:
        repeated = placed._repeats.max().over(ibis.window(group_by=placed[FILE])) == 1
        some = ~repeated | all_blank(placed, keys)
    further = (placed._begins == 0) & owned & some & ~placed._total
    return placed.mutate(_further=further.fill_null(False))


def _filled(placed: ir.Table, names: Sequence[str]) -> ir.Table:
    """Return the rows, the further ones with what they leave blank as the first of their block has it."""
    order = ibis.window(group_by=[placed[FILE], placed._block])
    first = {name: where(~placed._further, placed[name]).max().over(order) for name in dict.fromkeys(names)}
    return placed.mutate(
        **{
            name: ibis.ifelse(placed._further & _blank(placed[name]), value, placed[name])
            for name, value in first.items()
        }
    )


def _blank(column: ir.Column) -> ir.BooleanColumn:
    return (column.cast("string").strip() == "").fill_null(True)


def all_blank(rows: ir.Table, names: Sequence[str]) -> ir.BooleanColumn:
    """Whether a row leaves all of these columns blank."""
    return ibis.and_(*(_blank(rows[name]) for name in names))


def any_blank(rows: ir.Table, names: Sequence[str]) -> ir.BooleanColumn:
    """Whether a row leaves one of these columns blank."""
    return ibis.or_(*(_blank(rows[name]) for name in names))
