"""The grid of R and F scores: customers and money of each cell, and the score name that most of them have."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rfmeans.report.charts.colours import colour
from rfmeans.report.charts.frame import FAINT, Drawing, Sheet
from rfmeans.report.charts.vega import channel, layer, mark, tooltip, unit
from rfmeans.report.table import Cell, Table, in_money, in_number, table
from rfmeans.wording import clip, money, number, percent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rfmeans.report.charts.vega import Drawn
    from rfmeans.report.summary import Summary
    from rfmeans.segments.scores import ScoreCell

AXIS_ROOM, MARGIN, LINE = 50, 4, 15  # pixels: of the axis, beside a text in a cell, of a line of text
DARKEST = 0.5  # text still has a contrast of 4.5 on it, in light and in dark
COUNT_SIZE, SIZES = (
    12,
    (11, 10, 9),
)  # of a count, and of the other texts: the largest at which all of them fit
LETTER = 0.53  # width of a letter, in its size
NAME_LINES = 2
LARGE = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
ROUNDS_UP = 0.9995  # of a unit


@dataclass(frozen=True)
class _Line:
    """One line of each cell's texts, in the order of the cells."""

    texts: list[str]
    size: int


def _draw(sheet: Sheet) -> Drawn:
    """Draw a rectangle a cell, the fuller the more customers, and its texts."""
    bins, cells = _bins(sheet.summary), sheet.summary.score_cells
    width = (sheet.frame.width - AXIS_ROOM) // bins
    lines = _lines(cells, sheet, width)
    scores = list(range(1, bins + 1))
    axis = {"grid": False, "labelAngle": 0}
    places = {
        "x": channel(
            "f:O", scale={"domain": scores}, axis={**axis, "title": "F score: more purchases to the right"}
        ),
        "y": channel(
            "r:O", scale={"domain": scores[::-1]}, axis={**axis, "title": "R score: most recent on top"}
        ),
    }
    said = tooltip(code="Scores", customers="Customers", money="Money", name="Most are", of_name="That is")
    shade = channel("n:Q", scale={"type": "sqrt", "range": [0.04, DARKEST], "domainMin": 0}, legend=None)
    cell = mark("rect", color=colour(1), stroke=FAINT, strokeOpacity=0.35, strokeWidth=1)
    return layer(
        unit(cell, {**places, "fillOpacity": shade, "tooltip": said}),
        *(_drawn(lines, place, places) for place in range(len(lines))),
        rows=[_row(cell, sheet, [line.texts[at] for line in lines]) for at, cell in enumerate(cells)],
        width=width * bins,
        height={"step": LINE * len(lines) + 14},
    )


def _drawn(lines: list[_Line], place: int, places: Drawn) -> Drawn:
    """Return one line of the texts; the first is the count."""
    middle = LINE * (place - (len(lines) - 1) / 2)
    weight = {} if place else {"fontWeight": "bold"}
    text = mark("text", baseline="middle", dy=middle, fontSize=lines[place].size, **weight)
    return unit(text, {**places, "text": channel(f"line{place}:N")})


def _row(cell: ScoreCell, sheet: Sheet, texts: list[str]) -> dict[str, object]:
    return {
        "r": cell.r,
        "f": cell.f,
        "n": cell.customers,
        "code": f"R {cell.r}, F {cell.f}",
        "customers": f"{cell.customers:,}",
        "money": sheet.money(float(cell.money)),
        "name": clip(cell.name),
        "of_name": percent(cell.of_name / cell.customers),
        **{f"line{place}": text for place, text in enumerate(texts)},
    }


def _lines(cells: Sequence[ScoreCell], sheet: Sheet, width: int) -> list[_Line]:
    """Return what there is room for in all cells: counts, then money, short where it must be, and names."""
    counts = _Line([f"{cell.customers:,}" for cell in cells], COUNT_SIZE)
    whole = [sheet.money(float(cell.money)) for cell in cells]
    short = [_short(float(cell.money), sheet.summary.currency_symbol) for cell in cells]
    money = [_Line(texts, size) for texts in (whole, short) if (size := _size(texts, width))]
    return [counts, *money[:1], *_names([cell.name for cell in cells], width)]


def _names(names: list[str], width: int) -> list[_Line]:
    """Return the names on as many lines as the longest takes; none where one takes too many."""
    for size in SIZES:
        letters = max(1, int((width - MARGIN) / (LETTER * size)))
        wrapped = [textwrap.wrap(clip(name), letters, break_long_words=False) for name in names]
        most = max(map(len, wrapped))
        if most <= NAME_LINES and _size([line for lines in wrapped for line in lines], width) == size:
            padded = [[*lines, *[""] * (most - len(lines))] for lines in wrapped]
            return [_Line(list(texts), size) for texts in zip(*padded, strict=True)]
    return []


def _size(texts: list[str], width: int) -> int | None:
    """Return the largest size at which all texts fit into a cell; None where there is none."""
    longest = max(map(len, texts))
    return next((size for size in SIZES if longest * LETTER * size <= width - MARGIN), None)


def _short(value: float, symbol: str) -> str:
    """Return money in thousands, millions or thousands of them.

    >>> _short(3_769_844.2, "£"), _short(21_806, "EUR"), _short(950, "£"), _short(-1500, "$"), _short(999_960, "")
    ('£3.8M', '22k EUR', '£950', '-$1.5k', '1M')
    """
    for size, letter in LARGE:
        if abs(value) >= size * ROUNDS_UP:
            shown = round(value / size, 1 if abs(value) < 10 * size else None)
            digits = number(abs(shown))
            return money(shown, symbol).replace(digits, f"{digits}{letter}")
    return money(value, symbol)


def _bins(summary: Summary) -> int:
    assert summary.scoring is not None
    return summary.scoring.bins


def _title(summary: Summary) -> str:
    """Say how many are best in both, and what they bring."""
    best = _bins(summary)
    for cell in summary.score_cells:
        if (cell.r, cell.f) == (best, best):
            whole = summary.everyone.revenue
            brought = f", and bring {percent(float(cell.money / whole))} of revenue" if whole else ""
            return (
                f"{percent(cell.customers / summary.everyone.customers)} of customers are best in recency and in "
                f"frequency (R {best}, F {best}){brought}"
            )
    return f"No customer is best both in recency and in frequency (R {best}, F {best})"


def _tables(summary: Summary) -> tuple[Table, ...]:
    symbol = summary.currency_symbol
    return (
        _grid(summary, "Customers by R and F score", lambda cell: in_number(cell.customers)),
        _grid(summary, "Money by R and F score", lambda cell: in_money(float(cell.money), symbol)),
    )


def _grid(summary: Summary, caption: str, shown: Callable[[ScoreCell], Cell]) -> Table:
    found = {(cell.r, cell.f): shown(cell) for cell in summary.score_cells}
    scores = range(1, _bins(summary) + 1)
    nothing = in_number(0)
    rows = ((Cell(f"R {r}"), *(found.get((r, f), nothing) for f in scores)) for r in reversed(scores))
    return table(caption, ("Score", *(f"F {f}" for f in scores)), rows)


def _missing(summary: Summary) -> str | None:
    return None if summary.score_cells else "There is no such chart: the model has no scores."


SCORE_GRID = Drawing(
    "score_grid",
    _draw,
    _title,
    "Each cell holds the customers with one R and one F score: how many, their money, and the score name that most of "
    "them have. The fuller its colour, the more customers.",
    _tables,
    _missing,
)
