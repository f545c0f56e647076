"""The whole assignment, from orders to segments, as one SQL statement.

The steps are the pipeline's own: each builds the same Ibis expression as a run does. Here every step reads the
one before it under its name, so that each becomes one named query of the statement.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, fields, replace
from textwrap import indent
from typing import TYPE_CHECKING

from rfmeans.arguments import argument, named
from rfmeans.columns.content import TOLD_BY_CONTENT
from rfmeans.columns.conventions import Conventions
from rfmeans.columns.keys import ANY_KEYS
from rfmeans.columns.layouts import as_asked, recognise, with_columns
from rfmeans.engines.dispatch import find_dialect
from rfmeans.errors import ModelError, SettingsError
from rfmeans.model.orders_table import columns_of
from rfmeans.model.sql_text import (
    HOLE,
    TEMPLATE,
    check_readable,
    columns_read,
    from_table,
    parse,
    prune,
    quoted_column,
    simplify,
    source_table,
    star,
    to_text,
)
from rfmeans.model.steps import Step
from rfmeans.orders.apart import join_days, total_days
from rfmeans.orders.compared import all_of
from rfmeans.orders.customers import ORDER_KEY, group_used_orders, total_used_orders, used_customers
from rfmeans.orders.order_lines import read_lines, used_lines
from rfmeans.orders.where import KEPT, check_condition, check_names, select_kept
from rfmeans.orders.window import with_window
from rfmeans.settings import Columns, Reading
from rfmeans.wording import counted, within

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import ibis.expr.types as ir
    from sqlglot import exp

    from rfmeans.columns.keys import KeyConvention
    from rfmeans.columns.layout import Layout
    from rfmeans.engines.engine import Engine
    from rfmeans.model.orders_table import OrdersTable
    from rfmeans.orders.compared import Compared

# What is read from a file's text, or by its bytes, and means nothing to a table of an engine.
OF_FILES = ("encoding", "delimiter", "header", "sheet", "table", "date_format", "decimal")
# Types of columns that nothing is known of: text is right for any key, and float64 holds any amount.
MONEY_ROLES = ("amount", "quantity", "price", "refund")
ANY_TYPE = {"date": "date", **dict.fromkeys(MONEY_ROLES, "float64")}
UNKNOWN = "unknown"
MOMENT = "timestamp('UTC')"
HEAD = "Customer segments, written by rfmeans"  # how the comment at the top begins
INPUT, CONDITION = "rfmeans_orders", "\0"  # the latter where no name can be


def to_statement(
    steps: Sequence[Step],
    dialect_name: str,
    orders: str,
    remembered: OrdersTable | None,
    reading: Reading,
    types: Mapping[str, str],
    head: Sequence[str],
) -> str:
    """Return the statement.

    Parameters
    ----------
    steps
        From customers (customer_id, recency, frequency, monetary, reason) to the result.
    dialect_name
        One of `rfmeans.engines.dispatch.DIALECTS`.
    orders
        Name of the table of orders as the dialect writes it, or a template such as ``{{ ref('orders') }}``.
    remembered
        The table that the model was fitted on, if it knows.
    reading
        How to read the orders; columns by role come before what is remembered.
    types
        Types of columns by name, as Ibis writes them, before what is remembered.
    head
        Lines of the comment at the top.

    Raises
    ------
    SettingsError
        If the dialect is unknown, or the reading asks for what a statement cannot do.
    SourceError
        If the columns are not known, or their types do not fit their roles.
    """
    dialect = find_dialect(dialect_name)
    _check(reading)
    layout = _layout(remembered, reading)
    known = _types(layout, remembered, types)
    check_names(known)
    _check_zone(layout, known, reading)
    written = Conventions(keys=remembered.keys if remembered else ANY_KEYS)
    compared = replace(
        all_of(layout),
        daily=bool(remembered and remembered.daily),
        clocks=bool(remembered and remembered.clocks),
    )
    all_steps = [*_line_steps(layout, reading, known, dialect, written, compared), *steps]
    source = source_table(orders, dialect)
    taken, judged, queries = source.name.lower(), {}, []
    if reading.where is not None:
        check_condition(reading.where, dialect.grammar)
        check_readable(reading.where, dialect)
        name = _free("judged_lines", taken)
        queries = [_judged(name, reading.where, source, known, dialect)]
        source, judged = source_table(name, dialect), {KEPT: "boolean"}
    compiled = _compiled(all_steps, {**known, **judged}, dialect, taken)
    text = _written(
        queries, compiled, source, dialect, [*head, *_not_read(layout), *_not_composed(written.keys, dialect)]
    )
    return text.replace(HOLE, orders) if TEMPLATE in orders else text


def _check(reading: Reading) -> None:
    plain = Reading()
    asked = [name for name in OF_FILES if getattr(reading, name) != getattr(plain, name)]
    if asked:
        raise SettingsError(
            f"{named(asked[0])} is for reading files. A statement reads a table with columns of dates and numbers: "
            "leave it out."
        )
    if reading.drop_duplicates:
        raise SettingsError(
            "A statement does not know all columns of the table, so it cannot drop duplicates. "
            "Give a table without them, such as a view with SELECT DISTINCT."
        )


def describe_model(version: str, customers: int, as_of: dt.date | None, text: str) -> list[str]:
    """Return lines that tell which model a statement was written from, and by which version; ``text``: its JSON."""
    at = f" as of {as_of}" if as_of else ""
    digest = hashlib.sha256(text.encode()).hexdigest()
    return [
        f"{HEAD} {version}: the model of {customers:,} customers{at}",
        f"(SHA-256 of model.json: {digest}) as one statement.",
    ]


# What the columns are


def _layout(remembered: OrdersTable | None, reading: Reading) -> Layout:
    given = reading.columns
    if not isinstance(given, Columns):
        raise SettingsError("A statement begins at order lines, not at a table of customers.")
    if remembered is not None:
        return as_asked(with_columns(remembered.layout, given), reading)
    named = [getattr(given, role.name) for role in fields(given) if getattr(given, role.name)]
    if not named:
        raise ModelError(
            "The model does not know the columns of the orders: it was fitted on a table of customers, or by an "
            f"older version. Give them: {argument('customer')}, {argument('date')}, and {argument('amount')}, or "
            f"{argument('quantity')} with {argument('price')}; and {argument('order')}."
        )
    return recognise(named, reading)


def _not_read(layout: Layout) -> list[str]:
    """Return lines of a comment on what a run would look for in the values, which a statement cannot."""
    absent = [role for role in TOLD_BY_CONTENT if getattr(layout.columns, role) is None]
    if not absent:
        return []
    return [
        f"It reads no column of a {' or a '.join(absent)}: the fit knew none, and a statement cannot look for one",
        "in the values, as a run does. Where the table has one, give its name.",
    ]


def _not_composed(keys: KeyConvention, dialect: Engine) -> list[str]:
    """Return lines of a comment on names that a run on the engine refuses, and a statement cannot look for."""
    if not keys.varied or dialect.composes:
        return []
    return [
        f"Letters written in two characters make another id here, for {dialect.title or dialect.backend} has no",
        "function to tell that they are one. Normalise the columns of customers and orders to NFC before.",
    ]


def _types(layout: Layout, remembered: OrdersTable | None, told: Mapping[str, str]) -> dict[str, str]:
    """Return the type of each column; unknown for one that has to be cast."""
    names = columns_of(layout)
    stray = sorted(set(told) - set(names))
    if stray:
        raise SettingsError(
            f"The type of {stray[0]!r} was given, but the statement reads no such column. "
            f"It reads {', '.join(names)}."
        )
    known = {**_lasting(remembered), **{name: _checked(name, kind) for name, kind in told.items()}}
    types = {name: known.get(name, UNKNOWN) for name in names}
    _check_types(layout, types)
    return types


def _lasting(remembered: OrdersTable | None) -> dict[str, str]:
    """Return the types that are likely to be those of another table as well.

    What a file holds as text may be anything in a database, and a date may be a timestamp.
    """
    import ibis

    types = remembered.types if remembered else {}
    known = {name: ibis.dtype(_checked(name, kind)) for name, kind in types.items()}
    return {name: types[name] for name, kind in known.items() if kind.is_numeric() or kind.is_timestamp()}


def _checked(name: str, kind: str) -> str:
    import ibis

    try:
        return str(ibis.dtype(kind))
    except Exception as error:
        raise SettingsError(
            f"There is no type {kind!r} (given for {name!r}). "
            "Give one such as int64, string, date, timestamp, timestamp('UTC'), float64 or decimal(18, 2)."
        ) from error


def _check_types(layout: Layout, types: Mapping[str, str]) -> None:
    """Refuse text where a date or a number is needed."""
    import ibis

    for role, name in asdict(layout.columns).items():
        if name is None or types[name] == UNKNOWN or role not in ANY_TYPE:
            continue
        kind = ibis.dtype(types[name])
        fits = kind.is_temporal() if role == "date" else kind.is_numeric() and not kind.is_boolean()
        if not fits:
            raise SettingsError(
                f"A statement needs {'a date or timestamp' if role == 'date' else 'numbers'} as the {role}, but the "
                f"type of {name!r} is {kind}. Convert it in the database first, such as in a view."
            )


def _check_zone(layout: Layout, types: Mapping[str, str], reading: Reading) -> None:
    """Refuse a time zone where nothing says that the column holds moments, not days."""
    import ibis

    column = layout.columns.date
    assert column is not None
    kind = types[column]
    if reading.timezone is None or (kind != UNKNOWN and getattr(ibis.dtype(kind), "timezone", None)):
        return
    raise SettingsError(
        f"A time zone needs a column of moments, but the type of {column!r} is {kind}. If it holds moments in the "
        f"database, say so: {argument('types', {column: MOMENT})}; if not, leave the zone out."
    )


# The steps from lines to customers


def _line_steps(
    layout: Layout,
    reading: Reading,
    types: Mapping[str, str],
    dialect: Engine,
    written: Conventions,
    compared: Compared,
) -> Iterator[Step]:
    import ibis

    roles = {name: role for role, name in asdict(layout.columns).items() if name}
    cast = {
        name: ANY_TYPE.get(roles.get(name, ""), "string") for name, kind in types.items() if kind == UNKNOWN
    }

    def typed(table: ir.Table) -> ir.Table:
        columns = {name: table[name].cast(cast[name]) if name in cast else table[name] for name in types}
        return table.select(**columns, **{name: table[name] for name in table.columns if name == KEPT})

    def lines(table: ir.Table) -> ir.Table:
        kept = table if KEPT in table.columns else table.mutate(**{KEPT: ibis.literal(True)})
        return read_lines(kept, dialect, layout, reading, written, compared)

    if cast:
        yield Step("source_lines", "The columns that count, as what they are read as.", typed)
    yield Step(
        "order_lines", "One row per order line: whose it is, of which order, its day, its money.", lines
    )
    used = "The lines that count: a customer, a day and an amount are known, and nothing sets them aside."
    yield Step("used_lines", used, lambda table: used_lines(table, dialect, layout, reading, compared))
    if reading.window:
        yield _window_step(reading.window, reading.as_of)
    yield from _order_steps(compared)
    customer = (
        "One row per customer. A purchase is an order whose total is above zero; its day is the first line's."
    )
    yield Step("customer_totals", customer, group_used_orders)
    until = f"to {reading.as_of}" if reading.as_of else "to the day after the last order in the data"
    yield Step(
        "customers",
        f"Recency in days from the last purchase {until}, frequency in purchases, monetary net of returns"
        f"{', both' if reading.window else ''}{within(reading.window)}.",
        lambda table: used_customers(table, reading.as_of),
    )


def _window_step(window: int, as_of: dt.date | None) -> Step:
    says = f"Whether a line lies in the window of {counted(window, 'day')}, whose money and purchases count."
    return Step("windowed_lines", says, lambda table: with_window(table, window, as_of))


def _order_steps(compared: Compared) -> Iterator[Step]:
    order = "One row per order: all lines of one customer with one order id, or without one of one day."
    if not compared.apart:
        yield Step("order_totals", order, total_used_orders)
        return
    days = "One row per order id and day; without an order id per day."
    yield Step("order_days", days, lambda table: total_days(table, *ORDER_KEY))
    far = "on different days" if compared.daily else "more than a day apart"
    far += ", or half a day by their times," if compared.clocks else ""
    apart = f"One row per order. Sales under one order id {far} are orders of their own."
    yield Step("order_totals", apart, lambda table: join_days(table, *ORDER_KEY, daily=compared.daily))


# The text


def _compiled(
    steps: Sequence[Step], types: Mapping[str, str], dialect: Engine, taken: str
) -> list[tuple[Step, exp.Select]]:
    """Return each step with its query; a step whose name is that of the orders gets another one."""
    import ibis

    unknown = ibis.expr.datatypes.unknown
    schema = {name: unknown if kind == UNKNOWN else kind for name, kind in types.items()}
    table = ibis.table(schema, name=INPUT)
    found: list[tuple[Step, exp.Select]] = []
    for step in steps:
        named = replace(step, name=_free(step.name, taken))
        built = step.build(table)
        select = parse(built, dialect)
        if found:
            star(select, table.columns)
        found.append((named, select))
        table = ibis.table(built.schema(), name=named.name)
    for (_, select), (_, reader) in zip(found[-2::-1], found[:0:-1], strict=True):
        if not select.is_star and not reader.is_star:
            prune(select, columns_read(reader))
    return found


def _free(name: str, taken: str) -> str:
    return f"{name}_" if name == taken else name


def _judged(name: str, condition: str, orders: exp.Table, columns: Iterable[str], dialect: Engine) -> str:
    """Return the query with the condition; line breaks in its texts are part of it, so it is not indented.

    Columns are named, not taken by ``*``: the table may have others, one called `KEPT` among them.
    """
    says = "All lines of the table, and of each whether the condition is true."
    text = select_kept(
        CONDITION, orders.sql(dialect=dialect.grammar), [quoted_column(column, dialect) for column in columns]
    )
    return _query(name, says, text).replace(CONDITION, condition)


def _query(name: str, says: str, text: str, kept: str = "") -> str:
    return f"-- {says}\n{name} AS {kept}(\n{indent(text, '  ')}\n)"


def _written(
    queries: list[str],
    found: list[tuple[Step, exp.Select]],
    orders: exp.Table,
    dialect: Engine,
    head: Sequence[str],
) -> str:
    texts = []
    for step, select in found:
        from_table(select, {INPUT: orders})
        simplify(select)
        texts.append((step, to_text(select, dialect)))
    *others, (last, result) = texts
    steps = (
        _query(step.name, step.says, text, dialect.materialized if step.reused else "")
        for step, text in others
    )
    named = ",\n\n".join([*queries, *steps])
    comment = "".join(f"-- {line}\n" for line in head)
    return f"{comment}\nWITH\n\n{named}\n\n-- {last.says}\n{result}\n"
