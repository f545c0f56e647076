"""Groups in order of value: of K-Means and of scores, with what the model tells of them."""

import numpy as np
import pytest

from helpers.scored import customers, cut_points
from rfmeans.engines.kept_tables import Workspace
from rfmeans.segments.features import distinct_values, fit_scaling
from rfmeans.segments.grouping import Grouping, Placed, group_by_kmeans, group_by_scores
from rfmeans.segments.lexicon import built_in
from rfmeans.segments.settings import Settings

# Two heaps: five who bought little long ago, and three who bought much lately.
HEAPS = customers(
    [300, 310, 320, 330, 340, 1, 2, 3], [1, 1, 1, 1, 2, 9, 8, 9], [5.0, 6, 7, 8, 9, 900, 950, 1000]
)


def found(**settings) -> tuple[Grouping, list[str]]:
    heard: list[str] = []
    scaling = fit_scaling(distinct_values(HEAPS), "none")
    with Workspace() as scratch:
        return group_by_kmeans(
            Placed.of(HEAPS, 8, scaling, scratch), Settings(**settings), heard.append
        ), heard


def test_the_most_valuable_group_comes_first_with_its_own_centre():
    grouping, heard = found(segments=2, n_init=3, tol=0.0)
    assert [(group.customers, group.mean_monetary) for group in grouping.groups] == [(3, 950.0), (5, 7.0)]
    recency = np.array([300, 310, 320, 330, 340, 1, 2, 3])
    scaled = (recency - recency.mean()) / recency.std()
    assert [centre[0] for centre in grouping.centres] == pytest.approx([scaled[5:].mean(), scaled[:5].mean()])
    assert grouping.fitted == (("segments", 2), ("n_init", 3), ("tol", 0.0), ("passes", 0))
    assert grouping.stability is not None
    assert len(grouping.stability.get().segments) == 2
    assert (grouping.choice, grouping.score_segments) == (None, ())
    assert heard == ["grouping customers with K-Means", "profiling the segments", "measuring stability"]


def test_the_inertia_is_the_sum_of_squares_about_the_centres():
    grouping, _ = found(segments=2, n_init=3)
    values = np.column_stack([HEAPS[name].to_pyarrow() for name in ("recency", "frequency", "monetary")])
    scaled = (values - values.mean(axis=0)) / values.std(axis=0)
    squares = [((heap - heap.mean(axis=0)) ** 2).sum() for heap in (scaled[:5], scaled[5:])]
    assert grouping.inertia == pytest.approx(sum(squares))


@pytest.mark.slow
def test_a_chosen_number_comes_with_its_votes():
    grouping, heard = found(segments="auto", n_init=2)
    assert grouping.choice is not None
    assert len(grouping.groups) == grouping.choice.recommended
    assert dict(grouping.fitted)["segments"] == "auto"
    assert dict(grouping.fitted)["choice"] == grouping.choice.sentence
    assert heard[1] == "choosing the number of segments"


def test_groups_of_scores_are_those_that_somebody_is_in_and_the_other_names_come_last():
    grouping = group_by_scores(HEAPS, cut_points(HEAPS, 8, 5), built_in())
    assert [(group.customers, group.mean_monetary) for group in grouping.groups] == [
        *((2, 975.0), (1, 900.0), (1, 9.0), (1, 8.0), (2, 6.5), (1, 5.0))
    ]
    # By their scores: 454 and 455; 554; 133; 112; 211 and 212; 311.
    assert grouping.score_segments[:6] == (
        *("Loyal Customers", "Champions", "At Risk", "Lost", "Hibernating", "About to Sleep"),
    )
    assert sorted(grouping.score_segments) == sorted(built_in().scores.order)
    assert (grouping.centres, grouping.inertia, grouping.stability, grouping.choice) == ((), None, None, None)
