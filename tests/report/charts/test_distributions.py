"""The distributions are quantiles of the customers."""

import numpy as np
import pytest

from helpers.drawings import FEATURES, rows_of
from rfmeans.report.charts.frame import segment_labels


def test_the_distributions_are_quantiles_of_the_customers(result):
    customers = result.customers.to_pandas().dropna(subset="segment_id")
    rows = rows_of(result.charts.draw("distributions"), "q5", "q50", "q95")
    for segment_id, label in enumerate(segment_labels(result.summary), start=1):
        mine = customers[customers["segment_id"] == segment_id]
        for feature, row in zip(FEATURES, [row for row in rows if row["segment"] == label], strict=True):
            wanted = np.quantile(mine[feature].astype(float), [0.05, 0.25, 0.5, 0.75, 0.95])
            assert [row[key] for key in ("q5", "q25", "q50", "q75", "q95")] == pytest.approx(wanted)
