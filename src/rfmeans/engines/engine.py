"""What engines do each in a way of their own: the one list of it, each entry with what most of them do.

An `Engine` says how things are asked of an engine; it holds no connection. A run takes that of its table, a statement
that of its dialect: see `rfmeans.engines.dispatch`.
"""

from __future__ import annotations

import inspect
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import ibis
from ibis.expr.datatypes import Timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    import ibis.expr.types as ir
    from ibis.expr.datatypes import DataType
    from sqlglot import exp

    from rfmeans.engines.database import Check, Found, Home, Served, Target

MOMENT, CLOCK = Timestamp(timezone="UTC"), Timestamp()
# Zones that PostgreSQL takes for abbreviations, without summer time, and what they are links to.
LINKS = {"CET": "Europe/Brussels", "EET": "Europe/Athens", "MET": "Europe/Brussels", "WET": "Europe/Lisbon"}
BLANKS = " \t\n\r\v\f"
BLANK_ENDS = "^[\t-\r ]+|[\t-\r ]+"
# For DuckDBs of ours. 2.0.0 writes files in threads of their own, and now and then waits for ever once a disk is full;
# and of a filter by sums of decimals over windows it makes a join whose types do not fit, which stops it.
OWN_SETTINGS = "SET async_threads = 0; SET disabled_optimizers = 'window_self_join'"


def sql_function(name: str, given: tuple[Any, ...], gives: Any) -> Callable[..., Any]:
    """Return a function of an engine's own, to be used in expressions; a type given as None may be any."""

    def function(*_values: object) -> None:
        """Stand for the engine's."""

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter(f"value_{place}", kind) for place in range(len(given))]
    vars(function)["__signature__"] = inspect.Signature(parameters)
    made: Callable[..., Any] = ibis.udf.scalar.builtin(function, name=name, signature=(given, gives))
    return made


# DuckDB's and PostgreSQL's: the moment when a zone's clocks show a time, and what they show at a moment.
moment_of = sql_function("timezone", (str, CLOCK), MOMENT)
wall_clock = sql_function("timezone", (str, MOMENT), CLOCK)


