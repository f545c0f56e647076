"""What the user passed -> customers and the account: the way that fitting and assigning share."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis

from rfmeans.arguments import argument
from rfmeans.columns.conventions import Conventions, find_conventions
from rfmeans.columns.layouts import customer_columns, recognise
from rfmeans.columns.typed import check_whole, customer_key, money, number
from rfmeans.columns.undecided import UndecidedError, shortened
from rfmeans.errors import DataError, SourceError
from rfmeans.orders.account import (
    LineAccount,
    Tally,
    account_customers,
    account_lines,
    with_malformed,
)
from rfmeans.orders.checks import check_currencies, check_currency_column, check_lines
from rfmeans.orders.customers import customers_as_of, customers_from_table, group_orders, total_orders
from rfmeans.orders.order_lines import OrderLines, currency_column, order_lines, takes_from_orders
from rfmeans.orders.remarks import notice, understood
from rfmeans.reading.open import with_source
from rfmeans.reading.source import FILE, LINE, Source
from rfmeans.settings import CustomerColumns

if TYPE_CHECKING:
    from collections.abc import Callable

    import ibis.expr.types as ir

    from rfmeans.columns.layouts import Layout
    from rfmeans.engines.kept_tables import Workspace
    from rfmeans.orders.remarks import Noticed
    from rfmeans.settings import Columns, Reading


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
    noticed
        What was understood and what else is to be said; None for a table of customers.
    """

    lines: LineAccount | None
    clustered: Tally
    customers_set_aside: dict[str, Tally]
    noticed: Noticed | None = None


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
        The orders, as `rfmeans.orders.customers.total_orders` returns them; None for a table of customers.
    layout
        What the columns of the orders mean; None for a table of customers.
    """

    source: Source
    columns: Columns | CustomerColumns
    as_of: dt.date | None
    customers: ir.Table
    set_aside: ir.Table | None
    account: Account
    orders: ir.Table | None = None
    layout: Layout | None = None


def read(
    source: Any,
    reading: Reading,
    workspace: Workspace,
    *,
    keep_orders: bool = False,
    on_understood: Callable[[str], None] | None = None,
    on_open: Callable[[Source], None] | None = None,
) -> Intake:
    """Read a source and sum it up per customer; a table of customers as it stands.

    With ``keep_orders`` the orders are kept on the engine on the way, for more figures without another pass.
    ``on_open`` is called with the opened source, ``on_understood`` with one line on what was understood, both
    before the lines are read.

    Raises
    ------
    SourceError
        If the source cannot be read, its columns are not understood, or its money is in several currencies.
    DataError
        If no line can be used, most lines are set aside for one reason, or a customer stands in a table of
        customers twice.
    """
    job = _Job(reading, workspace, keep_orders, on_understood or _unheard, on_open or _unheard)
    return with_source(source, reading, job.read)


def _check_comparing(table: ir.Table, layout: Layout, reading: Reading) -> None:
    """Refuse on Polars what compares lines with each other: Ibis cannot say it there."""
    if table.get_backend().name != "polars" or not (reading.drop_duplicates or takes_from_orders(layout)):
        return
    dropping = f"{argument('drop_duplicates', True)} compares"
    asked = dropping if reading.drop_duplicates else "Values of whole orders compare"
    raise SourceError(
        f"{asked} lines with each other, which Ibis cannot do on Polars. Pass the Polars frame itself, which is read "
        "on DuckDB."
    )


def _unheard(_said: object) -> None:
    return None


@dataclass(frozen=True)
class _Job:
    """The steps of reading one source."""

    reading: Reading
    workspace: Workspace
    keep_orders: bool
    tell: Callable[[str], None]
    see: Callable[[Source], None]

    def read(self, opened: Source) -> Intake:
        self.see(opened)
        if isinstance(self.reading.columns, CustomerColumns):
            return _read_customers(opened, self.reading.columns, self.reading, self.workspace)
        return self._read_orders(opened)

    def _read_orders(self, opened: Source) -> Intake:
        layout = recognise(opened.table.columns, self.reading)
        _check_comparing(opened.table, layout, self.reading)
        conventions = self._conventions(opened, layout)
        check_currency_column(currency_column(layout, conventions), self.reading)
        lines, orders, groups = self._sum_up(opened, layout, conventions)
        account = account_lines(groups)
        opened.check_rows(account.read.rows)
        if not conventions.whole and UNREADABLE & set(account.set_aside):
            # What the first rows told does not hold on all: look at all of them.
            closer = self._conventions(opened, layout, whole=True)
            if closer != conventions:
                lines, orders, groups = self._sum_up(opened, layout, closer)
                account = account_lines(groups)
            conventions = closer
        account = with_malformed(account, opened.malformed_lines)
        check_lines(account, opened, layout, self.reading)
        check_currencies(account, lines.lines, currency_column(layout, conventions))
        assert account.last_day is not None
        as_of = self.reading.as_of or account.last_day + dt.timedelta(days=1)
        customers = customers_as_of(groups, as_of)
        clustered, aside = account_customers(customers)
        noticed = notice(opened, layout, self.reading, account, understood(layout, conventions, opened))
        return Intake(
            opened,
            layout.columns,
            as_of,
            customers,
            # Where the account knows of none, nobody needs to look for them again.
            lines.set_aside if account.set_aside else lines.set_aside.filter(ibis.literal(False)),
            Account(account, clustered, aside, noticed),
            orders,
            layout,
        )

    def _conventions(self, opened: Source, layout: Layout, *, whole: bool = False) -> Conventions:
        columns = layout.columns
        money = [name for name in (columns.amount, columns.quantity, columns.price, columns.refund) if name]
        try:
            found = find_conventions(
                opened.table,
                columns.date,
                money,
                date_format=self.reading.date_format,
                decimal=self.reading.decimal,
                timezone=self.reading.timezone,
                whole=whole,
            )
        except UndecidedError as error:
            raise SourceError(f"{error.message.marked}{_places(opened, error)}") from error
        found = found.of_text(padded=opened.padded, powers=opened.powers)
        self.tell(understood(layout, found, opened))
        return found

    def _sum_up(
        self, opened: Source, layout: Layout, conventions: Conventions
    ) -> tuple[OrderLines, ir.Table, ir.Table]:
        """Return the lines, their orders, and the groups per customer, which are kept on the engine."""
        lines = order_lines(opened, layout, self.reading, conventions)
        orders = total_orders(lines.lines)
        if self.keep_orders:
            orders = self.workspace.keep(orders)
        return lines, orders, self.workspace.keep(group_orders(orders))


def _places(opened: Source, error: UndecidedError) -> str:
    """Return a sentence on where the examples of a message stand; blank where rows have no place."""
    if not opened.ordered or not opened.located[error.column].type().is_string():
        return ""
    found = [_place(opened, error.column, value) for value in error.examples]
    said = [
        f"{shortened(value.strip())} {'' if at else 'stands '}in {place}"
        for at, (value, place) in enumerate(zip(error.examples, found, strict=True))
    ]
    return f" {', '.join(said)}." if all(found) else ""


def _place(opened: Source, column: str, value: str) -> str:
    """Return the first line on which a value stands."""
    rows = opened.located.filter(opened.located[column] == value)
    first = rows.order_by(FILE, LINE).select(FILE, LINE).limit(1).to_pyarrow().to_pylist()
    if not first or first[0][LINE] is None:
        return ""
    file = f" of {Path(first[0][FILE]).name}" if opened.files > 1 else ""
    return f"line {first[0][LINE]:,}{file}"


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
