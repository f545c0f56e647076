"""What was sent -> the lists: each customer in its segment and its group, as they were when the lists were written."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import ibis
import ibis.expr.types as ir

from rfmeans.arguments import Message, argument
from rfmeans.columns.keys import KeyConvention, check_whole, customer_key, look_at_keys
from rfmeans.engines.dispatch import engine_of, server_of
from rfmeans.engines.duckdb import DUCKDB
from rfmeans.engines.failures import MalformedError, engine_errors
from rfmeans.engines.kept_tables import Workspace
from rfmeans.errors import DataError, RFMeansError, SourceError, did_you_mean
from rfmeans.groups import check_holdout
from rfmeans.orders.understand import or_misfit
from rfmeans.output.audiences import FORMATS, in_lists, who_consents
from rfmeans.output.files import FORMULA
from rfmeans.over_time.directions import LISTS
from rfmeans.reading.open import ways_to_open
from rfmeans.segments.features import float64
from rfmeans.settings import Limits, Reading
from rfmeans.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rfmeans.reading.source import Source

Told = TypeVar("Told")

NUMBERS = ("recency", "frequency", "monetary")
NEEDED = ("customer_id", *NUMBERS, "segment_id", "segment", "group")
CUSTOMERS = ("customers.parquet", "customers.csv")  # what an output folder may call them
MOVED = ("movement.parquet", "movement.csv")  # and that of a movement
OF_A_MOVEMENT = {"list", "segment_id_before"}  # columns that no other customers have
OF_ORDERS = frozenset({"customer", "encoding", "delimiter", "header", "sheet", "engine"})
LARGEST = 1e300
MOST_SEGMENTS = 10_000
WHOLE_FROM_1 = f"a whole number from 1 to {MOST_SEGMENTS:,}"
MUST = {**dict.fromkeys(NUMBERS, "a number of 0 or more"), "monetary": "a number", "segment_id": WHOLE_FROM_1}


@dataclass(frozen=True)
class Lists:
    """The lists.

    Attributes
    ----------
    name
        What to call them.
    customers
        One row per customer of a list: key (its id as text), recency, frequency, monetary (float64), segment_id
        (int64), segment, group.
    as_of
        The date that they were made for; None where nothing tells it.
    holdout
        The share that was to be held out, 0-1; None likewise.
    audience_format
        Of the lists that were written; None likewise.
    in_no_list
        Customers with a segment who were left out, for want of an e-mail address of their own, or of consent.
    """

    name: str
    customers: ir.Table
    as_of: dt.date | None
    holdout: float | None
    audience_format: str | None
    in_no_list: int


@dataclass(frozen=True)
class _Folder:
    """What an output folder tells of its lists; nothing where they are not given as one."""

    name: str = ""
    as_of: dt.date | None = None
    holdout: float | None = None
    audience_format: str | None = None
    consenting: bool = False


@contextmanager
def open_lists(given: Any, table: str | None = None, limits: Limits | None = None) -> Iterator[Lists]:
    """Open an output folder, a file or a table of customers, as `Segmentation.save` and `write_table` write them.

    Parameters
    ----------
    given
        Path of the folder or the file; a frame, an Ibis table; the address of a database.
    table
        The table of a database.
    limits
        What the embedded engine may use, where it reads them.

    Raises
    ------
    SourceError
        If there are no such customers, or a column is missing.
    """
    found, folder = given, _Folder()
    if isinstance(given, str | Path) and Path(given).is_dir():
        found, folder = _in_folder(Path(given))
    reading = Reading(table=table, limits=(limits if limits and not _is_served(found) else Limits()))
    with Workspace() as kept:
        with _told_of_lists():
            lists = _read(found, reading, folder, kept)
        yield lists


def _is_served(source: Any) -> bool:
    """Whether another engine than the embedded one reads it."""
    if isinstance(source, ir.Table):
        return True
    return isinstance(source, str | Path) and server_of(str(source), DUCKDB.name) is not None


@contextmanager
def _told_of_lists() -> Iterator[None]:
    """Say what the arguments of the lists are called; those that they do not have are the orders'."""
    try:
        yield
    except RFMeansError as error:
        said = error.message.renamed({"table": "segments_table"}, in_python=True)
        others = OF_ORDERS.intersection(name.removeprefix("no-") for name in said.arguments)
        if others:
            said = Message(
                f"{said.marked} These are the lists, though, and {argument(min(others))} is of the orders: give the "
                "lists as rfmeans wrote them."
            )
        error.message, error.args = said, (said,)
        error.choices = tuple(
            each.renamed({"table": "segments_table"}) for each in error.choices if not others
        )
        raise


