"""Columns by role, and what is said where a role has none, or more than one."""

from __future__ import annotations

import unicodedata
from dataclasses import fields
from typing import TYPE_CHECKING

from rfmeans.arguments import Choice, argument
from rfmeans.errors import SourceError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rfmeans.settings import Columns, CustomerColumns


OF_CUSTOMERS = {"recency", "frequency", "monetary"}
ARTICLE = (
    *("sku", "asin", "article", "artikel", "articulo", "articolo", "artigo", "item", "stockcode", "variant"),
    *("product", "produkt", "produit", "prodotto", "produto", "description", "bezeichnung", "referen"),
)
OF_ARTICLES = (
    *(
        "status",
        "count",
        "price",
        "total",
        "amount",
        "quantity",
        "qty",
        "tax",
        "discount",
        "date",
        "currency",
        "url",
    ),
    *(
        "preis",
        "betrag",
        "menge",
        "anzahl",
        "prix",
        "precio",
        "prezzo",
        "preco",
        "montant",
        "import",
        "valor",
    ),
)


class MissingColumnError(SourceError):
    """Roles for which no column was recognised; it asks for the first of them."""

    def __init__(self, message: str, roles: Sequence[str], asks: str = "") -> None:
        super().__init__(message, asks=asks)
        self.roles = roles


class SeveralColumnsError(SourceError):
    """Several columns could have one role; ``columns``: these."""

    def __init__(self, message: str, columns: Sequence[str], choices: Sequence[Choice]) -> None:
        super().__init__(message, choices)
        self.columns = columns


def plain(name: str) -> str:
    """Return the letters and digits of a name, without accents and case: what names are compared by.

    >>> plain("Währung (ISO)"), plain("customer_id")
    ('wahrungiso', 'customerid')
    """
    spread = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in spread if letter.isalnum())


def is_called_article(name: str) -> bool:
    """Whether a column is called one of articles, or of what is said of them."""
    return any(part in plain(name) for part in ARTICLE)


def tells_article(name: str) -> bool:
    """Whether a column is called one of articles, and not one of what is said of them.

    >>> tells_article("Product SKU"), tells_article("item status"), tells_article("customer")
    (True, False, False)
    """
    return is_called_article(name) and not any(part in plain(name) for part in OF_ARTICLES)


def check_given(role: str, name: str, header: Sequence[str]) -> None:
    """Refuse a column that the user named and that is not there."""
    if name not in header:
        raise SourceError(
            f"No column named {name!r} (given as {argument(argument_of(role))}).{did_you_mean(name, header)} "
            f"{_has(header)}",
            asks=argument_of(role),
        )


def by_role(columns: Columns | CustomerColumns) -> list[tuple[str, str]]:
    """Return the columns that are there, each with its role."""
    named = [(field.name, getattr(columns, field.name)) for field in fields(columns)]
    return [(role, name) for role, name in named if name is not None]


def require(found: Columns | CustomerColumns, header: Sequence[str], roles: Sequence[str]) -> None:
    """Ask for the columns of all roles that have none, at once."""
    missing = [role for role in roles if getattr(found, role) is None]
    if "date" in missing and set(map(plain, header)) >= OF_CUSTOMERS:
        raise MissingColumnError(
            "These are customers, one a row with recency, frequency and monetary; no column is the date of an order. "
            f"{_has(header)} Give the orders. Only what segments, assigns or explains takes a table of customers, and "
            "has to be told that it is one.",
            missing,
        )
    if missing:
        wanted = [argument(role, "NAME") for role in missing]
        parts = (
            f" (or {argument('quantity', 'NAME')} with {argument('price', 'NAME')})"
            if "amount" in missing
            else ""
        )
        raise MissingColumnError(
            f"No column was recognised as the {' or the '.join(missing)}. {_has(header)} "
            f"Give {' and '.join(wanted)}{parts}.",
            missing,
            asks=missing[0],
        )


def refuse_amount(found: Columns, header: Sequence[str]) -> None:
    """Ask for the amount, or for what is multiplied to it."""
    roles = [role for role in ("quantity", "price") if getattr(found, role) is None]
    missing = [argument(role) for role in roles]
    raise SourceError(
        f"No column was recognised as the amount{' to multiply' if len(missing) == 1 else ''}. "
        f"{_has(header)} Give {argument('amount', 'NAME')}, or {argument('quantity', 'NAME')} with "
        f"{argument('price', 'NAME')} "
        f"(not recognised: {' and '.join(missing)}).",
        asks=roles[0] if len(roles) == 1 else "amount",
    )


def several(role: str, fitting: Sequence[str]) -> SeveralColumnsError:
    """Return the error that asks which of several columns has a role."""
    return SeveralColumnsError(
        f"{len(fitting)} columns could be the {role}: {_listed(fitting)}. "
        f"Give the right one with {argument(argument_of(role), 'NAME')}.",
        fitting,
        [Choice({argument_of(role): name}) for name in fitting],
    )


def argument_of(role: str) -> str:
    """Return the argument that gives the column of a role."""
    return "currency_column" if role == "currency" else role  # `currency` is the one to keep


def _has(header: Sequence[str]) -> str:
    return f"The columns are: {_listed(header)}."


def _listed(names: Sequence[str], most: int = 40) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(name if len(name) <= 60 else name[:57] + "..." for name in names[:most]) + more
