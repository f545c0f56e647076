"""A source's table -> canonical order lines, each either used or set aside with one reason."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from rfmeans.columns.keys import check_whole, customer_id, is_zero, order_key
from rfmeans.columns.layouts import PER_ORDER
from rfmeans.columns.typed import calendar_day, money, product
from rfmeans.orders.where import KEPT, with_condition
from rfmeans.orders.whole_orders import hold_for_orders
from rfmeans.reading.source import FILE, LINE, TEXT
from rfmeans.typed_cells import SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Iterable

    import ibis.expr.types as ir

    from rfmeans.columns.conventions import Conventions
    from rfmeans.columns.layouts import Layout
    from rfmeans.engines.engine import Engine
    from rfmeans.reading.source import Source
    from rfmeans.settings import Reading

USED = 0
MALFORMED = "malformed line"
# A customer 0 is a missing one; a reason of its own on the way, so that it can be said how many there are.
MISSING, ZERO_ID = "missing customer", "id 0"
HEADER = "repeated header"
# A line's reason is kept as its number, a small integer that groups fast. Where several reasons fit,
# the first one counts.
LINE_REASONS = (
    HEADER,
    "excluded by where",
    "duplicate line",
    "conflicting order",
    "excluded status",
    "other currency",
    MISSING,
    ZERO_ID,
    "unreadable date",
    "unreadable amount",
    "on or after the as-of date",
    "before the window",
)
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
        One row per row of the source: customer_id, order_id, day_id (the day where there is no order id, else
        null), ordered_on (date), amount (decimal, null where unreadable), reason (0: used, else 1 + index into
        `LINE_REASONS`); currency (text, null where there is none) where a column tells it.
    set_aside
        The rows not used: file and line (null where rows have no lasting order), reason (text), and the source's
        own columns; with malformed lines also their text, as it stands in the file.
    """

    lines: ir.Table
    set_aside: ir.Table


def order_lines(source: Source, layout: Layout, reading: Reading, conventions: Conventions) -> OrderLines:
    """Return the order lines of a source whose columns are known by role, and the conventions of its text.

    Raises
    ------
    SourceError
        If a column's type does not fit its role.
    """
    for _, name in layout.customers:
        check_whole(source.table[name])
    lines = _judged(source, source.table, layout, reading, conventions)
    told = ["currency"] if currency_column(layout, conventions) else []
    judged = _judged(source, source.located, layout, reading, conventions)
    aside = judged.filter(judged.reason != USED)
    own = {name: aside[inner] for name, inner in _inner_names(source.located.columns).items()}
    own |= {name: own[name].re_replace(SEPARATOR + "$", "").replace(SEPARATOR, ".") for name in source.mixed}
    called = _outer_names(source.table.columns)
    return OrderLines(
        lines=lines.select(*CANONICAL, *told),
        set_aside=_with_malformed(
            aside.select(
                **{name: own[ours] for name, ours in PLACES},
                reason=reason_text(aside.reason),
                **{outer: own[name] for name, outer in called.items()},
            ),
            source,
        ),
    )


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


def reason_text(code: ir.Column) -> ir.Column:
    """Return the words for a column of reason numbers."""
    said = (MISSING if text == ZERO_ID else text for text in LINE_REASONS)
    return code.cases(*enumerate(said, start=1), else_="used")


def status_variants(words: Iterable[str]) -> list[str]:
    """Return the ways in which statuses are spelled, in lower case.

    >>> status_variants(["on hold"])
    ['on hold', 'on-hold', 'on_hold', 'onhold', 'wc-on hold', 'wc-on-hold', 'wc-on_hold', 'wc-onhold']
    """
    found: set[str] = set()
    for word in words:
        lowered = " ".join(word.casefold().replace("_", " ").replace("-", " ").split())
        bare = "".join(
            letter for letter in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(letter)
        )
        spelled = {each.replace(" ", gap) for each in (lowered, bare) for gap in (" ", "_", "-", "")}
        found |= spelled | {f"wc-{each}" for each in spelled}
    return sorted(found)


def _inner_names(names: Iterable[str]) -> dict[str, str]:
    """Return what the source's columns are called beside ours: by number, as PostgreSQL cuts a name off at 63 bytes."""
    return {name: f"_source_{number}" for number, name in enumerate(names)}


