"""A source's table -> canonical order lines, each either used or set aside with one reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import ibis

from rfmeans.columns.keys import check_whole, customer_id, order_key
from rfmeans.columns.layout import ANY_TABLE, PER_ORDER
from rfmeans.columns.roles import tells_article
from rfmeans.columns.typed import calendar_day, clock, product, to_money
from rfmeans.orders.compared import NOTHING
from rfmeans.orders.expressions import any_blank, where, without
from rfmeans.orders.older_states import in_order, with_older
from rfmeans.orders.reasons import MALFORMED, USED, ZERO_ID, first_reason, reason_text, reasons_of
from rfmeans.orders.statuses import ALSO, is_money_back, status_values, with_refunds
from rfmeans.orders.total_rows import any_says, open_total, with_total_rows
from rfmeans.orders.where import KEPT, with_condition
from rfmeans.orders.whole_orders import hold_for_orders, takes_from_orders
from rfmeans.reading.source import FILE, LINE, PLACE, TEXT
from rfmeans.typed_cells import SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import ibis.expr.types as ir

    from rfmeans.columns.conventions import Conventions
    from rfmeans.columns.layout import Layout
    from rfmeans.engines.engine import Engine
    from rfmeans.orders.compared import Compared
    from rfmeans.reading.source import Source
    from rfmeans.settings import Reading

USED_COLUMNS = ("customer_id", "order_id", "day_id", "ordered_on", "amount")
CANONICAL = (*USED_COLUMNS, "reason")
PLACES = (("file", FILE), ("line", LINE))
SET_ASIDE_COLUMNS = ("file", "line", "reason", "text")


@dataclass(frozen=True)
class OrderLines:
    """Order lines, as expressions over the source.

    Attributes
    ----------
    lines
        One row per row of the source: customer_id, order_id, day_id (the day where there is no order id, or where
        values are an order's; else null), ordered_on (date), amount (decimal, null where unreadable), reason (0:
        used, else 1 + index into `LINE_REASONS`). Where a column tells it, currency (text, null where there is none);
        where one tells the status, takes_back (bool: negative money); where it tells orders apart, clock (minutes).
        Where the engine has a quick hash, same (equal in lines that are equal in every column of the source).
        Where rows have an order, says_total (bool: the row is set aside and may be a total); where totals are
        looked for in its place asked (text: what makes a used line look like one), file and line.
    set_aside
        The rows not used: file and line (null where rows have no lasting order), reason (text), and the source's
        own columns; with malformed lines also their text, as it stands in the file.
    """

    lines: ir.Table
    set_aside: ir.Table


def order_lines(
    source: Source,
    layout: Layout,
    reading: Reading,
    conventions: Conventions,
    compared: Compared = NOTHING,
) -> OrderLines:
    """Return the order lines of a source whose columns are known by role, and the conventions of its text.

    ``compared``: which lines are compared with each other.

    Raises
    ------
    SourceError
        If a column's type does not fit its role.
    """
    for _, name in layout.customers:
        check_whole(source.table[name])
    lines, aside, told = _both(source, layout, reading, conventions, compared)
    own = {name: aside[inner] for name, inner in _inner_names(source.located.columns).items()}
    own |= {name: own[name].re_replace(SEPARATOR + "$", "").replace(SEPARATOR, ".") for name in source.mixed}
    called = outer_names(source.table.columns)
    return OrderLines(
        lines=lines.select(*CANONICAL, *told),
        set_aside=_with_malformed(
            aside.select(
                **{name: own[ours] for name, ours in PLACES},
                reason=reason_text(aside.reason),
                **{outer: own[name] for name, outer in called.items()},
            ),
            source,
            mixed=_is_mixed(layout, reading, compared),
        ),
    )


def _both(
    source: Source, layout: Layout, reading: Reading, conventions: Conventions, compared: Compared
) -> tuple[ir.Table, ir.Table, list[str]]:
    """Return the lines, those of them set aside with all that the source says of them, and what is told beside.

    Text is read once: stored is what it says, and of lines set aside the text itself.
    """
    by_place = None if _is_mixed(layout, reading, compared) else source.by_place
    table = source.located if source.store or compared.places else source.table
    table = by_place.rows if by_place else table
    lines = _judged(source, table, layout, reading, conventions, compared)
    inner = _inner_names(table.columns)
    lines, told = _told_beside(lines, source, layout, conventions, compared, inner)
    if source.store is None:
        judged = _judged(source, source.located, layout, reading, conventions, compared)
        return lines, judged.filter(judged.reason != USED), told
    texts = {name: where(lines.reason != USED, lines[name]) for name in inner.values()}
    lines = source.store(lines.select(*CANONICAL, *told, **texts), PLACE if by_place else None)
    if by_place:
        lines = lines.mutate(**{inner[LINE]: lines[PLACE] + by_place.first})
    return lines, lines.filter(lines.reason != USED), told


def _is_mixed(layout: Layout, reading: Reading, compared: Compared) -> bool:
    """Whether lines are compared with each other, which leaves them in no order."""
    return takes_from_orders(layout) or reading.drop_duplicates or compared != NOTHING


def _told_beside(
    lines: ir.Table,
    source: Source,
    layout: Layout,
    conventions: Conventions,
    compared: Compared,
    inner: dict[str, str],
) -> tuple[ir.Table, list[str]]:
    """Return lines with what their accounts and checks look at besides, and the names of those columns.

    ``inner``: what the source's columns are called in them.
    """
    same = source.engine.quick_hash(ibis.struct({name: lines[inner[name]] for name in source.table.columns}))
    if same is not None:
        lines = lines.mutate(same=same)
    told = ["currency"] if currency_column(layout, conventions) else []
    told += ["clock"] if compared.clocks else []
    if layout.tells_status:
        lines = lines.mutate(takes_back=lines.amount < 0)
        told.append("takes_back")
    if compared.totals:
        told += ["asked", "file", "line"]
    elif source.ordered:
        says = any_says(lines, [inner[name] for name in wordy_columns(source.table.columns, layout)])
        # Engines work it out for the few rows alone that are set aside; of the lines used their keys are looked at when
        # they are grouped: far fewer.
        lines = lines.mutate(says_total=ibis.ifelse(lines.reason == USED, False, says))
        told.append("says_total")
    return lines, told if same is None else [*told, "same"]


def currency_column(layout: Layout, conventions: Conventions) -> str | None:
    """Return the column that tells the currency: one of its own, or the amounts where their text names it."""
    return layout.columns.currency or _naming_currencies(layout, conventions)


def _naming_currencies(layout: Layout, conventions: Conventions) -> str | None:
    """Return the column of money whose text names its currency."""
    for name in (layout.columns.amount, layout.columns.price):
        how = conventions.money.get(name) if name else None
        if how and how.currency:
            return name
    return None


def _inner_names(names: Iterable[str]) -> dict[str, str]:
    """Return what the source's columns are called beside ours: by number, as PostgreSQL cuts a name off at 63 bytes."""
    return {name: f"_source_{number}" for number, name in enumerate(names)}


