"""What the account of the lines gives reason to refuse, and what it gives reason to say."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import ibis

from rfmeans.arguments import Choice, Message, argument, named
from rfmeans.columns.keys import order_key
from rfmeans.columns.layout import ANY_TABLE
from rfmeans.columns.layout_files import built_in
from rfmeans.columns.roles import plain
from rfmeans.orders.order_lines import outer_names
from rfmeans.orders.reasons import MALFORMED, USED
from rfmeans.orders.statuses import does_count, is_known
from rfmeans.reading.source import FILE
from rfmeans.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from rfmeans.columns.conventions import Conventions
    from rfmeans.columns.layout import Layout
    from rfmeans.columns.line_totals import LineTotal
    from rfmeans.engines.engine import Engine
    from rfmeans.orders.account import LineAccount
    from rfmeans.orders.apart import Apart
    from rfmeans.orders.examples import Unread
    from rfmeans.orders.order_lines import OrderLines
    from rfmeans.orders.window import Idle
    from rfmeans.reading.source import Source
    from rfmeans.settings import Reading

# Counting equal lines, or orders in several files, takes longer than summing all lines up. From so many lines on it is
# done for one slice of them, by their hash: equal lines fall into it or none, and so do the lines of one order.
EXACT_LINES = 2_000_000
SLICES = 16
FEW = 10  # customers to one of the model's: with fewer, orders are probably not all of them
SHOWN = 5
SHOWN_STATUSES = 20
LONGEST_WORD = 40


@dataclass(frozen=True)
class Duplicates:
    """Lines that are equal to an earlier one in every column.

    ``about``: estimated from a slice of the lines; ``kept``: used like any other line, not set aside.
    """

    lines: int
    about: bool = False
    kept: bool = True


@dataclass(frozen=True)
class Overlap:
    """Orders of which lines stand in several files, and the number of files they stand in.

    ``about``: estimated from a slice of the orders; ``older``: lines of an older state of their order, set aside.
    """

    orders: int
    files: int
    about: bool = False
    older: int = 0


@dataclass(frozen=True)
class Status:
    """A status, its rows, whether orders of that status count, and whether it is a word that is known."""

    name: str
    rows: int
    counts: bool
    known: bool = True


@dataclass(frozen=True)
class Noticed:
    """What is to be said of a source beside its account.

    Attributes
    ----------
    understood
        What was understood of it, in one line.
    duplicates
        None where they were not counted.
    overlap
        None where there is one file or no order id.
    statuses
        The most frequent ones; empty where there is no column of them.
    caution
        What may be wrong with giving these orders to a model; blank where nothing is.
    apart
        Order numbers whose sales lie apart; None where there are none.
    older_only
        Customers who ordered before the window alone.
    since_days, window
        How many days of orders count, and how many count for frequency and monetary; 0 and None: all.
    line_total
        That the price was found to be the whole line's; None where it is not.
    totals
        Rows that say that they are totals and were set aside.
    unread
        Values that are no amount or no date, by example.
    idle
        Customers with nothing in the window of frequency and monetary; None without one.
    person
        A sentence on a column that may hold the person, where the customer's seems to hold ids of orders; else blank.
    malformed
        A sentence on lines of text that are no rows; blank where there are none.
    """

    understood: str
    duplicates: Duplicates | None = None
    overlap: Overlap | None = None
    statuses: tuple[Status, ...] = ()
    caution: str = ""
    apart: Apart | None = None
    line_total: LineTotal | None = None
    older_only: int = 0
    since_days: int = 0
    window: int | None = None
    totals: int = 0
    unread: tuple[Unread, ...] = ()
    person: str = ""
    idle: Idle | None = None
    malformed: str = ""

    def sentences(self) -> tuple[str, ...]:
        """Return what is worth a sentence on a terminal or in a report."""
        said = (
            *(self.caution, self.of_apart(), self.of_statuses(), self.of_unknown()),
            *(self.person, self.malformed, self.of_totals(), *(each.describe() for each in self.unread)),
            *(self._of_duplicates(), self._of_overlap(), self._of_older(), self._of_short_window()),
            self.idle.sentence if self.idle else "",
        )
        return tuple(map(Message, filter(None, said)))

    def choices(self) -> tuple[Choice, ...]:
        """Return what can be given for what was noticed; unlike those of an error, nothing needs to be."""
        found = self.duplicates
        again = found is not None and found.lines > 0 and found.kept
        overlapping = self.overlap is not None and self.overlap.orders > 0
        drop = [Choice({"drop_duplicates": True}, "set repeated lines aside")] if again or overlapping else []
        unknown = any(not each.known for each in self.statuses)
        keep = [
            Choice({"keep_status": each.name}, counted(each.rows, "row")) for each in self.statuses if unknown
        ]
        return (*drop, *keep)

    def of_apart(self) -> str:
        """Return what was done with order numbers that are not unique in time; blank where all are."""
        if self.apart is None:
            return ""
        numbers = self.apart.numbers
        return (
            f"{counted(numbers, 'order number')} {'stands' if numbers == 1 else 'stand'} on days far apart and "
            f"{'was' if numbers == 1 else 'were'} counted as {counted(self.apart.orders, 'order')}."
        )

    def of_totals(self) -> str:
        """Return what was done with rows of totals; blank where there are none."""
        if not self.totals:
            return ""
        say, cover = (
            ("say that they are totals", "their") if self.totals > 1 else ("says that it is a total", "its")
        )
        return (
            f"{counted(self.totals, 'row')} {say}, and {cover} money is the sum of others: set aside, "
            f"{'they are' if self.totals > 1 else 'it is'} no order."
        )

    def of_statuses(self) -> str:
        """Return the statuses as a sentence; blank where there is none."""
        parts = []
        for verb, counts in (("count", True), ("do not count", False)):
            named = [
                f"{_short(each.name)} ({each.rows:,})" for each in self.statuses if each.counts == counts
            ]
            if named:
                parts.append(f"{', '.join(named)} {verb}")
        return f"Rows by status: {'; '.join(parts)}." if parts else ""

    def of_unknown(self) -> str:
        """Return the statuses that nothing is known of as a sentence; blank where there is none."""
        parts = []
        for verb, counts in (("counted", True), ("not counted", False)):
            names = [_short(each.name) for each in self.statuses if each.counts == counts and not each.known]
            if names:
                parts.append(f"{', '.join(names)} ({verb})")
        if not parts:
            return ""
        return (
            f"Not known as a status: {'; '.join(parts)}. Say which ones are sales with "
            f"{argument('keep_status', 'NAME,NAME')}."
        )

    def _of_duplicates(self) -> str:
        found = self.duplicates
        if not found or not found.lines or not found.kept:
            return ""
        several = found.lines > 1
        return (
            f"{'About ' if found.about else ''}{counted(found.lines, 'line')} {'repeat' if several else 'repeats'} an "
            f"earlier line in every column and {'are' if several else 'is'} kept. Add "
            f"{argument('drop_duplicates', True)} to set such lines aside if they are no sales of their own."
        )

    def _of_older(self) -> str:
        if not self.older_only:
            return ""
        verb = "is" if self.older_only == 1 else "are"
        said = (
            f"{counted(self.older_only, 'customer')} ordered before the window ({named('since')}) alone and {verb} not "
            "among these: older orders count neither as money nor as the last purchase."
        )
        if self.window:
            return said
        return (
            f"{said} To limit frequency and monetary alone, and count recency over all history, give "
            f"{argument('window', f'{self.since_days}d')} in its place."
        )

    def _of_short_window(self) -> str:
        if not self.window or not 0 < self.since_days < self.window:
            return ""
        return (
            f"{named('since')} leaves {counted(self.since_days, 'day')} of orders: frequency and monetary are of "
            f"these, not of {counted(self.window, 'day')} ({named('window')})."
        )

    def _of_overlap(self) -> str:
        if not self.overlap or not self.overlap.orders:
            return ""
        about = "about " if self.overlap.about else ""
        older = self.overlap.older
        changed = (
            f"What {counted(older, 'line')} {'says' if older == 1 else 'say'} of an order is stated newer elsewhere: "
            f"{'it is' if older == 1 else 'they are'} set aside. "
        )
        return (
            f"The files overlap: {about}{counted(self.overlap.orders, 'order')} in more than one of "
            f"{self.overlap.files:,} files. {changed if older else ''}Where that repeats their lines, "
            f"{argument('drop_duplicates', True)} sets the copies aside."
        )


def caution(customers: int, fitted: int) -> str:
    """Return a sentence where so few customers get a segment that their history is probably not whole; else blank.

    >>> caution(900, 1000)
    ''
    >>> print(caution(3, 13_493))
    Only 3 customers get a segment; the model was fitted on 13,493. If these are the newest orders alone, segments are \
