"""The files that most users have: rfmeans with all its outputs beside the script they would write without it.

    python benchmarks/everyday.py ../shared/data/online_retail.parquet ../shared/data/online_retail_latin1_mdy.csv.gz
    python benchmarks/everyday.py --lines 1_000_000 --old ../rfmeans-before

Each job is a whole process; all jobs of a round run in turn; what counts is the ratio within a round (medians). The
script is everyday_script.py (pandas, scikit-learn, Matplotlib: `pip install matplotlib`). `--old`: another checkout, to
compare. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scale import describe_machine, generate

HERE = Path(__file__).parent
SCRIPT, NEW, OLD = "pandas script", "rfmeans", "rfmeans before"


def seconds(command: list[str], source: Path | None = None) -> tuple[float, float]:
    """Run a command; return its seconds by the clock, and those of the processor, its children's among them."""
    environment = os.environ | ({"PYTHONPATH": str(source)} if source else {})
    before, start = os.times(), time.perf_counter()
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    clock, after = time.perf_counter() - start, os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return clock, used


def commands(orders: str, folder: Path, old: Path | None) -> dict[str, tuple[list[str], Path | None]]:
    """Return the command of each job, and where it takes its code from."""

    def segment(out: str) -> list[str]:
        options = ["--date-format", "mdy"] if orders.endswith(".csv.gz") else []
        return [
            sys.executable,
            "-m",
            "rfmeans",
            "segment",
            orders,
            "--out",
            str(folder / out),
            "--force",
            *options,
        ]

    jobs: dict[str, tuple[list[str], Path | None]] = {
        SCRIPT: ([sys.executable, str(HERE / "everyday_script.py"), orders, str(folder / "script")], None),
        NEW: (segment("new"), HERE.parent / "src"),
    }
    return jobs | ({OLD: (segment("old"), old / "src")} if old else {})


def rows(orders: str, rounds: int, old: Path | None) -> list[str]:
    """Run all jobs on one file, and return the rows of the table."""
    with tempfile.TemporaryDirectory() as name:
        jobs = commands(orders, Path(name), old)
        found: dict[str, list[tuple[float, float]]] = {job: [] for job in jobs}
        for _ in range(rounds):
            for job, (command, source) in jobs.items():
                found[job].append(seconds(command, source))
                print(f"{orders} {job}: {found[job][-1]}", file=sys.stderr)
    told = []
    for job, each in found.items():
        pairs = list(zip(each, found[SCRIPT], strict=True))
        ratios = [statistics.median(mine[kind] / theirs[kind] for mine, theirs in pairs) for kind in (0, 1)]
        clock, used = (statistics.median(mine[kind] for mine in each) for kind in (0, 1))
        told.append(
            f"| {Path(orders).name} | {job} | {ratios[0]:.2f} | {ratios[1]:.2f} | {clock:.1f} | {used:.1f} |"
        )
    return told


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", help="Online Retail, as Parquet or CSV")
    parser.add_argument("--lines", type=int, help="also generated orders of so many lines")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--old", type=Path, help="another checkout")
    options = parser.parse_args()
    head = "| file | job | time / script | processor / script | seconds | processor seconds |"
    table = [head, "|---|---|---:|---:|---:|---:|"]
    for orders in options.files:
        table += rows(orders, options.rounds, options.old)
    if options.lines:
        with tempfile.TemporaryDirectory() as name:
            pattern = generate(Path(name), options.lines, "integers")
            table += rows(
                str(next(Path(name).glob(Path(pattern).relative_to(name).as_posix()))),
                options.rounds,
                options.old,
            )
    print("\n".join([describe_machine(), "", *table]))


if __name__ == "__main__":
    main()
