"""Customers of the fit, customers of today -> how far apart they are: whether yesterday's model still fits.

The population stability index compares how customers are spread over the same bins at two times:
the sum over the bins of (now - then) * ln(now / then), of shares. The bins are the quintiles of the fit, and the
segments.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import ibis

from rfmeans.arguments import argument, named
from rfmeans.errors import ModelError, SettingsError
from rfmeans.over_time.given_numbers import given_number
from rfmeans.segments.features import Z_COLUMNS, bits_for, float64, significant, whole_sum
from rfmeans.segments.score_cuts import fit_scoring
from rfmeans.segments.settings import FEATURES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis.expr.types as ir

    from rfmeans.segments.profile import Group
    from rfmeans.segments.score_cuts import Scoring

QUINTILES = 5
FAR = 16  # binary places left for distances: customers may lie thousands of times as far as those of the fit
CAUTION, WARNING = 0.1, 0.25
LEAST = 1e-4  # the share that a bin without customers is taken to have
SEGMENTS = "segments"


@dataclass(frozen=True)
class FeatureBins:
    """How customers are spread over one feature.

    Attributes
    ----------
    feature
        recency, frequency or monetary.
    edges
        Lower edges of the bins after the first, ascending: the quintiles of the fit, fewer where ties leave fewer.
    counts
        Customers of each bin.
    median
        Of all customers, in days, purchases or money.
    """

    feature: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    median: float


@dataclass(frozen=True)
class Reference:
    """What a model remembers of the customers that it was fitted on, and the same of others.

    Attributes
    ----------
    features
        Recency, frequency and monetary.
    segments
        Customers of each segment, by id.
    distance
        Mean distance to the nearest centre, in feature space; None without centres.
    """

    features: tuple[FeatureBins, ...]
    segments: tuple[int, ...]
    distance: float | None

    @property
    def edges(self) -> tuple[tuple[float, ...], ...]:
        """The edges of each feature's bins."""
        return tuple(bins.edges for bins in self.features)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Reference:
        """Take back what `to_dict` gave.

        Raises
        ------
        ValueError
            If it is damaged.
        """
        features = tuple(_bins_from(entry) for entry in content["features"])
        if [bins.feature for bins in features] != list(FEATURES):
            raise ValueError(f"the customers of the fit are told by {', '.join(FEATURES)}")
        distance = content["distance"]
        if distance is not None and not 0 <= distance < math.inf:
            raise ValueError(f"a mean distance is {distance!r}")
        return cls(features, _counts(content["segments"]), None if distance is None else float(distance))


def _bins_from(entry: Mapping[str, Any]) -> FeatureBins:
    edges, counts = tuple(map(float, entry["edges"])), _counts(entry["counts"])
    if list(edges) != sorted(set(edges)) or not all(map(math.isfinite, edges)):
        raise ValueError(f"the quintiles of {entry['feature']} do not ascend")
    if len(counts) != len(edges) + 1 or not math.isfinite(entry["median"]):
        raise ValueError(f"the bins of {entry['feature']} are not whole")
    return FeatureBins(entry["feature"], edges, counts, float(entry["median"]))


def _counts(values: Sequence[Any]) -> tuple[int, ...]:
    if not all(type(value) is int and value >= 0 for value in values):
        raise ValueError("a number of customers is no whole number")
    return tuple(values)


@dataclass(frozen=True)
class Drift:
    """How far customers are from those of the fit.

    Attributes
    ----------
    then, now
        The customers of the fit, and these.
    """

    then: Reference
    now: Reference

    @property
    def indices(self) -> dict[str, float]:
        """The population stability index of each feature and of the segments."""
        pairs = zip(self.then.features, self.now.features, strict=True)
        found = {old.feature: stability_index(old.counts, new.counts) for old, new in pairs}
        return {**found, SEGMENTS: stability_index(self.then.segments, self.now.segments)}

    @property
    def largest(self) -> tuple[str, float]:
        """The largest index, and of what it is."""
        return max(self.indices.items(), key=lambda pair: pair[1])

    def check(self, max_drift: float) -> None:
        """Stop where an index is above a limit.

        Raises
        ------
        ModelError
            If one is.
        """
        over = [f"{of} {index:.2f}" for of, index in self.indices.items() if index > max_drift]
        if over:
            raise ModelError(
                f"The model fits less well than {argument('max_drift', max_drift)} allows: {', '.join(over)}. All "
                "outputs were written. Look at what changed, and fit the model anew."
            )

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        of, index = self.largest
        return {
            "psi": self.indices,
            "largest": {"of": of, "psi": index},
            "then": self.then.to_dict(),
            "now": self.now.to_dict(),
        }


