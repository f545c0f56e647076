"""Time, peak memory and quality of the whole job and of its stages, beside other ways of doing the same work.

    python benchmarks/scale.py --lines 0 1_000_000 10_000_000 --rounds 3
    python benchmarks/scale.py --lines 1_000_000_000 --only floor written rfmeans --rounds 1

Every job runs in a process of its own, one after the other, all jobs of a round before the next round; what counts is
the ratio within a round. `--lines 0` is the start alone, without orders. Writes RESULTS.json and RESULTS.md, where a
run takes the place of an earlier one of its size.
The data are generated, and deleted at the end.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

import rfmeans

HERE = Path(__file__).parent
FILE_LINES = 50_000_000
WHOLE = {
    "floor": "DuckDB: two-level group by alone",
    "written": "the same, customers written to Parquet",
    "rfmeans": "rfmeans segment: all outputs but report and lists",
    "report": "rfmeans segment: all outputs",
    "rewritten": "rfmeans' file of customers, read and written again by DuckDB",
    "polars": "Polars + scikit-learn",
    "pandas": "pandas + scikit-learn",
}
STAGES = {
    "kmeans_rfmeans": "customers to centres: rfmeans",
    "kmeans_sklearn": "customers to centres: scikit-learn, 10 starts",
    "choose_rfmeans": "choosing k, 2 to 10: rfmeans",
    "choose_sklearn": "choosing k, 2 to 10: scikit-learn, silhouette",
}
START = {
    "python": "Python alone",
    "import": "import rfmeans",
    "help": "rfmeans --help",
}
STARTED = {
    "python": ["-c", "pass"],
    "import": ["-c", "import rfmeans"],
    "help": ["-m", "rfmeans", "--help"],
}
START_ROUNDS = 10  # a start takes milliseconds, which other work on the machine moves
PACKAGES = ("duckdb", "ibis-framework", "pandas", "polars", "scikit-learn")


def generate(folder: Path, lines: int, ids: str) -> str:
    """Write order lines to Parquet files and return their glob.

    Three lines an order on average (1 to 5), ten lines a customer, some customers far oftener than others, two years
    of a growing shop, orders in the order of time. Every hash stands for a draw, so the data are the same each time.
    """
    customer = f"1 + floor(pow(draw, 1.3) * {max(lines // 10, 1)})::BIGINT"
    key = customer if ids == "integers" else f"'customer-' || lpad(({customer})::VARCHAR, 12, '0')"
    (folder / "orders").mkdir()
    for part, first in enumerate(range(0, lines, FILE_LINES)):
        duckdb.sql(f"""
            COPY (
                WITH lines AS (
                    SELECT i, 5 * (i // 15) + CASE WHEN i % 15 < 1 THEN 0 WHEN i % 15 < 3 THEN 1
                        WHEN i % 15 < 6 THEN 2 WHEN i % 15 < 10 THEN 3 ELSE 4 END AS order_id
                    FROM range({first}, {min(first + FILE_LINES, lines)}) AS t(i)
                ), draws AS (SELECT *, hash(order_id) / 18446744073709551616.0::DOUBLE AS draw FROM lines)
                SELECT {key} AS customer_id, order_id,
                    TIMESTAMP '2024-01-01' + to_seconds(floor(63072000 * sqrt(i / {lines}::DOUBLE))::BIGINT)
                        AS ordered_at,
                    exp(2.5 + 2 * (hash(11 * i) / 18446744073709551616.0::DOUBLE))::DECIMAL(12, 2) AS amount
                FROM draws
            ) TO '{folder}/orders/{part:03}.parquet'
        """)
    return f"{folder}/orders/*.parquet"


def command(job: str, orders: str, folder: Path) -> list[str]:
    """Return the command of a job."""
    if job in START:
        return [sys.executable, *STARTED[job]]
    if job in ("rfmeans", "report"):
        lean = ["--no-report", "--audience-format", "none"] if job == "rfmeans" else []
        options = ["--transform", "log", "--out", str(folder / job), "--force", "--quiet", *lean]
        return [sys.executable, "-m", "rfmeans", "segment", orders, *options]
    given = str(folder / "rfmeans" / "customers.parquet") if job in (*STAGES, "rewritten") else orders
    return [sys.executable, str(HERE / "jobs.py"), job, given, str(folder / f"{job}.parquet")]


def measure(job: str, orders: str, folder: Path) -> dict[str, float]:
    """Run a job; return its seconds, peak memory in GB, and what it says of itself."""
    start = time.perf_counter()
    process = subprocess.Popen(command(job, orders, folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said, complaint = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        print(f"{job} failed: {complaint.decode()[-2000:]}", file=sys.stderr)
        return {}
    found = {"seconds": time.perf_counter() - start}
    if job in START:
        return found  # its memory is less than that of this process, which the system counts in
    found["memory"] = usage.ru_maxrss * 1024 / 1e9
    return {**found, **(json.loads(said) if job in STAGES else {})}


def run(lines: int, options: argparse.Namespace) -> dict[str, list[dict[str, float]]]:
    """Run all jobs at one size, in turn, and return the rounds of each."""
    wanted = set(options.only or (*WHOLE, *STAGES)) - set(options.without)
    jobs = [job for job in (*WHOLE, *STAGES) if job in wanted] if lines else list(START)
    rounds: dict[str, list[dict[str, float]]] = {job: [] for job in jobs}
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        orders = generate(folder, lines, options.ids) if lines else ""
        for _ in range(options.rounds if lines else max(options.rounds, START_ROUNDS)):
            for job in jobs:
                rounds[job].append(measure(job, orders, folder))
                print(f"{lines:,} {job}: {rounds[job][-1]}", file=sys.stderr)
    return rounds


def table(rounds: dict[str, list[dict[str, float]]]) -> list[str]:
    """Return the lines of a Markdown table: ratios to rfmeans first."""
    rows = [
        row(said, rounds[job], rounds.get("rfmeans" if job in WHOLE else f"{job.split('_')[0]}_rfmeans", []))
        for job, said in (WHOLE | STAGES).items()
        if rounds.get(job)
    ]
    head = "| job | time / rfmeans | memory / rfmeans | seconds | peak memory, GB | inertia or k |"
    return [head, "|---|---:|---:|---:|---:|---:|", *rows, "", *_against_floor(rounds)]


def row(said: str, each: list[dict[str, float]], base: list[dict[str, float]]) -> str:
    """Return the row of a job: medians of the rounds it did not fail in, ratios where the other did not either."""
    done = [mine for mine in each if mine]
    if not done:
        return f"| {said} | failed | | | | |"
    if len(done) < len(each):
        said = f"{said} (failed in {len(each) - len(done)} of {len(each)} rounds)"
    both = [(mine, other) for mine, other in zip(each, base, strict=False) if mine and other]
    times, memory = (
        f"{statistics.median(mine[key] / other[key] for mine, other in both):.2f}" if both else ""
        for key in ("seconds", "memory")
    )
    seconds, peak = (statistics.median(mine[key] for mine in done) for key in ("seconds", "memory"))
    quality = done[0].get("inertia", done[0].get("recommended", ""))
    shown = f"{quality:,.8g}" if isinstance(quality, float) else quality
    return f"| {said} | {times} | {memory} | {seconds:,.1f} | {peak:.2f} | {shown} |"


def start_table(rounds: dict[str, list[dict[str, float]]]) -> list[str]:
    """Return the lines of the table of the start: the ratio to Python alone, and seconds."""
    rows = []
    for job, each in rounds.items():
        both = [
            (mine["seconds"], bare["seconds"])
            for mine, bare in zip(each, rounds["python"], strict=True)
            if mine and bare
        ]
        figures = "failed | "
        if both:
            times = statistics.median(mine / bare for mine, bare in both)
            figures = f"{times:.2f} | {statistics.median(mine for mine, _ in both):.3f}"
        rows.append(f"| {START[job]} | {figures} |")
    return ["| start | time / Python alone | seconds |", "|---|---:|---:|", *rows]


def _against_floor(rounds: dict[str, list[dict[str, float]]]) -> list[str]:
    """Return what the whole job takes more than the least there is to do."""
    each = zip(*(rounds.get(job, []) for job in ("rfmeans", "rewritten", "floor")), strict=False)
    times = [
        (ours["seconds"] - out["seconds"]) / least["seconds"]
        for ours, out, least in each
        if ours and out and least
    ]
    if not times:
        return []
    return [
        "The whole job, less the reading and writing once more of its customers by DuckDB, takes "
        f"{statistics.median(times):.2f} times the bare group by.",
    ]


def describe_machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, Python {platform.python_version()}, "
        f"rfmeans {rfmeans.__version__}, {packages}"
    )


def page(found: list[dict[str, Any]]) -> str:
    """Return the Markdown of all runs."""
    said = [
        "# Results",
        "",
        "Written by `make bench`. What counts are the ratios within a round; medians of the rounds.",
    ]
    for each in sorted(found, key=lambda each: (each["ids"], each["lines"])):
        rounds = max(map(len, each["rounds"].values()))
        what = f"{each['lines']:,} lines, customer ids are {each['ids']}" if each["lines"] else "Start"
        said += [
            *("", f"## {what}", ""),
            *(f"{each['machine']}; {'one round' if rounds == 1 else f'{rounds} rounds'}.", ""),
            *(table if each["lines"] else start_table)(each["rounds"]),
        ]
    return "\n".join([*said, ""])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ids", choices=("integers", "texts"), default="integers")
    parser.add_argument("--only", nargs="+", choices=(*WHOLE, *STAGES))
    parser.add_argument("--without", nargs="+", choices=(*WHOLE, *STAGES), default=[])
    parser.add_argument("--folder", help="where the generated data and the outputs lie meanwhile")
    parser.add_argument("--out", type=Path, default=HERE / "RESULTS", help="without its ending")
    options = parser.parse_args()
    stored = options.out.with_suffix(".json")
    found: list[dict[str, Any]] = json.loads(stored.read_text()) if stored.exists() else []
    for lines in options.lines:
        new = {
            "lines": lines,
            "ids": options.ids,
            "machine": describe_machine(),
            "rounds": run(lines, options),
        }
        found = [each for each in found if (each["lines"], each["ids"]) != (lines, options.ids)] + [new]
        stored.write_text(json.dumps(found, indent=1) + "\n")
        options.out.with_suffix(".md").write_text(page(found))
    print(page(found))


if __name__ == "__main__":
    main()
