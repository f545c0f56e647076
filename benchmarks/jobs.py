"""The jobs that `scale.py` times, each in a process of its own.

    python benchmarks/jobs.py pandas orders.parquet customers.parquet

The whole job, from order lines to a Parquet file of customers with their segment, as a user of each tool would write
it; and stages of it, from a file of customers, which print their own seconds as JSON so that reading the file does not
count. `floor` is what no tool on DuckDB can be faster than: the two-level `group by` alone.
"""

import json
import sys
import time
from pathlib import Path

FEATURES = ["recency", "frequency", "monetary"]
K = 4
STARTS = 10
CANDIDATES = range(2, 11)
SILHOUETTE_SAMPLE = 10_000

CUSTOMERS = """
    SELECT customer_id, max(day) FILTER (total > 0) AS last, count(*) FILTER (total > 0) AS frequency,
        sum(total) AS monetary
    FROM (
        SELECT customer_id, order_id, min(ordered_at)::DATE AS day, sum(amount) AS total
        FROM '{orders}' GROUP BY ALL)
    GROUP BY ALL
"""


def floor(orders: str, _out: str) -> None:
    """Two-level `group by` in DuckDB, its customers counted and not kept."""
    import duckdb

    query = f"SELECT count(*), sum(frequency), sum(monetary), max(last) FROM ({CUSTOMERS})"
    print(duckdb.sql(query.format(orders=orders)).fetchall(), file=sys.stderr)


def written(orders: str, out: str) -> None:
    """The same, its customers written to Parquet."""
    import duckdb

    duckdb.sql(f"COPY ({CUSTOMERS.format(orders=orders)}) TO '{out}'")


def rewritten(customers: str, out: str) -> None:
    """The customers' file that rfmeans wrote, with all its columns, written once more in the order of ids."""
    import duckdb

    duckdb.sql(f"COPY (SELECT * FROM '{customers}' ORDER BY customer_id) TO '{out}'")


def in_pandas(orders: str, out: str) -> None:
    """pandas and scikit-learn.

    Amounts are made floats by Arrow on the way: as Python's decimals, which pandas would make of them, 100 million
    lines do not fit into 24 GB.
    """
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(Path(orders).parent)
    place = table.schema.get_field_index("amount")
    lines = table.set_column(place, "amount", table["amount"].cast(pa.float64())).to_pandas(
        self_destruct=True
    )
    del table
    lines["day"] = lines["ordered_at"].dt.normalize()
    totals = lines.groupby(["customer_id", "order_id"]).agg(total=("amount", "sum"), day=("day", "min"))
    totals = totals.reset_index()
    as_of = lines["day"].max() + pd.Timedelta(days=1)
    bought = totals[totals["total"] > 0]
    customers = bought.groupby("customer_id").agg(last=("day", "max"), frequency=("order_id", "nunique"))
    customers["monetary"] = totals.groupby("customer_id")["total"].sum()
    customers["recency"] = (as_of - customers.pop("last")).dt.days
    customers = customers[customers["monetary"] > 0]
    customers["segment_id"] = labels(customers[FEATURES].to_numpy(dtype=float))
    customers.reset_index().to_parquet(out)


def in_polars(orders: str, out: str) -> None:
    """Polars and scikit-learn."""
    import polars as pl

    lines = pl.scan_parquet(orders).with_columns(day=pl.col("ordered_at").dt.date())
    totals = lines.group_by("customer_id", "order_id").agg(
        total=pl.col("amount").sum(), day=pl.col("day").min()
    )
    bought = pl.col("total") > 0
    customers = (
        totals.group_by("customer_id")
        .agg(
            last=pl.col("day").filter(bought).max(),
            frequency=pl.col("order_id").filter(bought).n_unique(),
            monetary=pl.col("total").sum(),
        )
        .filter((pl.col("frequency") > 0) & (pl.col("monetary") > 0))
        .collect(engine="streaming")
    )
    as_of = pl.scan_parquet(orders).select(pl.col("ordered_at").max().dt.date()).collect().item()
    days = (pl.lit(as_of) - pl.col("last")).dt.total_days() + 1
    customers = customers.with_columns(recency=days).drop("last")
    points = customers.select(pl.col(FEATURES).cast(pl.Float64)).to_numpy()
    customers.with_columns(segment_id=pl.Series(labels(points))).write_parquet(out)


