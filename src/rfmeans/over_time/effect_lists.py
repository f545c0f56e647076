"""What was sent -> the lists: each customer in its segment and its group, as they were when the lists were written."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis

from rfmeans.arguments import argument
from rfmeans.columns.keys import KeyConvention, customer_key
from rfmeans.engines.dispatch import engine_of
from rfmeans.engines.failures import engine_errors
from rfmeans.errors import DataError, SourceError, did_you_mean
from rfmeans.groups import HOLDOUT, TREATMENT
from rfmeans.output.files import FORMULA
from rfmeans.reading.open import open_source
from rfmeans.settings import Reading
from rfmeans.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    import ibis.expr.types as ir

    from rfmeans.reading.source import Source

NUMBERS = ("recency", "frequency", "monetary")
NEEDED = ("customer_id", *NUMBERS, "segment_id", "segment", "group")
CUSTOMERS = ("customers.parquet", "customers.csv")  # what an output folder may call them
LISTED = KeyConvention(zero=True)  # 0 is in a list where it is a customer
SHOWN = 3  # of the columns, words or ids that a message names


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
    """

    name: str
    customers: ir.Table
    as_of: dt.date | None
    holdout: float | None


@dataclass(frozen=True)
class Counted:
    """How many customers stand in a group of a segment."""

    segment_id: int
    segment: str
    group: str
    customers: int


@contextmanager
def open_lists(given: Any, table: str | None = None) -> Iterator[Lists]:
    """Open an output folder, a file or a table of customers, as `Segmentation.save` and `write_table` write them.

    Parameters
    ----------
    given
        Path of the folder or the file; a frame, an Ibis table; the address of a database.
    table
        The table of a database.

    Raises
    ------
    SourceError
        If there are no such customers, or a column is missing.
    """
    found, as_of, holdout = given, None, None
    if isinstance(given, str | Path) and Path(given).is_dir():
        found, as_of, holdout = _in_folder(Path(given))
    source = open_source(found, Reading(table=table))
    try:
        name = source.name if found is given else f"{Path(given).absolute().name}/"
        with engine_errors(f"Reading {name}"):
            yield Lists(name, _customers(source, name), as_of, holdout)
    finally:
        source.close()


def _in_folder(folder: Path) -> tuple[Path, dt.date | None, float | None]:
    found = next((folder / name for name in CUSTOMERS if (folder / name).exists()), None)
    if found is None:
        raise SourceError(
            f"{folder} holds no {' or '.join(CUSTOMERS)}. Give the output folder from which the lists were sent, or a "
            "file or table of the customers with their column group."
        )
    as_of = _told(folder / "account.json").get("as_of")
    settings = _told(folder / "model.json").get("settings") or {}
    return found, dt.date.fromisoformat(as_of) if as_of else None, settings.get("holdout")


def _told(path: Path) -> dict[str, Any]:
    """Return what a JSON file of the folder tells; nothing where it is not there any more."""
    with suppress(OSError, ValueError):
        told = json.loads(path.read_text(encoding="utf-8"))
        return told if isinstance(told, dict) else {}
    return {}


def _customers(source: Source, name: str) -> ir.Table:
    table = source.table
    _check_columns(table.columns, name)
    texts = {column: table[column] for column in ("customer_id", "segment", "group")}
    if source.name.endswith(".csv"):
        texts |= {column: _as_it_was(texts[column]) for column in ("customer_id", "segment")}
    typed = table.select(
        key=customer_key(texts["customer_id"], engine_of(table), LISTED).cast("string"),
        **{column: _number(table[column]) for column in NUMBERS},
        segment_id=_number(table.segment_id).cast("int64"),
        segment=texts["segment"].cast("string"),
        group=texts["group"].cast("string"),
    )
    return typed.filter(typed.segment_id.notnull() & typed.key.notnull())


def _number(column: ir.Column) -> ir.Column:
    """Return a column as float64; blank text is null."""
    return (column.nullif("") if column.type().is_string() else column).cast("float64")


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


def count_groups(lists: Lists) -> list[Counted]:
    """Return how many customers stand in each group, by segment.

    Raises
    ------
    DataError
        If there is nobody in the lists, nobody held out, or another word than treatment and holdout in ``group``; or
        if a customer stands there twice.
    """
    _check_words(lists)
    _check_once(lists)
    table = lists.customers
    counted = table.group_by("segment_id", "group").agg(segment=table.segment.max(), customers=table.count())
    rows = counted.order_by("segment_id", "group").to_pyarrow().to_pylist()
    found = [Counted(**row) for row in rows]
    if not any(each.group == HOLDOUT for each in found):
        raise DataError(
            f"Nobody was held out: all {sum(each.customers for each in found):,} customers of {lists.name} are "
            f"treatment, so nothing tells what they would have bought anyway. Hold out a share next time: "
            f"{argument('holdout', 0.1)}."
        )
    return found


def _check_words(lists: Lists) -> None:
    table = lists.customers
    words = table.group_by("group").agg(customers=table.count())
    shown = words.order_by(ibis.desc("customers"), "group").limit(50).to_pyarrow().to_pylist()
    if not shown:
        raise DataError(
            f"{lists.name} holds no customer with a segment. Give the customers that lists were made of."
        )
    strange = [row for row in shown if row["group"] not in (TREATMENT, HOLDOUT)]
    if strange:
        held = "nothing" if strange[0]["group"] is None else repr(strange[0]["group"])
        raise DataError(
            f"The column group of {lists.name} holds {held} "
            f"({counted(strange[0]['customers'], 'customer')} with a segment); it must say {TREATMENT} or {HOLDOUT}."
        )


def _check_once(lists: Lists) -> None:
    table = lists.customers
    times = table.group_by("key").agg(rows=table.count(), groups=table.group.nunique())
    twice = times.filter(times.rows > 1)
    found = twice.agg(customers=twice.count(), first=twice.key.min(), both=(twice.groups > 1).sum())
    row = found.to_pyarrow().to_pylist()[0]
    if row["customers"]:
        both = f", {row['both']:,} of them in both groups" if row["both"] else ""
        raise DataError(
            f"{counted(row['customers'], 'customer stands', 'customers stand')} in {lists.name} several times{both}; "
            f"the first is {row['first']!r}. "
            "One customer counts once: leave one row of each."
        )