def outer_names(own: Iterable[str]) -> dict[str, str]:
    """Return what the source's columns are called in the end: as they are, where that is not a name of ours."""
    own, taken = [*own], {*SET_ASIDE_COLUMNS}
    for name in sorted(own, key=len):
        if name.casefold() in taken:  # becomes `source_NAME`, which another column may be called
            taken.add(f"source_{name}".casefold())
    return {name: f"source_{name}" if name.casefold() in taken else name for name in own}


def _with_malformed(set_aside: ir.Table, source: Source, *, mixed: bool) -> ir.Table:
    """Add the malformed lines; what comes from several places, or was compared, is put in order: engines keep none."""
    lines = source.malformed
    if lines is None:
        sorting = source.files > 1 or (mixed and source.ordered)
        return set_aside.order_by("file", "line") if sorting else set_aside
    values = {name: ibis.null(set_aside[name].type()) for name in set_aside.columns}
    values |= {name: lines[ours] for name, ours in PLACES}
    values |= {"reason": ibis.literal(MALFORMED), "text": lines[TEXT]}
    return set_aside.mutate(text=ibis.null("string")).union(lines.select(**values)).order_by("file", "line")


# Judging lines


def _judged(
    source: Source,
    table: ir.Table,
    layout: Layout,
    reading: Reading,
    conventions: Conventions,
    compared: Compared,
) -> ir.Table:
    """Return the canonical columns beside the source's own, the latter by their `_inner_names`."""
    conditioned = with_condition(table, source.engine, reading.where, source.called)
    read = read_lines(conditioned, source.engine, layout, reading, conventions, compared)
    judged = _with_day_id(
        read.mutate(reason=first_reason(reasons_of(read, source.engine, layout, reading, compared))), layout
    )
    if not compared.totals:
        return judged
    return judged.mutate(asked=ibis.ifelse(judged.reason == USED, judged.asked, ibis.null("string")))


