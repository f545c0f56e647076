"""Customers read once and segmented often: each result is the one that `rfmeans.segment` gives."""

import json

import pandas as pd
import pytest

import rfmeans
from rfmeans.arguments import with_options
from rfmeans.errors import DataError, SettingsError
from rfmeans.kept_customers import KeptCustomers
from rfmeans.segments.lexicon import built_in
from rfmeans.settings import CustomerColumns, Reading, make_reading
from rfmeans.synthetic import make_orders

ORDERS = make_orders(600, seed=4).drop(columns="kind")
ORDERS.attrs["name"] = "shop"


@pytest.fixture(scope="module")
def kept():
    with KeptCustomers.of(ORDERS, Reading(), keep_orders=True) as found:
        yield found


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        {"segments": 4},
        {"segments": 7},
        {"segments": 4, "transform": "none"},
        {"segments": "auto"},
        {"method": "scores"},
        {"segments": 3, "holdout": 0.3, "seed": 5},
    ],
    ids=str,
)
def test_each_result_is_that_of_a_run_of_its_own(kept, settings):
    given = settings if settings.get("method") else {"n_init": 3, **settings}
    with rfmeans.segment(ORDERS, **given) as alone, kept.segment(**given) as one:
        assert one.model.to_json() == alone.model.to_json()
        assert json.dumps(one.summary.to_dict()) == json.dumps(alone.summary.to_dict())
        ours, theirs = one.customers.to_pandas(), alone.customers.to_pandas()
        assert ours.equals(theirs)


def test_orders_are_read_once_and_cells_made_once_per_transform(kept, monkeypatch):
    kept.segment(segments=2, n_init=2).close()
    monkeypatch.setattr("rfmeans.kept_customers.understand", None)
    monkeypatch.setattr("rfmeans.segments.grouping.collect_cells", None)
    with kept.segment(segments=5, n_init=2) as result:
        assert len(result.profile) == 5
    assert len(kept.first_look(segments=6).segments) == 6


def test_clusters_are_found_once_whatever_they_are_called(kept, monkeypatch):
    own = {
        "grid": [
            {
                **grid,
                "names": {
                    v: {r: f"My {name}" for r, name in row.items()} for v, row in grid["names"].items()
                },
            }
            for grid in built_in().to_dict()["grid"]
        ]
    }
    with kept.segment(segments=3, n_init=2, seed=5) as before:
        monkeypatch.setattr("rfmeans.kept_customers.group_by_kmeans", None)
        with kept.segment(segments=3, n_init=2, seed=5, lexicon=own, holdout=0.5) as result:
            assert result.model.centres == before.model.centres
            assert result.model.stability == before.model.stability
            assert all(name.text.startswith("My ") for name in result.model.names)


@pytest.mark.parametrize("segments", [2, 4, 7])
def test_a_first_look_of_few_customers_is_that_of_the_result_but_for_what_tenure_tells(kept, segments):
    found = kept.first_look("£", segments=segments)
    with kept.segment(segments=segments) as result:
        exact = result.summary
    assert [each.segment for each in found.segments] == [each.segment for each in exact.segments]
    for look, segment in zip(found.segments, exact.segments, strict=True):
        assert look.figures.customers == segment.figures.customers
        assert look.figures.revenue == pytest.approx(segment.figures.revenue)
        assert look.figures.median_monetary == pytest.approx(segment.figures.median_monetary)
        assert look.figures.spread.recency == pytest.approx(segment.figures.spread.recency)
        assert look.figures.repeat_customers == segment.figures.repeat_customers
        assert look.evidence.replace("£", "") == segment.evidence
    assert sum(each.figures.customers for each in found.segments) == kept.intake.account.clustered.rows
    assert found.most_valuable.segment == exact.most_valuable.segment


def test_a_first_look_asks_the_engine_nothing_once_one_was_taken(kept, monkeypatch):
    kept.first_look(segments=2)
    monkeypatch.setattr("ibis.expr.types.Table.to_pyarrow", None)
    monkeypatch.setattr("ibis.expr.types.Scalar.to_pyarrow", None, raising=False)
    assert len(kept.first_look(segments=9).segments) == 9


def test_the_inspection_is_that_of_inspect(kept):
    assert kept.inspect().to_dict() == rfmeans.inspect(ORDERS).to_dict()


def test_without_hindsight_nobody_looks_back():
    with KeptCustomers.of(ORDERS, make_reading(), hindsight=False) as kept:
        assert kept.segment(segments=2, n_init=2).summary.hindsight is None


def test_closing_drops_what_results_keep_and_is_harmless_twice():
    kept = KeptCustomers.of(ORDERS, Reading())
    result = kept.segment(segments=2, n_init=2)
    kept.close()
    kept.close()
    result.close()
    with pytest.raises(Exception, match=r"(?i)clos"):
        result.customers.count().to_pyarrow()


def test_settings_and_too_few_customers_are_refused_in_words(kept):
    with pytest.raises(
        SettingsError, match=r"segments must be a whole number from 2 to 12, or auto\. Got 13\."
    ):
        kept.segment(segments=13)
    with (
        KeptCustomers.of(ORDERS.head(1), Reading()) as few,
        pytest.raises(DataError, match="2 segments need at least 2 customers"),
    ):
        few.segment(segments=2)


def test_columns_of_customers_that_cannot_be_read_are_asked_for_by_their_roles():
    customers = pd.DataFrame({"id": range(9), "last": ["soon"] * 9, "n": range(9), "total": range(9)})
    roles = CustomerColumns(customer="id", recency="n", frequency="last", monetary="total")
    with pytest.raises(DataError) as told:
        rfmeans.segment(customers, columns=roles)
    assert str(told.value) == (
        "4 segments need at least 4 customers with a purchase and net spend. Found 0 (set aside: 9 unreadable recency, "
        "frequency or monetary). Give the columns that hold them (recency=, frequency=, monetary=), or mend what "
        "stands there."
    )
    assert "(--recency, --frequency, --monetary)" in with_options(told.value.message)
