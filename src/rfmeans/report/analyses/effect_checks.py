"""What an effect rests on: what it takes to tell, how the groups were drawn, what is assumed, and what others say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.report.analyses.effect_numbers import (
    called,
    difference_cell,
    first_cell,
    in_signed_money,
)
from rfmeans.report.blocks import Heading, Item, Items, Section, Sentence
from rfmeans.report.table import Cell, Table, in_digits, in_number, table
from rfmeans.wording import clip, counted, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rfmeans.over_time.effect_figures import SegmentEffect
    from rfmeans.over_time.effect_split import Split
    from rfmeans.over_time.effect_summary import EffectSummary

HOPELESS = 10  # times as many customers, beyond which no number is given for a list
CHECKS, TO_TELL, ELSEWHERE = "Checks and assumptions", "What it takes to tell", "As other tools would say it"
DIFFERENCES_LIKE_THESE = "Differences like these are told in 8 of 10 campaigns by"
WELCH = (
    "Welch's interval for money per customer, each list at the level above. It is too narrow where few customers hold "
    "most of the money and few are held out: on real orders and no campaign at all it raised an alarm in 28 of 100 "
    "draws (docs/effect.md)."
)


def to_tell(summary: EffectSummary) -> Section:
    """Say how many customers a difference like the one seen would take; nothing where all is told."""
    items = _takes(summary)
    if not items:
        return Section()
    rows = ((item.name, item.text) for item in items)
    shown = table(DIFFERENCES_LIKE_THESE, ("List", "Customers"), rows)
    said, listed = Sentence(f"{DIFFERENCES_LIKE_THESE}:"), Items(items)
    return Section(
        page=(Heading(TO_TELL, "tell", "To tell"), shown),
        markdown=(Heading(TO_TELL), said, listed),
        terminal=(said, listed),
    )


def _takes(summary: EffectSummary) -> tuple[Item, ...]:
    items: list[Item] = []
    hopeless: list[SegmentEffect] = []
    for row in summary.rows:
        if row.customers_to_tell is None:
            continue
        times = row.customers_to_tell / (row.treatment.customers + row.holdout.customers)
        if times > HOPELESS and row.segment is not None:
            hopeless.append(row)
            continue
        text = f"{counted(row.customers_to_tell, 'customer')}, {number(times)} times as many{_harm(row, summary)}"
        items.append(Item(text, called(row)))
    if hopeless:
        items.append(Item(f"more than {HOPELESS} times as many", _hopeless(hopeless, summary)))
    return tuple(items)


def _harm(row: SegmentEffect, summary: EffectSummary) -> str:
    asked = row.money if summary.found.verdict_on == "money" else row.share
    return " (that it does harm)" if asked.value < 0 else ""


def _hopeless(rows: Sequence[SegmentEffect], summary: EffectSummary) -> str:
    if len(rows) == 1:
        return called(rows[0])
    return "Each list" if len(rows) == len(summary.found.segments) else "The others"


def checks(summary: EffectSummary) -> Section:
    """Say whether the groups are as drawn, and what is taken for granted."""
    warnings = tuple(Sentence(text, "warning") for text in _warnings(summary))
    said = tuple(Sentence(text) for text in (_drawn(summary), _alike(summary)) if text)
    assumed = Items(tuple(map(Item, summary.assumed)))
    return Section(
        page=(
            Heading(CHECKS, "checks", "Checks"),
            *warnings,
            *said,
            *_splits(summary),
            *_likeness(summary),
            Heading("Assumed"),
            *map(Sentence, summary.assumed),
        ),
        markdown=(Heading(CHECKS), *warnings, *said, Sentence("Assumed:"), assumed),
        terminal=(*warnings, *said, Sentence("Assumed:"), assumed),
    )


def _warnings(summary: EffectSummary) -> list[str]:
    said = [
        f"Split: {split.held_out:,} of {counted(split.customers, 'customer')} of "
        f"{_where(split)} are held out, {split.expected:,.1f} were to be; drawing alone hardly "
        "ever does that. Were the lists changed after they were written? The answer may be wrong."
        for split in summary.found.splits
        if split.suspicious
    ]
    apart = ", ".join(
        f"{row.feature} {row.difference:+.2f} standard deviations apart (95 of 100 draws: up to {row.by_chance:.2f})"
        for row in summary.found.balance
        if row.suspicious
    )
    if apart:
        said.append(
            f"Before the campaign the held-out customers were other customers: {apart}. The groups are not as drawn."
        )
    return said


def _where(split: Split) -> str:
    return "all lists" if split.segment is None else clip(split.segment)


def _drawn(summary: EffectSummary) -> str:
    splits = summary.found.splits
    if not splits:
        return "The share that was to be held out is not known, so the split could not be checked."
    if any(split.suspicious for split in splits):
        return ""
    whole = splits[0]
    return (
        f"Split as drawn: {whole.held_out:,} of {whole.customers:,} held out, {whole.expected:,.1f} expected."
    )


def _alike(summary: EffectSummary) -> str:
    balance = summary.found.balance
    if not balance or any(row.suspicious for row in balance):
        return ""
    apart = ", ".join(f"{row.feature} {row.difference:+.2f}" for row in balance)
    chance = max(row.by_chance for row in balance)
    usual = all(abs(row.difference) <= row.by_chance for row in balance)
    said = (
        "as alike as draws go"
        if usual
        else "less alike than most draws make them, though not so far that something must have gone wrong"
    )
    return (
        f"Before the campaign the groups were {said}: {apart} standard deviations apart (95 of 100 draws: up to "
        f"{chance:.2f}).{'' if usual else ' Money is adjusted for the money before; buyers are as they are.'}"
    )


def _splits(summary: EffectSummary) -> list[Table]:
    rows = [
        (
            called(split),
            in_number(split.customers),
            in_number(split.held_out),
            in_digits(split.expected, 1),
            _chance(split),
        )
        for split in summary.found.splits
    ]
    heads = ("List", "Customers", "Held out", "Expected", "Chance of a split as far off")
    return [table("Was each list split as drawn?", heads, rows)] if rows else []


def _chance(split: Split) -> Cell:
    return Cell("< 0.001", split.chance) if split.chance < 0.001 else in_digits(split.chance, 3)


def _likeness(summary: EffectSummary) -> list[Table]:
    rows = [
        (
            row.feature.capitalize(),
            in_number(row.treatment),
            in_number(row.holdout),
            Cell(f"{row.difference:+.2f}", row.difference),
            in_digits(row.by_chance),
        )
        for row in summary.found.balance
    ]
    heads = (
        "Typical customer",
        "Treated",
        "Held out",
        "Apart, standard deviations",
        "95 of 100 draws: up to",
    )
    return [table("Were the groups alike before the campaign?", heads, rows)] if rows else []


def elsewhere(summary: EffectSummary) -> Section:
    """Give Welch's intervals for whoever compares, on the page alone."""
    said = in_signed_money(summary)
    rows = [
        (first_cell(row), difference_cell(row.money_welch, said))
        for row in summary.found.segments
        if row.money_welch
    ]
    shown = table("Money per customer, Welch", ("List", "Difference"), rows)
    return Section(page=(Heading(ELSEWHERE, "elsewhere", "Elsewhere"), Sentence(WELCH), shown))
