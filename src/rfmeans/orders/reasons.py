"""Why a line is set aside: each with one reason, the first one that holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from rfmeans.columns.keys import is_zero
from rfmeans.orders.statuses import is_unsold
from rfmeans.orders.whole_orders import takes_from_orders

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from rfmeans.columns.layout import Layout
    from rfmeans.engines.engine import Engine
    from rfmeans.orders.compared import Compared
    from rfmeans.settings import Reading

USED = 0
BEFORE = "before the window"
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
    "total row",
    "older state of the order",
    "conflicting order",
    "refund of an excluded order",
    "excluded status",
    "other currency",
    MISSING,
    ZERO_ID,
    "unreadable date",
    "unreadable amount",
    "on or after the as-of date",
    BEFORE,
)
REASON_BEFORE = 1 + LINE_REASONS.index(BEFORE)


def reason_text(code: ir.Column) -> ir.Column:
    """Return the words for a column of reason numbers."""
    said = (MISSING if text == ZERO_ID else text for text in LINE_REASONS)
    return code.cases(*enumerate(said, start=1), else_="used")


def reasons_of(
    lines: ir.Table,
    engine: Engine,
    layout: Layout,
    reading: Reading,
    compared: Compared,
    *,
    status_only: bool = False,
) -> list[tuple[ir.Value, str]]:
    """Return what sets a line aside, with the reason; the first one that holds counts.

    ``status_only``: no more than what is known before rows are told from the totals of others.
    """
    tests = []
    if isinstance(lines.said_day, ibis.expr.types.StringColumn):
        tests.append((_is_header(lines, engine, layout), HEADER))
    if reading.where is not None:
        tests.append((~lines.kept, "excluded by where"))
    if reading.drop_duplicates:
        tests.append((lines.again, "duplicate line"))
    if compared.totals:
        tests.append((lines.total_row, "total row"))
    if compared.states:
        tests.append((lines.older, "older state of the order"))
    if takes_from_orders(layout):
        tests.append((lines.conflicting, "conflicting order"))
    if layout.tells_status:
        if "taken_back" in lines.columns:
            tests.append((lines.taken_back, "refund of an excluded order"))
        tests.append((is_unsold(lines, layout, engine), "excluded status"))
    if status_only:
        return tests or [(ibis.literal(False), "")]
    return tests + _tests_of_values(lines, engine, layout, reading)


def _tests_of_values(
    lines: ir.Table, engine: Engine, layout: Layout, reading: Reading
) -> list[tuple[ir.Value, str]]:
    """Return what sets a line aside by its own values."""
    tests = []
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
        tests.append((lines.ordered_on < ibis.date(reading.since.isoformat()), BEFORE))
    return tests


def first_reason(tests: list[tuple[ir.Value, str]]) -> ir.Column:
    """Return the number of the first reason that holds; 0 where none does."""
    return ibis.cases(
        *((test, ibis.literal(1 + LINE_REASONS.index(text), "int8")) for test, text in tests),
        else_=ibis.literal(USED, "int8"),
    )


def _has_zero(lines: ir.Table, engine: Engine, layout: Layout) -> ir.Column:
    """Whether a line has no customer because its id is 0; of a line with one nothing is looked at."""
    said = [lines[f"said_key_{place}"] for place in range(len(layout.customers))]
    zero = ibis.or_(*(is_zero(key, engine).fill_null(False) for key in said))
    return ibis.ifelse(lines.customer_id.isnull(), zero, False)


def _is_header(lines: ir.Table, engine: Engine, layout: Layout) -> ir.Column:
    """Whether a line says what its column is called in place of a day, as where files were put one after the other."""
    named = engine.stripped(lines.said_day).lower() == str(layout.columns.date).lower()
    return ibis.ifelse(lines.ordered_on.isnull(), named.fill_null(False), False)
