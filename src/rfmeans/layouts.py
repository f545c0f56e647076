"""Header -> roles of columns: which column is the customer, which the date, which the amount.

The names are data, in ``layouts.toml``; the rule is here: a role goes to the one column whose name is known
for it. Where none fits, or two do, the user is asked, never guessed for.
"""

from __future__ import annotations

import tomllib
from dataclasses import fields, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, TypeVar

from rfmeans.errors import SourceError, did_you_mean
from rfmeans.settings import Columns, CustomerColumns

if TYPE_CHECKING:
    from collections.abc import Sequence

AnyColumns = TypeVar("AnyColumns", Columns, CustomerColumns)


def order_columns(header: Sequence[str], given: Columns) -> Columns:
    """Return the columns of an order table by role.

    ``amount`` is set, or ``quantity`` and ``price`` are; ``order`` may stay None (then one customer's lines
    of one day are one order).

    Raises
    ------
    SourceError
        If a role has no column, or two columns fit it.

    >>> found = order_columns(["InvoiceNo", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"], Columns())
    >>> found.customer, found.date, found.order, found.quantity, found.price
    ('CustomerID', 'InvoiceDate', 'InvoiceNo', 'Quantity', 'UnitPrice')
    """
    by_parts = bool(given.quantity or given.price)
    roles = {"customer", "date", "order"} | ({"quantity", "price"} if by_parts else {"amount"})
    found = _recognise("orders", header, given, roles)
    if not by_parts and found.amount is None:
        found = _recognise("orders", header, found, {"quantity", "price"})
    _require(found, header, ("customer", "date"))
    if found.amount is None and (found.quantity is None or found.price is None):
        missing = [f"--{role}" for role in ("quantity", "price") if getattr(found, role) is None]
        raise SourceError(
            f"No column was recognised as the amount{' to multiply' if len(missing) == 1 else ''}. "
            f"{_has(header)} Give --amount NAME, or --quantity NAME with --price NAME "
            f"(not recognised: {' and '.join(missing)})."
        )
    return found


def customer_columns(header: Sequence[str], given: CustomerColumns) -> CustomerColumns:
    """Return the columns of a table with one row per customer by role; all four are required.

    Raises
    ------
    SourceError
        If a role has no column, or two columns fit it.
    """
    roles = {field.name for field in fields(CustomerColumns)}
    found = _recognise("customers", header, given, roles)
    _require(found, header, ("customer", "recency", "frequency", "monetary"))
    return found


def _recognise(table: str, header: Sequence[str], given: AnyColumns, roles: set[str]) -> AnyColumns:
    names = {field.name: getattr(given, field.name) for field in fields(given)}
    taken = {role: _given_column(role, name, header) for role, name in names.items() if name is not None}
    free = [column for column in header if column not in taken.values()]
    for role in sorted(roles - set(taken)):
        fitting = [column for column in free if _plain(column) in _synonyms()[table][role]]
        if len(fitting) > 1:
            raise SourceError(
                f"{len(fitting)} columns could be the {role}: {_listed(fitting)}. "
                f"Give the right one with --{role} NAME."
            )
        if fitting:
            taken[role] = fitting[0]
    return replace(given, **taken)


def _given_column(role: str, name: str, header: Sequence[str]) -> str:
    if name not in header:
        raise SourceError(
            f"No column named {name!r} (given as --{role}).{did_you_mean(name, header)} {_has(header)}"
        )
    return name


def _require(found: Columns | CustomerColumns, header: Sequence[str], roles: Sequence[str]) -> None:
    missing = [role for role in roles if getattr(found, role) is None]
    if missing:
        raise SourceError(
            f"No column was recognised as the {' or the '.join(missing)}. {_has(header)} "
            f"Give {' and '.join(f'--{role} NAME' for role in missing)}."
        )


def _has(header: Sequence[str]) -> str:
    return f"The columns are: {_listed(header)}."


def _listed(names: Sequence[str], most: int = 40) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(name if len(name) <= 60 else name[:57] + "..." for name in names[:most]) + more


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


@cache
def _synonyms() -> dict[str, dict[str, frozenset[str]]]:
    text = files("rfmeans").joinpath("layouts.toml").read_text(encoding="utf-8")
    return {
        table: {role: frozenset(map(_plain, names)) for role, names in roles.items()}
        for table, roles in tomllib.loads(text).items()
    }
