"""`segments="auto"` and the stability of any run, from customers to summary, model and terminal."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits
from typer.testing import CliRunner

import rfmeans
from places import DATA
from rfmeans.cli import commands
from rfmeans.errors import DataError, SettingsError
from rfmeans.segments.settings import Settings
from rfmeans.settings import CustomerColumns
from rfmeans.synthetic import make_customers

RUNNER = CliRunner()
ONLINE_RETAIL = DATA / "online_retail.parquet"


def segment(customers: pd.DataFrame, **settings):
    return rfmeans.segment(customers, columns=CustomerColumns(), **settings)


def noise(n: int = 1_500) -> pd.DataFrame:
    """Customers in one round cloud of logarithms: no kinds."""
    draws = np.exp(np.random.default_rng(3).normal(3, 0.5, (n, 3)))
    return pd.DataFrame(
        {
            "customer_id": range(1, n + 1),
            "recency": draws[:, 0],
            "frequency": draws[:, 1],
            "monetary": draws[:, 2],
        }
    )


@pytest.fixture(scope="module")
def chosen():
    with segment(make_customers(3_000, seed=7), segments="auto") as result:
        yield result


def test_the_demos_four_kinds_are_found(chosen):
    choice = chosen.summary.choice
    assert (choice.recommended, choice.stands_out) == (4, True)
    assert choice.sentence.startswith("4: the largest number whose segments survive resampling (")
    assert len(chosen.summary.segments) == 4
    assert [vote.segments for vote in choice.votes] == list(range(2, 11))


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
            "Segments auto tells the same of 2 to 10."
        )


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


def test_the_estimator_takes_auto():
    estimator = rfmeans.RFMeans(n_segments="auto").fit(make_customers(1_000, seed=2))
    assert len(estimator.names_) == 4


def test_other_words_than_auto_are_refused():
    assert Settings("auto").segments == "auto"
    with pytest.raises(SettingsError, match=r"a whole number from 2 to 12, or auto\. Got 'many'"):
        rfmeans.segment(noise(), segments="many")


def terminal(tmp_path, customers: pd.DataFrame, segments: str) -> str:
    path = tmp_path / "customers.csv"
    customers.to_csv(path, index=False)
    command = [
        "segment",
        str(path),
        "--customers-table",
        "--segments",
        segments,
        "--out",
        str(tmp_path / "out"),
    ]
    done = RUNNER.invoke(commands.app, command, env={"COLUMNS": "100"})
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_terminal_shows_votes_sentence_and_stability(tmp_path):
    said = terminal(tmp_path, noise(800), "auto")
    assert "How many segments" in said
    assert "No number stands out: " in said
    assert "Unstable: 50 refits on resamples of 800 customers" in said
    assert "Near a border between two segments (confidence below 0.1): " in said


def test_the_terminal_names_segments_that_do_not_survive(tmp_path):
    said = terminal(tmp_path, noise(800), "6")
    assert "How many segments" not in said
    assert "is found again only in part" in said


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
