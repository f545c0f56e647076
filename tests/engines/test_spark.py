"""Spark, a real one in local mode: Parquet, catalogues, a swap that is killed."""

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ibis import _
from pandas.testing import assert_frame_equal

import rfmeans
from helpers import moving_shop
from helpers.command import run_alone
from helpers.moments import QUICK, ZONES, figures, shop
from helpers.tables import LEAN
from rfmeans.engines import spark as spark_tables
from rfmeans.engines.database import MARK, Home
from rfmeans.engines.write_table import check_table
from rfmeans.errors import OutputError, SettingsError, SourceError
from rfmeans.synthetic import make_orders

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")


@pytest.mark.parametrize(
    ("catalogue", "settings", "fleeting"),
    [
        ("spark_catalog", {"spark.sql.catalogImplementation": "in-memory"}, True),
        ("spark_catalog", {"spark.sql.catalogImplementation": "hive"}, False),
        ("lake", {"spark.sql.catalogImplementation": "in-memory"}, False),
        (
            "spark_catalog",
            {"spark.sql.catalogImplementation": "in-memory", "spark.sql.catalog.spark_catalog": "an.Iceberg"},
            False,
        ),
    ],
)
def test_only_tables_of_sparks_own_catalogue_end_with_the_session(catalogue, settings, fleeting):
    session = SimpleNamespace(
        catalog=SimpleNamespace(currentCatalog=lambda: catalogue), conf=SimpleNamespace(get=settings.get)
    )
    assert spark_tables._is_fleeting(session) == fleeting


def test_under_spark_a_table_is_written_into_the_catalogue_of_the_orders(spark_engine, orders):
    spark_engine.con.create_table("cased", spark_engine.table(orders, "orders_to_write"), overwrite=True)
    table = spark_engine.con.table("cased", database="SPARK_CATALOG.default")
    with rfmeans.segment(table, n_init=1) as result:
        result.write_table("of_catalogue")
    assert spark_engine.con.table("of_catalogue").count().to_pyarrow().as_py() == 200
    con = SimpleNamespace(name="pyspark", current_database="shop", current_catalog="spark_catalog")
    with pytest.raises(SettingsError) as refused:
        check_table(Home(con, "Spark's catalogue", catalogue="lake"), "orders", "seg", force=False)
    assert str(refused.value) == (
        "write_table writes into the session's current catalogue, which is spark_catalog, but the orders come from "
        "lake. Say USE lake first."
    )


# Spark


def test_spark_reads_parquet_in_the_session_that_runs(spark_engine, orders, tmp_path):
    orders.to_parquet(tmp_path / "orders.parquet", index=False, coerce_timestamps="us")
    with rfmeans.segment(orders) as expected:
        theirs = expected.profile
    spark_engine.con._session.sql("CREATE OR REPLACE TEMPORARY VIEW one AS SELECT 1 AS a")
    spark_engine.con.create_table("spark_other", spark_engine.con.table("one"), overwrite=True)
    with rfmeans.segment(str(tmp_path / "orders.parquet"), engine="spark") as result:
        with pytest.raises(
            OutputError, match="files or several databases, so that it cannot be told"
        ):  # they may be its own
            result.write_table("spark_other", replace=True)
        result.write_table("spark_segments")
        assert_frame_equal(result.profile, theirs, check_dtype=False, rtol=1e-9)
    assert spark_engine.con.table("spark_segments").count().to_pyarrow().as_py() == 200
    assert spark_engine.con._session.catalog.getTable("spark_segments").description == MARK


def test_who_moved_is_written_as_a_table(spark_engine, tmp_path):
    orders = moving_shop.orders()
    orders.to_parquet(tmp_path / "moving.parquet", index=False, coerce_timestamps="us")
    dates = {"since": moving_shop.SINCE, "until": moving_shop.UNTIL}
    path = str(tmp_path / "moving.parquet")
    with rfmeans.movement(moving_shop.model(), path, engine="spark", **dates) as moved:
        moved.write_table("spark_moved")
    rows = spark_engine.con.table("spark_moved").to_pyarrow().to_pylist()
    assert {row["customer_id"]: moving_shop.shown(row) for row in rows} == moving_shop.MOVED


