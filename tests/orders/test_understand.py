"""Reading in two steps: what a source means is found out once, and its customers are read at any date after that."""

from __future__ import annotations

import datetime as dt
import gc
from contextlib import suppress

import duckdb
import ibis
import pandas as pd
import pytest

import rfmeans
from helpers.taken_in import taken_in
from intakes import read
from rfmeans.engines.failures import MalformedError
from rfmeans.engines.kept_tables import Workspace
from rfmeans.errors import SourceError
from rfmeans.listener import Listener
from rfmeans.orders.intake import customers_at
from rfmeans.orders.understand import Understood, or_misfit, understand
from rfmeans.reading.source import Source, numbered
from rfmeans.settings import CustomerColumns, make_reading

HEADER = "customer,order,date,amount\n"
ROWS = ("ann,1,2024-01-05,10\n", "ann,2,2024-02-05,20\n", "bob,3,2024-01-20,5\n", "eve,4,2024-03-01,7\n")
EARLIER = dt.date(2024, 2, 1)


class Heard(Listener):
    """Keeps what it hears."""

    def __init__(self):
        self.sources, self.lines = [], []

    def opened(self, source):
        self.sources.append(source)

    def understood(self, line):
        self.lines.append(line)


def write(path, *rows):
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return str(path)


def customers(understood, workspace, as_of=None):
    """The customers: id -> recency, frequency, money."""
    rows = customers_at(understood, workspace, as_of).customers.to_pyarrow().to_pylist()
    return {row["customer_id"]: (row["recency"], row["frequency"], float(row["monetary"])) for row in rows}


def is_closed(source):
    with suppress(duckdb.ConnectionException):
        source.table.count().to_pyarrow()
        return False
    return True


def test_two_dates_of_one_source_on_one_connection(tmp_path):
    heard = Heard()
    with (
        Workspace() as scratch,
        understand(write(tmp_path / "o.csv", *ROWS), make_reading(), heard) as understood,
    ):
        assert customers(understood, scratch, EARLIER) == {"ann": (27, 1, 10.0), "bob": (12, 1, 5.0)}
        assert customers(understood, scratch) == {
            "ann": (26, 2, 30.0),
            "bob": (42, 1, 5.0),
            "eve": (1, 1, 7.0),
        }
    assert len(heard.sources) == 1
    assert len(heard.lines) == 1


def test_the_date_of_the_reading_counts_where_no_other_is_given(tmp_path):
    path = write(tmp_path / "o.csv", *ROWS)
    with Workspace() as scratch, understand(path, make_reading(as_of="2024-02-10")) as understood:
        assert customers(understood, scratch)["ann"] == (5, 2, 30.0)
        assert customers(understood, scratch, EARLIER)["ann"] == (27, 1, 10.0)


def test_a_broken_line_is_found_out_once_for_all_dates(tmp_path):
    """The engine's own reader sees another number of rows than there are lines, so the file is read line by line."""
    heard = Heard()
    path = write(tmp_path / "o.csv", *ROWS, 'eve,5,"2024-03-02"x,9\n')
    with Workspace() as scratch, understand(path, make_reading(), heard) as understood:
        assert customers(understood, scratch, EARLIER)["ann"] == (27, 1, 10.0)
        assert len(heard.sources) == 2
        assert understood.source is heard.sources[1]
        assert understood.source.malformed_lines == 1
        assert is_closed(heard.sources[0])
        assert customers(understood, scratch)["eve"] == (1, 1, 7.0)
        assert len(heard.sources) == 2


def test_a_closer_look_is_taken_once_for_all_dates(tmp_path):
    """The first 5,000 rows have plain numbers; a decimal comma after them changes how all of them are read."""
    heard = Heard()
    rows = [f"ann,{order},2024-01-05,2\n" for order in range(6000)]
    path = write(tmp_path / "o.csv", *rows, 'bob,6001,2024-01-06,"1,50"\n')
    with Workspace() as scratch, understand(path, make_reading(), heard) as understood:
        assert "decimal comma" not in heard.lines[0]
        assert customers(understood, scratch)["bob"] == (1, 1, 1.5)
        assert [("decimal comma" in line) for line in heard.lines] == [False, True]
        assert customers(understood, scratch, dt.date(2024, 2, 6))["bob"] == (31, 1, 1.5)
        assert len(heard.lines) == 2
    assert len(heard.sources) == 1