def _outer_names(own: Iterable[str]) -> dict[str, str]:
    """Return what the source's columns are called in the end: as they are, where that is not a name of ours."""
    own, taken = [*own], {*SET_ASIDE_COLUMNS}
    for name in sorted(own, key=len):
        if name.casefold() in taken:  # becomes `source_NAME`, which another column may be called
            taken.add(f"source_{name}".casefold())
    return {name: f"source_{name}" if name.casefold() in taken else name for name in own}


def _with_malformed(set_aside: ir.Table, source: Source) -> ir.Table:
    """Add the malformed lines; what comes from several places is put in order, as engines do not keep one."""
    lines = source.malformed
    if lines is None:
        return set_aside if source.files == 1 else set_aside.order_by("file", "line")
    values = {name: ibis.null(set_aside[name].type()) for name in set_aside.columns}
    values |= {name: lines[ours] for name, ours in PLACES}
    values |= {"reason": ibis.literal(MALFORMED), "text": lines[TEXT]}
    return set_aside.mutate(text=ibis.null("string")).union(lines.select(**values)).order_by("file", "line")


# Judging lines


def _judged(
    source: Source, table: ir.Table, layout: Layout, reading: Reading, conventions: Conventions
) -> ir.Table:
    """Return the canonical columns beside the source's own, the latter by their `_inner_names`."""
    conditioned = with_condition(table, source.engine, reading.where, source.called)
    read = read_lines(conditioned, source.engine, layout, reading, conventions)
    return _with_day_id(read.mutate(reason=_reason(_tests(read, source.engine, layout, reading))))


def read_lines(
    table: ir.Table, engine: Engine, layout: Layout, reading: Reading, conventions: Conventions
) -> ir.Table:
    """Return what each line says as typed values, null where it is unreadable, and what may leave it out.

    ``table`` has the source's columns and `KEPT` (bool: whether the condition holds); those columns are in the
    result by their `_inner_names`.
    """
    names = [name for name in table.columns if name != KEPT]
    own = [name for name in names if name not in (FILE, LINE)]
    again = _is_repeated(table, engine, own) if reading.drop_duplicates else ibis.literal(False)
    typed = table.select(
        **_values(table, engine, layout, reading, conventions),
        **_status(table, engine, layout),
        kept=table[KEPT],
        again=again,
        left_out=~table[KEPT] | again,
        **{inner: table[name] for name, inner in _inner_names(names).items()},
    )
    typed = engine.computed_once(typed)
    if takes_from_orders(layout):
        typed = hold_for_orders(typed, amount_once=layout.amount_per == PER_ORDER)
    if layout.columns.refund:
        typed = typed.mutate(amount=typed.amount - typed.refund.fill_null(0))
    return typed


def used_lines(read: ir.Table, engine: Engine, layout: Layout, reading: Reading) -> ir.Table:
    """Return the lines of `read_lines` that nothing sets aside; the columns of `USED_COLUMNS`."""
    tests = [
        test for test, text in _tests(read, engine, layout, reading) if text != ZERO_ID
    ]  # a missing one as well
    used = read.filter(*(~test for test in tests))
    return _with_day_id(used).select(*USED_COLUMNS)


def takes_from_orders(layout: Layout) -> bool:
    """Whether a line takes values from the other lines of its order."""
    return layout.order_level or layout.amount_per == PER_ORDER


def _with_day_id(lines: ir.Table) -> ir.Table:
    return lines.mutate(day_id=ibis.ifelse(lines.order_id.isnull(), lines.ordered_on, ibis.null("date")))


def _is_repeated(table: ir.Table, engine: Engine, own: list[str]) -> ir.Column:
    """Whether a line is equal to an earlier one; where lines have no order, to any other but one."""
    earlier = [table[place] for _, place in PLACES if place in table.columns]
    same = ibis.window(group_by=[engine.comparable(table[name]) for name in own], order_by=earlier or None)
    return ibis.row_number().over(same) > 0


