"""The charts, one after another."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rfmeans.report.blocks import Heading, Picture, Section
from rfmeans.report.charts.registry import Charts, drawings

if TYPE_CHECKING:
    from rfmeans.report.summary import Summary


def charts(summary: Summary) -> Section:
    """Show every chart that the summary has."""
    draw = Charts(summary).draw
    pictures = (
        Picture(
            drawing.name,
            drawing.title(summary),
            drawing.caption,
            drawing.tables(summary),
            partial(draw, drawing.name, titled=False),
        )
        for drawing in drawings(summary)
    )
    return Section(page=(Heading("Charts", "charts", "Charts"), *pictures))
