"""How far the engine is with the query it runs, where it tells."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def percentage_of(connection: Any) -> Callable[[], float | None]:
    """Return what tells, from any thread, the percentage (0 to 100) of the running query; None: nothing is known.

    DuckDB and Spark tell; of Spark it is the share of finished tasks in the stages that run.
    """
    if connection.name == "duckdb":
        return _of_duckdb(connection)
    if connection.name == "pyspark":
        return _of_spark(connection)
    return _unknown


def interrupt_of(connection: Any) -> Callable[[], None] | None:
    """Return what stops the running query from any thread; None: the engine has no such thing."""
    if connection.name == "duckdb":
        return connection.con.interrupt  # type: ignore[no-any-return]
    if connection.name == "pyspark":
        return connection._session.sparkContext.cancelAllJobs  # type: ignore[no-any-return]
    return None


def _unknown() -> None:
    return None


def _of_duckdb(connection: Any) -> Callable[[], float | None]:
    # It measures only while its progress bar is on, which need not be printed.
    connection.raw_sql("SET enable_progress_bar = true")
    connection.raw_sql("SET enable_progress_bar_print = false")

    def percentage() -> float | None:
        found = float(connection.con.query_progress())
        return min(found, 100.0) if found >= 0 else None

    return percentage


def _of_spark(connection: Any) -> Callable[[], float | None]:
    tracker = connection._session.sparkContext.statusTracker()

    def percentage() -> float | None:
        with suppress(Exception):  # the session may be gone already
            stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
            tasks = sum(stage.numTasks for stage in stages if stage)
            if tasks:
                return float(100.0 * sum(stage.numCompletedTasks for stage in stages if stage) / tasks)
        return None

    return percentage
