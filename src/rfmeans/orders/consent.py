"""Who consents to marketing, by what the orders say of it: lists go by it where that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.columns.keys import customer_id
from rfmeans.columns.layout_files import built_in
from rfmeans.columns.typed import calendar_day
from rfmeans.engines.kept_tables import put_in_order
from rfmeans.orders.statuses import status_variants, word_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from rfmeans.columns.conventions import Conventions
    from rfmeans.columns.layout import Layout
    from rfmeans.reading.source import Source


def consents(
    source: Source, layout: Layout, conventions: Conventions, timezone: str | None = None
) -> ir.Table | None:
    """Return what each customer said last: customer_id, consent (bool); None where no column tells it.

    All rows count, also those of orders that do not, and those after the as-of date: a no holds whenever it was said.
    Who said yes and no on one day does not consent. Customers of whom no row says anything are not in it.
    """
    if layout.consent is None:
        return None
    table, engine = source.table, source.engine
    word = word_of(table[layout.consent], engine)
    said = table.select(
        customer_id=customer_id(table, layout.customers, engine, conventions.keys),
        day=calendar_day(table[str(layout.columns.date)], engine, timezone, conventions.date),
        yes=engine.is_among(status_variants(built_in()["orders"]["consents"]), word),
        word=word,
    )
    said = said.filter(said.customer_id.notnull(), said.day.notnull(), said.word.notnull())
    last = said.group_by("customer_id").agg(
        yes=said.day.max(where=said.yes), no=said.day.max(where=~said.yes)
    )
    return last.select("customer_id", consent=((last.yes > last.no) | last.no.isnull()).fill_null(False))


def with_consent(customers: ir.Table, said: ir.Table | None) -> ir.Table:
    """Add consent (bool, null where the orders say nothing of it) to customers, in the order of their ids.

    ``said``: see `consents`; None: the customers stay as they are.
    """
    if said is None:
        return customers
    both = customers.left_join(said, "customer_id")
    return put_in_order(both.select(*customers.columns, "consent"), "customer_id")
