"""The order of the steps of `effect`: lists -> later orders -> sums per segment and group -> what the campaign did."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import argument, named
from rfmeans.engines.embedded import room
from rfmeans.engines.failures import engine_errors
from rfmeans.engines.kept_tables import Workspace
from rfmeans.errors import DataError, SettingsError, SourceError
from rfmeans.groups import HOLDOUT, check_holdout
from rfmeans.listener import SILENT
from rfmeans.orders.checks import NothingUsedError, OutsideError
from rfmeans.orders.intake import customers_at
from rfmeans.orders.order_lines import order_lines
from rfmeans.orders.understand import understand
from rfmeans.over_time.effect_asked import parse_costs, parse_days, reading_of_orders
from rfmeans.over_time.effect_figures import measure_effect
from rfmeans.over_time.effect_groups import choose, count_groups
from rfmeans.over_time.effect_lists import holds_zero, open_lists
from rfmeans.over_time.effect_orders import Known, empty_days, known_among
from rfmeans.over_time.effect_summary import EffectSummary
from rfmeans.over_time.effect_sums import buyers_among, of_groups, outcomes, outside, sum_groups, together
from rfmeans.report.analyses.effect import effect_sections
from rfmeans.report.analyses.effect_cautions import cautions
from rfmeans.report.markdown import markdown_of
from rfmeans.wording import clip, counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import ibis.expr.types as ir

    from rfmeans.inspection.order_days import Gap
    from rfmeans.listener import Listener
    from rfmeans.orders.intake import Intake
    from rfmeans.orders.understand import Understood
    from rfmeans.over_time.effect_figures import Effect, SegmentSums, VerdictOn
    from rfmeans.over_time.effect_groups import Counted
    from rfmeans.over_time.effect_lists import Lists
    from rfmeans.over_time.effect_sums import Outside
    from rfmeans.report.page import Report
    from rfmeans.settings import Columns

OUTCOMES = ("buyers", "money")
ABOUT = "Effect of a campaign"
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, repr=False)
class CampaignEffect:
    """What a campaign did.

    Attributes
    ----------
    summary
        The plain numbers.
    """

    summary: EffectSummary

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers as plain JSON values, and what is to be looked at in words."""
        return {**self.summary.to_dict(), "cautions": list(cautions(self.summary))}

    def to_markdown(self) -> str:
        """Return words and figures as Markdown."""
        return markdown_of(effect_sections(self.summary), ABOUT, self.summary.lists)

    def report(self) -> Report:
        """Return the page: a notebook shows it, its `save` writes it."""
        from rfmeans.report.page import page_of

        return page_of(effect_sections(self.summary), ABOUT, self.summary.lists)

    def __repr__(self) -> str:
        found = self.summary
        return f"<CampaignEffect of {found.lists}, {found.start} to {found.end}: {found.total.verdict}>"


