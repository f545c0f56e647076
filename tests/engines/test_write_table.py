"""Databases as source and target, through the library and through the command."""

import os
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import duckdb
import ibis
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import rfmeans
from rfmeans.engines import duckdb as duckdb_tables
from rfmeans.engines import spark as spark_tables
from rfmeans.engines.database import ATTACHED, MARK, Home
from rfmeans.engines.failures import engine_errors
from rfmeans.engines.write_table import check_table
from rfmeans.errors import EngineError, OutputError, SettingsError, SourceError
from rfmeans.segments.cells import EXACT_LIMIT, collect_cells
from rfmeans.synthetic import make_customers, make_orders

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
LEAN = ("--no-report",)
SECRET = "hunter2"


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    lines = make_orders(200, seed=5).drop(columns=["kind", "product"])
    lines["amount"] = (lines.pop("quantity") * lines.pop("unit_price")).round(2)
    return lines


@pytest.fixture
def shop(tmp_path, orders) -> Path:
    """A DuckDB file with a table of orders and one of another kind."""
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(path) as con:
        con.register("frame", orders)
        con.execute("CREATE TABLE orders AS SELECT * FROM frame")
        con.execute("CREATE TABLE staff AS SELECT 'Anna' AS name")
        con.execute("CREATE VIEW everyone AS SELECT * FROM staff")
    return path


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """In order of the ids, in types that do not depend on the way that the rows came."""
    numbers = ("customer_id", "recency", "frequency", "monetary", "segment_id", "confidence")
    frame = frame.sort_values("customer_id").reset_index(drop=True)
    return (
        frame.assign(**{name: frame[name].astype("float64") for name in numbers})
        .astype({"reason": object})
        .fillna("")
    )


def rows_of(shop: Path, table: str) -> pd.DataFrame:
    with duckdb.connect(shop, read_only=True) as con:
        return plain(con.execute(f"SELECT * FROM {table}").df())


def run(*arguments, code=0, **environment):
    command = [sys.executable, "-m", "rfmeans", *map(str, arguments)]
    env = {**os.environ, **environment}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600, env=env)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def said(done) -> str:
    return " ".join(done.stderr.split())


def text_of(folder: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file())


# A DuckDB file


def test_a_duckdb_file_gets_its_customers(shop, orders, tmp_path):
    done = run(
        *("segment", shop, "--table", "orders", "--write-table", "customer_segments"),
        *("--out", tmp_path / "out", *LEAN),
    )
    assert "Written to the table customer_segments" in done.stdout
    with rfmeans.segment(orders) as expected:
        theirs = plain(expected.customers.to_pandas())
    assert_frame_equal(rows_of(shop, "customer_segments"), theirs, check_dtype=False)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "account.json",
        "model.json",
        "profile.csv",
    ]


def test_a_second_run_replaces_its_own_table_and_needs_no_table_name(shop, tmp_path):
    with duckdb.connect(shop) as con:
        con.execute("DROP VIEW everyone; DROP TABLE staff")
    for number in (1, 2):
        run("segment", shop, "--write-table", "seg", "--out", tmp_path / f"out{number}", *LEAN)
    assert len(rows_of(shop, "seg")) == 200


def test_assign_writes_a_table(shop, tmp_path):
    table = ("--table", "orders", *LEAN)
    run("segment", shop, *table, "--write-table", "fitted", "--out", tmp_path / "fit")
    model = tmp_path / "fit" / "model.json"
    run("assign", model, shop, *table, "--write-table", "assigned", "--out", tmp_path / "again")
    assert_frame_equal(rows_of(shop, "assigned"), rows_of(shop, "fitted"))


def test_files_that_are_asked_for_are_written_as_well(shop, tmp_path):
    run(
        *("segment", shop, "--table", "orders", "--write-table", "seg", "--out", tmp_path / "out", *LEAN),
        *("--format", "csv", "--audience-format", "plain"),
    )
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {
        "customers.csv",
        "audiences",
        "set_aside.parquet",
    }


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        (
            "staff",
            1,
            "shop.duckdb has a table main.staff that rfmeans did not write. Give another --write-table, or "
            "--replace-table to replace it.",
        ),
        ("STAFF", 1, "that rfmeans did not write"),
        ("everyone", 1, "is a view, which is never replaced. Give another --write-table."),
        ("orders", 1, "The table main.orders is the one that the orders are read from."),
        (
            "a.b.c",
            2,
            "--write-table must be a table's name such as customer_segments or shop.customer_segments.",
        ),
        ("", 2, "Got ''."),
        (
            "mian.seg",
            1,
            "shop.duckdb has no schema 'mian'. Did you mean 'main'? Create it, or give another --write-table.",
        ),
    ],
)
def test_what_must_not_be_replaced_is_refused_before_any_work(shop, tmp_path, name, code, words):
    before = shop.read_bytes()
    done = run(
        *("segment", shop, "--table", "orders", "--write-table", name, "--out", tmp_path / "out"), code=code
    )
    assert words in said(done)
    assert "Read as" not in done.stderr
    assert shop.read_bytes() == before
    assert os.listdir(tmp_path) == ["shop.duckdb"]  # noqa: PTH208


def test_told_to_it_replaces_a_foreign_table_but_never_the_orders(shop, tmp_path):
    with rfmeans.segment(shop, table="orders", n_init=2) as result:
        with pytest.raises(OutputError, match="the one that the orders are read from"):
            result.write_table("orders", replace=True)
        result.write_table("staff", replace=True)
    assert len(rows_of(shop, "staff")) == 200


