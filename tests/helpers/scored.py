"""Customers made by hand, their cuts and their scores; a shop segmented by them, as fixtures to be taken by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import polars as pl
import pytest

import rfmeans
from rfmeans.segments.features import distinct_values
from rfmeans.segments.lexicon import built_in
from rfmeans.segments.score_cuts import Scoring, fit_scoring
from rfmeans.segments.scores import add_scores
from rfmeans.synthetic import make_orders

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

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


@pytest.fixture(scope="module")
def shop() -> pd.DataFrame:
    return make_orders(400, seed=2).drop(columns="kind")


@pytest.fixture(scope="module")
def by_scores(shop: pd.DataFrame) -> Iterator[rfmeans.Segmentation]:
    with rfmeans.segment(shop, method="scores") as result:
        yield result
