"""Customers read once and segmented often: each result is the one that `rfmeans.segment` gives."""

import json

import pytest

import rfmeans
from rfmeans.errors import DataError, SettingsError
from rfmeans.kept_customers import KeptCustomers
from rfmeans.settings import Reading, make_reading
from rfmeans.synthetic import make_orders

ORDERS = make_orders(600, seed=4).drop(columns="kind")
ORDERS.attrs["name"] = "shop"


@pytest.fixture(scope="module")
def kept():
    with KeptCustomers.of(ORDERS, Reading(), keep_orders=True) as found:
        yield found


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
    assert len(kept.sketch(6)) == 6


def test_a_first_look_counts_every_customer(kept):
    found = kept.sketch(4)
    assert sum(each.customers for each in found) == kept.intake.account.clustered.rows
    assert sum(each.share for each in found) == pytest.approx(1)


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
