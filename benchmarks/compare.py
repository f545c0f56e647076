"""Time and peak memory of `rfmeans segment` beside the same work written in pandas and scikit-learn.

    python benchmarks/compare.py --lines 10_000_000 --runs 3

Both read the same generated Parquet file (three lines an order, ten lines a customer) in processes of their own,
in turn; ratios of one run mean more than seconds do.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

PANDAS = """
import sys
import numpy as np, pandas as pd
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler
lines = pd.read_parquet(sys.argv[1])
lines["day"] = lines["ordered_at"].dt.normalize()
orders = lines.groupby(["customer_id", "order_id"]).agg(total=("amount", "sum"), day=("day", "min")).reset_index()
as_of = lines["day"].max() + pd.Timedelta(days=1)
bought = orders[orders["total"] > 0]
customers = bought.groupby("customer_id").agg(last=("day", "max"), frequency=("order_id", "size"))
customers["monetary"] = orders.groupby("customer_id")["total"].sum()
customers["recency"] = (as_of - customers.pop("last")).dt.days
customers = customers[customers["monetary"] > 0]
features = customers[["recency", "frequency", "monetary"]].astype(float)
for name in features:
    if features[name].skew() > 1:
        features[name] = np.log1p(features[name])
points = StandardScaler().fit_transform(features)
model = KMeans(4, n_init=10, random_state=0).fit(points)
customers["segment_id"] = model.labels_
customers.reset_index().to_parquet(sys.argv[2])
"""


def generate(path: Path, lines: int) -> None:
    """Write order lines over two years; every hash stands for a draw, so the file is the same each time."""
    duckdb.sql(f"""
        COPY (
            SELECT 1 + floor(pow(hash(i // 3) % 1000003 / 1000003.0, 1.3) * {lines // 10})::INT AS customer_id,
                   i // 3 AS order_id,
                   TIMESTAMP '2024-01-01' + to_seconds((63072000 * (1 - pow(hash(i // 3 + 7) % 1000003 / 1000003.0,
                       1.5)))::BIGINT) AS ordered_at,
                   round(exp(2.5 + 2 * (hash(i * 11) % 1000003) / 1000003.0), 2) AS amount
            FROM range({lines}) t(i)
        ) TO '{path}'
    """)


def measure(command: list[str]) -> tuple[float, float]:
    """Return seconds and peak memory in GB of a command."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command[0]} failed with status {status}")
    return time.perf_counter() - start, usage.ru_maxrss / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        orders = Path(folder) / "orders.parquet"
        generate(orders, options.lines)
        ours = [sys.executable, "-m", "rfmeans", "segment", str(orders), "--out", f"{folder}/out", "--force"]
        theirs = [sys.executable, "-c", PANDAS, str(orders), f"{folder}/customers.parquet"]
        pairs = [(measure(ours), measure(theirs)) for _ in range(options.runs)]
    print("| | seconds (median) | peak memory, GB |\n|---|---|---|")
    for name, figures in zip(("rfmeans", "pandas + scikit-learn"), zip(*pairs, strict=True), strict=True):
        seconds, memory = (statistics.median(values) for values in zip(*figures, strict=True))
        print(f"| {name} | {seconds:.1f} | {memory:.2f} |")
    ratios = [(b[0] / a[0], b[1] / a[1]) for a, b in pairs]
    times, memories = (statistics.median(values) for values in zip(*ratios, strict=True))
    print(f"\npandas + scikit-learn takes {times:.1f} times the time and {memories:.1f} times the memory.")


if __name__ == "__main__":
    main()
