"""Lists for campaigns -> sentences: whom they hold, and what their holdout can show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.arguments import Message, argument
from rfmeans.wording import clip, counted, percent

if TYPE_CHECKING:
    from rfmeans.output.audiences import Audiences
    from rfmeans.over_time.effect_power import Foresight


def audience_line(audiences: Audiences) -> str:
    """Return one line on the lists for campaigns, and whom they leave out.

    >>> from rfmeans.output.audiences import AudienceList, Audiences
    >>> audience_line(Audiences("plain", 0.1, 0, (AudienceList(1, "Loyal", "1-loyal.csv", 645, 71),), 0, 0))
    'Audience lists (plain) in audiences/: 1 list, 716 customers, 71 of them (10 %) held out to measure campaigns.'
    """
    held = sum(entry.holdout for entry in audiences.lists)
    listed = held + sum(entry.treatment for entry in audiences.lists)
    lists = counted(len(audiences.lists), "list")
    line = f"Audience lists ({audiences.format}) in audiences/: {lists}, {listed:,} customers"
    if held:
        line += f", {held:,} of them ({percent(held / listed)}) held out to measure campaigns"
    if audiences.without_email:
        line += f"; {audiences.without_email:,} without an e-mail address are in no list"
    if audiences.repeated_email:
        line += f"; {audiences.repeated_email:,} share another one's address"
    return f"{line}."


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
    bought = f"as many as bought again in the {days} days before"
    return f"{line}; if {percent(again.anyway)} do, {bought}, {_points(again.total.smallest)} points."


def foresight_lines(found: Foresight, again: Foresight | None = None, days: int = 0) -> list[str]:
    """Return what the holdout can show: the smallest effects, and what it takes to see the one that is wanted.

    ``again``: the same with the share that bought again in so many ``days`` before.

    >>> from rfmeans.over_time.effect_power import foresee
    >>> smallest, wanted = foresight_lines(foresee([("Loyal", 1060, 118), ("New", 2825, 314)]))
    >>> import textwrap
    >>> for line in textwrap.wrap(smallest, 110): print(line)
    What the holdout can show, if 5 % buy anyway: in all lists a campaign that adds 4.2 points or more, in one
    list 5.6 (New, 3,139 customers) to 10.4 (Loyal, 1,178 customers). Smaller effects will mostly not be told from
    chance.
    >>> wanted
    'No holdout shows 2 points in lists of 4,317 customers; with half of them held out, they show 2.2.'
    """
    lines = [
        f"What the holdout can show, if {percent(found.anyway)} buy anyway: {_smallest(found)}",
        _wanted(found),
    ]
    if found.total.smallest is None:
        return lines[:1]
    if again is not None:
        known = f"If {percent(again.anyway)} buy anyway, as many as bought again in the {days} days before"
        lines.append(f"{known}: {_smallest(again)}")
    return lines


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