def _values(
    table: ir.Table, engine: Engine, layout: Layout, reading: Reading, conventions: Conventions
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
        refund = money(table[columns.refund], engine, conventions.money.get(columns.refund)).abs()
        filled = engine.stripped(table[columns.refund].cast("string")).fill_null("") != ""
        amount = values["amount"]
        values["refund"] = refund
        # A refund that cannot be read leaves the net amount unknown; a blank one is none.
        values["amount"] = ibis.ifelse(filled & refund.isnull(), ibis.null(amount.type()), amount)
    naming = _naming_currencies(layout, conventions)
    if naming:
        values["currency"] = conventions.money[naming].currency_of(table[naming])
    if columns.currency:
        own = engine.stripped(table[columns.currency].cast("string")).upper().nullif("")
        values["currency"] = ibis.coalesce(own, values["currency"])
    return values


def _has_zero(lines: ir.Table, engine: Engine, layout: Layout) -> ir.Column:
    """Whether a line has no customer because its id is 0; of a line with one nothing is looked at."""
    said = [lines[f"said_key_{place}"] for place in range(len(layout.customers))]
    zero = ibis.or_(*(is_zero(key, engine).fill_null(False) for key in said))
    return ibis.ifelse(lines.customer_id.isnull(), zero, False)


def _is_header(lines: ir.Table, engine: Engine, layout: Layout) -> ir.Column:
    """Whether a line says what its column is called in place of a day, as where files were put one after the other."""
    named = engine.stripped(lines.said_day).lower() == str(layout.columns.date).lower()
    return ibis.ifelse(lines.ordered_on.isnull(), named.fill_null(False), False)


def _amount(table: ir.Table, engine: Engine, layout: Layout, conventions: Conventions) -> ir.Column:
    columns, how = layout.columns, conventions.money
    if columns.amount is not None:
        return money(table[columns.amount], engine, how.get(columns.amount))
    assert columns.quantity is not None
    assert columns.price is not None
    by_part = how.get(columns.quantity), how.get(columns.price)
    return product(table[columns.quantity], table[columns.price], engine, by_part)


def _status(table: ir.Table, engine: Engine, layout: Layout) -> dict[str, ir.Value]:
    if layout.columns.status is None:
        return {"status": ibis.null("string")}
    return {"status": engine.stripped(table[layout.columns.status].cast("string")).lower().nullif("")}


def _excluded(lines: ir.Table, layout: Layout) -> ir.Column:
    """Whether a line's status does not count; one without a status counts unless statuses were chosen."""
    if layout.keep_status is not None:
        return ~lines.status.isin(status_variants(layout.keep_status)).fill_null(False)
    unsold = (
        lines.status.isin(status_variants(layout.drop_status)) if layout.drop_status else ibis.literal(False)
    )
    if layout.refunded_status:
        unsold |= lines.status.isin(status_variants(layout.refunded_status)) & (lines.amount > 0)
    return unsold.fill_null(False)


def _tests(lines: ir.Table, engine: Engine, layout: Layout, reading: Reading) -> list[tuple[ir.Value, str]]:
    """Return what sets a line aside, with the reason; the first one that holds counts."""
    tests = []
    if isinstance(lines.said_day, ibis.expr.types.StringColumn):
        tests.append((_is_header(lines, engine, layout), HEADER))
    if reading.where is not None:
        tests.append((~lines.kept, "excluded by where"))
    if reading.drop_duplicates:
        tests.append((lines.again, "duplicate line"))
    if takes_from_orders(layout):
        tests.append((lines.conflicting, "conflicting order"))
    if layout.columns.status is not None:
        tests.append((_excluded(lines, layout), "excluded status"))
    if reading.currency is not None:
        other = (lines.currency != reading.currency.strip().upper()).fill_null(True)
        tests.append((other, "other currency"))
    tests += [
        (_has_zero(lines, engine, layout), ZERO_ID),
        (lines.customer_id.isnull(), MISSING),
        (lines.ordered_on.isnull(), "unreadable date"),
        (lines.amount.isnull(), "unreadable amount"),
    ]
    if reading.as_of is not None:
        tests.append((lines.ordered_on >= ibis.date(reading.as_of.isoformat()), "on or after the as-of date"))
    if reading.since is not None:
        tests.append((lines.ordered_on < ibis.date(reading.since.isoformat()), "before the window"))
    return tests


def _reason(tests: list[tuple[ir.Value, str]]) -> ir.Column:
    return ibis.cases(
        *((test, ibis.literal(1 + LINE_REASONS.index(text), "int8")) for test, text in tests),
        else_=ibis.literal(USED, "int8"),
    )