def read_lines(
    table: ir.Table,
    engine: Engine,
    layout: Layout,
    reading: Reading,
    conventions: Conventions,
    compared: Compared = NOTHING,
) -> ir.Table:
    """Return what each line says as typed values, null where it is unreadable, and what may leave it out.

    ``table`` has the source's columns and `KEPT` (bool: whether the condition holds); those columns are in the
    result by their `_inner_names`. Where lines are compared by the place they stand at, it has `FILE` and `LINE`.
    """
    names = [name for name in table.columns if name != KEPT]
    own = [name for name in names if name not in (FILE, LINE)]
    again = _is_repeated(table, engine, own) if reading.drop_duplicates else ibis.literal(False)
    typed = table.select(
        **_values(table, engine, layout, reading, conventions, compared),
        **status_values(table, engine, layout),
        **_places(table, layout, own, compared),
        kept=table[KEPT],
        again=again,
        left_out=~table[KEPT] | again,
        **{inner: table[name] for name, inner in _inner_names(names).items()},
    )
    typed = engine.computed_once(typed)
    if compared.totals:  # no number of an order, though it stands where one does
        typed = typed.mutate(
            own_order=typed.order_id,
            order_id=ibis.ifelse(typed.says, ibis.null(typed.order_id.type()), typed.order_id),
        )
    if compared.states:
        per_order = layout.amount_per == PER_ORDER
        of_shop = layout.name != ANY_TABLE  # which numbers its orders once and for all
        typed = with_older(
            typed, order_level=takes_from_orders(layout), amount_once=per_order, of_shop=of_shop
        )
        typed = typed.mutate(left_out=typed.left_out | typed.older)
    if takes_from_orders(layout):
        typed = _as_whole_orders(typed, layout)
    if layout.columns.refund:
        typed = typed.mutate(amount=typed.amount - typed.refund.fill_null(0))
    if compared.totals:
        others = replace(compared, totals=False)
        judged = with_refunds(typed, layout, engine, others)
        tests = reasons_of(judged, engine, layout, reading, others, status_only=True)
        typed = without(_without_total_rows(judged, [test for test, _ in tests]), "taken_back")
    return with_refunds(typed, layout, engine, compared)


def _as_whole_orders(typed: ir.Table, layout: Layout) -> ir.Table:
    """Give all lines of an order what one of them says."""
    also = [f"{ALSO}{place}" for place in range(len(layout.also))]
    filled = [name for name, one in zip(also, layout.also, strict=True) if one.filled]
    worded = [name for name in also if name not in filled]
    return hold_for_orders(typed, amount_once=layout.amount_per == PER_ORDER, most=filled, least=worded)


def _without_total_rows(typed: ir.Table, tests: Sequence[ir.BooleanColumn]) -> ir.Table:
    """Leave out rows that add up others; ``tests``: what else leaves a line out."""
    used = ~ibis.or_(*tests)
    typed = with_total_rows(typed, used.fill_null(False)).mutate(order_id=ibis._.own_order)
    return typed.mutate(left_out=typed.left_out | typed.total_row)


def _places(table: ir.Table, layout: Layout, own: list[str], compared: Compared) -> dict[str, ir.Value]:
    """Return where lines stand, and what of them is compared by it."""
    found: dict[str, ir.Value] = {}
    if compared.places:
        found |= {name: table[ours] for name, ours in PLACES}
    if compared.states:
        found["updated"] = in_order(table[layout.updated]) if layout.updated else ibis.null("string")
        items = [table[name].cast("string").fill_null("") for name in own if tells_article(name)]
        found["item"] = ibis.literal("|").join(items) if items else ibis.null("string")
    if compared.totals:
        words = wordy_columns(own, layout)
        named = any_says(table, words) & ~_says_total(table, words, layout)
        found |= {
            "says": _says_total(table, words, layout),
            "named_total": named,
            "asked": open_total(table, words),
        }
    return found


