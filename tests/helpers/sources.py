"""One set of orders, and its customers worked by hand."""

from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl

import rfmeans
from intakes import read
from rfmeans.engines.kept_tables import Workspace
from rfmeans.settings import make_reading

LINES = pd.DataFrame(
    {
        "order_id": [1, 1, 2, 3, 4, 5, 6, 7],
        "customer_id": [11, 11, 11, 12, 13, 14, 14, 15],
        "order_date": pd.to_datetime(
            [
                "2026-01-05 10:00",
                "2026-01-05 10:00",
                "2026-03-01 23:59",
                "2026-02-01 00:00",
                "2026-03-30 12:00",
                "2026-03-31 08:00",
                "2026-01-01 08:00",
                "2026-03-31 20:00",
            ]
        ),
        "amount": [10.1, 0.2, 5.0, 2.5, 99.99, 40.0, 60.0, -3.0],
    }
)


# customer, recency at the default as-of 2026-04-01, frequency, monetary, reason
EXPECTED = [
    ("11", 31, 2, 15.3, None),
    ("12", 59, 1, 2.5, None),
    ("13", 2, 1, 99.99, None),
    ("14", 1, 2, 100.0, None),
    ("15", None, 0, -3.0, "no purchase"),
]


def segment(source: Any, **options: Any) -> rfmeans.Segmentation:
    return rfmeans.segment(source, **{"segments": 2, "n_init": 2, **options})


def rows(result: rfmeans.Segmentation) -> list[dict[str, Any]]:
    return sorted(result.customers.to_pyarrow().to_pylist(), key=lambda row: str(row["customer_id"]))


def customers(source: Any, **options: Any) -> list[tuple[Any, ...]]:
    """The customers as they are read: segmenting them as well would take three times as long."""
    with Workspace() as scratch:
        found = read(source, make_reading(**options), scratch).customers.to_pyarrow().to_pylist()
    return sorted(
        (str(row["customer_id"]), row["recency"], row["frequency"], float(row["monetary"]), row["reason"])
        for row in found
    )


def polars_frame(_folder: Path) -> pl.DataFrame:
    return pl.DataFrame({name: LINES[name].to_numpy() for name in LINES})


def days(source: Any, **options: Any) -> list[int]:
    return [row[1] for row in customers(source, as_of="2026-02-01", **options)]


def late_orders(zone: str) -> pd.DataFrame:
    """Orders at 23:30 of the zone on 30 and 31 January, as aware timestamps."""
    late = pd.to_datetime(["2026-01-30 23:30", "2026-01-31 23:30"]).tz_localize(zone)
    return pd.DataFrame({"customer_id": [1, 2], "order_date": late, "amount": [5.0, 7.0]})


NAMED = "customer_id,order_id,order_date,amount\n11,1,2026-01-05,{}\n12,2,2026-01-06,6.50\n"
