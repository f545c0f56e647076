"""A model and one fitted after it -> which segments are the same, and who moved: customers or the borders.

Segments are paired by the least total distance of their centres in the feature space of the earlier model.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rfmeans.segments.features import Scaling, to_original_units

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    import ibis
    import ibis.expr.types as ir
    from numpy.typing import NDArray

PLACED_BY = ("customer_id", "recency", "frequency", "monetary", "reason")


@dataclass(frozen=True)
class Space:
    """The centres of a model, shape (k, 3), and the scaling of their feature space."""

    scaling: Scaling
    centres: Sequence[Sequence[float]]


@dataclass(frozen=True)
class Pair:
    """A segment of the earlier model and its successor: ids, names, the distance of their centres."""

    id_before: int
    before: str
    id_now: int
    now: str
    distance: float


@dataclass(frozen=True)
class Likeness:
    """How a refit stands to the model before.

    Attributes
    ----------
    since
        The as-of date of the earlier model; None where it was fitted on a table of customers.
    pairs
        The segments that are the same, by the earlier id.
    ended, begun
        Names of the segments of the earlier model without a successor, and of those that are new.
    customers
        Those with a segment.
    changed
        Of them those who were in another segment at the earlier date, by the earlier model at both dates; None where
        the orders do not tell.
    borders
        Those who are in another segment now than by the earlier model.
    """

    since: dt.date | None
    pairs: tuple[Pair, ...]
    ended: tuple[str, ...]
    begun: tuple[str, ...]
    customers: int
    changed: int | None
    borders: int

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def _in(before: Space, now: Space) -> NDArray[np.float64]:
    """Return the centres of a later model in the feature space of an earlier one."""
    units = np.array([to_original_units(tuple(centre), now.scaling) for centre in now.centres])  # type: ignore[arg-type]
    columns = [
        ((np.log1p(values) if feature.transform == "log1p" else values) - feature.mean) / (feature.sd or 1.0)
        for values, feature in zip(units.T, before.scaling.features, strict=True)
    ]
    return np.column_stack(columns)


def pair_centres(before: Space, now: Space) -> list[tuple[int, int, float]]:
    """Return the place of each centre, that of its successor and their distance; the total distance is the least.

    >>> from rfmeans.segments.features import FeatureScaling
    >>> plain = Scaling((FeatureScaling("x", "none", 0.0, 1.0, 0.0),) * 3)
    >>> pair_centres(Space(plain, [(0, 0, 0), (4, 0, 0)]), Space(plain, [(4, 3, 0), (1, 0, 0), (9, 9, 9)]))
    [(0, 1, 1.0), (1, 0, 3.0)]
    """
    from scipy.optimize import linear_sum_assignment

    gaps = np.array(before.centres, dtype=float)[:, None, :] - _in(before, now)[None, :, :]
    distances = np.linalg.norm(gaps, axis=2)
    places = zip(*linear_sum_assignment(distances), strict=True)
    return [(int(old), int(new), float(distances[old, new])) for old, new in places]


def order_like(before: Space, now: Space, order: Sequence[int]) -> list[int]:
    """Return the places of the later centres in the order of the earlier ones; the new ones last, as in ``order``."""
    found = [new for _, new, _ in pair_centres(before, now)]
    return [*found, *(place for place in order if place not in found)]


def count_moves(
    customers: ir.Table, earlier: ir.Table | None, ids: Mapping[int, int]
) -> tuple[int, int | None, int]:
    """Return customers with a segment, those who changed, and those whom a border passed; one row leaves the engine.

    Parameters
    ----------
    customers
        Customers with segment_id and old_id: their segments by both models.
    earlier
        The same customers at the earlier date with segment_id by the earlier model; None: not known.
    ids
        Of the successor by that of the segment before.
    """
    named = customers.old_id.cases(*ids.items(), else_=0)
    placed = customers.mutate(border=named != customers.segment_id).filter(customers.segment_id.notnull())
    wanted = {"customers": placed.count(), "borders": placed.count(where=placed.border)}
    if earlier is not None:
        then = earlier.select("customer_id", id_then=earlier.segment_id)
        placed = placed.join(then, "customer_id")
        wanted = {
            "customers": placed.count(),
            "borders": placed.count(where=placed.border),
            "changed": placed.count(where=(placed.id_then != placed.old_id).fill_null(False)),
        }
    found = placed.agg(**wanted).to_pyarrow().to_pylist()[0]
    return int(found["customers"]), found.get("changed"), int(found["borders"])


def placed_by(customers: ir.Table, **more: ibis.Value) -> ir.Table:
    """Return the columns that a model places customers by, and more."""
    return customers.select(*PLACED_BY, **more)
