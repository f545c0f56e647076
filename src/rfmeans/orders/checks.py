"""The account -> what it gives reason to refuse: a source whose lines are lost, money in several currencies."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import ibis

from rfmeans.arguments import Choice, argument, named
from rfmeans.chosen_statuses import ALL_STATUSES, quoted_status
from rfmeans.columns.layout import PER_ORDER
from rfmeans.columns.layout_files import built_in
from rfmeans.errors import DataError, SourceError
from rfmeans.orders.group_rows import check_group_rows
from rfmeans.orders.noticed import short
from rfmeans.orders.reasons import MISSING, USED
from rfmeans.orders.remarks import count_statuses
from rfmeans.orders.whole_orders import takes_from_orders
from rfmeans.wording import counted

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from rfmeans.columns.layout import Layout
    from rfmeans.engines.engine import Engine
    from rfmeans.orders.account import LineAccount
    from rfmeans.orders.compared import Compared
    from rfmeans.reading.source import Source
    from rfmeans.settings import Reading

LOST_SHARE = 0.5
# What the user asked for is no loss.
ASKED = (
    "excluded by where",
    "duplicate line",
    "other currency",
    "on or after the as-of date",
    "before the window",
)
SHOWN = 5
MOST_KINDS = 4
MOST_CURRENCIES = 200  # there are some 180 in the world


OUTSIDE = ("on or after the as-of date", "before the window")


class NothingUsedError(DataError):
    """No line can be used."""


class OutsideError(NothingUsedError):
    """No order lies in the window; ``first`` and ``last`` are the days of those seen."""

    def __init__(self, message: str, first: dt.date, last: dt.date, choices: Sequence[Choice] = ()) -> None:
        super().__init__(message, choices)
        self.first, self.last = first, last


def check_comparing(engine: Engine, layout: Layout, reading: Reading, compared: Compared) -> None:
    """Refuse what compares lines with each other where Ibis cannot say it: on Polars.

    Raises
    ------
    SourceError
        If lines are to be compared.
    """
    if engine.compares_lines:
        return
    asked = {
        f"{argument('drop_duplicates', True)} compares": reading.drop_duplicates,
        "Values of whole orders compare": takes_from_orders(layout),
        f"To tell apart orders of one {layout.columns.order!r} on different days compares": compared.apart,
        "To find the refunds of orders that do not count compares": compared.taken_back,
    }
    for what, needed in asked.items():
        if needed:
            raise SourceError(
                f"{what} lines with each other, which Ibis cannot do on Polars. Pass the Polars frame itself, which is "
                "read on DuckDB."
            )


def check_totals(lines: ir.Table) -> None:
    """Refuse to take for an order what says that it is a total, but is not the sum of lines that it can cover.

    Raises
    ------
    SourceError
        If there is such a line.
    """
    asked = lines.filter(lines.asked.notnull())
    found = asked.order_by("file", "line").limit(1).to_pyarrow().to_pylist()
    if not found:
        return
    row, more = found[0], asked.count().to_pyarrow().as_py() - 1
    others = f", and so {'does' if more == 1 else 'do'} {more:,} more" if more else ""
    raise SourceError(
        f"Line {row['line']:,} says {short(row['asked'].strip())!r} like a total{others}, but its money, "
        f"{row['amount']:,.2f}, is not the sum of lines that it could cover. If it is a total, leave it out with "
        f"{argument('where')}; if it is an order, call it something else in the file."
    )


def check_persons(groups: ir.Table, layout: Layout) -> None:
    """Refuse a column of customers that holds what kind of customer each is, new or returning, in place of who.

    Raises
    ------
    SourceError
        If all of the few customers are such words; ``groups``: those of `rfmeans.orders.customers.group_orders`.
    """
    if not isinstance(groups.customer_id, ibis.expr.types.StringColumn):
        return
    keys = groups.filter(groups.customer_id.notnull()).select("customer_id").distinct()
    found = sorted(keys.limit(MOST_KINDS + 1).to_pyarrow()["customer_id"].to_pylist())
    words = [key.split(":", 1)[-1] for key in found]
    if not found or len(found) > MOST_KINDS or not all(map(_is_kind, words)):
        return
    raise SourceError(
        f"{' or '.join(repr(column) for _, column in layout.customers)} says what kind of customer each is, "
        f"{' or '.join(map(repr, words))}, and not who. Export the orders again with the customer's id, address or "
        f"name, or give the column of it with {argument('customer', 'NAME')}.",
        asks="customer",
    )


def _is_kind(text: str) -> bool:
    """Whether a text says what kind of customer one is, as "Returning" and "Nouveaux clients" do."""
    words = built_in()["kinds"]
    told = set(text.casefold().split()).difference(words["customers"])
    return bool(told) and told.issubset(words["kinds"])


def check_lines(
    account: LineAccount, source: Source, layout: Layout, reading: Reading, *, fitted: bool = False
) -> None:
    """Refuse a source of which no line can be used, or of which most lines are lost, and say what became of them.

    ``fitted``: for a model, whose window stays.

    Raises
    ------
    NothingUsedError
        If no line can be used.
    DataError
        If more than half are set aside for one reason that nobody asked for.
    """
    if account.used.rows:
        _check_loss(account, source, layout, reading)
        _check_window(account, reading, fitted=fitted)
        return
    if not account.read.rows:
        raise NothingUsedError(
            f"{source.name} holds a header but no order line. Export it again with its orders."
        )
    outside = sum(account.set_aside[reason].rows for reason in OUTSIDE if reason in account.set_aside)
    if account.seen and outside > LOST_SHARE * account.read.rows:
        raise OutsideError(_outside(account, reading), *account.seen, _widening(reading, "as_of", "since"))
    if MISSING in account.set_aside:
        check_group_rows(source, ("customer",))
    lost = ", ".join(f"{reason} {tally.rows:,}" for reason, tally in account.set_aside.items())
    worst = max(account.set_aside, key=lambda reason: account.set_aside[reason].rows)
    wrong = _Wrong.probably(worst, source, layout)
    raise NothingUsedError(
        f"No line of {source.name} can be used. Set aside: {lost} of {account.read.rows:,} lines. "
        f"{wrong.said} Give the right columns, or mend the file.",
        wrong.choices,
        wrong.asks,
    )


def _check_window(account: LineAccount, reading: Reading, *, fitted: bool) -> None:
    if account.older is None or account.in_window.rows:
        return
    raise DataError(
        f"No line that is used lies in the window of {counted(reading.window or 0, 'day')} up to the as-of date "
        f"{reading.as_of}: the last order is of {account.last_day}. Leave {argument('as_of')} out to "
        f"count to the day after the last order, or fit with a longer {argument('window')}.",
        _widening(reading, "as_of", *([] if fitted else ["window"])),
    )


def _outside(account: LineAccount, reading: Reading) -> str:
    assert account.seen is not None
    since = f"on or after {reading.since}, the first day of the window" if reading.since else ""
    before = f"before the as-of date {reading.as_of}" if reading.as_of else ""
    advice = f"Give an earlier {argument('since')}, or leave it out."
    if OUTSIDE[0] in account.set_aside:
        advice = (
            f"Give a later {argument('as_of')}, or leave it out to count to the day after the last order."
        )
    return (
        f"No order is dated {' and '.join(filter(None, (since, before)))}. The orders run from {account.seen[0]} to "
        f"{account.seen[1]}. {advice}"
    )


ENDS = {
    "as_of": "count to the day after the last order",
    "since": "take the oldest orders as well",
    "window": "count purchases and money of all orders",
}


def _widening(reading: Reading, *ends: str) -> list[Choice]:
    """Return what makes the window wider: leaving out an end of it."""
    return [Choice({name: None}, ENDS[name]) for name in ends if getattr(reading, name)]


def _check_loss(account: LineAccount, source: Source, layout: Layout, reading: Reading) -> None:
    read = account.read.rows
    # Words for what was not sold say so themselves; that a word is in no list of a known export's may be a slip.
    told = reading.keep_status or layout.parts or (layout.keep_status is None and not layout.also)
    asked = {*ASKED, *(["excluded status"] if told else [])}
    for reason, tally in account.set_aside.items():
        if reason in asked or reading.accept_loss or tally.rows <= LOST_SHARE * read:
            continue
        wrong = _Wrong.probably(reason, source, layout)
        without = Choice({"accept_loss": True}, f"go on without these {tally.rows:,} lines")
        raise DataError(
            f"{tally.rows:,} of {read:,} lines ({100 * tally.rows / read:.0f} %) would be set aside for one reason: "
            f"{reason}. {wrong.said} To go on without these lines, add {without}.",
            (*wrong.choices, without),
            wrong.asks,
        )


@dataclass(frozen=True)
class _Wrong:
    """What is probably wrong where lines are lost: in words, with the answers, or the column to be asked for."""

    said: str
    choices: tuple[Choice, ...] = ()
    asks: str = ""

    @classmethod
    def probably(cls, reason: str, source: Source, layout: Layout) -> _Wrong:
        said = _probably_wrong(reason, source, layout)
        if reason == "excluded status":
            found = count_statuses(source.table, source.engine, layout)
            each = [
                Choice({"keep_status": quoted_status(status.name)}, counted(status.rows, "row"))
                for status in found
            ]
            return cls(said, (*each, Choice({"keep_status": ALL_STATUSES}, "every one of them")))
        if reason == "conflicting order":
            if layout.amount_per == PER_ORDER:
                return cls(said, (Choice({"amount_per": "line"}, "the amounts are those of lines"),))
            return cls(said, asks="order")
        if reason == "other currency":
            return cls(said, (Choice({"currency": None}, "all lines, if they are in one currency"),))
        asked = {
            "missing customer": "customer",
            "unreadable date": "date",
            "unreadable amount": "amount",
        }
        return cls(said, asks=asked.get(reason, ""))


def _probably_wrong(reason: str, source: Source, layout: Layout) -> str:
    columns = layout.columns
    statuses = " and ".join(map(repr, layout.status_columns))
    keys = " or ".join(repr(column) for _, column in layout.customers)
    amount = repr(columns.amount) if columns.amount else f"{columns.quantity!r} x {columns.price!r}"
    wrong = "That is probably not the right column; give it with"
    per = argument("amount_per", "line") if layout.amount_per == PER_ORDER else argument("order", "NAME")
    return {
        "missing customer": f"Customers were read from {keys}. {wrong} {argument('customer', 'NAME')}.",
        "unreadable date": f"Dates were read from {columns.date!r}. {wrong} {argument('date', 'NAME')}.",
        "unreadable amount": f"Amounts were read from {amount}. {wrong} {argument('amount', 'NAME')}.",
        "excluded status": f"Statuses were read from {statuses}{_held(source, layout, reason)}. If these "
        f"orders were sold, say so with {argument('keep_status', 'NAME,NAME')}, or {argument('keep_status', 'all')}.",
        "conflicting order": f"Rows with one {columns.order!r} state different totals, customers or statuses, so the "
        f"amounts are probably not the order's, or the order ids not unique. Try {per}.",
        "malformed line": "The file is probably damaged, or written in another way than was found; give "
        f"{argument('delimiter')} or {argument('encoding')}, or export it again.",
        "other currency": f"Currencies were read from {columns.currency or columns.amount!r}; choose one of them.",
    }.get(reason, "Widen the window or the condition.")


def _held(source: Source, layout: Layout, reason: str) -> str:
    """Return which statuses there are, where they are the reason."""
    found = count_statuses(source.table, source.engine, layout) if reason == "excluded status" else ()
    listed = ", ".join(f"{short(each.name)} ({each.rows:,})" for each in found[:SHOWN])
    return f", which holds {listed}{', ...' if len(found) > SHOWN else ''}" if listed else ""


def check_currency_column(column: str | None, reading: Reading) -> None:
    """Refuse to choose a currency where nothing tells it.

    Raises
    ------
    SourceError
        If there is no column of currencies.
    """
    if reading.currency is not None and column is None:
        every_one = Choice({"currency": None}, "all lines count")
        raise SourceError(
            f"{named('currency')} needs to know the currency of each line, and no column was recognised as the "
            f"currency. Give it with {argument('currency_column', 'NAME')}, or leave {every_one} out.",
            (every_one,),
            asks="currency_column",
        )


def check_currencies(account: LineAccount, lines: ir.Table, column: str | None) -> None:
    """Refuse to add up two currencies, which ``column`` tells.

    Raises
    ------
    SourceError
        If the lines that would be used are in several.
    """
    if not account.several_currencies:
        return
    used = lines.filter(lines.reason == USED)
    found = used.group_by("currency").agg(rows=used.count(), money=used.amount.sum())
    found = found.filter(found.currency.notnull())
    most = found.order_by(ibis.desc("rows"), "currency").limit(SHOWN).to_pyarrow().to_pylist()
    more = found.count().to_pyarrow().as_py() - len(most)
    listed = "; ".join(
        f"{short(row['currency'])} {counted(row['rows'], 'line')} worth {Decimal(row['money'] or 0):,.2f}"
        for row in most
    )
    if len(most) + more > MOST_CURRENCIES:
        raise SourceError(
            f"Column {column!r} was taken as the currency, but holds {len(most) + more:,} different values, such as "
            f"{', '.join(short(row['currency']) for row in most)}. That is probably not the right column; give it "
            f"with {argument('currency_column', 'NAME')}, or choose one value with {argument('currency')}.",
            asks="currency_column",
        )
    choices = [
        Choice(
            {"currency": row["currency"]},
            f"{counted(row['rows'], 'line')} worth {Decimal(row['money'] or 0):,.2f}",
        )
        for row in most
    ]
    raise SourceError(
        f"The orders are in {len(most) + more:,} currencies"
        f"{f' (column {column!r})' if column else ''}: {listed}{f'; and {more:,} more' if more else ''}. Money in "
        "different currencies cannot be added up. Choose one, like "
        f"{argument('currency', short(most[0]['currency']))}, or "
        f"give a column with amounts in one currency with {argument('amount', 'NAME')} and its currency with "
        f"{argument('currency_column', 'NAME')}.",
        choices,
    )
