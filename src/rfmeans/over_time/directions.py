"""Two segments -> which way a customer went who changed from one to the other, by what their names claim.

A name lies in a band of recency and in a band of value. A move is up where neither is lower and one is higher, down the
other way round, and across where one is higher and the other lower. Score segments have an order in place of bands.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rfmeans.segments.lexicon import Lexicon
    from rfmeans.segments.names import Name

UP, ACROSS, DOWN = 1, 0, -1
SLIPPED, RECOVERED, NEW, LOST = LISTS = ("slipped", "recovered", "new", "lost")
MEANINGS = {
    SLIPPED: "went down, or are lapsed now and were not",
    RECOVERED: "were lapsed, and are not now or went up",
    NEW: "had no purchase at the first date, and have a segment at the second",
    LOST: "went down as far as it goes: lapsed and of the lowest value, or with no net spend left",
}


@dataclass(frozen=True)
class Directions:
    """What moves between the segments of a model mean.

    Attributes
    ----------
    names
        The segments' names, by segment id from 1.
    lexicon
        Where they are taken from: it orders the bands.
    """

    names: Sequence[Name]
    lexicon: Lexicon

    def way(self, before: int, after: int) -> int:
        """Return `UP`, `ACROSS` or `DOWN` for a move between two segment ids; in the same bands the lower id is up."""
        was, now = self._ranks[before - 1], self._ranks[after - 1]
        steps = [there - here for here, there in zip(was, now, strict=True)] + [0]
        if min(steps) == max(steps):
            return (before > after) - (before < after)
        return UP if min(steps) == 0 else DOWN if max(steps) == 0 else ACROSS

    def crosses(self, before: int | None, after: int | None) -> bool:
        """Return whether a move between two segment ids goes up in one order and down in the other."""
        if before is None or after is None or before == after:
            return False
        return self.way(before, after) == ACROSS

    def list_of(self, before: int | None, after: int | None) -> str | None:
        """Return the list that a move between two segment ids is on; None: on none. An id of None is no segment."""
        if before == after or before is None:
            return None
        if after is None:
            return LOST
        way, was, now = self.way(before, after), self.names[before - 1], self.names[after - 1]
        if way == DOWN and self._is_lowest(after):
            return LOST
        if was.lapsed and (way == UP or not now.lapsed):
            return RECOVERED
        return SLIPPED if way == DOWN or (now.lapsed and not was.lapsed) else None

    def _is_lowest(self, segment_id: int) -> bool:
        return self.names[segment_id - 1].lapsed and self._ranks[segment_id - 1] == self._lowest

    @cached_property
    def _ranks(self) -> list[tuple[int, ...]]:
        """The place of each segment in each order: of recency and of value, or of scores; higher is better."""
        if not self.names[0].recency_band:
            order = self.lexicon.scores.order
            return [(-order.index(name.region),) for name in self.names]
        grid = self.lexicon.grid_for(len(self.names))
        return [
            (grid.recency.bands.index(name.recency_band), grid.value.bands.index(name.value_band))
            for name in self.names
        ]

    @property
    def _lowest(self) -> tuple[int, ...]:
        """The ranks that none is below: whether or not a segment has them."""
        return (0, 0) if len(self._ranks[0]) == 2 else min(self._ranks)
