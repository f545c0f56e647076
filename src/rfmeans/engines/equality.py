"""Columns whose type an engine knows no equality of -> what can be compared in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from rfmeans.engines.moments import engine_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir
    from ibis.expr.datatypes import DataType


@ibis.udf.scalar.builtin(name="to_json_string")  # type: ignore[untyped-decorator]
def _json_text(value) -> ibis.dtype("string"):  # type: ignore[valid-type,no-untyped-def]
    """BigQuery's ``TO_JSON_STRING``."""


def comparable(table: ir.Table, names: Sequence[str]) -> dict[str, ir.Column]:
    """Return columns as their engine can compare them: a JSON document, a map or a shape as its text where it cannot.

    >>> import ibis
    >>> comparable(ibis.memtable({"tags": [["new"]]}), ["tags"])["tags"].type()
    Array(value_type=String(length=None, nullable=True), length=None, nullable=True)
    """
    engine = engine_of(table)
    return {name: _comparable(engine, table[name]) for name in names}


def _comparable(engine: str, column: ir.Column) -> ir.Column:
    kind = column.type()
    if engine in ("pyspark", "databricks") and _has_map(kind):
        return column.cast("json")  # to_json: a cast to text would not quote what is in a map
    if engine == "bigquery" and _is_doubtful(kind):
        return _json_text(column)
    return column.cast("string") if engine == "postgres" and _is_doubtful(kind) else column


def _has_map(kind: DataType) -> bool:
    """Whether a type is a map, or holds one; Spark compares lists and structs by itself."""
    if kind.is_array():
        return _has_map(kind.value_type)
    return bool(kind.is_map() or (kind.is_struct() and any(map(_has_map, kind.types))))


def _is_doubtful(kind: DataType) -> bool:
    """Whether not every engine can compare values of a type."""
    return bool(kind.is_nested() or kind.is_json() or kind.is_geospatial() or kind.is_unknown())
