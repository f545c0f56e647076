"""An understood source -> its customers at a date, and the account: the way that all who read orders share."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import ibis

from rfmeans.columns.keys import ANY_KEYS, KeyConvention, customer_key
from rfmeans.columns.typed import to_money, to_number
from rfmeans.engines.failures import MalformedError, engine_errors
from rfmeans.errors import DataError
from rfmeans.orders.account import (
    LineAccount,
    Tally,
    account_customers,
    account_lines,
    with_malformed,
)
from rfmeans.orders.apart import count_apart
from rfmeans.orders.checks import check_currencies, check_lines, check_persons, check_totals
from rfmeans.orders.consent import consents
from rfmeans.orders.customers import (
    customers_as_of,
    customers_before,
    customers_from_table,
    group_orders,
    orders_of_some,
    total_orders,
)
from rfmeans.orders.days_apart import MANY_LINES, days_apart
from rfmeans.orders.examples import find_malformed, find_person, find_unread
from rfmeans.orders.headers import check_headers
from rfmeans.orders.order_lines import currency_column
from rfmeans.orders.reasons import BEFORE, HEADER, REASON_BEFORE, USED
from rfmeans.orders.recency_column import read_recency
from rfmeans.orders.remarks import find_overlap, notice
from rfmeans.orders.understand import or_misfit
from rfmeans.orders.whole_orders import takes_from_orders
from rfmeans.orders.window import count_idle, with_window
from rfmeans.settings import CustomerColumns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import ibis.expr.types as ir

    from rfmeans.columns.layout import Layout
    from rfmeans.engines.kept_tables import Workspace
    from rfmeans.orders.noticed import Noticed, Overlap
    from rfmeans.orders.order_lines import OrderLines
    from rfmeans.orders.understand import Understood
    from rfmeans.reading.source import Source
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
        The date recency is counted to; None for a table of customers that gives it in days.
    customers
        customer_id, recency, frequency, monetary, reason (null for those to segment); of orders also first_purchase and
        tenure.
    set_aside
        The source's rows that were not used; None for a table of customers.
    account
        The tallies.
    orders
        The orders, as `rfmeans.orders.customers.total_orders` returns them; None for a table of customers.
    layout
        What the columns of the orders mean; None for a table of customers.
    keys
        How customers and orders are written.
    earlier
        The same customers at each earlier date that was asked for, by date: see
        `rfmeans.orders.customers.customers_before`.
    window
        The days in which purchases and money count for frequency and monetary; None: all history.
    consent
        Who consents to marketing: see `rfmeans.orders.consent.consents`; None where no column tells it.
    begins
        The day on which orders begin where dates long before it seem to be none; None: that of the first line.
    """

    source: Source
    columns: Columns | CustomerColumns
    as_of: dt.date | None
    customers: ir.Table
    set_aside: ir.Table | None
    account: Account
    orders: ir.Table | None = None
    layout: Layout | None = None
    keys: KeyConvention = ANY_KEYS
    earlier: Mapping[dt.date, ir.Table] = field(default_factory=dict)
    window: int | None = None
    consent: ir.Table | None = None
    begins: dt.date | None = None

    @property
    def period_days(self) -> int | None:
        """Days from the first line used to the as-of date, stray ones left out; None for a table of customers."""
        first = self.begins or (self.account.lines and self.account.lines.first_day)
        return (self.as_of - first).days if self.as_of and first else None


def customers_at(
    understood: Understood,
    workspace: Workspace,
    as_of: dt.date | None = None,
    *,
    since: dt.date | None = None,
    earlier: Sequence[dt.date | dt.timedelta] = (),
    spans: Callable[[ir.Table | None], Sequence[dt.timedelta]] | None = None,
    keep_orders: bool = False,
) -> Intake:
    """Read a source and sum it up per customer at a date; a table of customers as it stands.

    Parameters
    ----------
    understood
        The source. Where its rows show that it was not understood right, that is put right, and it is read again.
    workspace
        Keeps the sums on the engine.
    as_of
        The date recency is counted to; None: that of the reading, or the day after the last order.
    since
        First day that counts; None: that of the reading.
    earlier
        More dates, all before it, at which the same customers are wanted: from the same pass. A span of time is so long
        before the as-of date, which takes a look at all days before the pass where that is yet to be found.
    spans
        Orders of some customers (`rfmeans.orders.customers.orders_of_some`) -> more spans of time, for what hangs on
        the orders themselves; None where lines are few, or the engine would take long for it.
    keep_orders
        Keep the orders on the way, for more figures without another pass.

    Raises
    ------
    SourceError
        If the source cannot be read, or its money is in several currencies.
    OutsideError
        If no line lies in the window.
    DataError
        If no other line can be used, most lines are set aside for one reason, or a customer stands in a table of
        customers twice.
    """
    given = understood.reading
    reading = replace(given, as_of=as_of or given.as_of, since=since or given.since)
    asked = _Asked(reading, workspace, earlier, spans, keep_orders)
    while True:
        found = or_misfit(partial(_take_in, understood, asked))
        if isinstance(found, Intake):
            return found
        understood.open_otherwise(found)


