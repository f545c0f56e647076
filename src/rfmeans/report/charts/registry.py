"""Summary -> one function per chart (Altair). What a chart shows comes from the summary; nothing is counted here."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from rfmeans.errors import SettingsError
from rfmeans.report import sentences
from rfmeans.report.charts.averages import averages
from rfmeans.report.charts.choice import choice
from rfmeans.report.charts.concentration import concentration
from rfmeans.report.charts.customer_map import customer_map
from rfmeans.report.charts.distributions import distributions
from rfmeans.report.charts.frame import WIDE, Frame
from rfmeans.report.charts.images import to_png, to_svg
from rfmeans.report.charts.shares import shares

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import altair as alt

    from rfmeans.report.summary import Summary


@dataclass(frozen=True)
class Charts:
    """The charts of a result: Altair charts, to show, change or save.

    Attributes
    ----------
    summary
        What they are drawn from.
    """

    summary: Summary

    def averages(self) -> alt.TopLevelMixin:
        """Return average recency, frequency and monetary per segment, three panels of bars."""
        return self.draw("averages")

    def shares(self) -> alt.TopLevelMixin:
        """Return each segment's share of customers against its share of revenue."""
        return self.draw("shares")

    def customer_map(self) -> alt.TopLevelMixin:
        """Return where customers lie, recency against monetary, with the centres."""
        return self.draw("customer_map")

    def distributions(self) -> alt.TopLevelMixin:
        """Return how recency, frequency and monetary are spread within each segment."""
        return self.draw("distributions")

    def concentration(self) -> alt.TopLevelMixin:
        """Return what share of the revenue the top customers hold."""
        return self.draw("concentration")

    def choice(self) -> alt.TopLevelMixin:
        """Return what spoke for and against each number of segments.

        Raises
        ------
        SettingsError
            If the number was given, so that nothing was tried.
        """
        return self.draw("choice")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the charts that there are."""
        return tuple(name for name, drawing in DRAWINGS.items() if drawing.there_is(self.summary))

    def draw(self, name: str, frame: Frame = WIDE, *, titled: bool = True) -> alt.TopLevelMixin:
        """Return a chart by its name."""
        drawing = DRAWINGS[name]
        if not drawing.there_is(self.summary):
            raise SettingsError(
                'There is no chart of the choice: the number of segments was given. Ask for segments="auto".'
            )
        chart = drawing.draw(self.summary, frame)
        if titled:
            lines = textwrap.wrap(drawing.title(self.summary), frame.width // 8, break_on_hyphens=False)
            chart = chart.properties(title=lines)
        return cast("alt.TopLevelMixin", chart)

    def save(self, folder: Path) -> None:
        """Write every chart as SVG and PNG into a folder."""
        for name in self.names:
            svg = to_svg(self.draw(name), background="white")
            (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
            (folder / f"{name}.png").write_bytes(to_png(svg))


@dataclass(frozen=True)
class Drawing:
    """How one chart is drawn, its title, what the marks mean, and whether a summary has what it needs."""

    draw: Callable[[Summary, Frame], Any]
    title: Callable[[Summary], str]
    caption: str
    there_is: Callable[[Summary], bool] = lambda _summary: True


DRAWINGS = {
    "averages": Drawing(
        averages,
        sentences.averages_title,
        "Average recency, frequency and monetary per segment. Grey: all customers.",
    ),
    "shares": Drawing(
        shares,
        sentences.shares_title,
        "Each segment's share of customers (upper bar, fainter) against its share of revenue (lower bar).",
    ),
    "customer_map": Drawing(
        customer_map,
        sentences.map_title,
        "Each rectangle holds customers, the fuller the more; its colour is that of the segment most of them are "
        "in. Numbered discs: the segments' centres (of segments by scores, their medians).",
    ),
    "distributions": Drawing(
        distributions,
        sentences.distributions_title,
        "Bar: the middle half of the customers; disc: the median; line: nine in ten, without the lowest and the "
        "highest twentieth.",
    ),
    "concentration": Drawing(
        concentration,
        sentences.concentration_title,
        "Share of revenue held by the customers who spent most. Dashed: if all had spent the same.",
    ),
    "choice": Drawing(
        choice,
        sentences.choice_title,
        "What the rule asks of a number of segments. Dashed: what it asks for; full discs pass, rings do not; the "
        "band marks the number recommended. Stability: how well refits on resamples agree. Gain: what the last split "
        "takes away beyond what it would in a structureless cloud. Border: customers on the most crowded border "
        "against those about the centres.",
        lambda summary: summary.choice is not None,
    ),
}
