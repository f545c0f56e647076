"""Header -> layout: which export this is, and which of its columns is the customer, the date, the amount.

The names are data, in ``layouts.toml`` and in a file of the user's own; the rules are here. A known export is
recognised by its header. In any other table a role goes to the one column whose name is known for it; where none
fits, or two do, the user is asked, never guessed for. What the user gives counts before both.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

from rfmeans.arguments import Choice, argument, named
from rfmeans.chosen_statuses import ALL_STATUSES
from rfmeans.columns.layout import ANY_TABLE, PER_LINE, PER_ORDER, Also, Layout
from rfmeans.columns.layout_files import KINDS, built_in, own_layouts
from rfmeans.columns.roles import by_role, check_given, plain, refuse_amount, require, several, tells_article
from rfmeans.errors import SourceError
from rfmeans.settings import Columns, CustomerColumns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rfmeans.settings import Reading

AnyColumns = TypeVar("AnyColumns", Columns, CustomerColumns)

REQUIRED = ("customer", "date")


def recognise(header: Sequence[str], reading: Reading | None = None) -> Layout:
    """Return the layout of a table of orders.

    Parameters
    ----------
    header
        The names of its columns.
    reading
        What the user said of them: columns by role, amounts per line or per order, statuses to keep.

    Raises
    ------
    SourceError
        If a role has no column, two columns fit it, or what the user said cannot be.

    >>> header = ["InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"]
    >>> found = recognise(header)
    >>> found.name, found.columns.order, found.columns.quantity, found.columns.price
    ('UCI Online Retail', 'InvoiceNo', 'Quantity', 'UnitPrice')
    >>> recognise(["Kunden-ID", "Bestellnr.", "Datum", "Betrag (EUR)"], None)
    Traceback (most recent call last):
    rfmeans.errors.SourceError: No column was recognised as the amount. The columns are: Kunden-ID, Bestellnr., \
Datum, Betrag (EUR). Give amount='NAME', or quantity='NAME' with price='NAME' (not recognised: quantity= and price=).
    """
    given = reading.columns if reading and isinstance(reading.columns, Columns) else Columns()
    for role, name in by_role(given):
        check_given(role, name, header)
    known = _known_layout(header, own_layouts(reading.layouts)) if reading else None
    known = known or _known_layout(header, built_in()["layout"])
    found = _known(known, header, given) if known else _any_table(header, given)
    return as_asked(found, reading) if reading else found


def customer_columns(header: Sequence[str], given: CustomerColumns) -> CustomerColumns:
    """Return the columns of a table with one row per customer by role; all four are required.

    Raises
    ------
    SourceError
        If a role has no column, or two columns fit it.
    """
    for role, name in by_role(given):
        check_given(role, name, header)
    found = _by_synonyms(built_in()["customers"], header, given, {field.name for field in fields(given)})
    require(found, header, ("customer", "recency", "frequency", "monetary"))
    return found


# A known export


def _known_layout(header: Sequence[str], layouts: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the layout with the most of its columns in the header, if it has all of them."""
    have = {plain(name) for name in header}
    fitting = [layout for layout in layouts if {plain(name) for name in layout["recognised_by"]} <= have]
    return max(fitting, key=lambda layout: len(layout["recognised_by"]), default=None)


def _known(layout: dict[str, Any], header: Sequence[str], given: Columns) -> Layout:
    roles = {field.name for field in fields(Columns)} - {"customer"} - _replaced(given)
    found = {role: _first(layout.get(role, ()), header) for role in roles}
    customers = tuple(
        (kind, column) for kind in KINDS if (column := _first(layout["customer"].get(kind, ()), header))
    )
    found |= dict(by_role(given))
    columns = Columns(**{**found, "customer": given.customer or (customers[0][1] if customers else None)})
    require(columns, header, REQUIRED)
    keep = layout.get("keep_status")
    by_parts = columns.amount is None
    return Layout(
        name=layout["name"],
        columns=columns,
        customers=_given_customer(given, customers),
        amount_per=PER_LINE if by_parts else layout.get("amount_per", PER_LINE),
        order_level=layout.get("order_level", False),
        left=None if given.amount else _first(layout.get("left", ()), header),
        consent=_consent(columns, header, layout.get("consent", ())),
        parts=layout.get("parts", False),
        updated=_first(built_in()["orders"]["updated"], header),
        also=() if given.status else _also(layout, columns, header),
        **_statuses(columns, keep, layout.get("refunded_status", ())),
    )


