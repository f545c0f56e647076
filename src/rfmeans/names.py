"""Centres -> names that follow from the numbers, and what a name hangs on.

A centre's recency score is -z_recency, its value score the mean of z_frequency and z_monetary. The lexicon cuts
that plane into regions and names each; so names are total, unique and true by construction.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

BORDER = 0.15  # a score this close to a cut makes the name borderline
LAPSED = "lapsed"


@dataclass(frozen=True)
class Axis:
    """Bands of one score, from low to high, and the cuts between them."""

    bands: tuple[str, ...]
    cuts: tuple[float, ...]

    def band(self, score: float) -> str:
        """Return the band of a score; on a cut it is the one nearer zero, on a cut of 0 the lower one.

        >>> Axis(("lapsed", "cooling", "recent"), (-0.4, 0.4)).band(-0.4)
        'cooling'
        >>> Axis(("lapsed", "recent"), (0.0,)).band(0.0)
        'lapsed'
        """
        return self.bands[sum(score >= cut if cut < 0 else score > cut for cut in self.cuts)]

    def border(self, score: float) -> tuple[float, str] | None:
        """Return the nearest cut within `BORDER` of the score, and the band across it; None if there is none."""
        cut = min(self.cuts, key=lambda cut: abs(score - cut))
        if abs(score - cut) > BORDER:
            return None
        below = self.cuts.index(cut)
        across = below if self.band(score) == self.bands[below + 1] else below + 1
        return cut, self.bands[across]


@dataclass(frozen=True)
class Grid:
    """Names for every region of recency x value."""

    recency: Axis
    value: Axis
    names: dict[str, dict[str, str]]

    def regions(self) -> list[str]:
        """Return all names, the most valuable and most recent first."""
        return [self.names[v][r] for v in reversed(self.value.bands) for r in reversed(self.recency.bands)]


@dataclass(frozen=True)
class Name:
    """The name of one segment.

    Attributes
    ----------
    text
        The name, unique in its result.
    region
        The name of the region, without a tier.
    recency_band, value_band
        Where the centre lies.
    recency_score, value_score
        Its scores.
    borderline
        One sentence for each cut that a score is close to; empty where the name is clear.
    """

    text: str
    region: str
    recency_band: str
    value_band: str
    recency_score: float
    value_score: float
    borderline: tuple[str, ...]


@cache
def lexicon() -> tuple[tuple[int, Grid], ...]:
    """Return the built-in grids, each with the largest number of segments it is for."""
    text = files("rfmeans").joinpath("lexicon.toml").read_text(encoding="utf-8")
    return tuple((entry["max_segments"], _grid(entry)) for entry in tomllib.loads(text)["grid"])


def _grid(entry: dict[str, Any]) -> Grid:
    return Grid(
        Axis(tuple(entry["recency_bands"]), tuple(entry["recency_cuts"])),
        Axis(tuple(entry["value_bands"]), tuple(entry["value_cuts"])),
        entry["names"],
    )


def grid_for(segments: int) -> Grid:
    """Return the grid for a number of segments: two by two up to four of them, else three by three."""
    return next(grid for most, grid in lexicon() if segments <= most)


def name_centres(centres: Sequence[Sequence[float]]) -> tuple[Name, ...]:
    """Name centres of feature space.

    Parameters
    ----------
    centres
        Shape (k, 3): z_recency, z_frequency, z_monetary of each centre, the most valuable first.

    >>> [name.text for name in name_centres([(-1, 1, 1), (0.5, 0.9, 0.9), (1, -1, -1), (1.1, -1, -1.1)])]
    ['High-Value Loyal', 'At-Risk High-Value', 'Low-Value/Churned · tier 1', 'Low-Value/Churned · tier 2']
    """
    grid = grid_for(len(centres))
    scores = [(-float(r), (float(f) + float(m)) / 2) for r, f, m in centres]
    regions = [grid.names[grid.value.band(value)][grid.recency.band(recency)] for recency, value in scores]
    shared = Counter(regions)
    names = []
    for position, ((recency, value), region) in enumerate(zip(scores, regions, strict=True)):
        tier = f" · tier {regions[: position + 1].count(region)}" if shared[region] > 1 else ""
        names.append(
            Name(
                text=region + tier,
                region=region,
                recency_band=grid.recency.band(recency),
                value_band=grid.value.band(value),
                recency_score=recency,
                value_score=value,
                borderline=_borderline(grid, recency, value),
            )
        )
    return tuple(names)


def empty_regions(names: Sequence[Name]) -> tuple[str, ...]:
    """Return the names of the regions in which no segment lies."""
    taken = {name.region for name in names}
    return tuple(dict.fromkeys(region for region in grid_for(len(names)).regions() if region not in taken))


def _borderline(grid: Grid, recency: float, value: float) -> tuple[str, ...]:
    sentences = []
    if (near := grid.recency.border(recency)) is not None:
        other = grid.names[grid.value.band(value)][near[1]]
        sentences.append(_hangs_on("recency", recency, near, other))
    if (near := grid.value.border(value)) is not None:
        other = grid.names[near[1]][grid.recency.band(recency)]
        sentences.append(_hangs_on("value", value, near, other))
    return tuple(sentences)


def _hangs_on(axis: str, score: float, near: tuple[float, str], other: str) -> str:
    cut, band = near
    shown = round(score, 2) + 0.0  # never -0.00
    return f"its {axis} score of {shown:+.2f} is close to the cut at {cut:g}; across it ({band}) it would be {other}"
