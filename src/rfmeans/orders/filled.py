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

from rfmeans.orders.expressions import all_blank, any_blank, is_blank, where
from rfmeans.orders.total_rows import BARE, open_total
from rfmeans.reading.source import FILE, LINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from rfmeans.columns.layout import Layout
    from rfmeans.reading.source import Source

SAMPLE = 5_000  # rows that tell whether there may be such a pattern
# "As above", by a sign or a word: in small letters, as a shop may be called Ditto.
DITTO = "^ *(-?(\"|\u201c|\u201d|\u201e|\u3003|\u2033|'')-?|ditto|dito|idem|\u00eddem|do[.]|s[.] ?o[.]) *$"


OF_DATE = "an order's date on its first row holds for its other rows"


def fill_dittos(source: Source, layout: Layout, head: ir.Table) -> Source:
    """Return the source with what stands above in place of marks that say so; as it is where there are none.

    ``head``: its first rows, to see whether customers have any at all.
    """
    customers = [name for _, name in layout.customers]
    names = [name for name in (layout.columns.order, layout.columns.date, *customers) if name]
    texts = [name for name in dict.fromkeys(names) if head[name].type().is_string()]
    marked = [head[name].re_search(DITTO).fill_null(False) for name in texts if name in customers]
    if not source.ordered or not marked or not ibis.or_(*marked).any().to_pyarrow().as_py():
        return source
    rows = source.located
    for name in texts:
        rows = rows.mutate(_ditto=rows[name].re_search(DITTO).fill_null(False))
        until = ibis.cumulative_window(group_by=rows[FILE], order_by=rows[LINE])
        rows = rows.mutate(_place=ibis.ifelse(rows._ditto, 0, 1).sum().over(until))
        above = where(~rows._ditto, rows[name]).max().over(ibis.window(group_by=[rows[FILE], rows._place]))
        rows = rows.mutate(**{name: ibis.ifelse(rows._ditto, above, rows[name])})
    return refilled(source, rows, "dittos stand for what is above them")


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
    for name in keys:
        told = _carried_down(told, name)
        same = told._carried.fill_null("") == told._before.fill_null("")
        told = told.mutate(_begins=ibis.ifelse(same, told._begins, 1))
        if name == layout.columns.order:
            same = (told._carried == told._before).fill_null(False) & ~is_blank(told[name])
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


def _carried_down(rows: ir.Table, name: str) -> ir.Table:
    """Add _carried (text: a column's value, carried down to where it is blank) and _before (that of the row above)."""
    until = ibis.cumulative_window(group_by=rows[FILE], order_by=rows[LINE])
    told = rows.mutate(_place=ibis.ifelse(is_blank(rows[name]), 0, 1).sum().over(until))
    carried = told[name].max().over(ibis.window(group_by=[told[FILE], told._place]))
    told = told.mutate(_carried=carried.cast("string"))
    return told.mutate(
        _before=told._carried.lag().over(ibis.window(group_by=told[FILE], order_by=told[LINE]))
    )


def fill_dates(source: Source, layout: Layout, head: ir.Table) -> Source:
    """Return the source with an order's date, where its first row alone has it, on its further rows.

    These repeat its customer, and its number as well: where each row without a date follows the pattern, they may leave
    that blank. Where a further row repeats the date, one without is missing it.
    """
    order, date = str(layout.columns.order), str(layout.columns.date)
    customers = [name for _, name in layout.customers]
    undated = is_blank(head[date]) & ~all_blank(head, customers)
    told_otherwise = layout.order_level or not source.ordered or layout.columns.order is None
    if told_otherwise or not undated.any().to_pyarrow().as_py():
        return source
    told = source.located.mutate(_alike=~all_blank(source.located, customers))
    for name in customers:
        told = _carried_down(told, name)
        told = told.mutate(
            _alike=told._alike & (told[name].cast("string") == told._before).fill_null(is_blank(told[name]))
        )
    told = _carried_down(told, order)
    told = told.mutate(_repeated=told._alike & (told[order].cast("string") == told._before).fill_null(False))
    told = told.mutate(
        _further=is_blank(told[date]) & (told._repeated | (told._alike & is_blank(told[order])))
    )
    counts = told.agg(
        further=told.count(where=told._further),
        other=told.count(where=is_blank(told[date]) & ~told._further),
        dated=told.count(where=told._repeated & ~is_blank(told[date])),
    )
    found = counts.to_pyarrow().to_pylist()[0]
    if found["other"]:
        told = told.mutate(_further=told._further & told._repeated)
    if not found["further"] or found["dated"]:
        return source
    until = ibis.cumulative_window(group_by=told[FILE], order_by=told[LINE])
    placed = told.mutate(_block=ibis.ifelse(told._further, 0, 1).sum().over(until))
    return refilled(source, _filled(placed, [order, date]), OF_DATE)


def _filled(placed: ir.Table, names: Sequence[str]) -> ir.Table:
    """Return the rows, the further ones with what they leave blank as the first of their block has it."""
    order = ibis.window(group_by=[placed[FILE], placed._block])
    first = {name: where(~placed._further, placed[name]).max().over(order) for name in dict.fromkeys(names)}
    return placed.mutate(
        **{
            name: ibis.ifelse(placed._further & is_blank(placed[name]), value, placed[name])
            for name, value in first.items()
        }
    )
