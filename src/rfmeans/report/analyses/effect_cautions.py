"""What gives reason to look twice at an effect: missing days, another shop's orders, money of few customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.over_time.effect_orders import FEWEST, STRANGE
from rfmeans.report.analyses.effect_numbers import called, in_signed_money
from rfmeans.wording import counted, money, percent

if TYPE_CHECKING:
    from rfmeans.over_time.effect_figures import SegmentEffect
    from rfmeans.over_time.effect_orders import Known
    from rfmeans.over_time.effect_summary import EffectSummary

MOST_SHOWN = 3  # runs of days


def cautions(summary: EffectSummary) -> tuple[str, ...]:
    """Return all of them, each in a sentence or two."""
    return (*of_orders(summary), *of_money(summary))


def of_orders(summary: EffectSummary) -> tuple[str, ...]:
    """Return what makes the orders look wrong for these lists."""
    return tuple(filter(None, (_missing_days(summary), _strangers(summary))))


def _missing_days(summary: EffectSummary) -> str:
    gaps = summary.empty_days
    if not gaps:
        return ""
    days = sum(gap.days for gap in gaps)
    runs = "; ".join(f"{gap.first_day} to {gap.last_day}" for gap in gaps[:MOST_SHOWN])
    more = f" and {len(gaps) - MOST_SHOWN:,} more" if len(gaps) > MOST_SHOWN else ""
    return (
        f"No order is dated {runs}{more}: {days:,} of {counted(summary.days, 'day')}, unlike the weeks around. If "
        "orders are missing, so are buyers of both groups, and the difference comes out too small. Look whether the "
        "orders are whole."
    )


def _strangers(summary: EffectSummary) -> str:
    known = summary.known
    if known is not None and known.customers:
        return _unknown(known, summary) if known.strange else ""
    strangers, active = summary.buyers_in_no_list, summary.active
    if strangers < max(FEWEST, STRANGE * active):
        return ""
    return (
        f"{counted(strangers, 'customer')} who stand in no list bought in that time, and only {active:,} of the lists "
        "did anything. That is usual where most customers buy once; else look whether lists and orders are of the "
        "same shop."
    )


def _unknown(known: Known, summary: EffectSummary) -> str:
    return (
        f"Lists and orders are probably not of the same shop: {counted(known.customers, 'customer')} of the lists "
        f"should have a last purchase in these orders, before {summary.lists_as_of}, and {known.known:,} "
        f"({percent(known.known / known.customers)}) have. Where ids only happen to be alike, the answer is worth "
        "nothing."
    )


def of_money(summary: EffectSummary) -> tuple[str, ...]:
    """Return why money as it is and money adjusted point two ways, where they do."""
    rows = [row for row in summary.rows if row.signs_differ]
    if not rows:
        return ()
    others = f" The same of {', '.join(map(called, rows[1:]))}." if rows[1:] else ""
    return (f"{_two_ways(rows[0], summary)}{others}",)


def _two_ways(row: SegmentEffect, summary: EffectSummary) -> str:
    signed, symbol = in_signed_money(summary), summary.currency_symbol
    before = (money(group.money_before, symbol) for group in (row.treatment, row.holdout))
    return (
        f"{called(row)}: money per customer differs by {signed(row.money_unadjusted.value)} as it is and by "
        f"{signed(row.money.value)} adjusted. Before the campaign treated customers had brought {next(before)} each, "
        f"those held out {next(before)}, and what that alone makes is taken off: go by the adjusted one and its "
        f"interval. The sign turns where few customers hold much of the money: one of them alone stands for "
        f"{money(row.largest, symbol)} in that time."
    )
