"""Frozen settings: what the user may choose, checked at the door and nowhere else.

`Reading` says how a source is read, `Settings` how its customers are segmented.
"""

from __future__ import annotations

import encodings.aliases
import os
import re
import unicodedata
import zoneinfo
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, TypeGuard

from rfmeans.arguments import argument, named
from rfmeans.chosen_statuses import parse_statuses
from rfmeans.days import parse_date, parse_span
from rfmeans.errors import SettingsError, did_you_mean

if TYPE_CHECKING:
    import datetime as dt

# What a user may call the delimiter of a text file. Shells pass a typed \t on as two characters.
DELIMITERS = {",": ",", ";": ";", "|": "|", "\t": "\t", "\\t": "\t", "tab": "\t", "blanks": " "}
FILE_ENGINES = ("duckdb", "spark")  # those that read files
MAX_SYMBOL = 8
SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]i?b)", re.IGNORECASE)
MOST_THREADS = 1024
Rule = tuple[str, Callable[[Any], bool]]  # what a setting must, and whether a value does


def check(settings: object, *rules: tuple[str, Rule]) -> None:
    """Check fields by their rules; None is always allowed.

    Raises
    ------
    SettingsError
        If a value is not as its rule says.
    """
    for name, (must, holds) in rules:
        value = getattr(settings, name)
        if value is None:
            continue
        if not holds(value):
            got = "nothing" if not str(value).strip("() ") else repr(value)
            raise SettingsError(f"{named(name)} must {must}. Got {got}.")
        if is_whole(value) and type(value) is not int:  # NumPy's, which no JSON takes
            object.__setattr__(settings, name, int(value))


YES_OR_NO: Rule = ("be True or False", (True, False).__contains__)


def one_of(*known: str) -> Rule:
    """Return the rule that a setting is one of two or more words."""
    words = " or ".join(known) if len(known) == 2 else f"one of {', '.join(known)}"
    return f"be {words}", known.__contains__


def is_number(value: object) -> TypeGuard[float]:
    """Tell whether a value is a number, NumPy's among them; True and False are none.

    >>> is_number(0.5), is_number(1), is_number(True), is_number("0")
    (True, True, False, False)
    """
    return isinstance(value, Real) and not isinstance(value, bool)


def is_whole(value: object) -> TypeGuard[int]:
    """Tell whether a value is a whole number, NumPy's among them.

    >>> is_whole(2), is_whole(2.0), is_whole(True)
    (True, False, False)
    """
    return isinstance(value, Integral) and not isinstance(value, bool)


def whole(low: int, high: int, other: str = "") -> Rule:
    """Return the rule that a setting is a whole number; ``other``: what else it may be.

    >>> must, holds = whole(2, 12)
    >>> must, holds(2), holds(13), holds(True), holds("2")
    ('be a whole number from 2 to 12', True, False, False, False)
    """
    return f"be a whole number from {low} to {high}{other}", (
        lambda value: is_whole(value) and low <= value <= high
    )


@dataclass(frozen=True)
class Limits:
    """What the embedded engine may use.

    Parameters
    ----------
    memory_limit
        Of the engine, a number with its unit such as ``4GB`` or ``512MiB``; beyond it the engine spills to disk.
        None: four fifths of the machine's. What Python itself needs comes on top.
    threads
        How many the engine runs; None: one per core.
    temporary
        Folder for what is spilled and unpacked; None: the system's.

    Raises
    ------
    SettingsError
        If a value is not as it should be.

    >>> Limits("4 GB").memory_limit
    '4GB'
    >>> Limits("4")
    Traceback (most recent call last):
    rfmeans.errors.SettingsError: memory_limit must be a size such as 4GB or 512MB. Got '4'.
    """

    memory_limit: str | None = None
    threads: int | None = None
    temporary: str | os.PathLike[str] | None = None

    def __post_init__(self) -> None:
        if self.memory_limit is not None:
            found = SIZE.fullmatch(str(self.memory_limit).strip())
            if not found or not float(found[1]):
                raise SettingsError(
                    f"{named('memory_limit')} must be a size such as 4GB or 512MB. Got {self.memory_limit!r}."
                )
            object.__setattr__(self, "memory_limit", f"{found[1]}{found[2]}")
        check(self, ("threads", whole(1, MOST_THREADS)))

    def refuse(self, engine: str) -> None:
        """Refuse limits where another engine does the work.

        Raises
        ------
        SettingsError
            If memory or threads are limited.
        """
        for name in ("memory_limit", "threads"):
            if getattr(self, name) is not None:
                raise SettingsError(
                    f"{named(name)} is for the embedded engine, but here {engine} does the work, by settings of its "
                    "own. Leave it out."
                )


