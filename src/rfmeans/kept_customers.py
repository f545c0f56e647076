"""A source -> its customers, kept on the engine -> segments, as often as they are wanted: the steps of a fit."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import argument
from rfmeans.engines.failures import engine_errors
from rfmeans.engines.kept_tables import Workspace
from rfmeans.errors import DataError
from rfmeans.finish import Fit, finish, set_aside_words, to_segment
from rfmeans.inspection.inspect import inspect_intake, with_suspicions
from rfmeans.listener import SILENT
from rfmeans.model.fitted import Fitted
from rfmeans.model.orders_table import OrdersTable
from rfmeans.model.segment_model import SegmentModel
from rfmeans.orders.customers import UNREADABLE
from rfmeans.orders.intake import customers_at
from rfmeans.orders.understand import understand
from rfmeans.over_time.hindsight import looking_back, spans_of
from rfmeans.over_time.likeness import Space, order_like
from rfmeans.report.summary import summarise
from rfmeans.segments.facts import Grounds
from rfmeans.segments.features import distinct_values, fit_scaling
from rfmeans.segments.grouping import Grouping, Placed, group_by_kmeans, group_by_scores
from rfmeans.segments.lexicon import read_lexicon, with_cuts
from rfmeans.segments.profile import profile_all
from rfmeans.segments.rhythm import measure_rhythm
from rfmeans.segments.score_cuts import fit_scoring
from rfmeans.segments.settings import AUTO, FEATURES, MIN_SEGMENTS, Settings
from rfmeans.segments.sketch import sketch
from rfmeans.segments.spread import Distributions
from rfmeans.segments.starts import what_to_do
from rfmeans.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import ibis.expr.types as ir

    from rfmeans.inspection.verdict import Inspection
    from rfmeans.listener import Listener
    from rfmeans.orders.intake import Intake
    from rfmeans.orders.understand import Understood
    from rfmeans.report.summary import Summary
    from rfmeans.result import Segmentation
    from rfmeans.segments.features import Scaling
    from rfmeans.segments.lexicon import Lexicon
    from rfmeans.segments.profile import Group
    from rfmeans.segments.rhythm import Rhythm
    from rfmeans.segments.score_cuts import Scoring
    from rfmeans.settings import Reading


@dataclass(frozen=True)
class KeptCustomers(AbstractContextManager["KeptCustomers"]):
    """The customers of a source, read once and kept on the engine, to be segmented as often as is wanted.

    What does not hang on the settings is worked out once: orders, scores, feature space and its cells. Works as a
    context manager; closing drops what is kept, and closes the source. A result stays good until then.

    Attributes
    ----------
    understood, intake
        The source, and its customers.
    reading
        How it is read.
    before
        The model that segments follow; None: none.
    hindsight
        Whether results look back.
    keeper, scratch
        What a result takes over, and what it need not have.
    """

    understood: Understood
    intake: Intake
    reading: Reading
    before: SegmentModel | None
    hindsight: bool
    keeper: Workspace
    scratch: Workspace
    _spaces: dict[str, tuple[Scaling, Placed | None]] = field(default_factory=dict)
    _found: dict[tuple[Any, ...], Grouping] = field(default_factory=dict)
    _scorings: dict[tuple[Any, ...], Scoring] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        orders: Any,
        reading: Reading,
        listener: Listener = SILENT,
        before: SegmentModel | None = None,
        *,
        hindsight: bool = True,
        keep_orders: bool = False,
    ) -> KeptCustomers:
        """Read a source.

        Parameters
        ----------
        orders, reading, listener, hindsight
            As for `rfmeans.segment`.
        before
            The model that segments follow; None: none.
        keep_orders
            Keep the orders on the way, for more figures without another pass.

        Raises
        ------
        SourceError
            If the source cannot be read or its columns are not understood.
        DataError
            If no line can be used.
        """
        with ExitStack() as failing:
            keeper, scratch = failing.enter_context(Workspace()), failing.enter_context(Workspace())
            listener.stage("reading orders")
            understood = keeper.enter_context(understand(orders, reading, listener))
            intake = customers_at(
                understood,
                scratch,
                earlier=[before.as_of] if before and before.as_of else [],
                spans=spans_of if hindsight else None,
                keep_orders=keep_orders,
            )
            intake = with_suspicions(intake, reading.currency_symbol)
            failing.pop_all()
        return cls(understood, intake, reading, before, hindsight, keeper, scratch)

    @cached_property
    def customers(self) -> ir.Table:
        """Those to segment."""
        return to_segment(self.intake)

    @cached_property
    def values(self) -> ir.Table:
        """The distinct values of their features, with how often each stands."""
        return self.scratch.keep(distinct_values(self.customers))

    @cached_property
    def everyone(self) -> Group:
        """The figures of all of them."""
        return profile_all(self.customers)

    @cached_property
    def rhythm(self) -> Rhythm | None:
        """The shop's rhythm."""
        return measure_rhythm(self.customers)

    @cached_property
    def looked_back(self) -> Intake:
        """The intake with the customers of a longer time ago, where that is asked for."""
        if not self.hindsight:
            return self.intake
        return looking_back(self.understood, self.scratch, self.intake, self.rhythm)

    def scaling(self, transform: str) -> Scaling:
        """Return the scaling by a transform."""
        if transform not in self._spaces:
            self._spaces[transform] = fit_scaling(self.values, transform), None
        return self._spaces[transform][0]

    def space(self, transform: str) -> Placed:
        """Return the customers in feature space."""
        scaling = self.scaling(transform)
        placed = self._spaces[transform][1]
        if placed is None:
            placed = Placed.of(self.customers, self.intake.account.clustered.rows, scaling, self.scratch)
            self._spaces[transform] = scaling, placed
        return placed

    @property
    def spaces(self) -> frozenset[str]:
        """The transforms whose feature space was made already."""
        return frozenset(name for name, (_, placed) in self._spaces.items() if placed is not None)

    def segment(self, listener: Listener | None = None, **settings: Any) -> Segmentation:
        """Segment them; the result is that of `rfmeans.segment` with the same settings.

        Parameters
        ----------
        listener
            Hears how it goes on.
        settings
            Those of `rfmeans.segments.settings.Settings`.

        Raises
        ------
        SettingsError
            If a setting is out of range.
        DataError
            If the customers are too few.

        >>> from rfmeans.settings import Reading
        >>> from rfmeans.synthetic import make_orders
        >>> with KeptCustomers.of(make_orders(1000, seed=1).drop(columns="kind"), Reading()) as kept:
        ...     [len(kept.segment(segments=k, n_init=2).profile) for k in (2, 3)]
        [2, 3]
        """
        given = Settings(**settings)
        with engine_errors("Segmenting"):
            result = self.into_segments(given, words_of(given), listener or SILENT)
        self.scratch.callback(result.close)  # what it keeps lies where the source is
        return result

    def into_segments(
        self, settings: Settings, words: Lexicon, listener: Listener, *, last: bool = False
    ) -> Segmentation:
        """Do the same for settings with their lexicon; the ``last`` result takes the source over, to close it."""
        listener.stage("measuring recency, frequency and monetary")
        count = _enough(self.intake, settings)
        scaling = self.scaling(settings.transform)
        scoring = self._scoring(count, settings.score_bins, words)
        if settings.method == "scores":
            grouping = group_by_scores(self.customers, scoring, words)
        else:
            grouping = self._clusters(settings, scaling, listener)
        grounds = self._grounds(grouping.groups, scaling)
        looked_back = self.looked_back  # while stability may still be measured
        model = _model(self.intake, settings, scoring, words, grouping, grounds, scaling)
        fit = Fit(settings, self.values, self.before, self.everyone)
        keeper = self.keeper if last else Workspace()
        return finish(looked_back, model, grouping.groups, grouping.choice, keeper, self.reading, fit)

    def inspect(self) -> Inspection:
        """Say whether the orders are ready to be segmented; they were read with ``keep_orders``."""
        return inspect_intake(self.intake, self.reading.currency_symbol)

    def first_look(self, symbol: str = "", **settings: Any) -> Summary:
        """Return about what `segment` will find, from the cells alone: as fast for any number of customers.

        Once such a look was taken the engine is not asked again, so that it can be at something else meanwhile. What
        only a pass over all customers tells (tenure, charts, how sure, what happened next) is not in it.

        Parameters
        ----------
        symbol
            Sign that money is shown with.
        settings
            As for `segment`; the number of segments is given.

        Raises
        ------
        DataError
            If the customers are too few.
        """
        given = Settings(**settings)
        scaling = self.scaling(given.transform)
        found = sketch(self.space(given.transform).cells, scaling, given)
        grounds = self._grounds(found.groups, scaling)
        grouping = Grouping(found.groups, found.centres, found.inertia)
        model = _model(self.intake, given, None, words_of(given), grouping, grounds, scaling)
        fitted = Fitted(
            model=model,
            groups=found.groups,
            everyone=self.everyone,
            grounds=grounds,
            spread=Distributions((), ()),
        )
        return summarise(self.intake, fitted, {}, symbol)

    def _clusters(self, settings: Settings, scaling: Scaling, listener: Listener) -> Grouping:
        """Return the clusters: found once, whatever they are called and how many are held out."""
        key = tuple(getattr(settings, name) for name in ("segments", "transform", "seed", "n_init", "tol"))
        if key not in self._found:
            arrange = _as_in(self.before, scaling)
            self._found[key] = group_by_kmeans(
                self.space(settings.transform), settings, listener.stage, arrange
            )
        return self._found[key]

    def _grounds(self, groups: Sequence[Group], scaling: Scaling) -> Grounds:
        return Grounds.measure(
            groups, self.everyone, self.rhythm, self.intake.period_days, scaling, self.intake.window
        )

    def _scoring(self, count: int, bins: int, words: Lexicon) -> Scoring:
        cuts = {name: tuple(edges) for name, edges in words.cuts.items()}
        key = (bins, *sorted(cuts.items()))
        if key not in self._scorings:
            self._scorings[key] = fit_scoring(self.values, count, bins, cuts)
        return self._scorings[key]

    def close(self) -> None:
        """Drop what is kept, and close the source; harmless when repeated."""
        self.scratch.close()
        self.keeper.close()

    def __exit__(self, *_: object) -> None:
        self.close()