class Engine:
    """An engine; this class is one that nothing more is known of.

    Attributes
    ----------
    backend
        What Ibis calls it.
    written
        Whether its expressions become a statement: one for people to read, without short cuts, and without guards
        against what a column of the type that was told does not hold.
    name, title, grammar, compiler
        What users call it, what people call it, and as a dialect, what sqlglot and Ibis call that; no statement is
        written without a grammar.
    escapes
        As a dialect, how a text begins, and how a control character and a quote stand in it; None: as they are.
    capitals
        Whether a name without quotes is one in capitals there.
    materialized
        The word with which a step of a statement is computed once; see `computed_once`.
    client_errors
        Module and name of what its own client raises.
    factor
        The type of a factor, of six places at least, whose product is exact.
    file_kind
        The one kind of files that it reads, as `rfmeans.reading.file_kind` calls it; blank where it reads tables.
    composes
        Whether it can write a letter of two characters, such as e and an accent, as the one that it is.
    reads_text
        Whether dates and numbers can be read out of text, which takes functions of DuckDB's.
    compares_lines
        Whether Ibis can compare lines of a table with each other.
    odd_numbers
        Whether it holds decimals that are NaN, infinite or of any length, and stops where a product of floats is too
        large.
    tolerant
        Whether it takes what is neither true nor false for a condition, or fails in the middle of the work. Others
        refuse to mix it with FALSE, or have no type of their own for true and false.
    writes_tables
        Whether a table can be written: whether it has all from `quote` on.
    quote
        What stands around a name.
    """

    backend = name = title = grammar = compiler = ""
    escapes: ClassVar[tuple[str, str, str] | None] = None
    capitals = False
    materialized = ""
    client_errors: ClassVar[tuple[tuple[str, str], ...]] = ()
    factor = "decimal(18, 6)"
    file_kind = ""
    composes = reads_text = False
    compares_lines = True
    odd_numbers = tolerant = False
    writes_tables = False
    quote = '"'
    _text_end = ""  # in a pattern, where Ibis cannot say which blanks are meant

    def __init__(self, backend: str | None = None, *, written: bool = False) -> None:
        self.backend = backend or self.backend
        self.written = written
        self.odd_numbers = self.odd_numbers and not written

    # Opening

    def serves(self, _source: str, _asked: str) -> bool:
        """Whether a source is opened by the engine itself, ``asked`` being the engine that the user asks for."""
        return False

    def open(self, source: str, wanted: str | None) -> Served:
        """Open a source that it serves; ``wanted`` is the table.

        Raises
        ------
        SourceError
            If the engine cannot be reached, or there is nothing of the kind.
        """
        raise NotImplementedError

    def with_plain_types(self, table: ir.Table) -> ir.Table:
        """Return a table whose types are what Ibis takes them for."""
        return table

    # Text

    def stripped(self, text: ir.StringColumn) -> ir.StringColumn:
        """Return the text without `BLANKS` around it, the same ones on every engine.

        Ibis names them to Spark, Databricks and Snowflake by escapes that they do not know, and so the letters v and f
        would go as well; Polars takes blanks of Unicode too. In a statement they are put right: see `escapes`.
        """
        if self._text_end and not self.written:
            return text.re_replace(BLANK_ENDS + self._text_end, "")
        return text.strip()

    def trimmed(self, text: ir.StringColumn) -> ir.StringColumn:
        """Return the same, quickly where most texts have none."""
        return self.stripped(text)

    def unless(self, words: Sequence[str], text: ir.StringColumn) -> ir.StringColumn:
        """Return the text, null where it is one of some words."""
        return ibis.ifelse(self.is_among(words, text.lower()), ibis.null("string"), text)

    def is_among(self, words: Sequence[str], text: ir.StringColumn) -> ir.BooleanColumn:
        """Return whether the text is one of some words; null of null."""
        return text.isin(words)

    def bits(self, column: ir.IntegerColumn) -> ir.IntegerScalar:
        """Return the bits that any of the numbers has."""
        return column.bit_or()

    def sha256(self, _text: ir.StringColumn) -> ir.StringColumn | None:
        """Return the SHA-256 of a text in UTF-8, as 64 hexadecimal digits in lower case; None: not known there."""
        return None

    def composed(self, text: ir.StringColumn) -> ir.StringColumn:
        """Return the text in Unicode's composed form (NFC); as it is where the engine lacks a function for it."""
        return text

    # Days

    def day_in(self, zone: str, moment: ir.TimestampColumn) -> ir.DateColumn:
        """Return the calendar day that a moment falls on in a zone, whatever the session's own is."""
        return self.clock_in(LINKS.get(zone, zone), moment.cast(MOMENT)).date()

    def of_utc(self, clock: ir.TimestampColumn) -> ir.TimestampColumn:
        """Return the moments that the clocks of UTC show: a cast would take them for those of the session."""
        return (clock.cast("string") + "Z").cast(MOMENT)

    def clock_in(self, zone: str, moment: ir.TimestampColumn) -> ir.TimestampColumn:
        """Return what the clocks of a zone show."""
        shown: ir.TimestampColumn = wall_clock(zone, moment)
        return shown

    # Numbers and equality

    def to_decimal(self, value: ir.NumericColumn, kind: str) -> ir.DecimalColumn:
        """Return numbers as decimals of a kind, rounded."""
        return value.cast(kind)

    def multiplied(
        self,
        first: ir.DecimalColumn,
        second: ir.DecimalColumn,
        rounded: Callable[[ir.Column], ir.DecimalColumn],
    ) -> ir.DecimalColumn:
        """Return the product of two columns of `factor`, exact before it is rounded."""
        return rounded(first * second)

    def comparable(self, column: ir.Column) -> ir.Column:
        """Return what can be compared in a column's place where the engine knows no equality of its type."""
        return column

    def quick_hash(self, _value: ir.Value) -> ir.IntegerColumn | None:
        """Return a hash of a value, such as a struct; None where there is no quick one."""
        return None

    def key_hash(self, _key: ir.Column) -> ir.IntegerColumn | None:
        """Return a hash of keys, to take a slice of them by; None where the engine has none."""
        return None

    # Work

    def computed_once(self, table: ir.Table) -> ir.Table:
        """Keep the engine from computing a column anew wherever it is used; most know by themselves what they have."""
        return table

    def keeps_order(self, _connection: Any) -> bool:
        """Whether a plain scan of a kept table gives its rows as they were put in."""
        return False

    def worked_out(self, expression: ir.Table) -> Any:
        """Return the result of an expression as a table that is dropped when nothing refers to it any more."""
        return expression.cache()

    def can(self, table: ir.Table, *operations: str) -> bool:
        """Whether Ibis can say some of its operations there, such as ``Quantile``."""
        con, known = table.get_backend(), ibis.expr.operations
        return all(con.has_operation(getattr(known, operation)) for operation in operations)

    def percentage_of(self, _connection: Any) -> Callable[[], float | None]:
        """Return what tells, from any thread, the percentage (0 to 100) of the running query; None: unknown."""
        return lambda: None

    def interrupt_of(self, _connection: Any) -> Callable[[], None] | None:
        """Return what stops the running query from any thread; None: the engine has no such thing."""
        return None

    # A condition, in the SQL of the engine

    def readable(self, _table: ir.Table, name: str) -> str:
        """Return how a query reads a table, given the name that the user's text calls it by."""
        return name

    def type_of_last(self, table: ir.Table, called: str, alone: str, _query: str) -> str | None:
        """Return the type of a query's last column; None where the engine refuses a condition that is none by itself.

        ``alone`` is the query with that column as it stands, ``query`` the one with false in the place of null.
        """
        if not self.tolerant:
            return None
        found = table.get_backend()._get_sql_string_view_schema(name=called, table=table, query=alone)
        return str(found[found.names[-1]].copy(nullable=True))

    def queried(self, table: ir.Table, called: str, query: str, schema: ibis.Schema) -> ir.Table:
        """Return what a query gives, its columns told: inferred, PostgreSQL's JSON would be text."""
        view = ibis.expr.operations.SQLStringView(table.alias(called).op(), query, schema)
        found: ir.Table = view.to_expr()
        found.select(schema.names[-1]).limit(0).to_pyarrow()
        return found

    # Files

    def write_parquet(self, table: ir.Table, path: Path) -> None:
        """Write a table as it is; shapes as text, for Arrow has no type for them."""
        shapes = [name for name, kind in table.schema().items() if _is_of_shapes(kind)]
        table.cast(dict.fromkeys(shapes, "string")).to_parquet(path)

    def on_duckdb(self, table: ir.Table, folder: Path) -> AbstractContextManager[ir.Table]:
        """Give a copy of a table on DuckDB, streamed to a file in a folder, for what only DuckDB can do."""
        return _copied(table, folder)

    def unheld(self) -> tuple[type[Exception], ...]:
        """Return what is raised where a value fits into no file."""
        return ()

    # A statement

    def correct(self, node: exp.Expr) -> exp.Expr:
        """Return part of a statement's syntax tree, put right where Ibis' words mean something else there."""
        return node

    # Writing a table; the functions in which `rfmeans.engines.write_table` leaves it to the engine.

    def fold(self, name: str) -> str:
        """Return a name as it is compared: case does not count."""
        return name.casefold()

    def usual_schema(self, home: Home) -> str:
        """Return the schema of a table whose name has none."""
        return str(home.con.current_database)

    def schemas(self, home: Home) -> list[str]:
        """Return the schemas' names."""
        raise NotImplementedError

    def check_place(self, home: Home) -> None:
        """Check that a table can be written into the database, and will last."""

    def check_target(self, home: Home, target: Target, found: Found | None) -> None:
        """Check that this table can be written, before any work is done; Spark says so only when it writes."""

    def find(self, home: Home, target: Target) -> Found | None:
        """Return what has the target's name, nothing temporary counted."""
        raise NotImplementedError

    def kinds(self, home: Home, schema: str, name: str) -> list[str]:
        """Return the kinds of what has a name, also of what is temporary and so hides the other."""
        raise NotImplementedError

    def write(self, home: Home, target: Target, customers: ir.Table, check: Check) -> None:
        """Write the table, if what is there by then passes the check."""
        raise NotImplementedError


def _is_of_shapes(kind: DataType) -> bool:
    return bool(_is_of_shapes(kind.value_type) if kind.is_array() else kind.is_geospatial())


@contextmanager
def _copied(table: ir.Table, folder: Path) -> Iterator[ir.Table]:
    with tempfile.TemporaryDirectory(prefix="copy-", dir=folder) as inside:
        connection = ibis.duckdb.connect(Path(inside) / "copy.duckdb")
        try:
            connection.raw_sql(OWN_SETTINGS)
            connection.con.from_arrow(table.to_pyarrow_batches()).create("copied")
            yield connection.table("copied")
        finally:
            connection.disconnect()
