"""A small synthetic shop, fitted by K-Means: fixtures, to be taken by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import rfmeans
from rfmeans.synthetic import make_orders

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd


@pytest.fixture(scope="module")
def shop() -> pd.DataFrame:
    return make_orders(300, seed=4).drop(columns="kind")


@pytest.fixture(scope="module")
def fitted(shop: pd.DataFrame) -> Iterator[rfmeans.Segmentation]:
    with rfmeans.segment(shop, n_init=5) as result:
        yield result
