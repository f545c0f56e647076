"""`segments="auto"` and the stability of any run, from customers to summary, model and terminal."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

import rfmeans
from drawn import examples
from helpers.cloud_of_customers import noise
from helpers.weighed import every_customer, heaps, on_a_line
from places import DATA
from rfmeans.errors import DataError, SettingsError
from rfmeans.segments.number_of_segments import (
    Vote,
    choose_segments,
    knee,
    recommend,
)
from rfmeans.segments.settings import Settings
from rfmeans.segments.stability import Stability
from rfmeans.settings import CustomerColumns
from rfmeans.synthetic import make_customers

ONLINE_RETAIL = DATA / "online_retail.parquet"


def segment(customers: pd.DataFrame, **settings):
    return rfmeans.segment(customers, columns=CustomerColumns(), **settings)


@pytest.fixture(scope="module")
def chosen():
    with segment(make_customers(3_000, seed=7), segments="auto") as result:
        yield result


@pytest.mark.slow
def test_the_demos_four_kinds_are_found(chosen):
    choice = chosen.summary.choice
    assert (choice.recommended, choice.stands_out) == (4, True)
    assert choice.sentence.startswith("4: the largest number whose segments survive resampling (")
    assert len(chosen.summary.segments) == 4
    assert [vote.segments for vote in choice.votes] == list(range(2, 11))


@pytest.mark.slow
def test_the_number_recommended_is_fitted_as_if_it_had_been_given(chosen):
    with segment(make_customers(3_000, seed=7), segments=4) as given:
        assert given.model.centres == chosen.model.centres
        assert given.model.stability == chosen.model.stability
        assert given.customers.to_pandas().equals(chosen.customers.to_pandas())
        assert given.summary.choice is None


def test_the_summary_and_the_model_say_how_the_number_came_about(chosen):
    summary = json.loads(json.dumps(chosen.summary.to_dict(), allow_nan=False))
    assert summary["choice"]["recommended"] == 4
    assert summary["choice"]["favourites"]["Calinski-Harabasz"] == 4
    assert summary["choice"]["votes"][2]["stability"] > 0.9
    assert summary["stability"]["overall"] > 0.9
    assert summary["segments"][0]["stability"] == chosen.model.stability.segments[0]
    content = json.loads(chosen.model.to_json())
    assert content["settings"]["segments"] == "auto"
    assert content["settings"]["choice"] == chosen.summary.choice.sentence
    assert rfmeans.SegmentModel.from_json(chosen.model.to_json()) == chosen.model


def test_a_model_without_stability_still_loads(chosen):
    content = json.loads(chosen.model.to_json())
    del content["stability"]
    model = rfmeans.SegmentModel.from_json(json.dumps(content))
    assert model.stability is None


def test_every_run_shows_the_stability_of_its_own_number():
    with segment(make_customers(3_000, seed=7), segments=4) as result:
        stability = result.summary.stability
        assert stability.stable
        assert min(stability.segments) > 0.9
        assert stability.sentence.startswith(f"Stability {stability.overall:.2f}: how far ")
        assert list(result.profile["stability"]) == list(stability.segments)


def test_segments_of_one_cloud_are_unstable_and_that_is_said():
    with segment(noise(), segments=6) as result:
        stability = result.summary.stability
        assert stability.overall < 0.8
        assert stability.sentence == (
            f"Unstable: 50 refits on resamples of 1,500 customers agree with these segments only to "
            f"{stability.overall:.2f} (1: wholly; 0: no more than chance; below 0.8: not to be relied on). "
            "segments='auto' tells the same of 2 to 10."
        )
        assert "--segments auto tells the same of 2 to 10." in result.to_markdown()


@pytest.mark.parametrize(
    ("customers", "segments", "said"),
    [(3, 3, ""), (3, 2, " segments='auto' tells the same of 2 to 3."), (2_000, 10, "")],
)
def test_auto_is_advised_only_where_it_has_more_numbers_to_try(customers, segments, said):
    found = Stability(0.5, (0.5,) * segments, 50, customers)
    assert found.sentence.endswith(f"not to be relied on).{said}")


@pytest.mark.slow
@pytest.mark.parametrize("segments", [4, "auto"])
def test_evidence_depends_on_neither_the_order_of_rows_nor_the_number_of_threads(segments):
    customers = make_customers(1_200, seed=9)
    mixed = customers.sample(frac=1, random_state=1)
    with segment(customers, segments=segments) as first:
        expected = first.summary
    with threadpool_limits(limits=2), segment(mixed, segments=segments) as second:
        assert second.summary.choice == expected.choice
        assert second.summary.stability == expected.stability


@pytest.mark.slow
def test_above_the_limit_of_single_customers_it_works_on_cells_alike():
    with segment(make_customers(30_000, seed=1), segments="auto") as result:
        assert result.model.settings["passes"] > 0
        assert (result.summary.choice.recommended, result.summary.choice.stands_out) == (4, True)
        assert result.summary.stability.overall > 0.9


def test_a_handful_of_customers_can_be_chosen_for():
    customers = make_customers(4, seed=0)
    with segment(customers, segments="auto") as result:
        assert [vote.segments for vote in result.summary.choice.votes] == [2, 3, 4]
        json.dumps(result.summary.to_dict(), allow_nan=False)
    with pytest.raises(DataError, match="2 segments need at least 2 customers"):
        segment(make_customers(1), segments="auto")


@pytest.mark.slow
def test_the_estimator_takes_auto():
    estimator = rfmeans.RFMeans(n_segments="auto").fit(make_customers(1_000, seed=2))
    assert len(estimator.names_) == 4


def test_other_words_than_auto_are_refused():
    assert Settings("auto").segments == "auto"
    with pytest.raises(SettingsError, match=r"a whole number from 2 to 12, or auto\. Got 'many'"):
        rfmeans.segment(noise(), segments="many")


@pytest.mark.slow
def test_where_nothing_survives_the_smallest_of_about_equal_numbers_is_recommended():
    with segment(noise(800), segments="auto") as result:
        choice = result.summary.choice
        most = max(vote.stability for vote in choice.votes)
        near = [vote.segments for vote in choice.votes if vote.stability >= most - 0.05]
        assert choice.recommended == near[0] < near[-1]
        assert "is the smallest number about as stable as any" in choice.sentence


@pytest.mark.slow
@pytest.mark.skipif(not ONLINE_RETAIL.exists(), reason=f"the real data are not here: {ONLINE_RETAIL}")
@pytest.mark.parametrize(
    ("transform", "recommended", "sentence"),
    [
        ("auto", 3, "No number stands out: 3 is the largest number whose segments survive resampling"),
        ("log", 3, "No number stands out: 3 is the largest number whose segments survive resampling"),
        (
            "none",
            3,
            "No number stands out: whatever the number, some segment holds less than 3 % of customers",
        ),
    ],
)
def test_online_retail_is_no_trap(transform, recommended, sentence):
    with rfmeans.segment(ONLINE_RETAIL, segments="auto", transform=transform, n_init=5) as result:
        choice = result.summary.choice
        assert choice.sentence.startswith(sentence)
        assert choice.recommended == recommended
        assert not choice.stands_out
        assert (result.profile["share"].min() < 0.03) == (transform == "none")
        if transform == "none":  # the best silhouette is the wholesalers' alone
            assert choice.favourites["silhouette"] == 2
            assert choice.votes[0].silhouette > 0.8
            assert choice.votes[0].smallest_share < 0.01


def test_knee_by_hand():
    assert knee([50.0, 20.0, 18.0, 17.0], 100.0) == 3
    assert knee([50.0, 20.0], 100.0) == 2
    assert knee([50.0], 100.0) is None


def test_a_vote_counts_customers_not_cells():
    """0 and 4 have 100 customers each, 10 has one; each cell once would part 10 from the others."""
    choice = choose_segments(on_a_line([0.0, 4.0, 10.0], (100, 100, 1)), seed=0)
    two = choice.votes[0]
    # 4 and 10 about their mean, 410 / 101: 100 x 1 / 101 of the square of 6. All about 410 / 201.
    inertia, total = 36 * 100 / 101, 100 * 16 + 100 - 410**2 / 201
    assert two.smallest_share == pytest.approx(100 / 201)
    assert (two.inertia, two.explained) == pytest.approx((inertia, 1 - inertia / total))
    assert (choice.resamples, choice.resample_size) == (50, 201)


@pytest.mark.slow
@pytest.mark.parametrize("kinds", [3, 4, 5, 6])
def test_separate_heaps_are_counted(kinds):
    choice = choose_segments(heaps(kinds, 6, seed=kinds), seed=0)
    assert (choice.recommended, choice.stands_out) == (kinds, True)


@pytest.mark.slow
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


@pytest.mark.slow
def test_the_choice_depends_on_neither_the_order_of_rows_nor_the_number_of_threads():
    from threadpoolctl import threadpool_limits

    cells = heaps(4, 3)
    mixed = every_customer(np.random.default_rng(5).permutation(cells.points))
    with threadpool_limits(limits=2):
        assert choose_segments(mixed, seed=3) == choose_segments(cells, seed=3)


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


@pytest.mark.slow
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
