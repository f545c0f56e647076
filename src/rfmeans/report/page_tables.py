"""Tables of the page: rows of cells, each a shown text and, where it can be sorted by, its number."""

from __future__ import annotations

import math
from dataclasses import fields
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import with_options
from rfmeans.report.charts.colours import chart_labels, colour
from rfmeans.report.charts.frame import segment_labels
from rfmeans.report.table import Cell, Table
from rfmeans.segments.number_of_segments import WEAKEST
from rfmeans.segments.settings import AUTO
from rfmeans.settings import Reading
from rfmeans.wording import DASH, SENTENCE_TEXT, clip, exact, money, number, percent

if TYPE_CHECKING:
    from rfmeans.orders.account import Tally
    from rfmeans.report.summary import Segment, Summary
    from rfmeans.segments.profile import Group
    from rfmeans.segments.score_cuts import FeatureCuts, Scoring
    from rfmeans.segments.scores import Crosstab

WHY_LOG = "its skewness over customers is {skewness}, above 1"
WHY_NONE = "its skewness over customers is {skewness}, not above 1"
WORDS = (
    (
        "Recency",
        "Whole days from the last purchase to the as-of date. A purchase is an order whose total is above zero; "
        "returns and free orders are none.",
    ),
    ("Frequency", "Number of purchases; the first one counts."),
    ("Monetary", "Net money: all the customer's order lines, returns subtracted, summed as decimals."),
    ("Revenue", "The sum of monetary over the customers of a segment."),
    (
        "Centre and name",
        "K-Means finds the centres. The recency score of a centre is -z of recency, its value score the mean of z "
        "of frequency and monetary; the cuts of these two scores give the name. Within 0.15 of a cut the name is "
        "borderline.",
    ),
)
SCORE_WORD = (
    "Score and name",
    "A score is above j of n if at least j/n of all customers are strictly worse; equal customers have equal scores. "
    "R against the mean of F and M gives the name.",
)


DARKEST_SHADE = 0.55  # text still has a contrast of 4.5 on it, in light and in dark
KMEANS = {
    "seed": "Seed",
    "n_init": "Starts (k-means++)",
    "tol": "Tolerance at which it stops",
    "passes": "Exact passes over all customers, to refine the centres",
}
READING = {option.name: option.default for option in fields(Reading)}  # what is not worth a row
FIGURES = (
    "Customers",
    "Share of customers",
    "Revenue",
    "Share of revenue",
    "Recency, days",
    "Frequency, purchases",
    "Monetary, each",
    "Average order",
)


def figures_table(summary: Summary) -> list[dict[str, Any]]:
    """Return one entry per segment and one for all: name, evidence, borderline marks and cells."""
    rows = [
        {
            "id": segment.segment_id,
            "name": clip(segment.segment),
            "evidence": segment.evidence,
            "borderline": segment.borderline,
            "cells": _figures(segment.figures, segment.share, segment.revenue_share, summary),
        }
        for segment in summary.segments
    ]
    everyone = _figures(summary.everyone, 1.0, 1.0, summary)
    return [*rows, {"id": None, "name": "All customers", "evidence": "", "borderline": (), "cells": everyone}]


def _figures(figures: Group, share: float, revenue_share: float, summary: Summary) -> list[tuple[str, Cell]]:
    symbol = summary.currency_symbol
    revenue = float(figures.revenue)
    cells = (
        Cell(number(figures.customers), figures.customers),
        Cell(percent(share), share),
        Cell(money(revenue, symbol), revenue),
        Cell(percent(revenue_share), revenue_share),
        Cell(number(figures.mean_recency), figures.mean_recency),
        Cell(number(figures.mean_frequency), figures.mean_frequency),
        Cell(money(figures.mean_monetary, symbol), figures.mean_monetary),
        Cell(money(figures.average_order_value, symbol), figures.average_order_value),
    )
    return list(zip(FIGURES, map(_sortable, cells), strict=True))


