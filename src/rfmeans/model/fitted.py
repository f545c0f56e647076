"""What a run found out: the model, and the figures that the summary tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rfmeans.model.segment_model import SegmentModel
    from rfmeans.over_time.drift import Drift
    from rfmeans.over_time.hindsight import Hindsight
    from rfmeans.over_time.likeness import Likeness
    from rfmeans.segments.number_of_segments import Choice
    from rfmeans.segments.profile import Group
    from rfmeans.segments.rhythm import Rhythm
    from rfmeans.segments.scores import Crosstab
    from rfmeans.segments.spread import Distributions


@dataclass(frozen=True)
class Fitted:
    """A model and the figures of the customers that it was given.

    Attributes
    ----------
    model
        What was fitted, or applied.
    groups
        The figures of each segment, by segment id from 1.
    everyone
        Those of all customers that have a segment.
    rhythm
        The pace of these customers; None for a table of customers.
    spread
        How these customers are spread.
    near_borders
        How many customers of each segment sit near a border; None without centres.
    crosstab
        Customers by K-Means segment and score segment; None where the model lacks one of them.
    choice
        The votes on the number of segments; None where it was given.
    hindsight
        What the segments of an earlier date did since; None where that is not known.
    drift
        How far the customers are from those of the fit; None where they are those, or the model does not remember.
    forgotten
        Whether the model does not remember them.
    likeness
        How the model stands to the one that it follows; None where it follows none.
    """

    model: SegmentModel
    groups: tuple[Group, ...]
    everyone: Group
    spread: Distributions
    rhythm: Rhythm | None = None
    near_borders: tuple[int, ...] | None = None
    crosstab: Crosstab | None = None
    choice: Choice | None = None
    hindsight: Hindsight | None = None
    drift: Drift | None = None
    forgotten: bool = False
    likeness: Likeness | None = None
