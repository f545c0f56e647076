"""One set of orders through every kind of source: the customers are the same."""

import gc
import gzip
import io
from datetime import date
from pathlib import Path

import duckdb
import ibis
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from ibis.backends.duckdb import Backend

import rfmeans
from helpers.sources import EXPECTED, LINES, NAMED, customers, days, late_orders, polars_frame, rows, segment
from rfmeans import CustomerColumns
from rfmeans.engines.database import Served
from rfmeans.reading.open import open_source
from rfmeans.settings import Limits, Reading

# Kinds of source


def csv(folder: Path) -> Path:
    LINES.to_csv(folder / "orders.csv", index=False)
    return folder / "orders.csv"


def csv_gz(folder: Path) -> str:
    (folder / "orders.csv.gz").write_bytes(gzip.compress(csv(folder).read_bytes()))
    return str(folder / "orders.csv.gz")


def tsv(folder: Path) -> Path:
    LINES.to_csv(folder / "orders.tsv", index=False, sep="\t")
    return folder / "orders.tsv"


def semicolons(folder: Path) -> Path:
    LINES.to_csv(folder / "ORDERS.TXT", index=False, sep=";")
    return folder / "ORDERS.TXT"


def parquet(folder: Path) -> Path:
    LINES.to_parquet(folder / "orders.parquet")
    return folder / "orders.parquet"


def csv_glob(folder: Path) -> str:
    """Two files, the second with its columns the other way round."""
    LINES[:4].to_csv(folder / "part1.csv", index=False)
    LINES[4:][LINES.columns[::-1]].to_csv(folder / "part2.csv", index=False)
    return str(folder / "part*.csv")


def parquet_glob(folder: Path) -> str:
    LINES[:4].to_parquet(folder / "part1.parquet")
    LINES[4:][LINES.columns[::-1]].to_parquet(folder / "part2.parquet")
    return str(folder / "*.parquet")


def csv_with_glob_letters_in_its_name(folder: Path) -> Path:
    LINES.to_csv(folder / "orders [2026].csv", index=False)
    return folder / "orders [2026].csv"


def polars_lazy(folder: Path) -> pl.LazyFrame:
    return polars_frame(folder).lazy()


def arrow(_folder: Path) -> pa.Table:
    return pa.Table.from_pandas(LINES)


def ibis_duckdb(_folder: Path) -> ibis.Table:
    return ibis.duckdb.connect().create_table("orders", LINES)


def ibis_memtable(_folder: Path) -> ibis.Table:
    return ibis.memtable(LINES)


def pandas_with_another_index(_folder: Path) -> pd.DataFrame:
    return LINES.set_index(pd.Index(range(100, 108), name="line"))


def pandas_text(_folder: Path) -> pd.DataFrame:
    return LINES.astype(str)


def pandas_rows_reversed(_folder: Path) -> pd.DataFrame:
    return LINES[::-1]


SOURCES = [
    csv,
    csv_gz,
    tsv,
    semicolons,
    parquet,
    csv_glob,
    parquet_glob,
    csv_with_glob_letters_in_its_name,
    polars_frame,
    polars_lazy,
    arrow,
    ibis_duckdb,
    ibis_memtable,
    pandas_with_another_index,
    pandas_text,
    pandas_rows_reversed,
]


def test_pandas():
    assert customers(LINES) == EXPECTED


@pytest.mark.parametrize("make", SOURCES, ids=lambda make: make.__name__)
def test_every_source_gives_the_same_customers(tmp_path, make):
    assert customers(make(tmp_path)) == EXPECTED


@pytest.fixture(scope="module")
def usual():
    with segment(LINES) as result:
        yield [row["segment"] for row in rows(result)], result.model.centres


@pytest.mark.slow
@pytest.mark.parametrize("make", SOURCES, ids=lambda make: make.__name__)
def test_every_source_gives_the_same_segments(tmp_path, make, usual):
    with segment(make(tmp_path)) as result:
        assert ([row["segment"] for row in rows(result)], result.model.centres) == usual


@pytest.mark.parametrize("make", [polars_lazy, ibis_duckdb, csv, arrow], ids=lambda make: make.__name__)
def test_a_where_works_on_every_source(tmp_path, make):
    expected = [row for row in EXPECTED if row[0] != "12"]
    assert customers(make(tmp_path), where="customer_id <> '12'") == expected


def test_no_order_column_counts_days():
    assert customers(LINES.drop(columns="order_id")) == EXPECTED


def test_columns_are_found_by_the_names_given():
    renamed = LINES.rename(columns={"customer_id": "a", "order_date": "b", "amount": "c", "order_id": "d"})
    assert customers(renamed, customer="a", date="b", amount="c", order="d") == EXPECTED