wrong: recency, frequency and monetary need each customer's whole history.
    """
    if customers * FEW >= fitted:
        return ""
    return (
        f"Only {counted(customers, 'customer')} {'gets' if customers == 1 else 'get'} a segment; the model was fitted "
        f"on {fitted:,}. If these are the newest orders alone, segments are wrong: recency, frequency and monetary "
        "need each customer's whole history."
    )


def understood_line(
    layout: Layout, conventions: Conventions, source: Source, line_total: LineTotal | None = None
) -> str:
    """Return one line on how the source is read: the columns, the conventions of its text, the file."""
    unused = overlooked(layout, source.table.columns)
    price = line_total.describe() if line_total else ""
    parts = (layout.describe(), price, unused, conventions.describe(), source.understood)
    return Message("; ".join(filter(None, parts)))


def overlooked(layout: Layout, header: Sequence[str]) -> str:
    """Return which columns look like a refund or a status although nothing is taken for it; blank if none does.

    >>> from rfmeans.columns.layouts import recognise
    >>> header = ["customer", "date", "amount", "refunded", "shop_status"]
    >>> print(Message(overlooked(recognise(header), header)))
    not used: refunded (refund=), shop_status (status=)
    """
    used = {*asdict(layout.columns).values(), *layout.status_columns, layout.kind}
    # Known exports say by themselves what they hold, but not always whether an order counts.
    roles = ["refund", "status"] if layout.name == ANY_TABLE else ["status"]
    if layout.columns.status:
        roles.remove("status")
    parts = built_in()["orders"]["looks_like"]
    alike = [
        f"{name} ({argument(role)})"
        for role in roles
        if getattr(layout.columns, role) is None
        for name in header
        if name not in used and any(part in plain(name) for part in parts[role])
    ]
    return f"not used: {', '.join(alike)}" if alike else ""


def notice(
    source: Source,
    layout: Layout,
    reading: Reading,
    account: LineAccount,
    read_as: str,
    apart: Apart | None,
    overlap: Overlap | None,
    lines: OrderLines,
) -> Noticed:
    """Return what is to be said of a source beside its account.

    ``read_as`` is what was understood of it.
    """
    rows = account.read.rows - source.malformed_lines
    dropped = account.set_aside.get("duplicate line")
    older = account.set_aside.get("older state of the order")
    totals = account.set_aside.get("total row")
    return Noticed(
        understood=read_as,
        duplicates=Duplicates(dropped.rows if dropped else 0, kept=False)
        if reading.drop_duplicates
        else _used_duplicates(lines, source, rows, account.used.rows),
        overlap=replace(overlap, older=older.rows if older else 0) if overlap else None,
        statuses=count_statuses(source.table, source.engine, layout, asked=reading.keep_status is not None),
        apart=apart,
        totals=totals.rows if totals else 0,
    )


def _used_duplicates(found: OrderLines, source: Source, rows: int, used: int) -> Duplicates | None:
    """Return the repeated lines among those used: what is equal in every column is used, or set aside, as a whole.

    None on an engine that would take long for it. Where lines are many, one slice of them is counted.
    """
    about, lines = rows > EXACT_LINES, found.lines
    if "same" not in lines.columns and about:
        return None
    if "same" not in lines.columns:
        unused = _own_columns(found.set_aside, source)
        aside = _count_repeated(source.engine, unused, rows - used) if rows > used else 0
        return Duplicates(max(_count_repeated(source.engine, source.table, rows) - aside, 0))
    looked_at = lines.filter(lines.same % SLICES == 0) if about else lines
    not_used = looked_at.reason != USED if rows > used else ibis.literal(False)
    groups = looked_at.group_by("same").agg(all=looked_at.count(), aside=looked_at.count(where=not_used))
    groups = groups.filter(groups["all"] > 1)
    repeated = (groups["all"] - 1 - ibis.greatest(groups.aside - 1, 0)).sum()
    copies = int(repeated.to_pyarrow().as_py() or 0)
    return Duplicates(max(copies, 0) * (SLICES if about else 1), about)


def _own_columns(set_aside: ir.Table, source: Source) -> ir.Table:
    """Return the source's columns of the lines set aside that are lines of it: malformed ones are none."""
    kept = set_aside.filter(set_aside.reason != MALFORMED) if "text" in set_aside.columns else set_aside
    return kept.select(*outer_names(source.table.columns).values())


