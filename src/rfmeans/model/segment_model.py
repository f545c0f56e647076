"""The fitted model: everything that assigning needs, as plain JSON."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rfmeans import __version__
from rfmeans.engines.dispatch import engine_of, find_dialect
from rfmeans.engines.failures import engine_errors
from rfmeans.engines.kept_tables import Workspace
from rfmeans.groups import USUAL_HOLDOUT, check_holdout
from rfmeans.listener import SILENT
from rfmeans.model.explain import Placing, explain_customer, nearest_two
from rfmeans.model.model_file import model_text, parse_model, read_model
from rfmeans.model.statement import describe_model, to_statement
from rfmeans.model.steps import (
    Centres,
    Draw,
    Scores,
    Step,
    assigning_steps,
    placing_steps,
    run_steps,
    take_steps,
)
from rfmeans.orders.intake import customers_at
from rfmeans.orders.understand import understand
from rfmeans.orders.window import as_fitted
from rfmeans.output.folder import write_whole
from rfmeans.over_time.dates import customers_at_dates, parse_dates, reading_of_dates
from rfmeans.over_time.directions import Directions
from rfmeans.over_time.likeness import Space
from rfmeans.over_time.movement import MOVED_COLUMNS, moved_customers, placed, with_groups
from rfmeans.segments.lexicon import Lexicon, built_in
from rfmeans.segments.names import Name, better_than, empty_regions, name_centres, name_scores
from rfmeans.settings import Columns, CustomerColumns, make_reading

if TYPE_CHECKING:
    import datetime as dt
    import os
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    import ibis.expr.types as ir

    from rfmeans.engines.engine import Engine
    from rfmeans.listener import Listener
    from rfmeans.model.explanation import Explanation
    from rfmeans.model.orders_table import OrdersTable
    from rfmeans.orders.understand import Understood
    from rfmeans.over_time.drift import Reference
    from rfmeans.segments.facts import Grounds
    from rfmeans.segments.features import Scaling
    from rfmeans.segments.rhythm import Rhythm
    from rfmeans.segments.score_cuts import Scoring
    from rfmeans.segments.stability import Stability
    from rfmeans.settings import Reading


@dataclass(frozen=True)
class SegmentModel:
    """A fitted segmentation: scaling, centres or scores, and names.

    Attributes
    ----------
    scaling
        How recency, frequency and monetary were brought into feature space.
    centres
        k centres in feature space (z_recency, z_frequency, z_monetary), the most valuable segment first; none
        where the segments are those of the scores.
    as_of
        The date recency was counted to when fitting; None for a table of customers.
    customers
        Customers it was fitted on.
    inertia
        Sum of their squared distances to the nearest centre; None without centres.
    settings
        transform, seed and n_init of the fit; segments, a number or "auto", and then why it became this one; the
        share held out.
    scoring
        Cut points of the scores; None in a model of version 1.
    lexicon
        Where the names are taken from.
    score_segments
        Where the segments are those of the scores: the names by segment id, the most valuable first, and then
        the names that nobody had.
    stability
        How the segments survived resampling; None in a model that does not say.
    orders
        The columns of the orders it was fitted on; None for a table of customers.
    reference
        How the customers it was fitted on are spread; None in a model of an older version.
    grounds
        What the claims of the names were checked on; None in an older model, whose names claim nothing.
    """

    scaling: Scaling
    centres: tuple[tuple[float, float, float], ...]
    as_of: dt.date | None
    customers: int
    inertia: float | None
    settings: dict[str, Any]
    scoring: Scoring | None = None
    lexicon: Lexicon = field(default_factory=built_in)
    score_segments: tuple[str, ...] = ()
    stability: Stability | None = None
    orders: OrdersTable | None = None
    reference: Reference | None = None
    grounds: Grounds | None = None

    @property
    def names(self) -> tuple[Name, ...]:
        """The segments' names, by segment id from 1."""
        if self.score_segments:
            return name_scores(self.score_segments, self.lexicon, self.grounds)
        return name_centres(self.centres, self.lexicon, self.grounds)

    @property
    def rhythm(self) -> Rhythm | None:
        """The shop's rhythm when fitting; None where it is not known."""
        return self.grounds.rhythm if self.grounds else None

    @property
    def fitted_columns(self) -> Columns | None:
        """The columns of the orders that it was fitted on, by role; None where it does not know."""
        return self.orders.layout.columns if self.orders else None

    @property
    def counts_from_zero(self) -> bool:
        """Whether 0 is a customer like any other; where it is not known, some orders may tell it."""
        return self.orders is not None and self.orders.keys.zero

    @property
    def seed(self) -> int:
        """The seed of the fit, and of the draw of the groups."""
        return int(self.settings.get("seed", 0))

    @property
    def holdout(self) -> float:
        """The share of customers that is held out of campaigns; a tenth in a model that does not say."""
        return float(self.settings.get("holdout", USUAL_HOLDOUT))

    @property
    def window(self) -> int | None:
        """The days in which purchases and money count for frequency and monetary; None: all history."""
        return self.settings.get("window")

    def holding_out(self, holdout: float) -> SegmentModel:
        """Return the model with another share held out: the same customers and more, or some of them.

        Raises
        ------
        SettingsError
            If it is no share.
        """
        return replace(self, settings={**self.settings, "holdout": check_holdout(holdout)})

    def empty_regions(self, count: int) -> tuple[str, ...]:
        """Return the names that no segment has, the segments being the first ``count``."""
        if self.score_segments:
            return self.score_segments[count:]
        return empty_regions(self.names, self.lexicon)

    def apply(self, customers: ir.Table) -> ir.Table:
        """Add segment_id, segment, confidence and scores to customers (expression; columns as in customers.parquet).

        Customers with a reason to be set aside get null.
        """
        engine = engine_of(customers)
        return run_steps(self.steps(engine), customers, engine)

    def place(self, customers: ir.Table) -> ir.Table:
        """Add segment_id alone, beside whatever columns the customers have (expression): quicker than `apply`."""
        return take_steps(placing_steps(*self._ways), customers, engine_of(customers))

    def steps(self, engine: Engine) -> list[Step]:
        """Return the steps from customers (customer_id, recency, frequency, monetary, reason) to their segments."""
        draw = Draw(self.seed, self.holdout, engine)
        return assigning_steps(*self._ways, [name.text for name in self.names], draw)

    @property
    def _ways(self) -> tuple[Centres | tuple[str, ...], Scores | None]:
        """What the segments are, and the scores."""
        segments = self.score_segments or Centres(self.scaling, np.array(self.centres))
        return segments, Scores(self.scoring, self.lexicon.scores) if self.scoring else None

    def _understand(
        self, orders: Any, reading: Reading, hearing: Listener = SILENT
    ) -> AbstractContextManager[Understood]:
        """Open some orders; what they leave open is as in those that it was fitted on."""
        return understand(
            orders, as_fitted(reading, self.window), hearing, self.fitted_columns, zero=self.counts_from_zero
        )

    def assign(
        self, orders: Any, columns: Columns | CustomerColumns | None = None, **reading: Any
    ) -> ir.Table:
        """Give every customer of some orders the segment of the nearest centre.

        Parameters
        ----------
        orders
            Whatever `rfmeans.segment` takes.
        columns
            Columns by role where their names are not recognised; `CustomerColumns` for a table of customers.
        reading
            How to read them, as for `rfmeans.segment`. The default as-of date is the day after the last of
            these orders.

        Returns
        -------
        Ibis table
            customer_id, recency, frequency, monetary, first_purchase, tenure, segment_id, segment, confidence, r_score,
            f_score, m_score, rfm_score, score_segment, group, reason.
        """
        with Workspace() as keeper, Workspace() as scratch, engine_errors("Assigning"):
            how = make_reading(columns, **reading)
            understood = keeper.enter_context(self._understand(orders, how))
            table: ir.Table = self.apply(customers_at(understood, scratch).customers).cache()
            keeper.pop_all()  # the table needs the connection, which ends with it
            return table

    def movement(
        self,
        orders: Any,
        columns: Columns | None = None,
        *,
        since: dt.date | str,
        until: dt.date | str | None = None,
        **reading: Any,
    ) -> ir.Table:
        """Say of every customer of some orders where it stood at a date, and where it stands at a later one.

        `rfmeans.movement` has the same with the matrix, the lists and a report.

        Parameters
        ----------
        orders, columns, reading
            As for `assign`, but for ``as_of`` and the window.
        since, until
            The two dates, as as-of dates. Default of the second: the day after the last of these orders.

        Returns
        -------
        Ibis table
            customer_id, segment_id_before, segment_before, reason_before, segment_id, segment, reason,
            monetary_before, money_between (net money from the first date on); recency, frequency and monetary at the
            second date; list (slipped, recovered, new, lost) and group of who is on one.

        Raises
        ------
        SettingsError
            If the dates are in no order.
        DataError
            If no order is dated before the first date, or none after it.
        """
        firsts, last = parse_dates(since, until)
        with Workspace() as keeper, Workspace() as scratch, engine_errors("Comparing the dates"):
            understood = keeper.enter_context(self._understand(orders, reading_of_dates(columns, reading)))
            intake, _ = customers_at_dates(understood, scratch, firsts[:1], last)
            both = intake.earlier[firsts[0]], intake.customers
            before, after = (placed(self.apply, customers) for customers in both)
            moved = with_groups(moved_customers(before, after, self.directions), self.seed, self.holdout)
            table: ir.Table = moved.select(*MOVED_COLUMNS).cache()
            keeper.pop_all()  # the table needs the connection, which ends with it
            return table

    @property
    def space(self) -> Space:
        """The centres and the scaling of their feature space."""
        return Space(self.scaling, self.centres)

    @property
    def directions(self) -> Directions:
        """What moves between the segments mean."""
        return Directions(self.names, self.lexicon)

    def to_sql(
        self,
        dialect: str,
        *,
        orders: str = "orders",
        columns: Columns | None = None,
        types: Mapping[str, str] | None = None,
        **reading: Any,
    ) -> str:
        """Return the whole assignment, from orders to segments, as one SQL statement.

        Its result has the columns of `assign`, and the same segment for every customer.

        Parameters
        ----------
        dialect
            duckdb, postgres, bigquery, snowflake, databricks, spark, trino or clickhouse.
        orders
            Name of the table of orders, as the dialect writes it, or a template such as ``{{ ref('orders') }}``.
        columns
            Columns by role; what is not given is as in the orders that the model was fitted on.
        types
            Types of columns by name, such as ``{"customer_id": "int64"}``, where they are not those of these orders.
        reading
            How to read them, as for `assign`, but for what is about files. The default as-of date is the day
            after the last order in the data, whenever the statement is run.

        Raises
        ------
        SettingsError
            If there is no such dialect, or a statement cannot do what is asked.
        ModelError
            If neither the model nor the call says what the columns are.
        """
        return to_statement(
            self.steps(find_dialect(dialect)),
            dialect,
            orders,
            self.orders,
            as_fitted(make_reading(columns, **reading), self.window),
            types or {},
            describe_model(__version__, self.customers, self.as_of, self.to_json()),
        )

    def explain(
        self,
        orders: Any,
        customer: object,
        /,
        columns: Columns | CustomerColumns | None = None,
        listener: Listener | None = None,
        **reading: Any,
    ) -> Explanation:
        """Say why a customer is in its segment, and what would move it.

        Parameters
        ----------
        orders, columns, reading
            As for `assign`.
        listener
            Hears how the run goes on.
        customer
            The customer's id, by position: by name, ``customer`` is the column that holds it.

        Raises
        ------
        DataError
            If the orders have no such customer; the message names those with a similar id.
        """
        how, hearing = make_reading(columns, **reading), listener or SILENT
        hearing.stage("reading orders")
        with Workspace() as scratch, self._understand(orders, how, hearing) as understood:
            intake = customers_at(understood, scratch)
            with engine_errors("Explaining"):
                return self.explain_in(intake.customers, customer, intake.as_of, how.currency_symbol)

    def explain_in(
        self, customers: ir.Table, customer: object, as_of: dt.date | None, symbol: str = ""
    ) -> Explanation:
        """Do the same for a table of customers: customer_id, recency, frequency, monetary, reason."""
        names = self.names
        placing = Placing(
            self.apply,
            names,
            lambda place: better_than(names, place, self.lexicon),
            lambda one: nearest_two(one, self.space, names) if self.centres else None,
            *(self.window, self.lexicon.said, self.grounds, self.scaling.logged),
        )
        return explain_customer(customers, customer, placing, as_of, symbol)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model as JSON, whole or not at all."""
        write_whole(path, self.to_json(), "the model")

    def to_json(self) -> str:
        """Return the model as JSON text; numbers come back bit for bit."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        return model_text(said, [name.text for name in self.names])

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> SegmentModel:
        """Read a model.

        Raises
        ------
        ModelError
            If there is none, or it was written by a newer version.
        """
        return cls(**read_model(path))

    @classmethod
    def from_json(cls, text: str, name: str = "the text") -> SegmentModel:
        """Read a model from JSON text; ``name`` is what messages call it.

        Raises
        ------
        ModelError
            If it is no model, or was written by a newer version.
        """
        return cls(**parse_model(text, name))
