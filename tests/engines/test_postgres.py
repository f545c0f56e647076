"""PostgreSQL, a real one: addresses, types that others do not have, grants, views, locks."""

import os
import threading

import ibis
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import rfmeans
from helpers import moving_shop
from helpers.command import run
from helpers.tables import LEAN, SECRET, plain, text_of
from rfmeans.columns.keys import customer_key, order_key
from rfmeans.columns.typed import product, to_money
from rfmeans.engines.database import MARK
from rfmeans.engines.dispatch import engine_of
from rfmeans.errors import OutputError, SettingsError, SourceError

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")


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
    assert "pg_orders in postgres:///postgres" in done.out
    assert "report.html" in os.listdir(tmp_path / "out")  # noqa: PTH208
    for png in (tmp_path / "out" / "charts").glob("*.png"):
        png.unlink()
    assert SECRET not in done.out + done.err + text_of(tmp_path / "out")


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


def test_prices_beyond_all_floats_do_not_end_a_run(address, postgres_engine):
    con = postgres_engine.con.con
    con.execute("DROP TABLE IF EXISTS pg_huge")
    con.execute(
        "CREATE TABLE pg_huge AS SELECT customer_id, order_id, ordered_at, 2 AS quantity, amount::numeric AS price "
        "FROM pg_orders WHERE amount > 0"
    )
    con.execute("INSERT INTO pg_huge VALUES (1, -1, '2024-01-01', 2, 1e400)")
    with rfmeans.segment(address, table="pg_huge", n_init=1) as result:
        assert result.summary.account.lines.set_aside["unreadable amount"].rows == 1


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
    assert "public.pg_kind in postgres:///postgres is a type, which is never replaced." in done.said
    assert "Read as" not in done.err


def test_a_missing_privilege_is_said(address, postgres_engine, tmp_path):
    con = postgres_engine.con.con
    con.execute("DROP ROLE IF EXISTS guest")
    con.execute("CREATE ROLE guest LOGIN")
    guest = address.replace("rfmeans:", "guest:")
    done = run("segment", guest, "--table", "pg_orders", "--out", tmp_path / "out", code=1)
    assert "permission denied for table pg_orders" in done.said
    assert "reading needs SELECT on the table and TEMPORARY on the database" in done.said
    assert SECRET not in done.err


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
        assert words in done.said
        assert "Read as" not in done.err
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
    words = "You may not replace the table public.pg_list, which is another's (ALTER TABLE OWNER TO)"
    assert words in done.said
    assert "Read as" not in done.err
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
        ("postgres://ann:12/hunter2@localhost/shop", "This is no PostgreSQL address."),
        ("postgres://ann:x@hunter2@localhost/shop", "This is no PostgreSQL address."),
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


def test_limits_are_refused_on_a_server():
    with pytest.raises(SettingsError, match="threads is for the embedded engine, but here PostgreSQL does"):
        rfmeans.segment("postgres:///shop", threads=2)


def test_on_postgres_no_column_is_computed_over_and_over(postgres_engine, orders):
    """PostgreSQL would write columns into each other: then a customer's logarithms were computed hundreds of times."""
    table = postgres_engine.table(orders, "orders_computed_once")
    with rfmeans.segment(table, n_init=1, transform="log") as found:
        customers = postgres_engine.con.create_table(
            "customers_computed_once", found.customers, overwrite=True
        )
        run = ibis.to_sql(found.model.apply(customers), dialect="postgres")
        statement = found.model.to_sql("postgres", orders="orders_computed_once")
    for text in (run, statement):
        rows = postgres_engine.con.con.execute(f"EXPLAIN (VERBOSE) {text}").fetchall()
        shown = "\n".join(line for (line,) in rows).count("ln(")
        assert 3 <= shown <= 6  # one a feature, where it is computed and once where it is passed on


@pytest.fixture
def postgres_odd(postgres_engine):
    con = postgres_engine.con
    con.raw_sql(
        "CREATE TABLE odd (place int, id numeric, held real, few numeric(10, 2), many numeric);"
        "INSERT INTO odd VALUES (1, 'NaN', 12345.67, 'NaN', 'NaN'), (2, 'Infinity', 123456.78, 5, 'Infinity'), "
        "(3, 17, 1234567.89, 7.25, 1e400), (4, 1e50, 'NaN', -3, 1e-300), (5, 0, 0.5, 0, 12.5)"
    ).close()
    yield con.table("odd")
    con.raw_sql("DROP TABLE odd").close()


def test_postgres_numbers_that_others_do_not_have(postgres_odd):
    def found(value) -> list:
        rows = postgres_odd.select("place", found=value).order_by("place").to_pyarrow().to_pylist()
        return [None if row["found"] is None else str(row["found"]) for row in rows]

    there = engine_of(postgres_odd)
    assert found(to_money(postgres_odd.held, there)) == [
        "12345.6699",
        "123456.7813",
        "1234567.8750",
        None,
        "0.5000",
    ]
    assert found(to_money(postgres_odd.few, there)) == [None, "5.0000", "7.2500", "-3.0000", "0.0000"]
    assert found(to_money(postgres_odd.many, there)) == [None, None, None, "0.0000", "12.5000"]
    assert found(product(postgres_odd.many, postgres_odd.many, there)) == [
        None,
        None,
        None,
        "0.0000",
        "156.2500",
    ]
    assert found(customer_key(postgres_odd.id, there)) == [None, None, "17", None, None]
    assert found(order_key(postgres_odd.id, there).cast("string")) == [None, None, "17", None, "0"]


def test_who_moved_is_written_as_a_table(postgres_engine, tmp_path):
    postgres_engine.table(moving_shop.orders(), "pg_moving")
    folder = postgres_engine.con.con.info.host
    address = f"postgres://rfmeans:{SECRET}@/postgres?host={folder}"
    dates = {"since": moving_shop.SINCE, "until": moving_shop.UNTIL}
    with rfmeans.movement(moving_shop.model(), address, table="pg_moving", **dates) as moved:
        moved.write_table("pg_moved")
        moved.write_table("pg_moved")  # its own: replaced
    rows = postgres_engine.con.table("pg_moved").to_pyarrow().to_pylist()
    assert {row["customer_id"]: moving_shop.shown(row) for row in rows} == moving_shop.MOVED
