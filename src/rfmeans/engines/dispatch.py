"""A table, a dialect or a source -> its engine. The one list of engines: a new one is a line in it."""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, Any

from ibis.common.exceptions import IbisError

from rfmeans.arguments import Choice, argument
from rfmeans.engines.duckdb import DUCKDB
from rfmeans.engines.engine import Engine
from rfmeans.engines.polars import Polars
from rfmeans.engines.postgres import Postgres
from rfmeans.engines.spark import Spark
from rfmeans.engines.warehouses import BigQuery, ClickHouse, Databricks, Snowflake, Trino
from rfmeans.errors import SettingsError, SourceError, did_you_mean

if TYPE_CHECKING:
    import ibis.expr.types as ir

ENGINES: tuple[Engine, ...] = (
    DUCKDB,
    Postgres(),
    BigQuery(),
    Snowflake(),
    Databricks(),
    Spark(),
    Trino(),
    ClickHouse(),
    Polars(),
)
BY_BACKEND = {engine.backend: engine for engine in ENGINES}
DIALECTS = {engine.name: type(engine)(written=True) for engine in ENGINES if engine.grammar}
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


def engine_of(expression: ir.Expr) -> Engine:
    """Return the engine of an expression: of a table that a user passes, and wherever a room begins at a table.

    >>> import ibis
    >>> engine_of(ibis.memtable({"x": [1]})).title
    'DuckDB'
    """
    try:
        connection = expression.get_backend()
    except IbisError:  # bound to none
        return Engine()
    return engine_at(connection)


def engine_at(connection: Any) -> Engine:
    """Return the engine of a connection."""
    return BY_BACKEND.get(connection.name) or Engine(connection.name)


def find_dialect(name: str) -> Engine:
    """Return the engine of a dialect, for a statement.

    Raises
    ------
    SettingsError
        If there is none.

    >>> find_dialect("BigQuery").title
    'BigQuery'
    >>> find_dialect("postgresql")
    Traceback (most recent call last):
    rfmeans.errors.SettingsError: There is no dialect 'postgresql'. Did you mean 'postgres'? There are: duckdb, \
postgres, bigquery, snowflake, databricks, spark, trino, clickhouse.
    """
    found = DIALECTS.get(name.strip().lower())
    if found is None:
        raise SettingsError(
            f"There is no dialect {name!r}.{did_you_mean(name, DIALECTS)} There are: {', '.join(DIALECTS)}."
        )
    # Ibis mends what sqlglot writes for some engines, but sqlglot looks only once, when it first writes for one.
    importlib.import_module("ibis.backends.sql.dialects")
    return found


def server_of(source: str, asked: str) -> Engine | None:
    """Return the engine that opens a source by itself; None for files, which the embedded one reads.

    Raises
    ------
    SettingsError
        If another engine is asked for than the one that can.
    SourceError
        If it is an address of a kind that none knows.
    """
    server = next((engine for engine in ENGINES if engine.serves(source, asked)), None)
    if server is None and ADDRESS.match(source):
        scheme = source.partition("://")[0].casefold()
        raise SourceError(
            f"Addresses that begin with {scheme}:// cannot be read. Give a file, or postgres://user@host/database; "
            "in Python, rfmeans.segment takes a table of any engine that Ibis speaks to."
        )
    if server is not None and asked not in (DUCKDB.name, server.name):
        raise SettingsError(
            f"{argument('engine', asked)} cannot read a {server.title} address. Leave it out.",
            [Choice({"engine": None}, f"{server.title} reads it")],
        )
    return server
