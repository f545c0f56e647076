"""How many segments: several votes per number, and a recommendation by a rule (docs/evidence.md)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rfmeans.segments.cluster_measures import (
    NOTHING_LEFT,
    busiest_border,
    calinski_harabasz,
    davies_bouldin,
    partition,
    pick_sample,
    silhouette,
)
from rfmeans.segments.condensed import condense
from rfmeans.segments.features import significant
from rfmeans.segments.settings import MIN_SEGMENTS, MOST_TRIED
from rfmeans.segments.stability import RESAMPLES, measure_stability, nearest_centre, resample_size
from rfmeans.segments.starts import check_distinct, one_thread
from rfmeans.wording import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rfmeans.segments.cluster_measures import Sample
    from rfmeans.segments.condensed import Cells

    Floats = NDArray[np.float64]

SMALLEST_SHARE = 0.03
WEAKEST = 0.75  # Jaccard similarity from which Hennig (2007) calls a cluster stable
SURE = 0.9  # stability of a number to recommend; from 0.8 on there is no warning
LEAST_GAIN = 0.04
DETAIL = 0.1  # of the largest gain: a split that takes less parts details, such as one purchase from two
ABOUT = 0.05  # stabilities this close are about the same: they come from 50 resamples
CROWDED = 0.9  # below 1, which a cut through evenly spread customers gives
STARTS = 10
REFERENCES = 10
REFERENCE_SIZE = 1_000
REFERENCE_STARTS = 2


@dataclass(frozen=True)
class Vote:
    """What speaks for and against one number of segments.

    Attributes
    ----------
    segments
        The number, k.
    inertia
        Sum of squared distances to the nearest centre, in feature space. Falls with every further segment.
    explained
        Share of the squared distances to the mean of all that the segments take away, 0 to 1.
    gain
        How much more of the inertia the last split took away (from k - 1 to k, difference of logarithms) than it
        takes away in a structureless cloud: normal, of the same covariance. 0: no more; 0.1: a tenth more.
    silhouette
        Mean silhouette of a sample of the customers, -1 to 1; larger is better.
    calinski_harabasz
        Variance between over variance within, per degree of freedom; larger is better. Infinite where nothing is
        left within.
    davies_bouldin
        Mean of each segment's worst (spread + spread) / distance; smaller is better.
    border
        Customers in the middle third between two centres against those about the centres, for the most crowded
        border; below 1 there is a valley between any two segments.
    stability
        Mean adjusted Rand index between the segments and refits on resamples; 1 is best.
    weakest
        The least stable segment's mean Jaccard similarity over the same refits, 0 to 1.
    smallest_share
        Share of the customers in the smallest segment, 0 to 1.
    """

    segments: int
    inertia: float
    explained: float
    gain: float
    silhouette: float
    calinski_harabasz: float
    davies_bouldin: float
    border: float
    stability: float
    weakest: float
    smallest_share: float

    @property
    def survives(self) -> bool:
        """Whether the segments survive resampling: together 0.9 or more, each 0.75 or more."""
        return self.stability >= SURE and self.weakest >= WEAKEST

    @property
    def large_enough(self) -> bool:
        """Whether every segment holds at least 3 % of the customers."""
        return self.smallest_share >= SMALLEST_SHARE

    @property
    def set_apart(self) -> bool:
        """Whether the last split found more than a cloud's slices, and valleys lie between the segments."""
        return self.gain >= LEAST_GAIN and self.border <= CROWDED


@dataclass(frozen=True)
class Choice:
    """The votes side by side, and the recommendation.

    Attributes
    ----------
    votes
        One per number tried, from 2 up to 10.
    recommended
        The number the rule recommends.
    stands_out
        Whether it stands out; where not, the recommendation is a matter of convenience, and `sentence` says so.
    sentence
        The recommendation and its reason.
    knee
        The number after which inertia bends most; None where fewer than two numbers were tried.
    silhouette_sample
        Customers in the silhouette's sample.
    resamples, resample_size
        Refits behind each stability, and the customers drawn for each.
    """

    votes: tuple[Vote, ...]
    recommended: int
    stands_out: bool
    sentence: str
    knee: int | None
    silhouette_sample: int
    resamples: int
    resample_size: int

    def to_dict(self) -> dict[str, Any]:
        """Return the choice as plain values, with what each index alone would take."""
        return {**asdict(self), "favourites": self.favourites}

    @property
    def favourites(self) -> dict[str, int | None]:
        """Which number each index alone would take, by the index's name."""
        votes = self.votes
        return {
            "inertia (knee)": self.knee,
            "silhouette": max(votes, key=lambda vote: vote.silhouette).segments,
            "Calinski-Harabasz": max(votes, key=lambda vote: vote.calinski_harabasz).segments,
            "Davies-Bouldin": min(votes, key=lambda vote: vote.davies_bouldin).segments,
            "stability": max(votes, key=lambda vote: vote.stability).segments,
        }