def effect(
    segments: Any,
    orders: Any,
    *,
    start: dt.date | str,
    end: dt.date | str,
    cost_per_customer: float | str | None = None,
    margin: float | str | None = None,
    only: str | Sequence[str] | None = None,
    verdict_on: VerdictOn = "buyers",
    holdout: float | None = None,
    segments_table: str | None = None,
    columns: Columns | None = None,
    listener: Listener | None = None,
    **reading: Any,
) -> CampaignEffect:
    """Say what a campaign did, from what its holdout bought without it.

    Parameters
    ----------
    segments
        The output folder that the lists were sent from, or its customers: a file, a frame or an Ibis table with the
        columns of customers.parquet. Groups and segments count as they were then.
    orders
        The orders of the campaign's time, or all orders, as `segment` takes them.
    start, end
        First and last day of the campaign's time. Purchases and net money of these days count, returns subtracted.
    cost_per_customer
        What it cost for each treated customer, in the orders' money, for the net gain; 0 where only a margin is given.
    margin
        Share of the money that is margin, 0-1, likewise; 1 where only a cost is given.
    only
        The segments whose lists were sent, by name; None: all. Everything is counted of these alone.
    verdict_on
        What the verdicts rest on: ``"buyers"``, or ``"money"``. Decide before you look: each would be a chance for a
        false alarm.
    holdout
        Share that was to be held out, 0-1, for the check of the split; None: as the folder tells.
    segments_table
        The table where ``segments`` is a database.
    columns, listener, reading
        As for `segment`, but for ``as_of`` and ``since``, which the campaign's time sets.

    Raises
    ------
    SettingsError
        If a setting is out of range.
    SourceError
        If lists or orders cannot be read, or their columns are not understood.
    DataError
        If nobody was held out, the orders do not cover the campaign's time, or they are not of the same customers.

    >>> import rfmeans
    >>> from rfmeans.synthetic import make_orders
    >>> orders = make_orders(2000, seed=1).drop(columns="kind")
    >>> with rfmeans.segment(orders[orders.ordered_at < "2024-11-01"], as_of="2024-11-01") as sent:
    ...     rfmeans.effect(sent.customers, orders, start="2024-11-01", end="2024-12-30")
    <CampaignEffect of Ibis table, 2024-11-01 to 2024-12-30: cannot tell>
    """
    first, last = parse_days(start, end)
    costs = parse_costs(cost_per_customer, margin)
    if verdict_on not in OUTCOMES:
        raise SettingsError(f"{named('verdict_on')} must be {' or '.join(OUTCOMES)}. Got {verdict_on!r}.")
    asked = None if holdout is None else check_holdout(holdout)
    how, hearing = reading_of_orders(columns, reading), listener or SILENT
    hearing.stage("reading the lists")
    with open_lists(segments, segments_table, how.limits) as sent:
        _check_as_of(sent, first)
        there = count_groups(sent)
        groups = choose(there, only, sent.name)
        hearing.stage("reading orders")
        with understand(orders, how, hearing, zero=holds_zero(sent)) as understood:
            done = _done(sent, groups, understood, hearing, first, last)
    share = sent.holdout if asked is None else asked
    found = measure_effect(done.sums, holdout=share, costs=costs, verdict_on=verdict_on)
    if found.total is None:
        raise DataError(_nothing_to_compare(found, sent))
    return CampaignEffect(
        EffectSummary(
            start=first,
            end=last,
            lists=sent.name,
            orders=done.orders,
            found=found,
            customers=sum(group.customers for group in groups),
            held_out=sum(group.customers for group in groups if group.group == HOLDOUT),
            only=None if only is None else tuple(dict.fromkeys(group.segment for group in groups)),
            audience_format=sent.audience_format,
            in_no_list=sent.in_no_list,
            lists_there=len({group.segment_id for group in there}),
            holdout=share,
            costs=costs,
            buyers_in_no_list=done.strangers.buyers,
            money_in_no_list=done.strangers.money,
            lists_as_of=sent.as_of,
            empty_days=done.holes,
            known=done.known,
            active=done.strangers.listed_active,
            bought_before=done.before,
            currency_symbol=how.currency_symbol,
        )
    )


@dataclass(frozen=True)
class _Done:
    """What customers did in the campaign's time.

    Attributes
    ----------
    orders
        What the orders are called.
    sums
        Of each segment that is compared.
    strangers
        The customers in no list.
    holes
        Days of that time without any orders.
    before
        How many of the lists bought between the lists and the campaign; None: unknown.
    known
        How many of the lists the orders know from before; None likewise.
    """

    orders: str
    sums: list[SegmentSums]
    strangers: Outside
    holes: tuple[Gap, ...]
    before: int | None
    known: Known | None


# The orders


def _check_as_of(sent: Lists, first: dt.date) -> None:
    if sent.as_of and first < sent.as_of:
        raise DataError(
            f"The lists were made as of {sent.as_of}, and {named('start')} {first} is before it: their own past would "
            f"count as effect. Take {argument('start', sent.as_of.isoformat())} or later."
        )


def _done(
    sent: Lists,
    groups: Sequence[Counted],
    understood: Understood,
    hearing: Listener,
    first: dt.date,
    last: dt.date,
) -> _Done:
    with Workspace() as scratch, room(understood.reading.limits) as folder:
        later = _later(understood, scratch, first, last)
        hearing.stage("comparing the groups")
        with engine_errors("Comparing the groups"):
            sums, strangers = _compared(sent, groups, later, folder)
            holes = empty_days(_lines(understood), first, last)
        before = known = None
        if sent.as_of and _seen(later)[0] <= sent.as_of:
            before = _bought_before(sent, groups, understood, first, folder)
            known = _known(sent, understood, _seen(later)[0], folder)
    return _Done(later.source.name, sums, strangers, holes, before, known)


