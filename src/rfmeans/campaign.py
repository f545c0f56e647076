"""The order of the steps of `effect`: lists -> later orders -> sums per segment and group -> what the campaign did."""

from __future__ import annotations

import datetime as dt
import math
import re
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import argument, named
from rfmeans.columns.typed import LAST_DAY
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
from rfmeans.over_time.effect_figures import Costs
from rfmeans.over_time.effect_figures import effect as measure
from rfmeans.over_time.effect_groups import choose, count_groups
from rfmeans.over_time.effect_lists import holds_zero, open_lists
from rfmeans.over_time.effect_orders import Known, empty_days, known_among
from rfmeans.over_time.effect_summary import EffectSummary
from rfmeans.over_time.effect_sums import buyers_among, of_groups, outcomes, outside, sum_groups, together
from rfmeans.report.analyses.effect import effect_sections
from rfmeans.report.analyses.effect_cautions import cautions
from rfmeans.report.markdown import markdown_of
from rfmeans.settings import CustomerColumns, is_number, make_reading, parse_date
from rfmeans.wording import clip, counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import ibis.expr.types as ir

    from rfmeans.listener import Listener
    from rfmeans.orders.intake import Intake
    from rfmeans.orders.understand import Understood
    from rfmeans.over_time.effect_figures import Effect, Outcome, SegmentSums
    from rfmeans.over_time.effect_groups import Counted
    from rfmeans.over_time.effect_lists import Lists
    from rfmeans.over_time.effect_sums import Outside
    from rfmeans.report.page import Report
    from rfmeans.settings import Columns, Reading

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
    verdict_on: Outcome = "buyers",
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
    first, last = _days(start, end)
    costs = _costs(cost_per_customer, margin)
    if verdict_on not in OUTCOMES:
        raise SettingsError(f"{named('verdict_on')} must be {' or '.join(OUTCOMES)}. Got {verdict_on!r}.")
    asked = None if holdout is None else check_holdout(holdout)
    how, hearing = _reading(columns, reading), listener or SILENT
    hearing.stage("reading the lists")
    with ExitStack() as stack:
        sent = stack.enter_context(open_lists(segments, segments_table, how.limits))
        _check_as_of(sent, first)
        there = count_groups(sent)
        groups = choose(there, only, sent.name)
        hearing.stage("reading orders")
        understood = stack.enter_context(understand(orders, how, hearing, zero=holds_zero(sent)))
        scratch, folder = stack.enter_context(Workspace()), stack.enter_context(room(how.limits))
        later = _later(understood, scratch, first, last)
        hearing.stage("comparing the groups")
        with engine_errors("Comparing the groups"):
            sums, strangers = _compared(sent, groups, later, folder)
            holes = empty_days(_lines(understood), first, last)
        before = known = None
        if sent.as_of and _seen(later)[0] <= sent.as_of:
            before = _bought_before(sent, groups, understood, first, folder)
            known = _known(sent, understood, _seen(later)[0], folder)
    share = sent.holdout if asked is None else asked
    found = measure(sums, holdout=share, costs=costs, verdict_on=verdict_on)
    if found.total is None:
        raise DataError(_nothing_to_compare(found, sent))
    return CampaignEffect(
        EffectSummary(
            start=first,
            end=last,
            lists=sent.name,
            orders=later.source.name,
            found=found,
            customers=sum(group.customers for group in groups),
            held_out=sum(group.customers for group in groups if group.group == HOLDOUT),
            only=None if only is None else tuple(dict.fromkeys(group.segment for group in groups)),
            audience_format=sent.audience_format,
            in_no_list=sent.in_no_list,
            lists_there=len({group.segment_id for group in there}),
            holdout=share,
            costs=costs,
            buyers_in_no_list=strangers.buyers,
            money_in_no_list=strangers.money,
            lists_as_of=sent.as_of,
            empty_days=holes,
            known=known,
            active=strangers.listed_active,
            bought_before=before,
            currency_symbol=how.currency_symbol,
        )
    )


# What was asked for


def _days(start: dt.date | str, end: dt.date | str) -> tuple[dt.date, dt.date]:
    first, last = parse_date("start", start), parse_date("end", end)
    if first is None or last is None:
        raise SettingsError(
            f"Give the first day of the campaign's time with {argument('start')}, the last with "
            f"{argument('end')}."
        )
    if first > last:
        raise SettingsError(
            f"{named('start')} {first} is after {named('end')} {last}. Give the first and the last day of the "
            "campaign's time."
        )
    if last > LAST_DAY:  # 9999-12-31, which stands for never in orders
        raise SettingsError(f"{named('end')} must be {LAST_DAY} or earlier. Got {last}.")
    return first, last


def _costs(per_customer: float | str | None, margin: float | str | None) -> Costs | None:
    if per_customer is None and margin is None:
        return None
    cost, share = _number("cost_per_customer", per_customer, 0.0), _number("margin", margin, 1.0)
    if cost < 0:
        raise SettingsError(f"{named('cost_per_customer')} must be 0 or more. Got {cost:g}.")
    if not 0 <= share <= 1:
        meant = f" Did you mean {share / 100:g}?" if 1 < share <= 100 else ""
        raise SettingsError(f"{named('margin')} must be 0 to 1, a share of the money. Got {share:g}.{meant}")
    return Costs(cost, share)


def _number(name: str, value: float | str | None, usual: float) -> float:
    if value is None:
        return usual
    if isinstance(value, str):
        value = _typed(name, value)
    if not is_number(value) or not math.isfinite(value):
        raise SettingsError(f"{named(name)} must be a number. Got {value!r}.")
    return float(value)


def _typed(name: str, text: str) -> float:
    """Return a number as it was typed on the command line."""
    try:
        return float(text)
    except ValueError:
        plain = re.sub(r"[^\d.,-]", "", text).replace(",", ".")
    try:
        meant = argument(name, f"{float(plain) / (100 if '%' in text else 1):g}")
        how = f"Write {meant}."
    except ValueError:
        how = "Write digits, with a point before decimals."
    raise SettingsError(f"{named(name)} must be a number. Got {clip(text)!r}. {how}")


def _reading(columns: Columns | None, given: dict[str, Any]) -> Reading:
    for name in ("as_of", "since"):
        if given.get(name) is not None:
            raise SettingsError(
                f"The campaign's time is given with {argument('start')} and {argument('end')}. Leave {argument(name)} "
                "out."
            )
    how = make_reading(columns, **given)
    if isinstance(how.columns, CustomerColumns):
        raise SettingsError(
            "An effect is counted from order lines; a table with one row per customer does not say when they bought. "
            "Pass the orders."
        )
    return how


def _check_as_of(sent: Lists, first: dt.date) -> None:
    if sent.as_of and first < sent.as_of:
        raise DataError(
            f"The lists were made as of {sent.as_of}, and {named('start')} {first} is before it: their own past would "
            f"count as effect. Take {argument('start', sent.as_of.isoformat())} or later."
        )


# The orders


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