@pytest.mark.slow
def test_quantity_times_price_equals_the_amount():
    parts = LINES.drop(columns="amount").assign(
        quantity=[1, 2, 10, 1, 3, 8, 4, -1], unit_price=[10.1, 0.1, 0.5, 2.5, 33.33, 5.0, 15.0, 3.0]
    )
    assert customers(parts) == EXPECTED
    assert customers(parts.astype(str)) == EXPECTED


def test_the_amount_is_preferred_to_quantity_and_price():
    assert customers(LINES.assign(quantity=1, unit_price=1.0)) == EXPECTED


def test_timezone_moves_the_day():
    frame = late_orders("+01:00")[:1]
    frame = pd.concat([frame, frame.assign(customer_id=2, amount=7.0)])
    assert days(frame, timezone="Europe/London") == [2, 2]
    assert days(frame, timezone="Asia/Tokyo") == [1, 1]


def test_timezone_leaves_naive_timestamps_alone():
    assert customers(LINES, timezone="Asia/Tokyo") == EXPECTED


@pytest.mark.slow
def test_aware_timestamps_in_parquet_are_read_as_utc_or_as_asked(tmp_path):
    late_orders("America/New_York").to_parquet(tmp_path / "orders.parquet")
    path = tmp_path / "orders.parquet"
    with segment(path) as result:
        assert result.summary.account.lines.last_day == date(2026, 2, 1)
    assert days(path, timezone="America/New_York") == [2, 1]


def test_text_with_an_offset_keeps_its_day(tmp_path):
    text = LINES.assign(order_date=LINES["order_date"].dt.strftime("%Y-%m-%dT23:30:00+01:00"))
    text.to_csv(tmp_path / "orders.csv", index=False)
    assert customers(tmp_path / "orders.csv") == EXPECTED
    assert customers(text) == EXPECTED


@pytest.mark.parametrize(
    "missing",
    [
        "",
        "  ",
        "nan",
        "None",
        "NULL",
        "Guest",
        "0",
        "0.0",
        "NA",
        "n/a",
        "#N/A",
        "-",
        "Unknown",
        "n.a.",
        "(null)",
    ],
)
def test_words_for_no_customer_are_never_one_customer(missing):
    ids = LINES["customer_id"].astype(str).where(LINES.index != 3, missing)
    assert customers(LINES.assign(customer_id=ids)) == [row for row in EXPECTED if row[0] != "12"]


def test_an_ibis_connection_is_left_as_it_was():
    con = ibis.duckdb.connect()
    with segment(con.create_table("orders", LINES), where="amount > 0"):
        pass
    relations = con.raw_sql(
        "SELECT table_name FROM duckdb_tables() UNION ALL "
        "SELECT view_name FROM duckdb_views() WHERE NOT internal"
    ).fetchall()
    assert relations == [("orders",)]


# A table of customers


def customers_table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": ["a", "b", "c", "d", "e", None],
            "recency": [1, 2, 80, 90, 10, 5],
            "frequency": [9, 8, 1, 1, 0, 1],
            "monetary": [900.0, 800.0, 10.0, 20.0, 0.0, 5.0],
        }
    )


def as_csv(folder: Path) -> Path:
    customers_table().to_csv(folder / "customers.csv", index=False)
    return folder / "customers.csv"


@pytest.mark.parametrize("make", [lambda _: customers_table(), as_csv], ids=["pandas", "csv"])
def test_a_table_of_customers(tmp_path, make):
    with segment(make(tmp_path), columns=CustomerColumns()) as result:
        found = {row["customer_id"]: row for row in rows(result)}
        names = {key: row["segment"] for key, row in found.items()}
        assert names["a"] == names["b"] == "High-Value Loyal"
        assert names["c"] == names["d"] == "Low-Value/Churned"
        assert [found[key]["reason"] for key in ("a", "e", None)] == [None, "no purchase", "missing customer"]
        assert result.set_aside is None
        assert result.summary.as_of is None


def test_a_table_of_customers_with_other_column_names():
    renamed = customers_table().rename(columns={"recency": "gap", "customer_id": "who"})
    with segment(renamed, columns=CustomerColumns(customer="who", recency="gap")) as result:
        assert result.summary.everyone.customers == 4


@pytest.mark.slow
def test_orders_and_their_customers_table_give_the_same_model():
    with segment(LINES) as by_orders:
        frame = by_orders.customers.to_pandas().dropna(subset="recency")
        with segment(frame, columns=CustomerColumns()) as by_customers:
            assert by_customers.model.centres == by_orders.model.centres


# Found in review


