"""Polars: no SQL, categories that Ibis takes for text, and results that are plans until they are worked out."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import ibis
from ibis.expr.datatypes import Timestamp

from rfmeans.engines.engine import Engine

if TYPE_CHECKING:
    import ibis.expr.types as ir

# More places than a product of decimals has, and the least number of so many: no more than a half is moved by it.
FINE, LEAST = "decimal(38, 13)", ibis.literal(Decimal("1e-13"), "decimal(38, 13)")


class Polars(Engine):
    """Polars."""

    backend = name = "polars"
    title = "Polars"
    client_errors = (("polars.exceptions", "PolarsError"),)
    compares_lines = False
    composes = True
    factor = "decimal(38, 12)"  # a product has as many places as its factors
    tolerant = True
    _text_end = "$"

    def with_plain_types(self, table: ir.Table) -> ir.Table:
        """Return the table with its enums and categories as text."""
        import polars

        con = table.get_backend()
        con._run_pre_execute_hooks(table)
        kinds = con.compile(table).collect_schema()
        named = [name for name, kind in kinds.items() if kind in (polars.Categorical, polars.Enum)]
        cast = ibis.expr.operations.Cast
        return table.mutate(**{name: cast(table[name], "string").to_expr() for name in named})

    def composed(self, text: ir.StringColumn) -> ir.StringColumn:
        """Return the text in its composed form, by Arrow."""
        found: ir.StringColumn = _composed(text)
        return found

    def sha256(self, text: ir.StringColumn) -> ir.StringColumn:
        """Return it, worked out in Python: Polars has none."""
        digest: ir.StringColumn = _sha256(text)
        return digest

    def to_decimal(self, value: ir.NumericColumn, kind: str) -> ir.DecimalColumn:
        """Return numbers as decimals, a half away from zero as elsewhere: Polars rounds it to an even digit."""
        places, found = ibis.dtype(kind).scale, value.type()
        if not found.is_decimal() or found.scale is None or found.scale <= places:
            return value.cast(kind)
        fine = value.cast(FINE)
        return ibis.ifelse(fine < 0, fine - LEAST, fine + LEAST).cast(kind)

    def day_in(self, zone: str, moment: ir.TimestampColumn) -> ir.DateColumn:
        """Return the day by its parts: a cast to a date takes the day of UTC.

        In microseconds: without a scale it would take nanoseconds, which begin in 1677 and end in 2262.
        """
        shown = moment.cast(Timestamp(timezone=zone, scale=6))
        return ibis.date(shown.year(), shown.month(), shown.day())

    def of_utc(self, clock: ir.TimestampColumn) -> ir.TimestampColumn:
        """Return the moments: here a clock without a zone is that of UTC."""
        return clock

    def worked_out(self, expression: ir.Table) -> Any:
        """Return a table: a cache is a plan, which each use would work out anew."""
        con, name = expression.get_backend(), ibis.util.gen_name("rfmeans_kept")
        try:
            return con.create_table(name, expression.to_polars()).cache()
        finally:
            con.drop_table(name, force=True)


@ibis.udf.scalar.pyarrow(signature=((str,), str))  # type: ignore[untyped-decorator]
def _sha256(texts: Any) -> Any:
    import pyarrow as pa

    digests = (
        None if text is None else hashlib.sha256(text.encode()).hexdigest() for text in texts.to_pylist()
    )
    return pa.array(list(digests), pa.string())


@ibis.udf.scalar.pyarrow(signature=((str,), str))  # type: ignore[untyped-decorator]
def _composed(texts: Any) -> Any:
    import pyarrow.compute as pc

    return pc.utf8_normalize(texts, "NFC")
