"""What a run found out: the model, and the figures that the summary tells of it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from rfmeans.segments.claims import Pace
from rfmeans.segments.names import on_other_grounds

if TYPE_CHECKING:
    from rfmeans.model.segment_model import SegmentModel
    from rfmeans.over_time.drift import Drift
    from rfmeans.over_time.hindsight import Hindsight
    from rfmeans.over_time.likeness import Likeness
    from rfmeans.segments.facts import Grounds
    from rfmeans.segments.names import Name
    from rfmeans.segments.number_of_segments import Choice
    from rfmeans.segments.profile import Group
    from rfmeans.segments.rhythm import Rhythm
    from rfmeans.segments.scores import Crosstab, ScoreCell
    from rfmeans.segments.spread import Distributions


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What a run found out beside its segments.

    Attributes
    ----------
    assigned
        Whether the model was fitted on other customers than these.
    rhythm
        The shop's rhythm; None for a table of customers.
    crosstab
        Customers by K-Means segment and score segment; None where the model lacks one of them.
    score_cells
        Customers and money by R and F score; none where the model has no scores.
    choice
        The votes on the number of segments; None where it was given.
    hindsight
        What the segments of an earlier date did since; None where there is no date, or it was left out.
    drift
        How far the customers are from those of the fit; None where they are those, or the model does not remember.
    forgotten
        Whether the model does not remember them.
    likeness
        How the model stands to the one that it follows; None where it follows none.
    """

    assigned: bool = False
    rhythm: Rhythm | None = None
    crosstab: Crosstab | None = None
    score_cells: tuple[ScoreCell, ...] = ()
    choice: Choice | None = None
    hindsight: Hindsight | None = None
    drift: Drift | None = None
    forgotten: bool = False
    likeness: Likeness | None = None

    @property
    def findings(self) -> dict[str, Any]:
        """These by name."""
        return {each.name: getattr(self, each.name) for each in fields(Findings)}


@dataclass(frozen=True, kw_only=True)
class Fitted(Findings):
    """A model and the figures of the customers that it was given; see `Findings` for more of them.

    Attributes
    ----------
    model
        What was fitted, or applied.
    groups
        The figures of each segment, by segment id from 1.
    everyone
        Those of all customers that have a segment.
    grounds
        What claims of names are checked on, of these customers.
    spread
        How these customers are spread.
    near_borders
        How many customers of each segment sit near a border; None without centres.
    away
        How many of each are away longer than usual; None where nothing tells what is usual.
    """

    model: SegmentModel
    groups: tuple[Group, ...]
    everyone: Group
    spread: Distributions
    grounds: Grounds
    near_borders: tuple[int, ...] | None = None
    away: tuple[int, ...] | None = None

    @property
    def pace(self) -> Pace | None:
        """What is usual in this shop; None for a table of customers."""
        return Pace.of(self.grounds)

    @property
    def names(self) -> tuple[Name, ...]:
        """The segments' names, with what holds of them for these customers."""
        names = self.model.names
        return on_other_grounds(names, self.model.lexicon, self.grounds) if self.assigned else names
