"""Customers and a model for them -> the result, with what the summary tells: the steps that end every run."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rfmeans.engines.kept_tables import Workspace, put_in_order
from rfmeans.model.fitted import Fitted
from rfmeans.orders.consent import with_consent
from rfmeans.over_time.drift import drift_of, measure_reference, quintiles_of
from rfmeans.over_time.hindsight import hindsight_of
from rfmeans.over_time.likeness import compare_models
from rfmeans.report.summary import summarise
from rfmeans.result import Segmentation
from rfmeans.segments.claims import Pace
from rfmeans.segments.facts import Grounds
from rfmeans.segments.kmeans import count_near_borders
from rfmeans.segments.profile import count_away, profile_all
from rfmeans.segments.rhythm import measure_rhythm
from rfmeans.segments.scores import count_cells, cross
from rfmeans.segments.spread import measure_distributions

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from rfmeans.model.segment_model import SegmentModel
    from rfmeans.orders.intake import Intake
    from rfmeans.over_time.drift import Reference
    from rfmeans.segments.features import Scaling
    from rfmeans.segments.number_of_segments import Choice
    from rfmeans.segments.profile import Group
    from rfmeans.segments.scores import Crosstab
    from rfmeans.segments.settings import Settings
    from rfmeans.settings import Reading


def to_segment(intake: Intake) -> ir.Table:
    """Return the customers that get a segment."""
    return intake.customers.filter(intake.customers.reason.isnull())


def set_aside_words(intake: Intake) -> str:
    """Return how many customers were set aside for what, in brackets; blank where nobody was."""
    aside = ", ".join(
        f"{tally.rows:,} {reason}" for reason, tally in intake.account.customers_set_aside.items()
    )
    return f" (set aside: {aside})" if aside else ""


def finish(
    intake: Intake,
    model: SegmentModel,
    groups: Sequence[Group],
    choice: Choice | None,
    keeper: Workspace,
    reading: Reading,
    fit: Fit | None = None,
) -> Segmentation:
    """Apply the model and measure what the summary tells; the result takes over what is kept.

    ``fit`` is that of a model that was just fitted on these customers, which it then remembers.
    """
    segmented = model.apply(put_in_order(intake.customers, "customer_id"))
    customers = keeper.keep(with_consent(segmented, intake.consent))
    fitted = _measured(intake, model, groups, choice, customers, fit)
    told = _described(intake, reading, fit.settings if fit else None)
    return Segmentation(
        customers=customers,
        summary=summarise(intake, fitted, told, reading.currency_symbol),
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
    fit: Fit | None,
) -> Fitted:
    """Measure what the summary tells of the customers in their segments."""
    everyone = fit.everyone if fit else profile_all(to_segment(intake))
    grounds = (fit and model.grounds) or _grounds(intake, groups, everyone, model.scaling)
    now = _reference(intake, model, groups, everyone, fit)
    if fit:
        model = replace(model, reference=now)
    pace = Pace.of(grounds)
    return Fitted(
        model=model,
        groups=tuple(groups),
        everyone=everyone,
        spread=measure_distributions(customers.filter(customers.reason.isnull()), model.scaling),
        grounds=grounds,
        assigned=fit is None,
        rhythm=grounds.rhythm,
        near_borders=count_near_borders(customers, len(groups)) if model.centres else None,
        away=count_away(customers, pace.days, len(groups)) if pace else None,
        crosstab=_crosstab(customers, model),
        score_cells=count_cells(customers) if model.scoring else (),
        choice=choice,
        hindsight=hindsight_of(intake, model.place, model.directions, len(groups), model.rhythm, model.as_of),
        drift=None if fit else drift_of(model.reference, now),
        forgotten=model.reference is None,
        likeness=compare_models(intake, fit.before, model) if fit and fit.before else None,
    )


def _reference(
    intake: Intake, model: SegmentModel, groups: Sequence[Group], everyone: Group, fit: Fit | None
) -> Reference | None:
    """Return how customers are spread over the quintiles of a fit; None for a model that does not know them."""
    edges = quintiles_of(fit.values, everyone.customers, model.scoring) if fit else _remembered(model)
    if not edges:
        return None
    return measure_reference(
        model.place(to_segment(intake)), edges, [group.customers for group in groups], everyone
    )


def _crosstab(customers: ir.Table, model: SegmentModel) -> Crosstab | None:
    if not model.centres or not model.scoring:
        return None
    return cross(customers, [name.text for name in model.names], model.lexicon.scores)


def _remembered(model: SegmentModel) -> tuple[tuple[float, ...], ...]:
    return model.reference.edges if model.reference else ()


@dataclass(frozen=True)
class Fit:
    """What a model was just fitted with: settings, values, the model that it follows, the figures of all customers."""

    settings: Settings
    values: ir.Table
    before: SegmentModel | None
    everyone: Group


def _grounds(intake: Intake, groups: Sequence[Group], everyone: Group, scaling: Scaling) -> Grounds:
    rhythm = measure_rhythm(to_segment(intake))
    return Grounds.measure(groups, everyone, rhythm, intake.period_days, scaling, intake.window)


def _described(intake: Intake, *used: Reading | Settings | None) -> dict[str, Any]:
    return {
        "source": intake.source.name,
        "columns": {role: name for role, name in asdict(intake.columns).items() if name is not None},
        "as_of": intake.as_of.isoformat() if intake.as_of else None,
        "settings": {
            key: _plain(key, value)
            for part in used
            if part is not None
            for key, value in asdict(part).items()
            if key not in ("as_of", "columns", "engine", "limits")
        },
    }


def _plain(key: str, value: Any) -> Any:
    """Return a setting as the account has it; a lexicon goes by the name of its file, as orders do."""
    if key == "lexicon" and isinstance(value, str):
        return Path(value).name
    return value.isoformat() if hasattr(value, "isoformat") else value
