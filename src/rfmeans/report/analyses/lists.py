"""Lists for campaigns -> sentences: whom they hold, and what their holdout can show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.arguments import Message, argument
from rfmeans.wording import clip, counted, money, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rfmeans.output.audiences import AudienceList, Audiences
    from rfmeans.over_time.effect_power import Foresight
    from rfmeans.report.summary import Summary


def audience_line(audiences: Audiences) -> str:
    """Return one line on the lists for campaigns, whom they leave out, and who should get nothing all the same.

    >>> from rfmeans.output.audiences import AudienceList, Audiences
    >>> audience_line(Audiences("plain", 0.1, 0, (AudienceList(1, "Loyal", "1-loyal.csv", 645, 71),), 0, 0))
    'Audience lists (plain) in audiences/: 1 list, 716 customers, 71 of them (10 %) held out to measure campaigns.'
    >>> audience_line(Audiences("plain", 0.1, 0, (AudienceList(1, "Loyal", "1-loyal.csv", 192, 15),), 0, 0))[46:]
    '207 customers, 15 of them (7 % by lot, 10 % asked) held out to measure campaigns.'
    >>> audience_line(Audiences("plain", 0.1, 0, (AudienceList(1, "Loyal", "1-loyal.csv", 9, 1, 2),), 0, 0))[-78:]
    '2 of the others do not consent to marketing (consenting=True leaves them out).'
    """
    held = sum(entry.holdout for entry in audiences.lists)
    listed = held + sum(entry.treatment for entry in audiences.lists)
    lists = counted(len(audiences.lists), "list")
    line = f"Audience lists ({audiences.format}) in audiences/: {lists}, {listed:,} customers"
    if held:
        line += (
            f", {held:,} of them ({_held(held / listed, audiences.holdout)}) held out to measure campaigns"
        )
    if audiences.without_email:
        line += f"; {audiences.without_email:,} without an e-mail address are in no list"
    if audiences.repeated_email:
        line += f"; {audiences.repeated_email:,} share another one's address"
    if audiences.without_consent:
        line += f"; {audiences.without_consent:,} who do not consent to marketing are in no list"
    if refusing := sum(entry.no_consent or 0 for entry in audiences.lists):
        line += (
            f"; {refusing:,} of the others do not consent to marketing ({argument('consenting', True)} leaves them "
            "out)"
        )
    return Message(f"{line}.")


def first_line(summary: Summary) -> str:
    """Return with which segment to begin, and why; blank where nobody spent anything."""
    first, symbol = summary.first_choice, summary.currency_symbol
    if first is None:
        return ""
    if first.at_risk:
        away = first.share_away
        why = (
            f"{away} of its customers stay away longer than usual"
            if away
            else "its customers bought long ago"
        )
    else:
        why = "it is the most valuable, and none at risk spent more than usual"
    spent, usual = first.figures.median_monetary, summary.everyone.median_monetary
    return (
        f"Begin with {first.called}: {why}. Half of its customers spent {money(spent, symbol)} or more, against "
        f"{money(usual, symbol)} of all."
    )


def _held(share: float, asked: float) -> str:
    """Return a share held out; beside it what was asked for, where the lot had it otherwise."""
    told, wanted = percent(share), percent(asked)
    return told if told == wanted else f"{told} by lot, {wanted} asked"


def split_line(lists: Sequence[AudienceList], asked: float) -> str:
    """Return how many customers of some lists are held out, against the share that was asked for.

    >>> from rfmeans.output.audiences import AudienceList
    >>> split_line([AudienceList(1, "Loyal", "1-loyal.csv", 192, 15)], 0.1)
    'Held out: 10 % asked, 15 of 207 by lot.'
    """
    held = sum(entry.holdout for entry in lists)
    listed = held + sum(entry.treatment for entry in lists)
    return f"Held out: {percent(asked)} asked, {held:,} of {listed:,} by lot."


def foresight_line(found: Foresight, again: Foresight | None = None, days: int = 0) -> str:
    """Return what the holdout of all lists together can show.

    ``again``: the same with the share that bought again in so many ``days`` before.

    >>> from rfmeans.over_time.effect_power import foresee
    >>> import textwrap
    >>> lists = [("Loyal", 1060, 118), ("New", 2825, 314)]
    >>> foresight_line(foresee(lists))
    'What the holdout can show, if 5 % buy anyway: a campaign to all lists that adds 4.2 points or more.'
    >>> print(textwrap.fill(foresight_line(foresee(lists), foresee(lists, 0.57), 90), 110))
    What the holdout can show, if 5 % buy anyway: a campaign to all lists that adds 4.2 points or more; if 57 %
    do, as many as bought again in the 90 days before, 7.6 points.
    """
    known = f"What the holdout can show, if {percent(found.anyway)} buy anyway:"
    if found.total.smallest is None:
        return f"{known} {_smallest(found)}"
    line = f"{known} a campaign to all lists that adds {_points(found.total.smallest)} points or more"
    if again is None or again.total.smallest is None:
        return f"{line}."
    return f"{line}; if {percent(again.anyway)} do, {_as_many(days)}, {_points(again.total.smallest)} points."


def foresight_lines(
    found: Foresight, again: Foresight | None = None, days: int = 0, *, seen_in: int = 0
) -> list[str]:
    """Return what the holdout can show: the smallest effects, and what it takes to see the one that is wanted.

    ``again``: the same with the share that bought again in so many ``days`` before. ``seen_in``: the days before in
    which the share of ``found`` itself did; 0 where it is a guess.

    >>> from rfmeans.over_time.effect_power import foresee
    >>> smallest, wanted = foresight_lines(foresee([("Loyal", 1060, 118), ("New", 2825, 314)]))
    >>> import textwrap
    >>> for line in textwrap.wrap(smallest, 110): print(line)
    What the holdout can show, if 5 % buy anyway: in all lists a campaign that adds 4.2 points or more, in one
    list 5.6 (New, 3,139 customers) to 10.4 (Loyal, 1,178 customers). Smaller effects will mostly not be told from
    chance.
    >>> wanted
    'No holdout shows 2 points in lists of 4,317 customers; with half of them held out, they show 2.2.'
    >>> print(textwrap.fill(foresight_lines(foresee([("Loyal", 1060, 118)], 0.73), seen_in=90)[0], 110))
    What the holdout can show, if 73 % buy anyway, as many as bought again in the 90 days before: in all lists a
    campaign that adds 10.7 points or more. Smaller effects will mostly not be told from chance.
    """
    known = f"if {percent(found.anyway)} buy anyway{f', {_as_many(seen_in)}' if seen_in else ''}"
    lines = [f"What the holdout can show, {known}: {_smallest(found)}", _wanted(found)]
    if found.total.smallest is None:
        return lines[:1]
    if again is not None:
        lines.append(f"If {percent(again.anyway)} buy anyway, {_as_many(days)}: {_smallest(again)}")
    return lines


def _as_many(days: int) -> str:
    return f"as many as bought again in the {days} days before"


def _smallest(found: Foresight) -> str:
    if found.total.smallest is None:
        return "nothing, the lists are too small."
    line = f"in all lists a campaign that adds {_points(found.total.smallest)} points or more"
    seen = {sight.smallest: sight for sight in found.lists if sight.smallest is not None}
    if len(found.lists) > 1 and seen:
        shown = (
            f"{_points(least)} ({clip(seen[least].segment or '')}, {counted(seen[least].customers, 'customer')})"
            for least in sorted({min(seen), max(seen)})
        )
        line += f", in one list {' to '.join(shown)}"
    return f"{line}. Smaller effects will mostly not be told from chance."


def _wanted(found: Foresight) -> str:
    wanted, half = _points(found.wanted), found.smallest_by_half
    if found.holdout is not None:
        return Message(f"For {wanted} points in all lists it takes {argument('holdout', found.holdout)}.")
    line = f"No holdout shows {wanted} points in lists of {counted(found.total.customers, 'customer')}"
    return f"{line}; with half of them held out, they show {_points(half)}." if half else f"{line}."


def _points(share: float) -> str:
    return f"{100 * share:.1f}".removesuffix(".0")
