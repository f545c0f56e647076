"""Grids of recency x value, each region of which has a name: of K-Means segments, and of scores."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

BORDER = 0.15  # a score this close to a cut makes the name borderline
WORST, BEST = 1, 5  # the scale of the scores' grid
MIDDLE = (WORST + BEST) / 2


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
        cut = min(self.cuts, key=lambda cut: abs(score - cut), default=math.inf)
        if abs(score - cut) > BORDER:
            return None
        below = self.cuts.index(cut)
        across = below if self.band(score) == self.bands[below + 1] else below + 1
        return cut, self.bands[across]


@dataclass(frozen=True)
class Grid:
    """Names for every region of recency x value, for K-Means segments.

    Attributes
    ----------
    max_segments
        The largest number of segments it is for.
    recency, value
        The axes.
    names
        Name by value band, then recency band.
    """

    max_segments: int
    recency: Axis
    value: Axis
    names: dict[str, dict[str, str]]

    def regions(self) -> list[str]:
        """Return all names, the most valuable and most recent first."""
        return [self.names[v][r] for v in reversed(self.value.bands) for r in reversed(self.recency.bands)]


@dataclass(frozen=True)
class ScoreGrid:
    """Names for every region of recency score x mean of frequency and monetary score, on the scale 1 to 5.

    Attributes
    ----------
    recency, value
        The axes; a score on a cut belongs to the band above.
    names
        Name by value band, then recency band; one name may hold several regions.
    order
        The names, each once, the best first.
    """

    recency: Axis
    value: Axis
    names: dict[str, dict[str, str]]
    order: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values, as in a lexicon's file."""
        return {**axes_of(self), "names": self.names, "order": list(self.order)}

    def lapsed(self, name: str) -> bool:
        """Return whether all regions of a name lie in lapsed bands.

        Of several bands of recency, lapsed are the lowest and those that end at the middle of the scale or before.
        """
        bands, cuts = self.recency.bands, self.recency.cuts
        lapsed = {*bands[: len(cuts)][:1], *(b for b, cut in zip(bands, cuts, strict=False) if cut <= MIDDLE)}
        held = {band for row in self.names.values() for band, found in row.items() if found == name}
        return held <= lapsed


def axes_of(grid: Grid | ScoreGrid) -> dict[str, list[Any]]:
    """Return the axes of a grid as plain values, as in a lexicon's file."""
    axes = {"recency": grid.recency, "value": grid.value}
    return {
        f"{name}_{part}": list(getattr(axis, part))
        for name, axis in axes.items()
        for part in ("bands", "cuts")
    }
