"""The order of the steps of `movement`, and what comes out: orders -> customers at both dates -> who moved."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rfmeans.engines.failures import engine_errors
from rfmeans.engines.kept_tables import Workspace, put_in_order
from rfmeans.listener import SILENT
from rfmeans.orders.consent import with_consent
from rfmeans.orders.understand import understand
from rfmeans.orders.window import as_fitted
from rfmeans.output.audiences import NO_AUDIENCES, AudienceSettings, write_audiences
from rfmeans.output.files import write_customers
from rfmeans.output.folder import AUDIENCES
from rfmeans.over_time.dates import customers_at_dates, parse_dates, reading_of_dates
from rfmeans.over_time.directions import LISTS
from rfmeans.over_time.drift import CAUTION, Drift, measure_reference
from rfmeans.over_time.movement import (
    MOVED_COLUMNS,
    as_lists,
    measure_movement,
    measure_standings,
    moved_customers,
    placed,
    with_groups,
)
from rfmeans.over_time.movement_summary import MovementSummary
from rfmeans.report.analyses.drift import drift_line
from rfmeans.report.analyses.movement import movement_sections
from rfmeans.report.as_json import account_dict
from rfmeans.report.markdown import markdown_of
from rfmeans.report.playbook import load_playbook
from rfmeans.saved import Saved
from rfmeans.segments.profile import profile_all

if TYPE_CHECKING:
    import datetime as dt
    import os
    from collections.abc import Sequence
    from pathlib import Path

    import ibis.expr.types as ir

    from rfmeans.engines.database import Home
    from rfmeans.listener import Listener
    from rfmeans.model.segment_model import SegmentModel
    from rfmeans.orders.intake import Account
    from rfmeans.output.audiences import Audiences
    from rfmeans.over_time.movement import Standing
    from rfmeans.report.blocks import Section
    from rfmeans.report.charts.images import Images
    from rfmeans.report.page import Report
    from rfmeans.report.playbook import Playbook
    from rfmeans.settings import Columns

ABOUT = "Movement of customers"


def movement(
    model: SegmentModel,
    orders: Any,
    *,
    since: dt.date | str | Sequence[dt.date | str],
    until: dt.date | str | None = None,
    every: str | None = None,
    columns: Columns | None = None,
    holdout: float | None = None,
    listener: Listener | None = None,
    **reading: Any,
) -> CustomerMovement:
    """Say who moved between the segments of a model from one date to another, and what was spent in between.

    Parameters
    ----------
    model
        A fitted model; both dates stand under it.
    orders
        Whatever `segment` takes, but for a table of customers: each customer's whole history.
    since
        The first date, as an as-of date: what was known on the day before. Several: a series; the first of them is the
        one that movement is told from.
    until
        The second date; None: the day after the last order.
    every
        ``"week"``, ``"month"``, ``"quarter"`` or ``"year"``: a series from the first date on.
    holdout
        Another share than the model's to hold out of the lists.
    columns, listener, reading
        As for `segment`, but for ``as_of`` and the window.

    Raises
    ------
    SettingsError
        If the dates are in no order, or too many.
    SourceError
        If the source cannot be read or its columns are not understood.
    DataError
        If no order is dated before the first date, or none after it.

    >>> import rfmeans
    >>> from rfmeans.synthetic import make_orders
    >>> orders = make_orders(1000, seed=1).drop(columns="kind")
    >>> with rfmeans.segment(orders) as result, rfmeans.movement(result.model, orders, since="2024-11-01") as moved:
    ...     moved
    <CustomerMovement of pandas table, 2024-11-01 to 2024-12-31: 1,000 customers>
    """
    firsts, last = parse_dates(since, until, every)
    model = model if holdout is None else model.holding_out(holdout)
    how, hearing = as_fitted(reading_of_dates(columns, reading), model.window), listener or SILENT
    with Workspace() as keeper, Workspace() as scratch, engine_errors("Comparing the dates"):
        hearing.stage("reading orders")
        understood = keeper.enter_context(
            understand(orders, how, hearing, model.fitted_columns, zero=model.counts_from_zero)
        )
        intake, dates = customers_at_dates(understood, scratch, firsts, last, every)
        assert intake.as_of is not None
        hearing.stage("comparing the dates")
        directions = model.directions
        segmented = [placed(model.apply, intake.earlier[day]) for day in dates]
        now = placed(model.apply, put_in_order(intake.customers, "customer_id"))
        drawn = with_groups(moved_customers(segmented[0], now, directions), model.seed, model.holdout)
        moved = keeper.keep(with_consent(drawn, intake.consent))
        series = tuple(
            (day, measure_standings(customers, directions))
            for day, customers in zip([*dates, intake.as_of], [*segmented, moved], strict=True)
        )
        summary = MovementSummary(
            source=intake.source.name,
            movement=measure_movement(moved, dates[0], intake.as_of, directions),
            series=series,
            borderline=tuple((name.text, name.borderline) for name in model.names if name.borderline),
            drift=_drift(moved, model, series[-1][1]),
            currency_symbol=how.currency_symbol,
        )
        return CustomerMovement(
            moved.select(*MOVED_COLUMNS, *(name for name in moved.columns if name == "consent")),
            summary,
            model,
            intake.account,
            moved,
            keeper.pop_all(),
            intake.source.home,
        )


def _drift(moved: ir.Table, model: SegmentModel, standings: Sequence[Standing]) -> Drift | None:
    """Return how far the customers of the second date are from those of the fit; None: the model does not know."""
    then, counts = model.reference, [one.customers for one in standings if one.state.segment_id]
    if then is None or not sum(counts):
        return None
    there = moved.filter(moved.reason.isnull())
    return Drift(then, measure_reference(there, then.edges, counts, profile_all(there)))


@dataclass(frozen=True, repr=False)
class CustomerMovement(Saved):
    """Who moved between two dates.

    Works as a context manager; closing drops the tables it keeps on the engine.

    Attributes
    ----------
    customers
        Ibis table, one row per customer, as `rfmeans.SegmentModel.movement` returns it.
    summary
        The plain numbers.
    model
        The model.
    account
        Where every order line went at the second date.
    kept
        The customers with all columns of the second date.
    home
        The database that the orders come from; None for files and frames.
    """

    customers: ir.Table
    summary: MovementSummary
    model: SegmentModel
    account: Account
    kept: ir.Table
    workspace: Workspace
    home: Home | None = None

    @property
    def _listed(self) -> ir.Table:
        return as_lists(self.kept)

    @property
    def headlines(self) -> tuple[str, ...]:
        """The largest moves, in a sentence each."""
        return self.summary.headlines

    @property
    def titles(self) -> tuple[str, str]:
        """What the result is about, and of whom."""
        return ABOUT, self.summary.source

    @property
    def caution(self) -> str:
        """What is said even where nothing else is: that the model fits no more; blank where it does."""
        drift = self.summary.drift
        return drift_line(drift) if drift and drift.largest[1] >= CAUTION else ""

    def sections(self, _playbook: Playbook | None = None) -> list[Section]:
        """Return how it is told; no playbook has cards for moves."""
        return movement_sections(self.summary)

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers as plain JSON values."""
        return self.summary.to_dict()

    def to_markdown(self) -> str:
        """Return words and figures as Markdown."""
        return markdown_of(self.sections(), *self.titles)

    def report(self) -> Report:
        """Return the page: a notebook shows it, its `save` writes it."""
        from rfmeans.report.page import page_of

        return page_of(self.sections(), *self.titles)

    def save(
        self,
        folder: str | os.PathLike[str],
        *,
        force: bool = False,
        format: str = "parquet",  # noqa: A002 - as the option is called
        audience_format: str = "plain",
        report: bool = True,
        consenting: bool = False,
    ) -> Path:
        """Write the output folder, whole or not at all, and return its path.

        Parameters
        ----------
        folder
            Where: movement.parquet, movement.json, report.html, charts/ and audiences/.
        force
            Replace the folder if it exists and rfmeans wrote it.
        format
            Of the customers: ``"parquet"`` or ``"csv"``.
        audience_format
            See `rfmeans.output.audiences.AudienceSettings`; each customer is in the group that it has in the lists of
            the segments.
        report
            Whether to write report.html and charts/.
        consenting
            As for `rfmeans.Segmentation.save`.

        Raises
        ------
        OutputError
            If it exists or cannot be written.
        DataError
            If the audience format needs e-mail addresses and no customer has one.
        """
        audiences = AudienceSettings(audience_format, consenting)
        playbook = load_playbook(None) if report else None
        return self.write(folder, audiences, playbook, force=force, customers_format=format).folder

    def _write(
        self, folder: Path, customers_format: str | None, audiences: AudienceSettings
    ) -> Audiences | None:
        write_customers(self.customers, folder, "movement", customers_format)
        drawn = self.model.seed, self.model.holdout  # the model's own, so that each customer keeps its group
        lists = (
            None
            if audiences.format == NO_AUDIENCES
            else write_audiences(self._listed, LISTS, *drawn, audiences, folder / AUDIENCES)
        )
        found = {
            **self.to_dict(),
            "account": account_dict(self.account),
            "settings": {"seed": self.model.seed, "holdout": self.model.holdout},
            "audiences": asdict(lists) if lists else None,
        }
        (folder / "movement.json").write_text(
            json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        return lists

    def _images(self) -> Images:
        from rfmeans.report.pictures import images_of

        return images_of(self.sections())

    def __repr__(self) -> str:
        found = self.summary.movement
        customers = sum(flow.customers for flow in found.flows)
        return (
            f"<CustomerMovement of {self.summary.source}, {found.since} to {found.until}: "
            f"{customers:,} customers>"
        )
