"""How the numbers of an effect are said: shares, points, money, each with the ends of its interval."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rfmeans.report.table import Cell
from rfmeans.wording import DASH, clip, money

if TYPE_CHECKING:
    from collections.abc import Callable

    from rfmeans.over_time.effect_figures import SegmentEffect
    from rfmeans.over_time.effect_intervals import Difference
    from rfmeans.over_time.effect_split import Split
    from rfmeans.over_time.effect_summary import EffectSummary

    Said = Callable[[float], str]

ALL = "All lists"
RARE = 0.01  # share of buyers below which a tenth of a percentage is too coarse


def called(row: SegmentEffect | Split) -> str:
    """Return the list's name."""
    return ALL if row.segment is None else clip(row.segment)


def first_cell(row: SegmentEffect) -> Cell:
    """Return the cell that begins a list's row; the total stands out."""
    return Cell(called(row), segment_id=row.segment_id, marked=row.segment is None)


def with_ends(found: Difference, said: Said) -> str:
    """Return a difference and its interval; a dash where all customers are alike, so that there is none."""
    return f"{said(found.value)} ({ends(found, said)})"


def ends(found: Difference, said: Said) -> str:
    """Return the interval."""
    return DASH if found.low is None or found.high is None else f"{said(found.low)} to {said(found.high)}"


def difference_cell(found: Difference, said: Said) -> Cell:
    """Return a cell with a difference and its interval."""
    return Cell(with_ends(found, said), found.value)


def in_points(summary: EffectSummary) -> Said:
    """Return what says a difference of shares in points: +4.9."""
    return partial(_points, decimals=_decimals(summary))


def in_shares(summary: EffectSummary) -> Said:
    """Return what says a share of buyers: 57.0 %."""
    return partial(percentage, decimals=_decimals(summary))


def in_signed_money(summary: EffectSummary) -> Said:
    """Return what says a difference of money: +72.3."""
    return lambda value: _signed(money(value, summary.currency_symbol))


def in_people(value: float) -> str:
    """Return a number of customers more or fewer.

    >>> in_people(256.4), in_people(-42), in_people(-0.2)
    ('+256', '-42', '+0')
    """
    return _signed(f"{round(value):,}")


def percentage(share: float, decimals: int = 0) -> str:
    """Return a share as a percentage with so many decimals.

    >>> percentage(0.5701, 1), percentage(0.05)
    ('57.0 %', '5 %')
    """
    return f"{100 * share:.{decimals}f} %"


def _decimals(summary: EffectSummary) -> int:
    total = summary.total
    return 1 if max(total.treatment.share_weighted, total.holdout.share_weighted) >= RARE else 2


def _points(value: float, decimals: int) -> str:
    return _signed(f"{round(100 * value, decimals) + 0.0:.{decimals}f}")


def _signed(text: str) -> str:
    return text if text.startswith("-") else f"+{text}"