@dataclass(frozen=True)
class _Asked:
    """What is asked for, and where sums are kept: see `customers_at`."""

    reading: Reading
    workspace: Workspace
    earlier: Sequence[dt.date | dt.timedelta]
    spans: Callable[[ir.Table | None], Sequence[dt.timedelta]] | None
    keep_orders: bool


@dataclass(frozen=True)
class _Sums:
    """The lines of a source, as it is understood, and what they come to: orders, customers, the account."""

    lines: OrderLines
    dates: Sequence[dt.date]
    orders: ir.Table
    groups: ir.Table
    account: LineAccount


def _take_in(understood: Understood, asked: _Asked) -> Intake | MalformedError:
    """Return the customers, or what shows that rows of the source got lost."""
    with understood.offering(), engine_errors(f"Reading {understood.source.name}"):
        if isinstance(understood.columns, CustomerColumns):
            return _customers_of_table(understood, understood.columns, asked.workspace)
        return _customers_of_orders(understood, asked)


def _customers_of_orders(understood: Understood, asked: _Asked) -> Intake | MalformedError:
    """Sum up the lines until they show nothing that was understood otherwise."""
    source, layout = understood.source, understood.of_orders
    overlap: Overlap | None = None
    while True:
        sums = _sum_up(understood, asked)
        rows = sums.account.read.rows
        if misfit := source.misfit(rows):
            return misfit
        if _is_written_otherwise(understood, sums):
            continue
        overlap = overlap or find_overlap(source, layout, rows, drop_duplicates=asked.reading.drop_duplicates)
        if not _compare_more(understood, asked, sums, overlap):
            return _checked(understood, asked.reading, sums, overlap)


def _sum_up(understood: Understood, asked: _Asked) -> _Sums:
    source, layout, compared = understood.source, understood.of_orders, understood.compared
    lines = understood.lines.of(source, layout, asked.reading, understood.conventions, compared)
    window = asked.reading.window
    dates, as_of = _dates(lines.lines, source, asked)
    counting = with_window(lines.lines, window, as_of) if window and as_of else lines.lines
    orders = total_orders(counting, dates, apart=compared.apart, daily=compared.daily, window=window)
    if asked.keep_orders or compared.apart or takes_from_orders(layout):
        orders = asked.workspace.keep(orders)
    groups = asked.workspace.keep(group_orders(orders, source.engine, dates, window))
    return _Sums(lines, dates, orders, groups, account_lines(groups, source.engine))


def _is_written_otherwise(understood: Understood, sums: _Sums) -> bool:
    """Put right how keys, days and money are understood to be written; return whether that changed."""
    unreadable = UNREADABLE & set(sums.account.set_aside)
    return understood.look_at_keys(sums.groups, sums.account) or (
        bool(unreadable) and understood.look_closer()
    )


def _compare_more(understood: Understood, asked: _Asked, sums: _Sums, overlap: Overlap | None) -> bool:
    """Have lines compared where the account gives reason to; return whether they were not before."""
    before, account = understood.compared, sums.account
    unsold, overlapping = "excluded status" in account.set_aside, bool(overlap and overlap.orders)
    told = days_apart(understood, asked.workspace, asked.reading, sums.lines.lines, account)
    found = before.also(
        understood.of_orders,
        account.hints,
        unsold=unsold,
        overlapping=overlapping,
        **told,
    )
    understood.compare(found)
    return understood.compared != before


