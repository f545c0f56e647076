"""What a campaign did: the verdict, the groups side by side, what it takes to tell, and the checks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rfmeans.report.analyses.effect_cautions import of_money, of_orders
from rfmeans.report.analyses.effect_checks import checks, elsewhere, to_tell
from rfmeans.report.analyses.effect_numbers import (
    called,
    difference_cell,
    ends,
    first_cell,
    in_people,
    in_points,
    in_shares,
    in_signed_money,
    percentage,
    with_ends,
)
from rfmeans.report.blocks import Heading, Item, Items, Picture, Section, Sentence
from rfmeans.report.charts.effect import CAPTION, draw_effect
from rfmeans.report.table import Cell, Table, in_money, table
from rfmeans.wording import clip, counted, money

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rfmeans.over_time.effect_figures import SegmentEffect
    from rfmeans.over_time.effect_summary import EffectSummary

    Cells = Callable[[SegmentEffect], Iterable[Cell]]
BECAUSE, NET_GAIN = "Because of the campaign", "Net gain"


def effect_sections(summary: EffectSummary) -> list[Section]:
    """Return the sections of an effect, in order."""
    return [opening(summary), compared(summary), to_tell(summary), checks(summary), elsewhere(summary)]


# The verdict


def opening(summary: EffectSummary) -> Section:
    """Give the verdict on all lists, whom it is about, and who is not counted."""
    time = (
        f"{summary.start} to {summary.end} ({counted(summary.days, 'day')}), orders of {clip(summary.orders)}"
    )
    said = (
        Sentence(_verdict(summary), "lead"),
        *(Sentence(text, "warning") for text in of_orders(summary)),
        Sentence(_groups(summary)),
        *(Sentence(text) for text in _beside(summary)),
    )
    return Section(
        page=(said[0], Sentence(f"{time}.", "note"), *said[1:]),
        markdown=(Sentence(f"{time}."), *said),
        terminal=(Heading(f"Effect of the campaign, {time}"), *said),
    )


def _verdict(summary: EffectSummary) -> str:
    """Return the verdict on all lists in a sentence: the same statement as the interval."""
    total = summary.total
    how = _by_money(summary) if summary.found.verdict_on == "money" else _by_buyers(summary)
    return f"{total.verdict.upper()}. {how}{_paid(summary)}"


def _paid(summary: EffectSummary) -> str:
    """Return what the campaign earned, where its costs are known."""
    gain = summary.total.net_gain
    if gain is None:
        return ""
    shown = with_ends(gain, in_signed_money(summary))
    but = summary.total.verdict == "worked" and (gain.value < 0 or not gain.sign)
    if not gain.sign:
        return f" {'But whether' if but else 'Whether'} it paid cannot be told: the net gain is {shown}."
    return f" {'But the' if but else 'The'} net gain is {shown}."


def _by_buyers(summary: EffectSummary) -> str:
    total, shares, points = summary.total, in_shares(summary), in_points(summary)
    groups = (
        f"Of the treated customers {shares(total.treatment.share_weighted)} bought, of those held out "
        f"{shares(total.holdout.share_weighted)}{_by_list(summary)}"
    )
    if total.verdict == "cannot tell":
        return (
            f"{groups}: a difference of {points(total.share.value)} points, and chance alone may have moved it to "
            f"anywhere from {ends(total.share, points)}."
        )
    return (
        f"{groups}: a difference of {with_ends(total.share, points)} points, that is "
        f"{with_ends(total.extra_buyers, in_people)} buyers because of the campaign."
    )


def _by_list(summary: EffectSummary) -> str:
    return " (weighted by list)" if len(summary.found.segments) > 1 else ""


def _by_money(summary: EffectSummary) -> str:
    total, symbol = summary.total, summary.currency_symbol
    said = in_signed_money(summary)
    groups = (
        f"Treated customers spent {money(total.treatment.money_weighted, symbol)} each, those held out "
        f"{money(total.holdout.money_weighted, symbol)}{_by_list(summary)}; adjusted for the money before"
    )
    if total.verdict == "cannot tell":
        return (
            f"{groups}, a difference of {said(total.money.value)}, and chance alone may have moved it to anywhere "
            f"from {ends(total.money, said)}."
        )
    return (
        f"{groups}, a difference of {with_ends(total.money, said)} each, in all "
        f"{with_ends(total.extra_money, said)}."
    )


def _groups(summary: EffectSummary) -> str:
    held = summary.held_out / summary.customers
    lists = len(summary.found.segments) + len(summary.found.not_compared)
    return (
        f"{counted(summary.customers, 'customer')} in {counted(lists, 'list')}, {summary.held_out:,} of them held out "
        f"({percentage(held, 1)})."
    )


def _beside(summary: EffectSummary) -> list[str]:
    """Return what is said of those who are not counted, and of outcomes that tell nothing."""
    said = []
    if summary.buyers_in_no_list:
        said.append(
            f"{counted(summary.buyers_in_no_list, 'customer')} who stand in no list also bought in that time, for "
            f"{money(summary.money_in_no_list, summary.currency_symbol)}: not counted."
        )
    if summary.in_no_list:
        said.append(
            f"{counted(summary.in_no_list, 'customer')} with a segment stood in no list, for want of an e-mail address "
            f"of their own or of consent (format {summary.audience_format}): not counted as treated or held out."
        )
    if summary.bought_before:
        said.append(
            f"{counted(summary.bought_before, 'customer')} of the lists bought after those were made "
            f"({summary.lists_as_of}) and before the campaign: these purchases count neither as before nor as after."
        )
    if summary.bought_before is None:
        why = (
            f"The orders begin after the lists were made ({summary.lists_as_of})"
            if summary.lists_as_of
            else "Nothing tells when the lists were made"
        )
        said.append(f"{why}, so it is not known who bought between that and the campaign.")
    if summary.found.not_compared:
        parts = ", ".join(
            f"{clip(sums.segment)} ({sums.holdout.customers:,} of {sums.customers:,} held out)"
            for sums in summary.found.not_compared
        )
        said.append(f"Not compared, and not in the total: {parts}.")
    groups = (summary.total.treatment, summary.total.holdout)
    if not any(group.buyers for group in groups):
        said.append("Nobody bought in that time. Take a longer one, or orders that reach into it.")
    if all(group.buyers == group.customers for group in groups):
        said.append("Everybody bought: buyers cannot tell the groups apart; money may.")
    return said


# The groups side by side


def compared(summary: EffectSummary) -> Section:
    """Put treatment and holdout side by side: buyers, money, and what is there only because of the campaign."""
    buyers, spent, gained, levels = _buyers(summary), _spent(summary), _gained(summary), _levels(summary)
    picture = Picture("effect", _title(summary), CAPTION, (), partial(draw_effect, summary))
    two_ways = tuple(Sentence(text) for text in of_money(summary))
    return Section(
        page=(
            *(Heading("What the campaign did", "effect", "Effect"), picture),
            *(buyers, spent),
            *two_ways,
            *(gained, Sentence(levels, "note")),
        ),
        markdown=(
            *(Heading("Buyers"), buyers, Heading("Money"), spent),
            *two_ways,
            *(Heading(BECAUSE), gained, Sentence(levels)),
        ),
        terminal=(
            *(buyers, _spent(summary, short=True)),
            *two_ways,
            *(Heading(f"{BECAUSE}, all lists"), _gained_in_all(summary), Sentence(levels)),
        ),
    )


def _title(summary: EffectSummary) -> str:
    told = [called(row) for row in summary.rows if row.verdict != "cannot tell"]
    if not told:
        return "No difference between treatment and holdout is more than chance may make"
    return f"More than chance makes: {', '.join(told)}"


def _side_by_side(
    summary: EffectSummary, caption: str, heads: tuple[str, ...], cells: Cells, outcome: str = ""
) -> Table:
    """Return a table of a row a list; with the verdicts, if they rest on this outcome."""
    told = summary.found.verdict_on == outcome
    rows = ((first_cell(row), *cells(row), *([row.verdict] if told else [])) for row in summary.rows)
    return table(caption, (*heads, *(["Verdict"] if told else [])), rows)


def _buyers(summary: EffectSummary) -> Table:
    shares, points = in_shares(summary), in_points(summary)
    return _side_by_side(
        summary,
        "Customers who bought",
        ("Buyers", "Treated", "Held out", "Difference, points"),
        lambda row: (
            *(
                Cell(shares(group.share_weighted), group.share_weighted)
                for group in (row.treatment, row.holdout)
            ),
            difference_cell(row.share, points),
        ),
        "buyers",
    )


def _spent(summary: EffectSummary, *, short: bool = False) -> Table:
    """Return the table of money; ``short``, for a terminal: one interval, the one that is to be believed."""
    said, symbol = in_signed_money(summary), summary.currency_symbol
    return _side_by_side(
        summary,
        "Net money per customer, buyers or not",
        ("Money", "Treated", "Held out", "As it is", "Adjusted for money before")
        if short
        else (
            "Money per customer",
            "Treated",
            "Held out",
            "Difference as it is",
            "Adjusted for money before",
        ),
        lambda row: (
            *(in_money(group.money_weighted, symbol) for group in (row.treatment, row.holdout)),
            Cell(said(row.money_unadjusted.value), row.money_unadjusted.value)
            if short
            else difference_cell(row.money_unadjusted, said),
            difference_cell(row.money, said),
        ),
        "money",
    )


def _gained(summary: EffectSummary) -> Table:
    costs = f"; net gain: {_costs(summary)}" if summary.costs else ""
    return _side_by_side(
        summary,
        f"{BECAUSE}, all treated customers together{costs}",
        ("", *(title for title, _ in _gains(summary.total, summary))),
        lambda row: (cell for _, cell in _gains(row, summary)),
    )


def _gained_in_all(summary: EffectSummary) -> Items:
    costs = (f"{_costs(summary)}, {summary.total.treatment.customers:,} customers",) if summary.costs else ()
    gains = list(_gains(summary.total, summary))
    return Items(tuple(Item(cell.shown, title, costs if title == NET_GAIN else ()) for title, cell in gains))


def _gains(row: SegmentEffect, summary: EffectSummary) -> Iterator[tuple[str, Cell]]:
    said = in_signed_money(summary)
    yield "Extra buyers", difference_cell(row.extra_buyers, in_people)
    yield "Extra money", difference_cell(row.extra_money, said)
    if row.net_gain:
        yield NET_GAIN, difference_cell(row.net_gain, said)


def _costs(summary: EffectSummary) -> str:
    assert summary.costs is not None
    each = money(summary.costs.per_customer, summary.currency_symbol)
    return f"{percentage(summary.costs.margin)} margin, {each} for each treated customer"


def _levels(summary: EffectSummary) -> str:
    found = summary.found
    together = f"All verdicts hold together: of campaigns that do nothing, some {percentage(1 - found.level)} get any."
    if len(found.segments) == 1:
        return f"{together} Intervals are those of {_level(found.level)}."
    held = summary.total.holdout
    counted_as_they_are = f"{held.buyers:,} of {held.customers:,} held-out customers bought"
    return (
        f"{together} So the total's intervals are those of {_level(found.total_level)}, each list's of "
        f"{_level(found.segment_level)}. Verdicts rest on {found.verdict_on} alone. For all "
        "lists, share and money of those held out are weighted by list, each as often as customers of it were treated; "
        f"as they are, {counted_as_they_are} ({in_shares(summary)(held.share)})."
    )


def _level(level: float) -> str:
    return f"{100 * level:.4g} %"
