"""The scikit-learn estimator: the same steps over a customers table in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator, ClusterMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from rfmeans.columns.typed import MONEY_LIMIT, MONEY_PLACES, to_money
from rfmeans.engines.duckdb import DUCKDB
from rfmeans.errors import DataError, SourceError
from rfmeans.pipeline import segment
from rfmeans.segments.features import to_feature_space, to_original_units
from rfmeans.segments.settings import FEATURES
from rfmeans.settings import CustomerColumns

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from sklearn.utils import Tags

LAZY = ("collect", "compute", "execute")  # what tables that are not in memory can do


class RFMeans(ClusterMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no hints
    """K-Means over recency, frequency and monetary, with names.

    Parameters
    ----------
    n_segments : int, default 4
        2 to 12.
    transform_features : {"auto", "log", "none"}, default "auto"
        As `rfmeans.segment`'s ``transform``; "none" is StandardScaler with KMeans.
    n_init : int, default 50
        k-means++ starts.
    random_state : int, RandomState or None, default 0
        Seed; None: another one with each fit.

    Attributes
    ----------
    model_ : SegmentModel
        What was fitted.
    labels_ : ndarray of shape (n_customers,)
        Segment of each customer, from 0, the most valuable first.
    names_ : list of str
        Name of each segment.
    cluster_centers_ : ndarray of shape (n_segments, 3)
        Centres in original units: days, purchases, money (the transform undone).
    feature_centers_ : ndarray of shape (n_segments, 3)
        Centres in feature space.
    inertia_ : float
        Sum of squared distances to the nearest centre, in feature space.
    profile_ : pandas.DataFrame
        One row per segment.
    n_features_in_ : int
        Always 3.
    feature_names_in_ : ndarray of shape (3,)
        recency, frequency, monetary, where a table with names was fitted; its columns may stand in any order.

    Examples
    --------
    >>> from rfmeans.synthetic import make_customers
    >>> customers = make_customers(500, seed=0)
    >>> estimator = RFMeans(n_segments=4).fit(customers)
    >>> estimator.names_
    ['High-Value Loyal', 'At-Risk High-Value', 'New/Potential', 'Low-Value/Churned']
    """

    def __init__(
        self,
        n_segments: int = 4,
        *,
        transform_features: str = "auto",
        n_init: int = 50,
        random_state: int | np.random.RandomState | None = 0,
    ) -> None:
        self.n_segments = n_segments
        self.transform_features = transform_features
        self.n_init = n_init
        self.random_state = random_state

    def __sklearn_tags__(self) -> Tags:
        """Say that nothing below zero is taken."""
        tags: Tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        return tags

    def fit(self, X: Any, y: None = None) -> RFMeans:  # noqa: N803, ARG002 - scikit-learn's names
        """Fit on customers.

        Parameters
        ----------
        X : table or array of shape (n_customers, 3)
            A pandas, Polars or Arrow table with recency (days, or durations), frequency (purchases) and monetary, or
            an array with these columns in this order. Every customer needs frequency and monetary above zero.
        y : None
            Ignored.

        Raises
        ------
        SourceError
            If a table lacks a column, holds dates, or is lazy.
        DataError
            If a customer cannot be placed; in scikit-learn's own words a ValueError or TypeError for what is no
            table of numbers.
        """
        points = self._points(X, reset=True)
        with segment(
            _table(points),
            columns=CustomerColumns("customer_id", *FEATURES),
            segments=self.n_segments,
            transform=self.transform_features,
            seed=_seed(self.random_state),
            n_init=self.n_init,
        ) as result:
            self.model_ = result.model
            self.profile_ = result.profile
        self.names_ = [name.text for name in self.model_.names]
        self.feature_centers_ = np.array(self.model_.centres)
        self.cluster_centers_ = np.array(
            [to_original_units(centre, self.model_.scaling) for centre in self.model_.centres]
        )
        self.inertia_ = self.model_.inertia
        self.labels_ = self._segments_of(points)
        return self

    def predict(self, X: Any) -> NDArray[np.int64]:  # noqa: N803
        """Return the segment of each customer, from 0; shape (n_customers,)."""
        check_is_fitted(self, "model_")
        return self._segments_of(self._points(X, reset=False))

    def _segments_of(self, points: NDArray[np.float64]) -> NDArray[np.int64]:
        rows = self.model_.apply(_keyed(points)).order_by("customer_id")
        labels: NDArray[np.int64] = rows.to_pyarrow()["segment_id"].to_numpy().astype(np.int64) - 1
        return labels

    def transform(self, X: Any) -> NDArray[np.float64]:  # noqa: N803
        """Return the distances to the centres in feature space; shape (n_customers, n_segments)."""
        check_is_fitted(self, "model_")
        keyed = _keyed(self._points(X, reset=False))
        placed = to_feature_space(keyed, self.model_.scaling).order_by("customer_id").to_pyarrow()
        points = np.column_stack([placed[f"z_{name}"].to_numpy() for name in FEATURES])
        distances: NDArray[np.float64] = np.linalg.norm(points[:, None] - self.feature_centers_[None], axis=2)
        return distances

    def score(self, X: Any, y: None = None) -> float:  # noqa: N803, ARG002
        """Return minus the sum of squared distances to the nearest centre, in feature space, as KMeans does."""
        return -float((self.transform(X).min(axis=1) ** 2).sum())

    def _points(self, data: Any, *, reset: bool) -> NDArray[np.float64]:
        """Return recency, frequency and monetary as an array of shape (n, 3), checked; remember or compare names."""
        points: NDArray[np.float64] = validate_data(
            self, _by_name(data), reset=reset, dtype=np.float64, ensure_all_finite=False
        )
        if points.shape[1] != len(FEATURES):
            raise DataError(
                f"An array needs the shape (n, 3): recency, frequency, monetary. Got {points.shape}."
            )
        _check_placeable(points)
        return points

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[np.object_]:  # noqa: ARG002
        """Return the names of `transform`'s columns."""
        check_is_fitted(self, "model_")
        return np.array([f"rfmeans{index}" for index in range(len(self.names_))], dtype=object)