def _sortable(cell: Cell) -> Cell:
    return cell if cell.value is not None and math.isfinite(cell.value) else Cell(cell.shown)


def sureness_table(summary: Summary) -> Table | None:
    """Return how sure each segment is: found again on resamples, customers near a border; None if unknown."""
    if all(segment.near_border is None for segment in summary.segments):
        return None
    rows = tuple(
        (Cell(label), _found_again(segment), _near_border(segment))
        for label, segment in zip(segment_labels(summary), summary.segments, strict=True)
    )
    return Table(
        "How sure each segment is", ("Segment", "Found again, 0 to 1", "Customers near a border"), rows
    )


def _found_again(segment: Segment) -> Cell:
    found = segment.stability
    if found is None:
        return Cell(DASH)
    return Cell(f"{found:.2f}{'' if found >= WEAKEST else ', only in part'}", found)


def _near_border(segment: Segment) -> Cell:
    near, customers = segment.near_border or 0, segment.figures.customers
    return Cell(f"{number(near)} ({percent(near / customers)})" if customers else DASH, near)


def account_tables(summary: Summary) -> list[Table]:
    """Return the account: lines and customers, used and set aside."""
    account, symbol = summary.account, summary.currency_symbol
    heads = ("Rows", "Count", "Money")
    tables = []
    if account.lines is not None:
        lines = account.lines
        rows = [("Read", lines.read), ("Used", lines.used)]
        rows += [(f"Set aside: {reason}", tally) for reason, tally in sorted(lines.set_aside.items())]
        tables.append(Table("Order lines", heads, tuple(_tally(*row, symbol) for row in rows)))
    rows = [("Segmented", account.clustered)]
    rows += [(f"Set aside: {reason}", tally) for reason, tally in sorted(account.customers_set_aside.items())]
    tables.append(Table("Customers", heads, tuple(_tally(*row, symbol) for row in rows)))
    return tables


def _tally(said: str, tally: Tally, symbol: str) -> tuple[Cell, ...]:
    worth = float(tally.money)
    return Cell(said), Cell(number(tally.rows), tally.rows), Cell(money(worth, symbol), worth)


def settings_tables(summary: Summary) -> list[Table]:
    """Return how it was made: centres, cut points, K-Means, the reading of the source, versions."""
    clustered = summary.inertia is not None
    return [
        *([_centres(summary)] if clustered else []),
        *([_pairs("K-Means (scikit-learn)", _kmeans(summary))] if clustered else []),
        _pairs("How the source was read", _reading(summary)),
        _pairs("Versions", summary.versions),
    ]


def definitions(summary: Summary) -> tuple[tuple[str, str], ...]:
    """Return the words that the page explains."""
    return (*(WORDS[:-1] if summary.inertia is None else WORDS), SCORE_WORD)


def score_tables(summary: Summary) -> list[Table]:
    """Return where the scores are cut and, beside K-Means, how its segments and those of the scores meet."""
    cuts = [] if summary.scoring is None else [_cuts(summary.scoring, summary.currency_symbol)]
    return cuts if summary.crosstab is None else [_crosstab(summary.crosstab), *cuts]


def _cuts(scoring: Scoring, symbol: str) -> Table:
    meant = [_meanings(found, symbol if found.feature == "monetary" else "") for found in scoring.features]
    rows = tuple(
        (
            Cell(f"{score}, the best" if score == scoring.bins else str(score)),
            *(Cell(meanings.get(score, DASH)) for meanings in meant),
        )
        for score in range(scoring.bins, 0, -1)
    )
    heads = ("Score", "Recency, days", "Frequency, purchases", "Monetary")
    return Table("Scores: what each one means", heads, rows)


def _meanings(found: FeatureCuts, symbol: str) -> dict[int, str]:
    return dict(zip(found.scores, _ranges([exact(edge, symbol) for edge in found.edges]), strict=True))


