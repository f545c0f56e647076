"""Charts as blocks of a section, and the blocks as files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rfmeans.report.blocks import Picture
from rfmeans.report.charts.frame import WIDE
from rfmeans.report.charts.images import Images
from rfmeans.report.charts.registry import Charts, with_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rfmeans.report.blocks import Section
    from rfmeans.report.charts.frame import Drawing
    from rfmeans.report.summary import Summary


def picture_of(drawing: Drawing, summary: Summary) -> Picture:
    """Return a chart of the registry as it is drawn of a summary."""
    draw = partial(Charts(summary).draw, drawing.name, titled=False)
    return Picture(drawing.name, drawing.title(summary), drawing.caption, drawing.tables(summary), draw)


def images_of(told: Sequence[Section]) -> Images:
    """Ask for every chart of a page as files, with its title."""
    pictures = [block for section in told for block in section.page if isinstance(block, Picture)]
    return Images.asked((each.name, with_title(each.draw(WIDE), each.title, WIDE)) for each in pictures)
