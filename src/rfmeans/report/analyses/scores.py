"""The scores: where they are cut, and how the segments by scores meet those of K-Means."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from rfmeans.report.blocks import BLANK, Block, Heading, Item, Items, Section, Sentence, TextBlock
from rfmeans.report.charts.colours import chart_labels, colour
from rfmeans.report.charts.score_grid import SCORE_GRID
from rfmeans.report.pictures import picture_of
from rfmeans.report.table import Cell, Table, table
from rfmeans.wording import DASH, clip, exact, number, percent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rfmeans.report.summary import Summary
    from rfmeans.segments.score_cuts import FeatureCuts, Scoring
    from rfmeans.segments.scores import Crosstab

DARKEST_SHADE = 0.55  # text still has a contrast of 4.5 on it, in light and in dark
LARGEST_CELLS, LEAST_CELL = 3, 0.05  # of a K-Means segment's score segments, those that are told
READ_SHARES = (
    "The same customers by score segment, largest shares: on a large share both ways agree, the rest is worth a look "
    "before a campaign."
)


def crosstab(summary: Summary) -> Section:
    """Set the segments beside those of the scores, in Markdown right below their figures."""
    found = summary.crosstab
    if found is None:
        return Section()
    heading = Heading("Beside the scores people know")
    return Section(
        markdown=(heading, Sentence(found.sentence), _crosstab(found, found.score_segments, found.segments))
    )


def scores(summary: Summary) -> Section:
    """Say where the scores are cut and, beside K-Means, how its segments and those of the scores meet."""
    scoring, found, covered = summary.scoring, summary.crosstab, _covered(summary)
    page: list[Block] = [Heading("Scores", "scores", "Scores")]
    if summary.score_cells:
        page += [picture_of(SCORE_GRID, summary)]
    terminal: list[TextBlock] = []
    if found:
        shaded = _crosstab(found, chart_labels(found.score_segments), chart_labels(found.segments))
        page += [Sentence(found.sentence), shaded]
    if scoring:
        page += [_cuts(scoring, summary.currency_symbol)]
        page += [Sentence(" ".join(scoring.notes), "note")] if scoring.notes else []
        page += covered
        terminal += [BLANK, *map(Sentence, score_lines(scoring))]
    if found:
        terminal += [Sentence(READ_SHARES), _largest_shares(found)]
    return Section(
        page=tuple(page), markdown=tuple(covered), terminal=tuple(covered), details=tuple(terminal)
    )


def _covered(summary: Summary) -> list[Sentence]:
    """Say of a lexicon's names that nobody can have: a table of boxes may well have been published so."""
    names = [clip(name) for name in summary.covered_names]
    if not names:
        return []
    who, whose = ("names", "its") if len(names) == 1 else ("name", "their")
    return [Sentence(f"{', '.join(names)} {who} nobody: all of {whose} codes stand under names before.")]


def score_lines(scoring: Scoring) -> tuple[str, ...]:
    """Return where the scores are cut, and what ties left of them.

    >>> from rfmeans.segments.score_cuts import FeatureCuts, Scoring
    >>> days, times = FeatureCuts("recency", (13.0,), (2, 1), False), FeatureCuts("frequency", (2.0,), (1, 2), False)
    >>> score_lines(Scoring(2, (days, times, FeatureCuts("monetary", (246.3,), (1, 2), False))))
    ('R, F, M scores 1 to 2 (2 the best), cut at: recency 13; frequency 2; monetary 246.3.',)
    """
    cuts = "; ".join(
        f"{found.feature} {', '.join(map(exact, found.edges)) or 'nowhere'}" for found in scoring.features
    )
    return f"R, F, M scores 1 to {scoring.bins} ({scoring.bins} the best), cut at: {cuts}.", *scoring.notes


def _largest_shares(found: Crosstab) -> Items:
    """Return where each K-Means segment's customers are among the score segments.

    >>> from rfmeans.segments.scores import Crosstab
    >>> _largest_shares(Crosstab(("Loyal",), ("Champions", "At Risk", "Lost"), ((80, 19, 1),), "")).items[0].text
    'Loyal: 80 % Champions, 19 % At Risk'
    """
    items = []
    for segment, counts in zip(found.segments, found.customers, strict=True):
        cells = sorted(zip(counts, found.score_segments, strict=True), key=lambda cell: -cell[0])
        shares = ((count / (sum(counts) or 1), name) for count, name in cells[:LARGEST_CELLS])
        told = [f"{percent(share)} {clip(name)}" for share, name in shares if share >= LEAST_CELL]
        items.append(Item(f"{clip(segment)}: {', '.join(told) or 'no customers'}"))
    return Items(tuple(items))


def _crosstab(found: Crosstab, rows: Iterable[str], heads: Iterable[str]) -> Table:
    totals = [sum(row) for row in found.customers]
    counts = zip(rows, zip(*found.customers, strict=True), strict=True)
    cells = ((Cell(name), *map(_shaded, row, range(1, len(row) + 1), totals)) for name, row in counts)
    return table("Customers by score segment and K-Means segment", ("Score segment", *heads), cells)


def _shaded(count: int, segment_id: int, total: int) -> Cell:
    """Return a cell the fuller of the segment's colour the more of the segment's customers it holds."""
    strength = DARKEST_SHADE * count / total if total else 0.0
    red, green, blue = (int(colour(segment_id)[at : at + 2], 16) for at in (1, 3, 5))
    return Cell(number(count), count, f"rgb({red} {green} {blue} / {strength:.2f})")


def _cuts(scoring: Scoring, symbol: str) -> Table:
    best, heads = scoring.bins, ("Score", "Recency, days", "Frequency, purchases", "Monetary")
    columns = [
        _column(found, best, symbol if found.feature == "monetary" else "") for found in scoring.features
    ]
    names = [f"{best}, the best", *map(str, range(best - 1, 0, -1))]
    return table("Scores: what each one means", heads, zip(names, *columns, strict=True))


def _column(found: FeatureCuts, best: int, symbol: str) -> list[str]:
    ranges = _ranges([exact(edge, symbol) for edge in found.edges])
    meant = dict(zip(found.scores, ranges, strict=True))
    return [meant.get(score, DASH) for score in range(best, 0, -1)]


def _ranges(edges: list[str]) -> list[str]:
    """Return the bins between lower edges, in words.

    >>> _ranges(["2", "7"]), _ranges([])
    (['below 2', '2 to below 7', '7 and more'], ['all'])
    """
    if not edges:
        return ["all"]
    between = [f"{low} to below {high}" for low, high in pairwise(edges)]
    return [f"below {edges[0]}", *between, f"{edges[-1]} and more"]