def knee(inertias: list[float], total: float) -> int | None:
    """Return the position of the sharpest bend: where inertia fell most against how it falls next.

    Parameters
    ----------
    inertias
        With 2, 3, ... clusters.
    total
        With one.

    >>> knee([50.0, 20.0, 18.0, 17.0], 100.0)
    3
    """
    logs = np.log(np.maximum([total, *inertias], total * NOTHING_LEFT))
    falls = -np.diff(logs)
    if len(falls) < 2:
        return None
    return MIN_SEGMENTS + int(np.argmax(falls[:-1] / np.maximum(falls[1:], NOTHING_LEFT)))


def choose_segments(cells: Cells, seed: int) -> Choice:
    """Try 2 to 10 segments on the cells and recommend a number.

    Raises
    ------
    DataError
        If there are fewer than two distinct points.
    """
    few = condense(cells)
    check_distinct(few, MIN_SEGMENTS)
    sample = pick_sample(few)
    with one_thread():
        votes, total = _take_votes(few, sample, seed)
    recommended, stands_out, sentence = recommend(votes)
    return Choice(
        votes=tuple(votes),
        recommended=recommended,
        stands_out=stands_out,
        sentence=sentence,
        knee=knee([vote.inertia for vote in votes], total),
        silhouette_sample=sample.size,
        resamples=RESAMPLES,
        resample_size=resample_size(cells),
    )


def _take_votes(cells: Cells, sample: Sample, seed: int) -> tuple[list[Vote], float]:
    """Return a vote per number, and the inertia of all customers about one centre."""
    numbers = range(MIN_SEGMENTS, min(MOST_TRIED, len(cells.points)) + 1)
    whole = partition(cells, np.zeros(len(cells.points), dtype=np.intp), 1)
    falls = _falls_in_a_cloud(cells, whole.means[0], numbers, seed)
    votes: list[Vote] = []
    before = whole.inertia
    for k, fall in zip(numbers, falls, strict=True):
        votes.append(_vote(cells, sample, k, seed, before=before, fall=float(fall)))
        before = votes[-1].inertia
    return votes, whole.inertia


def _vote(cells: Cells, sample: Sample, k: int, seed: int, *, before: float, fall: float) -> Vote:
    """Fit k centres and measure; ``before`` is the inertia with one less, ``fall`` how it falls in a cloud."""
    weights = cells.counts.astype(np.float64)
    centres = _fit(cells.points, k, seed, STARTS, weights).cluster_centers_
    labels = nearest_centre(cells.points, centres)
    part = partition(cells, labels, k)
    stability = measure_stability(cells, centres, seed)
    nothing = part.total * NOTHING_LEFT
    measures = {
        "inertia": part.inertia,
        "explained": 1 - part.inertia / part.total,
        "gain": np.log(max(before, nothing) / max(part.inertia, nothing)) - fall,
        "silhouette": silhouette(sample, labels, k),
        "calinski_harabasz": calinski_harabasz(part),
        "davies_bouldin": davies_bouldin(part),
        "border": busiest_border(cells, labels, part),
        "stability": stability.overall,
        "weakest": min(stability.segments),
        "smallest_share": float(part.sizes.min() / part.sizes.sum()),
    }
    # Nine digits hide in which last digits of a logarithm engines differ.
    return Vote(k, **{name: significant(float(value), 9) for name, value in measures.items()})


