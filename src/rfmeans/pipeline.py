"""The order of the steps, and nothing else.

source -> orders -> customers -> feature space -> cells -> centres -> names -> model -> segmented customers
"""

from __future__ import annotations

import os
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rfmeans.engines.failures import engine_errors
from rfmeans.engines.kept_tables import Workspace, put_in_order
from rfmeans.errors import DataError
from rfmeans.model.segment_model import SegmentModel
from rfmeans.model.statement import OrdersTable
from rfmeans.orders.intake import Intake, read
from rfmeans.orders.remarks import caution
from rfmeans.report.summary import summarise
from rfmeans.result import Segmentation
from rfmeans.segments.cells import Cells, collect_cells, condense
from rfmeans.segments.features import Z_COLUMNS, distinct_values, fit_scaling, to_feature_space
from rfmeans.segments.kmeans import CLUSTER, Fit, count_near_borders, fit_centres, nearest, what_to_do
from rfmeans.segments.lexicon import Lexicon, read_lexicon, with_cuts
from rfmeans.segments.number_of_segments import Choice, choose_segments
from rfmeans.segments.profile import Group, profile_all, profile_segments
from rfmeans.segments.score_cuts import fit_scoring
from rfmeans.segments.scores import add_scores, cross, segment_ids
from rfmeans.segments.settings import AUTO, MIN_SEGMENTS, Settings, parse_segments
from rfmeans.segments.spread import measure_distributions
from rfmeans.segments.stability import measure_stability
from rfmeans.settings import make_reading
from rfmeans.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import ibis.expr.types as ir

    from rfmeans.reading.source import Source
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
    method: str = "kmeans",
    score_bins: int = 5,
    score_cuts: Mapping[str, Sequence[float]] | None = None,
    lexicon: Mapping[str, Any] | str | os.PathLike[str] | None = None,
    on_stage: Callable[[str], None] | None = None,
    on_understood: Callable[[str], None] | None = None,
    on_open: Callable[[Source], None] | None = None,
    **reading: Any,
) -> Segmentation:
    """Turn orders into named customer segments.

    Parameters
    ----------
    orders
        Path or glob of CSV (also gzip) or Parquet files; a pandas, Polars, Arrow or Ibis table. One row per
        order line.
    segments
        Number of segments, 2 to 12, or ``"auto"``: recommended from the customers (docs/evidence.md).
    columns
        Columns by role, all at once; pass `CustomerColumns` for a table that already has one row per customer.
    transform, seed, n_init, tol, method, score_bins, score_cuts, lexicon
        See `rfmeans.segments.settings.Settings`.
    on_stage
        Called with a few words at the start of each stage.
    on_understood
        Called before the work with one line on how the orders are read; again where a closer look changes it.
    on_open
        Called with the opened source before it is read; again where it has to be read another way.
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
    settings = Settings(
        parse_segments(segments),
        transform,
        seed,
        n_init,
        tol,
        method=method,
        score_bins=score_bins,
        score_cuts=score_cuts,
        lexicon=os.fspath(lexicon) if isinstance(lexicon, os.PathLike) else lexicon,
    )
    words = with_cuts(read_lexicon(settings.lexicon), settings.score_cuts or {}, settings.score_bins)
    how = make_reading(columns, **reading)
    tell = on_stage or _silent
    with Workspace() as scratch:
        tell("reading orders")
        intake = read(orders, how, scratch, on_understood=on_understood, on_open=on_open)
        with engine_errors("Segmenting"):
            tell("measuring recency, frequency and monetary")
            model, groups, choice = _fit(intake, (settings, words), scratch, tell)
            return _result(intake, (model, choice), (how, settings), groups)


def assign(
    model: SegmentModel,
    orders: Any,
    *,
    columns: Columns | CustomerColumns | None = None,
    on_stage: Callable[[str], None] | None = None,
    on_understood: Callable[[str], None] | None = None,
    on_open: Callable[[Source], None] | None = None,
    **reading: Any,
) -> Segmentation:
    """Put a fitted model to other orders; as `SegmentModel.assign`, with profile and account."""
    how = make_reading(columns, **reading)
    tell = on_stage or _silent
    with Workspace() as scratch:
        tell("reading orders")
        intake = read(orders, how, scratch, on_understood=on_understood, on_open=on_open)
        if not intake.account.clustered.rows:
            raise DataError(
                f"No customer can be given a segment{_aside(intake)}. Give orders of which some are purchases."
            )
        intake = _cautioned(intake, model)
        with engine_errors("Assigning"):
            tell("assigning segments")
            labelled = model.apply(_segmentable(intake))
            labelled = labelled.mutate(**{CLUSTER: labelled.segment_id - 1})
            groups = _held(profile_segments(labelled, CLUSTER, len(model.names)), model)
            return _result(intake, (model, None), (how,), groups)


def _cautioned(intake: Intake, model: SegmentModel) -> Intake:
    account = intake.account
    if account.noticed is None:
        return intake
    said = caution(account.clustered.rows, model.customers)
    return replace(intake, account=replace(account, noticed=replace(account.noticed, caution=said)))


def _silent(_stage: str) -> None:
    return None


def _segmentable(intake: Intake) -> ir.Table:
    return intake.customers.filter(intake.customers.reason.isnull())


def _fit(
    intake: Intake, asked: tuple[Settings, Lexicon], scratch: Workspace, tell: Callable[[str], None]
) -> tuple[SegmentModel, list[Group], Choice | None]:
    settings, lexicon = asked
    customers = _segmentable(intake)
    found = intake.account.clustered.rows
    least = _least(settings)
    if found < least:
        raise DataError(
            f"{counted(least, 'segment needs', 'segments need')} at least "
            f"{counted(least, 'customer')} with a purchase and net spend. Found {found:,}{_aside(intake)}. "
            f"{what_to_do(least)}"
        )
    values = scratch.keep(distinct_values(customers))
    model = SegmentModel(
        scaling=fit_scaling(values, settings.transform),
        centres=(),
        as_of=intake.as_of,
        customers=found,
        inertia=None,
        settings={"method": settings.method, "transform": settings.transform, "seed": settings.seed},
        scoring=fit_scoring(values, found, settings.score_bins, lexicon.cuts),
        lexicon=lexicon,
        orders=OrdersTable.of(intake.source.table, intake.layout) if intake.layout else None,
    )
    if settings.method == "scores":
        return *_with_score_segments(model, customers), None
    features = scratch.keep(to_feature_space(customers, model.scaling).select(*Z_COLUMNS))
    tell("grouping customers with K-Means")
    cells = collect_cells(features, found, scratch)
    choice = _choose(cells, settings, tell)
    fit = fit_centres(features, cells, choice.recommended if choice else least, settings)
    tell("profiling the segments")
    model, groups = _with_centres(model, customers, fit, settings)
    tell("measuring stability")
    stability = measure_stability(condense(cells), np.array(model.centres), settings.seed)
    if choice:
        model = replace(model, settings={**model.settings, "choice": choice.sentence})
    return replace(model, stability=stability), groups, choice


def _least(settings: Settings) -> int:
    """Return how many customers are needed."""
    if settings.method == "scores":
        return 1
    return MIN_SEGMENTS if settings.segments == AUTO else int(settings.segments)


def _choose(cells: Cells, settings: Settings, tell: Callable[[str], None]) -> Choice | None:
    if settings.segments != AUTO:
        return None
    tell("choosing the number of segments")
    return choose_segments(cells, settings.seed)


def _with_centres(
    model: SegmentModel, customers: ir.Table, fit: Fit, settings: Settings
) -> tuple[SegmentModel, list[Group]]:
    """Put the segments in order of mean monetary."""
    placed = to_feature_space(customers, model.scaling)
    labelled = placed.mutate(**{CLUSTER: nearest(placed, fit.centres)})
    groups = profile_segments(labelled, CLUSTER, len(fit.centres))
    order = sorted(range(len(groups)), key=lambda index: (-_money(groups[index]), *fit.centres[index]))
    fitted = replace(
        model,
        centres=tuple(tuple(float(value) for value in fit.centres[index]) for index in order),  # type: ignore[misc]
        inertia=fit.inertia,
        settings={
            **model.settings,
            "segments": settings.segments,
            "n_init": settings.n_init,
            "tol": settings.tol,
            "passes": fit.passes,
        },
    )
    return fitted, [groups[index] for index in order]


def _with_score_segments(model: SegmentModel, customers: ir.Table) -> tuple[SegmentModel, list[Group]]:
    """Put the names of the scores in order of mean monetary, those that nobody has last."""
    names = model.lexicon.scores.order
    scored = add_scores(customers, model.scoring, model.lexicon.scores)
    labelled = scored.mutate(**{CLUSTER: segment_ids(scored.score_segment, names) - 1})
    groups = profile_segments(labelled, CLUSTER, len(names))
    order = sorted(range(len(groups)), key=lambda index: -_money(groups[index]))
    held = [groups[index] for index in order if groups[index].customers]
    return replace(model, score_segments=tuple(names[index] for index in order)), held


def _money(group: Group) -> float:
    return group.mean_monetary if group.customers else -np.inf


def _held(groups: list[Group], model: SegmentModel) -> list[Group]:
    """Leave out the names of scores that nobody has and that nobody had when the model was fitted."""
    while model.score_segments and not groups[-1].customers:
        groups = groups[:-1]
    return groups


def _aside(intake: Intake) -> str:
    aside = ", ".join(
        f"{tally.rows:,} {reason}" for reason, tally in intake.account.customers_set_aside.items()
    )
    return f" (set aside: {aside})" if aside else ""


def _result(
    intake: Intake,
    fitted: tuple[SegmentModel, Choice | None],
    used: tuple[Reading, Settings] | tuple[Reading],
    groups: list[Group],
) -> Segmentation:
    keeper, (model, choice) = Workspace(), fitted
    customers = keeper.keep(model.apply(put_in_order(intake.customers, "customer_id")))
    both = model.centres and model.scoring
    crosstab = cross(customers, [name.text for name in model.names], model.lexicon.scores) if both else None
    spread = measure_distributions(customers.filter(customers.reason.isnull()), model.scaling)
    return Segmentation(
        customers=customers,
        summary=summarise(
            intake,
            model,
            (groups, profile_all(_segmentable(intake))),
            (spread, crosstab),
            (choice, count_near_borders(customers, len(groups)) if model.centres else None),
            _described(intake, used),
            used[0].currency_symbol,
        ),
        model=model,
        set_aside=intake.set_aside,
        workspace=keeper,
        home=intake.source.home,
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
            if key not in ("as_of", "columns", "engine", "limits")
        },
    }
