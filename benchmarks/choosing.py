"""Time of `segments="auto"` beside scikit-learn's own way: K-Means for 2 to 10, and the silhouette of a sample.

    python benchmarks/choosing.py --customers 10_000
    python benchmarks/choosing.py --customers 10_000_000 --fits 1

Each runs in a process of its own. Seconds by the clock and of processor time: on a busy machine the latter tell more.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

WATCH = """
import json, sys, time
took = {}
def timed(name, call):
    def run(*args, **kwargs):
        clock, processor = time.perf_counter(), time.process_time()
        found = call(*args, **kwargs)
        took[name] = (time.perf_counter() - clock, time.process_time() - processor)
        return found
    return run
"""

RFMEANS = """
import rfmeans.pipeline as pipeline
from rfmeans.settings import CustomerColumns
pipeline.choose_segments = timed("choosing", pipeline.choose_segments)
pipeline.measure_stability = timed("stability of the number chosen", pipeline.measure_stability)
segment = timed("all", pipeline.segment)
result = segment(sys.argv[1], columns=CustomerColumns(), segments="auto")
print(json.dumps({"found": result.summary.choice.sentence, "took": took}))
"""

SCIKIT_LEARN = """
import numpy as np, pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler
numbers, n_init = range(*json.loads(sys.argv[2])), int(sys.argv[3])
def choose(points):
    scores = {}
    for k in numbers:
        fitted = timed(f"K-Means, {k}", KMeans(k, n_init=n_init, random_state=0).fit)(points)
        scores[k] = timed(f"silhouette, {k}", silhouette_score)(
            points, fitted.labels_, sample_size=min(10_000, len(points)), random_state=0
        )
    return max(scores, key=scores.get)
features = np.log1p(pd.read_parquet(sys.argv[1], columns=["recency", "frequency", "monetary"]))
points = StandardScaler().fit_transform(features)
found = timed("all", choose)(points)
print(json.dumps({"found": found, "took": took}))
"""


def generate(path: Path, customers: int) -> None:
    """Write customers of four kinds, lognormal; every hash stands for a draw, so the file is the same each time."""
    uniform = "(hash(i * 8 + {}) % 1000003 + 1) / 1000005.0"
    normal = f"sqrt(-2 * ln({uniform})) * cos(2 * pi() * {uniform})"
    r, f, m = (normal.format(place, place + 1) for place in (1, 3, 5))
    duckdb.sql(f"""
        COPY (
            SELECT i AS customer_id,
                   1 + round(exp(CASE WHEN kind < 4 THEN 2.5 ELSE 4.8 END + 0.5 * {r}))::INT AS recency,
                   1 + round(exp(CASE WHEN kind % 4 < 2 THEN 2.2 ELSE 0.4 END + 0.4 * {f}))::INT AS frequency,
                   round(exp(CASE WHEN kind % 4 < 2 THEN 7.5 ELSE 5.0 END + 0.6 * {m}), 2) AS monetary
            FROM (SELECT i, hash(i * 8) % 8 AS kind FROM range({customers}) t(i))
        ) TO '{path}'
    """)


def run(code: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WATCH + code, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stderr)
    told = json.loads(done.stdout.splitlines()[-1])
    print(f"  {told['found']}")
    for name, (clock, processor) in told["took"].items():
        print(f"  {name:<32} {clock:7.1f} s by the clock {processor:7.1f} s of processor time")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument(
        "--fits", type=int, default=9, help="numbers that scikit-learn tries: 9 from 2 on, 1 is only 4"
    )
    parser.add_argument("--starts", type=int, default=10, help="its n_init")
    options = parser.parse_args()
    first = 4 if options.fits == 1 else 2
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.parquet"
        generate(path, options.customers)
        print("rfmeans")
        run(RFMEANS, str(path))
        print("scikit-learn")
        run(SCIKIT_LEARN, str(path), json.dumps([first, first + options.fits]), str(options.starts))


if __name__ == "__main__":
    main()
