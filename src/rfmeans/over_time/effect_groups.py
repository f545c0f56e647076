"""The lists -> how many customers stand in each group of each segment, once the lists are found to be whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from rfmeans.arguments import argument, named
from rfmeans.columns.undecided import shortened
from rfmeans.engines.failures import engine_errors
from rfmeans.errors import DataError, did_you_mean
from rfmeans.groups import HOLDOUT, TREATMENT
from rfmeans.wording import clip, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rfmeans.over_time.effect_lists import Lists

OTHER_WORDS = {
    **dict.fromkeys(("control", "control group", "held out", "held-out"), HOLDOUT),
    **dict.fromkeys(("treated", "test", "test group", "exposed"), TREATMENT),
}


@dataclass(frozen=True)
class Counted:
    """How many customers stand in a group of a segment."""

    segment_id: int
    segment: str
    group: str
    customers: int


def count_groups(lists: Lists) -> list[Counted]:
    """Return how many customers stand in each group, by segment.

    Raises
    ------
    DataError
        If there is nobody in the lists, nobody held out, or another word than treatment and holdout in ``group``; if
        a customer stands there twice; or if a segment has no name, or several.
    """
    with engine_errors(f"Reading {lists.name}"):
        _check_words(lists)
        _check_once(lists)
        _check_names(lists)
        table = lists.customers
        found = table.group_by("segment_id", "group").agg(
            segment=table.segment.max(), customers=table.count()
        )
        rows = found.order_by("segment_id", "group").to_pyarrow().to_pylist()
    groups = [Counted(**row) for row in rows]
    if not any(each.group == HOLDOUT for each in groups):
        raise DataError(
            f"Nobody was held out: all {sum(each.customers for each in groups):,} customers of {lists.name} are "
            f"treatment, so nothing tells what they would have bought anyway. Hold out a share next time: "
            f"{argument('holdout', 0.1)}."
        )
    return groups


def choose(groups: Sequence[Counted], only: str | Sequence[str] | None, name: str) -> list[Counted]:
    """Return the groups of the segments that are named; all where none is.

    Raises
    ------
    DataError
        If the lists hold no segment of a name.

    >>> choose([Counted(1, "Loyal", "treatment", 9), Counted(2, "New", "treatment", 7)], "New", "sent/")
    [Counted(segment_id=2, segment='New', group='treatment', customers=7)]
    """
    if only is None:
        return list(groups)
    wanted = [only] if isinstance(only, str) else list(only)
    there = list(dict.fromkeys(group.segment for group in groups))
    unknown = next((segment for segment in wanted if segment not in there), None)
    if unknown is not None or not wanted:
        got = "" if unknown is None else f" Got {shortened(unknown)}.{did_you_mean(str(unknown), there)}"
        raise DataError(
            f"{named('only')} must name segments of {name}.{got} They are: {', '.join(map(clip, there))}."
        )
    return [group for group in groups if group.segment in wanted]


def _check_names(lists: Lists) -> None:
    table = lists.customers
    named = table.group_by("segment_id").agg(
        first=table.segment.min(), last=table.segment.max(), blank=table.segment.isnull().sum()
    )
    odd = named.filter((named.blank > 0) | (named.first != named.last)).order_by("segment_id").limit(1)
    for row in odd.to_pyarrow().to_pylist():
        held = (
            f"no name for {counted(row['blank'], 'customer')}"
            if row["blank"]
            else f"several names, such as {shortened(row['first'])} and {shortened(row['last'])},"
        )
        raise DataError(
            f"The column segment of {lists.name} holds {held} of segment_id {row['segment_id']}; a segment has one "
            "name. Give the customers as rfmeans wrote them."
        )


def _check_words(lists: Lists) -> None:
    table = lists.customers
    words = table.group_by("group").agg(customers=table.count())
    shown = words.order_by(ibis.desc("customers"), "group").limit(50).to_pyarrow().to_pylist()
    if not shown:
        raise DataError(
            f"{lists.name} holds no customer with a segment. Give the customers that lists were made of."
        )
    strange = [row for row in shown if row["group"] not in (TREATMENT, HOLDOUT)]
    if strange:
        word = strange[0]["group"]
        held = "nothing" if word is None else shortened(word)
        raise DataError(
            f"The column group of {lists.name} holds {held} "
            f"({counted(strange[0]['customers'], 'customer')} with a segment); it must say {TREATMENT} or {HOLDOUT}."
            f"{_meant(word or '')}"
        )


def _meant(word: str) -> str:
    other = OTHER_WORDS.get(word.strip().casefold())
    return f" Did you mean {other!r}?" if other else did_you_mean(word, (TREATMENT, HOLDOUT))


def _check_once(lists: Lists) -> None:
    table = lists.customers
    times = table.group_by("key").agg(rows=table.count(), groups=table.group.nunique())
    twice = times.filter(times.rows > 1)
    found = twice.agg(customers=twice.count(), first=twice.key.min(), both=(twice.groups > 1).sum())
    row = found.to_pyarrow().to_pylist()[0]
    if row["customers"]:
        both = f", {row['both']:,} of them in both groups" if row["both"] else ""
        raise DataError(
            f"{counted(row['customers'], 'customer stands', 'customers stand')} in {lists.name} several times{both}; "
            f"the first is {row['first']!r}. "
            "One customer counts once: leave one row of each."
        )
