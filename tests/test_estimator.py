"""The scikit-learn estimator: the same numbers as scikit-learn's own, and its contract."""

import ibis
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import validate_data

from rfmeans import DataError, RFMeans, SettingsError, SourceError
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
    distances = fitted.transform(CUSTOMERS)
    assert distances.shape == (600, 4)
    np.testing.assert_array_equal(distances.argmin(axis=1), fitted.predict(CUSTOMERS))
    assert (distances.min(axis=1) ** 2).sum() == pytest.approx(fitted.inertia_, rel=1e-9)


@pytest.mark.slow
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
    np.testing.assert_array_equal(fitted.predict(CUSTOMERS.iloc[order]), fitted.labels_[order])


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


# What scikit-learn's users expect


class OnAnyTable(RFMeans):
    """Takes the tables of scikit-learn's checks as customers: three of their columns, moved above zero."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = False
        return tags

    def _points(self, data, *, reset):
        values = validate_data(
            self, data, reset=reset, dtype=np.float64, ensure_min_samples=2 if reset else 1
        )
        return np.column_stack([values[:, place % values.shape[1]] for place in range(3)]) + 1000


THREE = "its table has not three columns: RFMeans knows recency, frequency and monetary"
ABOVE = "its table has values of 0 or below: no customer of an order has frequency or monetary of 0"
NOT_FOR_RFMEANS = {
    "check_estimators_overwrite_params": THREE,
    "check_estimators_fit_returns_self": THREE,
    "check_readonly_memmap_input": THREE,
    "check_n_features_in_after_fitting": THREE,
    "check_positive_only_tag_during_fit": THREE,
    "check_estimators_dtypes": THREE,
    "check_dtype_object": THREE,
    "check_estimators_nan_inf": ABOVE,
    "check_pipeline_consistency": ABOVE,
    "check_estimators_pickle": ABOVE,
    "check_clustering": THREE,
    "check_fit2d_1sample": THREE,
    "check_fit2d_1feature": THREE,
    "check_fit_idempotent": THREE,
    "check_fit_check_is_fitted": THREE,
    "check_n_features_in": THREE,
    "check_fit_score_takes_y": ABOVE,
    "check_dont_overwrite_parameters": ABOVE,
    "check_f_contiguous_array_estimator": ABOVE,
    "check_methods_sample_order_invariance": ABOVE,
    "check_methods_subset_invariance": ABOVE,
    "check_dict_unchanged": ABOVE,
    "check_fit2d_predict1d": ABOVE,
}


def not_for(estimator):
    return {} if isinstance(estimator, OnAnyTable) else NOT_FOR_RFMEANS


@pytest.mark.slow
@parametrize_with_checks(
    [RFMeans(n_init=1), OnAnyTable(n_init=1)], expected_failed_checks=not_for, xfail_strict=True
)
def test_a_check_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.mark.slow
def test_numbers_of_numpy_are_numbers():
    by_numpy = RFMeans(n_segments=np.int64(3), n_init=np.int32(2), random_state=np.uint32(1)).fit(ARRAY)
    by_python = RFMeans(n_segments=3, n_init=2, random_state=1).fit(ARRAY)
    assert by_numpy.model_.to_json() == by_python.model_.to_json()


@pytest.mark.slow
def test_a_grid_over_an_array_of_numbers():
    found = GridSearchCV(RFMeans(n_init=1), {"n_segments": np.arange(2, 5)}, cv=2).fit(ARRAY)
    assert found.best_params_ == {"n_segments": 4}  # more centres, smaller distances
    assert RFMeans(n_init=1).fit(ARRAY).score(ARRAY) == pytest.approx(-RFMeans(n_init=1).fit(ARRAY).inertia_)


@pytest.mark.slow
def test_without_a_seed_each_fit_has_another():
    seeds = {RFMeans(n_init=1, random_state=None).fit(ARRAY).model_.seed for _ in range(3)}
    assert len(seeds) == 3
    drawn = [RFMeans(n_init=1, random_state=np.random.RandomState(5)).fit(ARRAY) for _ in range(2)]
    assert drawn[0].model_.seed == drawn[1].model_.seed
    with pytest.raises(SettingsError, match=r"seed must be a whole number from 0 to 4294967295. Got 'five'"):
        RFMeans(random_state="five").fit(ARRAY)


@pytest.mark.parametrize(
    "as_table", [pd.DataFrame, pl.from_pandas, pa.Table.from_pandas], ids=["pandas", "polars", "arrow"]
)
def test_durations_are_days(fitted, as_table):
    lasting = CUSTOMERS.assign(recency=pd.to_timedelta(CUSTOMERS["recency"], unit="D"))
    again = RFMeans(random_state=1).fit(as_table(lasting))
    np.testing.assert_array_equal(again.cluster_centers_, fitted.cluster_centers_)


@pytest.mark.slow
def test_names_are_remembered_and_missed(fitted):
    assert fitted.feature_names_in_.tolist() == ["recency", "frequency", "monetary"]
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        fitted.predict(ARRAY)
    assert not hasattr(RFMeans(n_init=1).fit(ARRAY), "feature_names_in_")


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (csr_array(ARRAY), TypeError, "[Ss]parse data was passed"),
        (ARRAY.astype(complex), ValueError, "Complex data not supported"),
        (
            pl.from_pandas(CUSTOMERS).lazy(),
            SourceError,
            "Got LazyFrame, which is not computed yet: collect it first",
        ),
        (ibis.memtable(CUSTOMERS), SourceError, "Got Table, which is not computed yet"),
        (
            CUSTOMERS.assign(recency=pd.Timestamp("2025-01-01")),
            SourceError,
            "The column recency holds dates. It needs days.",
        ),
        (
            CUSTOMERS.assign(frequency=pd.Timedelta(days=1)),
            SourceError,
            "The column frequency holds dates or durations. It needs numbers.",
        ),
    ],
    ids=["sparse", "complex", "lazy", "lazy-ibis", "dates", "durations"],
)
def test_what_is_no_table_of_numbers_is_refused_in_words(data, error, words):
    with pytest.raises(error, match=words):
        RFMeans(n_init=1).fit(data)
