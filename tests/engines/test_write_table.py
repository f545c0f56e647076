"""Databases as source and target, through the library and through the command."""

import os
from functools import partial

import ibis
import pytest
from pandas.testing import assert_frame_equal

import rfmeans
from helpers.command import run
from helpers.tables import LEAN, plain, rows_of
from rfmeans.errors import OutputError, SettingsError
from rfmeans.segments.cells import EXACT_LIMIT, collect_cells
from rfmeans.synthetic import make_customers, make_orders

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")


def test_assign_writes_a_table(shop, tmp_path):
    table = ("--table", "orders", *LEAN)
    run("segment", shop, *table, "--write-table", "fitted", "--out", tmp_path / "fit")
    model = tmp_path / "fit" / "model.json"
    run("assign", model, shop, *table, "--write-table", "assigned", "--out", tmp_path / "again")
    assert_frame_equal(rows_of(shop, "assigned"), rows_of(shop, "fitted"))


@pytest.mark.slow
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
    assert words in done.said
    assert "Read as" not in done.err
    assert shop.read_bytes() == before
    assert os.listdir(tmp_path) == ["shop.duckdb"]  # noqa: PTH208


def test_told_to_it_replaces_a_foreign_table_but_never_the_orders(shop, tmp_path):
    with rfmeans.segment(shop, table="orders", n_init=2) as result:
        with pytest.raises(OutputError, match="the one that the orders are read from"):
            result.write_table("orders", replace=True)
        result.write_table("staff", replace=True)
    assert len(rows_of(shop, "staff")) == 200


@pytest.mark.parametrize("name", ['"Seg"', 'main."Seg"', '"main.Seg"'])
def test_a_name_in_quotes_is_refused(shop, tmp_path, name):
    done = run("segment", shop, "--table", "orders", "--write-table", name, "--out", tmp_path / "out", code=2)
    assert "--write-table is given without quotes, as it is: upper and lower case" in done.said
    assert f"Got {name!r}." in done.said


@pytest.mark.slow
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
    assert "but orders.csv is in none of them" in done.said


def test_a_permission_without_a_table_is_refused(shop, tmp_path):
    done = run("segment", shop, "--replace-table", "--out", tmp_path / "out", code=2)
    assert "--replace-table is for --write-table, which was not given." in done.said


# Every engine


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_the_orders_of_an_ibis_table_are_never_replaced(sql_engine, orders):
    table = sql_engine.table(orders, "own_orders")
    with (
        rfmeans.segment(table.filter(table.amount > 0), n_init=1) as result,
        pytest.raises(OutputError, match="own_orders is the one that the orders are read from"),
    ):
        result.write_table("own_orders", replace=True)
    assert list(sql_engine.con.table("own_orders").columns) == list(orders.columns)


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_schema_that_is_not_there_is_said(sql_engine, orders):
    with rfmeans.segment(sql_engine.table(orders, "orders_to_write"), n_init=1) as result:
        with pytest.raises(OutputError, match="has no schema 'nosuchschema'"):
            result.write_table("nosuchschema.seg")
        result.write_table(f"{sql_engine.con.current_database}.schema_segments")
    assert sql_engine.con.table("schema_segments").count().to_pyarrow().as_py() == 200


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


@pytest.mark.slow
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


@pytest.mark.slow
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
