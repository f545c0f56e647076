"""Customers -> feature space: a transform per feature, then mean 0 and population standard deviation 1."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis

from rfmeans.sums import bits_for, whole_sum

if TYPE_CHECKING:
    import ibis.expr.types as ir

FEATURES = ("recency", "frequency", "monetary")
Z_COLUMNS = ("z_recency", "z_frequency", "z_monetary")
SKEWNESS_LIMIT = 1.0
# Engines differ in the last digit of a logarithm; what depends on one is kept to this many significant digits.
DIGITS = 12


@dataclass(frozen=True)
class FeatureScaling:
    """How one feature is brought into feature space: z = (transform(x) - mean) / sd.

    Attributes
    ----------
    name
        The feature.
    transform
        ``"log1p"`` or ``"none"``.
    mean, sd
        Mean and population standard deviation after the transform; an sd of 0 leaves z at 0.
    skewness
        Skewness of the raw feature over customers (population, third standardised moment), why the transform
        was chosen; 0 where the feature does not vary.
    """

    name: str
    transform: str
    mean: float
    sd: float
    skewness: float


@dataclass(frozen=True)
class Scaling:
    """The scaling of the three features, in the order recency, frequency, monetary."""

    features: tuple[FeatureScaling, FeatureScaling, FeatureScaling]


def significant(value: float, digits: int = DIGITS) -> float:
    """Return the value to some significant digits.

    >>> significant(0.1 + 0.2)
    0.3
    """
    return float(f"{value:.{digits - 1}e}")


def fit_scaling(customers: ir.Table, transform: str) -> Scaling:
    """Choose the transforms and measure the moments of the customers to cluster (three one-row queries).

    Parameters
    ----------
    customers
        Table with recency, frequency, monetary; only customers to cluster.
    transform
        ``"auto"``, ``"log"`` or ``"none"``.
    """
    moments = _moments(customers)
    return Scaling(tuple(_scale(name, transform, moments) for name in FEATURES))  # type: ignore[arg-type]


@dataclass(frozen=True)
class _Moments:
    mean: float
    sd: float
    skewness: float  # 0 for logarithms, of which nobody asks


_OWN = {"": float, "log_": math.log1p}


def _moments(customers: ir.Table) -> dict[str, _Moments]:
    """Return the population moments of the features and of their logarithms, by name and ``log_`` with the name."""
    raw = {name: _raw(customers, name) for name in FEATURES}
    ends = {f"{end}_{name}": getattr(value, end)() for name, value in raw.items() for end in ("min", "max")}
    found = _row(customers.agg(count=customers.count(), **ends))
    values = raw | {f"log_{name}": _log1p(value) for name, value in raw.items()}
    low, high = (
        {f"{log}{name}": own(found[f"{end}_{name}"]) for log, own in _OWN.items() for name in FEATURES}
        for end in ("min", "max")
    )
    # Where each value lies in its range, from 0 to 1: there one precision fits all.
    places = {
        name: (value - float64(low[name])) / float64(high[name] - low[name])
        for name, value in values.items()
        if low[name] < high[name]
    }
    mean = _means(customers, places, found["count"])
    off = {name: place - float64(mean[name]) for name, place in places.items()}
    powers = {f"{name}_2": value * value for name, value in off.items()}
    powers |= {f"{name}_3": value * value * value for name, value in off.items() if name in raw}
    central = _means(customers, powers, found["count"])
    moments = {name: _Moments(low[name], 0.0, 0.0) for name in values}
    for name in places:
        span, sd = high[name] - low[name], central[f"{name}_2"] ** 0.5
        skewness = central[f"{name}_3"] / sd**3 if name in raw else 0.0
        moments[name] = _Moments(low[name] + mean[name] * span, sd * span, skewness)
    return moments


def _means(customers: ir.Table, values: dict[str, ir.Column], count: int) -> dict[str, float]:
    """Return the means of values between -1 and 1."""
    if not values:
        return {}
    bits = bits_for(count)
    sums = customers.agg(**{name: whole_sum(value, bits) for name, value in values.items()})
    return {name: units / (count * 2**bits) for name, units in _row(sums).items()}


def _scale(name: str, transform: str, moments: dict[str, _Moments]) -> FeatureScaling:
    skewness = significant(moments[name].skewness, 9)
    logged = transform == "log" or (transform == "auto" and skewness > SKEWNESS_LIMIT)
    chosen = moments[f"log_{name}" if logged else name]
    mean = significant(chosen.mean)
    # No customer's z could be told from another's: what is left of them is rounding.
    constant = chosen.sd <= 1e-12 * max(1.0, abs(mean))
    return FeatureScaling(
        name, "log1p" if logged else "none", mean, 0.0 if constant else significant(chosen.sd), skewness
    )


def to_feature_space(
    customers: ir.Table, scaling: Scaling, where: ir.BooleanColumn | None = None
) -> ir.Table:
    """Add z_recency, z_frequency and z_monetary (float64) to a table of customers.

    ``where``: null for the others. A customer that is set aside may have money of which there is no logarithm, and an
    engine need not know that nobody looks at it.
    """
    return customers.mutate(
        **{
            column: _z(_raw(customers, feature.name, where), feature)
            for column, feature in zip(Z_COLUMNS, scaling.features, strict=True)
        }
    )


def _z(raw: ir.Column, feature: FeatureScaling) -> ir.Column:
    value = _log1p(raw) if feature.transform == "log1p" else raw
    return (value - float64(feature.mean)) / float64(feature.sd) if feature.sd else value * float64(0.0)


def to_original_units(centre: tuple[float, float, float], scaling: Scaling) -> tuple[float, float, float]:
    """Return a point of feature space in days, purchases and money.

    >>> plain, logged = FeatureScaling("x", "none", 5.0, 2.0, 0.0), FeatureScaling("x", "log1p", 0.0, 1.0, 3.0)
    >>> [round(value, 6) for value in to_original_units((-1, 0, 2), Scaling((plain, plain, logged)))]
    [3.0, 5.0, 6.389056]
    """
    recency, frequency, monetary = (
        _undone(z, feature) for z, feature in zip(centre, scaling.features, strict=True)
    )
    return recency, frequency, monetary


def _undone(z: float, feature: FeatureScaling) -> float:
    value = feature.mean + z * feature.sd
    return math.expm1(value) if feature.transform == "log1p" else value


def _raw(customers: ir.Table, name: str, where: ir.BooleanColumn | None = None) -> ir.Column:
    value = customers[name].cast("float64")
    return value if where is None else ibis.ifelse(where, value, ibis.null("float64"))


def _log1p(value: ir.Column) -> ir.Column:
    return (value + 1.0).ln()


def float64(value: float) -> Any:
    """Return a literal that is float64 on every engine (many read 0.5 as a decimal)."""
    return ibis.literal(value, "float64")


def _row(aggregate: ir.Table) -> dict[str, Any]:
    row: dict[str, Any] = aggregate.to_pyarrow().to_pylist()[0]
    return row
