"""Customers made by hand, their cuts and their scores."""

from __future__ import annotations

import ibis
import polars as pl

from rfmeans.segments.features import distinct_values
from rfmeans.segments.lexicon import built_in
from rfmeans.segments.score_cuts import Scoring, fit_scoring
from rfmeans.segments.scores import add_scores

GRID = built_in().scores


def customers(recency, frequency, monetary) -> ibis.Table:
    return ibis.memtable(
        pl.DataFrame(
            {
                "customer_id": range(1, len(recency) + 1),
                "recency": recency,
                "frequency": frequency,
                "monetary": monetary,
                "reason": pl.Series([None] * len(recency), dtype=pl.String),
            }
        )
    )


def cut_points(table: ibis.Table, *arguments: object) -> Scoring:
    return fit_scoring(distinct_values(table), *arguments)


def scored(table: ibis.Table, bins: int = 5, cuts=None) -> list[dict[str, object]]:
    scoring = cut_points(table, table.count().to_pyarrow().as_py(), bins, cuts)
    return add_scores(table, scoring, GRID).order_by("customer_id").to_pyarrow().to_pylist()


def codes(table: ibis.Table, bins: int = 5, cuts=None) -> list[str]:
    return [row["rfm_score"] for row in scored(table, bins, cuts)]
