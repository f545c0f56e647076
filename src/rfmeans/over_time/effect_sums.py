"""The lists and what their customers did -> sums per segment and group, added up where the customers are."""

from __future__ import annotations

import math
import operator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any

import ibis

from rfmeans.groups import HOLDOUT, TREATMENT
from rfmeans.output.files import on_duckdb, write_parquet
from rfmeans.over_time.effect_figures import SegmentSums
from rfmeans.over_time.effect_intervals import GroupSums
from rfmeans.segments.features import bits_for, float64, whole_sum
from rfmeans.segments.settings import FEATURES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import ibis.expr.types as ir

    from rfmeans.over_time.effect_groups import Counted

# y: money in the campaign's time, x: money before; each product of up to three of them.
PRODUCTS = tuple(
    "".join(letters) for size in (1, 2, 3) for letters in combinations_with_replacement("xy", size)
)
LOG_ROOM = 64.0  # above the logarithm of any number: logarithms come to lie between 0 and 1
NOBODY = GroupSums(0, 0, **dict.fromkeys(PRODUCTS, 0.0))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Outside:
    """Customers in no list who bought in the campaign's time, and their money; and how many of the lists did anything.

    ``first_listed`` and ``first_active`` are examples of ids, for a message.
    """

    buyers: int
    money: float
    listed_active: int
    first_listed: str | None
    first_active: str | None


def outcomes(customers: ir.Table) -> ir.Table:
    """Return what customers did in a time: key (the id as text), bought (bool), money (float64), recency (days).

    ``customers``: as `rfmeans.orders.intake.customers_at` gives them for that time alone.
    """
    known = customers.filter(customers.customer_id.notnull())
    return known.select(
        key=known.customer_id.cast("string"),
        bought=(known.frequency > 0).fill_null(False),
        money=known.monetary.cast("float64"),
        recency=known.recency,
    )


@contextmanager
def together(lists: ir.Table, done: ir.Table, folder: Path) -> Iterator[tuple[ir.Table, ir.Table]]:
    """Give both on one engine: as they are where it is one connection, else on DuckDB, by way of files in a folder."""
    if lists.get_backend() is done.get_backend():
        yield lists, done
        return
    write_parquet(lists, folder / "lists.parquet")
    with on_duckdb(done, folder) as local:
        connection: Any = local.get_backend()
        brought = connection.read_parquet(str(folder / "lists.parquet"))
        try:
            yield brought, local
        finally:  # the connection may be a user's own
            connection.drop_view(brought.get_name(), force=True)


def outside(lists: ir.Table, done: ir.Table) -> Outside:
    """Return what was done by customers in no list."""
    strangers = done.anti_join(lists, "key").filter("bought")
    row = strangers.agg(buyers=strangers.count(), money=strangers.money.sum()).to_pyarrow().to_pylist()[0]
    return Outside(
        row["buyers"],
        float(row["money"] or 0.0),
        _count(done.semi_join(lists, "key")),
        lists.key.min().to_pyarrow().as_py(),
        done.key.min().to_pyarrow().as_py(),
    )


def of_groups(lists: ir.Table, counted: Sequence[Counted]) -> ir.Table:
    """Return the customers of those segments alone."""
    return lists.filter(lists.segment_id.isin(sorted({each.segment_id for each in counted})))


def buyers_among(lists: ir.Table, done: ir.Table) -> int:
    """Return how many customers of the lists bought."""
    return _count(done.filter("bought").semi_join(lists, "key"))


def _count(table: ir.Table) -> int:
    return int(table.count().to_pyarrow().as_py())


def sum_groups(lists: ir.Table, done: ir.Table, counted: Sequence[Counted]) -> list[SegmentSums]:
    """Return the sums of each segment; one row per segment and group leaves the engine.

    Floats are added up as whole numbers (see `rfmeans.segments.features.whole_sum`), so that the order of rows does
    not show; for that, money is measured by the segment's largest.
    """
    joined = lists.left_join(done.select("key", "bought", "money"), "key")
    placed = joined.select(
        "segment_id",
        "group",
        bought=joined.bought.fill_null(False),
        x=joined.monetary.fill_null(0.0),
        y=joined.money.fill_null(0.0),
        **{name: joined[name].fill_null(0.0) for name in FEATURES},
    )
    tops = placed.group_by("segment_id").agg(**{f"{side}_top": placed[side].abs().max() for side in "xy"})
    bits = bits_for(sum(each.customers for each in counted))
    rows = _summed(placed.join(tops, "segment_id"), bits).to_pyarrow().to_pylist()
    found = {(row["segment_id"], row["group"]): _sums(row, 2.0**bits) for row in rows}
    names = {each.segment_id: each.segment for each in counted}
    largest = {row["segment_id"]: float(row["y_top"]) for row in rows}
    return [
        SegmentSums(
            number,
            name,
            treatment=found.get((number, TREATMENT), NOBODY),
            holdout=found.get((number, HOLDOUT), NOBODY),
            largest=largest.get(number, 0.0),
        )
        for number, name in names.items()
    ]


def _summed(placed: ir.Table, bits: int) -> ir.Table:
    """Return one row per segment and group: customers, buyers, sums of products and of logarithms."""
    unit = {side: placed[side] / _or_one(placed[f"{side}_top"]) for side in "xy"}
    logs = {name: (placed[name] + float64(1.0)).ln() / float64(LOG_ROOM) for name in FEATURES}
    return placed.group_by("segment_id", "group").agg(
        customers=placed.count(),
        buyers=placed.bought.sum().cast("int64"),
        x_top=placed.x_top.max(),
        y_top=placed.y_top.max(),
        **{name: whole_sum(_product(unit, name), bits) for name in PRODUCTS},
        **{f"{name}_log": whole_sum(value, bits) for name, value in logs.items()},
        **{f"{name}_square": whole_sum(value * value, bits) for name, value in logs.items()},
    )


def _or_one(top: ir.Column) -> ir.Column:
    return ibis.ifelse(top > 0, top, float64(1.0))


def _product(values: dict[str, ir.Column], name: str) -> ir.Column:
    return reduce(operator.mul, (values[letter] for letter in name))


def _sums(row: dict[str, Any], unit: float) -> GroupSums:
    tops = {"x": row["x_top"] or 1.0, "y": row["y_top"] or 1.0}
    products = {name: row[name] / unit * math.prod(tops[letter] for letter in name) for name in PRODUCTS}
    return GroupSums(
        customers=row["customers"],
        buyers=row["buyers"],
        logs=tuple(
            (row[f"{name}_log"] / unit * LOG_ROOM, row[f"{name}_square"] / unit * LOG_ROOM**2)
            for name in FEATURES
        ),
        **products,
    )
