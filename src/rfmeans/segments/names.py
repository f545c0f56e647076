"""Centres -> names that follow from the numbers, and what a name hangs on.

A centre's recency score is -z_recency, its value score the mean of z_frequency and z_monetary. The lexicon cuts
that plane into regions and names each; so names are total, unique and true by construction.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rfmeans.segments.lexicon import TIER, Grid, Lexicon, built_in

if TYPE_CHECKING:
    from collections.abc import Sequence


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
        Where the centre lies; empty for a score segment, which has none.
    borderline
        One sentence for each cut that a score is close to; empty where the name is clear.
    lapsed
        Whether it lies in the lowest of several bands of recency; a score segment: in lapsed bands alone.
    """

    text: str
    region: str
    recency_band: str
    value_band: str
    borderline: tuple[str, ...]
    lapsed: bool


def name_centres(centres: Sequence[Sequence[float]], lexicon: Lexicon | None = None) -> tuple[Name, ...]:
    """Name centres of feature space.

    Parameters
    ----------
    centres
        Shape (k, 3): z_recency, z_frequency, z_monetary of each centre, the most valuable first.
    lexicon
        Where the names are taken from; None: the built-in one.

    >>> [name.text for name in name_centres([(-1, 1, 1), (0.5, 0.9, 0.9), (1, -1, -1), (1.1, -1, -1.1)])]
    ['High-Value Loyal', 'At-Risk High-Value', 'Low-Value/Churned · tier 1', 'Low-Value/Churned · tier 2']
    """
    grid = (lexicon or built_in()).grid_for(len(centres))
    scores = [(-float(r), (float(f) + float(m)) / 2) for r, f, m in centres]
    regions = [grid.names[grid.value.band(value)][grid.recency.band(recency)] for recency, value in scores]
    shared = Counter(regions)
    names = []
    for position, ((recency, value), region) in enumerate(zip(scores, regions, strict=True)):
        tier = f"{TIER}{regions[: position + 1].count(region)}" if shared[region] > 1 else ""
        names.append(
            Name(
                text=region + tier,
                region=region,
                recency_band=grid.recency.band(recency),
                value_band=grid.value.band(value),
                borderline=_borderline(grid, recency, value),
                lapsed=len(grid.recency.bands) > 1 and grid.recency.band(recency) == grid.recency.bands[0],
            )
        )
    return tuple(names)


def name_scores(names: Sequence[str], lexicon: Lexicon) -> tuple[Name, ...]:
    """Return the names of score segments: they have no centre, and nothing to hang on."""
    return tuple(
        Name(
            text=name,
            region=name,
            recency_band="",
            value_band="",
            borderline=(),
            lapsed=lexicon.scores.lapsed(name),
        )
        for name in names
    )


def better_than(names: Sequence[Name], place: int, lexicon: Lexicon) -> frozenset[int]:
    """Return the ids of the segments that are better than one, all counted from 1.

    Better is who is in no lower band of recency or value; in the same bands, who has the lower id. Of score segments
    better is who comes first in their order. A lapsed segment is better than none: nobody wants to lead there.
    """
    here = names[place - 1]
    rank = lexicon.scores.order.index if not here.recency_band else None
    found = set()
    for other, name in enumerate(names, start=1):
        if rank:
            better = rank(name.region) < rank(here.region)
        else:
            better = _no_lower(name, here, other < place, lexicon.grid_for(len(names)))
        if better and not name.lapsed:
            found.add(other)
    return frozenset(found)


def _no_lower(name: Name, here: Name, before: bool, grid: Grid) -> bool:
    recency = grid.recency.bands.index(name.recency_band) - grid.recency.bands.index(here.recency_band)
    value = grid.value.bands.index(name.value_band) - grid.value.bands.index(here.value_band)
    return min(recency, value) >= 0 and (max(recency, value) > 0 or before)


def empty_regions(names: Sequence[Name], lexicon: Lexicon | None = None) -> tuple[str, ...]:
    """Return the names of the regions in which no segment lies."""
    taken = {name.region for name in names}
    regions = (lexicon or built_in()).grid_for(len(names)).regions()
    return tuple(region for region in regions if region not in taken)


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
