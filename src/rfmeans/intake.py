"""What the user passed -> customers and the account: the way that fitting and assigning share."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rfmeans.conventions import Conventions, find_conventions
from rfmeans.errors import DataError
from rfmeans.layouts import customer_columns, order_columns
from rfmeans.orders import OrderLines, order_lines
from rfmeans.rfm import (
    LineAccount,
    Tally,
    account_customers,
    account_lines,
    customers_as_of,
    customers_from_table,
    group_orders,
    total_orders,
)
from rfmeans.settings import CustomerColumns
from rfmeans.sources import Source, with_source
from rfmeans.values import check_whole, customer_key, money, number

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from rfmeans.settings import Columns, Reading
    from rfmeans.workspace import Workspace


UNREADABLE = {"unreadable date", "unreadable amount"}


@dataclass(frozen=True)
class Account:
    """The table that proves it: read = used + set aside.

    Attributes
    ----------
    lines
        Where every order line went; None for a table of customers.
    clustered
        Customers to segment, and their money.
    customers_set_aside
        The other customers, by reason.
    """

    lines: LineAccount | None
    clustered: Tally
    customers_set_aside: dict[str, Tally]


@dataclass(frozen=True)
class Intake:
    """Customers ready to be segmented.

    Attributes
    ----------
    source
        What was read.
    columns
        Its columns by role.
    as_of
        The date recency is counted to; None for a table of customers.
    customers
        customer_id, recency, frequency, monetary, reason (null for those to segment).
    set_aside
        The source's rows that were not used; None for a table of customers.
    account
        The tallies.
    orders
        The orders, as `rfmeans.rfm.total_orders` returns them; None for a table of customers.
    """

    source: Source
    columns: Columns | CustomerColumns
    as_of: dt.date | None
    customers: ir.Table
    set_aside: ir.Table | None
    account: Account
    orders: ir.Table | None = None


def read(source: Any, reading: Reading, workspace: Workspace, *, keep_orders: bool = False) -> Intake:
    """Read a source and sum it up per customer; a table of customers as it stands.

    With ``keep_orders`` the orders are kept on the engine on the way, for more figures without another pass.

    Raises
    ------
    SourceError
        If the source cannot be read or its columns are not understood.
    DataError
        If no line can be used, or a customer stands in a table of customers twice.
    """
    return with_source(source, reading, lambda opened: _read_opened(opened, reading, workspace, keep_orders))


def _read_opened(opened: Source, reading: Reading, workspace: Workspace, keep_orders: bool) -> Intake:
    if isinstance(reading.columns, CustomerColumns):
        return _read_customers(opened, reading.columns, reading, workspace)
    return _read_orders(opened, reading.columns, reading, workspace, keep_orders)


def _read_orders(
    opened: Source, columns: Columns, reading: Reading, workspace: Workspace, keep_orders: bool
) -> Intake:
    found = order_columns(opened.table.columns, columns)
    conventions = _conventions(opened.table, found, reading)
    lines, orders, groups = _sum_up(opened, found, reading, conventions, workspace, keep_orders)
    account = account_lines(groups)
    opened.check_rows(account.read.rows)
    if not conventions.whole and UNREADABLE & set(account.set_aside):
        # What the first rows told does not hold on all: look at all of them.
        closer = _conventions(opened.table, found, reading, whole=True)
        if closer != conventions:
            lines, orders, groups = _sum_up(opened, found, reading, closer, workspace, keep_orders)
            account = account_lines(groups)
        conventions = closer
    _check_lines(opened, found, reading, conventions, account)
    assert account.last_day is not None
    as_of = reading.as_of or account.last_day + dt.timedelta(days=1)
    customers = customers_as_of(groups, as_of)
    clustered, aside = account_customers(customers)
    return Intake(
        opened, found, as_of, customers, lines.set_aside, Account(account, clustered, aside), orders
    )


def _conventions(table: ir.Table, columns: Columns, reading: Reading, *, whole: bool = False) -> Conventions:
    money = [name for name in (columns.amount, columns.quantity, columns.price) if name]
    return find_conventions(
        table,
        columns.date,
        money,
        date_format=reading.date_format,
        decimal=reading.decimal,
        timezone=reading.timezone,
        whole=whole,
    )


def _sum_up(
    opened: Source,
    columns: Columns,
    reading: Reading,
    conventions: Conventions,
    workspace: Workspace,
    keep_orders: bool,
) -> tuple[OrderLines, ir.Table, ir.Table]:
    """Return the lines, their orders, and the groups per customer, which are kept on the engine."""
    lines = order_lines(opened.table, columns, reading, conventions, ordered=opened.ordered)
    orders = total_orders(lines.lines)
    if keep_orders:
        orders = workspace.keep(orders)
    return lines, orders, workspace.keep(group_orders(orders))


def _read_customers(
    opened: Source, columns: CustomerColumns, reading: Reading, workspace: Workspace
) -> Intake:
    found = customer_columns(opened.table.columns, columns)
    table = opened.table
    check_whole(table[found.customer])
    figures = [name for name in (found.recency, found.frequency, found.monetary) if name]
    written = find_conventions(table, None, figures, decimal=reading.decimal, whole=True).money
    typed = {
        "customer_id": customer_key(table[found.customer]),
        "recency": _whole_if_integer(number(table[found.recency], written.get(str(found.recency)))),
        "frequency": _whole_if_integer(number(table[found.frequency], written.get(str(found.frequency)))),
        "monetary": money(table[found.monetary], written.get(str(found.monetary))),
    }
    customers = workspace.keep(customers_from_table(table, typed))
    opened.check_rows(customers.count().to_pyarrow().as_py())
    _check_one_row_each(customers)
    clustered, aside = account_customers(customers)
    return Intake(opened, found, None, customers, None, Account(None, clustered, aside))


def _whole_if_integer(column: ir.Column) -> ir.Column:
    return column.cast("int64") if column.type().is_integer() else column.cast("float64")


def _check_one_row_each(customers: ir.Table) -> None:
    known = customers.filter(customers.customer_id.notnull())
    counted = known.group_by("customer_id").agg(rows=known.count())
    twice = counted.filter(counted.rows > 1).order_by("customer_id").limit(3).to_pyarrow().to_pylist()
    if twice:
        examples = ", ".join(str(row["customer_id"]) for row in twice)
        raise DataError(
            f"A table of customers has one row per customer. Found several rows for {examples}. "
            "Sum them up first, or pass the order lines instead."
        )


def _check_lines(
    source: Source, columns: Columns, reading: Reading, conventions: Conventions, account: LineAccount
) -> None:
    """Refuse a source of which no line can be used, and say what became of them."""
    if account.used.rows:
        return
    if not account.read.rows:
        raise DataError(f"{source.name} holds a header but no order line. Export it again with its orders.")
    if reading.as_of is not None and "on or after the as-of date" in account.set_aside and account.seen:
        raise DataError(
            f"No order is dated before the as-of date {reading.as_of}. The orders run from {account.seen[0]} to "
            f"{account.seen[1]}. Give a later --as-of, or leave it out to count to the day after the last order."
        )
    reasons = ", ".join(f"{reason} {tally.rows:,}" for reason, tally in account.set_aside.items())
    advice = {
        "unreadable amount": f"Amounts were read from {_amount_columns(columns)} as numbers like 10.05.",
        "unreadable date": f"Dates were read from {columns.date!r}{_date_words(conventions)}.",
        "missing customer": f"Customers were read from {columns.customer!r}.",
    }
    worst = max(account.set_aside, key=lambda reason: account.set_aside[reason].rows)
    raise DataError(
        f"No line of {source.name} can be used. Set aside: {reasons} of {account.read.rows:,} lines. "
        f"{advice.get(worst, 'Widen the window or the condition.')} Give the right columns, or mend the file."
    )


def _date_words(conventions: Conventions) -> str:
    return f" as {conventions.date.describe()}" if conventions.date else ""


def _amount_columns(columns: Columns) -> str:
    return repr(columns.amount) if columns.amount else f"{columns.quantity!r} x {columns.price!r}"
