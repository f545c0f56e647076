"""Moments and wall clocks: what a zone's clocks and calendar show, in each engine's own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from ibis.common.exceptions import IbisError
from ibis.expr.datatypes import Date, Int32, Int64, Timestamp

if TYPE_CHECKING:
    import ibis.expr.types as ir

MOMENT, CLOCK = Timestamp(timezone="UTC"), Timestamp()
# Zones that PostgreSQL takes for abbreviations, without summer time, and what they are links to.
LINKS = {"CET": "Europe/Brussels", "EET": "Europe/Athens", "MET": "Europe/Brussels", "WET": "Europe/Lisbon"}
COUNT, DAYS, DAY = Int64(), Int32(), Date()


@ibis.udf.scalar.builtin(name="timezone")  # type: ignore[untyped-decorator]
def moment_of(zone: str, shown: CLOCK) -> MOMENT:  # type: ignore[valid-type]
    """DuckDB's and PostgreSQL's ``timezone``: the moment when a zone's clocks show this time."""


@ibis.udf.scalar.builtin(name="timezone")  # type: ignore[untyped-decorator]
def wall_clock(zone: str, moment: MOMENT) -> CLOCK:  # type: ignore[valid-type]
    """DuckDB's and PostgreSQL's ``timezone``: the wall-clock time of a zone, whatever the session's own is."""


@ibis.udf.scalar.builtin(name="unix_seconds")  # type: ignore[untyped-decorator]
def _unix_seconds(moment: MOMENT) -> COUNT:  # type: ignore[valid-type]
    """Spark's ``unix_seconds``."""


@ibis.udf.scalar.builtin(name="date_from_unix_date")  # type: ignore[untyped-decorator]
def _unix_date(days: DAYS) -> DAY:  # type: ignore[valid-type]
    """Spark's ``date_from_unix_date``."""


@ibis.udf.scalar.builtin(name="make_timestamp_ntz")  # type: ignore[untyped-decorator]
def _shown(year: int, month: int, day: int, hour: int, minute: int, second: int) -> CLOCK:  # type: ignore[valid-type]
    """Spark's ``make_timestamp_ntz``."""


@ibis.udf.scalar.builtin(name="convert_timezone")  # type: ignore[untyped-decorator]
def _converted(source: str, zone: str, shown: CLOCK) -> CLOCK:  # type: ignore[valid-type]
    """Spark's ``convert_timezone``: from one zone's wall clock to another's."""


@ibis.udf.scalar.builtin(name="datetime")  # type: ignore[untyped-decorator]
def _datetime(moment: MOMENT, zone: str) -> CLOCK:  # type: ignore[valid-type]
    """BigQuery's ``DATETIME``."""


@ibis.udf.scalar.builtin(name="convert_timezone")  # type: ignore[untyped-decorator]
def _moved(zone: str, moment: MOMENT) -> CLOCK:  # type: ignore[valid-type]
    """Snowflake's ``CONVERT_TIMEZONE``."""


@ibis.udf.scalar.builtin(name="at_timezone")  # type: ignore[untyped-decorator]
def _at_timezone(moment: MOMENT, zone: str) -> CLOCK:  # type: ignore[valid-type]
    """Trino's ``at_timezone``."""


@ibis.udf.scalar.builtin(name="toTimeZone")  # type: ignore[untyped-decorator]
def _to_time_zone(moment: MOMENT, zone: str) -> CLOCK:  # type: ignore[valid-type]
    """ClickHouse's ``toTimeZone``."""


def engine_of(expression: ir.Expr) -> str:
    """Return the name of an expression's engine; blank where it has none."""
    try:
        return str(expression.get_backend().name)
    except IbisError:
        return ""


def day_in(zone: str, moment: ir.TimestampColumn) -> ir.DateColumn:
    """Return the calendar day that a moment falls on in a zone."""
    engine, zone = engine_of(moment), LINKS.get(zone, zone)
    if engine == "polars":  # has no such function, and its cast to a date takes the day of UTC
        # In microseconds: without a scale it would take nanoseconds, which begin in 1677 and end in 2262.
        shown = moment.cast(Timestamp(timezone=zone, scale=6))
        return ibis.date(shown.year(), shown.month(), shown.day())
    moment = moment.cast(MOMENT)
    if engine in ("pyspark", "databricks"):
        # By way of the clocks of UTC; the session's show an hour twice in autumn.
        return _converted("UTC", zone, _clock_of_utc(_unix_seconds(moment))).date()
    if engine == "snowflake":
        return _moved(zone, moment).date()
    other = {"bigquery": _datetime, "trino": _at_timezone, "clickhouse": _to_time_zone}.get(engine)
    return (other(moment, zone) if other else wall_clock(zone, moment)).date()


def _clock_of_utc(seconds: ir.IntegerColumn) -> ir.TimestampColumn:
    """Return what the clocks of UTC show so many seconds after 1970 began, on Spark."""
    days = seconds // 86400
    day, second = _unix_date(days.cast("int32")), seconds - days * 86400
    time = (second // 3600, second % 3600 // 60, second % 60)
    return _shown(day.year(), day.month(), day.day(), *(part.cast("int32") for part in time))


def with_moments(table: ir.Table) -> ir.Table:
    """Return the table, its moments known as such: Ibis takes both of Spark's timestamps for times without a zone."""
    con = table.get_backend()
    if con.name != "pyspark":
        return table
    from pyspark.sql.types import TimestampType

    con._run_pre_execute_hooks(table)
    fields = con._session.sql(con.compile(table)).schema.fields
    return table.cast({field.name: MOMENT for field in fields if isinstance(field.dataType, TimestampType)})
