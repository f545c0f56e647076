"""Customers -> feature space: a transform per feature, then mean 0 and population standard deviation 1."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis

from rfmeans.segments.settings import FEATURES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import ibis.expr.types as ir

Z_COLUMNS = ("z_recency", "z_frequency", "z_monetary")
SKEWNESS_LIMIT = 1.0
# Engines differ in the last digit of a logarithm; what depends on one is kept to this many significant digits.
DIGITS = 12
ROUNDING = 1e-12
SUM_COLUMNS = ("sum_r", "sum_f", "sum_m", "squares")
MOST_BITS = 52  # those of a float64
ROOM = 60  # of the 63 bits of an int64: sums may be some times larger than the number of values


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

    @property
    def logged(self) -> bool:
        """Whether a feature is log-transformed, so that a mean in feature space is no plain mean."""
        return any(feature.transform == "log1p" for feature in self.features)


def significant(value: float, digits: int = DIGITS) -> float:
    """Return the value to some significant digits.

    >>> significant(0.1 + 0.2)
    0.3
    """
    return float(f"{value:.{digits - 1}e}")


def fit_scaling(values: ir.Table, transform: str) -> Scaling:
    """Choose the transforms and measure the moments of the customers to cluster (three queries of three rows).

    Parameters
    ----------
    values
        As `rfmeans.segments.features.distinct_values` returns them.
    transform
        ``"auto"``, ``"log"`` or ``"none"``.
    """
    raw, logs = _moments(values)
    scaled = (_scale(name, transform, *each) for name, *each in zip(FEATURES, raw, logs, strict=True))
    recency, frequency, monetary = scaled
    return Scaling((recency, frequency, monetary))


@dataclass(frozen=True)
class _Moments:
    mean: float
    sd: float
    skewness: float


@dataclass(frozen=True)
class _Ranged:
    """A column of all features' values, and the range of each: there one precision fits all."""

    column: ir.Column
    low: list[float]
    span: list[float]

    def places(self, values: ir.Table) -> ir.Column:
        """Return where each value lies in its range, from 0 to 1."""
        return (self.column - _each(values, self.low)) / _each(values, [span or 1.0 for span in self.span])

    def moments(self, *central: list[float]) -> list[_Moments]:
        """Return the moments from those of the places: the mean, and the central second and third one."""
        return [
            _Moments(low + span * first, span * second**0.5, third / second**1.5 if span else 0.0)
            for low, span, first, second, third in zip(self.low, self.span, *central, strict=True)
        ]


def _moments(values: ir.Table) -> tuple[list[_Moments], list[_Moments]]:
    """Return the population moments of each feature, and of the logarithm of each."""
    ends = _rows(values, count=values.n.sum().cast("int64"), low=values.value.min(), high=values.value.max())
    count = ends[0]["count"]

    def ranged(column: ir.Column, own: Callable[[float], float]) -> _Ranged:
        low = [own(row["low"]) for row in ends]
        return _Ranged(column, low, [own(row["high"]) - least for row, least in zip(ends, low, strict=True)])

    kinds = {"raw": ranged(values.value, float), "log": ranged(_log1p(values.value), math.log1p)}
    places = {kind: found.places(values) for kind, found in kinds.items()}
    mean = _means(values, places, count)
    off = {kind: place - _each(values, mean[kind]) for kind, place in places.items()}
    powers = {f"{kind}_2": value * value for kind, value in off.items()}
    powers |= {f"{kind}_3": value * value * value for kind, value in off.items()}
    central = _means(values, powers, count)
    raw, logs = (
        found.moments(mean[kind], central[f"{kind}_2"], central[f"{kind}_3"]) for kind, found in kinds.items()
    )
    return raw, logs


def _each(values: ir.Table, constants: list[float]) -> ir.Column:
    """Return the constant of each row's feature."""
    *first, last = (float64(constant) for constant in constants)
    return values.feature.cases(*enumerate(first), else_=last)


def _means(values: ir.Table, columns: dict[str, ir.Column], count: int) -> dict[str, list[float]]:
    """Return the means, over ``count`` customers, of numbers between -1 and 1, by feature."""
    bits = bits_for(count)
    rows = _rows(values, **{name: whole_sum(column, bits, values.n) for name, column in columns.items()})
    return {name: [row[name] / (count * 2**bits) for row in rows] for name in columns}


def _rows(values: ir.Table, **figures: ir.Scalar) -> list[dict[str, Any]]:
    """Return figures per feature, in their order."""
    rows: list[dict[str, Any]] = (
        values.group_by("feature").agg(**figures).order_by("feature").to_pyarrow().to_pylist()
    )
    return rows


def _scale(name: str, transform: str, raw: _Moments, logs: _Moments) -> FeatureScaling:
    skewness = significant(raw.skewness, 9)
    logged = transform == "log" or (transform == "auto" and skewness > SKEWNESS_LIMIT)
    chosen = logs if logged else raw
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
    if abs(value) <= ROUNDING * abs(feature.mean):
        return 0.0  # but for the digits lost on the way
    return math.expm1(value) if feature.transform == "log1p" else value


def _raw(customers: ir.Table, name: str, where: ir.BooleanColumn | None = None) -> ir.Column:
    value = customers[name].cast("float64")
    return value if where is None else ibis.ifelse(where, value, ibis.null("float64"))


def _log1p(value: ir.Column) -> ir.Column:
    return (value + 1.0).ln()


def float64(value: float) -> Any:
    """Return a literal that is float64 on every engine (many read 0.5 as a decimal)."""
    return ibis.literal(value, "float64")


def distinct_values(customers: ir.Table) -> ir.Table:
    """Return an expression with a row per value: feature (its place in `FEATURES`), value (float64), n (int64).

    ``customers`` has recency, frequency and monetary; only customers to cluster.
    """
    return ibis.union(*(_of(customers, place, name) for place, name in enumerate(FEATURES)))


def _of(customers: ir.Table, place: int, name: str) -> ir.Table:
    counted = customers.group_by(value=customers[name].cast("float64")).agg(n=customers.count())
    return counted.select(
        feature=ibis.literal(place, "int64"), value=counted.value, n=counted.n.cast("int64")
    )


def bits_for(count: int) -> int:
    """Return how many binary places each of ``count`` values may have, if their sizes are about 1 on average.

    >>> bits_for(100), bits_for(10_000_000), bits_for(1_000_000_000)
    (52, 36, 30)
    """
    return min(MOST_BITS, ROOM - count.bit_length())


def whole_sum(values: ir.Column, bits: int, times: ir.Column | None = None) -> ir.Scalar:
    """Return the sum of floats as a whole number of units of 2 ** -bits (an expression, int64).

    ``times``: how often each value counts (int64); once if None.
    """
    units = (values * ibis.literal(2.0**bits, "float64") + ibis.literal(0.5, "float64")).floor().cast("int64")
    return (units if times is None else units * times).sum().cast("int64")


def whole_sums(z: Sequence[ir.Column], bits: int) -> dict[str, ir.Scalar]:
    """Return the sums of three z columns and of the squares of z by `SUM_COLUMNS`, in the same units."""
    square = z[0] * z[0] + z[1] * z[1] + z[2] * z[2]
    return {name: whole_sum(column, bits) for name, column in zip(SUM_COLUMNS, (*z, square), strict=True)}
