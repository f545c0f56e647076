"""Moments and their days: the zone that is asked for counts on every engine alike."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import rfmeans
from helpers.moments import QUICK, ZONES, figures, shop

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def parquet(tmp_path_factory) -> str:
    """The moments as a Parquet file."""
    path = tmp_path_factory.mktemp("moments") / "orders.parquet"
    shop("UTC").to_parquet(path, index=False)
    return str(path)


def test_the_zones_of_these_tests_give_different_days(parquet):
    tokyo, los_angeles, none = (figures(parquet, timezone=zone) for zone in ZONES)
    assert not tokyo.equals(los_angeles)
    assert not tokyo.equals(none)
    assert not los_angeles.equals(none)


@pytest.mark.parametrize("zone", ZONES)
def test_a_moment_has_the_day_of_the_zone_on_every_engine(engine, parquet, zone):
    found = figures(engine.table(shop("UTC"), "moments"), timezone=zone)
    assert_frame_equal(found, figures(parquet, timezone=zone))


def test_a_time_without_a_zone_keeps_its_day_on_every_engine(engine):
    found = figures(engine.table(shop(None), "times"), timezone="Asia/Tokyo")
    assert_frame_equal(found, figures(shop(None)))


def test_a_condition_does_not_make_times_of_moments(engine, parquet):
    options = {"timezone": "Asia/Tokyo", "where": "amount > 10"}
    found = figures(engine.table(shop("UTC"), "moments_chosen"), **options)
    assert_frame_equal(found, figures(parquet, **options))


@pytest.mark.slow
def test_segments_and_what_is_set_aside_are_those_of_duckdb(engine, tmp_path):
    frame = shop("UTC")
    frame.loc[3, "amount"] = np.nan
    frame.to_parquet(tmp_path / "orders.parquet", index=False)
    table = engine.table(frame, "moments_segmented")
    options = {"timezone": "Asia/Tokyo", **QUICK}
    with (
        rfmeans.segment(str(tmp_path / "orders.parquet"), **options) as fitted,
        rfmeans.segment(table, **options) as found,
    ):
        expected = in_order(fitted.customers)
        assert_frame_equal(in_order(found.customers), expected, check_dtype=False)
        assert_frame_equal(
            in_order(fitted.model.assign(table, timezone="Asia/Tokyo")), expected, check_dtype=False
        )
        aside = pd.to_datetime(found.set_aside.to_pandas()["ordered_at"], utc=True).tolist()
    assert aside == [frame.ordered_at[3]]


def in_order(customers) -> pd.DataFrame:
    names = ["customer_id", "recency", "frequency", "segment_id"]
    return customers.select(*names).to_pandas().astype("int64").sort_values("customer_id", ignore_index=True)