def test_the_table_under_a_view_of_a_file_is_not_replaced(shop):
    with duckdb.connect(shop) as con:
        con.execute("CREATE VIEW paid AS SELECT * FROM orders")
    with rfmeans.segment(shop, table="paid", n_init=2) as result:
        with pytest.raises(OutputError) as refused:
            result.write_table("orders", replace=True)
        result.write_table("seg")
    assert str(refused.value) == (
        f"{shop} has a table main.orders that rfmeans did not write, and the orders are read through a view, a query, "
        "partitions, files or several databases, so that it cannot be told whether they lie in it. Give another "
        "name=, or drop the table yourself."
    )
    assert len(rows_of(shop, "seg")) == 200


def test_a_name_is_quoted(shop):
    name = "x\"; DROP TABLE orders; --'"
    with rfmeans.segment(shop, table="orders", n_init=2) as result:
        result.write_table(name)
    with duckdb.connect(shop, read_only=True) as con:
        tables = {row[0] for row in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert tables == {"orders", "staff", name}


@pytest.mark.parametrize("name", ['"Seg"', 'main."Seg"', '"main.Seg"'])
def test_a_name_in_quotes_is_refused(shop, tmp_path, name):
    done = run("segment", shop, "--table", "orders", "--write-table", name, "--out", tmp_path / "out", code=2)
    assert "--write-table is given without quotes, as it is: upper and lower case" in said(done)
    assert f"Got {name!r}." in said(done)


def test_after_writing_the_result_still_reads_the_file(shop, tmp_path):
    with rfmeans.segment(shop, table="orders", n_init=2) as result:
        result.write_table("seg")
        result.save(tmp_path / "out", report=False)


def test_a_write_that_fails_leaves_the_old_table(shop, monkeypatch):
    with rfmeans.segment(shop, table="orders", n_init=2) as result:
        result.write_table("seg")
        before = rows_of_open(result, "seg")
        monkeypatch.setattr("rfmeans.engines.duckdb.MARK", "it's broken")
        with pytest.raises(EngineError, match=r"Writing the table seg failed.*before is unchanged\.$"):
            result.write_table("seg", replace=True)
        assert_frame_equal(rows_of_open(result, "seg"), before)


def rows_of_open(result, table: str) -> pd.DataFrame:
    return result.home.con.table(table, database=("_rfmeans_database", "main")).to_pandas().pipe(plain)


def test_a_file_in_use_is_said(shop, tmp_path):
    holding = (
        "import duckdb, sys; con = duckdb.connect(sys.argv[1], read_only=True); "
        "con.execute('SELECT * FROM orders LIMIT 1').fetchall(); "
        "print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", holding, str(shop)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        done = run(
            *("segment", shop, "--table", "orders", "--write-table", "seg", "--out", tmp_path / "out", *LEAN),
            code=1,
        )
        holder.stdin.close()
    assert "shop.duckdb: it is in use by another program, or may not be written." in said(done)
    assert "Read as" not in done.stderr  # before any work
    assert not (tmp_path / "out").exists()


def test_a_file_that_was_out_of_reach_is_written_to_when_it_is_back(shop):
    content = shop.read_bytes()
    with rfmeans.segment(str(shop), table="orders", n_init=1) as result:
        shop.unlink()
        with pytest.raises(OutputError, match=r"shop\.duckdb: the file is not there any more. Put it back"):
            result.write_table("seg")
        assert not shop.exists()
        shop.write_text("no database")
        for _ in range(2):
            with pytest.raises(OutputError, match=r"Cannot write into .*shop\.duckdb: it is in use"):
                result.write_table("seg")
        shop.unlink()
        shop.write_bytes(content)
        result.write_table("seg")
    assert len(rows_of(shop, "seg")) == 200


def test_a_file_that_another_program_takes_before_the_work_is_said(shop, monkeypatch):
    attach, done = duckdb_tables._attach, []

    def taken(home, how):
        done.append(how)
        if len(done) > 1:
            home.con.raw_sql(f"DETACH DATABASE IF EXISTS {ATTACHED}")
            raise duckdb.IOException("Could not set lock on file")
        attach(home, how)

    with rfmeans.segment(str(shop), table="orders", n_init=1) as result:
        monkeypatch.setattr(duckdb_tables, "_attach", taken)
        with pytest.raises(OutputError, match="it is in use by another program"):
            check_table(result.home, "orders", "seg", force=False)


def test_a_file_that_another_program_takes_right_after_the_writing_holds_the_table(shop, monkeypatch):
    attach, done = duckdb_tables._attach, []

    def taken(home, how):
        done.append(how)
        if done == ["", "(READ_ONLY)", "", "(READ_ONLY)"]:  # the check before the work, then the work
            home.con.raw_sql(f"DETACH DATABASE {ATTACHED}")
            raise duckdb.IOException("Could not set lock on file")
        attach(home, how)

    with rfmeans.segment(str(shop), table="orders", n_init=1) as result:
        monkeypatch.setattr(duckdb_tables, "_attach", taken)
        result.write_table("seg")
        result.write_table("seg")
    assert done[4:] == ["(READ_ONLY)", "", "(READ_ONLY)", "", "(READ_ONLY)"]
    assert len(rows_of(shop, "seg")) == 200


def test_files_and_frames_are_no_database(orders, tmp_path):
    with (
        rfmeans.segment(orders, n_init=2) as result,
        pytest.raises(SettingsError) as refused,
    ):
        result.write_table("seg")
    assert str(refused.value) == (
        "A table is written into the database that the orders come from (DuckDB, PostgreSQL or Spark), but pandas "
        "table is in none of them. Leave write_table out; in Python, write result.customers yourself."
    )
    orders.to_csv(tmp_path / "orders.csv", index=False)
    done = run("segment", tmp_path / "orders.csv", "--write-table", "seg", "--out", tmp_path / "out", code=2)
    assert "but orders.csv is in none of them" in said(done)


def test_a_permission_without_a_table_is_refused(shop, tmp_path):
    done = run("segment", shop, "--replace-table", "--out", tmp_path / "out", code=2)
    assert "--replace-table is for --write-table, which was not given." in said(done)


def test_many_tables_are_listed_by_nearness(tmp_path):
    path = tmp_path / "many.duckdb"
    with duckdb.connect(path) as con:
        for number in range(40):
            con.execute(f"CREATE TABLE table_{number} AS SELECT 1 AS a")
        con.execute("CREATE TABLE shop_orders AS SELECT 1 AS a")
    with pytest.raises(SourceError) as failed:
        rfmeans.segment(path, table="shop_order")
    message = str(failed.value)
    assert "has no table 'shop_order'. Did you mean 'shop_orders'? Its tables are: shop_orders, " in message
    assert message.endswith(" and 29 more.")


# Every engine


def test_a_table_is_written_and_written_anew(sql_engine, orders):
    table = sql_engine.table(orders, "orders_to_write")
    with rfmeans.segment(table, n_init=2) as result:
        expected = plain(result.customers.to_pandas())
        result.write_table("written_segments")
        result.write_table("written_segments")
        found = sql_engine.con.table("written_segments").to_pandas()
    assert_frame_equal(plain(found), expected, check_dtype=False)
    if sql_engine.name == "spark":
        assert [name for name in sql_engine.con.list_tables() if "__rfmeans" in name] == []
    few = rfmeans.segment(sql_engine.table(orders[orders.customer_id < 100], "fewer_orders"), n_init=2)
    with few:
        few.write_table("written_segments")
    assert sql_engine.con.table("written_segments").count().to_pyarrow().as_py() < len(expected)


def test_a_foreign_table_is_refused_unless_told(sql_engine, orders):
    table = sql_engine.con.create_table(
        "orders_as_table", sql_engine.table(orders, "orders_to_write"), overwrite=True
    )
    sql_engine.con.create_table("foreign_table", ibis.memtable({"name": ["Anna"]}), overwrite=True)
    with rfmeans.segment(table, n_init=2) as result:
        with pytest.raises(OutputError, match="foreign_table that rfmeans did not write"):
            result.write_table("foreign_table")
        assert sql_engine.con.table("foreign_table").count().to_pyarrow().as_py() == 1
        result.write_table("foreign_table", replace=True)
    assert sql_engine.con.table("foreign_table").count().to_pyarrow().as_py() == 200


def test_the_orders_of_an_ibis_table_are_never_replaced(sql_engine, orders):
    table = sql_engine.table(orders, "own_orders")
    with (
        rfmeans.segment(table.filter(table.amount > 0), n_init=1) as result,
        pytest.raises(OutputError, match="own_orders is the one that the orders are read from"),
    ):
        result.write_table("own_orders", replace=True)
    assert list(sql_engine.con.table("own_orders").columns) == list(orders.columns)


@pytest.mark.parametrize("way", ["a view", "a query", "a part of a query"])
def test_orders_behind_a_view_or_a_query_are_never_replaced(sql_engine, orders, way):
    con = sql_engine.con
    table = con.create_table("hidden_orders", sql_engine.table(orders, "orders_to_write"), overwrite=True)
    con.raw_sql("CREATE OR REPLACE VIEW orders_view AS SELECT * FROM hidden_orders")
    read = {
        "a view": lambda: con.table("orders_view"),
        "a query": lambda: con.sql("SELECT * FROM hidden_orders", schema=table.schema()),
        "a part of a query": lambda: table.filter(table.amount > 0).union(
            con.sql("SELECT * FROM hidden_orders", schema=table.schema()).limit(0)
        ),
    }[way]()
    forbidden = "one that the orders are read from" if way == "a part of a query" else "it cannot be told"
    with rfmeans.segment(read, n_init=1, segments=2) as result:
        for replace in (False, True):
            with pytest.raises(OutputError, match=forbidden):
                result.write_table("hidden_orders", replace=replace)
        for _ in range(2):
            result.write_table("segments_beside")
    assert list(con.table("hidden_orders").columns) == list(orders.columns)
    assert con.table("segments_beside").count().to_pyarrow().as_py() == 200
    con.raw_sql("DROP VIEW orders_view")


def test_a_temporary_view_hides_a_table_of_its_name(sql_engine, orders):
    con = sql_engine.con
    for name in ("hidden_orders", "shadowed"):
        con.create_table(name, sql_engine.table(orders, "orders_to_write"), overwrite=True)
    con.raw_sql("CREATE OR REPLACE TEMPORARY VIEW shadowed AS SELECT * FROM hidden_orders")
    with (
        rfmeans.segment(con.table("shadowed"), n_init=1, segments=2) as result,
        pytest.raises(OutputError, match="it cannot be told"),
    ):
        result.write_table("hidden_orders", replace=True)
    con.raw_sql("DROP VIEW shadowed")


def test_a_schema_that_is_not_there_is_said(sql_engine, orders):
    with rfmeans.segment(sql_engine.table(orders, "orders_to_write"), n_init=1) as result:
        with pytest.raises(OutputError, match="has no schema 'nosuchschema'"):
            result.write_table("nosuchschema.seg")
        result.write_table(f"{sql_engine.con.current_database}.schema_segments")
    assert sql_engine.con.table("schema_segments").count().to_pyarrow().as_py() == 200


def test_a_table_of_an_attached_database_is_written_there(tmp_path, shop):
    con = ibis.duckdb.connect()
    con.raw_sql(f"ATTACH '{shop}' AS lake")
    with rfmeans.segment(con.table("orders", database=("lake", "main")), n_init=1) as result:
        result.write_table("seg")
        with pytest.raises(OutputError, match="the one that the orders are read from"):
            result.write_table("orders", replace=True)
    assert con.raw_sql("SELECT count(*) FROM lake.main.seg").fetchone() == (200,)
    con.disconnect()


def test_an_attached_database_with_a_quotation_mark_in_its_name_is_written_into(shop):
    con = ibis.duckdb.connect()
    con.raw_sql(f'ATTACH \'{shop}\' AS "our ""lake"')
    table = con.table("orders", database=('our "lake', "main"))
    with rfmeans.segment(table, n_init=1) as result:
        result.write_table("seg")
    assert con.raw_sql("""SELECT count(*) FROM "our ""lake".main.seg""").fetchone() == (200,)
    con.disconnect()


def test_a_database_that_was_detached_meanwhile_is_said(shop):
    con = ibis.duckdb.connect()
    con.raw_sql(f"ATTACH '{shop}' AS lake")
    with rfmeans.segment(con.table("orders", database=("lake", "main")), n_init=1) as result:
        con.raw_sql("DETACH lake")
        with pytest.raises(SettingsError) as refused:
            result.write_table("seg")
    assert str(refused.value) == (
        "write_table writes into the database that the orders come from, but lake is not attached any more. "
        "Attach it again."
    )
    con.disconnect()


def test_an_attached_database_may_be_named_in_any_case(shop):
    con = ibis.duckdb.connect()
    con.raw_sql(f"ATTACH '{shop}' AS lake")
    with rfmeans.segment(con.table("orders", database=("LAKE", "main")), n_init=1) as result:
        for _ in range(2):
            result.write_table("seg")
        with pytest.raises(OutputError, match="staff that rfmeans did not write"):
            result.write_table("staff")
    assert con.raw_sql("SELECT count(*) FROM lake.main.seg").fetchone() == (200,)
    con.disconnect()


@pytest.mark.parametrize("way", ["a query", "a view", "two databases"])
def test_a_table_in_memory_is_refused_where_the_orders_may_lie_in_a_file(shop, way):
    con = ibis.duckdb.connect()
    con.raw_sql(f"ATTACH '{shop}' AS lake")
    table = con.table("orders", database=("lake", "main"))
    con.raw_sql(
        "CREATE VIEW all_orders AS FROM lake.main.orders; CREATE TABLE none AS FROM all_orders LIMIT 0"
    )
    read = {
        "a query": lambda: con.sql("SELECT * FROM lake.main.orders", schema=table.schema()),
        "a view": lambda: con.table("all_orders"),
        "two databases": lambda: table.union(con.table("none")),
    }[way]()
    with rfmeans.segment(read, n_init=1) as result:
        with pytest.raises(SettingsError, match=r"would be lost: .* is in memory, .* Say USE and its name"):
            result.write_table("seg")
        if way == "a query":
            con.raw_sql("USE lake")
            result.write_table("seg")
            assert con.raw_sql("SELECT count(*) FROM lake.main.seg").fetchone() == (200,)
    assert (
        con.raw_sql("FROM duckdb_tables() WHERE database_name = 'memory' AND table_name = 'seg'").fetchall()
        == []
    )
    con.disconnect()


def test_a_transaction_of_the_users_own_stays_as_it_is(shop):
    con = ibis.duckdb.connect(shop)
    con.raw_sql("BEGIN; INSERT INTO staff VALUES ('Bert')")
    with rfmeans.segment(con.table("orders"), n_init=1) as result:
        with pytest.raises(SettingsError) as refused:
            result.write_table("seg")
        con.raw_sql("COMMIT")
        result.write_table("seg")
    assert str(refused.value) == (
        "write_table needs a transaction of its own, but one is open on this connection. COMMIT or ROLLBACK it first."
    )
    con.disconnect()
    assert len(rows_of_any(shop, "staff")) == 2


def rows_of_any(shop: Path, table: str) -> list[tuple[object, ...]]:
    with duckdb.connect(shop, read_only=True) as con:
        return con.execute(f"SELECT * FROM {table}").fetchall()


def test_a_catalogue_that_is_not_duckdbs_own_is_refused():
    con = SimpleNamespace(
        name="duckdb",
        current_database="main",
        raw_sql=lambda _text, parameters: SimpleNamespace(fetchall=lambda: [("iceberg", False)]),
    )
    with pytest.raises(SettingsError) as refused:
        check_table(Home(con, "The lake", catalogue="lake"), "orders", "seg", force=False)
    assert str(refused.value) == (
        "write_table writes into a database of DuckDB itself, but lake is attached as iceberg. Leave it out, and "
        "load the customers of folder= there."
    )


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


@pytest.fixture
def fetched(sql_engine, monkeypatch):
    """The columns and the number of rows of everything that comes out of an engine."""
    seen: list[tuple[tuple[str, ...], int]] = []
    backend = type(sql_engine.con)
    tables, batches = backend.to_pyarrow, backend.to_pyarrow_batches

    def table(self, *arguments, **options):
        found = tables(self, *arguments, **options)
        columns = tuple(getattr(found, "column_names", ["a scalar"]))
        seen.append((columns, getattr(found, "num_rows", 1)))
        return found

    def stream(self, *arguments, **options):
        found = batches(self, *arguments, **options).read_all()
        seen.append((tuple(found.column_names), found.num_rows))
        return found.to_reader()

    monkeypatch.setattr(backend, "to_pyarrow", table)
    monkeypatch.setattr(backend, "to_pyarrow_batches", stream)
    return seen


def test_no_customer_passes_through_python(sql_engine, fetched):
    orders = make_orders(20_600, seed=2).drop(columns="kind")
    assert orders.customer_id.nunique() > EXACT_LIMIT
    table = sql_engine.table(orders, "orders_of_many")
    with rfmeans.segment(table, n_init=2) as result:
        result.write_table("many_segments")
    assert fetched
    assert max(rows for _, rows in fetched) <= 10_000  # the cells that K-Means runs on
    assert [names for names, rows in fetched if {"customer_id", "order_id"} & {*names} and rows] == []
    found = sql_engine.con.table("many_segments")
    assert found.count().to_pyarrow().as_py() == orders.customer_id.nunique()


def test_a_point_that_leaves_the_engine_stands_for_ten_customers(sql_engine, fetched, monkeypatch):
    small = partial(collect_cells, exact_limit=1_000, cell_limit=100)
    monkeypatch.setattr("rfmeans.segments.grouping.collect_cells", small)
    customers = make_customers(21_000, seed=2)[["recency", "frequency", "monetary"]]
    table = sql_engine.table(customers.assign(customer_id=range(1, 21_001)), "many_customers")
    columns = rfmeans.CustomerColumns("customer_id", "recency", "frequency", "monetary")
    with rfmeans.segment(table, columns=columns, n_init=2) as result:
        result.write_table("segments_of_many")
    points = [rows for names, rows in fetched if "squares" in names and "i" in names]
    assert len(set(points)) == 2  # the cells, and the finer ones
    assert 100 < max(points) <= 21_000 / 10
    assert max(rows for _, rows in fetched) <= 21_000 / 10


# PostgreSQL


@pytest.fixture
def address(postgres_engine, orders):
    postgres_engine.table(orders, "pg_orders")
    folder = postgres_engine.con.con.info.host
    return f"postgres://rfmeans:{SECRET}@/postgres?host={folder}"


def test_the_command_reads_and_writes_postgres_and_keeps_the_password(
    address, postgres_engine, orders, tmp_path
):
    arguments = ("segment", address, "--table", "pg_orders", "--write-table", "pg_segments")
    done = run(*arguments, "--out", tmp_path / "out", "--json")
    with rfmeans.segment(orders) as expected:
        theirs = plain(expected.customers.to_pandas())
    found = postgres_engine.con.table("pg_segments").to_pandas()
    assert_frame_equal(plain(found), theirs, check_dtype=False)
    assert "pg_orders in postgres:///postgres" in done.stdout
    assert "report.html" in os.listdir(tmp_path / "out")  # noqa: PTH208
    for png in (tmp_path / "out" / "charts").glob("*.png"):
        png.unlink()
    assert SECRET not in done.stdout + done.stderr + text_of(tmp_path / "out")


def test_grants_and_views_outlive_a_new_run(address, postgres_engine):
    con = postgres_engine.con.con
    for number in (1, 2):
        with rfmeans.segment(address, table="pg_orders", n_init=2) as result:
            result.write_table("pg_granted")
        if number == 1:
            con.execute("CREATE OR REPLACE VIEW pg_view AS SELECT segment FROM pg_granted")
    assert con.execute("SELECT count(*) FROM pg_view").fetchone() == (200,)
    con.execute("DROP VIEW pg_view")


def test_constraints_grants_and_views_outlive_a_new_run(address, postgres_engine):
    con = postgres_engine.con.con
    con.execute("DROP TABLE IF EXISTS pg_keyed CASCADE; DROP ROLE IF EXISTS reader; CREATE ROLE reader")
    with rfmeans.segment(address, table="pg_orders", n_init=1) as result:
        result.write_table("pg_keyed")
        con.execute(f"COMMENT ON TABLE pg_keyed IS 'Owner: Ann\n{MARK}'")
        con.execute("ALTER TABLE pg_keyed ADD PRIMARY KEY (customer_id), ALTER frequency SET NOT NULL")
        con.execute("GRANT SELECT ON pg_keyed TO reader; CREATE VIEW pg_key AS SELECT segment FROM pg_keyed")
        look = (
            "SELECT oid, relacl, relhasindex, obj_description(oid) FROM pg_class WHERE relname = 'pg_keyed'"
        )
        before = con.execute(look).fetchone()
        result.write_table("pg_keyed")
        assert con.execute(look).fetchone() == before
    con.execute("DROP TABLE pg_keyed CASCADE; DROP ROLE reader")


def test_a_table_that_gets_other_columns_stays_rfmeans_own(address, postgres_engine, orders):
    con = postgres_engine.con.con
    con.execute("DROP TABLE IF EXISTS pg_again")
    texts = postgres_engine.table(orders.assign(customer_id="c" + orders.customer_id.astype(str)), "pg_texts")
    with (
        rfmeans.segment(address, table="pg_orders", n_init=1) as numbered,
        rfmeans.segment(texts, n_init=1) as named,
    ):
        numbered.write_table("pg_again")
        named.write_table("pg_again")
        named.write_table("pg_again")
        con.execute("ALTER TABLE pg_again ADD COLUMN loaded timestamptz DEFAULT now()")
        named.write_table("pg_again")
    assert con.execute("SELECT obj_description('pg_again'::regclass)").fetchone() == (MARK,)


def test_enums_and_money_of_postgres_are_read(address, postgres_engine, orders, tmp_path):
    con = postgres_engine.con.con
    con.execute("DROP TABLE IF EXISTS pg_typed; DROP SCHEMA IF EXISTS kinds CASCADE; DROP TYPE IF EXISTS who")
    ids = ", ".join(f"'{number}'" for number in orders.customer_id.unique())
    con.execute(
        f"CREATE SCHEMA kinds; CREATE TYPE kinds.state AS ENUM ('paid'); CREATE TYPE who AS ENUM ({ids})"
    )
    con.execute(
        "CREATE TABLE pg_typed AS SELECT customer_id::text::who, order_id, ordered_at, amount::numeric::money, "
        "'paid'::kinds.state AS status FROM pg_orders"
    )
    con.execute("INSERT INTO pg_typed VALUES (NULL, -1, '2024-01-01', 5, 'paid')")
    with rfmeans.segment(address, table="pg_typed", n_init=1, keep_status=["paid"]) as found:
        theirs = plain(plain(found.customers.to_pandas()))  # in order of the numbers
        found.save(tmp_path / "out", report=False)
    aside = pd.read_parquet(tmp_path / "out" / "set_aside.parquet")
    assert (aside.reason[0], aside.status[0], str(aside.amount[0])) == ("missing customer", "paid", "5.0000")
    with rfmeans.segment(orders, n_init=1) as expected:
        assert_frame_equal(theirs, plain(expected.customers.to_pandas()), check_dtype=False)


def test_long_names_of_postgres_that_differ_at_the_end_are_two_columns(address, postgres_engine, tmp_path):
    con = postgres_engine.con.con
    first, second = "x" * 62 + "a", "x" * 62 + "b"
    con.execute("DROP TABLE IF EXISTS pg_long")
    con.execute(f"CREATE TABLE pg_long AS SELECT *, 1 AS {first}, 2 AS {second} FROM pg_orders")
    con.execute("INSERT INTO pg_long (order_id, ordered_at, amount) VALUES (-1, '2024-01-01', 5)")
    con.execute(f"UPDATE pg_long SET {first} = 3, {second} = 4 WHERE order_id = -1")
    with rfmeans.segment(address, table="pg_long", n_init=1) as result:
        result.save(tmp_path / "out", report=False)
    aside = pd.read_parquet(tmp_path / "out" / "set_aside.parquet")
    assert aside[[first, second]].values.tolist() == [[3, 4]]


def test_lines_with_what_no_file_can_hold_are_written_as_text(address, postgres_engine, tmp_path):
    con = postgres_engine.con.con
    con.execute("DROP TABLE IF EXISTS pg_far")
    con.execute(
        "CREATE TABLE pg_far AS SELECT customer_id, order_id, ordered_at::timestamptz, amount::numeric FROM pg_orders"
    )
    odd = [
        (1, "infinity", "5"),
        (2, "0044-03-15 12:00 BC", "5"),
        (3, "20000-01-01", "5"),
        (4, "2024-01-01", "1e400"),
    ]
    for number, moment, amount in odd:
        con.execute("INSERT INTO pg_far VALUES (1, %s, %s, %s)", (-number, moment, amount))
    with rfmeans.segment(address, table="pg_far", n_init=1) as result:
        result.save(tmp_path / "out", report=False)
    aside = pd.read_parquet(tmp_path / "out" / "set_aside.parquet").sort_values("order_id", ascending=False)
    assert [*aside.reason] == [*["unreadable date"] * 3, "unreadable amount"]
    assert [*aside.ordered_at] == [
        "infinity",
        "0044-03-15 12:00:00+00 BC",
        "20000-01-01 00:00:00+00",
        "2024-01-01 00:00:00+00",
    ]
    assert [*aside.amount] == ["5"] * 3 + ["1" + "0" * 400]


def test_what_arrow_cannot_take_is_said():
    import pyarrow as pa

    with (
        pytest.raises(EngineError, match=r"Writing failed: .* is not a valid decimal128 number\."),
        engine_errors("Writing"),
    ):
        raise pa.ArrowInvalid("The string 'NaN' is not a valid decimal128 number")


def test_readers_of_postgres_never_see_half_a_table(address, postgres_engine):
    import psycopg

    with rfmeans.segment(address, table="pg_orders", n_init=2) as result:
        result.write_table("pg_read")
        counts, done = set(), threading.Event()

        def look():
            with psycopg.connect(address, autocommit=True) as con:
                while not done.is_set():
                    counts.update(con.execute("SELECT count(*) FROM pg_read").fetchall())

        reader = threading.Thread(target=look)
        reader.start()
        try:
            for _ in range(5):
                result.write_table("pg_read")
        finally:
            done.set()
            reader.join()
    assert counts == {(200,)}


def test_a_table_that_others_hang_on_is_not_dropped(address, postgres_engine):
    con = postgres_engine.con.con
    con.execute("DROP VIEW IF EXISTS hanging; DROP TABLE IF EXISTS pg_other")
    con.execute("CREATE TABLE pg_other AS SELECT 1 AS a; CREATE VIEW hanging AS SELECT * FROM pg_other")
    with (
        rfmeans.segment(address, table="pg_orders", n_init=2) as result,
        pytest.raises(
            OutputError, match=r"a: no longer; customer_id: new; .*more\)\. Views hang on it, so it cannot"
        ),
    ):
        result.write_table("pg_other", replace=True)
    assert con.execute("SELECT * FROM hanging").fetchall() == [(1,)]


def test_a_partition_of_the_orders_is_not_replaced(postgres_engine, orders):
    con = postgres_engine.con
    postgres_engine.table(orders, "pg_orders")
    con.con.execute("DROP TABLE IF EXISTS parted")
    con.con.execute("CREATE TABLE parted (LIKE pg_orders) PARTITION BY RANGE (customer_id)")
    con.con.execute("CREATE TABLE parted_all PARTITION OF parted DEFAULT; INSERT INTO parted TABLE pg_orders")
    for read, target in (("parted", "parted_all"), ("parted_all", "parted")):
        with (
            rfmeans.segment(con.table(read), n_init=1, segments=2) as result,
            pytest.raises(OutputError, match="it cannot be told"),
        ):
            result.write_table(target, replace=True)


def test_an_unknown_table_of_postgres_is_told_its_nearest(address):
    with pytest.raises(SourceError, match=r"has no table 'pg_order'. Did you mean 'pg_orders'\?"):
        rfmeans.segment(address, table="pg_order")


def test_a_table_of_postgres_in_another_schema_is_told_in_full(address, postgres_engine):
    con = postgres_engine.con.con
    con.execute("DROP SCHEMA IF EXISTS warehouse_of_sales CASCADE; CREATE SCHEMA warehouse_of_sales")
    con.execute(
        "CREATE TABLE warehouse_of_sales.till (a int); DROP TABLE IF EXISTS till2; CREATE TABLE till2 (a int)"
    )
    with pytest.raises(SourceError, match=r"no table 'till'. Did you mean 'warehouse_of_sales\.till'\?"):
        rfmeans.segment(address, table="till")
    con.execute("DROP SCHEMA warehouse_of_sales CASCADE; DROP TABLE till2")


@pytest.mark.parametrize(
    "made", ["TYPE pg_kind AS ENUM ('a')", "TYPE pg_kind AS (a int)", "DOMAIN pg_kind AS int"]
)
def test_a_name_that_a_type_of_postgres_has_is_refused_before_any_work(
    address, postgres_engine, tmp_path, made
):
    con = postgres_engine.con.con
    con.execute(f"CREATE {made}")
    try:
        arguments = (
            "--table",
            "pg_orders",
            "--write-table",
            "pg_kind",
            "--replace-table",
            "--out",
            tmp_path / "out",
        )
        done = run("segment", address, *arguments, code=1)
    finally:
        con.execute(f"DROP {made.split()[0]} pg_kind")
    assert "public.pg_kind in postgres:///postgres is a type, which is never replaced." in said(done)
    assert "Read as" not in done.stderr


def test_a_missing_privilege_is_said(address, postgres_engine, tmp_path):
    con = postgres_engine.con.con
    con.execute("DROP ROLE IF EXISTS guest")
    con.execute("CREATE ROLE guest LOGIN")
    guest = address.replace("rfmeans:", "guest:")
    done = run("segment", guest, "--table", "pg_orders", "--out", tmp_path / "out", code=1)
    assert "permission denied for table pg_orders" in said(done)
    assert "reading needs SELECT on the table and TEMPORARY on the database" in said(done)
    assert SECRET not in done.stderr


def test_privileges_to_write_are_looked_at_before_any_work(address, postgres_engine, tmp_path):
    con = postgres_engine.con.con
    con.execute(
        "DROP TABLE IF EXISTS pg_of_owner; DROP TABLE IF EXISTS pg_by_clerk; DROP ROLE IF EXISTS clerk"
    )
    con.execute("CREATE ROLE clerk LOGIN; GRANT SELECT ON pg_orders TO clerk")
    with rfmeans.segment(address, table="pg_orders", n_init=1) as result:
        result.write_table("pg_of_owner")
    clerk = address.replace("rfmeans:", "clerk:")
    arguments = ("segment", clerk, "--table", "pg_orders", *LEAN, "--out", tmp_path / "out", "--write-table")
    con.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    for table, words in (
        ("pg_by_clerk", "You may not create a table in the schema public (GRANT CREATE ON SCHEMA)"),
        ("pg_of_owner", "You may not fill the table public.pg_of_owner anew (GRANT INSERT, DELETE ON)"),
    ):
        done = run(*arguments, table, code=1)
        assert words in said(done)
        assert "Read as" not in done.stderr
    con.execute(
        "GRANT CREATE ON SCHEMA public TO clerk; GRANT SELECT, INSERT, DELETE ON pg_of_owner TO clerk"
    )
    run(*arguments, "pg_of_owner")
    run(*arguments, "pg_by_clerk", "--force")
    con.execute("DROP OWNED BY clerk; DROP ROLE clerk")


def test_whose_table_is_to_be_replaced_is_looked_at_before_any_work(address, postgres_engine, tmp_path):
    con = postgres_engine.con.con
    con.execute("DROP TABLE IF EXISTS pg_list; DROP ROLE IF EXISTS clerk; CREATE TABLE pg_list (name text)")
    con.execute("CREATE ROLE clerk LOGIN; GRANT SELECT ON pg_orders TO clerk; GRANT ALL ON pg_list TO clerk")
    con.execute("GRANT CREATE ON SCHEMA public TO clerk")
    clerk, target = address.replace("rfmeans:", "clerk:"), ("--write-table", "pg_list", "--replace-table")
    arguments = ("segment", clerk, "--table", "pg_orders", *LEAN, "--out", tmp_path / "out", *target)
    done = run(*arguments, code=1)
    assert "You may not replace the table public.pg_list, which is another's (ALTER TABLE OWNER TO)" in said(
        done
    )
    assert "Read as" not in done.stderr
    con.execute("ALTER TABLE pg_list OWNER TO clerk")
    run(*arguments)
    con.execute("DROP OWNED BY clerk; DROP ROLE clerk")


def test_the_owner_of_a_schema_may_replace_the_tables_in_it(address, postgres_engine):
    con = postgres_engine.con.con
    con.execute("DROP SCHEMA IF EXISTS sales CASCADE; DROP SCHEMA IF EXISTS hidden CASCADE")
    con.execute("DROP ROLE IF EXISTS boss; CREATE ROLE boss LOGIN; CREATE SCHEMA sales AUTHORIZATION boss")
    con.execute("GRANT SELECT ON pg_orders TO boss; CREATE TABLE sales.seg (a int)")
    con.execute("CREATE TABLE sales.other (a int); GRANT DELETE ON sales.seg TO boss")
    con.execute(
        f"CREATE SCHEMA hidden; CREATE TABLE hidden.seg (a int); COMMENT ON TABLE hidden.seg IS '{MARK}'"
    )
    con.execute("GRANT INSERT, DELETE ON hidden.seg TO boss")
    with rfmeans.segment(address.replace("rfmeans:", "boss:"), table="pg_orders", n_init=1) as result:
        result.write_table("sales.seg", replace=True)
        con.execute("CREATE TABLE sales.same AS SELECT * FROM sales.seg; GRANT DELETE ON sales.same TO boss")
        result.write_table("sales.same", replace=True)
        with pytest.raises(OutputError, match=r"You may not lock the table sales\.other \(GRANT DELETE ON\)"):
            result.write_table("sales.other", replace=True)
        with pytest.raises(OutputError, match=r"You may not use the schema hidden \(GRANT USAGE ON SCHEMA\)"):
            result.write_table("hidden.seg")
    for table in ("sales.seg", "sales.same"):
        assert con.execute(
            f"SELECT count(*), obj_description('{table}'::regclass) FROM {table}"
        ).fetchone() == (
            200,
            MARK,
        )
    con.execute("DROP OWNED BY boss CASCADE; DROP ROLE boss; DROP SCHEMA hidden CASCADE")


def test_postgres_tells_tables_apart_by_case(postgres_engine, orders):
    con = postgres_engine.con
    con.con.execute('DROP TABLE IF EXISTS pg_cased; DROP TABLE IF EXISTS "Pg_Cased"')
    table = con.create_table("Pg_Cased", postgres_engine.table(orders, "orders_to_write"))
    with rfmeans.segment(table, n_init=1) as result:
        result.write_table("pg_cased")
        with pytest.raises(OutputError, match="the one that the orders are read from"):
            result.write_table("Pg_Cased", replace=True)
    assert con.table("pg_cased").count().to_pyarrow().as_py() == 200
    assert list(con.table("Pg_Cased").columns) == list(orders.columns)


def test_views_on_a_table_whose_columns_change_are_said(address, postgres_engine, orders):
    con = postgres_engine.con.con
    con.execute("DROP TABLE IF EXISTS pg_viewed CASCADE")
    with rfmeans.segment(address, table="pg_orders", n_init=1) as result:
        result.write_table("pg_viewed")
    con.execute("CREATE VIEW pg_loyal AS SELECT segment FROM pg_viewed")
    texts = postgres_engine.table(orders.assign(customer_id="c" + orders.customer_id.astype(str)), "pg_texts")
    words = r"\(customer_id: int64, now string\)\. Views hang on it"
    with rfmeans.segment(texts, n_init=1) as result, pytest.raises(OutputError, match=words):
        result.write_table("pg_viewed")
    assert con.execute("SELECT count(*) FROM pg_loyal").fetchone() == (200,)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgres://ann:hunter2@127.0.0.1:1/shop", "Cannot connect to PostgreSQL on 127.0.0.1:1: "),
        ("postgres://ann:hunter2@nowhere.invalid/shop", "Cannot connect to PostgreSQL on nowhere.invalid: "),
        ("postgres://ann:hun/ter2@localhost/shop", "This is no PostgreSQL address. Give one like "),
        ("postgres://ann@localhost/shop?passwort=hunter2", "This is no PostgreSQL address."),
        ("postgre://ann:hunter2@localhost/shop", "Addresses that begin with postgre:// cannot be read."),
        ("mysql://ann:hunter2@localhost/shop", "Addresses that begin with mysql:// cannot be read."),
    ],
)
def test_addresses_that_lead_nowhere(monkeypatch, address, words):
    pytest.importorskip("psycopg")
    with pytest.raises(SourceError) as failed:
        rfmeans.segment(address)
    message = str(failed.value)
    assert words in message
    assert "hunter2" not in message
    assert "hun" not in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("module", "source", "options", "words"),
    [
        (
            "psycopg",
            "postgres:///shop",
            {},
            "PostgreSQL needs psycopg. Install it: pip install 'rfmeans[postgres]'",
        ),
        (
            "pyspark.sql",
            "o.parquet",
            {"engine": "spark"},
            "Spark needs PySpark. Install it: pip install 'rfmeans[spark]'",
        ),
    ],
)
def test_without_an_extra_it_says_what_to_install(monkeypatch, module, source, options, words):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SourceError) as failed:
        rfmeans.segment(source, **options)
    assert str(failed.value) == words


def test_limits_are_refused_on_a_server():
    with pytest.raises(SettingsError, match="threads is for the embedded engine, but here PostgreSQL does"):
        rfmeans.segment("postgres:///shop", threads=2)


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
    done = run(*arguments, "--out", tmp_path / "out", code=2, SPARK_CONF_DIR=str(settings))
    assert "--write-table would be lost: this Spark session keeps its tables in memory" in said(done)
    (settings / "spark-defaults.conf").write_text(common + lasting)
    done = run(*arguments, "--out", tmp_path / "out", "--quiet", SPARK_CONF_DIR=str(settings))
    assert len(pd.read_parquet(tmp_path / "warehouse" / "kept")) == 200
    assert "[Stage" not in done.stderr  # Spark draws its own progress, also into files
    assert "pandas" not in done.stderr
