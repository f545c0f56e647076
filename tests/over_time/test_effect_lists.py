"""What the lists are read from: folders, files and tables, whole or damaged."""

from __future__ import annotations

import gc

import duckdb
import ibis
import pandas as pd
import pytest

import rfmeans
from rfmeans.arguments import with_options
from rfmeans.errors import RFMeansError
from rfmeans.over_time.effect_groups import count_groups
from rfmeans.over_time.effect_lists import holds_zero, open_lists
from rfmeans.settings import Limits

LISTED = pd.DataFrame(
    {
        "customer_id": [1, 2, 3, 4, 5],
        "recency": [3, 4, 5, 6, 7],
        "frequency": [1, 1, 2, 2, 3],
        "monetary": [10.0, 20.0, 30.5, 40.0, 50.0],
        "segment_id": [1, 1, 1, 2, 2],
        "segment": ["Loyal", "Loyal", "Loyal", "New", "New"],
        "group": ["treatment", "treatment", "holdout", "treatment", "holdout"],
    }
)


def counted(given, **options):
    with open_lists(given, **options) as found:
        return [(each.segment_id, each.segment, each.group, each.customers) for each in count_groups(found)]


COUNTED = [
    (1, "Loyal", "holdout", 1),
    (1, "Loyal", "treatment", 2),
    (2, "New", "holdout", 1),
    (2, "New", "treatment", 1),
]


def refused(given, **options) -> RFMeansError:
    with pytest.raises(RFMeansError) as found:
        counted(given, **options)
    assert "\n" not in str(found.value)
    return found.value


# Numbers and names


@pytest.mark.parametrize(
    ("column", "value", "held", "must"),
    [
        ("recency", -5, "-5", "a number of 0 or more"),
        ("frequency", None, "nothing", "a number of 0 or more"),
        ("monetary", float("inf"), "inf", "a number"),
        ("monetary", float("nan"), "nothing", "a number"),
        ("segment_id", 1.5, "1.5", "a whole number from 1 to 10,000"),
        ("segment_id", 0, "0", "a whole number from 1 to 10,000"),
        ("segment_id", 1e18, "1e+18", "a whole number from 1 to 10,000"),
    ],
)
def test_numbers_that_no_customer_has(column, value, held, must):
    given = LISTED.astype({column: float})
    given.loc[2, column] = value
    assert str(refused(given)) == (
        f"The column {column} of pandas table holds {held} (1 customer with a segment); it must be {must}. Give the "
        "customers as rfmeans wrote them."
    )


def test_a_row_without_a_segment_may_lack_all_numbers():
    aside = pd.DataFrame({"customer_id": [9], "segment_id": [float("nan")], "recency": [float("nan")]})
    assert counted(pd.concat([LISTED, aside])) == COUNTED


@pytest.mark.parametrize("blank", [None, ""])
def test_a_segment_without_a_name(blank):
    given = LISTED.assign(segment=["Loyal", "Loyal", "Loyal", blank, blank])
    assert str(refused(given)) == (
        "The column segment of pandas table holds no name for 2 customers of segment_id 2; a segment has one name. "
        "Give the customers as rfmeans wrote them."
    )


def test_a_segment_with_two_names():
    given = LISTED.assign(segment=["Loyal", "Best", "Loyal", "New", "New"])
    assert "holds several names, such as 'Best' and 'Loyal', of segment_id 1" in str(refused(given))


def test_ids_with_fractions_are_none():
    error = refused(LISTED.assign(customer_id=[1.0, 1.5, 2.0, 3.0, 4.0]))
    assert str(error).startswith(
        "Column 'customer_id' was taken as the customer but holds fractions such as 1.5."
    )
    assert str(error).endswith(
        "These are the lists, though, and customer= is of the orders: give the lists as rfmeans wrote them."
    )


@pytest.mark.slow
def test_numbers_that_were_floats_in_a_csv_file_are_the_same_ids(tmp_path):
    LISTED.assign(customer_id=LISTED.customer_id.astype(float)).to_csv(
        tmp_path / "customers.csv", index=False
    )
    with open_lists(tmp_path) as found:
        assert sorted(found.customers.key.to_pyarrow().to_pylist()) == ["1", "2", "3", "4", "5"]


def test_the_customer_0():
    for ids, there in (([0, 1, 2, 3, 4], True), ([10, 1, 2, 3, 4], False), (["0", "a", "b", "c", "d"], True)):
        with open_lists(LISTED.assign(customer_id=ids)) as found:
            assert holds_zero(found) is there


# Damaged folders


@pytest.fixture
def sent(tmp_path):
    folder = tmp_path / "sent"
    folder.mkdir()
    LISTED.to_parquet(folder / "customers.parquet")
    (folder / "account.json").write_text('{"as_of": "2024-03-01"}')
    (folder / "model.json").write_text('{"settings": {"holdout": 0.3}}')
    return folder


