"""A source and the account of its lines -> what is to be said of them: `rfmeans.orders.noticed.Noticed`."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import ibis

from rfmeans.arguments import Message, argument
from rfmeans.columns.keys import order_key
from rfmeans.columns.layout import ANY_TABLE, PER_ORDER
from rfmeans.columns.layout_files import built_in
from rfmeans.columns.roles import plain
from rfmeans.orders.noticed import Duplicates, Noticed, Overlap, Status
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
    from rfmeans.orders.order_lines import OrderLines
    from rfmeans.reading.source import Source
    from rfmeans.settings import Reading

# Counting equal lines, or orders in several files, takes longer than summing all lines up. From so many lines on it is
# done for one slice of them, by their hash: equal lines fall into it or none, and so do the lines of one order.
EXACT_LINES = 2_000_000
SLICES = 16
FEW = 10  # customers to one of the model's: with fewer, orders are probably not all of them
SHOWN_STATUSES = 20


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
        per_order=layout.amount_per == PER_ORDER,
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
