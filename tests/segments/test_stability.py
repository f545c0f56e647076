"""Evidence: votes and stability against hand-worked answers and scikit-learn on every customer written out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import (
    adjusted_rand_score,
    calinski_harabasz_score,
    silhouette_samples,
    silhouette_score,
)

import rfmeans
from drawn import examples
from places import ROOT
from rfmeans.errors import DataError
from rfmeans.segments.cells import Cells, condense
from rfmeans.segments.cluster_measures import (
    SILHOUETTE_SAMPLE,
    busiest_border,
    calinski_harabasz,
    davies_bouldin,
    partition,
    pick_sample,
    silhouette,
)
from rfmeans.segments.kmeans import NEAR_BORDER
from rfmeans.segments.number_of_segments import (
    ABOUT,
    CROWDED,
    LEAST_GAIN,
    SMALLEST_SHARE,
    SURE,
    WEAKEST,
    Vote,
    choose_segments,
    knee,
    recommend,
)
from rfmeans.segments.stability import (
    RESAMPLE_SIZE,
    RESAMPLES,
    STABLE,
    adjusted_rand,
    contingency,
    jaccard,
    measure_stability,
    nearest_centre,
)
from rfmeans.wording import percent

LINE = np.array([0.0, 1.0, 4.0, 6.0])


def on_a_line(places=LINE, counts=(1, 1, 1, 1)) -> Cells:
    points = np.column_stack([places, np.zeros((len(places), 2))])
    return Cells(points, np.array(counts, dtype=np.int64), np.zeros(len(places)), None)


def every_customer(points) -> Cells:
    points = np.asarray(points, dtype=np.float64)
    return Cells(points, np.ones(len(points), dtype=np.int64), np.zeros(len(points)), None)


def heaps(kinds: int, apart: float, n: int = 800, seed: int = 0) -> Cells:
    """Round heaps on the corners of a cube, their nearest centres ``apart`` standard deviations."""
    rng = np.random.default_rng(seed)
    corners = np.array([[0, 0, 0], [1, 1, 0], [1, 0, 1], [0, 1, 1], [1, 0, 0], [0, 1, 0]])[:kinds]
    return every_customer(corners[rng.integers(kinds, size=n)] * apart + rng.normal(size=(n, 3)))


# By hand: 0 and 1 are one cluster, 4 and 6 the other; means 0.5 and 5, squares 0.5 and 2, about 2.75: 22.75


def test_calinski_harabasz_by_hand():
    part = partition(on_a_line(), np.array([0, 0, 1, 1]), 2)
    assert (part.inertia, part.total) == (2.5, 22.75)
    assert calinski_harabasz(part) == pytest.approx((20.25 / 1) / (2.5 / 2))


def test_davies_bouldin_by_hand():
    part = partition(on_a_line(), np.array([0, 0, 1, 1]), 2)
    assert davies_bouldin(part) == pytest.approx((0.5 + 1.0) / 4.5)


def test_silhouette_by_hand():
    cells = on_a_line()
    widths = [(5 - 1) / 5, (4 - 1) / 4, (3.5 - 2) / 3.5, (5.5 - 2) / 5.5]
    found = silhouette(pick_sample(cells), np.array([0, 0, 1, 1]), 2)
    assert found == pytest.approx(np.mean(widths))


def test_a_customer_alone_has_silhouette_zero():
    found = silhouette(pick_sample(on_a_line()), np.array([0, 0, 0, 1]), 2)
    alone = silhouette_samples(LINE[:, None], [0, 0, 0, 1])
    assert alone[3] == 0
    assert found == pytest.approx(alone.mean())


@pytest.mark.parametrize("seed", range(3))
def test_where_nothing_is_left_within_there_is_no_noise_of_sums(seed):
    """Three points, held by 3, 7 and 11 customers: their means are off by rounding alone, whatever the engine."""
    places = np.random.default_rng(seed).normal(size=(3, 3))
    cells = every_customer(np.repeat(places, [3, 7, 11], axis=0))
    part = partition(cells, np.repeat([0, 1, 2], [3, 7, 11]), 3)
    assert (part.inertia, davies_bouldin(part), calinski_harabasz(part)) == (0, 0, np.inf)


def test_adjusted_rand_by_hand():
    # 10 customers, 45 pairs: together in both 10 + 6, in the first 15 + 6, in the second 10 + 10; by chance 28/3
    table = contingency(np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([5, 1, 4]), 2)
    assert table.tolist() == [[5, 1], [0, 4]]
    chance = 21 * 20 / 45
    assert adjusted_rand(table) == pytest.approx((16 - chance) / (20.5 - chance))


def test_adjusted_rand_of_one_cluster_with_itself_is_one():
    assert adjusted_rand(np.array([[7]])) == 1.0


def test_jaccard_by_hand():
    assert jaccard(np.array([[5, 1], [0, 4]])).tolist() == [5 / 6, 4 / 5]
    assert jaccard(np.array([[0, 0], [3, 1]])).tolist() == [0.0, 0.75]


def test_border_by_hand():
    # Centres at 0 and 6, so the border is 2 to 4: 2 customers; about the centres, -1 to 1 and 5 to 7, 3 and 4.
    places, counts = np.array([0.0, 2.5, 3.5, 6.0, 6.5, 5.5]), (3, 1, 1, 2, 1, 1)
    cells, labels = on_a_line(places, counts), np.array([0, 0, 1, 1, 1, 1])
    part = replace(partition(cells, labels, 2), means=np.array([[0.0, 0, 0], [6.0, 0, 0]]))
    assert busiest_border(cells, labels, part) == pytest.approx(2 / 3)


def test_knee_by_hand():
    assert knee([50.0, 20.0, 18.0, 17.0], 100.0) == 3
    assert knee([50.0], 100.0) is None


# Against scikit-learn, each customer written out as often as it counts


@st.composite
def weighted(draw):
    n = draw(st.integers(4, 12))
    coordinate = st.integers(-20, 20).map(float)
    points = draw(
        st.lists(st.tuples(coordinate, coordinate, coordinate), min_size=n, max_size=n, unique=True)
    )
    counts = draw(st.lists(st.integers(1, 5), min_size=n, max_size=n))
    labels = draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    others = draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    labels[:3] = [0, 1, 2]
    cells = Cells(np.array(points), np.array(counts, dtype=np.int64), np.zeros(n), None)
    return cells, np.array(labels), np.array(others)


@examples(60)
@given(weighted())
def test_measures_are_scikit_learns_on_every_customer(case):
    cells, labels, others = case
    points, own = np.repeat(cells.points, cells.counts, axis=0), np.repeat(labels, cells.counts)
    part = partition(cells, labels, 3)
    sample = pick_sample(cells)
    assert sample.size == len(points)
    if len(points) > 3:
        assert silhouette(sample, labels, 3) == pytest.approx(silhouette_score(points, own), abs=1e-9)
    if part.inertia > 0:
        assert calinski_harabasz(part) == pytest.approx(calinski_harabasz_score(points, own))
    table = contingency(labels, others, cells.counts, 3)
    other = np.repeat(others, cells.counts)
    assert adjusted_rand(table) == pytest.approx(adjusted_rand_score(own, other), abs=1e-12)
    for label in range(3):
        mine = own == label
        best = max((mine & (other == found)).sum() / (mine | (other == found)).sum() for found in range(3))
        assert jaccard(table)[label] == pytest.approx(best)


def test_condensing_keeps_what_exact_measures_need():
    cells = heaps(4, 4)
    few = condense(cells, limit=100)
    assert len(few.points) <= 100
    assert few.counts.sum() == len(cells.points)
    labels = nearest_centre(few.points, few.points[:3])
    # The same partition on the customers: each goes where its cell goes.
    width = few.width
    where = {tuple(np.floor(point / width)): label for point, label in zip(few.points, labels, strict=True)}
    own = np.array([where[tuple(np.floor(point / width))] for point in cells.points])
    assert calinski_harabasz(partition(few, labels, 3)) == pytest.approx(
        calinski_harabasz_score(cells.points, own)
    )
    assert partition(few, labels, 3).inertia == pytest.approx(partition(cells, own, 3).inertia)


def test_condensing_puts_equal_customers_together_and_leaves_few_ones_as_they_are():
    points = np.repeat(np.random.default_rng(0).normal(size=(50, 3)), 3, axis=0)
    few = condense(every_customer(points))
    assert few.counts.tolist() == [3] * 50
    assert few.within.max() < 1e-20


def test_the_sample_takes_customers_evenly():
    sample = pick_sample(on_a_line(counts=(600, 200, 150, 50)), size=100)
    assert sample.weights.tolist() == [60, 20, 15, 5]


# Directions


def test_separate_heaps_are_stable_and_noise_is_not():
    apart, noise = heaps(4, 6), every_customer(np.random.default_rng(1).uniform(size=(1_500, 3)))
    corners = np.array([[0, 0, 0], [1, 1, 0], [1, 0, 1], [0, 1, 1]]) * 6.0
    stable = measure_stability(apart, corners, seed=0)
    assert stable.overall > 0.98
    assert min(stable.segments) > 0.98
    unstable = measure_stability(noise, np.random.default_rng(2).uniform(size=(5, 3)), seed=0)
    assert unstable.overall < 0.6
    assert not unstable.stable


@pytest.mark.parametrize("kinds", [3, 4, 5, 6])
def test_separate_heaps_are_counted(kinds):
    choice = choose_segments(heaps(kinds, 6, seed=kinds), seed=0)
    assert (choice.recommended, choice.stands_out) == (kinds, True)


@pytest.mark.parametrize("covariance", [np.eye(3), [[1, -0.3, -0.3], [-0.3, 1, 0.8], [-0.3, 0.8, 1]]])
def test_in_one_cloud_no_number_stands_out(covariance):
    cloud = np.random.default_rng(0).multivariate_normal(np.zeros(3), covariance, 1_500)
    choice = choose_segments(every_customer(cloud), seed=0)
    assert not choice.stands_out
    assert choice.sentence.startswith("No number stands out: ")


def test_two_distinct_customers_leave_one_number():
    choice = choose_segments(on_a_line([0.0, 1.0], (5, 5)), seed=0)
    assert [vote.segments for vote in choice.votes] == [2]
    with pytest.raises(DataError, match="Found 1 distinct among 10 customers"):
        choose_segments(on_a_line([1.0], (10,)), seed=0)


def test_the_choice_depends_on_neither_the_order_of_rows_nor_the_number_of_threads():
    from threadpoolctl import threadpool_limits

    cells = heaps(4, 3)
    mixed = every_customer(np.random.default_rng(5).permutation(cells.points))
    with threadpool_limits(limits=2):
        assert choose_segments(mixed, seed=3) == choose_segments(cells, seed=3)


# The rule


def vote(k: int, **values: float) -> Vote:
    base = {
        "inertia": 1.0,
        "explained": 0.5,
        "gain": 0.2,
        "silhouette": 0.5,
        "calinski_harabasz": 100.0,
        "davies_bouldin": 1.0,
        "border": 0.5,
        "stability": 0.94,
        "weakest": 0.9,
        "smallest_share": 0.1,
    }
    return Vote(k, **{**base, **values})


def test_the_largest_number_set_apart_is_recommended():
    votes = [vote(2), vote(3), vote(4, gain=0.01), vote(5, border=1.2), vote(6, stability=0.7)]
    assert recommend(votes) == (
        3,
        True,
        "3: the largest number whose segments survive resampling (0.94), hold at least 3 % of customers each and stand "
        "apart, with fewer customers at the borders between them than around their centres.",
    )


def test_a_split_that_parts_a_detail_of_kinds_apart_is_not_followed():
    votes = [
        vote(2, gain=0.45),
        vote(3, gain=1.6),
        vote(4, gain=-0.05),
        vote(5, gain=0.11),
        vote(6, border=2),
    ]
    number, stands_out, sentence = recommend(votes)
    assert (number, stands_out) == (3, True)
    assert sentence == (
        "3: its segments survive resampling (0.94), hold at least 3 % of customers each and stand apart, with fewer "
        "customers at the borders between them than around their centres; so would those of 5, but its last split "
        "gains less than a tenth of what the best one does, so it parts details."
    )
    assert recommend([*votes[:3], vote(5, gain=0.17)])[0] == 5


@pytest.mark.parametrize("kinds", [3, 4])
def test_kinds_apart_are_found_where_some_buy_once_or_twice(kinds):
    centres = [(1.8, 2.5, 7.0), (5.2, 2.4, 6.8), (2.0, 0.9, 4.0), (5.3, 0.9, 4.2)][-kinds:]
    rng = np.random.default_rng(77)
    rows = np.expm1(np.vstack([rng.normal(centre, 0.2, (500, 3)) for centre in centres]))
    frame = pd.DataFrame(np.maximum(rows.round(2), 1), columns=["recency", "frequency", "monetary"])
    frame = frame.round({"recency": 0, "frequency": 0}).assign(customer_id=range(len(frame)))
    with rfmeans.segment(
        frame, segments="auto", transform="log", columns=rfmeans.CustomerColumns()
    ) as result:
        choice = result.summary.choice
    assert (choice.recommended, choice.stands_out) == (kinds, True)


def test_the_documented_rule_has_the_limits_of_the_code():
    text = " ".join((ROOT / "docs" / "evidence.md").read_text(encoding="utf-8").split())
    for limit in (
        f"stability {SURE:.2f} or more, and every segment's Jaccard similarity {WEAKEST:.2f} or more",
        f"every segment holds at least {percent(SMALLEST_SHARE)} of the customers",
        f"its gain is {LEAST_GAIN:.2f} or more and its border is {CROWDED:.2f} or less",
        f"within {ABOUT:.2f} of the best one's",
        f"stability of the segments below {STABLE}",
        f"{RESAMPLES} resamples: as many customers as there are, but at most {RESAMPLE_SIZE:,}",
        f"mean over {SILHOUETTE_SAMPLE:,} customers",
        f"is a confidence below {NEAR_BORDER}",
    ):
        assert limit in text


around_the_limits = st.sampled_from([0.0, 0.02, 0.03, 0.04, 0.5, 0.75, 0.89, 0.9, 1.0])
any_vote = st.builds(
    lambda **values: vote(2, **values),
    **dict.fromkeys(("gain", "silhouette", "stability", "weakest", "smallest_share"), around_the_limits),
    border=st.sampled_from([0.0, 0.89, 0.9, 0.91, 1.1]),
)


@examples(100)
@given(st.lists(any_vote, min_size=1, max_size=9))
def test_what_stands_out_is_sound_and_apart_and_the_silhouette_moves_nothing(votes):
    votes = [replace(found, segments=k) for k, found in enumerate(votes, start=2)]
    number, stands_out, sentence = recommend(votes)
    taken = votes[number - 2]
    sound = [found for found in votes if found.survives and found.large_enough]
    assert stands_out == any(found.set_apart for found in sound)
    assert not stands_out or (taken in sound and taken.set_apart)
    assert not sound or taken in sound
    assert taken.large_enough or not any(found.large_enough for found in votes)
    assert sentence.startswith("No number stands out") is not stands_out
    mirrored = [replace(found, silhouette=1 - found.silhouette) for found in votes]
    assert recommend(mirrored) == recommend(votes)


def test_a_tiny_segment_rules_a_number_out_however_good_its_silhouette():
    votes = [vote(2, silhouette=0.95, smallest_share=0.001), vote(3), vote(4, smallest_share=0.029)]
    assert recommend(votes)[:2] == (3, True)


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ({"border": 2.0}, "the borders between its segments run through crowds"),
        ({"gain": 0.0}, "the last split took away no more than one more cut takes away in a single cloud"),
    ],
)
def test_where_none_is_set_apart_the_largest_sound_number_is_recommended_and_that_is_said(why, told):
    votes = [vote(2, border=2), vote(3, **why), vote(4, gain=0, weakest=0.7)]
    assert recommend(votes) == (
        3,
        False,
        "No number stands out: 3 is the largest number whose segments survive resampling (0.94) and hold at least 3 % "
        f"of customers each; but {told}, so they are slices, not kinds that stand apart.",
    )


@pytest.mark.parametrize(("share", "shown"), [(0.005, "< 1 %"), (0.0151, "2 %"), (0.0299, "just under 3 %")])
def test_where_every_number_has_a_tiny_segment_that_is_said(share, shown):
    votes = [vote(2, smallest_share=0.001, stability=0.5), vote(3, smallest_share=share, stability=0.97)]
    assert recommend(votes) == (
        3,
        False,
        "No number stands out: whatever the number, some segment holds less than 3 % of customers, so a few of them "
        "decide (where there is no log transform, one would hold extreme ones back); 3 is "
        f"the smallest number about as stable as any (0.97), its smallest segment {shown}.",
    )


def test_where_none_survives_the_smallest_about_as_near_as_any_is_recommended():
    votes = [
        vote(2, stability=0.6),
        vote(3, stability=0.67),
        vote(4, stability=0.7),
        vote(5, smallest_share=0.01),
    ]
    assert recommend(votes) == (
        3,
        False,
        "No number stands out: where segments hold at least 3 % of customers each, never do all survive resampling; "
        "3 is the smallest number about as stable as any (0.67, its weakest segment 0.90).",
    )


def test_stable_together_but_for_one_segment_reads_without_contradiction():
    _, stands_out, sentence = recommend([vote(2, stability=0.95, weakest=0.6), vote(3, weakest=0.5)])
    assert not stands_out
    assert "never do all survive resampling" in sentence
    assert sentence.endswith("(0.95, its weakest segment 0.60).")