def _ranges(edges: list[str]) -> list[str]:
    """Return the bins between lower edges, in words.

    >>> _ranges(["2", "7"]), _ranges([])
    (['below 2', '2 to below 7', '7 and more'], ['all'])
    """
    if not edges:
        return ["all"]
    between = [f"{low} to below {high}" for low, high in pairwise(edges)]
    return [f"below {edges[0]}", *between, f"{edges[-1]} and more"]


def _crosstab(crosstab: Crosstab) -> Table:
    totals = [sum(row) for row in crosstab.customers]
    rows = tuple(
        (Cell(label), *map(_shaded, counts, range(1, len(counts) + 1), totals))
        for label, counts in zip(
            chart_labels(crosstab.score_segments), zip(*crosstab.customers, strict=True), strict=True
        )
    )
    heads = ("Score segment", *chart_labels(crosstab.segments))
    return Table("Customers by score segment and K-Means segment", heads, rows)


def _centres(summary: Summary) -> Table:
    symbol = summary.currency_symbol
    rows = tuple(
        (
            Cell(label),
            *(Cell(number(value), value) for value in segment.centre[:2]),
            Cell(money(segment.centre[2], symbol), segment.centre[2]),
        )
        for label, segment in zip(segment_labels(summary), summary.segments, strict=True)
    )
    return Table("Centres of the segments", ("Segment", "Days", "Purchases", "Spent"), rows)


def _shaded(count: int, segment_id: int, total: int) -> Cell:
    """Return a cell the fuller of the segment's colour the more of the segment's customers it holds."""
    strength = DARKEST_SHADE * count / total if total else 0.0
    red, green, blue = (int(colour(segment_id)[at : at + 2], 16) for at in (1, 3, 5))
    return Cell(number(count), count, f"rgb({red} {green} {blue} / {strength:.2f})")


def transforms_table(summary: Summary) -> Table | None:
    """Return the transform of each feature, and why; None where K-Means was not asked."""
    if summary.inertia is None:
        return None
    chosen = summary.settings.get("transform")
    rows = tuple(
        (
            Cell(feature.name.capitalize()),
            Cell(
                f"{feature.transform}, then mean {feature.mean:.6g} and standard deviation {feature.sd:.6g}"
            ),
            Cell(
                (WHY_LOG if feature.transform == "log1p" else WHY_NONE).format(
                    skewness=number(feature.skewness)
                )
                if chosen == "auto"
                else f"asked for: transform {chosen}"
            ),
        )
        for feature in summary.scaling.features
    )
    return Table("Transform of each feature", ("Feature", "Transform", "Why"), rows)


def _kmeans(summary: Summary) -> dict[str, Any]:
    asked = summary.settings.get("segments")
    return {
        "Segments": f"{len(summary.segments)}, chosen from the votes"
        if asked == AUTO
        else len(summary.segments),
        **{said: summary.settings[name] for name, said in KMEANS.items() if name in summary.settings},
        "Inertia": f"{summary.inertia:.8g}",
    }


def _reading(summary: Summary) -> dict[str, Any]:
    lines, noticed = summary.account.lines, summary.account.noticed
    period = {"First and last day": f"{lines.first_day} to {lines.last_day}"} if lines else {}
    columns = {f"Column of the {role}": name for role, name in summary.described["columns"].items()}
    options = {
        name.replace("_", " ").capitalize(): value
        for name, value in summary.described["settings"].items()
        if name in READING and value != READING[name]
    }
    return {
        "Source": summary.source,
        **({"Understood as": with_options(noticed.understood)} if noticed else {}),
        "As-of date": summary.as_of or "given as recency",
        **period,
        **columns,
        **options,
    }


def _pairs(caption: str, pairs: dict[str, Any]) -> Table:
    rows = tuple(
        (Cell(clip(str(name))), Cell(clip(str(value), SENTENCE_TEXT))) for name, value in pairs.items()
    )
    return Table(caption, ("What", "Value"), rows)