@dataclass(frozen=True)
class Columns:
    """Which column of the source plays which role; None where the name is to be recognised."""

    customer: str | None = None
    date: str | None = None
    amount: str | None = None
    order: str | None = None
    quantity: str | None = None
    price: str | None = None
    status: str | None = None
    refund: str | None = None
    currency: str | None = None

    def __post_init__(self) -> None:
        if self.amount and (self.quantity or self.price):
            raise SettingsError(
                f"Give either {argument('amount')} or {argument('quantity')} with {argument('price')}, not both. "
                f"Got amount={self.amount!r}, quantity={self.quantity!r}, price={self.price!r}."
            )
        _each_column_once(self)


@dataclass(frozen=True)
class CustomerColumns:
    """The same for a table that already has one row per customer."""

    customer: str | None = None
    recency: str | None = None
    frequency: str | None = None
    monetary: str | None = None

    def __post_init__(self) -> None:
        _each_column_once(self)


def _each_column_once(columns: Columns | CustomerColumns) -> None:
    given: dict[str, str] = {}
    for role in fields(columns):
        name = getattr(columns, role.name)
        if name is not None and not isinstance(name, str):
            called = "currency_column" if role.name == "currency" else role.name
            raise SettingsError(
                f"{named(called)} must be the name of a column, as text. Got {name!r}. Leave it out to have it found."
            )
        if name in given:
            raise SettingsError(
                f"Column {name!r} was given twice: for {given[name]} and for {role.name}. "
                "Give each role a column of its own."
            )
        if name is not None:
            given[name] = role.name


@dataclass(frozen=True)
class Reading:
    """How a source is read.

    Parameters
    ----------
    columns
        Columns by role; `CustomerColumns` for a table that already has one row per customer.
    as_of
        Date that recency is counted to; None: the day after the last order used. Lines dated on or after
        it are set aside.
    since
        First day that counts; earlier lines are set aside.
    window
        Days up to the as-of date, a number or text like ``365d``, in which purchases and money count for frequency and
        monetary; recency, first purchase and tenure are of all history. None: all history for these as well.
    timezone
        Zone in which the calendar day of a time-zone-aware timestamp is taken; None: UTC, for a frame in
        memory the zone that its column names.
    where
        A SQL condition; lines for which it is not true are set aside.
    encoding
        Of a text file; None: found from its bytes.
    delimiter
        What divides the columns of a text file: ``,`` ``;`` ``|`` ``tab``, or ``blanks`` for runs of blanks;
        None: found.
    header
        Whether the file has a line of column names; without, the columns are column1, column2 and so on.
    sheet
        The sheet of a workbook, or a glob of sheets with the same columns; None: the first one with data.
    table
        The table of a database file; None: its only one.
    date_format
        How text or numbers write the date: strptime text like ``%d/%m/%Y``, or ``dmy``, ``mdy``, ``ymd``, ``iso``,
        ``epoch``, ``epoch-ms``, ``excel``; None: found from the whole column.
    decimal
        The decimal mark of numbers in text, ``.`` or ``,``; None: found from the whole column.
    currency_symbol
        Sign that money is shown with, like £ or EUR; it changes no number.
    layouts
        Path of a TOML file with layouts of the user's own, looked at before the built-in ones.
    amount_per
        ``"line"``, or ``"order"``: the amount is the order's total and counts once per order; None: as the
        layout says.
    keep_status
        The statuses that count, one text with commas or several; ``"all"``: every one. None: as the layout says.
    currency
        Code of the currency to keep; lines in another are set aside.
    drop_duplicates
        Set aside all but the first of lines that are equal in every column.
    accept_loss
        Go on although more than half of the lines are set aside for one reason that nobody asked for.
    engine
        ``"duckdb"``, the embedded one, or ``"spark"``, for files of Parquet; other sources bring their own.
    limits
        What the embedded engine may use.

    Raises
    ------
    SettingsError
        If a value is out of range.
    """

    columns: Columns | CustomerColumns = field(default_factory=Columns)
    as_of: dt.date | None = None
    since: dt.date | None = None
    window: int | None = None
    timezone: str | None = None
    where: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header: bool = True
    sheet: str | None = None
    table: str | None = None
    date_format: str | None = None
    decimal: str | None = None
    currency_symbol: str = ""
    layouts: str | None = None
    amount_per: str | None = None
    keep_status: tuple[str, ...] | None = None
    currency: str | None = None
    drop_duplicates: bool = False
    accept_loss: bool = False
    engine: str = "duckdb"
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        check_symbol(self.currency_symbol)
        check(
            self,
            *((name, ("be text", _is_string)) for name in ("encoding", "sheet", "table", "date_format")),
            *((name, YES_OR_NO) for name in ("header", "drop_duplicates", "accept_loss")),
            ("engine", one_of(*FILE_ENGINES)),
            ("amount_per", one_of("line", "order")),
            ("currency", ("be a code such as GBP", lambda code: bool(str(code).strip()))),
            ("keep_status", ("name a status, such as paid, or be all", bool)),
            ("where", ("be a SQL condition such as \"country = 'UK'\"", _is_text)),
            ("decimal", ("be . or , (the decimal mark)", (".", ",").__contains__)),
            ("delimiter", ("be one of , ; | or the words tab and blanks", DELIMITERS.__contains__)),
        )
        if self.as_of and self.since and self.since >= self.as_of:
            raise SettingsError(
                f"{named('since')} must be before {named('as_of')}. Got {self.since} and {self.as_of}: no day is left."
            )
        if self.timezone is not None and self.timezone not in zoneinfo.available_timezones():
            raise SettingsError(
                f"No time zone named {self.timezone!r}. Give one like 'Europe/London' or 'UTC'."
            )
        _check_encoding(self.encoding)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_string(value: object) -> bool:
    return isinstance(value, str)


