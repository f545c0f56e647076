"""Columns of customers and orders -> keys: one customer has one key, in whatever way a file writes it.

What programs do to ids is undone value by value: blanks around and between, a spreadsheet's ``="00123"``, the cases of
an address, letters of two characters. Only whether 12345.0 is 12345 is a matter of the whole column. A key of text
stays text: 12345.0 becomes the text 12345, which a list, a hash and a join know as the number 12345.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import ibis

from rfmeans.arguments import argument
from rfmeans.columns.layout_files import KINDS
from rfmeans.columns.undecided import shortened
from rfmeans.errors import SourceError
from rfmeans.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from rfmeans.engines.engine import Engine

LARGEST_DECIMAL = Decimal(10) ** 37
LARGEST_FLOAT = 2.0**53  # float64 holds all whole numbers up to here
# Blank, as frames, databases, R (NA) and Excel (#N/A, in German #NV) write it out.
NO_ORDER = (
    *("", "nan", "none", "null", "nat", "<na>", "na", "n/a", "n.a.", "#n/a", "#nv"),
    *("-", "--", "(null)", "(none)", "(blank)"),
)
# 0.0 is a 0 that pandas made a float; False is what Odoo writes for a blank.
ZERO = ("0", "0.0")
NOBODY = (*NO_ORDER, "?", "unknown", "undefined", "anonymous", "guest", "false")
# What tills and their programs call a customer who is none. It is looked for among the customers, not in each row.
WALK_INS = (
    *(
        "walk-in",
        "walk in",
        "walk-in customer",
        "walk in customer",
        "walk-in client",
        "cash sale",
        "cash sales",
    ),
    *(
        "cash customer",
        "counter sale",
        "counter sales",
        "counter customer",
        "guest customer",
        "anonymous customer",
    ),
    *("unknown customer", "laufkunde", "laufkunden", "laufkundschaft", "barverkauf", "barkunde", "barkunden"),
    *(
        "thekenverkauf",
        "gastkunde",
        "anonymer kunde",
        "unbekannter kunde",
        "client comptoir",
        "vente comptoir",
    ),
    *("client de passage", "client divers", "clients divers", "client anonyme", "client inconnu"),
    *("consumidor final", "público en general", "publico en general", "cliente varios", "clientes varios"),
    *(
        "cliente mostrador",
        "cliente de mostrador",
        "venta de mostrador",
        "cliente de paso",
        "cliente contado",
    ),
    *(
        "cliente de contado",
        "venta al contado",
        "cliente anónimo",
        "cliente desconocido",
        "cliente occasionale",
    ),
    *(
        "cliente di passaggio",
        "cliente generico",
        "cliente anonimo",
        "cliente sconosciuto",
        "vendita al banco",
    ),
    *(
        "cliente balcão",
        "cliente de balcão",
        "venda balcão",
        "venda ao balcão",
        "cliente avulso",
        "cliente anônimo",
    ),
    *("consumidor não identificado", "cliente não identificado", "cliente desconhecido"),
)
UNSEEN = "\u200b\u2060\ufeff"  # characters without a width, but those that join or part letters and signs
WIDE_BLANKS = ("\u00a0", "\u2007", "\u2009", "\u202f")
GAPS = f"[ {''.join(WIDE_BLANKS)}]+"
WRAPPER = '="', '"'
APOSTROPHE = "^'[0-9+=@-]"  # keeps a spreadsheet from calculating
ADDRESS = "^[^@ ]+@[^@ ]+$"
POINTED, FRACTION = "^[0-9]+[.]0+$", "^[0-9]+[.][0-9]*[1-9][0-9]*$"
SPOILT = "^[0-9]([.,][0-9]+)?[Ee][+][0-9]+$"  # 2.02501E+11
# In a key that may be written otherwise elsewhere.
VARIED = f"=\"|  |[{''.join(WIDE_BLANKS)}{UNSEEN}]|[Ee][+]|^'|[.]0+$"
COMBINING = "[\u0300-\u036f]"
DENSE = 0.9  # share of the ids up to the largest that are there, where they are counted from 0


@dataclass(frozen=True)
class KeyConvention:
    """How a table writes its keys.

    Attributes
    ----------
    padded
        Whether text may have blanks around it.
    varied
        Whether text may write one key in several ways; where not, no time is lost on it.
    whole
        The columns in which 12345.0 is 12345.
    zero
        Whether 0 is a customer like any other; else it stands for a guest.
    nobody
        Words of `WALK_INS` that the table has among its customers.
    """

    padded: bool = True
    varied: bool = True
    whole: tuple[str, ...] = ()
    zero: bool = False
    nobody: tuple[str, ...] = ()

    def describe(self) -> str:
        """Return a few words for what is not ordinary, e.g. ``12345.0 in user_id as 12345``."""
        parts = [f"12345.0 in {name} as 12345" for name in self.whole]
        parts += [f"{', '.join(self.nobody)} as no customer"] if self.nobody else []
        return ", ".join([*parts, *(["customer 0 as one like any other"] if self.zero else [])])


ANY_KEYS = KeyConvention()


def customer_key(column: ir.Column, engine: Engine, how: KeyConvention = ANY_KEYS) -> ir.Column:
    """Return the customer key: whole number, or text without blanks around it; null where there is none."""
    if isinstance(column, ibis.expr.types.DecimalColumn):
        key = _finite(column, engine).cast("decimal(38, 0)")
    elif isinstance(column, ibis.expr.types.FloatingColumn):
        whole = ibis.ifelse(column.abs() <= LARGEST_FLOAT, column, ibis.null(column.type()))
        key = whole.cast("int64")  # a nullable integer as frames keep it; see `check_whole`
    elif isinstance(column, ibis.expr.types.IntegerColumn):
        key = column
    else:
        return _key_text(column, engine, (*NOBODY, *how.nobody, *(() if how.zero else ZERO)), how)
    return key if how.zero else key.nullif(0)


def order_key(column: ir.Column, engine: Engine, how: KeyConvention = ANY_KEYS) -> ir.Column:
    """Return the order key; NaN and blank text, also as frames write it out, are null."""
    if isinstance(column, ibis.expr.types.FloatingColumn):
        return ibis.ifelse(column.isnan(), ibis.null(column.type()), column)
    if isinstance(column, ibis.expr.types.NumericColumn):
        return _finite(column, engine) if isinstance(column, ibis.expr.types.DecimalColumn) else column
    return _key_text(column, engine, NO_ORDER, how)


def is_zero(column: ir.Column, engine: Engine) -> ir.BooleanColumn:
    """Whether a key is 0, which may stand for a guest."""
    if isinstance(column, ibis.expr.types.NumericColumn):
        return column == 0
    return engine.stripped(column.cast("string")).isin(ZERO)


def _finite(column: ir.DecimalColumn, engine: Engine) -> ir.DecimalColumn:
    """Return the decimals, null where there is NaN, infinity, or more digits than other engines have."""
    if not engine.odd_numbers:
        return column
    held = (column > -LARGEST_DECIMAL) & (column < LARGEST_DECIMAL)  # NaN is above all numbers there
    return ibis.ifelse(held, column, ibis.null(column.type()))


def _key_text(column: ir.Column, engine: Engine, none: Sequence[str], how: KeyConvention) -> ir.StringColumn:
    """Return the text in its one writing, null where it is one of the words for none."""
    text = column.cast("string")
    text = engine.trimmed(text) if how.padded else text
    text = _in_one_writing(text, engine) if how.varied else text
    if column.get_name() in how.whole:
        text = ibis.ifelse(text.re_search(POINTED), text.re_replace("[.]0+$", ""), text)
    return engine.unless(none, text)


def _in_one_writing(text: ir.StringColumn, engine: Engine) -> ir.StringColumn:
    start, end = WRAPPER
    bare = ibis.cases(
        (text.startswith(start) & text.endswith(end), text.re_replace(f"^{start}|{end}$", "")),
        (text.re_search(APOSTROPHE), text.re_replace("^'", "")),
        else_=text,
    )
    shown = ibis.ifelse(bare.re_search(f"[{UNSEEN}]"), bare.re_replace(f"[{UNSEEN}]", ""), bare)
    single = engine.composed(engine.stripped(shown.re_replace(GAPS, " ")))
    return ibis.ifelse(single.re_search(ADDRESS), single.lower(), single)


def as_key(text: str) -> str:
    """Return one text in the writing in which a column has it, for what is typed in by hand.

    >>> as_key('="00123"'), as_key("Ann@Example.org"), as_key("Ann  Lee"), as_key("12345.0")
    ('00123', 'ann@example.org', 'Ann Lee', '12345')
    """
    start, end = WRAPPER
    if text.startswith(start) and text.endswith(end):
        text = text[len(start) : -len(end)]
    elif re.search(APOSTROPHE, text):
        text = text[1:]
    text = unicodedata.normalize("NFC", re.sub(GAPS, " ", re.sub(f"[{UNSEEN}]", "", text)).strip())
    text = re.sub("[.]0+$", "", text) if re.search(POINTED, text) else text
    return text.lower() if re.search(ADDRESS, text) else text


def customer_id(
    table: ir.Table, customers: Sequence[tuple[str, str]], engine: Engine, how: KeyConvention = ANY_KEYS
) -> ir.Column:
    """Return the customer's key; null where no column has one.

    ``customers`` holds kinds and columns, the first ones first. A single column keeps its type.

    >>> import ibis
    >>> from rfmeans.engines.duckdb import DUCKDB
    >>> rows = ibis.memtable({"id": ["7", "", "email:b@x.org"], "mail": ["A@x.org", " B@X.org", ""]})
    >>> key = customer_id(rows, [("id", "id"), ("email", "mail")], DUCKDB)
    >>> key.name("key").to_pyarrow().to_pylist()
    ['7', 'email:b@x.org', 'id:email:b@x.org']
    """
    (kind, column), *fallbacks = customers
    key = _key(kind, table[column], engine, how)
    if not fallbacks:
        return key
    text = key.cast("string")
    like_another = ibis.or_(*(text.startswith(f"{other}:") for other in KINDS))
    keys = [ibis.ifelse(like_another, ibis.literal(f"{kind}:") + text, text)]
    keys += [
        ibis.literal(f"{other}:") + _key(other, table[name], engine, how).cast("string")
        for other, name in fallbacks
    ]
    return ibis.coalesce(*keys)


def _key(kind: str, column: ir.Column, engine: Engine, how: KeyConvention) -> ir.Column:
    key = customer_key(column, engine, how)
    if kind == "email":
        return key.cast("string").lower()
    if kind == "phone":
        text = key.cast("string")
        digits = text.re_replace("[^0-9+]", "")
        # What a spreadsheet has spoilt stays to be seen, and refused: see `look_at_keys`.
        return ibis.cases((text.re_search(SPOILT), text), (digits.re_search("[1-9]"), digits))
    return key


# Looking at them


def check_whole(column: ir.Column) -> None:
    """Refuse a customer column of fractional numbers: it is a column of something else.

    Raises
    ------
    SourceError
        If one is found.
    """
    floating = isinstance(column, ibis.expr.types.FloatingColumn)
    if not floating and not isinstance(column, ibis.expr.types.DecimalColumn):
        return
    held = column.abs() <= LARGEST_FLOAT if floating else column.notnull()  # NaN and infinity fail
    finite = ibis.ifelse(held, column, ibis.null(column.type()))  # Polars fails on them
    fraction = ibis.ifelse(finite != finite.floor(), finite, ibis.null(column.type()))
    broken = fraction.max().to_pyarrow().as_py()
    if broken is not None:
        raise SourceError(
            f"Column {column.get_name()!r} was taken as the customer but holds fractions such as {broken}. "
            f"Give the column of customer ids with {argument('customer', 'NAME')}.",
            asks="customer",
        )


def may_vary(key: ir.StringColumn, engine: Engine) -> ir.BooleanColumn:
    """Whether keys that were taken as they stand give reason to look at all of them; quick to tell.

    >>> import ibis
    >>> from rfmeans.engines.duckdb import DUCKDB
    >>> keys = ibis.memtable({"x": ["00123", '="00123"', "777.0", "Ann@x.org", "ann@x.org", "A  B", "2.1E+11"]})
    >>> may_vary(keys.x, DUCKDB).name("x").to_pyarrow().to_pylist()
    [False, True, True, True, False, True, True]
    """
    signs = key.re_search(VARIED)
    upper = ibis.ifelse(key.contains("@"), key != key.lower(), False)
    apart = engine.composed(key) != key if engine.composes else key.re_search(COMBINING)
    return ibis.ifelse(key.re_search(f"{VARIED}|@|[^ -~]"), ibis.or_(signs, upper, apart), False)


def look_at_keys(table: ir.Table, names: Sequence[str], engine: Engine) -> tuple[str, ...]:
    """Look at all values of columns of keys; return the columns in which 12345.0 is 12345.

    Raises
    ------
    SourceError
        If a spreadsheet has spoilt ids, or the engine cannot tell two writings of a name to be one.
    """
    texts = [name for name in dict.fromkeys(names) if isinstance(table[name], ibis.expr.types.StringColumn)]
    keys = {name: engine.stripped(table[name]) for name in texts}
    wanted: dict[str, ir.Scalar] = {}
    for place, key in enumerate(keys.values()):
        spoilt, apart = key.re_search(SPOILT), key.re_search(COMBINING)
        wanted |= {
            f"spoilt_{place}": spoilt.cast("int64").sum(),
            f"such_{place}": key.min(where=spoilt),
            f"pointed_{place}": key.re_search(POINTED).cast("int64").sum(),
            f"fractions_{place}": key.re_search(FRACTION).cast("int64").sum(),
            f"apart_{place}": key.min(where=apart),
        }
    found = table.agg(**wanted).to_pyarrow().to_pylist()[0] if wanted else {}
    for place, name in enumerate(texts):
        _check_spoilt(name, found[f"spoilt_{place}"], found[f"such_{place}"])
        _check_composed(name, found[f"apart_{place}"], engine)
    return tuple(
        name
        for place, name in enumerate(texts)
        if found[f"pointed_{place}"] and not found[f"fractions_{place}"]
    )


def _check_spoilt(name: str, count: int | None, example: Any) -> None:
    if count:
        raise SourceError(
            f"Column {name!r} holds ids that a spreadsheet has cut to powers of ten, such as {shortened(example)} "
            f"({counted(count, 'row')}): different ids have become one, and cannot be told apart any more. Export the "
            "orders again and do not save them from the spreadsheet, or format the column as text before; or give "
            "another column."
        )


def _check_composed(name: str, example: Any, engine: Engine) -> None:
    if example is not None and not engine.composes:
        raise SourceError(
            f"Column {name!r} holds letters that are written in two characters, such as in {shortened(example)}, and "
            f"{engine.title or engine.backend} has no function to tell that they are one. Normalise the column to NFC "
            "before, or pass the orders as a file."
        )


def walk_ins(customers: ir.Table) -> tuple[str, ...]:
    """Return the words for customers who are none that stand among them; ``customers`` has a customer_id of text."""
    key = customers.customer_id.lower()
    pattern = f"^(?:(?:{'|'.join(KINDS)}):)?({'|'.join(map(re.escape, WALK_INS))})$"
    found = (
        customers.filter(key.re_search(pattern)).select(key=key).distinct().to_pyarrow()["key"].to_pylist()
    )
    return tuple(sorted({re.sub(pattern, r"\1", each) for each in found}))


def counts_from_zero(customers: ir.Table, zeros: int) -> bool:
    """Whether ids are counted from 0, so that 0 is a customer: hardly one is missing, and 0 stands out by nothing.

    ``customers`` has one row per customer other than 0: customer_id, and lines, of which 0 has ``zeros``.
    """
    key = customers.customer_id
    if isinstance(key, ibis.expr.types.StringColumn):
        key = ibis.ifelse(key.re_search("^[0-9]{1,15}$"), key, ibis.null("string")).cast("int64")
    found = customers.agg(
        ids=customers.count(),
        first=key.min(),
        last=key.max(),
        numbers=key.count(),
        most=customers.lines.max(),
    )
    told = found.to_pyarrow().to_pylist()[0]
    if not told["ids"] or told["numbers"] < told["ids"]:
        return False
    dense = told["first"] >= 1 and told["ids"] >= DENSE * int(told["last"])
    return bool(dense and zeros <= told["most"])
