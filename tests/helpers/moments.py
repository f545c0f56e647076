"""Orders at any time of the day, in a zone."""

import numpy as np
import pandas as pd

from intakes import read
from rfmeans.engines.kept_tables import Workspace
from rfmeans.settings import Reading

ZONES = ["Asia/Tokyo", "America/Los_Angeles", None]


QUICK = {"segments": 2, "n_init": 1}


def shop(zone: str | None) -> pd.DataFrame:
    """Orders at any time of the day, without ids: their day tells them apart, so that frequency hangs on it too."""
    random = np.random.default_rng(1)
    moments = pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 300 * 86_400, 600), unit="s")
    frame = pd.DataFrame({"customer_id": random.integers(1, 60, 600), "ordered_at": moments.as_unit("us")})
    frame["amount"] = random.lognormal(3, 1, 600).round(2)
    return frame if zone is None else frame.assign(ordered_at=frame.ordered_at.dt.tz_localize(zone))


def figures(source, **options) -> pd.DataFrame:
    """The as-of date, and recency and frequency of each customer."""
    with Workspace() as workspace:
        found = read(source, Reading(**options), workspace)
        customers = found.customers.select("customer_id", "recency", "frequency").to_pandas()
        return (
            customers.astype("int64").sort_values("customer_id", ignore_index=True).assign(as_of=found.as_of)
        )