@pytest.mark.slow
@pytest.mark.parametrize("session", ["UTC", "Asia/Tokyo"])
def test_the_day_of_an_aware_timestamp_does_not_hang_on_the_session(session):
    con = ibis.duckdb.connect()
    con.raw_sql(f"SET TimeZone = '{session}'")
    con.raw_sql(
        "CREATE TABLE o AS SELECT * FROM (VALUES (1, TIMESTAMPTZ '2024-01-01 20:00:00+00', 5.0), "
        "(2, TIMESTAMPTZ '2024-01-03 20:00:00+00', 7.0)) t(customer_id, ordered_at, amount)"
    )
    for zone, last in ((None, date(2024, 1, 3)), ("Asia/Tokyo", date(2024, 1, 4))):
        with segment(con.table("o"), segments=2, timezone=zone) as result:
            assert result.summary.account.lines.last_day == last


@pytest.mark.slow
def test_customers_outlive_their_result():
    customers = segment(LINES).customers
    gc.collect()
    assert customers.count().to_pyarrow().as_py() > 0


@pytest.mark.parametrize("name", ["amount=77", "order_date=2020-01-01"])
def test_a_folder_that_is_called_like_a_column_changes_no_value(tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    path = folder / "orders.csv"
    path.write_text(NAMED.format("5.50"))
    expected = [("11", 2, 1, 5.5, None), ("12", 1, 1, 6.5, None)]
    assert customers(path) == expected
    frame = pd.read_csv(path)
    frame.to_parquet(folder / "orders.parquet")
    assert customers(folder / "orders.parquet") == expected
    assert customers(folder / "*.parquet") == expected


def test_a_parquet_file_with_glob_letters_in_its_name_is_itself(tmp_path):
    for name, amount in (("orders1", "99.50"), ("orders[1]", "5.50")):
        pd.read_csv(io.StringIO(NAMED.format(amount))).to_parquet(tmp_path / f"{name}.parquet")
    assert customers(tmp_path / "orders[1].parquet")[0] == ("11", 2, 1, 5.5, None)


def test_the_least_integer_is_an_unreadable_amount(tmp_path):
    frame = pd.read_csv(io.StringIO(NAMED.format(-(2**63)) + "13,3,2026-01-06,1\n"))
    frame["amount"] = [-(2**63), 6, 1]
    frame.to_parquet(tmp_path / "orders.parquet")
    assert [row[0] for row in customers(tmp_path / "orders.parquet")] == ["12", "13"]


# What was opened is closed where reading it fails


@pytest.fixture
def opened(monkeypatch):
    """Connections of the embedded engine, in the order in which they were opened."""
    made, connect = [], Backend.connect

    def connecting(backend, *given, **options):
        made.append(connect(backend, *given, **options))
        return made[-1]

    monkeypatch.setattr(Backend, "connect", connecting)
    return made


def is_closed(connection) -> bool:
    try:
        connection.raw_sql("SELECT 1")
    except duckdb.ConnectionException:
        return True
    return False


def test_a_frame_that_cannot_be_taken_in_leaves_nothing_open(opened, monkeypatch, tmp_path):
    def failing(*_given, **_options):
        raise duckdb.OutOfMemoryException("no room")

    monkeypatch.setattr("ibis.backends.duckdb.Backend.create_table", failing)
    with pytest.raises(rfmeans.EngineError, match="Reading pandas table ran out of memory"):
        open_source(pd.DataFrame({"a": [1]}), Reading(limits=Limits(temporary=tmp_path)))
    assert [is_closed(each) for each in opened] == [True]
    assert list(tmp_path.iterdir()) == []


def test_an_engine_that_cannot_be_set_up_leaves_nothing_open(opened, monkeypatch, tmp_path):
    monkeypatch.setattr("rfmeans.engines.embedded.OWN_SETTINGS", "SET nonsense = 1")
    with pytest.raises(duckdb.Error):
        open_source(pd.DataFrame({"a": [1]}), Reading(limits=Limits(temporary=tmp_path)))
    assert [is_closed(each) for each in opened] == [True]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_opens_nothing(opened, tmp_path):
    with pytest.raises(rfmeans.OutputError, match="Cannot write temporary files to"):
        open_source(pd.DataFrame({"a": [1]}), Reading(limits=Limits(temporary=tmp_path / "nowhere")))
    assert opened == []


def test_a_table_served_by_another_engine_is_closed_where_its_types_fail(monkeypatch):
    closed = []
    served = Served(ibis.memtable({"a": [1]}), "a table", None, lambda: closed.append("closed"))

    def failing(_engine, _table):
        raise duckdb.CatalogException("gone")

    monkeypatch.setattr("rfmeans.reading.open.server_of", lambda *_given: "a server")
    monkeypatch.setattr("rfmeans.reading.open._served", lambda *_given: served)
    monkeypatch.setattr("rfmeans.engines.duckdb.DuckDB.with_plain_types", failing, raising=False)
    with pytest.raises(rfmeans.EngineError, match="Reading a table failed: gone"):
        open_source("postgres://somewhere", Reading())
    assert closed == ["closed"]
