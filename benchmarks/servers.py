"""A database of one's own or Spark: the whole job beside the bare two-level group by, on the same server and data.

    python benchmarks/servers.py --postgres postgres://ann@/shop?host=/run/postgresql --lines 4_500_000
    python benchmarks/servers.py --spark --lines 4_500_000

The database gets a table `orders_for_rfmeans`, which is dropped again. Jobs of a round run in turn, and what counts is
the ratio within a round (medians). Spark runs in this process, on this machine, and is warm: the session is started and
both jobs have run once. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from scale import describe_machine, generate

import rfmeans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TABLE = "orders_for_rfmeans"
FLOOR = f"""
    SELECT count(*), sum(frequency), sum(monetary), max(last_day)
    FROM (
        SELECT customer_id, max(CASE WHEN total > 0 THEN day END) AS last_day,
            sum(CASE WHEN total > 0 THEN 1 ELSE 0 END) AS frequency, sum(total) AS monetary
        FROM (
            SELECT customer_id, order_id, min(CAST(ordered_at AS DATE)) AS day, sum(amount) AS total
            FROM {TABLE} GROUP BY customer_id, order_id) AS orders
        GROUP BY customer_id) AS customers
"""
COLUMNS = "customer_id BIGINT, order_id BIGINT, ordered_at TIMESTAMP, amount DECIMAL(12, 2)"


def segment(orders: Any, **reading: Any) -> None:
    """The whole job, its files written but report and lists."""
    with (
        tempfile.TemporaryDirectory() as folder,
        rfmeans.segment(orders, transform="log", **reading) as result,
    ):
        result.save(Path(folder) / "segments", report=False, audience_format="none")


def in_postgres(address: str, pattern: str) -> Iterator[dict[str, Callable[[], Any]]]:
    """Put the lines into a table of the server, and yield the jobs."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection, tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "orders.csv"
        duckdb.sql(f"COPY (SELECT * FROM '{pattern}') TO '{text}' (HEADER false)")
        connection.execute(f"CREATE TABLE {TABLE} ({COLUMNS})")
        try:
            with (
                connection.cursor().copy(f"COPY {TABLE} FROM STDIN (FORMAT csv)") as copy,
                text.open("rb") as lines,
            ):
                while block := lines.read(1 << 20):
                    copy.write(block)
            connection.execute(f"VACUUM ANALYZE {TABLE}")
            yield {
                "floor": lambda: connection.execute(FLOOR).fetchall(),
                "rfmeans": lambda: segment(address, table=TABLE),
            }
        finally:
            connection.execute(f"DROP TABLE {TABLE}")


def in_spark(pattern: str) -> Iterator[dict[str, Callable[[], Any]]]:
    """Start Spark on this machine, and yield the jobs."""
    from pyspark.sql import SparkSession

    settings = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",  # or large results are fetched from where the machine's name leads
        "spark.driver.memory": "6g",
        "spark.log.level": "ERROR",
        "spark.sql.shuffle.partitions": str(4 * (os.cpu_count() or 1)),
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.enabled": "false",
    }
    builder = SparkSession.builder.master("local[*]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    try:
        session.read.parquet(pattern).createOrReplaceTempView(TABLE)
        jobs = {
            "floor": lambda: session.sql(FLOOR).collect(),
            "rfmeans": lambda: segment(pattern, engine="spark"),
        }
        for job in jobs.values():
            job()
        yield jobs
    finally:
        session.stop()


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--postgres", help="address of a database")
    parser.add_argument("--spark", action="store_true")
    parser.add_argument("--lines", type=int, default=4_500_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    table = ["| engine | job | time / group by | seconds |", "|---|---|---:|---:|"]
    with tempfile.TemporaryDirectory() as name:
        pattern = generate(Path(name), options.lines, "integers")
        engines: dict[str, Iterator[dict[str, Callable[[], Any]]]] = {}
        if options.postgres:
            engines["PostgreSQL"] = in_postgres(options.postgres, pattern)
        if options.spark:
            engines["Spark"] = in_spark(pattern)
        for engine, each in engines.items():
            for jobs in each:
                table += measured(engine, jobs, options.rounds)
    print("\n".join([f"{options.lines:,} lines. {describe_machine()}", "", *table]))


def measured(engine: str, jobs: dict[str, Callable[[], Any]], rounds: int) -> list[str]:
    """Run the jobs in turn, and return the rows of the table."""
    found: dict[str, list[float]] = {job: [] for job in jobs}
    for _ in range(rounds):
        for job, work in jobs.items():
            start = time.perf_counter()
            work()
            found[job].append(time.perf_counter() - start)
            print(f"{engine} {job}: {found[job][-1]:.1f}", file=sys.stderr)
    ratios = {
        job: [mine / bare for mine, bare in zip(each, found["floor"], strict=True)]
        for job, each in found.items()
    }
    return [
        f"| {engine} | {job} | {statistics.median(ratios[job]):.2f} | {statistics.median(each):.1f} |"
        for job, each in found.items()
    ]


if __name__ == "__main__":
    main()
