"""The charts, one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.report.blocks import Heading, Section
from rfmeans.report.charts.hindsight import BOUGHT_AGAIN
from rfmeans.report.charts.registry import drawings
from rfmeans.report.charts.score_grid import SCORE_GRID
from rfmeans.report.pictures import picture_of

if TYPE_CHECKING:
    from rfmeans.report.summary import Summary

IN_A_SECTION_OF_THEIR_OWN = (BOUGHT_AGAIN, SCORE_GRID)


def charts(summary: Summary) -> Section:
    """Show every chart that the summary has, but for those that another section shows."""
    shown = (drawing for drawing in drawings(summary) if drawing not in IN_A_SECTION_OF_THEIR_OWN)
    pictures = (picture_of(drawing, summary) for drawing in shown)
    return Section(page=(Heading("Charts", "charts", "Charts"), *pictures))