def _count_repeated(engine: Engine, table: ir.Table, rows: int) -> int:
    lines = table.select(**{name: engine.comparable(table[name]) for name in table.columns}).distinct()
    return rows - int(lines.count().to_pyarrow().as_py())


def find_overlap(
    source: Source, layout: Layout, rows: int, *, drop_duplicates: bool = False
) -> Overlap | None:
    """Return which orders stand in several files; None where there is one file or no order id."""
    if source.files < 2 or layout.columns.order is None:
        return None
    lines, engine = source.located, source.engine
    hashed = engine.quick_hash(order_key(lines[layout.columns.order], engine)) if rows > EXACT_LINES else None
    about = hashed is not None
    if hashed is not None:
        lines = lines.filter(hashed % SLICES == 0)
    if drop_duplicates:
        lines = lines.group_by(*source.table.columns).agg(**{FILE: lines[FILE].min()})
    placed = lines.select(order=order_key(lines[layout.columns.order], engine), file=lines[FILE])
    placed = placed.filter(placed.order.notnull())
    orders = placed.group_by("order").agg(first=placed.file.min(), last=placed.file.max())
    apart = orders.filter(orders["first"] != orders["last"])
    found = apart.count().to_pyarrow().as_py()
    return Overlap(int(found) * (SLICES if about else 1), source.files, about)


def count_statuses(
    table: ir.Table, engine: Engine, layout: Layout, *, asked: bool = False
) -> tuple[Status, ...]:
    """Return the most frequent statuses, and which of them count; ``asked``: the user said which."""
    if layout.columns.status is None:
        return ()
    named = table.select(status=engine.stripped(table[layout.columns.status].cast("string")).nullif(""))
    named = named.filter(named.status.notnull())
    found = named.group_by("status").agg(rows=named.count())
    most = found.order_by(ibis.desc("rows"), "status").limit(SHOWN_STATUSES).to_pyarrow().to_pylist()
    return tuple(
        Status(
            row["status"],
            row["rows"],
            does_count(row["status"].lower(), layout),
            asked or is_known(row["status"].lower(), layout),
        )
        for row in most
    )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_WORD else text[: LONGEST_WORD - 3] + "..."