def test_spark_says_what_it_cannot_read(spark_engine):
    with pytest.raises(SourceError, match=r"Spark cannot read nothing\.parquet as Parquet: .*Check the path"):
        rfmeans.segment("nothing.parquet", engine="spark")


def test_spark_says_in_one_line_that_a_file_is_damaged(spark_engine, tmp_path):
    (tmp_path / "orders.parquet").write_bytes(b"PAR1 damaged PAR1")
    with pytest.raises(
        SourceError, match=r"Spark cannot read .*orders\.parquet as Parquet: .*Check the path"
    ) as refused:
        rfmeans.segment(str(tmp_path / "orders.parquet"), engine="spark")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("given", ["orders.csv", "*.csv", "."])
def test_what_is_no_parquet_is_refused_before_spark_starts(monkeypatch, tmp_path, given):
    monkeypatch.setattr("rfmeans.engines.spark._spark_session", pytest.fail)
    (tmp_path / "orders.csv").write_text("customer_id,amount\n1,2\n")
    (tmp_path / "_SUCCESS").touch()
    with pytest.raises(SettingsError) as refused:
        rfmeans.segment(str(tmp_path / given), engine="spark")
    assert str(refused.value) == (
        f"engine='spark' reads Parquet, and {tmp_path / 'orders.csv'} is none. Leave it out, or write the orders as "
        "Parquet first."
    )


def test_of_a_folder_spark_reads_only_what_is_not_hidden(monkeypatch, tmp_path):
    class StartedError(Exception):
        pass

    def start():
        raise StartedError

    monkeypatch.setattr("rfmeans.engines.spark._spark_session", start)
    for hidden in ("_spark_metadata/0", "_temporary/0/notes.txt", ".part.crc", "year=2024/empty.parquet"):
        (tmp_path / hidden).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / hidden).write_text("" if "empty" in hidden else "v1")
    make_orders(5, seed=1).to_parquet(tmp_path / "year=2024" / "part-0.parquet")
    with pytest.raises(StartedError):
        rfmeans.segment(str(tmp_path), engine="spark")


class KilledError(BaseException):
    """Stands for the end of the process: no statement runs after it."""


@pytest.mark.parametrize(
    ("moment", "torn", "seen"),
    [
        ("CREATE TABLE", "", [1]),
        ("INSERT INTO", "part-0.parquet", [1]),
        ("ALTER TABLE `default`.`swapped` RENAME", "", [1]),
        ("ALTER TABLE `default`.`swapped__rfmeans_new` RENAME", "", []),
        ("DROP TABLE IF EXISTS `default`.`swapped__rfmeans_old`", "", [200]),
    ],
)
def test_a_killed_swap_is_put_right_by_the_next_run(swap, spark_engine, monkeypatch, moment, torn, seen):
    """What a killed statement leaves is its folder, and where it writes rows, half a file in it."""
    session, result, statement = spark_engine.con._session, swap, spark_tables._run
    warehouse = Path(session.conf.get("spark.sql.warehouse.dir").removeprefix("file:"))
    done: list[str] = []

    def killed(con, text):
        last = moment.startswith("DROP") and not any(one.startswith("ALTER") for one in done)
        if done[-1:] == ["killed"] or (text.startswith(moment) and not last):
            folder = warehouse / "swapped__rfmeans_new"
            if text.startswith(("CREATE", "INSERT")):
                folder.mkdir(exist_ok=True)
            if torn:
                (folder / torn).write_bytes(b"PAR1 and no more")
            done.append("killed")
            raise KilledError
        done.append(text)
        statement(con, text)

    def rows() -> list[int]:
        return [session.table(name).count() for name in ("swapped",) if session.catalog.tableExists(name)]

    session.sql(f"CREATE TABLE swapped USING parquet COMMENT '{MARK}' AS SELECT 1 AS a")
    monkeypatch.setattr(spark_tables, "_run", killed)
    with pytest.raises(KilledError):
        result.write_table("swapped")
    monkeypatch.undo()
    assert rows() == seen
    result.write_table("swapped")
    assert rows() == [200]
    assert [path.name for path in warehouse.glob("swapped*")] == ["swapped"]
    assert [name for name in spark_engine.con.list_tables() if "__rfmeans" in name] == []