def _consent(columns: Columns, header: Sequence[str], own: Sequence[str] = ()) -> str | None:
    """Return the column that tells who consents to marketing, which no role has."""
    free = [name for name in header if name not in _taken(columns)]
    return _first((*own, *built_in()["orders"]["consent"]), free)


def _also(layout: dict[str, Any], columns: Columns, header: Sequence[str]) -> tuple[Also, ...]:
    """Return the further columns that must let a row count, those that the file has."""
    found = []
    for entry in layout.get("also", ()):
        name = _first(entry["columns"], header)
        if name is not None and name not in _taken(columns):
            keep, drop = tuple(entry.get("keep", ())), tuple(entry.get("drop", ()))
            unless = _first(entry.get("unless", ()), header) or ""
            filled, empty = entry.get("filled", False), entry.get("empty", False)
            found.append(Also(name, keep, drop, filled, empty, unless))
    return tuple(found)


def _replaced(given: Columns) -> set[str]:
    """Return the roles that what was given stands in for: the amount, or quantity and price."""
    if given.amount:
        return {"quantity", "price"}
    return {"amount"} if given.quantity or given.price else set()


def _first(names: Sequence[str], header: Sequence[str]) -> str | None:
    by_plain = {plain(column): column for column in reversed(header)}
    return next((by_plain[plain(name)] for name in names if plain(name) in by_plain), None)


