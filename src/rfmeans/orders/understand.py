"""A source -> what its columns mean, and how its text is written: all that reading it at any date needs.

The first rows tell it. Whether it holds on all of them shows as they are read, in `rfmeans.orders.intake`, which
then asks here for a better understanding: no row is read for that alone.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import ibis

from rfmeans.columns.content import numbering_orders, told_by_content, without_silent
from rfmeans.columns.conventions import Conventions, find_conventions
from rfmeans.columns.keys import (
    KeyConvention,
    check_whole,
    counts_from_zero,
    look_at_keys,
    may_vary,
    walk_ins,
)
from rfmeans.columns.layout import ANY_TABLE, used_columns
from rfmeans.columns.layout_files import own_layouts
from rfmeans.columns.layouts import customer_columns, recognise
from rfmeans.columns.line_totals import LineTotal, as_line_total, find_line_total
from rfmeans.columns.marks import with_marks
from rfmeans.columns.order_totals import as_order_total
from rfmeans.columns.roles import MissingColumnError, SeveralColumnsError, by_role
from rfmeans.columns.typed import clock
from rfmeans.columns.undecided import UndecidedError
from rfmeans.engines.failures import MalformedError, engine_errors
from rfmeans.engines.kept_tables import Workspace
from rfmeans.errors import RFMeansError, SourceError
from rfmeans.listener import SILENT, Listener
from rfmeans.orders.checks import check_comparing, check_currency_column
from rfmeans.orders.column_choices import column_choices
from rfmeans.orders.compared import VARIED, Compared
from rfmeans.orders.copies import without_copies
from rfmeans.orders.examples import find_places
from rfmeans.orders.filled import fill_dates, fill_dittos, fill_down
from rfmeans.orders.group_rows import check_group_rows
from rfmeans.orders.kept_lines import KeptLines
from rfmeans.orders.order_lines import currency_column, wordy_columns
from rfmeans.orders.reasons import USED
from rfmeans.orders.recency_column import holds_dates
from rfmeans.orders.remarks import understood_line
from rfmeans.orders.stated_once import fill_stated_once
from rfmeans.orders.total_rows import total_in_head
from rfmeans.orders.where import with_condition
from rfmeans.reading.open import ways_to_open
from rfmeans.settings import CustomerColumns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import ibis.expr.datatypes as dt
    import ibis.expr.types as ir

    from rfmeans.columns.layout import Layout
    from rfmeans.orders.account import LineAccount
    from rfmeans.reading.source import Source
    from rfmeans.settings import Columns, Reading

Result = TypeVar("Result")

LOOKED_AT = 10_000  # rows that tell what columns mean


def understand(
    source: Any,
    reading: Reading,
    listener: Listener = SILENT,
    fitted: Columns | None = None,
    *,
    zero: bool = False,
) -> Understood:
    """Open a source and find out what its columns mean.

    Parameters
    ----------
    source, reading, listener
        What, how, and who hears of it.
    fitted
        The columns of the orders that a model was fitted on; see `rfmeans.columns.content.told_by_content`.
    zero
        Whether 0 is known to be a customer: some of a shop's orders do not tell it from a guest.

    Raises
    ------
    SourceError
        If the source cannot be read or its columns are not understood.
    """
    own_layouts(reading.layouts)  # a damaged file of them is told before any work
    with ExitStack() as failing:
        found = failing.enter_context(
            Understood(ways_to_open(source, reading), reading, listener, fitted, zero=zero)
        )
        found.open_otherwise(None)
        failing.pop_all()
    return found


class Understood(AbstractContextManager["Understood"]):
    """An open source and what its columns mean. It owns the source: use it as a context manager, or close it.

    `rfmeans.orders.intake.customers_at` reads it, at as many dates as are wanted. What turns out not to hold on all
    rows is put right here, so that the next date need not find it out again.

    Attributes
    ----------
    source
        What is open.
    reading
        How it is read.
    columns
        Its columns by role.
    layout
        What the columns of orders mean; None for a table of customers.
    conventions
        How their text is written.
    compared
        Which lines are compared with each other.
    days_compared
        Whether it was looked for order numbers that begin again each day.
    line_total
        That the price is the whole line's; None where it is not.
    line
        All that in one line; blank for a table of customers.
    lines
        The order lines, as they were taken in last.
    fitted
        The columns of the orders that a model was fitted on; None without one.
    """

    source: Source
    columns: Columns | CustomerColumns
    layout: Layout | None
    conventions: Conventions
    compared: Compared
    line_total: LineTotal | None = None
    line: str = ""

    def __init__(
        self,
        ways: Iterator[Callable[[], Source]],
        reading: Reading,
        listener: Listener,
        fitted: Columns | None = None,
        *,
        zero: bool = False,
    ) -> None:
        self.reading = reading
        self._zero = zero
        self.fitted = fitted
        self._ways = ways
        self._listener = listener
        self._opened = ExitStack()
        self.lines = KeptLines()
        self.days_compared = False

    def open_otherwise(self, misfit: MalformedError | None) -> None:
        """Open the source in the next way to read it, and find out anew what it means.

        Raises
        ------
        MalformedError
            If there is no other way: ``misfit`` says what was wrong with the last one.
        """
        for way in self._ways:
            misfit = or_misfit(partial(self._open, way))
            if misfit is None:
                return
        assert misfit is not None
        raise misfit

    @property
    def of_orders(self) -> Layout:
        """The layout, where it is known that these are orders."""
        assert self.layout is not None
        return self.layout

    @contextmanager
    def offering(self) -> Iterator[None]:
        """Where a column is asked for, offer those of the source, each with values in it."""
        try:
            yield
        except RFMeansError as error:
            if error.asks:
                given = {name for _, name in by_role(self.reading.columns)}
                error.choices += column_choices(error.asks, self.source.table, given)
                error.asks = ""
            raise

    def look_closer(self) -> bool:
        """Look at all rows where only the first were looked at; return whether their text is written otherwise."""
        before = self.conventions
        if not before.whole:
            self.conventions = self._conventions(self.of_orders, whole=True)
            self._say(self.of_orders, self.conventions)
        return self.conventions != before

    def compare(self, compared: Compared) -> None:
        """Compare these lines with each other from now on.

        Raises
        ------
        SourceError
            If they are to be compared on an engine where Ibis cannot say it.
        """
        check_comparing(self.source.engine, self.of_orders, self.reading, compared)
        self.compared = compared

    def tells_clock(self) -> bool:
        """Whether the dates of orders have times; of text the first rows tell it."""
        column, how = self.source.table[str(self.of_orders.columns.date)], self.conventions.date
        if how is None:
            return bool(column.type().is_timestamp())
        rows = self.source.table.limit(LOOKED_AT)
        minutes = clock(rows[column.get_name()], self.source.engine, self.reading.timezone, how)
        return bool(minutes.notnull().any().to_pyarrow().as_py())

    def look_at_keys(self, groups: ir.Table, account: LineAccount) -> bool:
        """Look at all keys where the customers give reason to; return whether they are written otherwise than thought.

        ``groups`` are those of `rfmeans.orders.customers.group_orders`.

        Raises
        ------
        SourceError
            If a spreadsheet has spoilt ids, or the engine cannot tell two writings of one name to be one.
        """
        layout, before = self.of_orders, self.conventions.keys
        found = before
        if not before.varied and ("conflicting order" in account.set_aside or self._varies(groups)):
            names = [name for _, name in layout.customers]
            names += [layout.columns.order] if layout.columns.order else []
            pointed = look_at_keys(self.source.table, names, self.source.engine)
            found = replace(before, varied=True, whole=pointed)
        if account.zero_ids and layout.name == ANY_TABLE:
            customers = groups.filter(groups.line_reason == USED)
            found = replace(found, zero=counts_from_zero(customers, account.zero_ids))
        if isinstance(groups.customer_id, ibis.expr.types.StringColumn) and not before.nobody:
            found = replace(found, nobody=walk_ins(groups.filter(groups.line_reason == USED)))
        if found == before:
            return False
        self.conventions = replace(self.conventions, keys=found)
        if found.describe():
            self._say(layout, self.conventions)
        return True

    def _varies(self, groups: ir.Table) -> bool:
        told = [(groups.signs >= VARIED).fill_null(False)]
        if isinstance(groups.customer_id, ibis.expr.types.StringColumn):
            told.append(may_vary(groups.customer_id, self.source.engine).fill_null(False))
        return bool(told) and bool(ibis.or_(*told).any().to_pyarrow().as_py())

    def _open(self, way: Callable[[], Source]) -> None:
        self.close()
        self.days_compared = False
        self.source = way()
        self._opened.callback(self.source.close)
        self.source = without_copies(self.source, self._named())
        self._listener.opened(self.source)
        with self.offering(), engine_errors(f"Reading {self.source.name}"):
            # What cannot be used is told before any row is looked at.
            with_condition(self.source.table, self.source.engine, self.reading.where, self.source.called)
            self._find_meaning()

    def _named(self) -> list[str]:
        """Return the columns that the user named."""
        condition = self.reading.where or ""
        return [
            *(name for _, name in by_role(self.reading.columns)),
            *(name for name in self.source.table.columns if name in condition),
        ]

    def _find_meaning(self) -> None:
        table, given = self.source.table, self.reading.columns
        if isinstance(given, CustomerColumns):
            found = customer_columns(table.columns, given)
            check_whole(table[found.customer])
            dates = found.recency if holds_dates(table[found.recency]) else None
            figures = [
                name for name in (found.recency, found.frequency, found.monetary) if name and name != dates
            ]
            self.layout, self.columns = None, found
            written = find_conventions(
                table,
                self.source.engine,
                dates,
                figures,
                self.reading,
                whole=True,
                typed=self.source.typed,
                mixed=self.source.mixed,
            )
            pointed = look_at_keys(table, [str(found.customer)], self.source.engine)
            self.conventions = replace(written, keys=KeyConvention(whole=pointed, zero=True))
            return
        with Workspace() as looked:
            self._find_layout(given, looked)

    def _find_layout(self, given: Columns, looked: Workspace) -> None:
        try:
            known = self._recognised()
        except MissingColumnError as error:
            check_group_rows(self.source, error.roles)
            raise
        head = self._head(looked, known)
        if not given.order:
            known = numbering_orders(head, known, self.fitted)
        layout = told_by_content(head, known, self.fitted)
        chosen = bool(given.status or self.reading.keep_status)
        layout = self.layout = with_marks(head, layout, chosen=chosen)
        for fill in (fill_dittos, fill_down, fill_dates):
            filled = fill(self.source, layout, head)
            if filled is not self.source:
                self.source = filled
                head = self._head(looked, layout)
        totals = self.source.ordered and total_in_head(
            head, _texts(head, wordy_columns(head.columns, layout))
        )
        self.compare(Compared(totals=totals))
        self.conventions = self._conventions(layout, whole=False)
        stated = fill_stated_once(self.source, layout, head, self.conventions, self.reading)
        if stated is not self.source:
            self.source = stated
            head = self._head(looked, layout)
        if given.price is None:  # else it was said what it is
            self.line_total = find_line_total(
                head, self.source.engine, layout, self.conventions.money, self.fitted
            )
        if self.line_total:
            layout = self.layout = as_line_total(layout, self.line_total)
        if self.reading.amount_per is None:
            layout = self.layout = as_order_total(head, self.source.engine, layout, self.conventions.money)
        self.columns = layout.columns
        self._say(layout, self.conventions)
        check_currency_column(currency_column(layout, self.conventions), self.reading)

    def _recognised(self) -> Layout:
        """Return the layout; of several columns for one role those that say nothing in any row are none."""
        header = [*self.source.table.columns]
        while True:
            try:
                return recognise(header, self.reading)
            except SeveralColumnsError as error:
                telling = without_silent(self.source.table, error.columns)
                if not 0 < len(telling) < len(error.columns):
                    raise
                header = [name for name in header if name in telling or name not in error.columns]

    def _head(self, looked: Workspace, layout: Layout) -> ir.Table:
        """Return the rows that all are told by: the first ones, where rows have no order those of the first days.

        Tables of a database grow at their end, so that these are the same from day to day.
        """
        table, ordered = self.source.table, self.source.ordered
        if ordered:
            return looked.keep(table.limit(LOOKED_AT))
        names = [layout.columns.date, layout.columns.order, *(name for _, name in layout.customers)]
        read = used_columns(layout)
        # Not every type of an engine can be kept, such as a point.
        kept = [name for name in table.columns if name in read or _is_plain(table[name].type())]
        by = [table[name] for name in names if name]
        return looked.keep(table.order_by(by).select(*kept).limit(LOOKED_AT))

    def _conventions(self, layout: Layout, *, whole: bool) -> Conventions:
        source, columns = self.source, layout.columns
        of_money = (columns.amount, columns.quantity, columns.price, columns.refund, layout.left)
        money = [name for name in of_money if name]
        try:
            found = find_conventions(
                source.table,
                source.engine,
                columns.date,
                money,
                self.reading,
                whole=whole,
                typed=source.typed,
                mixed=source.mixed,
                ordered=source.ordered,
            )
        except UndecidedError as error:
            said = f"{error.message.marked}{find_places(source, error)}"
            raise SourceError(said, error.choices, error.asks) from error
        keys = self.conventions.keys if whole else KeyConvention(varied=False, zero=self._zero)
        return replace(found, keys=keys).of_text(padded=source.padded, powers=source.powers)

    def _say(self, layout: Layout, found: Conventions) -> None:
        self.line = understood_line(layout, found, self.source, self.line_total)
        self._listener.understood(self.line)

    def close(self) -> None:
        """Close what was opened; harmless when repeated."""
        self.lines.drop()
        self._opened.close()

    def __exit__(self, *_: object) -> None:
        self.close()


def _is_plain(kind: dt.DataType) -> bool:
    return bool(kind.is_string() or kind.is_numeric() or kind.is_temporal() or kind.is_boolean())


def _texts(table: ir.Table, names: Sequence[str]) -> list[str]:
    return [name for name in names if table[name].type().is_string()]


def or_misfit(work: Callable[[], Result]) -> Result | MalformedError:
    """Return what a part of the reading does, or the error with which the engine's own CSV reader stumbled in it."""
    try:
        return work()
    except MalformedError as error:
        return error
