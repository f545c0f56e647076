"""Moments and their days: the zone that is asked for counts on every engine alike."""

import datetime as dt
import re

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ibis import _
from pandas.testing import assert_frame_equal

import rfmeans
from intakes import read
from rfmeans.engines.dispatch import DIALECTS, engine_of
from rfmeans.engines.kept_tables import Workspace
from rfmeans.settings import Reading

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
ZONES = ["Asia/Tokyo", "America/Los_Angeles", None]
QUICK = {"segments": 2, "n_init": 1}


def shop(zone: str | None) -> pd.DataFrame:
    """Orders at any time of the day, without ids: their day tells them apart, so that frequency hangs on it too."""
    random = np.random.default_rng(1)
    moments = pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 300 * 86_400, 600), unit="s")
    frame = pd.DataFrame({"customer_id": random.integers(1, 60, 600), "ordered_at": moments.as_unit("us")})
    frame["amount"] = random.lognormal(3, 1, 600).round(2)
    return frame if zone is None else frame.assign(ordered_at=frame.ordered_at.dt.tz_localize(zone))


def figures(source, **options) -> pd.DataFrame:
    """The as-of date, and recency and frequency of each customer."""
    with Workspace() as workspace:
        found = read(source, Reading(**options), workspace)
        customers = found.customers.select("customer_id", "recency", "frequency").to_pandas()
        return (
            customers.astype("int64").sort_values("customer_id", ignore_index=True).assign(as_of=found.as_of)
        )


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


def test_spark_reads_the_moments_of_a_file_in_the_zone(spark_engine, parquet):
    zone = {"timezone": "America/Los_Angeles"}
    assert_frame_equal(figures(parquet, **zone, engine="spark"), figures(parquet, **zone))


@pytest.mark.parametrize(
    "setting", ["spark.sql.session.timeZone=America/New_York", "spark.sql.timestampType=TIMESTAMP_NTZ"]
)
def test_the_settings_of_a_spark_session_change_nothing(spark_engine, parquet, setting):
    table = spark_engine.table(shop("UTC"), "moments_of_session")
    settings, (name, value) = spark_engine.con._session.conf, setting.split("=")
    before = settings.get(name)
    settings.set(name, value)
    try:
        found = {zone: figures(table, timezone=zone) for zone in ZONES}
    finally:
        settings.set(name, before)
    for zone in ZONES:
        assert_frame_equal(found[zone], figures(parquet, timezone=zone))


def test_an_hour_that_comes_twice_in_a_spark_session_has_its_own_day(spark_engine):
    """06:30 UTC on 3 November 2024 is 01:30 in New York, the second time, and half past midnight in Denver."""
    frame = shop("UTC")
    frame.loc[0, ["customer_id", "ordered_at"]] = [1000, pd.Timestamp("2024-11-03 06:30", tz="UTC")]
    table = spark_engine.table(frame.assign(ordered_at=frame.ordered_at.dt.as_unit("us")), "hour_twice")
    session, told = spark_engine.con._session, {"timezone": "America/Denver", "as_of": "2024-11-04"}
    before = session.conf.get("spark.sql.session.timeZone")
    session.conf.set("spark.sql.session.timeZone", "America/New_York")
    try:
        with rfmeans.segment(table, **told, **QUICK) as found:
            assert found.customers.filter(_.customer_id == 1000).recency.execute().tolist() == [1]
            statement = found.model.to_sql("spark", orders="hour_twice", **told)
        asked = f"SELECT recency FROM ({statement}) WHERE customer_id = 1000"
        assert [row.recency for row in session.sql(asked).collect()] == [1]
    finally:
        session.conf.set("spark.sql.session.timeZone", before)


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


def test_spark_runs_the_statement_by_the_day_of_the_zone(spark_engine):
    table = spark_engine.table(shop("UTC"), "moments_of_statement")
    with rfmeans.segment(table, timezone="Asia/Tokyo", **QUICK) as fitted:
        statement = fitted.model.to_sql("spark", orders="moments_of_statement", timezone="Asia/Tokyo")
        expected = in_order(fitted.customers)
    rows = spark_engine.con._session.sql(statement).toPandas().sort_values("customer_id", ignore_index=True)
    assert_frame_equal(rows[expected.columns].astype("int64"), expected)


@pytest.mark.parametrize(
    ("engine", "text"),
    [
        ("postgres", "DATE(TIMEZONE('Asia/Tokyo', m))"),
        (
            "databricks",
            "CAST(CONVERT_TIMEZONE('UTC', 'Asia/Tokyo', MAKE_TIMESTAMP_NTZ(1970, 1, 1, 0, 0, 0) + "
            "MAKE_DT_INTERVAL(0, 0, 0, UNIX_SECONDS(m))) AS DATE)",
        ),
        ("bigquery", "DATE(DATETIME(m, 'Asia/Tokyo'))"),
        ("snowflake", "TO_DATE(CONVERT_TIMEZONE('Asia/Tokyo', m))"),
        ("trino", "DATE(AT_TIMEZONE(m, 'Asia/Tokyo'))"),
        ("clickhouse", "toDate(toTimeZone(m, 'Asia/Tokyo'))"),
    ],
)
def test_each_engine_is_asked_in_its_own_words(engine, text):
    moments = ibis.table({"m": "timestamp('UTC')"}, name="orders")
    day = DIALECTS[engine].day_in("Asia/Tokyo", moments.m)
    sql = str(ibis.to_sql(moments.select(day=day), dialect=DIALECTS[engine].compiler))
    plain = re.sub(r'["`]t0["`]\.["`]m["`]', "m", " ".join(sql.split()))
    assert text in plain.replace("( ", "(").replace(" )", ")")


def test_moments_of_any_year_are_written_as_they_are_from_spark(spark_engine, tmp_path):
    ages = [dt.datetime(year, 1, 2, 3, tzinfo=dt.UTC) for year in (1, 2024, 9999)]
    lines = {
        "customer_id": [1, None, 2],
        "ordered_at": [ages[1], ages[0], ages[1]],
        "amount": [1.0, 2.0, 3.0],
    }
    pq.write_table(pa.table(lines), tmp_path / "orders.parquet")
    table = spark_engine.con.read_parquet(str(tmp_path / "orders.parquet"))
    with rfmeans.segment(table, segments=2, n_init=1) as result:
        result.save(tmp_path / "out")
    (written,) = pq.read_table(tmp_path / "out" / "set_aside.parquet").to_pylist()
    assert written["ordered_at"] == ages[0]
    assert (written["customer_id"], written["amount"]) == (None, 2.0)


def test_moments_of_any_year_have_their_day_on_polars(polars_engine):
    polars = pytest.importorskip("polars")
    ages = ["1600-01-01T23:30:00Z", "2024-01-01T23:30:00Z", "2300-01-01T23:30:00Z"]
    frame = polars.DataFrame({"moment": ages}).with_columns(
        polars.col("moment").str.to_datetime(time_zone="UTC")
    )
    table = polars_engine.con.create_table("ages", frame, overwrite=True)
    days = (
        table.select(day=engine_of(table).day_in("Asia/Tokyo", table.moment)).to_pyarrow()["day"].to_pylist()
    )
    assert [str(day) for day in days] == ["1600-01-02", "2024-01-02", "2300-01-02"]
