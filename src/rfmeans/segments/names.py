"""Centres -> names that follow from the numbers, and what a name hangs on.

A centre's recency score is -z_recency, its value score the mean of z_frequency and z_monetary. The lexicon cuts
that plane into regions and names each; so names are total and unique. What a name claims beyond that place is checked
on the segment's own figures, and where it is false another name takes its place (`rfmeans.segments.claims`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rfmeans.segments.claims import AWAY, FALSE, GONE, HERE, HOLDS, PARTLY, check_claims
from rfmeans.segments.lexicon import TIER, Lexicon, built_in
from rfmeans.segments.settled_names import Said, Settled, does_not_hold, settle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rfmeans.segments.claims import Verdict
    from rfmeans.segments.facts import Grounds
    from rfmeans.segments.grids import Grid


@dataclass(frozen=True)
class Name:
    """The name of one segment.

    Attributes
    ----------
    text
        The name, unique in its result.
    region
        The name without a tier: of the region, or what took its place.
    recency_band, value_band
        Where the centre lies; empty for a score segment, which has none.
    close_cuts
        One sentence for each cut that a score is close to.
    lapsed
        Whether it lies in the lowest of several bands of recency; a score segment: in lapsed bands alone.
    no_risk
        Why its customers are at no risk; empty where they may be.
    verdicts
        On what the name claims; none where nothing was checked.
    corrections
        Sentences on what does not hold: why it has another name than its region, or that it has no better one.
    """

    text: str
    region: str
    recency_band: str
    value_band: str
    close_cuts: tuple[str, ...]
    lapsed: bool
    no_risk: str = ""
    verdicts: tuple[Verdict, ...] = ()
    corrections: tuple[str, ...] = ()

    @property
    def at_risk(self) -> bool:
        """Whether it is lapsed, or claims to be, and its customers are away long enough for it."""
        claims = {verdict.claim for verdict in self.verdicts}
        return (self.lapsed or bool(claims & GONE)) and not self.no_risk

    @property
    def borderline(self) -> tuple[str, ...]:
        """What the name hangs on: close cuts, and claims that are a matter of degree; empty where it is clear."""
        partly = (verdict.partly for verdict in self.verdicts if verdict.found == PARTLY)
        return (*self.close_cuts, *partly)


def name_centres(
    centres: Sequence[Sequence[float]], lexicon: Lexicon | None = None, grounds: Grounds | None = None
) -> tuple[Name, ...]:
    """Name centres of feature space.

    Parameters
    ----------
    centres
        Shape (k, 3): z_recency, z_frequency, z_monetary of each centre, the most valuable first.
    lexicon
        Where the names are taken from; None: the built-in one.
    grounds
        What claims are checked on; None: they are not.

    >>> [name.text for name in name_centres([(-1, 1, 1), (0.5, 0.9, 0.9), (1, -1, -1), (1.1, -1, -1.1)])]
    ['High-Value Loyal', 'At-Risk High-Value', 'Low-Value/Churned · tier 1', 'Low-Value/Churned · tier 2']
    """
    lexicon = lexicon or built_in()
    grid = lexicon.grid_for(len(centres))
    scores = [(-float(r), (float(f) + float(m)) / 2) for r, f, m in centres]
    regions = [grid.names[grid.value.band(value)][grid.recency.band(recency)] for recency, value in scores]
    settled = _settled(regions, lexicon, grounds)
    names = []
    for position, (recency, value) in enumerate(scores):
        band = grid.recency.band(recency)
        lapsed = len(grid.recency.bands) > 1 and band == grid.recency.bands[0]
        names.append(
            Name(
                text=_with_tier([each.name for each in settled], position),
                region=settled[position].name,
                recency_band=band,
                value_band=grid.value.band(value),
                close_cuts=_borderline(
                    grid, recency, value, _Here(settled[position].name, position, lexicon, grounds)
                ),
                lapsed=lapsed,
                no_risk=_no_risk(position, grounds, settled[position].verdicts),
                verdicts=settled[position].verdicts,
                corrections=settled[position].corrections,
            )
        )
    return tuple(names)


def name_scores(names: Sequence[str], lexicon: Lexicon, grounds: Grounds | None = None) -> tuple[Name, ...]:
    """Return the names of score segments: a code has its name, so a claim that does not hold is said and no more.

    The grounds may be of fewer segments: the names that nobody has come last.
    """
    settled = _settled(names, replace(lexicon, said=_without_others(lexicon.said)), grounds)
    return tuple(
        Name(
            text=name,
            region=name,
            recency_band="",
            value_band="",
            close_cuts=(),
            lapsed=lexicon.scores.lapsed(name),
            no_risk=_no_risk(place, grounds, settled[place].verdicts),
            verdicts=settled[place].verdicts,
            corrections=settled[place].corrections,
        )
        for place, name in enumerate(names)
    )


def _settled(regions: Sequence[str], lexicon: Lexicon, grounds: Grounds | None) -> list[Settled]:
    if grounds is None:
        return [Settled(region) for region in regions]
    return [settle(region, lexicon.said, grounds.of(place), grounds) for place, region in enumerate(regions)]


def _without_others(said: Mapping[str, Said]) -> dict[str, Said]:
    return {name: replace(each, instead=()) for name, each in said.items()}


def _with_tier(names: Sequence[str], position: int) -> str:
    name = names[position]
    return f"{name}{TIER}{names[: position + 1].count(name)}" if names.count(name) > 1 else name


def _no_risk(place: int, grounds: Grounds | None, verdicts: Sequence[Verdict]) -> str:
    """Return why nobody is at risk: three quarters are not away long, or the name says that they come and it holds."""
    facts = grounds.of(place) if grounds else None
    if grounds is None or facts is None:
        return ""
    (away,) = check_claims([AWAY], facts, grounds)
    why = [away] if away.found == FALSE else []
    why += [verdict for verdict in verdicts if verdict.claim in HERE and verdict.found == HOLDS]
    return why[0].says if why else ""


def on_other_grounds(names: Sequence[Name], lexicon: Lexicon, grounds: Grounds) -> tuple[Name, ...]:
    """Return the names that a model gave, with what holds of their claims for other customers than those of its fit."""
    return tuple(_on_other_grounds(name, place, lexicon, grounds) for place, name in enumerate(names))


def _on_other_grounds(name: Name, place: int, lexicon: Lexicon, grounds: Grounds) -> Name:
    facts, said = grounds.of(place), lexicon.said.get(name.region, Said())
    verdicts = check_claims(said.claims, facts, grounds) if facts else ()
    wrong = [verdict for verdict in verdicts if verdict.found == FALSE]
    return replace(
        name,
        close_cuts=tuple(f"in the model {sentence}" for sentence in name.close_cuts),
        no_risk=_no_risk(place, grounds, verdicts),
        verdicts=verdicts,
        corrections=(f"here {does_not_hold(wrong)}",) if wrong else (),
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


@dataclass(frozen=True)
class _Here:
    """A segment beside a cut: what it is called, and what it would be called across it."""

    name: str
    place: int
    lexicon: Lexicon
    grounds: Grounds | None

    def across(self, region: str, *, value: bool) -> str:
        """Return the name of these people in another region; across a cut of value any worth is granted."""
        facts = self.grounds.of(self.place) if self.grounds else None
        if self.grounds is None or facts is None:
            return region
        if value:
            facts = replace(facts, monetary=math.nan)
        return settle(region, self.lexicon.said, facts, self.grounds).name


def _borderline(grid: Grid, recency: float, value: float, here: _Here) -> tuple[str, ...]:
    sentences, constant = [], here.grounds.constant if here.grounds else ()
    of_recency, of_value = grid.recency.band(recency), grid.value.band(value)
    if "recency" not in constant and (near := grid.recency.border(recency)) is not None:
        other = here.across(grid.names[of_value][near[1]], value=False)
        sentences.append(_hangs_on("recency", recency, of_recency, near, other) if other != here.name else "")
    if not {"frequency", "monetary"} <= set(constant) and (near := grid.value.border(value)) is not None:
        other = here.across(grid.names[near[1]][of_recency], value=True)
        sentences.append(_hangs_on("value", value, of_value, near, other) if other != here.name else "")
    return tuple(filter(None, sentences))


def _hangs_on(axis: str, score: float, here: str, near: tuple[float, str], other: str) -> str:
    cut, beyond = near
    bands = f"{here} and {beyond}{' value' if axis == 'value' else ''}"
    return (
        f"its centre lies {abs(score - cut):.2f} of a standard deviation from the border between {bands}; beyond it "
        f"the name would be {other}"
    )