def _falls_in_a_cloud(cells: Cells, middle: Floats, numbers: range, seed: int) -> Floats:
    """Return by how much the logarithm of inertia falls, per number, in normal clouds of the same covariance."""
    rng = np.random.default_rng(seed)
    off = (cells.points - middle) * np.sqrt(cells.counts)[:, None]
    _, spread, axes = np.linalg.svd(off / np.sqrt(cells.counts.sum()), full_matrices=False)
    size = min(int(cells.counts.sum()), REFERENCE_SIZE)
    clouds = [rng.normal(size=(size, len(spread))) * spread @ axes for _ in range(REFERENCES)]
    logs = [_log_inertias(cloud, numbers, seed) for cloud in clouds]
    falls: Floats = -np.diff(np.mean(logs, axis=0))
    return falls


def _log_inertias(cloud: Floats, numbers: range, seed: int) -> Floats:
    """Return the logarithm of a cloud's inertia about one centre and about each number of them."""
    total = float(((cloud - cloud.mean(axis=0)) ** 2).sum())
    inertias = [_fit(cloud, k, seed, REFERENCE_STARTS).inertia_ for k in numbers]
    logs: Floats = np.log(np.maximum([total, *inertias], total * NOTHING_LEFT))
    return logs


def _fit(points: Floats, k: int, seed: int, starts: int, weights: Floats | None = None) -> Any:
    from sklearn.cluster import KMeans

    return KMeans(k, init="k-means++", n_init=starts, random_state=seed).fit(points, sample_weight=weights)


def recommend(votes: Sequence[Vote]) -> tuple[int, bool, str]:
    """Return the number that the rule recommends, whether it stands out, and why, in a sentence.

    Of the numbers whose segments survive resampling and are large enough: the largest that is set apart, without those
    that only part details; where none is set apart, the largest. Where there is no such number, the smallest that
    is about as stable as the most stable one, of the large enough ones if any.
    """
    sound = [vote for vote in votes if vote.survives and vote.large_enough]
    apart = [vote for vote in sound if vote.set_apart]
    large = [vote for vote in votes if vote.large_enough]
    if apart:
        best = _without_details(apart)
        which = (
            f"{_survive(best)}, {_HOLD}{_APART}" if best is apart[-1] else _but_for_details(best, apart[-1])
        )
        return best.segments, True, f"{best.segments}: {which}."
    if sound:
        best = sound[-1]
        why = _CROWDS if best.border > CROWDED else _NO_GAIN
        reason = f"{best.segments} is {_survive(best)} and {_HOLD}; but {why}{_SLICES}"
    else:
        best = _about_the_most_stable(large or votes)
        reason = _unsound(best, large=bool(large))
    return best.segments, False, f"No number stands out: {reason}."


def _without_details(apart: Sequence[Vote]) -> Vote:
    enough = DETAIL * max(vote.gain for vote in apart)
    return [vote for vote in apart if vote.gain >= enough][-1]


def _about_the_most_stable(votes: Sequence[Vote]) -> Vote:
    most = max(vote.stability for vote in votes)
    return next(vote for vote in votes if vote.stability >= most - ABOUT)


_HOLD = f"hold at least {percent(SMALLEST_SHARE)} of customers each"
_APART = " and stand apart, with fewer customers at the borders between them than around their centres"
_CROWDS = "the borders between its segments run through crowds"
_NO_GAIN = "the last split took away no more than one more cut takes away in a single cloud"
_SLICES = ", so they are slices, not kinds that stand apart"


def _survive(vote: Vote) -> str:
    return f"the largest number whose segments survive resampling ({vote.stability:.2f})"


def _but_for_details(best: Vote, further: Vote) -> str:
    return (
        f"its segments survive resampling ({best.stability:.2f}), {_HOLD}{_APART}; so would those of "
        f"{further.segments}, but its last split gains less than a tenth of what the best one does, so it parts details"
    )


def _unsound(best: Vote, *, large: bool) -> str:
    taken = f"{best.segments} is the smallest number about as stable as any ({best.stability:.2f}"
    if large:
        return (
            f"where segments {_HOLD}, never do all survive resampling; "
            f"{taken}, its weakest segment {best.weakest:.2f})"
        )
    return (
        f"whatever the number, some segment holds less than {percent(SMALLEST_SHARE)} of customers, so a few of them "
        "decide (where there is no log transform, one would hold extreme ones back); "
        f"{taken}), its smallest segment {_below(best.smallest_share)}"
    )


def _below(share: float) -> str:
    """Return a share below the least one, such that it does not read as that."""
    least = percent(SMALLEST_SHARE)
    return f"just under {least}" if percent(share) == least else percent(share)