def labels(points):
    """Return each customer's cluster: log1p, StandardScaler, KMeans."""
    from sklearn.cluster import KMeans

    return KMeans(K, n_init=STARTS, random_state=0).fit_predict(scaled(points))


def scaled(points):
    """Return log1p of the features, standardised."""
    import numpy as np
    from sklearn.preprocessing import StandardScaler

    return StandardScaler().fit_transform(np.log1p(points))


def kmeans_sklearn(customers: str, _out: str) -> dict[str, float]:
    """From customers in memory to centres, with scikit-learn."""
    from sklearn.cluster import KMeans

    points = read_points(customers)
    start = time.perf_counter()
    model = KMeans(K, n_init=STARTS, random_state=0).fit(scaled(points))
    return {"seconds": time.perf_counter() - start, "inertia": float(model.inertia_)}


def kmeans_rfmeans(customers: str, _out: str) -> dict[str, float]:
    """From customers in DuckDB to refined centres: scaling, cells, K-Means, exact passes."""
    import sklearn.cluster  # noqa: F401 - loaded before the clock runs, as for scikit-learn's own job

    from rfmeans.segments.kmeans import fit_centres
    from rfmeans.segments.settings import Settings

    table = in_duckdb(customers)
    start = time.perf_counter()
    features, cells = in_cells(table)
    fit = fit_centres(features, cells, K, Settings(K))
    return {"seconds": time.perf_counter() - start, "inertia": fit.inertia}


def choose_sklearn(customers: str, _out: str) -> dict[str, float]:
    """K-Means for each number of segments, and the silhouette on a sample, with scikit-learn."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    points = read_points(customers)
    start = time.perf_counter()
    z = scaled(points)
    best = {}
    for k in CANDIDATES:
        model = KMeans(k, n_init=STARTS, random_state=0).fit(z)
        best[k] = silhouette_score(
            z, model.labels_, sample_size=min(len(z), SILHOUETTE_SAMPLE), random_state=0
        )
    return {"seconds": time.perf_counter() - start, "recommended": max(best, key=best.__getitem__)}


def choose_rfmeans(customers: str, _out: str) -> dict[str, float]:
    """All votes for each number of segments, and the rule."""
    import sklearn.cluster  # noqa: F401

    from rfmeans.segments.number_of_segments import choose_segments

    table = in_duckdb(customers)
    start = time.perf_counter()
    choice = choose_segments(in_cells(table)[1], seed=0)
    return {"seconds": time.perf_counter() - start, "recommended": choice.recommended}


def in_cells(table):
    """Return the customers in feature space, all features logged, and their cells."""
    from rfmeans.engines.kept_tables import Workspace
    from rfmeans.segments.cells import collect_cells
    from rfmeans.segments.features import Z_COLUMNS, distinct_values, fit_scaling, to_feature_space

    scratch = Workspace()
    scaling = fit_scaling(scratch.keep(distinct_values(table)), "log")
    features = scratch.keep(to_feature_space(table, scaling).select(*Z_COLUMNS))
    return features, collect_cells(features, int(table.count().execute()), scratch)


def in_duckdb(customers: str):
    """Return the customers as a table of DuckDB's memory."""
    import ibis

    con = ibis.duckdb.connect()
    return con.create_table("customers", con.read_parquet(customers).select("customer_id", *FEATURES))


def read_points(customers: str):
    """Return the features of the customers as an array of floats."""
    import pyarrow.parquet as pq

    return pq.read_table(customers, columns=FEATURES).to_pandas().to_numpy(dtype=float)


JOBS = {
    "floor": floor,
    "written": written,
    "rewritten": rewritten,
    "pandas": in_pandas,
    "polars": in_polars,
    "kmeans_rfmeans": kmeans_rfmeans,
    "kmeans_sklearn": kmeans_sklearn,
    "choose_rfmeans": choose_rfmeans,
    "choose_sklearn": choose_sklearn,
}


if __name__ == "__main__":
    found = JOBS[sys.argv[1]](*sys.argv[2:])
    if found:
        print(json.dumps(found))