def _read(found: Any, reading: Reading, folder: _Folder, kept: Workspace) -> Lists:
    """Return the lists, read in the first way in which no row is lost."""
    misfits = []
    for way in ways_to_open(found, reading):
        taken = or_misfit(partial(_take, way, folder, kept))
        if not isinstance(taken, MalformedError):
            return taken
        misfits.append(taken)
    raise misfits[-1]


def _take(way: Callable[[], Source], folder: _Folder, kept: Workspace) -> Lists | MalformedError:
    with Workspace() as opened:
        source = way()
        opened.callback(source.close)
        name, form = folder.name or source.name, folder.audience_format
        with engine_errors(f"Reading {name}"):
            customers = opened.keep(_customers(source, name))
            if misfit := source.misfit(_count(customers)):
                return misfit
            members = customers.filter(customers.segment_id.notnull() & customers.customer_id.notnull())
            _check_numbers(members, name)
            members = members.mutate(segment_id=members.segment_id.cast("int64"))
            asked = who_consents(members) if folder.consenting else members
            listed = opened.keep(in_lists(asked, form)) if form else members
            left_out = _count(members) - _count(listed) if form else 0
        kept.enter_context(opened.pop_all())
    return Lists(name, listed.rename(key="customer_id"), folder.as_of, folder.holdout, form, left_out)


def _count(table: ir.Table) -> int:
    return int(table.count().to_pyarrow().as_py())


# What an output folder tells


def _in_folder(folder: Path) -> tuple[Path, _Folder]:
    found = next((folder / name for name in (*CUSTOMERS, *MOVED) if (folder / name).exists()), None)
    if found is None:
        raise SourceError(
            f"{folder} holds no {' or '.join(CUSTOMERS)}. Give the output folder from which the lists were sent, or a "
            "file or table of the customers with their column group."
        )
    name, files = f"{folder.absolute().name}/", ("account.json", "model.json")
    if found.name in MOVED:
        files = ("movement.json", "movement.json")
    account, model = (folder / file for file in files)
    share, form = _told(model, _holdout), _told(account, _audience_format)
    consenting = bool(_told(account, _consenting))
    return found, _Folder(name, _told(account, _as_of), share, form, consenting)


def _as_of(account: dict[str, Any]) -> dt.date | None:
    day = account.get("as_of", account.get("until"))
    return None if day is None else dt.date.fromisoformat(day)


def _holdout(model: dict[str, Any]) -> float | None:
    share = model.get("settings", {}).get("holdout")
    return None if share is None else check_holdout(share)


def _audience_format(account: dict[str, Any]) -> str | None:
    name = (account.get("audiences") or {}).get("format")
    if name not in (None, *FORMATS):
        raise ValueError(name)
    return name


def _consenting(account: dict[str, Any]) -> bool:
    return bool((account.get("audiences") or {}).get("consenting"))


