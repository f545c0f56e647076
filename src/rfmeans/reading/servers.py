"""Orders that lie on an engine of their own: a table of PostgreSQL, Parquet files under Spark."""

from __future__ import annotations

import glob
import os
import re
import shutil
import signal
import threading
import warnings
import weakref
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import argument, named
from rfmeans.engines.database import Home
from rfmeans.errors import SettingsError, SourceError
from rfmeans.reading.duckdb_file import one_of
from rfmeans.reading.file_kind import kind_of
from rfmeans.temporary_folders import held_interrupt

if TYPE_CHECKING:
    from collections.abc import Iterator

    import ibis.expr.types as ir

    from rfmeans.settings import Reading

ADDRESS = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
POSTGRES = ("postgres", "postgresql")
PARTITIONS = "spark.sql.shuffle.partitions"
TASKS_PER_CORE = 4
SECONDS = 15  # to wait for a server, unless the address says otherwise


@dataclass(frozen=True)
class Served:
    """A table on a server: itself, what to call it, and its database."""

    table: ir.Table
    name: str
    home: Home


def is_address(source: str) -> bool:
    """Whether a text is an address and not a path.

    >>> is_address("postgres://ann@localhost/shop"), is_address("orders.csv")
    (True, False)
    """
    return ADDRESS.match(source) is not None


def is_postgres(source: str) -> bool:
    """Whether a text is the address of a PostgreSQL database.

    >>> is_postgres("postgres://ann@localhost/shop"), is_postgres("s3a://shop/orders/*.parquet")
    (True, False)
    """
    return source.partition("://")[0].casefold() in POSTGRES and is_address(source)


def open_address(address: str, reading: Reading) -> Served:
    """Open a table of a PostgreSQL database, which is read in place.

    Raises
    ------
    SettingsError
        If the engine is limited here or another one is asked for.
    SourceError
        If the address is of another kind, nothing answers there, or there is no such table.
    """
    if not is_postgres(address):
        scheme = address.partition("://")[0].casefold()
        raise SourceError(
            f"Addresses that begin with {scheme}:// cannot be read. Give a file, or postgres://user@host/database; "
            "in Python, rfmeans.segment takes a table of any engine that Ibis speaks to."
        )
    if reading.engine != "duckdb":
        raise SettingsError(
            f"{argument('engine', reading.engine)} cannot read a PostgreSQL address. Leave it out."
        )
    reading.limits.refuse("PostgreSQL")
    _check_options(reading)
    import ibis

    connection = _connect(address)
    con = ibis.postgres.from_connection(connection)
    weakref.finalize(con, connection.close)
    label = _label(con.con)
    schema, name = _table(con, label, reading.table)
    table = con.table(name, database=schema)
    return Served(table, f"{name} in {label}", Home(con, label, origins=((schema, name),)))


def _connect(address: str) -> Any:
    try:
        import psycopg
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        raise SourceError("PostgreSQL needs psycopg. Install it: pip install 'rfmeans[postgres]'") from None
    try:
        found = conninfo_to_dict(address)
        # A password with a / in it is taken for a port and a database.
        if not re.fullmatch("[0-9,]*", str(found.get("port") or "")):
            raise ValueError("no port")
    except (psycopg.Error, ValueError):  # its words may quote a password
        raise SourceError(
            "This is no PostgreSQL address. Give one like postgres://user@host:5432/database; a sign such as / or @ in "
            "a password is written as % and its code, or left to PGPASSWORD or ~/.pgpass."
        ) from None
    found.setdefault("connect_timeout", str(SECONDS))
    found.setdefault("application_name", "rfmeans")
    try:
        return psycopg.connect(autocommit=True, **found)
    except psycopg.Error as error:
        said = str(error).strip().splitlines()[0].removeprefix("connection failed: ")
        place = f"{found.get('host') or 'this machine'}{_port(found.get('port'))}"
        raise SourceError(
            f"Cannot connect to PostgreSQL on {place}: {without(said, found.get('password'))}. Check the address, and "
            "that the server runs and lets you in."
        ) from None


def _port(port: object) -> str:
    return f":{port}" if port else ""


def without(text: str, secret: object) -> str:
    """Return a text without a secret.

    >>> without("no user ann with hunter2", "hunter2"), without("no user ann", None)
    ('no user ann with ***', 'no user ann')
    """
    return text.replace(str(secret), "***") if secret else text


def _label(connection: Any) -> str:
    info = connection.info
    host = "" if info.host.startswith("/") else f"{info.host}:{info.port}"
    return f"postgres://{host}/{info.dbname}"


def _table(con: Any, label: str, wanted: str | None) -> tuple[str, str]:
    with con.con.cursor() as cursor:
        cursor.execute(
            "SELECT nspname, relname, obj_description(c.oid, 'pg_class') FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('r', 'p', 'v', 'm', 'f') "
            "AND nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1, 2"
        )
        rows = cursor.fetchall()
    return one_of(rows, label, wanted, con.current_database)[1]


def open_spark(pattern: str, reading: Reading) -> Served:
    """Open Parquet files under Spark, in the session of this process or a new one of the environment's settings.

    Raises
    ------
    SettingsError
        If an option does not fit, or a file on this machine is no Parquet.
    SourceError
        If Spark cannot be started or the files cannot be read.
    """
    reading.limits.refuse("Spark")
    _check_options(reading, table=False)
    _check_parquet(pattern)
    session, fleeting = _spark_session()
    import ibis
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    con = ibis.pyspark.connect(session)
    try:
        table = con.read_parquet(pattern)
    except (PySparkException, Py4JError) as error:
        java = getattr(error, "java_exception", None)
        said = str(java.getMessage() if java else error).splitlines()[0].split("SQLSTATE")[0].strip()
        raise SourceError(f"Spark cannot read {pattern} as Parquet: {said} Check the path.") from error
    home = Home(con, "Spark's catalogue", fleeting=fleeting, indirect=True)  # the files may be a table's own
    return Served(table, f"{pattern} (Spark)", home)


def _check_parquet(pattern: str) -> None:
    """Refuse files on this machine that are no Parquet before Spark starts, which would print pages of Java's."""
    for found in map(Path, glob.glob(pattern)):  # noqa: PTH207 - pathlib cannot glob an absolute pattern
        file = next(_data_files(found), None) if found.is_dir() else found
        if file and file.stat().st_size and kind_of(file) != "parquet":
            raise SettingsError(
                f"{argument('engine', 'spark')} reads Parquet, and {file} is none. Leave it out, or write the "
                "orders as Parquet first."
            )


def _data_files(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder that Spark reads: nothing that a dot or an underscore hides."""
    for file in folder.rglob("*"):
        hidden = any(part[0] in "._" for part in file.relative_to(folder).parts)
        if not hidden and file.is_file() and file.stat().st_size:
            yield file


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


def _check_options(reading: Reading, *, table: bool = True) -> None:
    """Refuse options that say how a file is read."""
    given = {"sheet": reading.sheet, "encoding": reading.encoding, "delimiter": reading.delimiter}
    given["table"] = None if table else reading.table
    for option, value in given.items():
        if value is not None:
            raise SettingsError(
                f"{named(option)} cannot be given here: what is read is no file of that kind."
            )
