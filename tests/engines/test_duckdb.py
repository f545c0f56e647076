"""DuckDB: a file gets its customers; attached databases, transactions, files in use."""

import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import duckdb
import ibis
import pandas as pd
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal

import rfmeans
from helpers.command import run
from helpers.tables import LEAN, plain, rows_of
from rfmeans.engines import duckdb as duckdb_tables
from rfmeans.engines.database import ATTACHED, Home
from rfmeans.engines.duckdb import DUCKDB
from rfmeans.engines.write_table import check_table
from rfmeans.errors import EngineError, OutputError, SettingsError
from rfmeans.synthetic import make_orders

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")


# A DuckDB file


@pytest.mark.slow
def test_a_duckdb_file_gets_its_customers(shop, orders, tmp_path):
    done = run(
        *("segment", shop, "--table", "orders", "--write-table", "customer_segments"),
        *("--out", tmp_path / "out", *LEAN),
    )
    assert "Written to the table customer_segments" in done.out
    with rfmeans.segment(orders) as expected:
        theirs = plain(expected.customers.to_pandas())
    assert_frame_equal(rows_of(shop, "customer_segments"), theirs, check_dtype=False)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "account.json",
        "model.json",
        "profile.csv",
    ]


@pytest.mark.slow
def test_a_second_run_replaces_its_own_table_and_needs_no_table_name(shop, tmp_path):
    with duckdb.connect(shop) as con:
        con.execute("DROP VIEW everyone; DROP TABLE staff")
    for number in (1, 2):
        run("segment", shop, "--write-table", "seg", "--out", tmp_path / f"out{number}", *LEAN)
    assert len(rows_of(shop, "seg")) == 200


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_name_is_quoted(shop):
    name = "x\"; DROP TABLE orders; --'"
    with rfmeans.segment(shop, table="orders", n_init=2) as result:
        result.write_table(name)
    with duckdb.connect(shop, read_only=True) as con:
        tables = {row[0] for row in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert tables == {"orders", "staff", name}


@pytest.mark.slow
def test_after_writing_the_result_still_reads_the_file(shop, tmp_path):
    with rfmeans.segment(shop, table="orders", n_init=2) as result:
        result.write_table("seg")
        result.save(tmp_path / "out", report=False)


@pytest.mark.slow
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
    assert "shop.duckdb: it is in use by another program, or may not be written." in done.said
    assert "Read as" not in done.err  # before any work
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_table_of_an_attached_database_is_written_there(tmp_path, shop):
    con = ibis.duckdb.connect()
    con.raw_sql(f"ATTACH '{shop}' AS lake")
    with rfmeans.segment(con.table("orders", database=("lake", "main")), n_init=1) as result:
        result.write_table("seg")
        with pytest.raises(OutputError, match="the one that the orders are read from"):
            result.write_table("orders", replace=True)
    assert con.raw_sql("SELECT count(*) FROM lake.main.seg").fetchone() == (200,)
    con.disconnect()


@pytest.mark.slow
def test_an_attached_database_with_a_quotation_mark_in_its_name_is_written_into(shop):
    con = ibis.duckdb.connect()
    con.raw_sql(f'ATTACH \'{shop}\' AS "our ""lake"')
    table = con.table("orders", database=('our "lake', "main"))
    with rfmeans.segment(table, n_init=1) as result:
        result.write_table("seg")
    assert con.raw_sql("""SELECT count(*) FROM "our ""lake".main.seg""").fetchone() == (200,)
    con.disconnect()


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


# Progress


@pytest.mark.slow
def test_the_engine_tells_how_far_it_is():
    con = ibis.duckdb.connect()
    con.raw_sql("CREATE TABLE numbers AS SELECT range AS n FROM range(2000000)")
    percentage, seen = DUCKDB.percentage_of(con), set()
    done = threading.Event()

    def look():
        while not done.wait(0.005):
            seen.add(percentage())

    looking = threading.Thread(target=look)
    looking.start()
    try:
        for _ in range(3):
            con.raw_sql("SELECT count(*) FROM numbers WHERE md5(n::text) < md5((n + 1)::text)").fetchall()
    finally:
        done.set()
        looking.join()
    assert any(found is not None and 0 < found < 100 for found in seen)
    assert all(found is None or 0 <= found <= 100 for found in seen)


def test_customers_come_out_in_batches_as_well():
    with rfmeans.segment(make_orders(50, seed=1).drop(columns="kind"), segments=2) as result:
        batches = list(result.customers.select("customer_id", "monetary").to_pyarrow_batches(chunk_size=20))
        whole = result.customers.select("customer_id", "monetary").to_pyarrow()
    assert len(batches) > 1
    assert pa.Table.from_batches(batches).to_pylist() == whole.to_pylist()