def test_a_folder_tells_the_date_and_the_share(sent):
    with open_lists(sent) as found:
        assert (found.name, str(found.as_of), found.holdout) == ("sent/", "2024-03-01", 0.3)
    for gone in ("account.json", "model.json"):
        (sent / gone).unlink()
    with open_lists(sent) as found:
        assert (found.as_of, found.holdout) == (None, None)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("account.json", '{"as_of": "soon"}'),
        ("account.json", '{"as_of": 5}'),
        ("account.json", "[]"),
        ("account.json", '{"as_of": "2024-'),
        ("account.json", "[" * 100_000),
        ("model.json", '{"settings": []}'),
        ("model.json", '{"settings": {"holdout": "a tenth"}}'),
        ("model.json", '{"settings": {"holdout": 2}}'),
        ("model.json", "\udcff"),
    ],
)
def test_a_damaged_file_of_a_folder(sent, name, content):
    (sent / name).write_bytes(content.encode("utf-8", "surrogateescape"))
    error = refused(sent)
    assert type(error) is rfmeans.SourceError
    assert str(error) == (
        f"{sent / name} is damaged, so it does not tell when and how the lists were made. Put it back as it was, or "
        f"give {sent / 'customers.parquet'} alone."
    )


def test_a_file_that_is_a_folder(sent):
    (sent / "account.json").unlink()
    (sent / "account.json").mkdir()
    assert "Cannot read" in str(refused(sent))
    (sent / "customers.parquet").unlink()
    (sent / "customers.parquet").mkdir()
    (sent / "account.json").rmdir()
    assert "customers.parquet is a folder. Give a file" in str(refused(sent))


def test_damaged_customers(sent):
    (sent / "customers.parquet").write_bytes((sent / "customers.parquet").read_bytes()[:-50])
    assert "customers.parquet" in str(refused(sent))


# What is asked for


def test_messages_name_the_table_of_the_lists(tmp_path):
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as con:
        for name in ("sent", "other"):
            con.execute(f"CREATE TABLE {name} AS FROM LISTED")
    error = refused(str(tmp_path / "shop.duckdb"))
    assert str(error).endswith("Say which one with segments_table=.")
    assert with_options(error.message).endswith("Say which one with --segments-table.")
    assert counted(str(tmp_path / "shop.duckdb"), table="sent") == COUNTED
    LISTED.to_parquet(tmp_path / "customers.parquet")
    error = refused(str(tmp_path / "customers.parquet"), table="sent")
    assert str(error).startswith("segments_table is for a DuckDB database, but")


def test_messages_about_what_only_orders_have_say_so(tmp_path):
    (tmp_path / "customers.csv").write_text("1,2,3\n4,5,6\n", encoding="utf-8")
    error = refused(tmp_path / "customers.csv")
    assert with_options(error.message).endswith(
        "These are the lists, though, and --header is of the orders: give the lists as rfmeans wrote them."
    )


def test_limits_hold_for_the_lists_as_well(sent, tmp_path):
    def setting(table, name):
        return table.get_backend().raw_sql(f"SELECT current_setting('{name}')").fetchone()[0]

    room = tmp_path / "room"
    room.mkdir()
    limits = Limits("512MiB", 1, room)
    with open_lists(sent, limits=limits) as found:
        assert setting(found.customers, "temp_directory").startswith(str(room))
        assert (setting(found.customers, "memory_limit"), setting(found.customers, "threads")) == (
            "512.0 MiB",
            1,
        )
    assert list(room.iterdir()) == []
    con = ibis.duckdb.connect()
    with open_lists(con.create_table("sent", LISTED), limits=limits) as found:  # they are the orders' alone
        assert count_groups(found)
    con.disconnect()


@pytest.mark.slow
def test_no_row_is_lost(sent, monkeypatch):
    """The engine's own reader of CSV loses what follows an open quote; the file is then read line by line."""
    (sent / "customers.parquet").unlink()
    rows = LISTED.to_csv(index=False).splitlines()
    broken = [*rows[:3], '9,1,1,1.0,1,"Loyal" best,treatment', *rows[3:]]
    (sent / "customers.csv").write_text("\n".join(broken) + "\n", encoding="utf-8")
    assert sum(customers for *_, customers in counted(sent)) >= len(LISTED)


@pytest.mark.slow
def test_nothing_is_left_in_the_connection_of_a_table():
    con = ibis.duckdb.connect()

    def names():
        look = "SELECT table_name FROM duckdb_tables() UNION ALL "
        look += "SELECT view_name FROM duckdb_views() WHERE NOT internal"
        return con.raw_sql(look).fetchall()

    orders = con.create_table(
        "later",
        pd.DataFrame(
            {
                "customer_id": [1, 4],
                "order_date": pd.to_datetime(["2024-03-01", "2024-03-31"]),
                "amount": [5.0, 6.0],
            }
        ),
    )
    twice = pd.concat([LISTED, LISTED.assign(customer_id=LISTED.customer_id + 10)])
    rfmeans.effect(twice, orders, start="2024-03-01", end="2024-03-31")
    gc.collect()
    assert names() == [("later",)]
    con.disconnect()