def _check_encoding(encoding: str | None) -> None:
    if encoding is None:
        return
    try:
        "".encode(encoding)
    except (LookupError, ValueError):
        known = {name.replace("_", "-") for name in encodings.aliases.aliases.values()}
        raise SettingsError(
            f"No text encoding named {encoding!r}.{did_you_mean(encoding, known)} "
            "Give one like 'utf-8', 'windows-1252' or 'shift-jis'."
        ) from None


def make_reading(columns: Columns | CustomerColumns | None = None, **options: Any) -> Reading:
    """Return how to read from what a user gave by name: fields of `Reading`, and roles of columns one by one.

    Raises
    ------
    SettingsError
        If an option is unknown or out of range.

    >>> make_reading(customer="buyer", since="2026-01-31").columns.customer
    'buyer'
    >>> make_reading(custmer="buyer")
    Traceback (most recent call last):
    rfmeans.errors.SettingsError: There is no argument 'custmer'. Did you mean 'customer'?
    """
    # `currency` is the one to keep, so that its column needs another name.
    roles = {role.name for role in fields(Columns)} - {"currency"} | {"currency_column"}
    limits = {entry.name for entry in fields(Limits)}
    plain = {entry.name for entry in fields(Reading)} - {"columns", "limits"} | limits
    _check_arguments(options, {*roles, *plain})
    options["limits"] = Limits(**{name: options.pop(name) for name in limits & set(options)})
    given = {role: options.pop(role) for role in sorted(roles & set(options))}
    given["currency"] = given.pop("currency_column", None)
    if columns is not None and any(name is not None for name in given.values()):
        raise SettingsError(f"Give {argument('columns')} all at once or the roles one by one, not both.")
    options = _parsed(options)
    if options["window"] and isinstance(columns, CustomerColumns):
        raise SettingsError(
            f"{named('window')} is for order lines; a table with one row per customer is counted already. Leave it out."
        )
    return Reading(columns=columns or Columns(**given), **options)


def _parsed(options: dict[str, Any]) -> dict[str, Any]:
    """Return options with what was given as text as what it stands for."""
    return options | {
        "as_of": parse_date("as_of", options.get("as_of")),
        "since": parse_date("since", options.get("since")),
        "window": parse_span("window", options.get("window")),
        "layouts": None if options.get("layouts") is None else os.fspath(options["layouts"]),
        "keep_status": parse_statuses(options.get("keep_status")),
    }


def _check_arguments(given: Iterable[str], known: set[str]) -> None:
    unknown = sorted(set(given) - known)
    if unknown:
        raise SettingsError(f"There is no argument {unknown[0]!r}.{did_you_mean(unknown[0], known)}")


def check_symbol(symbol: str) -> str:
    """Return the currency's sign if it is one.

    Raises
    ------
    SettingsError
        If it is too long, or holds a digit, a space or a sign that would change the number.
    """
    fits = isinstance(symbol, str) and len(symbol) <= MAX_SYMBOL
    if not fits or any(unicodedata.category(letter)[0] in "NZC" or letter in "-+,|" for letter in symbol):
        raise SettingsError(
            f"{named('currency_symbol')} must be a sign like £ or EUR of at most {MAX_SYMBOL} characters, without "
            f"digits or spaces. Got {symbol!r}."
        )
    return symbol
