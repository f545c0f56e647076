"""How long a CSV file takes to be read, parsed and accounted, against DuckDB's own reader with the types typed by hand.

Both sides read the same file, touch the same four columns, and end in one row or a few: DuckDB in counts and sums over
its typed columns, rfmeans in the account of lines (rows and money by reason), on the way that every run takes: the
file's dialect and encoding are found from its bytes, the columns by their names, the conventions of dates and money
from their values, and the rows are checked against the number of lines.

    python benchmarks/csv_reading.py --lines 10000000 --rounds 5
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from rfmeans.conventions import find_conventions
from rfmeans.layouts import order_columns
from rfmeans.orders import order_lines
from rfmeans.settings import make_reading
from rfmeans.sources import Source, with_source

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


def by_hand(path: Path, style: str) -> tuple[int, Any]:
    """Read with DuckDB, told everything."""
    _, _, delimiter, options = STYLES[style]
    found = duckdb.connect().execute(
        f"""SELECT count(*), count(order_id), count(customer_id), max(order_date), sum(amount)
            FROM read_csv('{path}', auto_detect=false, header=true, delim='{delimiter}', quote='"', escape='"',
                {options}, columns={{'order_id': 'BIGINT', 'customer_id': 'VARCHAR', 'order_date': 'DATE',
                'amount': 'DECIMAL(18, 4)'}})"""
    )
    rows, _, _, _, money = found.fetchall()[0]
    return rows, money


def account(opened: Source) -> tuple[int, Any]:
    """Return rows and money of the lines used, and check that all rows are accounted for."""
    reading = make_reading()
    columns = order_columns(opened.table.columns, reading.columns)
    conventions = find_conventions(opened.table, columns.date, [columns.amount])
    lines = order_lines(opened.table, columns, reading, conventions, ordered=True).lines
    tally = lines.group_by("reason").agg(
        rows=lines.count(), money=lines.amount.sum(), last=lines.ordered_on.max()
    )
    found = tally.to_pyarrow().to_pylist()
    opened.check_rows(sum(row["rows"] for row in found))
    used = next(row for row in found if row["reason"] == 0)
    return used["rows"], used["money"]


def by_rfmeans(path: Path, _style: str) -> tuple[int, Any]:
    """Read on the way that every run of rfmeans takes."""
    return with_source(path, make_reading(), account)


def timed(work: Callable[[Path, str], Any], path: Path, style: str) -> tuple[float, Any]:
    start = time.perf_counter()
    found = work(path, style)
    return time.perf_counter() - start, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--style", choices=STYLES, default="iso")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        write_orders(path, options.lines, options.style)
        print(
            f"{options.lines:,} lines, {path.stat().st_size / 1e6:,.0f} MB, dates and money {options.style}"
        )
        times: dict[str, list[float]] = {"DuckDB by hand": [], "rfmeans": []}
        ratios = []
        for _ in range(options.rounds):
            hand, expected = timed(by_hand, path, options.style)
            ours, found = timed(by_rfmeans, path, options.style)
            assert found == expected, (found, expected)
            times["DuckDB by hand"].append(hand)
            times["rfmeans"].append(ours)
            ratios.append(ours / hand)
        for name, seconds in times.items():
            print(
                f"{name:15} median {statistics.median(seconds):6.2f} s  {[round(one, 2) for one in seconds]}"
            )
        print(
            f"ratio           median {statistics.median(ratios):6.2f}    {[round(one, 2) for one in ratios]}"
        )


if __name__ == "__main__":
    main()