def test_a_table_of_customers_goes_the_same_way(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text("customer_id,recency,frequency,monetary\nann,3,2,10.5\nbob,9,1,4\n", encoding="utf-8")
    with Workspace() as scratch, understand(path, make_reading(CustomerColumns())) as understood:
        assert understood.layout is None
        assert customers(understood, scratch) == {"ann": (3, 2, 10.5), "bob": (9, 1, 4.0)}


def test_rows_that_got_lost_are_told_where_there_is_no_other_way():
    """Another number of rows than were counted is a value; without another way to read it becomes the error."""
    table = ibis.memtable(pd.DataFrame({"customer": ["ann"], "date": [dt.date(2024, 1, 5)], "amount": [1.5]}))
    source = Source(table, "orders", numbered(table, None), rows=2)
    assert source.misfit(2) is None
    understood = Understood(iter([lambda: source]), make_reading(), Listener())
    understood.open_otherwise(None)
    with Workspace() as scratch, pytest.raises(MalformedError) as found:
        customers_at(understood, scratch)
    assert str(found.value) == "orders has 2 rows, but 1 were read."


def test_what_the_engine_stumbles_over_becomes_a_value():
    def stumble():
        raise MalformedError("CSV Error")

    assert str(or_misfit(stumble)) == "CSV Error"
    assert or_misfit(lambda: 7) == 7


# Who closes what


def test_a_source_is_closed_with_what_was_understood(tmp_path):
    for source in (
        write(tmp_path / "o.csv", *ROWS),
        pd.DataFrame({"customer": ["a"], "date": ["2024-01-05"], "amount": 1}),
    ):
        with understand(source, make_reading()) as understood:
            opened = understood.source
            assert not is_closed(opened)
        assert is_closed(opened)
        understood.close()  # harmless when repeated


def test_a_table_of_the_user_stays_open():
    con = ibis.duckdb.connect()
    table = con.create_table(
        "orders", pd.DataFrame({"customer": ["a"], "date": ["2024-01-05"], "amount": [1]})
    )
    with understand(table, make_reading()):
        pass
    assert table.count().to_pyarrow().as_py() == 1
    con.disconnect()


def test_a_source_that_is_not_understood_is_closed(tmp_path):
    heard = Heard()
    with pytest.raises(rfmeans.SourceError):
        rfmeans.segment(write(tmp_path / "o.csv", *ROWS), customer="nobody", listener=heard)
    with pytest.raises(rfmeans.DataError):
        rfmeans.segment(write(tmp_path / "o.csv", *ROWS), segments=12, listener=heard)
    assert [is_closed(source) for source in heard.sources] == [True, True]


def test_a_result_keeps_its_source_open_until_it_is_closed(tmp_path):
    heard = Heard()
    result = rfmeans.segment(write(tmp_path / "o.csv", *ROWS), segments=2, n_init=1, listener=heard)
    assert result.customers.count().to_pyarrow().as_py() == 3
    assert result.set_aside.count().to_pyarrow().as_py() == 0
    result.close()
    result.close()
    assert is_closed(heard.sources[0])


@pytest.mark.slow
def test_customers_of_a_result_that_nobody_holds_can_still_be_read(tmp_path):
    path = write(tmp_path / "o.csv", *ROWS)
    model = rfmeans.segment(path, segments=2, n_init=1).model
    held = rfmeans.assign(model, path).customers
    assert held.count().to_pyarrow().as_py() == 3
    assert model.assign(path).count().to_pyarrow().as_py() == 3


def test_a_workspace_closes_the_source_that_was_read(tmp_path):
    with Workspace() as scratch:
        source = read(write(tmp_path / "o.csv", *ROWS), make_reading(), scratch).source
        assert not is_closed(source)
    assert is_closed(source)


def refusal(tmp_path, text, **options):
    path = tmp_path / "orders.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(rfmeans.SourceError) as refused:
        understand(str(path), make_reading(**options))
    return str(refused.value)


def test_missing_columns_are_asked_for_at_once(tmp_path):
    said = refusal(tmp_path, "who,when,worth\nann,2024-01-05,1\n")
    assert said.startswith("No column was recognised as the customer or the date or the amount.")
    assert (
        "Give customer='NAME' and date='NAME' and amount='NAME' (or quantity='NAME' with price='NAME')."
        in said
    )


def test_rows_wider_than_their_header_are_told_as_that(tmp_path):
    said = refusal(tmp_path, "customer,date,amount\nann,2024-01-05,12,50\nbob,2024-01-06,9,00\n")
    assert "orders.csv have 4 fields, but the header in line 1 has 3 names" in said
    assert "The likely cause is a decimal comma: without quotes 12,50 is two fields." in said


@pytest.mark.slow
@pytest.mark.parametrize("way", ["csv", "frame"])
def test_a_repeated_header_has_a_reason_of_its_own(tmp_path, way):
    path = tmp_path / "orders.csv"
    path.write_text(
        HEADER + "a,1,05/01/2025,10.50\n" + HEADER + "a,3,14/02/2025,10\nb,?,?,5\n", encoding="utf-8"
    )
    found = taken_in(str(path) if way == "csv" else pd.read_csv(path))
    assert found.money == {"a": 20.5}
    assert {reason: tally.rows for reason, tally in found.lines.set_aside.items()} == {
        "repeated header": 1,
        "unreadable date": 1,
    }


def test_a_clock_in_utc_is_moved_to_the_zone(tmp_path):
    path = tmp_path / "orders.csv"
    rows = [
        "customer,Created (UTC),amount",
        "a,2025-03-01 02:30:00,1",
        "b,2025-03-01 15:00:00,2",
        "c,2025-02-27,3",
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    asked = {"date": "Created (UTC)", "as_of": "2025-03-02"}
    found = taken_in(str(path), timezone="America/New_York", **asked)
    assert {key: days for key, (days, _, _) in found.customers.items()} == {"a": 2, "b": 1, "c": 3}
    assert taken_in(str(path), **asked).customers["a"][0] == 1


def test_points_between_day_and_month_beside_decimal_commas_are_not_asked_about(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("customer;date;amount\na;03.02.2025;1,50\nb;01.02.2025;2,25\n", encoding="utf-8")
    assert {key: days for key, (days, _, _) in taken_in(str(path)).customers.items()} == {"a": 1, "b": 3}
    path.write_text("customer;date;amount\na;03.02.2025;1.50\nb;01.02.2025;2.25\n", encoding="utf-8")
    with pytest.raises(rfmeans.SourceError, match="could be either"):
        taken_in(str(path))


def recencies(tmp_path, text, **options):
    path = tmp_path / "orders.csv"
    path.write_text(text, encoding="utf-8")
    return {key: days for key, (days, _, _) in taken_in(str(path), **options).customers.items()}


CLOCKS = {
    "by the name GMT, in twelve hours": (
        "customer,Order Date GMT,amount\na,03/25/2024 1:30 AM,10\nb,03/31/2024 11:00 PM,5\n",
        {"date": "Order Date GMT", "timezone": "Asia/Tokyo"},
        {"a": 7, "b": 0},  # 25 March 10:30, and 1 April
    ),
    "with offsets of its own": (
        "customer,created_at_utc,amount\na,2024-03-01T02:30:00+00:00,10\nb,2024-03-01T12:00:00Z,5\n",
        {"date": "created_at_utc", "timezone": "America/New_York"},
        {"a": 1, "b": 0},  # 29 February, and 1 March
    ),
    "no zone asked for": (
        "customer,date (UTC),amount\na,2024-03-01 02:30:00,10\nb,2024-03-01 12:00:00,5\n",
        {"date": "date (UTC)"},
        {"a": 0, "b": 0},
    ),
    "points and decimal commas, with a time": (
        "Kunde;Datum;Betrag\na;03.02.2024 10:15;1,50\nb;04.02.2024 11:00;2,75\n",
        {},
        {"a": 1, "b": 0},
    ),
}


@pytest.mark.parametrize("name", CLOCKS)
def test_days_of_clocks_and_points(tmp_path, name):
    text, options, days = CLOCKS[name]
    assert recencies(tmp_path, text, **options) == {key: 1 + value for key, value in days.items()}


def test_slashes_beside_decimal_commas_are_asked_about(tmp_path):
    said = refusal(tmp_path, "Kunde;Datum;Betrag\na;03/02/2024;1,50\nb;04/02/2024;2,75\n")
    assert "can be read as day/month/year or as month/day/year" in said


def test_thousands_commas_without_quotes_are_told_as_rows_that_are_too_wide(tmp_path):
    said = refusal(tmp_path, "customer,date,amount\na,2024-01-05,1,234.50\nb,2024-01-06,2,345.60\n")
    assert "have 4 fields, but the header in line 1 has 3 names" in said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("between", "reason"), [("CUSTOMER,DATE,AMOUNT\n", "repeated header"), ("a,2024-0\n", "malformed line")]
)
def test_a_header_in_capitals_and_a_line_cut_off(tmp_path, between, reason):
    path = tmp_path / "orders.csv"
    path.write_text("customer,date,amount\na,2024-01-05,10\n" + between + "b,2024-01-06,5\n")
    found = taken_in(str(path))
    assert found.money == {"a": 10.0, "b": 5.0}
    assert {each: tally.rows for each, tally in found.lines.set_aside.items()} == {reason: 1}


def test_a_file_of_layouts_is_looked_at_before_the_orders(tmp_path):
    with pytest.raises(rfmeans.SettingsError, match="Cannot read the layouts file"):
        understand(tmp_path / "no orders.csv", make_reading(layouts=tmp_path / "no layouts.toml"))


@pytest.mark.slow
@pytest.mark.parametrize("newest_first", [True, False])
def test_rows_without_an_order_are_told_by_those_of_the_first_days(monkeypatch, newest_first):
    monkeypatch.setattr("rfmeans.orders.understand.LOOKED_AT", 4)
    rows = [(f"c{place}", place, dt.date(2025, 1, place + 1), 5.0, "raus") for place in range(12)]
    rows[:4] = [
        (*row[:4], word) for row, word in zip(rows, ("paid", "cancelled", "paid", "paid"), strict=False)
    ]
    frame = pd.DataFrame(rows, columns=["customer", "order_id", "date", "amount", "x"])
    con = ibis.duckdb.connect()
    table = con.create_table("sales", frame.iloc[::-1] if newest_first else frame)
    found = taken_in(table)
    assert "status = x" in found.understood
    assert "c1" not in found.customers


@pytest.mark.parametrize("newest_first", [True, False])
def test_how_text_is_written_is_told_by_all_rows_where_rows_have_no_order(monkeypatch, newest_first):
    """A decimal comma, far from the first rows or among them, tells that the day comes first in 03.02.2025."""
    monkeypatch.setattr("rfmeans.columns.conventions.SAMPLE", 4)
    rows = [(f"c{place}", place, f"0{place % 9 + 1}.02.2025", 5.0, "") for place in range(12)]
    rows[0] = (*rows[0][:4], "12,50")
    frame = pd.DataFrame(rows, columns=["customer", "order_id", "date", "amount", "deposit"])
    table = ibis.duckdb.connect().create_table("sales", frame.iloc[::-1] if newest_first else frame)
    found = taken_in(table)
    assert "dates as day.month.year" in found.understood


def test_ids_of_orders_of_any_type_and_columns_that_cannot_be_kept_are_no_hindrance():
    con = ibis.duckdb.connect()
    con.raw_sql(
        "create table sales as select 'c' || i as customer, uuid() as order_id, date '2025-01-01' + i::int as date,"
        " 5.0 + i as amount, map {'a': i} as extra, [i] as list from range(4) t(i)"
    )
    found = taken_in(con.table("sales"))
    assert {key: money for key, (_, _, money) in found.customers.items()} == {
        f"c{i}": 5.0 + i for i in range(4)
    }


@pytest.mark.parametrize("files", [1, 2])
def test_text_is_read_once(tmp_path, files):
    for number in range(files):
        (tmp_path / f"{number}.csv").write_text(
            HEADER + "".join(ROWS) + ",5,2024-03-01,9\n", encoding="utf-8"
        )
    with Workspace() as scratch, understand(str(tmp_path / "*.csv"), make_reading()) as understood:
        found = customers_at(understood, scratch)
        for path in tmp_path.glob("*.csv"):
            path.unlink()
        assert (found.account.lines.read.rows, found.account.lines.used.money) == (5 * files, 42 * files)
        aside = found.set_aside.to_pyarrow().to_pylist()
    told = {"line": 6, "reason": "missing customer", "customer": None, "order": "5"}
    told |= {"date": "2024-03-01", "amount": "9"}
    assert aside == [{"file": str(tmp_path / f"{number}.csv"), **told} for number in range(files)]


def test_lines_keep_their_numbers_where_they_are_compared(tmp_path):
    path = tmp_path / "orders.csv"
    rows = [
        f"c{number % 7},{number % 11},2024-01-{number % 28 + 1:02},{number % 5}\n" for number in range(400)
    ]
    path.write_text(HEADER + "".join(rows * 2), encoding="utf-8")
    with Workspace() as scratch, understand(str(path), make_reading(drop_duplicates=True)) as understood:
        aside = customers_at(understood, scratch).set_aside.to_pyarrow().to_pylist()
    told = [f"{row['customer']},{row['order']},{row['date']},{row['amount']}\n" for row in aside]
    assert len(aside) >= 400
    assert told == [(rows * 2)[row["line"] - 2] for row in aside]


@pytest.mark.slow
def test_one_reading_is_stored_at_a_time_and_goes_with_the_source(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(HEADER + "".join(ROWS), encoding="utf-8")
    kept = tmp_path / "kept"
    kept.mkdir()
    with understand(str(path), make_reading(temporary=str(kept))) as understood:
        for day in (dt.date(2024, 3, 2), dt.date(2024, 4, 1)):
            with Workspace() as scratch:
                found = customers_at(understood, scratch, day)
                gc.collect()
                assert len([*kept.rglob("*rows*")]) == 1
                del found
    gc.collect()
    assert not [*kept.rglob("*rows*")]


def test_a_wrong_file_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "orders.csv"
    path.write_text("colour,size\nred,1\nblue,2\n", encoding="utf-8")
    monkeypatch.setattr("rfmeans.reading.source.copy_to", lambda *_: pytest.fail("read"))
    with pytest.raises(SourceError, match="customer"), understand(str(path), make_reading()):
        pass