def _seed(random_state: int | np.random.RandomState | None) -> int:
    """Return the seed: a number is one, a generator gives one; what else is given the settings refuse."""
    if random_state is None or isinstance(random_state, np.random.RandomState):
        return int(check_random_state(random_state).randint(2**32, dtype=np.uint32))
    return random_state


def _by_name(data: Any) -> Any:
    """Return a table's recency, frequency and monetary as a frame of numbers; anything else as it is."""
    import pandas as pd

    if any(hasattr(data, does) for does in LAZY):
        raise SourceError(
            f"The estimator takes a table in memory. Got {type(data).__name__}, which is not computed yet: collect it "
            "first, or give it to rfmeans.segment, which works where the data are."
        )
    names = list(getattr(data, "column_names", None) or getattr(data, "columns", []))
    if not names:
        return data
    missing = [name for name in FEATURES if name not in names]
    if missing:
        raise SourceError(
            f"The customers need the columns recency, frequency and monetary. Missing: {', '.join(missing)}. "
            f"The columns are: {', '.join(map(str, names))}."
        )
    return pd.DataFrame({name: _numbers(name, np.asarray(data[name])) for name in FEATURES})


def _numbers(name: str, values: NDArray[Any]) -> NDArray[Any]:
    """Return a column, durations as days."""
    if values.dtype.kind == "M" or (values.dtype.kind == "m" and name != "recency"):
        kind, needs = ("dates", "days") if name == "recency" else ("dates or durations", "numbers")
        raise SourceError(f"The column {name} holds {kind}. It needs {needs}.")
    if values.dtype.kind == "m":
        days: NDArray[np.float64] = values / np.timedelta64(1, "D")
        return days
    return values


def _check_placeable(points: NDArray[np.float64]) -> None:
    bad = ~np.isfinite(points).all(axis=1) | (points[:, 0] < 0) | (points[:, 1] <= 0) | (points[:, 2] <= 0)
    bad |= (points[:, 2] < 10**-MONEY_PLACES) | (points[:, 2] >= MONEY_LIMIT)
    if bad.any():
        raise DataError(
            f"{int(bad.sum())} of {len(points)} customers cannot be placed (the first at row {int(bad.argmax())}): "
            "recency must be 0 or more, frequency above 0, monetary from 0.0001 to below 10^13, and none missing (NaN) "
            "or infinite. Leave them out first."
        )


def _table(points: NDArray[np.float64]) -> Any:
    import pyarrow as pa

    columns = {name: points[:, position] for position, name in enumerate(FEATURES)}
    return pa.table({"customer_id": np.arange(1, len(points) + 1), **columns})


def _keyed(points: NDArray[np.float64]) -> Any:
    """Return the points as a table of customers of which none is set aside."""
    import ibis

    table = ibis.memtable(_table(points))
    return table.mutate(monetary=to_money(table.monetary, DUCKDB), reason=ibis.null("string"))