def test_a_swap_that_fails_gives_the_old_table_its_name_again(swap, spark_engine, monkeypatch):
    session, statement, done = spark_engine.con._session, spark_tables._run, []

    def failing(con, text):
        done.append(text)
        again = done.count(text) > 1 and "__rfmeans_new" in text  # what the clean-up does first
        if again or text.startswith("ALTER TABLE `default`.`swapped__rfmeans_new`"):
            raise RuntimeError("the disk is full")
        statement(con, text)

    session.sql(f"CREATE TABLE swapped USING parquet COMMENT '{MARK}' AS SELECT 1 AS a")
    monkeypatch.setattr(spark_tables, "_run", failing)
    with pytest.raises(RuntimeError, match="full"):
        swap.write_table("swapped")
    assert session.table("swapped").count() == 1
    monkeypatch.undo()
    swap.write_table("swapped")
    assert session.table("swapped").count() == 200


@pytest.fixture
def swap(spark_engine, orders):
    """A result to be written, where nothing of the kind is."""
    with rfmeans.segment(spark_engine.table(orders, "orders_to_swap"), n_init=1, segments=2) as result:
        yield result
        for name in ("swapped", "swapped__rfmeans_new", "swapped__rfmeans_old"):
            spark_engine.con._session.sql(f"DROP TABLE IF EXISTS {name}")


def test_the_command_under_spark_with_settings_from_the_environment(spark_engine, orders, tmp_path):
    """A session of its own with a lasting catalogue; a second one, without, refuses to write a table."""
    orders.to_parquet(tmp_path / "orders.parquet", index=False, coerce_timestamps="us")
    settings = tmp_path / "conf"
    settings.mkdir()
    lasting = f"spark.sql.catalogImplementation hive\nspark.sql.warehouse.dir {tmp_path}/warehouse\n"
    lasting += (
        "spark.hadoop.javax.jdo.option.ConnectionURL "
        f"jdbc:derby:;databaseName={tmp_path}/metastore;create=true\n"
    )
    common = "spark.master local[1]\nspark.sql.shuffle.partitions 1\nspark.ui.enabled false\n"
    common += "spark.driver.bindAddress 127.0.0.1\nspark.driver.host 127.0.0.1\n"
    arguments = ("segment", tmp_path / "orders.parquet", "--engine", "spark", "--write-table", "kept", *LEAN)
    (settings / "spark-defaults.conf").write_text(common)
    done = run_alone(*arguments, "--out", tmp_path / "out", code=2, SPARK_CONF_DIR=str(settings))
    assert "--write-table would be lost: this Spark session keeps its tables in memory" in done.said
    (settings / "spark-defaults.conf").write_text(common + lasting)
    done = run_alone(*arguments, "--out", tmp_path / "out", "--quiet", SPARK_CONF_DIR=str(settings))
    assert len(pd.read_parquet(tmp_path / "warehouse" / "kept")) == 200
    assert "[Stage" not in done.err  # Spark draws its own progress, also into files
    assert "pandas" not in done.err


@pytest.fixture(scope="module")
def parquet(tmp_path_factory) -> str:
    """The moments as a Parquet file."""
    path = tmp_path_factory.mktemp("moments") / "orders.parquet"
    shop("UTC").to_parquet(path, index=False)
    return str(path)


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
