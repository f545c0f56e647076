"""Spark: starting a session, moments, and tables that are written beside the old one, then take its name."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import warnings
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import ibis

from rfmeans.arguments import named
from rfmeans.engines.database import MARK, Check, Found, Home, Served, Target
from rfmeans.engines.engine import CLOCK, MOMENT, Engine, sql_function
from rfmeans.errors import SettingsError, SourceError
from rfmeans.temporary_folders import held_interrupt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import ibis.expr.types as ir
    from ibis.expr.datatypes import DataType

PARTITIONS = "spark.sql.shuffle.partitions"
TASKS_PER_CORE = 4
_unix_seconds = sql_function("unix_seconds", (MOMENT,), "int64")
_unix_date = sql_function("date_from_unix_date", ("int32",), "date")
_shown = sql_function("make_timestamp_ntz", ("int32",) * 6, CLOCK)
_converted = sql_function("convert_timezone", (str, str, CLOCK), CLOCK)


@ibis.udf.agg.builtin(name="bit_or", signature=(("int64",), "int64"))  # type: ignore[untyped-decorator]
def _bit_or(_number: int) -> None:
    """Stand for Spark's, which Ibis does not know."""


class SparkSQL(Engine):
    """What Spark and Databricks have in common."""

    compiler = "databricks"  # Ibis' own for Spark needs a session
    escapes = ("", r"\u{:04x}", r"\'")
    tolerant = True
    _text_end = r"\z"  # Java's `$` stands before a last line break as well

    def bits(self, column: ir.IntegerColumn) -> ir.IntegerScalar:
        """Return Spark's own."""
        found: ir.IntegerScalar = _bit_or(column)
        return found

    def clock_in(self, zone: str, moment: ir.TimestampColumn) -> ir.TimestampColumn:
        """Return what the clocks show, by way of those of UTC; the session's show an hour twice in autumn."""
        shown: ir.TimestampColumn = _converted("UTC", zone, _clock_of_utc(_unix_seconds(moment)))
        return shown

    def key_hash(self, key: ir.Column) -> ir.IntegerColumn:
        """Return the engine's own hash."""
        found: ir.IntegerColumn = key.cast("string").hash()
        return found

    def sha256(self, text: ir.StringColumn) -> ir.StringColumn:
        """Return Ibis' own."""
        return text.hexdigest("sha256")

    def comparable(self, column: ir.Column) -> ir.Column:
        """Return a map, or what holds one, as JSON: a cast to text would not quote what is in it."""
        return column.cast("json") if _has_map(column.type()) else column


