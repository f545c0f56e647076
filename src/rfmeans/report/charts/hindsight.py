"""What happened next: the share of each segment of an earlier date that bought again; its chart and its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.report.charts.colours import chart_labels, colour
from rfmeans.report.charts.frame import INK, LETTER, PERCENT, ROW_STEP, Drawing, Sheet
from rfmeans.report.charts.vega import channel, layer, mark, tooltip, unit
from rfmeans.wording import clip, counted, share_of

if TYPE_CHECKING:
    from rfmeans.over_time.hindsight import Hindsight, Outcome
    from rfmeans.report.charts.vega import Drawn, Rows
    from rfmeans.report.summary import Summary

SMALL = 30  # of fewer customers a share in percent says more than it knows
STEPS = 0.25, 0.1, 0.05, 0.02, 0.01  # between marks of the axis
LEAST_TICKS = 2  # beside that at zero
SHOWN = 3  # pairs of names that a sentence tells of
NAMED = 2  # pairs whose names it tells where their shares say little; of more their number


def _draw(sheet: Sheet) -> Drawn:
    """Draw a bar a segment, its interval and its share."""
    found = _found(sheet.summary)
    every = chart_labels([one.segment for one in found.outcomes])
    labels = [every[one.segment_id - 1] for one in found.filled]
    rows: Rows = [
        {
            "segment": every[one.segment_id - 1],
            "share": one.share,
            "low": one.low,
            "high": one.high,
            "shown": _share(one),
            "counts": f"{one.buyers:,} of {one.customers:,}",
        }
        for one in found.filled
    ]
    width = sheet.frame.panel_width(labels, 1)
    room = max(row["high"] for row in rows) / (1 - (5 * LETTER + 10) / width)
    step = next((step for step in STEPS if LEAST_TICKS * step <= room), STEPS[-1])
    ticks = [place * step for place in range(int(room / step) + 1)]
    x = channel(
        "share:Q",
        stack=None,
        scale={"domain": [0, room], "nice": False},
        axis={
            "title": f"Bought again within {found.days} days",
            "values": ticks,
            "labelExpr": PERCENT,
            "grid": False,
        },
    )
    y = sheet.frame.names_axis(labels)
    colours = [colour(one.segment_id) for one in found.filled]
    coloured = channel("segment:N", scale={"domain": labels, "range": colours}, legend=None)
    said = tooltip(segment="Segment", shown="Bought again", counts="Customers")
    bar = mark("bar", cornerRadiusEnd=2, height={"band": 0.62})
    return layer(
        unit(bar, {"x": x, "y": y, "color": coloured, "tooltip": said}),
        unit(
            mark("rule", color=INK, strokeWidth=1.5),
            {"x": {**x, "field": "low"}, "x2": channel("high"), "y": y},
        ),
        unit(
            mark("text", align="left", dx=5),
            {"x": {**x, "field": "high"}, "y": y, "text": channel("shown:N")},
        ),
        rows=rows,
        width=width,
        height=ROW_STEP,
    )


def _found(summary: Summary) -> Hindsight:
    assert summary.hindsight is not None
    return summary.hindsight


def _share(one: Outcome) -> str:
    few = one.customers < SMALL
    return f"{one.buyers} of {one.customers}" if few else share_of(one.buyers, one.customers)


def shares_said(found: Hindsight) -> str:
    """Return the share of each segment that bought again, of a few people in numbers; a sentence without its end."""
    said = ", ".join(f"{clip(one.segment)} {_share(one)}" for one in found.filled)
    return f"Bought again within {found.days} days: {said}"


def against_names(found: Hindsight) -> list[str]:
    """Return a sentence on where the shares do not bear the names out, or cannot; none where they do."""
    odd = [f"{clip(worse)} bought again more often than {clip(better)}" for better, worse in found.surprises]
    said = []
    if odd:
        said.append(f"{_few(odd)}, against the order of their names")
    if found.alike:
        said.append(
            f"the shares {_of(found.alike, found)} are alike: there the names do not foretell who buys again"
        )
    if found.unclear:
        said.append(f"too few customers to tell apart the shares {_of(found.unclear, found)}")
    text = "; ".join(said)
    return [f"{text[:1].upper()}{text[1:]}."] if said else []


def _of(pairs: tuple[tuple[str, str], ...], found: Hindsight) -> str:
    """Return of which segments shares are: of all that are compared, or of some pairs."""
    if len(pairs) == found.compared > 1:
        return f"of all {found.compared} pairs of a better and a worse name"
    if len(pairs) > NAMED:
        return f"of {len(pairs)} of the {found.compared} pairs of a better and a worse name"
    return _few([f"of {clip(better)} and {clip(worse)}" for better, worse in pairs])


def _few(texts: list[str]) -> str:
    more = len(texts) - SHOWN
    return ", ".join(texts[:SHOWN]) + (f" and {counted(more, 'more pair')}" if more > 0 else "")


def _missing(summary: Summary) -> str | None:
    if summary.hindsight is None:
        return "There is no such chart: nobody looked back, or these are customers and not orders."
    return (
        None
        if summary.hindsight.outcomes
        else "There is no such chart: the orders do not go back far enough."
    )


BOUGHT_AGAIN = Drawing(
    "bought_again",
    _draw,
    lambda summary: shares_said(_found(summary)),
    "The share of each segment of the earlier date that bought again; the line is its 95 % interval.",
    missing=_missing,
)
