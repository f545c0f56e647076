"""The order of the steps, and nothing else.

source -> orders -> customers -> feature space -> cells -> centres -> names -> model -> segmented customers
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import argument, named
from rfmeans.engines.failures import engine_errors
from rfmeans.engines.kept_tables import Workspace
from rfmeans.errors import DataError, SettingsError
from rfmeans.finish import finish, set_aside_words, to_segment
from rfmeans.groups import USUAL_HOLDOUT
from rfmeans.inspection.inspect import without_strays
from rfmeans.kept_customers import KeptCustomers, words_of
from rfmeans.listener import SILENT
from rfmeans.model.segment_model import SegmentModel
from rfmeans.orders.intake import customers_at
from rfmeans.orders.remarks import caution
from rfmeans.orders.understand import understand
from rfmeans.orders.window import as_fitted
from rfmeans.over_time.hindsight import spans_for
from rfmeans.segments.kmeans import CLUSTER
from rfmeans.segments.profile import profile_segments
from rfmeans.segments.settings import Settings, parse_segments
from rfmeans.settings import make_reading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rfmeans.listener import Listener
    from rfmeans.orders.intake import Intake
    from rfmeans.result import Segmentation
    from rfmeans.segments.profile import Group
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
    how, hearing = make_reading(columns, **reading), listener or SILENT
    words, before = words_of(settings), _followed(like, settings, how)
    with (
        engine_errors("Segmenting"),
        KeptCustomers.of(orders, how, hearing, before, hindsight=hindsight) as kept,
    ):
        return kept.into_segments(settings, words, hearing, last=True)


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
    how, hearing = as_fitted(make_reading(columns, **reading), model.window), listener or SILENT
    with Workspace() as keeper, Workspace() as scratch, engine_errors("Assigning"):
        hearing.stage("reading orders")
        understood = keeper.enter_context(
            understand(orders, how, hearing, model.fitted_columns, zero=model.counts_from_zero)
        )
        earlier = spans_for(model.rhythm) if hindsight else []
        intake = without_strays(customers_at(understood, scratch, earlier=earlier))
        if not intake.account.clustered.rows:
            raise DataError(
                f"No customer can be given a segment{set_aside_words(intake)}. Give orders of which some are purchases."
            )
        hearing.stage("assigning segments")
        labelled = model.apply(to_segment(intake))
        labelled = labelled.mutate(**{CLUSTER: labelled.segment_id - 1})
        groups = _held(profile_segments(labelled, CLUSTER, len(model.names)), model)
        return finish(_cautioned(intake, model), model, groups, None, keeper, how)


def _cautioned(intake: Intake, model: SegmentModel) -> Intake:
    account = intake.account
    if account.noticed is None:
        return intake
    said = caution(account.clustered.rows, model.customers)
    return replace(intake, account=replace(account, noticed=replace(account.noticed, caution=said)))


def _held(groups: Sequence[Group], model: SegmentModel) -> Sequence[Group]:
    """Leave out the names of scores that nobody has and that nobody had when the model was fitted."""
    while model.score_segments and not groups[-1].customers:
        groups = groups[:-1]
    return groups


def _followed(
    like: SegmentModel | str | os.PathLike[str] | None, settings: Settings, reading: Reading
) -> SegmentModel | None:
    """Return the model to follow, if both it and the one to be fitted have centres."""
    if like is None:
        return None
    before = like if isinstance(like, SegmentModel) else SegmentModel.load(like)
    if settings.method == "scores" or not before.centres:
        raise SettingsError(
            f"{named('like')} compares centres, and segments by scores have none: their names are the same in every "
            f"fit. Leave {argument('like')} out."
        )
    if before.window != reading.window:
        own = argument("window", f"{before.window}d") if before.window else f"no {named('window')}"
        raise SettingsError(
            f"{named('like')} compares centres, and the model that it names was fitted with {own}. Fit with the same, "
            f"or leave {argument('like')} out."
        )
    return before
