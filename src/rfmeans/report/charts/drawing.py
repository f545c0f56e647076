"""What a chart is: how it is drawn, what is said of it, the tables behind it, and when there is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from rfmeans.report.charts.frame import Frame
    from rfmeans.report.charts.vega import Drawn
    from rfmeans.report.summary import Summary
    from rfmeans.report.table import Table


@dataclass(frozen=True)
class Drawing:
    """One chart.

    Attributes
    ----------
    name
        Of its files and of the method of `Charts` that returns it.
    draw
        Summary and room to a Vega-Lite specification.
    title
        A sentence that says what is seen.
    caption
        What the marks mean.
    tables
        The numbers of the chart that the segments' table does not hold.
    missing
        Why a summary has no such chart; None where it has.
    """

    name: str
    draw: Callable[[Summary, Frame], Drawn]
    title: Callable[[Summary], str]
    caption: str
    tables: Callable[[Summary], tuple[Table, ...]] = lambda _summary: ()
    missing: Callable[[Summary], str | None] = lambda _summary: None
