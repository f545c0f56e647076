"""What of a source is told by an example: values that cannot be read, their places, a column that may be the person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rfmeans.arguments import argument
from rfmeans.columns.layout import used_columns
from rfmeans.columns.layout_files import built_in
from rfmeans.columns.roles import plain
from rfmeans.columns.undecided import shortened
from rfmeans.reading.source import FILE, LINE, TEXT
from rfmeans.wording import counted

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from rfmeans.columns.layout import Layout
    from rfmeans.columns.undecided import UndecidedError
    from rfmeans.orders.account import LineAccount
    from rfmeans.reading.source import Source

# Beside the names of customers that are known, those of ids that stay over all of a person's orders.
PERSONS = (
    "customer unique id",
    "unique customer id",
    "person id",
    "master customer id",
    "global customer id",
    "profile id",
)
COMMA_IN_NUMBER = re.compile(r"(?<![0-9-])[0-9]{1,3},[0-9]{2,3}(?![0-9-])")
FEWEST = 4  # orders without a second one of any customer, for it to be strange


@dataclass(frozen=True)
class Unread:
    """Values that stand where an amount or a date should, and are none.

    Attributes
    ----------
    what
        ``"amount"`` or ``"date"``.
    rows
        How many are set aside for it.
    examples
        Some of them, as they are written.
    """

    what: str
    rows: int
    examples: tuple[str, ...]

    def describe(self) -> str:
        """Return it as a sentence.

        >>> print(Unread("amount", 3, ("12. Mai", "5. Jan")).describe())
        3 amounts cannot be read, such as '12. Mai' and '5. Jan', and are set aside.
        """
        several = self.rows > 1
        shown = " and ".join(map(shortened, self.examples))
        return (
            f"{counted(self.rows, self.what)} cannot be read, {'such as ' if several else ''}{shown}, and "
            f"{'are' if several else 'is'} set aside."
        )


def find_unread(aside: ir.Table, layout: Layout, account: LineAccount) -> tuple[Unread, ...]:
    """Return an example of each kind of value that cannot be read; a blank one is none.

    ``aside``: the rows set aside, see `rfmeans.orders.order_lines.OrderLines`.
    """
    columns = layout.columns
    found = []
    for what, name in (("date", columns.date), ("amount", columns.amount or columns.price)):
        reason = f"unreadable {what}"
        if reason in account.set_aside and name in aside.columns and aside[name].type().is_string():
            filled = aside.filter(aside.reason == reason, aside[name].strip() != "")
            texts = filled.agg(first=filled[name].min(), last=filled[name].max()).to_pyarrow().to_pylist()[0]
            examples = tuple(dict.fromkeys(text.strip() for text in texts.values() if text))
            if examples:
                found.append(Unread(what, account.set_aside[reason].rows, examples))
    return tuple(found)


def find_malformed(source: Source) -> str:
    """Return a sentence with an example of the lines that are no rows, and the likely cause; blank: there are none."""
    if source.malformed is None or not source.malformed_lines:
        return ""
    [row] = source.malformed.order_by(FILE, LINE).limit(1).to_pyarrow().to_pylist() or [None]
    if row is None:
        return ""
    lines, text = source.malformed_lines, row[TEXT] or ""
    comma = COMMA_IN_NUMBER.search(text)
    cause = f" Without quotes a number with a comma, such as {comma[0]}, is two fields." if comma else ""
    return (
        f"{counted(lines, 'line')} {'do' if lines > 1 else 'does'} not fit the columns, "
        f"{'such as ' if lines > 1 else ''}line {row[LINE]:,} ({shortened(text)}), and {'are' if lines > 1 else 'is'} "
        f"set aside.{cause}"
    )


def find_person(table: ir.Table, layout: Layout, orders: int, customers: int) -> str:
    """Return a sentence where no customer has a second order, but another column of customers has them; else blank."""
    if orders < FEWEST or orders != customers or len(layout.customers) > 1:
        return ""
    kinds = built_in()["orders"]["customer"]
    known = {plain(name) for names in kinds.values() for name in names} | set(map(plain, PERSONS))
    names = [name for name in table.columns if name not in used_columns(layout) and plain(name) in known]
    if not names:
        return ""
    counts = table.agg(**{f"ids_{place}": table[name].nunique() for place, name in enumerate(names)})
    found = dict(zip(names, counts.to_pyarrow().to_pylist()[0].values(), strict=True))
    name = min(found, key=lambda each: found[each])
    if not 1 < found[name] < customers:
        return ""
    [(_, own)] = layout.customers
    return (
        f"No customer of {own!r} has a second order, as if it held ids of orders; {name!r} holds {found[name]:,} "
        f"different values. If that is the person, give {argument('customer', name)}."
    )


def find_places(source: Source, error: UndecidedError) -> str:
    """Return a sentence on where the examples of a message stand; blank where rows have no place."""
    if not source.ordered or not source.located[error.column].type().is_string():
        return ""
    found = [_place(source, error.column, value) for value in error.examples]
    said = [
        f"{shortened(value.strip())} {'' if at else 'stands '}in {place}"
        for at, (value, place) in enumerate(zip(error.examples, found, strict=True))
    ]
    return f" {', '.join(said)}." if all(found) else ""


def _place(source: Source, column: str, value: str) -> str:
    """Return the first line on which a value stands."""
    rows = source.located.filter(source.located[column] == value)
    first = rows.order_by(FILE, LINE).select(FILE, LINE).limit(1).to_pyarrow().to_pylist()
    if not first or first[0][LINE] is None:
        return ""
    file = f" of {Path(first[0][FILE]).name}" if source.files > 1 else ""
    return f"line {first[0][LINE]:,}{file}"
