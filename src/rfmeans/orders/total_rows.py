"""Rows of a report that hold no order but the sum of others: totals and subtotals, in whichever column they say so.

A row that says so and whose money is the sum of rows that it can cover is set aside. What it can cover: all rows of its
file or of its currency, those of its customer or its order, those since the row of a total before it, or up to the
one after it. One that says so and does not add up is asked about: see `rfmeans.orders.checks`.

Reports are files, whose rows have an order; a table of a database is not searched for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from rfmeans.columns.layout_files import KINDS
from rfmeans.orders.expressions import without

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import ibis.expr.types as ir

WORDS = (
    r"(grand|sub|net|gross|overall|running|page|report|order|invoice|monthly|daily)?[ -]?totals?|(grand )?sum( total)?",
    "gesamt(summe|betrag|ergebnis|umsatz)?|insgesamt|(zwischen|end|teil)?summe|(zwischen|teil)ergebnis",
    "(sous[ -]?)?tota(l|ux)( (général|general)e?)?|somme( totale)?",
    "sub[ -]?total(es)?|total(es)? general(es)?|suma( total)?",
    "(sub)?total[ei]( general[ei]| parzial[ei]| complessiv[oi])?|somma( totale)?",
    "total geral|soma( total)?",
)
WORD = f"({'|'.join(WORDS)})"
BARE = f"^(({'|'.join(KINDS)}):)?[ *#=-]*{WORD}[ :.*=-]*$"
# With what it is the total of, such as "Total for Ann Lee", "TOTAL EUR", "Ann Lee Total".
WITH_MORE = f"^{WORD}(: *| )[^ ].*$|^.*[^ ] (totals?|summe|ergebnis|gesamt)[ :]*$"

# Of these it is asked what they are where they do not add up.
OPEN = f"({BARE})|^{WORD} *(:|for |of |für |pour |para |per |por ).*$"
HINT = "(?i)tota|somm|sum|soma|gesamt|ergebnis"  # in every one of these words, and quick to look for
HEAD = 5_000  # rows that are looked at from end to end


def says_total(text: ir.Column) -> ir.BooleanColumn:
    """Whether a text says that its row is a total."""
    says = text.lower().re_search(f"({BARE})|({WITH_MORE})")
    hinting = ibis.ifelse(text.re_search(HINT), says, False)
    numbered = text.between("0", ":")  # begins with a digit, as most keys do: far cheaper to see
    return ibis.ifelse(numbered, False, hinting).fill_null(False)


def any_says(table: ir.Table, names: Iterable[str]) -> ir.BooleanColumn:
    """Whether a cell in one of the columns says so, those that hold text."""
    said = [says_total(table[name]) for name in names if table[name].type().is_string()]
    return ibis.or_(*said) if said else ibis.literal(False)


def total_in_head(table: ir.Table, names: Sequence[str]) -> bool:
    """Whether a cell of the first rows says so and nothing else: subtotals stand among the rows they are of."""
    if not names:
        return False
    head = table.select(*names).limit(HEAD)
    return bool(open_total(head, names, BARE).notnull().any().to_pyarrow().as_py())


def open_total(table: ir.Table, names: Iterable[str], pattern: str = OPEN) -> ir.StringColumn:
    """Return the first cell of the columns that says so and leaves nothing else to think of; null where none does."""
    texts = [table[name] for name in names if table[name].type().is_string()]
    found = [
        ibis.ifelse(text.lower().re_search(pattern).fill_null(False), text, ibis.null("string"))
        for text in texts
    ]
    return ibis.coalesce(*found) if found else ibis.null("string")


def with_total_rows(lines: ir.Table, used: ir.Column) -> ir.Table:
    """Add total_row (bool): the line says that it is a total, and is the sum of lines that it can cover.

    ``lines``: says (bool), named_total (bool: it may be of a customer called so), file, line, customer_id, own_order,
    currency, amount. ``used``: whether a line counts otherwise; totals are those of all lines, or of these.
    """
    said = _with_named(lines, used)
    said = said.mutate(says_number=ibis.ifelse(said.says | said.named_sum, 1, 0))
    before = ibis.window(group_by=said.file, order_by=said.line, rows=(None, -1))
    until = ibis.cumulative_window(group_by=said.file, order_by=said.line)
    none = ibis.literal(0).cast(said.amount.type())
    counts = ~said.says & ~said.named_sum & said.amount.notnull()
    found = said.mutate(
        above=ibis.coalesce(said.says_number.sum().over(before), 0),
        below=said.says_number.sum().over(until),
        read=ibis.ifelse(counts, said.amount, none),
        counted=ibis.ifelse(counts & used, said.amount, none),
        covered=ibis.ifelse(counts, 1, 0),
    )
    scopes = [[], ["currency"], ["customer_id"], ["own_order"], ["above"], ["below"]]
    fits = [_fits(found, keys) for keys in scopes]
    marked = found.mutate(total_row=(found.says & ibis.or_(*fits).fill_null(False)) | found.named_sum)
    return without(marked, "named_sum", "says_number", "above", "below", "read", "counted", "covered")


def _with_named(lines: ir.Table, used: ir.Column) -> ir.Table:
    """Add named_sum (bool): a customer called like a total, with an order's number and a day, is the sum of all."""
    none = ibis.literal(0).cast(lines.amount.type())
    counts = ~lines.says & lines.amount.notnull()
    told = lines.mutate(
        read=ibis.ifelse(counts, lines.amount, none), counted=ibis.ifelse(counts & used, lines.amount, none)
    )
    of_file = ibis.window(group_by=told.file)
    sums = [told[part].sum().over(of_file) == 2 * told.amount for part in ("read", "counted")]
    return told.mutate(named_sum=told.named_total & ibis.or_(*sums).fill_null(False))


def _fits(found: ir.Table, keys: Sequence[str]) -> ir.BooleanColumn:
    scope = ibis.window(group_by=[found.file, *(found[key] for key in keys)])
    known = ibis.and_(*(found[key].notnull() for key in keys)) if keys else ibis.literal(True)
    sums = [found[part].sum().over(scope) == found.amount for part in ("read", "counted")]
    return known & (found.covered.sum().over(scope) > 0) & ibis.or_(*sums)
