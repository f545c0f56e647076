"""How to segment: frozen settings, checked at the door and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import argument, named
from rfmeans.errors import SettingsError
from rfmeans.groups import USUAL_HOLDOUT, check_holdout
from rfmeans.settings import check, is_number, is_whole, one_of, whole

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

FEATURES = ("recency", "frequency", "monetary")
TRANSFORMS = ("auto", "log", "none")
METHODS = ("kmeans", "scores")
MIN_SCORES, MAX_SCORES = 2, 10
MIN_SEGMENTS, MAX_SEGMENTS = 2, 12
AUTO = "auto"
CLUSTERING = "sklearn.cluster"  # with scipy; loaded beside the job (`rfmeans.beside`)
MOST_TRIED = 10  # the largest number of segments that "auto" tries


@dataclass(frozen=True)
class Settings:
    """How to segment.

    Parameters
    ----------
    segments
        Number of segments, 2 to 12, or ``"auto"``: recommended from the customers.
    transform
        ``"auto"``: log1p for each feature whose skewness exceeds 1; ``"log"``: log1p for all three;
        ``"none"``: plain standardising.
    seed
        Seed of K-Means, 0 to 2**32 - 1. Nothing else is random.
    n_init
        Number of k-means++ starts; the best one is kept.
    tol
        scikit-learn's stopping tolerance, of squared moves in feature space. Passes over more customers than
        scikit-learn is given go on until no centre moves farther than its root, or 0.001; 0: than nothing, to 12
        decimals.
    method
        ``"kmeans"``, or ``"scores"``: the segments are the named regions of the R, F and M scores, and what
        concerns K-Means alone (segments, n_init, tol) is refused.
    score_bins
        Number of scores, 2 to 10; the best is the highest.
    score_cuts
        Cut points of the scores by feature, as lower edges; they come before the lexicon's.
    holdout
        Share of customers that campaigns leave out, so that their effect can be measured: 0 to below 1.
    lexicon
        Path of a TOML file with names and cut points, or the same as a mapping; None: the built-in one.

    Raises
    ------
    SettingsError
        If a value is out of range.

    >>> Settings(segments=1)
    Traceback (most recent call last):
    rfmeans.errors.SettingsError: segments must be a whole number from 2 to 12, or auto. Got 1.
    """

    segments: int | str = 4
    transform: str = "auto"
    seed: int = 0
    n_init: int = 50
    tol: float = 1e-4
    method: str = "kmeans"
    score_bins: int = 5
    score_cuts: Mapping[str, Sequence[float]] | None = None
    lexicon: Mapping[str, Any] | str | os.PathLike[str] | None = None
    holdout: float = USUAL_HOLDOUT

    def __post_init__(self) -> None:
        check(
            self,
            ("method", ("be one of kmeans, scores", METHODS.__contains__)),
            ("score_bins", whole(MIN_SCORES, MAX_SCORES)),
            ("seed", whole(0, 2**32 - 1)),
            ("n_init", whole(1, 1000)),
            ("tol", ("be a number from 0 to 1", lambda tol: is_number(tol) and 0 <= tol <= 1)),
            ("transform", one_of(*TRANSFORMS)),
        )
        object.__setattr__(self, "segments", parse_segments(self.segments))
        object.__setattr__(self, "tol", float(self.tol))
        check_holdout(self.holdout)
        if self.method == "scores":
            self._refuse_k_means()

    def _refuse_k_means(self) -> None:
        usual = {entry.name: entry.default for entry in fields(Settings)}
        for name in ("segments", "n_init", "tol"):
            if getattr(self, name) != usual[name]:
                raise SettingsError(
                    f"{named(name)} concerns K-Means: with {argument('method', 'scores')} the segments are the names "
                    f"of the scores. Leave it out, or use {argument('method', 'kmeans')}. "
                    f"Got {argument(name, getattr(self, name))}."
                )


def parse_segments(value: object) -> int | str:
    """Return the number of segments, or ``"auto"``, from what a user typed.

    >>> parse_segments("4"), parse_segments("auto")
    (4, 'auto')
    >>> parse_segments("many")
    Traceback (most recent call last):
    rfmeans.errors.SettingsError: segments must be a whole number from 2 to 12, or auto. Got 'many'.
    """
    if value == AUTO:
        return AUTO
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    must, holds = whole(MIN_SEGMENTS, MAX_SEGMENTS, ", or auto")
    if not holds(value):
        raise SettingsError(f"{named('segments')} must {must}. Got {value!r}.")
    assert is_whole(value)
    return int(value)
