"""A model and one fitted after it -> which segments are the same, and who moved: customers or the borders.

Segments are paired by the least total distance of their centres in the feature space of the earlier model.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from rfmeans.segments.features import Scaling, to_original_units

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis
    import ibis.expr.types as ir
    from numpy.typing import NDArray

    from rfmeans.orders.intake import Intake
    from rfmeans.segments.names import Name

PLACED_BY = ("customer_id", "recency", "frequency", "monetary", "reason")


@dataclass(frozen=True)
class Space:
    """The centres of a model, shape (k, 3), and the scaling of their feature space."""

    scaling: Scaling
    centres: Sequence[tuple[float, float, float]]


class AnyModel(Protocol):
    """What is compared of a fitted model."""

    @property
    def as_of(self) -> dt.date | None:
        """The date recency was counted to when fitting."""

    @property
    def names(self) -> Sequence[Name]:
        """The segments' names, by segment id from 1."""

    @property
    def space(self) -> Space:
        """Its centres."""

    def place(self, customers: ir.Table) -> ir.Table:
        """Add segment_id to customers."""


@dataclass(frozen=True)
class Succession:
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
    until
        That of the fit which follows it; None likewise. A model may follow one of a later date.
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
    until: dt.date | None
    pairs: tuple[Succession, ...]
    ended: tuple[str, ...]
    begun: tuple[str, ...]
    customers: int
    changed: int | None
    borders: int

    @property
    def backwards(self) -> bool:
        """Whether the model that is followed is of a later date."""
        return self.since is not None and self.until is not None and self.since > self.until

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def compare_models(intake: Intake, before: AnyModel, now: AnyModel) -> Likeness:
    """Return how a model stands to the one that it follows, and who moved.

    ``intake``: the customers of the later fit, those of the date of the earlier one among them where they are known.
    """
    was, names = before.names, now.names
    found = pair_centres(before.space, now.space)
    pairs = tuple(Succession(a + 1, was[a].text, b + 1, names[b].text, gap) for a, b, gap in found)
    by_old = before.place(placed_by(intake.customers))
    both = now.place(placed_by(by_old, old_id=by_old.segment_id))
    day = before.as_of
    then = before.place(intake.earlier[day]) if day is not None and _is_known(intake, day) else None
    customers, changed, borders = count_moves(both, then, {pair.id_before: pair.id_now for pair in pairs})
    return Likeness(
        day,
        intake.as_of,
        pairs,
        tuple(name.text for place, name in enumerate(was) if place not in {a for a, _, _ in found}),
        tuple(name.text for place, name in enumerate(names) if place not in {b for _, b, _ in found}),
        customers,
        changed,
        borders,
    )


def _is_known(intake: Intake, day: dt.date) -> bool:
    """Tell whether the customers of an earlier date are known: not by less history than what came since."""
    lines = intake.account.lines
    if day not in intake.earlier or intake.as_of is None or not lines or not lines.first_day:
        return False
    return dt.timedelta(0) < intake.as_of - day <= day - lines.first_day


def _in(before: Space, now: Space) -> NDArray[np.float64]:
    """Return the centres of a later model in the feature space of an earlier one."""
    units = np.array([to_original_units(centre, now.scaling) for centre in now.centres])
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
