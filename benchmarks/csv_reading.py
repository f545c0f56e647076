"""How long a CSV file takes to be read, parsed and accounted, against DuckDB's own reader with the types typed by hand.

Both sides read the same file of four columns in the same rounds, one after the other. Compared is, in pairs:

- ``account``: DuckDB is told the dialect, the four types and the date format, and counts or sums up each typed column.
  rfmeans is told nothing: it finds dialect and encoding from all bytes, the columns by their names, the conventions of
  dates and money from their values; it parses every value, gives every row its one place, sums up rows and money by
  reason, and checks the rows against the number of lines. Both sums must be the same to the last digit.
- ``customers``: DuckDB reads likewise and groups by order and then by customer, the least that RFM needs. rfmeans does
  what every run does before it segments: the above, the customers, and how many lines repeat another.

    python benchmarks/csv_reading.py --lines 10000000 --rounds 5
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from rfmeans.engines.kept_tables import Workspace
from rfmeans.orders.intake import customers_at
from rfmeans.orders.order_lines import order_lines
from rfmeans.orders.understand import understand
from rfmeans.settings import make_reading

if TYPE_CHECKING:
    from collections.abc import Callable


# What a shop's dates and money look like, as DuckDB's own reader can be told them.
STYLES = {
    "iso": ("strftime(day, '%Y-%m-%d')", "amount::VARCHAR", ",", "dateformat='%Y-%m-%d'"),
    "german": (
        "strftime(day, '%d.%m.%Y')",
        "replace(amount::VARCHAR, '.', ',')",
        ";",
        "dateformat='%d.%m.%Y', decimal_separator=','",
    ),
}


def write_orders(path: Path, lines: int, style: str) -> None:
    """Write order lines: three to an order, 900,000 customers at most, three years."""
    date, amount, delimiter, _ = STYLES[style]
    duckdb.execute(
        f"""COPY (
            SELECT order_id, customer_id, {date} AS order_date, {amount} AS amount FROM (
                SELECT range // 3 AS order_id, 'C' || hash(range // 3) % 900_000 AS customer_id,
                    DATE '2023-01-01' + (hash(range // 3 + 7) % 1000)::INTEGER AS day,
                    ((hash(range) % 100_000)::DECIMAL(18, 2) / 100)::DECIMAL(18, 2) AS amount
                FROM range({lines})))
            TO '{path}' (HEADER, DELIMITER '{delimiter}')"""
    )


def by_hand(path: Path, style: str, *, grouped: bool) -> tuple[int, Any]:
    """Read with DuckDB, told everything."""
    _, _, delimiter, options = STYLES[style]
    typed = f"""read_csv('{path}', auto_detect=false, header=true, delim='{delimiter}', quote='"', escape='"',
        {options}, columns={{'order_id': 'BIGINT', 'customer_id': 'VARCHAR', 'order_date': 'DATE',
        'amount': 'DECIMAL(18, 4)'}})"""
    plain = (
        f"""SELECT count(*), sum(amount), count(order_id), count(customer_id), max(order_date) FROM {typed}"""
    )
    customers = f"""SELECT sum(lines), sum(monetary), count(*), max(last), sum(frequency) FROM (
        SELECT customer_id, sum(lines) AS lines, sum(total) AS monetary, count(*) AS frequency, max(day) AS last FROM (
            SELECT customer_id, order_id, count(*) AS lines, sum(amount) AS total, min(order_date) AS day
            FROM {typed} GROUP BY ALL)
        GROUP BY ALL)"""
    rows, money, *_ = duckdb.connect().execute(customers if grouped else plain).fetchall()[0]
    return int(rows), money


def account(path: Path) -> tuple[int, Any]:
    """Return rows and money of the lines used, and check that all rows are accounted for."""
    with understand(path, make_reading()) as understood:
        opened = understood.source
        lines = order_lines(opened, understood.of_orders, understood.reading, understood.conventions).lines
        tally = lines.group_by("reason").agg(
            rows=lines.count(),
            money=lines.amount.sum(),
            orders=lines.order_id.count(),
            last=lines.ordered_on.max(),
        )
        found = tally.to_pyarrow().to_pylist()
        assert opened.misfit(sum(row["rows"] for row in found)) is None
    used = next(row for row in found if row["reason"] == 0)
    return used["rows"], used["money"]


def by_rfmeans(path: Path, _style: str, *, grouped: bool) -> tuple[int, Any]:
    """Read on the way that every run of rfmeans takes."""
    if not grouped:
        return account(path)
    with Workspace() as scratch, understand(path, make_reading()) as understood:
        lines = customers_at(understood, scratch).account.lines
    assert lines is not None
    return lines.used.rows, lines.used.money


def timed(work: Callable[..., Any], path: Path, style: str, *, grouped: bool) -> tuple[float, float, Any]:
    """Return the seconds by the clock and of the processors, and what was found."""
    start, used = time.perf_counter(), time.process_time()
    found = work(path, style, grouped=grouped)
    return time.perf_counter() - start, time.process_time() - used, found


def compare(path: Path, style: str, rounds: int, *, grouped: bool) -> None:
    """Time both sides in turn and print medians, and the medians of the rounds' ratios."""
    seconds: dict[str, list[tuple[float, float]]] = {"DuckDB by hand": [], "rfmeans": []}
    for _ in range(rounds):
        *hand, expected = timed(by_hand, path, style, grouped=grouped)
        *ours, found = timed(by_rfmeans, path, style, grouped=grouped)
        assert found == expected, (found, expected)
        seconds["DuckDB by hand"].append((hand[0], hand[1]))
        seconds["rfmeans"].append((ours[0], ours[1]))
    print("customers" if grouped else "account")
    for place, what in enumerate(("clock", "processors")):
        by_hand_, ours_ = ([each[place] for each in side] for side in seconds.values())
        ratios = [ours / hand for hand, ours in zip(by_hand_, ours_, strict=True)]
        print(
            f"  {what:10}  DuckDB by hand {statistics.median(by_hand_):6.2f} s, "
            f"rfmeans {statistics.median(ours_):6.2f} s, ratio {statistics.median(ratios):.2f}  "
            f"{[round(ratio, 2) for ratio in ratios]}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--style", choices=STYLES, default="iso")
    parser.add_argument("--what", choices=("account", "customers", "both"), default="both")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        write_orders(path, options.lines, options.style)
        megabytes = path.stat().st_size / 1e6
        print(f"{options.lines:,} lines, {megabytes:,.0f} MB, dates and money {options.style}")
        for grouped in (False, True):
            if options.what in ("both", "customers" if grouped else "account"):
                compare(path, options.style, options.rounds, grouped=grouped)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"peak memory of both sides and of writing the file: {peak:.1f} GB")


if __name__ == "__main__":
    main()
