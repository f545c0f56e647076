"""A refit like an earlier model: pairs by hand, ids that stay, who moved, on every engine and in a real shop."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

import rfmeans
from helpers import fitted_shop
from helpers.moving_shop import AT_RISK, LOW, LOYAL, NEW, SINCE, UNTIL, model, told_by
from places import DATA
from rfmeans.errors import SettingsError
from rfmeans.over_time.likeness import Space, order_like, pair_centres
from rfmeans.report.analyses.likeness import likeness
from rfmeans.segments.features import FeatureScaling, Scaling

RETAIL = DATA / "online_retail.parquet"


def scaled(mean: float, sd: float, transform: str = "none") -> Scaling:
    return Scaling((FeatureScaling("x", transform, mean, sd, 0.0),) * 3)


def test_the_total_distance_is_the_least_and_not_each():
    # One by one the first would take the centre at 1 and leave 10 to the second: 1 + 8 against 0.5 + 1.
    before = Space(scaled(0, 1), [(0.0, 0, 0), (2.0, 0, 0)])
    now = Space(scaled(0, 1), [(1.0, 0, 0), (-0.5, 0, 0)])
    assert pair_centres(before, now) == [(0, 1, 0.5), (1, 0, 1.0)]


def test_distances_are_those_of_the_earlier_feature_space():
    before = Space(scaled(10, 5), [(0.0, 0, 0)])  # 10 in real units
    now = Space(
        scaled(0, 2), [(10.0, 5, 5)]
    )  # 20, 10, 10: two standard deviations of the earlier fit further
    assert pair_centres(before, now) == [(0, 0, 2.0)]
    logged = Space(scaled(0, 1, "log1p"), [(0.0, 0, 0)])
    ((_, _, distance),) = pair_centres(logged, Space(scaled(0, 1), [(1.718281828459045, 0, 0)]))
    assert distance == pytest.approx(1)


def test_new_segments_come_last():
    before = Space(scaled(0, 1), [(5.0, 0, 0), (0.0, 0, 0)])
    now = Space(scaled(0, 1), [(90.0, 0, 0), (0.0, 0, 0), (80.0, 0, 0), (5.0, 0, 0)])
    assert order_like(before, now, [0, 1, 2, 3]) == [3, 1, 0, 2]


shop = fitted_shop.shop


@pytest.fixture(scope="module")
def fitted(shop):
    with rfmeans.segment(shop, n_init=3, hindsight=False) as result:
        yield result.model


@pytest.mark.slow
def test_ids_are_those_of_the_model_before_whatever_the_money(shop, fitted):
    turned = replace(fitted, centres=fitted.centres[::-1])
    with rfmeans.segment(shop, n_init=3, hindsight=False, like=turned) as result:
        found = result.summary.likeness
        assert result.model.centres == turned.centres
        assert [(pair.id_before, pair.id_now) for pair in found.pairs] == [(1, 1), (2, 2), (3, 3), (4, 4)]
        assert (found.borders, found.changed, found.ended, found.begun) == (0, None, (), ())
        assert result.summary.segments[3].figures.mean_monetary == pytest.approx(
            result.summary.most_valuable.figures.mean_monetary
        )


@pytest.mark.slow
def test_another_number_of_segments_is_said(shop, fitted, tmp_path):
    fitted.save(tmp_path / "model.json")
    with rfmeans.segment(shop, segments=5, n_init=3, hindsight=False, like=tmp_path / "model.json") as more:
        assert [pair.id_now for pair in more.summary.likeness.pairs] == [1, 2, 3, 4]
        assert len(more.summary.likeness.begun) == 1
        assert "The model before had fewer segments. New: " in more.to_markdown()
        assert more.summary.likeness.borders >= next(
            one.figures.customers for one in more.summary.segments if one.segment_id == 5
        )
        assert "; their customers count as moved by the borders." in more.to_markdown()
    with rfmeans.segment(shop, segments=3, n_init=3, hindsight=False, like=fitted) as fewer:
        assert len(fewer.summary.likeness.ended) == 1
        assert "had more segments, and ids may differ. Without a successor: " in fewer.to_markdown()


@pytest.mark.slow
def test_a_model_of_a_later_date_is_told(shop, fitted):
    with rfmeans.segment(shop, as_of="2024-11-01", n_init=3, hindsight=False, like=fitted) as result:
        found = result.summary.likeness
        assert (found.backwards, found.changed) == (True, None)
        assert found.borders > 0
        said = (
            "The model that it follows is of a later date: 2024-12-30, against 2024-11-01 here. So 'then' and "
            "'before' below are later, and who changed in between is not told."
        )
        assert said in likeness(result.summary).terminal[0].text
        assert said in result.to_markdown()
    with rfmeans.segment(shop, n_init=3, hindsight=False, like=fitted) as same:
        assert not same.summary.likeness.backwards
        assert "later date" not in same.to_markdown()


def test_who_moved_on_every_engine(engine):
    """Customers 2 and 3 changed by the model before (8 left); what the borders did is counted by it as well."""
    frame, _ = told_by("polars")
    before = replace(model(), as_of=SINCE)
    table = engine.table(frame, "alike")
    with rfmeans.segment(table, as_of=UNTIL, n_init=3, hindsight=False, like=before) as result:
        found = result.summary.likeness
        now = {row["customer_id"]: row["segment_id"] for row in result.customers.to_pyarrow().to_pylist()}
    by_before = {1: 1, 2: 2, 3: 4, 4: 3, 5: 3, 6: 3, 8: 2}  # at the second date; see `MOVED`
    ids = {pair.id_before: pair.id_now for pair in found.pairs}
    assert (found.since, found.customers, found.changed) == (SINCE, 7, 3)  # 2, 3 and 4
    assert found.borders == sum(ids[old] != now[one] for one, old in by_before.items())


def test_scores_are_refused(shop, fitted):
    with pytest.raises(SettingsError, match="like compares centres, and segments by scores have none"):
        rfmeans.segment(shop, method="scores", like=fitted)
    with pytest.raises(SettingsError, match="like compares centres"):
        rfmeans.segment(shop, like=replace(fitted, centres=()))


def test_nothing_is_told_without(shop, fitted):
    with rfmeans.assign(fitted, shop, hindsight=False) as result:
        assert not any(vars(likeness(result.summary)).values())


@pytest.mark.slow
@pytest.mark.skipif(not RETAIL.exists(), reason="real data not there")
def test_online_retail_a_month_later():
    with rfmeans.segment(RETAIL, as_of="2011-11-10", hindsight=False) as result:
        before = result.model
    with rfmeans.segment(RETAIL, hindsight=False, like=before) as result:
        found = result.summary.likeness
        (said,) = likeness(result.summary).terminal
    assert [(pair.before, pair.now) for pair in found.pairs] == [(n, n) for n in (LOYAL, AT_RISK, NEW, LOW)]
    assert (found.since, found.customers, found.changed, found.borders) == (
        dt.date(2011, 11, 10),
        4317,
        1218,
        230,
    )
    assert said.text == (
        "Segments have the ids of the model as of 2011-11-10; centres are at most 0.21 from those that they follow. "
        "230 of 4,317 customers are in another segment than by that model, because the borders moved; 1,218 moved "
        "since then because they changed."
    )


@pytest.mark.slow
def test_who_changed_is_not_known_where_history_begins_shortly_before_the_earlier_fit(shop, fitted):
    day = fitted.as_of - dt.timedelta(days=30)
    before = replace(fitted, as_of=day)
    with rfmeans.segment(shop, n_init=3, like=before, hindsight=False) as result:
        assert result.summary.likeness.changed is not None
    with rfmeans.segment(
        shop, n_init=3, like=before, hindsight=False, since=day - dt.timedelta(days=20)
    ) as result:
        assert result.summary.likeness.changed is None