def _clock_of_utc(seconds: ir.IntegerColumn) -> ir.TimestampColumn:
    """Return what the clocks of UTC show so many seconds after 1970 began.

    Without an interval, which Ibis cannot register where a result is fetched as a frame.
    """
    days = seconds // 86400
    day, second = _unix_date(days.cast("int32")), seconds - days * 86400
    parts = (day.year(), day.month(), day.day(), second // 3600, second % 3600 // 60, second % 60)
    shown: ir.TimestampColumn = _shown(*(part.cast("int32") for part in parts))
    return shown


def _has_map(kind: DataType) -> bool:
    """Whether a type is a map, or holds one; Spark compares lists and structs by itself."""
    if kind.is_array():
        return _has_map(kind.value_type)
    return bool(kind.is_map() or (kind.is_struct() and any(map(_has_map, kind.types))))


class Spark(SparkSQL):
    """Spark."""

    backend = "pyspark"
    name = grammar = "spark"
    title = "Spark"
    client_errors = (("pyspark.errors", "PySparkException"), ("py4j.protocol", "Py4JError"))
    file_kind = "parquet"
    writes_tables = True
    quote = "`"

    def serves(self, _source: str, asked: str) -> bool:
        """Whether Spark is asked for."""
        return asked == self.name

    def open(self, source: str, _wanted: str | None) -> Served:
        """Open Parquet files, in the session of this process or a new one of the environment's settings.

        Raises
        ------
        SourceError
            If Spark cannot be started or the files cannot be read.
        """
        session, fleeting = _spark_session()
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        con = ibis.pyspark.connect(session)
        try:
            table = con.read_parquet(source)
        except (PySparkException, Py4JError) as error:
            java = getattr(error, "java_exception", None)
            said = str(java.getMessage() if java else error).splitlines()[0].split("SQLSTATE")[0].strip()
            raise SourceError(f"Spark cannot read {source} as Parquet: {said} Check the path.") from error
        # Indirect, as the files may be a table's own.
        home = Home(con, "Spark's catalogue", fleeting=fleeting, indirect=True)
        return Served(table, f"{source} (Spark)", home)

    def with_plain_types(self, table: ir.Table) -> ir.Table:
        """Return the table, its moments known as such: Ibis takes both of Spark's timestamps for times as shown."""
        from pyspark.sql.types import TimestampType

        fields = _frame(table).schema.fields
        return table.cast({one.name: MOMENT for one in fields if isinstance(one.dataType, TimestampType)})

    def percentage_of(self, connection: Any) -> Callable[[], float | None]:
        """Return what tells the share of finished tasks in the stages that run."""
        tracker = connection._session.sparkContext.statusTracker()

        def percentage() -> float | None:
            with suppress(Exception):  # the session may be gone already
                stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
                tasks = sum(stage.numTasks for stage in stages if stage)
                if tasks:
                    return float(100.0 * sum(stage.numCompletedTasks for stage in stages if stage) / tasks)
            return None

        return percentage

    def interrupt_of(self, connection: Any) -> Callable[[], None]:
        """Return what stops all jobs."""
        stop: Callable[[], None] = connection._session.sparkContext.cancelAllJobs
        return stop

    def write_parquet(self, table: ir.Table, path: Path) -> None:
        """Write the table; Ibis goes by way of pandas' nanoseconds, which turn the year 1 into 1754."""
        import pyarrow.parquet

        pyarrow.parquet.write_table(_frame(table).toArrow(), path)

    def schemas(self, home: Home) -> list[str]:
        """Return the schemas' names."""
        return list(home.con.list_databases())

    def check_place(self, home: Home) -> None:
        """Check that a table will last, and lie where the orders do.

        Raises
        ------
        SettingsError
            If the session keeps its tables in memory, or the orders come from another catalogue than its current one.
        """
        if home.fleeting:
            raise SettingsError(
                f"{named('write_table')} would be lost: this Spark session keeps its tables in memory until it ends. "
                "Give it a lasting catalogue, such as spark.sql.catalogImplementation=hive in its spark-defaults.conf."
            )
        current = home.con.current_catalog
        if home.catalogue is not None and self.fold(home.catalogue) != self.fold(current):
            raise SettingsError(
                f"{named('write_table')} writes into the session's current catalogue, which is {current}, but the "
                f"orders come from {home.catalogue}. Say USE {home.catalogue} first."
            )

    def find(self, home: Home, target: Target) -> Found | None:
        """Return what has the target's name."""
        catalog = home.con._session.catalog
        if not catalog.tableExists(str(target)):
            return None
        found = catalog.getTable(str(target))
        return Found("view" if found.tableType == "VIEW" else "table", found.description)

    def kinds(self, home: Home, schema: str, name: str) -> list[str]:
        """Return the kinds of what has a name, also of what is temporary and so hides the other."""
        catalog, place = home.con._session.catalog, Target(schema, name, self.quote, home.catalogue)
        found = [
            catalog.getTable(called)
            for called in (place.quoted_name, str(place))
            if catalog.tableExists(called)
        ]
        return ["table" if one.tableType in ("MANAGED", "EXTERNAL") else "view" for one in found]

    def write(self, home: Home, target: Target, customers: ir.Table, check: Check) -> None:
        """Write beside, then swap names: Spark has no transaction over a catalogue.

        Raises
        ------
        OutputError
            If `check` says so of what is there by now.
        """
        con = home.con
        new, old = (replace(target, name=f"{target.name}__rfmeans_{word}") for word in ("new", "old"))
        if self.find(home, old) and not self.find(home, target):  # a run was killed between the two renames
            _run(con, f"ALTER TABLE {old} RENAME TO {target}")
        found = self.find(home, target)
        check(found)
        for leftover in (new, old):
            _run(con, f"DROP TABLE IF EXISTS {leftover}")
        kind, query = con._session.conf.get("spark.sql.sources.default"), con.compile(customers)
        columns = con._session.sql(query).schema.fields
        typed = ", ".join(f"`{column.name}` {column.dataType.simpleString()}" for column in columns)
        try:
            # Made before it is filled: files that a killed CREATE TABLE AS leaves belong to no table, and block the
            # next one.
            _run(con, f"CREATE TABLE {new} ({typed}) USING {kind} COMMENT '{MARK}'")
            _run(con, f"INSERT INTO {new} {query}")
            if found is not None:
                _run(con, f"ALTER TABLE {target} RENAME TO {old}")
            _run(con, f"ALTER TABLE {new} RENAME TO {target}")
        except BaseException:
            # What went wrong before matters more.
            with suppress(Exception):
                _run(con, f"DROP TABLE IF EXISTS {new}")
            with suppress(Exception):
                if found is not None and not self.find(home, target):
                    _run(con, f"ALTER TABLE {old} RENAME TO {target}")
            raise
        _run(con, f"DROP TABLE IF EXISTS {old}")


def _frame(table: ir.Table) -> Any:
    """Return a table as Spark's own frame."""
    con = table.get_backend()
    con._run_pre_execute_hooks(table)
    return con._session.sql(con.compile(table))


def _run(con: Any, statement: str) -> None:
    con._session.sql(statement)


# Starting


def _spark_session() -> tuple[Any, bool]:
    """Return the session, and whether its tables end with it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of which versions of pandas PySpark knows
            from pyspark import SparkConf, SparkContext
            from pyspark.errors import PySparkException
            from pyspark.sql import SparkSession
    except ImportError:
        raise SourceError("Spark needs PySpark. Install it: pip install 'rfmeans[spark]'") from None
    running = SparkSession.getActiveSession()
    if running is not None:
        return running, False
    if not os.environ.get("JAVA_HOME") and shutil.which("java") is None:
        raise SourceError("Spark needs Java, which is not installed here (Debian: default-jre-headless).")
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    try:
        conf = SparkConf().setAppName("rfmeans")
        conf.set("spark.ui.showConsoleProgress", "false")  # rfmeans shows its own
        with held_interrupt():  # in the middle of it the JVM would be left behind
            SparkContext._ensure_initialized(conf=conf)
        with _own_interrupt():
            SparkContext.getOrCreate(conf)
        session = SparkSession.builder.getOrCreate()
    except PySparkException as error:
        raise SourceError(
            f"Spark does not start: {str(error).splitlines()[0]} Check its settings."
        ) from error
    session.sparkContext.setLogLevel("ERROR")
    if not SparkConf().contains(PARTITIONS) and session.sparkContext.master.startswith("local"):
        # Spark's own default, 200, is for clusters: on one machine it starts thousands of tasks for a few rows each.
        session.conf.set(PARTITIONS, TASKS_PER_CORE * session.sparkContext.defaultParallelism)
    return session, _is_fleeting(session)


def _is_fleeting(session: Any) -> bool:
    """Whether a session's tables end with it: those of Spark's own catalogue do, unless Hive keeps them."""
    own = session.catalog.currentCatalog() == "spark_catalog"
    replaced = session.conf.get("spark.sql.catalog.spark_catalog", None) is not None
    return own and not replaced and session.conf.get("spark.sql.catalogImplementation") == "in-memory"


@contextmanager
def _own_interrupt() -> Iterator[None]:
    """Keep what this process does on Ctrl-C, which PySpark replaces; Python's own handler it may."""
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        chosen = before not in (signal.default_int_handler, None)
        if chosen and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, before)