def _checked(understood: Understood, reading: Reading, sums: _Sums, overlap: Overlap | None) -> Intake:
    """Return the customers, once their lines are found to be such that they tell something."""
    source, layout, lines = understood.source, understood.of_orders, sums.lines
    account = with_malformed(sums.account, source.malformed_lines)
    if understood.compared.totals:
        check_totals(lines.lines)
    if HEADER in account.set_aside:
        check_headers(lines.set_aside, layout, source.table.columns)
    check_lines(account, source, layout, reading, fitted=understood.fitted is not None)
    check_currencies(account, lines.lines, currency_column(layout, understood.conventions))
    check_persons(sums.groups, layout)
    assert account.last_day is not None
    as_of = reading.as_of or account.last_day + dt.timedelta(days=1)
    customers = customers_as_of(sums.groups, as_of)
    told_apart = understood.compared.apart or takes_from_orders(layout)
    compared = understood.compared
    apart = count_apart(sums.orders, daily=compared.daily, clocks=compared.clocks) if told_apart else None
    noticed = notice(source, layout, reading, account, understood.line, apart, overlap, lines)
    clustered, others = account_customers(customers)
    everyone = clustered.rows + sum(tally.rows for tally in others.values())
    noticed = replace(
        noticed,
        line_total=understood.line_total,
        older_only=_count_older_only(lines.lines, sums.groups) if BEFORE in account.set_aside else 0,
        since_days=(as_of - reading.since).days if reading.since else 0,
        window=reading.window,
        malformed=find_malformed(source),
        unread=find_unread(lines.set_aside, layout, account),
        idle=count_idle(customers, reading.window),
        person=find_person(source.table, layout, account.orders, everyone),
    )
    return Intake(
        source,
        layout.columns,
        as_of,
        customers,
        # Where the account knows of none, nobody needs to look for them again.
        lines.set_aside if account.set_aside else lines.set_aside.filter(ibis.literal(False)),
        Account(account, clustered, others, noticed),
        sums.orders,
        layout,
        understood.conventions.keys,
        customers_before(sums.groups, sums.dates),
        reading.window,
        consents(source, layout, understood.conventions, reading.timezone),
    )


def _count_older_only(lines: ir.Table, groups: ir.Table) -> int:
    """Return how many customers have lines before the window, and none that is used."""
    older = lines.filter(lines.reason == REASON_BEFORE, lines.customer_id.notnull()).select("customer_id")
    used = groups.filter(groups.line_reason == USED).select("customer_id")
    return int(older.distinct().anti_join(used, "customer_id").count().to_pyarrow().as_py())


def _dates(lines: ir.Table, source: Source, asked: _Asked) -> tuple[list[dt.date], dt.date | None]:
    """Return dates of which some are told by their distance to the as-of date, and that date where it is needed.

    Both are none where no line is used.
    """
    reading = asked.reading
    dates = [each for each in asked.earlier if isinstance(each, dt.date)]
    spans = [each for each in asked.earlier if isinstance(each, dt.timedelta)]
    seen = lines.filter(lines.reason == USED).ordered_on
    if asked.spans:
        some = _orders_of_some(lines, source, asked.workspace)
        spans += asked.spans(some)
        seen = seen if some is None else some.last_day
    as_of = reading.as_of
    if (spans or reading.window) and as_of is None:
        last = seen.max().to_pyarrow().as_py()
        as_of = last and last + dt.timedelta(days=1)
    return dates + [as_of - span for span in spans if as_of and as_of - dt.date.min >= span], as_of


def _orders_of_some(lines: ir.Table, source: Source, workspace: Workspace) -> ir.Table | None:
    hashed = source.engine.key_hash(lines.customer_id)
    if hashed is None or (source.rows or source.table.count().to_pyarrow().as_py()) <= MANY_LINES:
        return None
    return workspace.keep(orders_of_some(lines, hashed))


def _customers_of_table(
    understood: Understood, columns: CustomerColumns, workspace: Workspace
) -> Intake | MalformedError:
    source, written = understood.source, understood.conventions
    table, of_frequency, of_money = source.table, str(columns.frequency), str(columns.monetary)
    recency = read_recency(table[columns.recency], source.engine, understood.reading, written)
    purchases = to_number(table[of_frequency], written.money.get(of_frequency), role="frequency")
    money = to_money(table[of_money], source.engine, written.money.get(of_money), role="monetary")
    typed = {
        "customer_id": customer_key(table[columns.customer], source.engine, written.keys),
        "recency": recency.days,
        "frequency": purchases.cast("int64" if purchases.type().is_integer() else "float64"),
        "monetary": money,
    }
    customers = workspace.keep(customers_from_table(table, typed))
    if misfit := source.misfit(customers.count().to_pyarrow().as_py()):
        return misfit
    _check_one_row_each(customers)
    account = Account(None, *account_customers(customers))
    return Intake(source, columns, recency.as_of, customers, None, account)


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
