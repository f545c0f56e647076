"""The scikit-learn estimator: the same numbers as scikit-learn's own, and its contract."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from rfmeans import DataError, RFMeans, SourceError
from rfmeans.segments.settings import FEATURES
from rfmeans.synthetic import make_customers

CUSTOMERS = make_customers(600, seed=2)
ARRAY = CUSTOMERS[list(FEATURES)].to_numpy(dtype=float)


@pytest.fixture(scope="module")
def fitted():
    return RFMeans(random_state=1).fit(CUSTOMERS)


def test_agrees_with_the_kinds_and_names_them(fitted):
    assert adjusted_rand_score(CUSTOMERS["kind"], fitted.labels_) > 0.8
    names = pd.Series(fitted.names_).take(fitted.labels_).to_numpy()
    commonest = pd.crosstab(CUSTOMERS["kind"].to_numpy(), names).idxmax(axis=1).to_dict()
    assert commonest == {
        "loyal": "High-Value Loyal",
        "lapsed high-value": "At-Risk High-Value",
        "new": "New/Potential",
        "churned": "Low-Value/Churned",
    }
    assert fitted.profile_["customers"].tolist() == np.bincount(fitted.labels_).tolist()


def test_none_is_standard_scaler_and_kmeans():
    mine = RFMeans(transform_features="none").fit(ARRAY)
    scaled = StandardScaler().fit_transform(ARRAY)
    theirs = KMeans(4, n_init=50, random_state=0).fit(scaled)
    assert mine.inertia_ == pytest.approx(theirs.inertia_, rel=1e-3)
    assert adjusted_rand_score(theirs.labels_, mine.labels_) > 0.99
    back = mine.feature_centers_ * ARRAY.std(axis=0) + ARRAY.mean(axis=0)
    np.testing.assert_allclose(mine.cluster_centers_, back, rtol=1e-9)


def test_transform_gives_distances_whose_least_is_the_label(fitted):
    distances = fitted.transform(ARRAY)
    assert distances.shape == (600, 4)
    np.testing.assert_array_equal(distances.argmin(axis=1), fitted.predict(ARRAY))
    assert (distances.min(axis=1) ** 2).sum() == pytest.approx(fitted.inertia_, rel=1e-9)


@pytest.mark.parametrize(
    "table",
    [ARRAY, CUSTOMERS, pl.from_pandas(CUSTOMERS), pa.Table.from_pandas(CUSTOMERS)],
    ids=lambda t: type(t).__name__,
)
def test_every_kind_of_table_gives_the_same_labels(fitted, table):
    np.testing.assert_array_equal(RFMeans(random_state=1).fit_predict(table), fitted.labels_)


def test_columns_are_found_by_name_not_by_place(fitted):
    turned = CUSTOMERS[["monetary", "frequency", "recency"]]
    np.testing.assert_array_equal(fitted.predict(turned), fitted.labels_)


def test_rows_keep_their_place(fitted):
    order = np.random.default_rng(0).permutation(600)
    np.testing.assert_array_equal(fitted.predict(ARRAY[order]), fitted.labels_[order])


def test_parameters_and_clone():
    estimator = RFMeans(n_segments=5, transform_features="log", n_init=3, random_state=7)
    assert clone(estimator).get_params() == {
        "n_segments": 5,
        "transform_features": "log",
        "n_init": 3,
        "random_state": 7,
    }
    assert estimator.set_params(n_segments=3).n_segments == 3


def test_in_a_pipeline(fitted):
    pipeline = make_pipeline(FunctionTransformer(), RFMeans(random_state=1))
    np.testing.assert_array_equal(pipeline.fit_predict(ARRAY), fitted.labels_)
    assert list(fitted.get_feature_names_out()) == ["rfmeans0", "rfmeans1", "rfmeans2", "rfmeans3"]


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (ARRAY[:, :2], DataError, r"shape \(n, 3\): recency, frequency, monetary. Got \(600, 2\)"),
        (
            np.vstack([ARRAY, [1, 0, 5]]),
            DataError,
            "1 of 601 customers cannot be placed .the first at row 600",
        ),
        (np.vstack([ARRAY, [np.nan, 1, 5]]), DataError, "and none missing"),
        (pd.DataFrame({"recency": [1]}), SourceError, "Missing: frequency, monetary"),
    ],
)
def test_what_cannot_be_placed_is_refused(data, error, words):
    with pytest.raises(error, match=words):
        RFMeans().fit(data)
