"""What happened next: whether the segments of an earlier date did what their names claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.over_time.hindsight import SPANS
from rfmeans.report.blocks import Heading, Section, Sentence
from rfmeans.report.charts.hindsight import BOUGHT_AGAIN, against_names, shares_said
from rfmeans.report.pictures import picture_of
from rfmeans.report.table import Cell, in_money, in_number, table
from rfmeans.wording import clip, percent, share_of

if TYPE_CHECKING:
    from rfmeans.over_time.hindsight import Hindsight
    from rfmeans.report.summary import Summary
    from rfmeans.report.table import Table

TITLE = "What happened next"


def hindsight(summary: Summary) -> Section:
    """Tell which share of each segment bought again, and where a better name did not do better.

    Where the history is too short one line says so.
    """
    found = summary.hindsight
    if found is None:
        return Section()
    if not found.outcomes:
        missing = Sentence(_missing(found), "note")
        return Section((missing,), (missing,), (missing,))
    how = Sentence(
        f"The same model on what was known on {found.since}, {found.days} days earlier{_why_so_long(found)}; purchases "
        f"from then to the day before {found.until} count. The interval is Wilson's, of 95 %.{_how_told_apart(found)}"
        f"{_what_it_shows(found)}",
        "note",
    )
    whose = Sentence(
        f"Of whoever was in the segments on {found.since}; today's members may be others.", "note"
    )
    shown, odd = _table(summary, found), tuple(map(Sentence, against_names(found)))
    picture = picture_of(BOUGHT_AGAIN, summary)
    return Section(
        page=(Heading(TITLE, "hindsight", "What happened next"), whose, picture, *odd, shown, how),
        markdown=(Heading(TITLE), whose, shown, *odd, how),
        terminal=(Sentence(_line(found)), *odd),
    )


def _why_so_long(found: Hindsight) -> str:
    """Return what the rhythm has to do with how far it is looked back; blank where nobody buys twice."""
    half = found.half_within
    if half is None:
        return ""
    whose = "" if found.fitted == found.until else " that the model was fitted on"
    come = f"half of the repeat customers{whose} come back within {half:,}"
    if half <= found.days:
        return f" ({come})"
    longest = SPANS[-1].days
    why = "a year is the longest looked at" if found.days == longest else "the orders are too short for more"
    return f" ({come} only, but {why})"


def _what_it_shows(found: Hindsight) -> str:
    """Return whether the model knew these days when it was fitted."""
    if found.fitted is None:
        return ""
    if found.fitted <= found.since:
        return f" The model was fitted as of {found.fitted}, before these days: it knew nothing of what is told here."
    return (
        " Borders and score cuts were fitted on orders of these days as well, so it shows what the names are worth, "
        f"not how well a model of {found.since} would have foretold."
    )


def _how_told_apart(found: Hindsight) -> str:
    if not found.compared:
        return ""
    how = "of 95 %"
    if found.compared > 1:
        how = f"of 95 % for all {found.compared} pairs of a better and a worse name together (Bonferroni)"
    return (
        f" Two shares are told apart where Newcombe's interval of their difference, {how}, leaves out zero; else they "
        "are alike where it leaves out that the better name is ahead by a quarter of the share of both, and where it "
        "does not, there are too few customers to tell."
    )


def _missing(found: Hindsight) -> str:
    if found.too_short:
        return (
            f"{TITLE} cannot be said yet: that takes orders of {2 * found.days} days before {found.until}, and these "
            f"begin on {found.first_day}."
        )
    if found.ends_early:
        return (
            f"{TITLE} cannot be said: the orders end on {found.last_day}, {(found.until - found.last_day).days} days "
            f"before {found.until}."
        )
    return f"{TITLE} cannot be said: no customer had a segment as of {found.since}."


def _line(found: Hindsight) -> str:
    said = shares_said(found)
    return (
        f"{TITLE}: who was in the segments on {found.since} (today's members may be others) "
        f"{said[0].lower()}{said[1:]}."
    )


def _table(summary: Summary, found: Hindsight) -> Table:
    rows = [
        (
            clip(one.segment),
            in_number(one.customers),
            in_number(one.buyers),
            Cell(share_of(one.buyers, one.customers), one.share),
            Cell(f"{percent(one.low)} to {percent(one.high)}", one.low),
            in_money(float(one.money), summary.currency_symbol),
        )
        for one in found.filled
    ]
    heads = (f"As of {found.since}", "Customers", "Bought again", "Share", "Interval", "Net money since")
    return table(f"Bought again within {found.days} days", heads, rows)
