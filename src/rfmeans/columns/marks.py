"""Columns that mark rows, told by name and values: money back, and orders that were called off or not paid.

Refunds are often rows of positive money that a word tells, such as Refund in a column of types; some books tell what
was not sold by flags, such as ``cancelled`` or ``cancelled_at``, in place of a status.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rfmeans.columns.layout import ANY_TABLE, Also, used_columns
from rfmeans.columns.layout_files import built_in
from rfmeans.columns.roles import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from rfmeans.columns.layout import Layout

LOOKED_AT = 10_000  # rows
MOST_WORDS = 20  # different ones in a column of kinds
MOST_LOOKED_AT = 200  # columns of text
KNOWN_SHARE = 0.6  # of the different words, in a column of kinds
DATED = re.compile("[0-9]")


def with_marks(table: ir.Table, layout: Layout, *, chosen: bool = False) -> Layout:
    """Return the layout of a table that is no known export with the columns that mark its rows; the first rows tell it.

    ``chosen``: it was said which rows count, so that no flag says it.
    """
    if layout.name != ANY_TABLE:
        return layout
    free = [name for name in table.columns if name not in used_columns(layout)]
    texts = [name for name in free if table[name].type().is_string()][:MOST_LOOKED_AT]
    named = [name for name in free if _flag_of(name, layout) or _is_called(name, "is_back")]
    looked = list(dict.fromkeys([*texts, *named]))
    if not looked:
        return layout
    words = _words_of(table, looked)
    kind = next((name for name in looked if tells_kind(name, words[name])), None)
    also = () if chosen else _leaving_out(layout, named, words, kind)
    return replace(layout, kind=kind, also=(*layout.also, *also))


def _leaving_out(
    layout: Layout, named: Sequence[str], words: dict[str, frozenset[str]], kind: str | None
) -> tuple[Also, ...]:
    """Return what leaves rows out: flags, and words in the column of kinds that are of no sale."""
    flags = [_flag_of(name, layout) for name in named if _is_flag(name, words[name])]
    also = tuple(flag for flag in flags if flag and flag.column != kind)
    others = _no_sales(words[kind]) if kind else ()
    return (*also, Also(kind, drop=others)) if kind and others else also


def _words_of(table: ir.Table, names: Sequence[str]) -> dict[str, frozenset[str]]:
    """Return the different words in the first rows of each column."""
    texts = table.select(*(table[name].cast("string").name(name) for name in names))
    rows = texts.limit(LOOKED_AT).to_pyarrow()
    return {name: _different(rows[name]) for name in names}


def _different(column: Any) -> frozenset[str]:
    return frozenset(text.strip().lower() for text in column.unique().to_pylist() if text and text.strip())


def _book(key: str) -> frozenset[str]:
    return frozenset(plain(word) for word in built_in()["marks"][key])


def _is_called(name: str, *keys: str) -> bool:
    return any(plain(name) in _book(key) for key in keys)


def tells_kind(name: str, words: frozenset[str]) -> bool:
    """Whether a column says of each row what it is: a sale, or money back; ``words``: those in it, in small letters."""
    if _is_called(name, "is_back"):
        return _are_flags(words)
    said, back, others = {plain(word) for word in words}, _book("back"), _book("no_sale")
    sold = frozenset().union(*map(_book, ("sale", "sold", "invoice", "payment", "ordered")))
    known = said & (back | sold | others)
    telling = bool(said & back) or _is_called(name, "kind")
    return (
        telling
        and 0 < len(said) <= MOST_WORDS
        and bool(known & sold)
        and len(known) >= KNOWN_SHARE * len(said)
    )


def _no_sales(words: frozenset[str]) -> tuple[str, ...]:
    """Return the words for kinds of rows that are no sale; payments and orders are none where there are invoices."""
    marks, said = built_in()["marks"], {plain(word) for word in words}
    invoiced, sold = bool(said & _book("invoice")), bool(said & _book("sold"))
    others = [
        *marks["no_sale"],
        *(marks["payment"] if invoiced or sold else ()),
        *(marks["ordered"] if invoiced else ()),
    ]
    return tuple(word for word in others if plain(word) in said)


def _flag_of(name: str, layout: Layout) -> Also | None:
    """Return what a column of this name says of an order, if it is a flag; None: nothing."""
    marks = built_in()["marks"]
    if _is_called(name, "called_off_on"):
        return Also(name, empty=True)
    if _is_called(name, "paid"):
        return Also(name, keep=tuple(marks["yes"]))
    if _is_called(name, "called_off") or (layout.columns.refund is None and _is_called(name, "refunded")):
        return Also(name, drop=tuple(marks["yes"]))
    return None


def _is_flag(name: str, words: frozenset[str]) -> bool:
    if _is_called(name, "called_off_on"):
        return all(DATED.search(word) and len(word) >= len("1.1.25") for word in words)
    return _are_flags(words)


def _are_flags(words: frozenset[str]) -> bool:
    marks = built_in()["marks"]
    return words <= {*marks["yes"], *marks["no"]}


def back_words() -> Sequence[str]:
    """Return the words, in a column of kinds, of a row that is money back; those of a flag among them."""
    marks = built_in()["marks"]
    return (*marks["back"], *marks["yes"])
