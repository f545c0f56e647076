"""The order of the steps, and nothing else.

source -> orders -> customers -> feature space -> cells -> centres -> names -> model -> segmented customers
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import argument, named
from rfmeans.engines.failures import engine_errors
from rfmeans.engines.kept_tables import Workspace, put_in_order
from rfmeans.errors import DataError, SettingsError
from rfmeans.groups import USUAL_HOLDOUT
from rfmeans.listener import SILENT
from rfmeans.model.fitted import Fitted
from rfmeans.model.orders_table import OrdersTable
from rfmeans.model.segment_model import SegmentModel
from rfmeans.orders.intake import customers_at
from rfmeans.orders.remarks import caution
from rfmeans.orders.understand import understand
from rfmeans.over_time.drift import drift_of, measure_reference, quintiles_of
from rfmeans.over_time.hindsight import BACK, hindsight_of, looking_back, spans_for
from rfmeans.over_time.likeness import Space, compare_models, order_like
from rfmeans.report.summary import summarise
from rfmeans.result import Segmentation
from rfmeans.segments.facts import Grounds
from rfmeans.segments.features import distinct_values, fit_scaling
from rfmeans.segments.grouping import group_by_kmeans, group_by_scores
from rfmeans.segments.kmeans import CLUSTER, count_near_borders, what_to_do
from rfmeans.segments.lexicon import read_lexicon, with_cuts
from rfmeans.segments.profile import profile_all, profile_segments
from rfmeans.segments.rhythm import measure_rhythm
from rfmeans.segments.score_cuts import fit_scoring
from rfmeans.segments.scores import cross
from rfmeans.segments.settings import AUTO, MIN_SEGMENTS, Settings, parse_segments
from rfmeans.segments.spread import measure_distributions
from rfmeans.settings import make_reading
from rfmeans.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import ibis.expr.types as ir

    from rfmeans.listener import Listener
    from rfmeans.orders.intake import Intake
    from rfmeans.segments.features import Scaling
    from rfmeans.segments.grouping import Grouping
    from rfmeans.segments.lexicon import Lexicon
    from rfmeans.segments.number_of_segments import Choice
    from rfmeans.segments.profile import Group
    from rfmeans.segments.score_cuts import Scoring
    from rfmeans.segments.scores import Crosstab
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
    holdout: float = USUAL_HOLDOUT,
    hindsight: bool = True,
    like: SegmentModel | str | os.PathLike[str] | None = None,
    listener: Listener | None = None,
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
    transform, seed, n_init, tol, method, score_bins, score_cuts, lexicon, holdout
        See `rfmeans.segments.settings.Settings`.
    hindsight
        Look back as well: what the segments of 90 days ago did since, where the orders go back twice as far; 180 or 365
        days where half of the repeat customers stay away longer than 90 or 180.
    like
        An earlier model, or the path of one: each segment takes id and colour of the one whose centre it follows, and
        it is said how many customers moved because they changed, and how many because the borders did.
    listener
        Hears how the run goes on; see `rfmeans.listener.Listener`.
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
        holdout=holdout,
    )
    words = with_cuts(read_lexicon(settings.lexicon), settings.score_cuts or {}, settings.score_bins)
    before = _followed(like, settings)
    how, hearing = make_reading(columns, **reading), listener or SILENT
    with Workspace() as keeper, Workspace() as scratch, engine_errors("Segmenting"):
        hearing.stage("reading orders")
        understood = keeper.enter_context(understand(orders, how, hearing))
        then = [before.as_of] if before and before.as_of else []
        intake = customers_at(understood, scratch, earlier=[*then, *[BACK] * hindsight])
        hearing.stage("measuring recency, frequency and monetary")
        customers, count = _to_segment(intake), _enough(intake, settings)
        values = scratch.keep(distinct_values(customers))
        scaling = fit_scaling(values, settings.transform)
        scoring = fit_scoring(values, count, settings.score_bins, words.cuts)
        if settings.method == "scores":
            grouping = group_by_scores(customers, scoring, words)
        else:
            grouping = group_by_kmeans(
                customers, count, scaling, settings, scratch, hearing.stage, _as_in(before, scaling)
            )
        everyone = profile_all(customers)
        grounds = _grounds(intake, grouping.groups, everyone, scaling)
        model = _model(intake, settings, scoring, words, grouping, grounds, scaling)
        intake = looking_back(understood, scratch, intake, grounds.rhythm) if hindsight else intake
        fit = _Fit(settings, values, before, everyone)
        return _result(intake, model, grouping.groups, grouping.choice, keeper, how, fit)


def _model(
    intake: Intake,
    settings: Settings,
    scoring: Scoring,
    words: Lexicon,
    grouping: Grouping,
    grounds: Grounds,
    scaling: Scaling,
) -> SegmentModel:
    kept = {name: getattr(settings, name) for name in ("method", "transform", "seed", "holdout")}
    return SegmentModel(
        scaling=scaling,
        centres=grouping.centres,
        as_of=intake.as_of,
        customers=intake.account.clustered.rows,
        inertia=grouping.inertia,
        settings=kept | dict(grouping.fitted),
        scoring=scoring,
        lexicon=words,
        score_segments=grouping.score_segments,
        stability=grouping.stability,
        orders=OrdersTable.of(intake.source.table, intake.layout, intake.keys) if intake.layout else None,
        grounds=grounds,
    )


def assign(
    model: SegmentModel,
    orders: Any,
    *,
    columns: Columns | CustomerColumns | None = None,
    holdout: float | None = None,
    hindsight: bool = True,
    listener: Listener | None = None,
    **reading: Any,
) -> Segmentation:
    """Put a fitted model to other orders; as `SegmentModel.assign`, with profile and account.

    ``holdout``: another share than the model's to hold out; ``hindsight``: as for `segment`.
    """
    model = model if holdout is None else model.holding_out(holdout)
    how, hearing = make_reading(columns, **reading), listener or SILENT
    with Workspace() as keeper, Workspace() as scratch, engine_errors("Assigning"):
        hearing.stage("reading orders")
        understood = keeper.enter_context(
            understand(orders, how, hearing, model.fitted_columns, zero=model.counts_from_zero)
        )
        intake = customers_at(understood, scratch, earlier=spans_for(model.rhythm) if hindsight else [])
        if not intake.account.clustered.rows:
            raise DataError(
                f"No customer can be given a segment{_aside(intake)}. Give orders of which some are purchases."
            )
        hearing.stage("assigning segments")
        labelled = model.apply(_to_segment(intake))
        labelled = labelled.mutate(**{CLUSTER: labelled.segment_id - 1})
        groups = _held(profile_segments(labelled, CLUSTER, len(model.names)), model)
        return _result(_cautioned(intake, model), model, groups, None, keeper, how)


def _cautioned(intake: Intake, model: SegmentModel) -> Intake:
    account = intake.account
    if account.noticed is None:
        return intake
    said = caution(account.clustered.rows, model.customers)
    return replace(intake, account=replace(account, noticed=replace(account.noticed, caution=said)))


def _to_segment(intake: Intake) -> ir.Table:
    return intake.customers.filter(intake.customers.reason.isnull())


def _enough(intake: Intake, settings: Settings) -> int:
    """Return how many customers there are to segment, if they are enough."""
    found, least = intake.account.clustered.rows, _least(settings)
    if found < least:
        raise DataError(
            f"{counted(least, 'segment needs', 'segments need')} at least "
            f"{counted(least, 'customer')} with a purchase and net spend. Found {found:,}{_aside(intake)}. "
            f"{what_to_do(least)}"
        )
    return found


def _least(settings: Settings) -> int:
    if settings.method == "scores":
        return 1
    return MIN_SEGMENTS if settings.segments == AUTO else int(settings.segments)


def _aside(intake: Intake) -> str:
    aside = ", ".join(
        f"{tally.rows:,} {reason}" for reason, tally in intake.account.customers_set_aside.items()
    )
    return f" (set aside: {aside})" if aside else ""


def _held(groups: Sequence[Group], model: SegmentModel) -> Sequence[Group]:
    """Leave out the names of scores that nobody has and that nobody had when the model was fitted."""
    while model.score_segments and not groups[-1].customers:
        groups = groups[:-1]
    return groups


def _result(
    intake: Intake,
    model: SegmentModel,
    groups: Sequence[Group],
    choice: Choice | None,
    keeper: Workspace,
    reading: Reading,
    fit: _Fit | None = None,
) -> Segmentation:
    """Apply the model and measure what the summary tells; the result takes over what is kept.

    ``fit`` is that of a model that was just fitted on these customers, which it then remembers.
    """
    customers = keeper.keep(model.apply(put_in_order(intake.customers, "customer_id")))
    fitted = _measured(intake, model, groups, choice, customers, fit)
    described = _described(intake, reading, fit.settings if fit else None)
    return Segmentation(
        customers=customers,
        summary=summarise(intake, fitted, described, reading.currency_symbol),
        model=fitted.model,
        set_aside=intake.set_aside,
        workspace=keeper.pop_all(),
        home=intake.source.home,
    )


def _measured(
    intake: Intake,
    model: SegmentModel,
    groups: Sequence[Group],
    choice: Choice | None,
    customers: ir.Table,
    fit: _Fit | None,
) -> Fitted:
    """Measure what the summary tells of the customers in their segments."""
    everyone = fit.everyone if fit else profile_all(_to_segment(intake))
    grounds = (fit and model.grounds) or _grounds(intake, groups, everyone, model.scaling)
    edges = quintiles_of(fit.values, everyone.customers, model.scoring) if fit else _remembered(model)
    counts = [group.customers for group in groups]
    now = measure_reference(model.place(_to_segment(intake)), edges, counts, everyone) if edges else None
    if fit:
        model = replace(model, reference=now)
    return Fitted(
        model=model,
        groups=tuple(groups),
        everyone=everyone,
        spread=measure_distributions(customers.filter(customers.reason.isnull()), model.scaling),
        grounds=grounds,
        assigned=fit is None,
        rhythm=grounds.rhythm,
        near_borders=count_near_borders(customers, len(groups)) if model.centres else None,
        crosstab=_crosstab(customers, model),
        choice=choice,
        hindsight=hindsight_of(intake, model.place, model.directions, len(groups), model.rhythm, model.as_of),
        drift=None if fit else drift_of(model.reference, now),
        forgotten=model.reference is None,
        likeness=compare_models(intake, fit.before, model) if fit and fit.before else None,
    )


def _crosstab(customers: ir.Table, model: SegmentModel) -> Crosstab | None:
    if not model.centres or not model.scoring:
        return None
    return cross(customers, [name.text for name in model.names], model.lexicon.scores)


def _remembered(model: SegmentModel) -> tuple[tuple[float, ...], ...]:
    return model.reference.edges if model.reference else ()


@dataclass(frozen=True)
class _Fit:
    """What a model was just fitted with: settings, values, the model that it follows, the figures of all customers."""

    settings: Settings
    values: ir.Table
    before: SegmentModel | None
    everyone: Group


def _grounds(intake: Intake, groups: Sequence[Group], everyone: Group, scaling: Scaling) -> Grounds:
    rhythm = measure_rhythm(_to_segment(intake))
    return Grounds.measure(groups, everyone, rhythm, intake.period_days, scaling)


def _followed(like: SegmentModel | str | os.PathLike[str] | None, settings: Settings) -> SegmentModel | None:
    """Return the model to follow, if both it and the one to be fitted have centres."""
    if like is None:
        return None
    before = like if isinstance(like, SegmentModel) else SegmentModel.load(like)
    if settings.method == "scores" or not before.centres:
        raise SettingsError(
            f"{named('like')} compares centres, and segments by scores have none: their names are the same in every "
            f"fit. Leave {argument('like')} out."
        )
    return before


def _as_in(before: SegmentModel | None, scaling: Scaling) -> Callable[[Any, list[int]], list[int]] | None:
    if before is None:
        return None
    space = before.space
    return lambda centres, order: order_like(space, Space(scaling, centres), order)


def _described(intake: Intake, *used: Reading | Settings | None) -> dict[str, Any]:
    return {
        "source": intake.source.name,
        "columns": {role: name for role, name in asdict(intake.columns).items() if name is not None},
        "as_of": intake.as_of.isoformat() if intake.as_of else None,
        "settings": {
            key: value.isoformat() if hasattr(value, "isoformat") else value
            for part in used
            if part is not None
            for key, value in asdict(part).items()
            if key not in ("as_of", "columns", "engine", "limits")
        },
    }