def words_of(settings: Settings) -> Lexicon:
    """Return the lexicon that settings ask for, with their cut points."""
    return with_cuts(read_lexicon(settings.lexicon), settings.score_cuts or {}, settings.score_bins)


def _model(
    intake: Intake,
    settings: Settings,
    scoring: Scoring | None,
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
        settings=kept | dict(grouping.fitted) | ({"window": intake.window} if intake.window else {}),
        scoring=scoring,
        lexicon=words,
        score_segments=grouping.score_segments,
        stability=grouping.stability.get() if grouping.stability else None,
        orders=_orders_table(intake),
        grounds=grounds,
    )


def _orders_table(intake: Intake) -> OrdersTable | None:
    if intake.layout is None:
        return None
    apart = intake.account.noticed.apart if intake.account.noticed else None
    return OrdersTable.of(
        intake.source.table,
        intake.layout,
        intake.keys,
        daily=apart is not None and apart.daily,
        clocks=apart is not None and apart.clocks,
    )


def _enough(intake: Intake, settings: Settings) -> int:
    """Return how many customers there are to segment, if they are enough."""
    found, least = intake.account.clustered.rows, _least(settings)
    if found < least:
        unread = not found and UNREADABLE in intake.account.customers_set_aside
        raise DataError(
            f"{counted(least, 'segment needs', 'segments need')} at least "
            f"{counted(least, 'customer')} with a purchase and net spend. Found {found:,}{set_aside_words(intake)}. "
            f"{_columns_to_give() if unread else what_to_do(least)}"
        )
    return found


def _columns_to_give() -> str:
    names = ", ".join(argument(name) for name in FEATURES)
    return f"Give the columns that hold them ({names}), or mend what stands there."


def _least(settings: Settings) -> int:
    if settings.method == "scores":
        return 1
    return MIN_SEGMENTS if settings.segments == AUTO else int(settings.segments)


def _as_in(before: SegmentModel | None, scaling: Scaling) -> Callable[[Any, list[int]], list[int]] | None:
    if before is None:
        return None
    space = before.space
    return lambda centres, order: order_like(space, Space(scaling, centres), order)
