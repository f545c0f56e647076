"""The scikit-learn estimator: the same steps over a customers table in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator, ClusterMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from rfmeans.columns.typed import MONEY_LIMIT, MONEY_PLACES, money
from rfmeans.engines.duckdb import DUCKDB
from rfmeans.errors import DataError, SourceError
from rfmeans.pipeline import segment
from rfmeans.segments.features import to_feature_space, to_original_units
from rfmeans.segments.settings import FEATURES
from rfmeans.settings import CustomerColumns

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


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
    random_state : int, default 0
        Seed.

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
        random_state: int = 0,
    ) -> None:
        self.n_segments = n_segments
        self.transform_features = transform_features
        self.n_init = n_init
        self.random_state = random_state

    def fit(self, X: Any, y: None = None) -> RFMeans:  # noqa: N803, ARG002 - scikit-learn's names
        """Fit on customers.

        Parameters
        ----------
        X : table or array of shape (n_customers, 3)
            A pandas, Polars or Arrow table with recency (days), frequency (purchases) and monetary, or an array
            with these columns in this order. Every customer needs frequency and monetary above zero.
        y : None
            Ignored.
        """
        points = _points(X)
        with segment(
            _table(points),
            columns=CustomerColumns("customer_id", *FEATURES),
            segments=self.n_segments,
            transform=self.transform_features,
            seed=self.random_state,
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
        self.n_features_in_ = len(FEATURES)
        self.labels_ = self.predict(points)
        return self

    def predict(self, X: Any) -> NDArray[np.int64]:  # noqa: N803
        """Return the segment of each customer, from 0; shape (n_customers,)."""
        check_is_fitted(self, "model_")
        rows = self.model_.apply(_keyed(_points(X))).order_by("customer_id")
        labels: NDArray[np.int64] = rows.to_pyarrow()["segment_id"].to_numpy().astype(np.int64) - 1
        return labels

    def transform(self, X: Any) -> NDArray[np.float64]:  # noqa: N803
        """Return the distances to the centres in feature space; shape (n_customers, n_segments)."""
        check_is_fitted(self, "model_")
        placed = (
            to_feature_space(_keyed(_points(X)), self.model_.scaling).order_by("customer_id").to_pyarrow()
        )
        points = np.column_stack([placed[f"z_{name}"].to_numpy() for name in FEATURES])
        distances: NDArray[np.float64] = np.linalg.norm(points[:, None] - self.feature_centers_[None], axis=2)
        return distances

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[np.object_]:  # noqa: ARG002
        """Return the names of `transform`'s columns."""
        check_is_fitted(self, "model_")
        return np.array([f"rfmeans{index}" for index in range(len(self.names_))], dtype=object)


def _points(data: Any) -> NDArray[np.float64]:
    """Return recency, frequency and monetary as an array of shape (n, 3), checked."""
    names = list(getattr(data, "column_names", None) or getattr(data, "columns", []))
    if names:
        missing = [name for name in FEATURES if name not in names]
        if missing:
            raise SourceError(
                f"The customers need the columns recency, frequency and monetary. Missing: {', '.join(missing)}. "
                f"The columns are: {', '.join(map(str, names))}."
            )
        data = np.column_stack([np.asarray(data[name], dtype=np.float64) for name in FEATURES])
    points = np.asarray(data, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != len(FEATURES):
        raise DataError(f"An array needs the shape (n, 3): recency, frequency, monetary. Got {points.shape}.")
    bad = ~np.isfinite(points).all(axis=1) | (points[:, 0] < 0) | (points[:, 1] <= 0) | (points[:, 2] <= 0)
    bad |= (points[:, 2] < 10**-MONEY_PLACES) | (points[:, 2] >= MONEY_LIMIT)
    if bad.any():
        raise DataError(
            f"{int(bad.sum())} of {len(points)} customers cannot be placed (the first at row {int(bad.argmax())}): "
            "recency must be 0 or more, frequency above 0, monetary from 0.0001 to below 10^13, and none missing. "
            "Leave them out first."
        )
    return points


def _table(points: NDArray[np.float64]) -> Any:
    import pyarrow as pa

    columns = {name: points[:, position] for position, name in enumerate(FEATURES)}
    return pa.table({"customer_id": np.arange(1, len(points) + 1), **columns})


def _keyed(points: NDArray[np.float64]) -> Any:
    """Return the points as a table of customers of which none is set aside."""
    import ibis

    table = ibis.memtable(_table(points))
    return table.mutate(monetary=money(table.monetary, DUCKDB), reason=ibis.null("string"))
