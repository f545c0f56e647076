"""The charts that there are, in the order of the page. A new one: its own file, and its row here."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from rfmeans.errors import SettingsError
from rfmeans.report.charts.averages import AVERAGES
from rfmeans.report.charts.choice import CHOICE
from rfmeans.report.charts.concentration import CONCENTRATION
from rfmeans.report.charts.customer_map import CUSTOMER_MAP
from rfmeans.report.charts.distributions import DISTRIBUTIONS
from rfmeans.report.charts.frame import WIDE, Frame, Sheet
from rfmeans.report.charts.hindsight import BOUGHT_AGAIN
from rfmeans.report.charts.images import CONFIG, Images
from rfmeans.report.charts.score_grid import SCORE_GRID
from rfmeans.report.charts.shares import SHARES
from rfmeans.report.charts.vega import Drawn, as_altair_orders, specification

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import altair as alt

    from rfmeans.report.charts.frame import Drawing
    from rfmeans.report.summary import Summary

ALL = (AVERAGES, SHARES, CUSTOMER_MAP, DISTRIBUTIONS, CONCENTRATION, CHOICE, BOUGHT_AGAIN, SCORE_GRID)
DRAWINGS = {drawing.name: drawing for drawing in ALL}


def drawings(summary: Summary) -> list[Drawing]:
    """Return the charts that a summary has."""
    return [drawing for drawing in DRAWINGS.values() if drawing.missing(summary) is None]


@dataclass(frozen=True)
class Charts:
    """The charts of a result: a method for each, `averages()` and so on, that returns it as an Altair chart.

    Attributes
    ----------
    summary
        What they are drawn from.
    """

    summary: Summary

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the charts that there are."""
        return tuple(drawing.name for drawing in drawings(self.summary))

    def __getattr__(self, name: str) -> Callable[[], alt.TopLevelMixin]:
        if name not in DRAWINGS:
            raise AttributeError(f"There is no chart {name!r}. There are: {', '.join(DRAWINGS)}.")
        return partial(self._altair, name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *DRAWINGS})

    def _altair(self, name: str) -> alt.TopLevelMixin:
        import altair as alt

        return alt.Chart.from_dict(self.draw(name))

    def draw(self, name: str, frame: Frame = WIDE, *, titled: bool = True) -> Drawn:
        """Return a chart by its name, as a Vega-Lite specification.

        Raises
        ------
        SettingsError
            If there is none for this result.
        """
        drawing = DRAWINGS[name]
        if (missing := drawing.missing(self.summary)) is not None:
            raise SettingsError(missing)
        chart = drawing.draw(Sheet(self.summary, frame))
        return specification(
            with_title(chart, drawing.title(self.summary), frame) if titled else chart, CONFIG
        )

    def images(self) -> Images:
        """Ask for every chart as files."""
        return Images.asked((name, self.draw(name)) for name in self.names)

    def save(self, folder: Path) -> None:
        """Write every chart as SVG and PNG into a folder."""
        self.images().save(folder)


def with_title(chart: Drawn, title: str, frame: Frame) -> Drawn:
    """Return a chart with a title, on as many lines as it takes."""
    lines = textwrap.wrap(title, frame.width // 8, break_on_hyphens=False)
    return as_altair_orders({**chart, "title": lines})
