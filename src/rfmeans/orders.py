"""A source's table -> canonical order lines, each either used or set aside with one reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from rfmeans.errors import SourceError
from rfmeans.sources import select_sql
from rfmeans.values import calendar_day, check_whole, customer_key, money, order_key, product

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from rfmeans.conventions import Conventions
    from rfmeans.settings import Columns, Reading

USED = 0
# Names of our own columns beside the source's, which may be called anything.
ROW, KEPT = "_rfmeans_row", "_rfmeans_kept"
# A line's reason is kept as its number, a small integer that groups fast. Where several reasons fit,
# the first one counts.
LINE_REASONS = (
    "excluded by where",
    "missing customer",
    "unreadable date",
    "unreadable amount",
    "on or after the as-of date",
    "before the window",
)


@dataclass(frozen=True)
class OrderLines:
    """Order lines, as expressions over the source.

    Attributes
    ----------
    lines
        One row per row of the source: customer_id, order_id, day_id (the day where there is no order id, else
        null), ordered_on (date), amount (decimal, null where unreadable), reason (0: used, else 1 + index into
        `LINE_REASONS`).
    set_aside
        The rows not used: row (1-based number of the data row; null where rows have no order), reason (text),
        and the source's own columns.
    """

    lines: ir.Table
    set_aside: ir.Table


def order_lines(
    table: ir.Table, columns: Columns, reading: Reading, conventions: Conventions, *, ordered: bool
) -> OrderLines:
    """Return the order lines of a table whose columns are known by role, and the conventions of its text.

    Raises
    ------
    SourceError
        If a column's type does not fit its role.
    """
    check_whole(table[columns.customer])
    numbered = table.mutate(**{ROW: ibis.row_number() + 1 if ordered else ibis.null("int64")})
    lines = _canonical(_with_condition(table, reading.where), columns, reading, conventions)
    judged = _canonical(_with_condition(numbered, reading.where), columns, reading, conventions)
    return OrderLines(
        lines=lines.select("customer_id", "order_id", "day_id", "ordered_on", "amount", "reason"),
        set_aside=judged.filter(judged.reason != USED)
        .select(
            row=judged[ROW],
            reason=reason_text(judged.reason),
            **{f"source_{name}": judged[f"_source_{name}"] for name in table.columns},
        )
        .rename(
            {name: f"source_{name}" for name in table.columns if name.casefold() not in ("row", "reason")}
        ),
    )


def reason_text(code: ir.Column) -> ir.Column:
    """Return the words for a column of reason numbers."""
    return code.cases(*((number, text) for number, text in enumerate(LINE_REASONS, start=1)), else_="used")


def _with_condition(table: ir.Table, where: str | None) -> ir.Table:
    if where is None:
        return table.mutate(**{KEPT: ibis.literal(True)})
    query = f"SELECT *, coalesce(({where}), FALSE) AS {KEPT} FROM"
    try:
        return select_sql(table, query, {KEPT: "boolean"})
    except Exception as error:
        said = " ".join(str(error).split("\n\n")[0].split())
        raise SourceError(
            f"The condition --where {where!r} cannot be used: {said}. "
            "Write it as in SQL, e.g. \"country = 'UK' AND quantity > 0\"."
        ) from error


def _amount(table: ir.Table, columns: Columns, conventions: Conventions) -> ir.Column:
    how = conventions.money
    if columns.amount is not None:
        return money(table[columns.amount], how.get(columns.amount))
    assert columns.quantity is not None
    assert columns.price is not None
    by_part = how.get(columns.quantity), how.get(columns.price)
    return product(table[columns.quantity], table[columns.price], by_part)


def _canonical(table: ir.Table, columns: Columns, reading: Reading, conventions: Conventions) -> ir.Table:
    """Return the canonical columns beside the source's own, the latter as ``_source_NAME``."""
    own = {f"_source_{name}": table[name] for name in table.columns if name not in (ROW, KEPT)}
    ordered_on = calendar_day(table[columns.date], reading.timezone, conventions.date)
    amount = _amount(table, columns, conventions)
    customer_id = customer_key(table[columns.customer])
    tests = [
        (~table[KEPT], "excluded by where"),
        (customer_id.isnull(), "missing customer"),
        (ordered_on.isnull(), "unreadable date"),
        (amount.isnull(), "unreadable amount"),
    ]
    if reading.as_of is not None:
        tests.append((ordered_on >= ibis.date(reading.as_of.isoformat()), "on or after the as-of date"))
    if reading.since is not None:
        tests.append((ordered_on < ibis.date(reading.since.isoformat()), "before the window"))
    reason = ibis.cases(
        *((test, ibis.literal(1 + LINE_REASONS.index(text), "int8")) for test, text in tests),
        else_=ibis.literal(USED, "int8"),
    )
    order_id = ibis.null("int8") if columns.order is None else order_key(table[columns.order])
    extra = {ROW: table[ROW]} if ROW in table.columns else {}
    return table.select(
        customer_id=customer_id,
        order_id=order_id,
        day_id=ibis.ifelse(order_id.isnull(), ordered_on, ibis.null("date")),
        ordered_on=ordered_on,
        amount=amount,
        reason=reason,
        **extra,
        **own,
    )