def _says_total(table: ir.Table, words: Sequence[str], layout: Layout) -> ir.BooleanColumn:
    """Whether a row says that it is a total; one with an order's number and day may be of Total Ltd., a customer."""
    columns, customers = layout.columns, [name for _, name in layout.customers]
    if columns.order is None:
        return any_says(table, words)
    named = any_says(table, customers) & any_blank(table, [columns.order, str(columns.date)])
    others = any_says(table, [name for name in words if name not in customers])
    return others | named | open_total(table, customers).notnull()


def wordy_columns(names: Iterable[str], layout: Layout) -> list[str]:
    """Return the columns that hold no money."""
    columns = layout.columns
    return [
        name
        for name in names
        if name not in (columns.amount, columns.quantity, columns.price, columns.refund)
    ]


def used_lines(
    read: ir.Table, engine: Engine, layout: Layout, reading: Reading, compared: Compared = NOTHING
) -> ir.Table:
    """Return the lines of `read_lines` that nothing sets aside; the columns of `USED_COLUMNS`."""
    tests = [
        test
        for test, text in reasons_of(read, engine, layout, reading, compared)
        if text != ZERO_ID  # a missing one as well
    ]
    used = read.filter(*(~test for test in tests))
    return _with_day_id(used, layout).select(*USED_COLUMNS, *(["clock"] if compared.clocks else []))


def _with_day_id(lines: ir.Table, layout: Layout) -> ir.Table:
    """Add the day that tells orders apart: without an order id, or where values are an order's, with its day."""
    if takes_from_orders(layout):
        return lines.mutate(day_id=lines.ordered_on)
    return lines.mutate(day_id=ibis.ifelse(lines.order_id.isnull(), lines.ordered_on, ibis.null("date")))


def _is_repeated(table: ir.Table, engine: Engine, own: list[str]) -> ir.Column:
    """Whether a line is equal to an earlier one; where lines have no order, to any other but one."""
    earlier = [table[place] for _, place in PLACES if place in table.columns]
    same = ibis.window(group_by=[engine.comparable(table[name]) for name in own], order_by=earlier or None)
    return ibis.row_number().over(same) > 0


def _values(
    table: ir.Table,
    engine: Engine,
    layout: Layout,
    reading: Reading,
    conventions: Conventions,
    compared: Compared,
) -> dict[str, ir.Value]:
    columns = layout.columns
    values = {
        "customer_id": customer_id(table, layout.customers, engine, conventions.keys),
        "said_day": table[columns.date],
        **{f"said_key_{place}": table[name] for place, (_, name) in enumerate(layout.customers)},
        "order_id": order_key(table[columns.order], engine, conventions.keys)
        if columns.order
        else ibis.null("int8"),
        "ordered_on": calendar_day(table[columns.date], engine, reading.timezone, conventions.date),
        "amount": _amount(table, engine, layout, conventions),
        "refund": ibis.null("int8"),
        "currency": ibis.null("string"),
    }
    if columns.refund:
        refund = to_money(table[columns.refund], engine, conventions.money.get(columns.refund)).abs()
        filled = engine.stripped(table[columns.refund].cast("string")).fill_null("") != ""
        amount = values["amount"]
        values["refund"] = refund
        # A refund that cannot be read leaves the net amount unknown; a blank one is none.
        values["amount"] = ibis.ifelse(filled & refund.isnull(), ibis.null(amount.type()), amount)
    if layout.kind:
        amount = values["amount"]
        values["amount"] = ibis.ifelse(is_money_back(table[layout.kind], engine), -amount.abs(), amount)
    if compared.clocks:
        values["clock"] = clock(table[columns.date], engine, reading.timezone, conventions.date)
    naming = _naming_currencies(layout, conventions)
    if naming:
        values["currency"] = conventions.money[naming].currency_of(table[naming])
    if columns.currency:
        own = engine.stripped(table[columns.currency].cast("string")).upper().nullif("")
        values["currency"] = ibis.coalesce(own, values["currency"])
    return values


def _amount(table: ir.Table, engine: Engine, layout: Layout, conventions: Conventions) -> ir.Column:
    columns, how = layout.columns, conventions.money
    if columns.amount is not None:
        amount = to_money(table[columns.amount], engine, how.get(columns.amount))
        left = to_money(table[layout.left], engine, how.get(layout.left)) if layout.left else None
        return amount if left is None else ibis.ifelse((left > 0).fill_null(False), left, amount)
    assert columns.quantity is not None
    assert columns.price is not None
    by_part = how.get(columns.quantity), how.get(columns.price)
    return product(table[columns.quantity], table[columns.price], engine, by_part)
