"""Text columns -> the one convention each is written in: money and dates.

A convention is looked for on a sample and must then hold on every row; where it does not, or the sample leaves it
open, it is looked for again on the whole column. Both looks count, in the engine, what every possible
convention reads: a convention is taken when it alone reads all that can be read. What nothing can read is left to
be set aside; what two conventions read differently is asked about, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import ibis

from rfmeans.columns.dates import SAMPLE, DateConvention, find_date, is_written
from rfmeans.columns.keys import ANY_KEYS, KeyConvention
from rfmeans.columns.money import find_money
from rfmeans.columns.money_formats import MoneyConvention
from rfmeans.engines.kept_tables import Workspace
from rfmeans.errors import SourceError
from rfmeans.typed_cells import SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import ibis.expr.types as ir

    from rfmeans.engines.engine import Engine
    from rfmeans.settings import Reading

    Marks = dict[str, MoneyConvention]

DECIMAL_COMMA = "^[0-9]+,([0-9]{1,2}|[0-9]{4,})$"  # of three places it could be one of thousands
TYPED = MoneyConvention(None, currency=False, typed=True)


@dataclass(frozen=True)
class Conventions:
    """The conventions of a table's columns.

    Attributes
    ----------
    date
        Of the column of dates; None where its type says it all.
    money
        Of the columns of money, by name; those without a convention have numbers already.
    whole
        Whether all rows were looked at; if not, values that do not fit mean that they must be.
    keys
        Of the columns of customers and orders.
    """

    date: DateConvention | None = None
    money: dict[str, MoneyConvention] = field(default_factory=dict)
    whole: bool = field(default=True, compare=False)
    keys: KeyConvention = ANY_KEYS

    def of_text(self, *, padded: bool, powers: bool) -> Conventions:
        """Return the same for text of which more is known."""
        money = {
            name: found if found.typed else replace(found, powers=powers)
            for name, found in self.money.items()
        }
        return replace(self, keys=replace(self.keys, padded=padded), money=money)

    def describe(self) -> str:
        """Return a few words for them, e.g. ``dates as day/month/year, decimal comma``."""
        dates = [f"dates as {self.date.describe()}"] if self.date else []
        marks = dict.fromkeys(found.describe() for found in self.money.values() if found.decimal)
        return ", ".join(filter(None, [*dates, *marks, self.keys.describe()]))


@dataclass(frozen=True)
class _Texts:
    """The columns of text whose conventions are looked for: one of dates or none, those of money.

    Where rows have no order (``ordered``), the first ones are others every day: all of them are looked at.
    """

    date: str | None
    money: Sequence[str]
    mixed: Collection[str]
    reading: Reading
    ordered: bool = True

    @property
    def names(self) -> list[str]:
        """All of them, each once."""
        return list(dict.fromkeys([*self.money, *([self.date] if self.date else [])]))

    def find_marks(self, rows: ir.Table, *, sample: bool = False) -> Marks | None:
        """Return how money is written; for a sample None where it leaves that open."""
        return find_money(rows, self.money, self.reading.decimal, sample=sample)

    def find_days(
        self, rows: ir.Table, marks: Marks | None, *, sample: bool = False
    ) -> DateConvention | None:
        """Return how dates are written; None where there are none, or a sample leaves it open."""
        if self.date is None:
            return None
        found = {each.decimal for each in (marks or {}).values()}
        looked = rows.limit(SAMPLE) if self.ordered else rows
        commas = "," in found or (not sample and "." not in found and _holds_commas(looked))
        asked = self.reading.date_format, self.reading.timezone
        return find_date(rows[self.date], *asked, sample=sample, mixed=self.date in self.mixed, commas=commas)

    def look_at_first(self, table: ir.Table) -> tuple[Marks | None, DateConvention | None]:
        """Return both as the first rows tell them."""
        with Workspace() as scratch:
            head = scratch.keep(table.select(*self.names).limit(SAMPLE))
            marks = self.find_marks(head, sample=True)
            return marks, self.find_days(head, marks, sample=True)

    def decide(self, table: ir.Table, *, whole: bool) -> Conventions:
        """Return the conventions of all of them, as the first rows tell them or all rows."""
        marks, days = (None, None) if whole or not self.ordered else self.look_at_first(table)
        sampled = days is not None or bool(marks)
        marks = self.find_marks(table) if marks is None else marks
        marks = {name: replace(found, mixed=name in self.mixed) for name, found in (marks or {}).items()}
        return Conventions(days or self.find_days(table, marks), marks, whole=not sampled)


def find_conventions(
    table: ir.Table,
    engine: Engine,
    date: str | None,
    money: Sequence[str],
    reading: Reading,
    *,
    whole: bool = False,
    typed: Collection[str] = (),
    mixed: Collection[str] = (),
    ordered: bool = True,
) -> Conventions:
    """Return the conventions of a column of dates and of columns of money.

    Columns whose type says it all have none. The first rows are looked at, and all rows where these leave it open
    or ``whole`` asks for it. ``typed`` are columns of text whose values are all numbers of a type, ``mixed`` those with
    some of a type: these have no mark and no order of day and month, and so decide nothing. ``ordered``: whether rows
    have a lasting order; without one, all are looked at, so that the answer is the same every day. Of ``reading`` the
    date format, the decimal mark and the time zone count.

    Raises
    ------
    SourceError
        If two conventions fit, or none does, or the engine is one that reads no text.
    SettingsError
        If the date format is none.
    """
    words = [name for name in money if isinstance(table[name], ibis.expr.types.StringColumn)]
    numbers = {name: TYPED for name in words if name in typed}
    dated = date if date is not None and is_written(table[date]) else None
    texts = _Texts(dated, [name for name in words if name not in numbers], mixed, reading, ordered)
    if not texts.names:
        return Conventions(money=numbers)
    _check_engine(table, engine, dated, texts.money)
    among = {name: _text_alone(table[name]) for name in texts.money if name in mixed}
    table = table.mutate(**among) if among else table
    found = texts.decide(table, whole=whole)
    return replace(found, money={**found.money, **numbers})


def _holds_commas(table: ir.Table) -> bool:
    """Whether some text is a number with a decimal comma, in whichever column."""
    texts = [name for name in table.columns if isinstance(table[name], ibis.expr.types.StringColumn)]
    if not texts:
        return False
    return bool(
        ibis.or_(*(table[name].re_search(DECIMAL_COMMA) for name in texts)).any().to_pyarrow().as_py()
    )


def _text_alone(text: ir.StringColumn) -> ir.StringColumn:
    return ibis.ifelse(text.contains(SEPARATOR), ibis.null("string"), text)


def _check_engine(table: ir.Table, engine: Engine, date: str | None, wordy: Sequence[str]) -> None:
    """Refuse columns to be read out of text on an engine that lacks DuckDB's functions for it."""
    if engine.reads_text:
        return
    name = date or wordy[0]
    role, read, kind = "a number", "numbers are read out of text", "DECIMAL(18, 4)"
    if date:
        role, read, kind = "the date", "dates are read out of text and numbers", "DATE"
    raise SourceError(
        f"Column {name!r} was taken as {role} but holds {table[name].type()}, and {read} on DuckDB alone, not on "
        f"{engine.backend}. Convert it there, such as in a view with CAST({name} AS {kind}), or pass the "
        "orders as a file."
    )