def _told(path: Path, wanted: Callable[[dict[str, Any]], Told | None]) -> Told | None:
    """Return what a JSON file of the folder tells; None where it is not there any more."""
    try:
        return wanted(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SourceError(f"Cannot read {path}: {error.strerror}. Check its permissions.") from error
    except (AttributeError, TypeError, ValueError, RecursionError) as error:
        raise SourceError(
            f"{path} is damaged, so it does not tell when and how the lists were made. Put it back as it was, or give "
            f"{path.parent / CUSTOMERS[0]} alone."
        ) from error


# The customers


def _customers(source: Source, name: str) -> ir.Table:
    """Return all rows of the source; those set aside when the lists were made have no segment_id."""
    moved = set(source.table.columns) >= OF_A_MOVEMENT
    table = _by_list(source.table) if moved else source.table
    _check_columns(table.columns, name)
    check_whole(table.customer_id)
    engine = engine_of(table)
    texts = {column: table[column] for column in ("customer_id", "segment", "group")}
    if source.name.endswith(".csv"):
        texts |= {column: _as_it_was(texts[column]) for column in ("customer_id", "segment")}
    keys = KeyConvention(zero=True, whole=look_at_keys(table, ["customer_id"], engine))
    customers = table.select(
        customer_id=customer_key(texts["customer_id"].name("customer_id"), engine, keys).cast("string"),
        **{column: _number(table[column]) for column in NUMBERS},
        segment_id=_number(table.segment_id),
        segment=texts["segment"].cast("string").nullif(""),
        group=texts["group"].cast("string").nullif(""),
        **({"consent": _truth(table.consent)} if "consent" in table.columns else {}),
    )
    if moved:  # who is lost may have no purchase left, and so no last one
        none_left = customers.frequency == 0
        customers = customers.mutate(recency=ibis.ifelse(none_left, float64(0.0), customers.recency))
    return customers


def _by_list(table: ir.Table) -> ir.Table:
    """Return the customers of a movement with its lists in the place of segments; who is on none has none."""
    numbers = [(name, place) for place, name in enumerate(LISTS, start=1)]
    return table.mutate(
        segment_id=table["list"].cases(*numbers, else_=ibis.null("int64")), segment=table["list"]
    )


def _truth(column: ir.Column) -> ir.Column:
    """Return a column of true and false, as a CSV file may have it in words, as bool."""
    return column.cast("string").lower() == "true"


def _number(column: ir.Column) -> ir.Column:
    """Return a column as float64; blank text and NaN are null."""
    value = (column.nullif("") if column.type().is_string() else column).cast("float64")
    return ibis.ifelse(value.isnan(), ibis.null("float64"), value)


def _as_it_was(column: ir.Column) -> ir.Column:
    """Return a text without the apostrophe that makes a formula inert in a CSV file."""
    if not column.type().is_string():
        return column
    inert = column.startswith("'") & column.re_search(FORMULA)
    return ibis.ifelse(inert, column.substr(1), column)


def _check_columns(names: tuple[str, ...], name: str) -> None:
    missing = [column for column in NEEDED if column not in names]
    if not missing:
        return
    if _is_one_list(names):
        raise SourceError(
            f"{name} is one list of a campaign, which does not say of which segment. Give the output folder that it "
            f"was written into, and the segment's name: {argument('only', 'NAME')}."
        )
    first = "group" if "group" in missing else missing[0]
    why = (
        " It says who was held out, and rfmeans writes it: run segment or assign again with the same seed and "
        f"{argument('holdout')}, the groups are the same."
        if first == "group"
        else ""
    )
    raise SourceError(
        f"No column named {first!r} in {name}.{did_you_mean(first, names)}{why} The columns are: {', '.join(names)}."
    )


def _is_one_list(names: tuple[str, ...]) -> bool:
    """Whether a table has the columns of a list in ``audiences/``, in any format."""
    formats = FORMATS.values()
    return {*names} - {"consent"} in [
        {*each.columns, *([each.email] if each.email else [])} for each in formats
    ]


def _check_numbers(listed: ir.Table, name: str) -> None:
    """Refuse numbers that no customer of a list has."""
    wrong = {column: ~listed[column].between(0, LARGEST).fill_null(False) for column in NUMBERS}
    wrong["monetary"] = ~listed.monetary.between(-LARGEST, LARGEST).fill_null(False)
    wrong["segment_id"] = ~(listed.segment_id == listed.segment_id.floor()) | ~listed.segment_id.between(
        1, MOST_SEGMENTS
    )
    found = listed.agg(
        **{column: odd.sum() for column, odd in wrong.items()},
        **{f"{column}_such": listed[column].max(where=odd) for column, odd in wrong.items()},
    )
    row = found.to_pyarrow().to_pylist()[0]
    for column in wrong:
        if row[column]:
            raise DataError(
                f"The column {column} of {name} holds {_said(row[f'{column}_such'])} "
                f"({counted(row[column], 'customer')} with a segment); it must be {MUST[column]}. Give the customers "
                "as rfmeans wrote them."
            )


def _said(value: float | None) -> str:
    return "nothing" if value is None else f"{value:g}"


def holds_zero(lists: Lists) -> bool:
    """Whether a customer has the id 0, which stands for a guest elsewhere."""
    return _count(lists.customers.filter(lists.customers.key == "0")) > 0