def _later(understood: Understood, scratch: Workspace, first: dt.date, last: dt.date) -> Intake:
    """Return what was bought in the campaign's time, of which the orders must have all days."""
    try:
        found = customers_at(understood, scratch, last + DAY, since=first)
    except OutsideError as error:
        raise DataError(
            f"No orders from {first} to {last}: those of {understood.source.name} are from {error.first} to "
            f"{error.last}. Give orders of the campaign's time."
        ) from None
    began, ended = _seen(found)  # of all lines: what is set aside tells as well that the orders go on
    days = (last - first).days + 1
    if ended < last:
        raise DataError(
            f"The orders end on {ended}, before {named('end')} {last}: {(last - ended).days:,} of "
            f"{counted(days, 'day')} are missing. Give later orders, or {argument('end', ended.isoformat())}."
        )
    if began > first:
        raise DataError(
            f"The orders begin on {began}, after {named('start')} {first}: {(began - first).days:,} of "
            f"{counted(days, 'day')} are missing. Give earlier orders as well, or "
            f"{argument('start', began.isoformat())}."
        )
    return found


def _lines(understood: Understood) -> ir.Table:
    """Return the lines of all days."""
    return order_lines(
        understood.source, understood.of_orders, understood.reading, understood.conventions
    ).lines


def _seen(found: Intake) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of the orders, in the campaign's time or not."""
    assert found.account.lines is not None
    assert found.account.lines.seen is not None
    return found.account.lines.seen


def _compared(
    sent: Lists, groups: Sequence[Counted], later: Intake, folder: Path
) -> tuple[list[SegmentSums], Outside]:
    with together(sent.customers, outcomes(later.customers), folder) as (listed, done):
        strangers = outside(listed, done)
        if strangers.buyers and not strangers.listed_active:
            raise DataError(
                f"None of the {sum(group.customers for group in groups):,} customers of {sent.name} bought anything in "
                f"{later.source.name} in that time, but {counted(strangers.buyers, 'other')} did (ids such as "
                f"{strangers.first_listed!r} against {strangers.first_active!r}). Is it the same shop, and the same "
                f"column {argument('customer')}?"
            )
        return sum_groups(of_groups(listed, groups), done, groups), strangers


def _bought_before(
    sent: Lists, groups: Sequence[Counted], understood: Understood, first: dt.date, folder: Path
) -> int | None:
    """Return how many customers of the lists bought after those were made and before the campaign; None: unknown."""
    if sent.as_of == first:
        return 0
    with Workspace() as scratch:
        try:
            early = customers_at(understood, scratch, first, since=sent.as_of)
        except NothingUsedError:
            return 0
        with (
            engine_errors("Comparing the groups"),
            together(sent.customers, outcomes(early.customers), folder) as (listed, done),
        ):
            return buyers_among(of_groups(listed, groups), done)


def _known(sent: Lists, understood: Understood, since: dt.date, folder: Path) -> Known | None:
    """Return how many customers of the lists the orders know by their last purchase; None: the orders do not tell."""
    assert sent.as_of is not None
    with Workspace() as scratch:
        try:
            then = customers_at(understood, scratch, sent.as_of)
        except (DataError, SourceError):  # of days that the campaign's answer does not rest on
            return None
        with (
            engine_errors("Comparing the groups"),
            together(sent.customers, outcomes(then.customers), folder) as (listed, done),
        ):
            return known_among(listed, done, (sent.as_of - since).days)


def _nothing_to_compare(found: Effect, sent: Lists) -> str:
    parts = ", ".join(
        f"{clip(sums.segment)} ({sums.holdout.customers:,} of {counted(sums.customers, 'customer')} held out)"
        for sums in found.not_compared
    )
    return (
        f"No list of {sent.name} can be compared: {parts}. Each needs customers in both groups, four or more in all. "
        f"Send larger lists, or hold out a larger share: {argument('holdout', 0.2)}."
    )
