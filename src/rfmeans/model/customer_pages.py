"""Segmented customers -> one page of them: searched, sorted and cut out on the engine, so that few rows come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis

from rfmeans.errors import SettingsError

if TYPE_CHECKING:
    import ibis.expr.types as ir

SORTED_BY = ("customer_id", "recency", "frequency", "monetary", "segment_id", "confidence")
SHOWN = ("customer_id", "segment", "recency", "frequency", "monetary", "confidence", "group", "reason")


@dataclass(frozen=True)
class CustomerPage:
    """Some customers of a result.

    Attributes
    ----------
    rows
        Plain values by column, in their order.
    found
        How many customers there are on all pages.
    """

    rows: tuple[dict[str, Any], ...]
    found: int


def customer_page(
    customers: ir.Table,
    *,
    segment: int | None = None,
    search: str = "",
    sort: str = "monetary",
    descending: bool = True,
    page: int = 1,
    size: int = 25,
) -> CustomerPage:
    """Return one page of the customers of a result.

    Parameters
    ----------
    customers
        Those of a `rfmeans.Segmentation`.
    segment
        Id of the segment; 0: those set aside; None: all.
    search
        A part of the customer's id, in either case; blank: any.
    sort, descending
        The column to sort by; equal ones by id, unknown values last.
    page, size
        Which page, from 1, of so many customers.

    Raises
    ------
    SettingsError
        If it cannot be sorted by that column, or page or size is below 1.

    >>> table = ibis.memtable({"customer_id": ["a1", "A2", "b"], "segment_id": [1, 1, 2], "monetary": [5, 9, 7]})
    >>> found = customer_page(table, search="a")
    >>> found.found, [row["customer_id"] for row in found.rows]
    (2, ['A2', 'a1'])
    """
    if sort not in SORTED_BY:
        raise SettingsError(f"Customers are sorted by one of {', '.join(SORTED_BY)}. Got {sort!r}.")
    if page < 1 or size < 1:
        raise SettingsError(
            f"Pages are counted from 1 and hold at least one customer. Got page {page} of {size}."
        )
    chosen = customers
    if segment is not None:
        chosen = chosen.filter(chosen.segment_id == segment if segment else chosen.segment_id.isnull())
    if search.strip():
        id_text = chosen.customer_id.cast("string").lower()
        chosen = chosen.filter(id_text.contains(search.strip().lower()))
    by = ibis.desc if descending else ibis.asc
    ordered = chosen.order_by(chosen[sort].isnull(), by(chosen[sort]), chosen.customer_id.cast("string"))
    shown = ordered.limit(size, offset=(page - 1) * size)
    columns = [name for name in SHOWN if name in shown.columns]
    rows = shown.select(*columns).to_pyarrow().to_pylist()
    return CustomerPage(tuple(rows), int(chosen.count().to_pyarrow().as_py()))
