"""A saved model comes back as it was, also one of an older version; a damaged one is refused."""

from __future__ import annotations

import json

import ibis
import pandas as pd
import pytest

import rfmeans
from helpers import scored as made
from helpers.hostile_shop import hostile_model
from rfmeans.segments.scores import SCORE_COLUMNS
from rfmeans.settings import CustomerColumns
from rfmeans.synthetic import make_customers

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")


def test_a_model_remembers_its_orders(tmp_path):
    model = hostile_model()
    model.save(tmp_path / "model.json")
    loaded = rfmeans.SegmentModel.load(tmp_path / "model.json")
    assert loaded.orders == model.orders
    assert loaded.to_sql("trino") == model.to_sql("trino")
    with rfmeans.segment(make_customers(300, seed=1), columns=CustomerColumns(), n_init=2) as result:
        assert result.model.orders is None


def test_a_damaged_memory_of_the_orders_is_refused():
    text = hostile_model().to_json().replace('"amount_per"', '"amuont_per"')
    with pytest.raises(rfmeans.ModelError, match="is not an rfmeans model: it is damaged"):
        rfmeans.SegmentModel.from_json(text)


shop, by_scores = made.shop, made.by_scores


@pytest.mark.slow
def test_a_model_of_the_first_version_has_no_scores(shop):
    with rfmeans.segment(shop, n_init=3) as result:
        content = json.loads(result.model.to_json())
        old = {key: value for key, value in content.items() if key not in ("scores", "lexicon")}
        model = rfmeans.SegmentModel.from_json(json.dumps({**old, "version": 1}))
        with rfmeans.assign(model, shop) as assigned:
            assert list(assigned.profile["segment"]) == list(result.profile["segment"])
            assert assigned.summary.scoring is assigned.summary.crosstab is None
            row = assigned.customers.to_pyarrow().to_pylist()[0]
    assert [row[name] for name in SCORE_COLUMNS] == [None] * 5


@pytest.mark.parametrize(
    "change",
    [
        {"edges": [3.0, 2.0, 5.0, 6.0]},
        {"scores": [5, 4, 3, 2]},
        {"scores": [1, 2, 3, 4, 5]},
        {"scores": [6, 4, 3, 2, 1]},
        {"feature": "age"},
    ],
)
def test_damaged_scores_of_a_model(by_scores, change):
    content = json.loads(by_scores.model.to_json())
    content["scores"]["features"][0].update(change)
    with pytest.raises(rfmeans.ModelError, match="it is damaged"):
        rfmeans.SegmentModel.from_json(json.dumps(content))


@pytest.mark.parametrize("bins", [5.0, "5", True, 11, None])
def test_a_damaged_number_of_scores_of_a_model(by_scores, bins):
    content = json.loads(by_scores.model.to_json())
    content["scores"]["bins"] = bins
    with pytest.raises(rfmeans.ModelError, match="it is damaged"):
        rfmeans.SegmentModel.from_json(json.dumps(content))


def test_a_damaged_list_of_score_segments(by_scores):
    content = json.loads(by_scores.model.to_json())
    content["segments"][0]["segment"] = "Whales"
    with pytest.raises(rfmeans.ModelError, match="each of their names once"):
        rfmeans.SegmentModel.from_json(json.dumps(content))


ODD = (None, [], {}, "", "x", -1, 0, 1.5, True, [None], {"x": 1}, 1e999, 10**400)


def places(node, at=()):
    """All places in JSON; of a list those of its first entry."""
    yield at
    entries = (
        node.items() if isinstance(node, dict) else enumerate(node[:1]) if isinstance(node, list) else ()
    )
    for key, value in entries:
        yield from places(value, (*at, key))


def with_odd(node, at, odd):
    if not at:
        return odd
    copied = dict(node) if isinstance(node, dict) else list(node)
    copied[at[0]] = with_odd(node[at[0]], at[1:], odd)
    return copied


@pytest.mark.slow
def test_whatever_is_odd_in_a_file_it_is_refused_or_a_model(by_scores):
    content = json.loads(by_scores.model.to_json())
    parts = [at for at in places(content) if at[:1] != ("lexicon",)]  # which has tests of its own
    assert len(parts) > 60
    refused = 0
    for at in parts:
        for odd in ODD:
            try:
                model = rfmeans.SegmentModel.from_json(json.dumps(with_odd(content, at, odd)))
            except rfmeans.ModelError:
                refused += 1
                continue
            assert (type(model.seed), type(model.holdout)) == (int, float)
            assert rfmeans.SegmentModel.from_json(model.to_json()) == model
    assert refused > 300


@pytest.mark.parametrize("odd", [[], None, "x"])
def test_a_damaged_memory_of_keys_and_types(by_scores, odd):
    content = json.loads(by_scores.model.to_json())
    for name in ("keys", "types"):
        with pytest.raises(rfmeans.ModelError, match="is not an rfmeans model: it is damaged"):
            rfmeans.SegmentModel.from_json(json.dumps(with_odd(content, ("orders", name), odd)))


def test_a_type_that_is_none_is_refused_where_it_is_needed(by_scores):
    content = json.loads(by_scores.model.to_json())
    content["orders"]["types"]["quantity"] = "lots"
    model = rfmeans.SegmentModel.from_json(json.dumps(content))
    with pytest.raises(rfmeans.SettingsError, match=r"There is no type 'lots' \(given for 'quantity'\)"):
        model.to_sql("duckdb")


def test_what_fails_on_the_engine_at_last_is_told_in_words(by_scores, shop, monkeypatch):
    def failing(_model, customers):
        return customers.mutate(broken=ibis.literal("ten").cast("int64"))

    monkeypatch.setattr(rfmeans.SegmentModel, "apply", failing)
    with pytest.raises(
        rfmeans.SourceError, match="Assigning failed: Could not convert string 'ten' to INT64"
    ):
        by_scores.model.assign(shop)


def test_a_model_of_scores_comes_back_and_assigns_alike(by_scores, shop):
    loaded = rfmeans.SegmentModel.from_json(by_scores.model.to_json())
    assert loaded == by_scores.model
    with rfmeans.assign(loaded, shop) as again:
        assert again.summary.segments == by_scores.summary.segments
        assert again.summary.empty_regions == by_scores.summary.empty_regions


@pytest.mark.slow
def test_the_customer_0_of_the_fit_is_one_in_other_orders():
    """All ids of a shop tell that 0 is a customer; those of a few new orders do not."""
    frame = pd.DataFrame(
        {
            "customer_id": [one for one in range(60) for _ in range(1 + one % 3)],
            "order_date": pd.to_datetime("2024-01-01") + pd.to_timedelta(range(119 + 1), unit="D"),
            "amount": [10.0 + place for place in range(120)],
        }
    )
    with rfmeans.segment(frame, segments=2, n_init=1) as result:
        model = result.model
    assert model.counts_from_zero
    new = frame[frame.customer_id.isin([0, 7])]
    assert sorted(model.assign(new).customer_id.to_pyarrow().to_pylist()) == [0, 7]
    with rfmeans.assign(model, new) as assigned:
        assert sorted(assigned.customers.customer_id.to_pyarrow().to_pylist()) == [0, 7]


def test_a_folder_in_the_place_of_its_model_is_told(tmp_path):
    with pytest.raises(rfmeans.ModelError) as refused:
        rfmeans.SegmentModel.load(tmp_path)
    assert str(refused.value) == f"{tmp_path} is a folder. Give the model in it: {tmp_path / 'model.json'}."
