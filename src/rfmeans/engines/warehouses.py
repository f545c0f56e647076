"""Warehouses whose dialects a statement is written in; nobody has run them here: see docs/engines.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from rfmeans.engines.database import is_doubtful
from rfmeans.engines.engine import CLOCK, MOMENT, Engine, sql_function
from rfmeans.engines.spark import SparkSQL

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from sqlglot import exp

_datetime = sql_function("datetime", (MOMENT, str), CLOCK)
_moved = sql_function("convert_timezone", (str, MOMENT), CLOCK)
_at_timezone = sql_function("at_timezone", (MOMENT, str), CLOCK)
_to_time_zone = sql_function("toTimeZone", (MOMENT, str), CLOCK)
_sha256 = sql_function("sha256", (str,), "binary")
_sha256_of_bytes = sql_function("sha256", ("binary",), "binary")
_hex = sql_function("to_hex", ("binary",), str)
_utf8 = sql_function("to_utf8", (str,), "binary")
_sha2 = sql_function("sha2", (str, int), str)
_clickhouse_sha256 = sql_function("SHA256", (str,), "binary")
_clickhouse_hex = sql_function("hex", ("binary",), str)
_composed = sql_function("NORMALIZE", (str,), str)
_json_text = sql_function("to_json_string", (None,), str)


class BigQuery(Engine):
    """BigQuery."""

    backend = name = grammar = compiler = "bigquery"
    title = "BigQuery"
    composes = True

    def composed(self, text: ir.StringColumn) -> ir.StringColumn:
        """Return the text in its composed form."""
        found: ir.StringColumn = _composed(text)
        return found

    def clock_in(self, zone: str, moment: ir.TimestampColumn) -> ir.TimestampColumn:
        """Return ``DATETIME(moment, zone)``."""
        return _datetime(moment, zone)

    def sha256(self, text: ir.StringColumn) -> ir.StringColumn:
        """Return ``TO_HEX(SHA256(text))``."""
        digest: ir.StringColumn = _hex(_sha256(text))
        return digest

    def to_decimal(self, value: ir.NumericColumn, kind: str) -> ir.DecimalColumn:
        """Round what is cast to NUMERIC, which keeps nine places."""
        return value.cast(kind).round(ibis.dtype(kind).scale)

    def comparable(self, column: ir.Column) -> ir.Column:
        """Return a list or a document as its text."""
        return _json_text(column) if is_doubtful(column.type()) else column

    def correct(self, node: exp.Expr) -> exp.Expr:
        """Leave out Ibis' cast of what is rounded to the type that it has."""
        from sqlglot import exp

        return node.this if isinstance(node, exp.Cast) and isinstance(node.this, exp.Round) else node


class Snowflake(Engine):
    """Snowflake."""

    backend = name = grammar = compiler = "snowflake"
    title = "Snowflake"
    escapes = SparkSQL.escapes  # to it as well \\v is the letter v
    capitals = True
    _text_end = "$"

    def clock_in(self, zone: str, moment: ir.TimestampColumn) -> ir.TimestampColumn:
        """Return ``CONVERT_TIMEZONE(zone, moment)``."""
        return _moved(zone, moment)

    def sha256(self, text: ir.StringColumn) -> ir.StringColumn:
        """Return ``SHA2(text, 256)``."""
        digest: ir.StringColumn = _sha2(text, 256)
        return digest


class Databricks(SparkSQL):
    """Databricks."""

    backend = name = grammar = "databricks"
    title = "Databricks"


class Trino(Engine):
    """Trino."""

    backend = name = grammar = compiler = "trino"
    title = "Trino"
    escapes = ("U&", r"\{:04x}", "''")
    composes = True

    def composed(self, text: ir.StringColumn) -> ir.StringColumn:
        """Return the text in its composed form."""
        found: ir.StringColumn = _composed(text)
        return found

    def clock_in(self, zone: str, moment: ir.TimestampColumn) -> ir.TimestampColumn:
        """Return ``AT_TIMEZONE(moment, zone)``."""
        return _at_timezone(moment, zone)

    def sha256(self, text: ir.StringColumn) -> ir.StringColumn:
        """Return ``LOWER(TO_HEX(SHA256(TO_UTF8(text))))``."""
        return _hex(_sha256_of_bytes(_utf8(text))).lower()


class ClickHouse(Engine):
    """ClickHouse."""

    backend = name = grammar = compiler = "clickhouse"
    title = "ClickHouse"
    factor = "decimal(38, 6)"  # a product is as wide as its wider factor

    def clock_in(self, zone: str, moment: ir.TimestampColumn) -> ir.TimestampColumn:
        """Return ``toTimeZone(moment, zone)``."""
        return _to_time_zone(moment, zone)

    def sha256(self, text: ir.StringColumn) -> ir.StringColumn:
        """Return ``lower(hex(SHA256(text)))``."""
        return _clickhouse_hex(_clickhouse_sha256(text)).lower()

    def to_decimal(self, value: ir.NumericColumn, kind: str) -> ir.DecimalColumn:
        """Round before the cast, which cuts digits off: 8.2 * 3 becomes 24.5999. Text is read exactly."""
        return value.round(ibis.dtype(kind).scale).cast("string").cast(kind)

    def correct(self, node: exp.Expr) -> exp.Expr:
        """Take Date32 for Date, which begins in 1970: an earlier day comes out as a late one. Shorten `to_decimal`."""
        from sqlglot import exp

        if (
            isinstance(node, exp.Cast)
            and isinstance(node.this, exp.Cast)
            and isinstance(node.this.this, exp.Round)
        ):
            return exp.func("toString", node.this.this, dialect=self.grammar)

        if isinstance(node, exp.Anonymous) and node.name == "toDate":
            node.set("this", "toDate32")
        if isinstance(node, exp.DataType) and node.is_type("date"):
            node.set("this", exp.DType.DATE32)
        return node