def drift_of(then: Reference | None, now: Reference | None) -> Drift | None:
    """Return how far customers are from those of the fit; None where either is not known."""
    return Drift(then, now) if then and now else None


def check_limit(max_drift: float | str | None, reference: Reference | None) -> float | None:
    """Check a limit of the largest index before the work is done, and return it; text is read as a number.

    Raises
    ------
    SettingsError
        If it is no such number.
    ModelError
        If there is one, and the model does not remember the customers of its fit.
    """
    if max_drift is None:
        return None
    limit = given_number("max_drift", max_drift, WARNING)
    if limit < 0:
        raise SettingsError(f"{named('max_drift')} must be 0 or more, such as {WARNING}. Got {limit:g}.")
    if reference is None:
        raise ModelError(
            f"{named('max_drift')} needs a model that remembers the customers of its fit. This one was written by an "
            "older rfmeans: fit it anew."
        )
    return limit


def stability_index(then: Sequence[int], now: Sequence[int]) -> float:
    """Return the population stability index of customers by bin; exactly 0 where the shares are the same.

    A bin without customers is taken to have one in ten thousand.

    >>> stability_index([20, 20], [5, 5]), round(stability_index([50, 50], [25, 75]), 4)
    (0.0, 0.2747)
    """
    width = max(len(then), len(now))
    old, new = (_shares(counts, width) for counts in (then, now))
    return math.fsum((b - a) * math.log(b / a) for a, b in zip(old, new, strict=True) if a != b)


def _shares(counts: Sequence[int], width: int) -> list[float]:
    whole = sum(counts) or 1
    return [max(count / whole, LEAST) for count in (*counts, *[0] * (width - len(counts)))]


def quintiles_of(values: ir.Table, customers: int, scoring: Scoring | None) -> tuple[tuple[float, ...], ...]:
    """Return the quintiles of the customers of a fit: those of its scores, where these are fifths of the data.

    Parameters
    ----------
    values, customers
        As for `rfmeans.segments.score_cuts.fit_scoring`.
    scoring
        Of the fit.
    """
    if scoring is None or scoring.bins != QUINTILES or any(cuts.given for cuts in scoring.features):
        scoring = fit_scoring(values, customers, QUINTILES)
    return tuple(cuts.edges for cuts in scoring.features)


def measure_reference(
    placed: ir.Table, edges: Sequence[Sequence[float]], segments: Sequence[int], everyone: Group
) -> Reference:
    """Return how customers are spread; one row leaves the engine.

    Parameters
    ----------
    placed
        The customers to segment, as `rfmeans.model.segment_model.SegmentModel.place` returns them.
    edges
        Of recency, frequency and monetary.
    segments
        Customers of each segment, by id.
    everyone
        Figures of all.
    """
    wanted: dict[str, ir.Scalar] = {
        f"{name}_{place}": placed.count(where=placed[name].cast("float64") < float64(edge))
        for name, own in zip(FEATURES, edges, strict=True)
        for place, edge in enumerate(own)
    }
    bits = bits_for(everyone.customers) - FAR
    if "distance_1" in placed.columns:
        wanted["distance"] = whole_sum(_nearest(placed), bits)
    found = placed.agg(customers=placed.count(), **wanted).to_pyarrow().to_pylist()[0]
    return Reference(
        tuple(
            FeatureBins(
                name,
                tuple(own),
                _between([found[f"{name}_{place}"] for place in range(len(own))], found["customers"]),
                float(getattr(everyone, f"median_{name}")),
            )
            for name, own in zip(FEATURES, edges, strict=True)
        ),
        tuple(segments),
        significant(found["distance"] / 2**bits / found["customers"], 9) if "distance" in found else None,
    )


def _nearest(placed: ir.Table) -> ir.Column:
    """Return the distance to the nearest centre: the least of those without the square of z, and that."""
    least = ibis.least(*(placed[name] for name in placed.columns if name.startswith("distance_")))
    squares = [placed[name] * placed[name] for name in Z_COLUMNS]
    return ibis.greatest(least + squares[0] + squares[1] + squares[2], float64(0.0)).sqrt()


def _between(below: Sequence[int], count: int) -> tuple[int, ...]:
    """Return the customers of each bin from how many are below each edge."""
    ends = [0, *map(int, below), int(count)]
    return tuple(high - low for low, high in pairwise(ends))
