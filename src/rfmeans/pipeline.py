"""The order of the steps, and nothing else.

source -> orders -> customers -> feature space -> cells -> centres -> names -> model -> segmented customers
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from rfmeans.cells import collect_cells
from rfmeans.distribution import measure_distributions
from rfmeans.errors import DataError
from rfmeans.intake import Intake, read
from rfmeans.kmeans import CLUSTER, Fit, fit_centres, nearest
from rfmeans.model import SegmentModel
from rfmeans.profile import Group, profile_all, profile_segments
from rfmeans.result import Segmentation
from rfmeans.scaling import Z_COLUMNS, Scaling, fit_scaling, to_feature_space
from rfmeans.scores import cross, fit_scoring
from rfmeans.settings import Settings, make_reading, parse_segments
from rfmeans.sources import engine_errors
from rfmeans.summary import summarise
from rfmeans.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    import ibis.expr.types as ir

    from rfmeans.settings import Columns, CustomerColumns, Reading


def segment(
    orders: Any,
    *,
    segments: int | str = 4,
    columns: Columns | CustomerColumns | None = None,
    transform: str = "auto",
    seed: int = 0,
    n_init: int = 50,
    tol: float = 1e-4,
    on_stage: Callable[[str], None] | None = None,
    **reading: Any,
) -> Segmentation:
    """Turn orders into named customer segments.

    Parameters
    ----------
    orders
        Path or glob of CSV (also gzip) or Parquet files; a pandas, Polars, Arrow or Ibis table. One row per
        order line.
    segments
        Number of segments, 2 to 12.
    columns
        Columns by role, all at once; pass `CustomerColumns` for a table that already has one row per customer.
    transform, seed, n_init, tol
        See `rfmeans.settings.Settings`.
    on_stage
        Called with a few words at the start of each stage.
    reading
        How to read the orders: the fields of `rfmeans.settings.Reading`, such as ``as_of``, and columns by role,
        one by one, such as ``customer``.

    Raises
    ------
    SettingsError
        If a setting is out of range.
    SourceError
        If the source cannot be read or its columns are not understood.
    DataError
        If the data cannot be segmented.

    >>> from rfmeans.synthetic import make_orders
    >>> with segment(make_orders(1000, seed=1).drop(columns="kind")) as result:
    ...     list(result.profile["segment"])
    ['High-Value Loyal', 'At-Risk High-Value', 'New/Potential', 'Low-Value/Churned']
    """
    settings = Settings(parse_segments(segments), transform, seed, n_init, tol)
    how = make_reading(columns, **reading)
    tell = on_stage or _silent
    with Workspace() as scratch:
        tell("reading orders")
        intake = read(orders, how, scratch)
        with engine_errors("Segmenting"):
            tell("measuring recency, frequency and monetary")
            model, groups, everyone = _fit(intake, settings, scratch, tell)
            return _result(intake, model, (how, settings), groups, everyone)


def assign(
    model: SegmentModel,
    orders: Any,
    *,
    columns: Columns | CustomerColumns | None = None,
    on_stage: Callable[[str], None] | None = None,
    **reading: Any,
) -> Segmentation:
    """Put a fitted model to other orders; as `SegmentModel.assign`, with profile and account."""
    how = make_reading(columns, **reading)
    tell = on_stage or _silent
    with Workspace() as scratch:
        tell("reading orders")
        intake = read(orders, how, scratch)
        if not intake.account.clustered.rows:
            raise DataError(
                f"No customer can be given a segment{_aside(intake)}. Give orders of which some are purchases."
            )
        with engine_errors("Assigning"):
            tell("assigning segments")
            labelled = model.apply(_segmentable(intake))
            labelled = labelled.mutate(**{CLUSTER: labelled.segment_id - 1})
            groups = profile_segments(labelled, CLUSTER, len(model.centres))
            return _result(intake, model, (how,), groups, profile_all(_segmentable(intake)))


def _silent(_stage: str) -> None:
    return None


def _segmentable(intake: Intake) -> ir.Table:
    return intake.customers.filter(intake.customers.reason.isnull())


def _fit(
    intake: Intake, settings: Settings, scratch: Workspace, tell: Callable[[str], None]
) -> tuple[SegmentModel, list[Group], Group]:
    customers = _segmentable(intake)
    found = intake.account.clustered.rows
    if found < settings.segments:
        raise DataError(
            f"{settings.segments} segments need at least {settings.segments} customers with a purchase and net "
            f"spend. Found {found:,}{_aside(intake)}. Ask for fewer segments, or give more orders."
        )
    scaling = fit_scaling(customers, settings.transform)
    features = scratch.keep(to_feature_space(customers, scaling).select(*Z_COLUMNS))
    tell("grouping customers with K-Means")
    cells = collect_cells(features, found, scratch)
    fit = fit_centres(features, cells, settings)
    tell("profiling the segments")
    return _named(intake, settings, scaling, fit)


def _named(
    intake: Intake, settings: Settings, scaling: Scaling, fit: Fit
) -> tuple[SegmentModel, list[Group], Group]:
    """Put the segments in order of mean monetary and make the model."""
    placed = to_feature_space(_segmentable(intake), scaling)
    labelled = placed.mutate(**{CLUSTER: nearest(placed, fit.centres)})
    groups = profile_segments(labelled, CLUSTER, settings.segments)
    money = [group.mean_monetary if group.customers else -np.inf for group in groups]
    order = sorted(range(len(groups)), key=lambda index: (-money[index], *fit.centres[index]))
    model = SegmentModel(
        scaling=scaling,
        centres=tuple(tuple(float(value) for value in fit.centres[index]) for index in order),  # type: ignore[misc]
        as_of=intake.as_of,
        customers=intake.account.clustered.rows,
        inertia=fit.inertia,
        settings={
            "transform": settings.transform,
            "seed": settings.seed,
            "n_init": settings.n_init,
            "tol": settings.tol,
            "passes": fit.passes,
        },
        scoring=fit_scoring(placed, intake.account.clustered.rows, 5),
    )
    return model, [groups[index] for index in order], profile_all(placed)


def _aside(intake: Intake) -> str:
    aside = ", ".join(
        f"{tally.rows:,} {reason}" for reason, tally in intake.account.customers_set_aside.items()
    )
    return f" (set aside: {aside})" if aside else ""


def _result(
    intake: Intake,
    model: SegmentModel,
    used: tuple[Reading, Settings] | tuple[Reading],
    groups: list[Group],
    everyone: Group,
) -> Segmentation:
    keeper = Workspace()
    customers = keeper.keep(model.apply(intake.customers))
    crosstab = cross(customers, [name.text for name in model.names], model.lexicon.scores)
    spread = measure_distributions(
        customers.filter(customers.reason.isnull()), len(model.centres), model.scaling
    )
    return Segmentation(
        customers=customers,
        summary=summarise(
            intake,
            model,
            (groups, everyone),
            (spread, crosstab if model.scoring else None),
            _described(intake, used),
            used[0].currency_symbol,
        ),
        model=model,
        set_aside=intake.set_aside,
        workspace=keeper,
    )


def _described(intake: Intake, used: tuple[Reading, Settings] | tuple[Reading]) -> dict[str, Any]:
    return {
        "source": intake.source.name,
        "columns": {role: name for role, name in asdict(intake.columns).items() if name is not None},
        "as_of": intake.as_of.isoformat() if intake.as_of else None,
        "settings": {
            key: value.isoformat() if hasattr(value, "isoformat") else value
            for part in used
            for key, value in asdict(part).items()
            if key not in ("as_of", "columns")
        },
    }