def _given_customer(given: Columns, customers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Return the customer's key as the user gave it, of the kind that the column is known for."""
    if given.customer is None:
        return customers
    return (next((pair for pair in customers if pair[1] == given.customer), ("id", given.customer)),)


def _statuses(columns: Columns, keep: Sequence[str] | None, own: Sequence[str] = ()) -> dict[str, Any]:
    """Return what counts by status; refunded orders only where a column says what to subtract.

    ``own``: the words of a layout that mean refunded in it alone.
    """
    if columns.status is None:
        return {}
    words = built_in()["not_sold"]
    refunded = () if columns.refund else (*words["refunded"], *own)
    if keep is None:
        unsold = (*words["words"], *words["called off"], *words["taken back"])
        return {"drop_status": unsold, "refunded_status": refunded}
    lost = {plain(word) for word in refunded}
    return {"keep_status": tuple(word for word in keep if plain(word) not in lost)}


# Any other table


def _any_table(header: Sequence[str], given: Columns) -> Layout:
    book = built_in()["orders"]
    later = book["otherwise"]
    customers = _customers(book["customer"], header, given) or _customers(later["customer"], header, given)
    start = replace(given, customer=customers[0][1] if customers else None)
    found = _by_synonyms(book, header, start, {"date", "order", "status", "refund", "currency"})
    whole = None
    if given.quantity or given.price:
        found = _by_synonyms(book, header, found, {"quantity", "price"})
    elif found.amount is None:
        found, whole = _amount(book, header, found)
    if found.order is None:
        rows = () if _tells_lines(book, header) else book["order_row"]
        lists = (book["order_else"], rows)
        fitting = (_fitting(names, header, _taken(found), "order") for names in lists)
        found = replace(found, order=next(filter(None, fitting), None))
    _require_all(found, header)
    per_order = whole is not None and found.order is not None
    return Layout(
        name=ANY_TABLE,
        columns=found,
        customers=customers,
        amount_per=PER_ORDER if per_order else PER_LINE,
        order_level=per_order,
        consent=_consent(found, header),
        updated=_first(book["updated"], header),
        **_statuses(found, None),
    )


def _tells_lines(book: dict[str, Any], header: Sequence[str]) -> bool:
    """Whether columns tell what was sold, so that a row is a line of an order."""
    parts = {plain(name) for role in ("quantity", "price") for name in book[role]}
    return any(plain(name) in parts or tells_article(name) for name in header)


def _require_all(found: Columns, header: Sequence[str]) -> None:
    """Refuse a table in which a customer, a date or the money is not found."""
    if _has_money(found):
        require(found, header, REQUIRED)
        return
    if found.customer and found.date:
        refuse_amount(found, header)
    require(found, header, (*REQUIRED, "amount"))


def _has_money(found: Columns) -> bool:
    return found.amount is not None or (found.quantity is not None and found.price is not None)


def _amount(book: dict[str, Any], header: Sequence[str], found: Columns) -> tuple[Columns, str | None]:
    """Return the columns with those of the money: the amount, else quantity and price, else the order's total."""
    found = _by_synonyms(book, header, found, {"amount"})
    if found.amount is None:
        found = _by_synonyms(book, header, found, {"quantity", "price"})
    if _has_money(found):
        return found, None
    lists = (book["order_amount"], book["otherwise"]["order_amount"])
    whole = next(filter(None, (_fitting(names, header, _taken(found), "amount") for names in lists)), None)
    if whole:
        return replace(found, amount=whole, quantity=None, price=None), whole
    other = _fitting(book["amount_else"], header, _taken(found), "amount")
    return (replace(found, amount=other, quantity=None, price=None) if other else found), None


def _customers(
    kinds: dict[str, Sequence[str]], header: Sequence[str], given: Columns
) -> tuple[tuple[str, str], ...]:
    """Return the customer's key by kind; where two columns fit a fallback there is none of that kind."""
    if given.customer is not None:
        known = {plain(name): kind for kind in reversed(KINDS) for name in kinds[kind]}
        return ((known.get(plain(given.customer), "id"), given.customer),)
    chain: list[tuple[str, str]] = []
    for kind in KINDS:
        names = {plain(name) for name in kinds.get(kind, ())}
        fitting = _but_names(
            [column for column in header if column not in _taken(given) and plain(column) in names]
        )
        if len(fitting) > 1 and not chain:
            raise several("customer", fitting)
        chain += [(kind, column) for column in fitting if len(fitting) == 1]
    return tuple(chain)


def _but_names(fitting: list[str]) -> list[str]:
    """Return the one of several columns that is not called like a person's name, where there is one; else them all."""
    person = {plain(name) for name in built_in()["orders"]["person"]}
    numbers = [column for column in fitting if plain(column) not in person]
    return numbers if len(numbers) == 1 else fitting


def _by_synonyms(
    book: dict[str, Any], header: Sequence[str], given: AnyColumns, roles: set[str]
) -> AnyColumns:
    found = given
    for role in sorted(roles):
        if getattr(found, role) is None:
            lists = (book[role], book.get("otherwise", {}).get(role, ()))
            fitting = (_fitting(names, header, _taken(found), role) for names in lists)
            found = replace(found, **{role: next(filter(None, fitting), None)})
    return found


def _fitting(names: Sequence[str], header: Sequence[str], taken: set[str], role: str) -> str | None:
    known = {plain(name) for name in names}
    fitting = [column for column in header if column not in taken and plain(column) in known]
    if len(fitting) > 1:
        raise several(role, fitting)
    return fitting[0] if fitting else None


def _taken(columns: Columns | CustomerColumns) -> set[str]:
    return {name for _, name in by_role(columns)}


# What the user said


def with_columns(found: Layout, given: Columns) -> Layout:
    """Return the layout of a table like another one, some of whose columns are called otherwise."""
    named = dict(by_role(given))
    columns = replace(found.columns, **dict.fromkeys(_replaced(given)), **named)
    money = {"amount", "quantity", "price"} & named.keys()
    per_line = columns.amount is None or (found.name == ANY_TABLE and money)
    return replace(
        found,
        columns=columns,
        customers=_given_customer(given, found.customers),
        amount_per=PER_LINE if per_line else found.amount_per,
        order_level=found.order_level and not (found.name == ANY_TABLE and per_line),
        **(_statuses(columns, found.keep_status) if {"status", "refund"} & named.keys() else {}),
    )


def as_asked(found: Layout, reading: Reading) -> Layout:
    """Return the layout with amounts per line or per order, and statuses to keep, as the user said."""
    columns = found.columns
    if reading.amount_per == PER_ORDER:
        if columns.order is None or columns.amount is None:
            missing = "order" if columns.order is None else "amount"
            per_line = Choice({"amount_per": "line"}, "the amounts are those of lines")
            raise SourceError(
                f"Amounts per order need a column of the {missing}. Give {argument(missing, 'NAME')}, or {per_line}.",
                (per_line,),
                asks=missing,
            )
        found = replace(found, amount_per=PER_ORDER, order_level=True)
    if reading.amount_per == PER_LINE:
        found = replace(found, amount_per=PER_LINE)
    if reading.keep_status is None:
        return found
    if columns.status is None:
        raise SourceError(
            f"{named('keep_status')} needs the column of the status. Give it with {argument('status', 'NAME')}.",
            asks="status",
        )
    everything = reading.keep_status == (ALL_STATUSES,)
    return replace(
        found,
        keep_status=None if everything else reading.keep_status,
        drop_status=(),
        refunded_status=(),
        also=(),
    )
