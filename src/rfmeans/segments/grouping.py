"""Customers -> groups in order of value, by K-Means or by scores."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rfmeans.beside import ask
from rfmeans.segments.cells import collect_cells
from rfmeans.segments.condensed import condense
from rfmeans.segments.features import Z_COLUMNS, to_feature_space
from rfmeans.segments.kmeans import CLUSTER, fit_centres, nearest
from rfmeans.segments.number_of_segments import choose_segments
from rfmeans.segments.profile import profile_segments
from rfmeans.segments.scores import add_scores, segment_ids
from rfmeans.segments.settings import AUTO, CLUSTERING
from rfmeans.segments.stability import measure_stability

if TYPE_CHECKING:
    from collections.abc import Callable

    import ibis.expr.types as ir
    import numpy as np
    from numpy.typing import NDArray

    from rfmeans.beside import Answer
    from rfmeans.engines.kept_tables import Workspace
    from rfmeans.segments.condensed import Cells
    from rfmeans.segments.features import Scaling
    from rfmeans.segments.lexicon import Lexicon
    from rfmeans.segments.number_of_segments import Choice
    from rfmeans.segments.profile import Group
    from rfmeans.segments.score_cuts import Scoring
    from rfmeans.segments.settings import Settings
    from rfmeans.segments.stability import Stability


@dataclass(frozen=True)
class Grouping:
    """The groups that were found, the most valuable first.

    Attributes
    ----------
    groups
        Their figures.
    centres
        Of K-Means, in feature space, in the order of the groups; none where they are those of scores.
    inertia
        Sum of all customers' squared distances to the nearest centre; None without centres.
    fitted
        Settings of the fit by name, and how it went, as the model tells them.
    stability
        How the groups survived resampling, perhaps still being measured; None without centres.
    choice
        The votes on the number of segments; None where it was given.
    score_segments
        Where they are those of scores: the names, first those of the groups, then those that nobody has.
    """

    groups: tuple[Group, ...]
    centres: tuple[tuple[float, float, float], ...] = ()
    inertia: float | None = None
    fitted: tuple[tuple[str, Any], ...] = ()
    stability: Answer[Stability] | None = None
    choice: Choice | None = None
    score_segments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Placed:
    """Customers in feature space: what any number of segments is found in.

    Attributes
    ----------
    customers
        As they were given, with the z columns.
    features
        The z columns alone, kept on the engine.
    cells
        The same, condensed.
    """

    customers: ir.Table
    features: ir.Table
    cells: Cells

    @classmethod
    def of(cls, customers: ir.Table, count: int, scaling: Scaling, workspace: Workspace) -> Placed:
        """Place customers, ``count`` in all."""
        placed = to_feature_space(customers, scaling)
        features = workspace.keep(placed.select(*Z_COLUMNS))
        return cls(placed, features, collect_cells(features, count, workspace))


def group_by_kmeans(
    space: Placed,
    settings: Settings,
    tell: Callable[[str], None],
    arrange: Callable[[NDArray[np.float64], list[int]], list[int]] | None = None,
) -> Grouping:
    """Return the clusters of customers, in order of mean monetary.

    ``tell`` hears of each stage; ``arrange`` takes the centres and that order of their places, and returns another one.
    """
    placed, features, cells, choice = space.customers, space.features, space.cells, None
    tell("grouping customers with K-Means")
    if settings.segments == AUTO:
        tell("choosing the number of segments")
        choice = ask(CLUSTERING, choose_segments, cells, settings.seed).get()
    fit = fit_centres(features, cells, choice.recommended if choice else int(settings.segments), settings)
    tell("profiling the segments")
    labelled = placed.mutate(**{CLUSTER: nearest(placed, fit.centres)})
    groups = profile_segments(labelled, CLUSTER, len(fit.centres))
    order = sorted(range(len(groups)), key=lambda index: (-_money(groups[index]), *fit.centres[index]))
    order = arrange(fit.centres, order) if arrange else order
    tell("measuring stability")
    told = [(name, getattr(settings, name)) for name in ("segments", "n_init", "tol")]
    told += [("passes", fit.passes), *([("choice", choice.sentence)] if choice else [])]
    return Grouping(
        tuple(groups[index] for index in order),
        tuple(tuple(map(float, fit.centres[index])) for index in order),  # type: ignore[misc]
        fit.inertia,
        tuple(told),
        ask(CLUSTERING, measure_stability, condense(cells), fit.centres[order], settings.seed),
        choice,
    )


def group_by_scores(customers: ir.Table, scoring: Scoring, lexicon: Lexicon) -> Grouping:
    """Return the customers of each name of the scores, in order of mean monetary; names that nobody has come last."""
    names = lexicon.scores.order
    scored = add_scores(customers, scoring, lexicon.scores)
    labelled = scored.mutate(**{CLUSTER: segment_ids(scored.score_segment, names) - 1})
    groups = profile_segments(labelled, CLUSTER, len(names))
    order = sorted(range(len(groups)), key=lambda index: -_money(groups[index]))
    held = tuple(groups[index] for index in order if groups[index].customers)
    return Grouping(held, score_segments=tuple(names[index] for index in order))


def _money(group: Group) -> float:
    return group.mean_monetary if group.customers else -math.inf
