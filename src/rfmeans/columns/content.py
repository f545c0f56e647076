"""Columns of any name -> what they hold: currencies, statuses. What a column holds counts, not only its name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import Choice, argument
from rfmeans.columns.keys import NO_ORDER, ZERO
from rfmeans.columns.layout import ANY_TABLE, PER_LINE, used_columns
from rfmeans.columns.layout_files import built_in
from rfmeans.columns.layouts import with_columns
from rfmeans.columns.marks import tells_kind
from rfmeans.columns.money_formats import CODES, NAMED, SIGNS
from rfmeans.columns.roles import argument_of, plain
from rfmeans.errors import SourceError
from rfmeans.settings import Columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis.expr.types as ir

    from rfmeans.columns.layout import Layout

TOLD_BY_CONTENT = ("currency", "status")  # roles
LOOKED_AT = 10_000  # rows
MOST_WORDS = 20  # different ones in a column of statuses or currencies
MOST_LOOKED_AT = 200  # columns of text
KNOWN_SHARE = 0.6  # of the different words, in a column of statuses
# One of them must be there: codes such as CUP, PEN and TOP are words as well.
USUAL = frozenset({
    *("EUR", "USD", "GBP", "JPY", "CHF", "CAD", "AUD", "NZD", "CNY", "HKD", "SGD", "INR"),
    *("BRL", "MXN", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "ZAR", "KRW"),
})  # fmt: skip


def told_by_content(table: ir.Table, layout: Layout, fitted: Columns | None = None) -> Layout:
    """Return the layout with columns of the currency and the status where they are told by their values alone.

    The first rows are looked at. A currency is a column of ISO 4217 codes, or of currency signs; a status is one whose
    words are known, one of which at least is of orders that do not count. The column that a model was fitted with
    comes before: newer orders may hold nothing that tells it, and a statement of the model reads it too.

    Raises
    ------
    SourceError
        If several columns could be either.
    """
    layout = _as_fitted(table.columns, layout, fitted or Columns())
    wanted = _untold(layout)
    words = _words(table, layout) if wanted else {}
    found: dict[str, str] = {}
    for role in wanted:
        holding = _holding(role, words)
        if len(holding) > 1:
            raise _several(role, holding, words)
        found |= dict.fromkeys([role] if holding else [], "".join(holding))
    return with_columns(layout, Columns(**found)) if found else layout


def _holding(role: str, words: dict[str, frozenset[str]]) -> list[str]:
    """Return the columns whose words are those of a role."""
    holding = [name for name, values in words.items() if _HOLDS[role](values)]
    if role == "status":  # a column of kinds has words for money back as well, which is to be taken off
        return [name for name in holding if not tells_kind(name, frozenset(map(str.lower, words[name])))]
    same = len({words[name] for name in holding}) == 1  # which of them it is makes no difference then
    return holding[:1] if same else holding


def numbering_orders(table: ir.Table, layout: Layout, fitted: Columns | None = None) -> Layout:
    """Return the layout without an order that is but called id where it numbers the customers; the first rows tell it.

    Each customer has one id then, and each id one customer, over several days. What a model was ``fitted`` with holds
    for it: newer orders may be one of each customer.
    """
    columns = layout.columns
    called = {plain(name) for name in built_in()["orders"]["order_row"]}
    if layout.name != ANY_TABLE or columns.order is None or plain(columns.order) not in called:
        return layout
    if fitted is not None:
        return layout if fitted.order else _without_order(layout)
    return _without_order(layout) if _numbers_customers(table, layout) else layout


def _numbers_customers(table: ir.Table, layout: Layout) -> bool:
    columns, customer = layout.columns, next(name for _, name in layout.customers)
    named = (("order", columns.order), ("customer", customer), ("date", str(columns.date)))
    told = table.select(**{role: table[name].cast("string") for role, name in named}).drop_null().distinct()
    rows = told.to_pyarrow().to_pylist()
    ids, customers = ({row[role] for row in rows} for role in ("order", "customer"))
    pairs = {(row["order"], row["customer"]) for row in rows}
    return len(ids) == len(customers) == len(pairs) < len(rows)


def _without_order(layout: Layout) -> Layout:
    columns = replace(layout.columns, order=None)
    return replace(layout, columns=columns, amount_per=PER_LINE, order_level=False)


def without_silent(table: ir.Table, names: Sequence[str]) -> list[str]:
    """Return those of some columns that say something in a row at least: more than blanks and zeros."""
    texts = {name: table[name].cast("string").strip().lower() for name in names}
    told = {
        str(place): (~text.isin((*NO_ORDER, *ZERO))).fill_null(False).any()
        for place, text in enumerate(texts.values())
    }
    found = table.agg(**told).to_pyarrow().to_pylist()[0]
    return [name for place, name in enumerate(names) if found[str(place)]]


def _untold(layout: Layout) -> list[str]:
    told = {role for role in TOLD_BY_CONTENT if getattr(layout.columns, role)}
    told |= {"status"} if layout.tells_status else set()
    return [role for role in TOLD_BY_CONTENT if role not in told]


def _as_fitted(header: Sequence[str], layout: Layout, fitted: Columns) -> Layout:
    free = {*header} - used_columns(layout)
    known = {role: getattr(fitted, role) for role in _untold(layout)}
    known = {role: name for role, name in known.items() if name in free}
    return with_columns(layout, Columns(**known)) if known else layout


def _words(table: ir.Table, layout: Layout) -> dict[str, frozenset[str]]:
    """Return the columns of text without a role that hold few different values, and these."""
    used = used_columns(layout)
    texts = [name for name in table.columns if name not in used and table[name].type().is_string()]
    if not texts:
        return {}
    rows = table.select(*texts[:MOST_LOOKED_AT]).limit(LOOKED_AT).to_pyarrow()
    found = {name: _different(rows[name]) for name in rows.column_names}
    return {name: words for name, words in found.items() if 0 < len(words) <= MOST_WORDS}


def _different(column: Any) -> frozenset[str]:
    return frozenset(text.strip() for text in column.unique().to_pylist() if text and text.strip())


def _are_currencies(words: frozenset[str]) -> bool:
    capitals = {word.upper() for word in words}
    codes = capitals <= {*CODES.split()} and bool(capitals & USUAL)
    if len(words) > 1 and all(word.lower() in NAMED for word in words):
        return True
    return codes or all(word in SIGNS and not word.isalnum() for word in words)


def _are_statuses(words: frozenset[str]) -> bool:
    unsold = built_in()["not_sold"]
    lost = {
        plain(word) for kind in ("words", "called off", "refunded", "taken back") for word in unsold[kind]
    }
    said = {plain(word.lower().removeprefix("wc-")) for word in words}
    known = said & (lost | {plain(word) for word in built_in()["sold"]["words"]})
    return len(said) > 1 and bool(said & lost) and len(known) >= KNOWN_SHARE * len(said)


_HOLDS = {"currency": _are_currencies, "status": _are_statuses}


def _several(role: str, names: Sequence[str], words: Mapping[str, frozenset[str]]) -> SourceError:
    listed = "; ".join(f"{name!r} ({', '.join(sorted(words[name])[:4])})" for name in names)
    return SourceError(
        f"{len(names)} columns hold what could be the {role} of an order: {listed}. Say which one counts with "
        f"{argument(argument_of(role), 'NAME')}.",
        [Choice({argument_of(role): name}, f"holds {', '.join(sorted(words[name])[:4])}") for name in names],
    )
