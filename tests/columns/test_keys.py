"""Columns of customers and orders -> keys. Right values worked by hand."""

import ibis
import pandas as pd
import pytest

import rfmeans
from helpers.taken_in import taken_in
from helpers.typed_columns import column, decimals, read
from intakes import read as read_in
from rfmeans.columns.keys import (
    KeyConvention,
    as_key,
    check_whole,
    counts_from_zero,
    customer_id,
    customer_key,
    look_at_keys,
    may_vary,
    order_key,
)
from rfmeans.engines.dispatch import engine_of, find_dialect
from rfmeans.engines.duckdb import DUCKDB
from rfmeans.engines.kept_tables import Workspace
from rfmeans.errors import SourceError
from rfmeans.settings import make_reading

JOSE, JOSE_APART = "Jos\u00e9 Pe\u00f1a", "Jose\u0301 Pen\u0303a"


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        (
            [" a ", "", "NaN", "None", "null", "Guest", "0", "NaT", "<NA>", None, "00"],
            "string",
            ["a", *[None] * 9, "00"],
        ),
        (
            ["N/A", "na", "n.a.", "#N/A", "#NV", " - ", "--", "(null)", "(None)", "(blank)", "Nat A", "n-a"],
            "string",
            [*[None] * 10, "Nat A", "n-a"],
        ),
        ([12.0, 0.0, float("nan"), 2.0**53, 2.0**54], "float64", [12, None, None, 2**53, None]),
        ([12, 0], "int64", [12, None]),
        (decimals("123456789012345678901", "0"), "decimal(38, 0)", decimals("123456789012345678901", None)),
    ],
)
def test_customer_keys(values, kind, expected):
    assert read(customer_key(column(values, kind), DUCKDB)) == expected


def test_order_keys():
    assert read(order_key(column([" A1", "", "nan", "guest", "0"], "string"), DUCKDB)) == [
        "A1",
        None,
        None,
        "guest",
        "0",
    ]
    assert read(order_key(column([1.5, float("nan")], "float64"), DUCKDB)) == [1.5, None]
    assert read(order_key(column([0], "int64"), DUCKDB)) == [0]
    assert read(order_key(column(["N/A", "-", "#NV", "(blank)", "A-1"], "string"), DUCKDB)) == [None] * 4 + [
        "A-1"
    ]


def test_customers_are_whole_numbers():
    check_whole(column([1.0, float("nan"), 1e300], "float64"))
    with pytest.raises(SourceError, match=r"'x' was taken as the customer but holds fractions such as 1\.5"):
        check_whole(column([1.0, 1.5], "float64"))


@pytest.mark.parametrize("blank", [" ", "\t", "\n", "\r", "\v", "\f"])
def test_keys_are_trimmed_of_every_blank_on_either_side(blank):
    rows = ibis.memtable(
        {"x": [f"{blank}k7", f"k7{blank}", f"{blank}{blank}k7 {blank}", f"{blank}guest", f"nan{blank}"]}
    )
    assert customer_key(rows.x, DUCKDB).name("k").to_pyarrow().to_pylist() == ["k7", "k7", "k7", None, None]
    assert order_key(rows.x, DUCKDB).name("k").to_pyarrow().to_pylist() == ["k7", "k7", "k7", "guest", None]


# One key, whatever way it is written

WRITTEN = [
    ('="00123"', "00123"),
    ("'+49 151 1", "+49 151 1"),
    ("'t Hooft", "'t Hooft"),
    ("Ann@Example.org", "ann@example.org"),
    ("ANN@example.org ", "ann@example.org"),
    ("@Ann", "@Ann"),
    ("Ann  Lee", "Ann Lee"),
    ("Ann\u00a0Lee", "Ann Lee"),
    ("Ann\u2007Lee", "Ann Lee"),
    ("Ann\u2009Lee", "Ann Lee"),
    ("\ufeffAnn\u200b Lee", "Ann Lee"),
    ("می\u200cخواهم", "می\u200cخواهم"),  # what parts letters is seen
    ("Ann\u202fLee", "Ann Lee"),
    (JOSE_APART, JOSE),
    ("Jose Pena", "Jose Pena"),
    ("False", None),
    ('=""', None),
]


@pytest.mark.parametrize(("text", "key"), WRITTEN)
def test_what_programs_do_to_ids_is_undone(text, key):
    assert read(customer_key(column([text], "string"), DUCKDB)) == [key]
    assert as_key(text) == (text if key is None and text == "False" else key or "")


@pytest.mark.parametrize(("text", "key"), [pair for pair in WRITTEN if pair[1] not in (None, pair[0])])
def test_a_key_that_would_change_gives_reason_to_look(text, key):
    assert read(may_vary(column([text.strip(" ")], "string"), DUCKDB)) == [text.strip(" ") != key]


def test_keys_are_the_same_on_every_engine(engine):
    rows = [
        (place, text)
        for place, (text, _) in enumerate(WRITTEN)
        if text != JOSE_APART or engine.name != "spark"
    ]
    table = engine.table(pd.DataFrame(rows, columns=["n", "who"]), "written_keys")
    found = table.select("n", key=customer_key(table.who, engine_of(table))).to_pyarrow().to_pylist()
    assert {row["n"]: row["key"] for row in found} == {place: WRITTEN[place][1] for place, _ in rows}


@pytest.mark.slow
def test_whole_ids_with_a_point_are_those_without():
    how = KeyConvention(whole=("x",))
    values = column(["12345.0", "12345", "777.00", "00123.0", "v1.0", "1.5"], "string")
    assert read(customer_key(values, DUCKDB, how)) == ["12345", "12345", "777", "00123", "v1.0", "1.5"]
    assert read(order_key(column(["9.0"], "string"), DUCKDB, how)) == ["9"]
    assert read(order_key(column(["9.0"], "string", "y"), DUCKDB, how)) == ["9.0"]


@pytest.mark.parametrize("text", ["7.0", "7.00", "7.000", "12345.0000000"])
def test_every_id_with_a_point_before_zeros_gives_reason_to_look(text):
    assert read(may_vary(column([text, "7.5", "700"], "string"), DUCKDB)) == [True, False, False]


def test_ids_are_whole_where_all_of_them_with_a_point_are():
    table = ibis.memtable(
        {"all": ["1.0", "2", "a.5@x"], "some": ["1.0", "1.5", "2"], "none": ["1", "2", "3"]}
    )
    assert look_at_keys(table, ["all", "some", "none"], DUCKDB) == ("all",)


@pytest.mark.parametrize("spoilt", ["2.02501E+11", "2,02501E+11", "2E+11", "2.02501e+11"])
def test_ids_that_a_spreadsheet_has_spoilt_are_refused(spoilt):
    table = ibis.memtable({"who": ["7", spoilt, spoilt, "1E5", "E+1"]})
    with pytest.raises(SourceError, match=r"'who' holds ids that a spreadsheet has cut .*\(2 rows\)"):
        look_at_keys(table, ["who"], DUCKDB)


@pytest.mark.slow
def test_spoilt_phones_do_not_pass_for_digits():
    rows = ibis.memtable({"phone": ["4.41E+11", "+44 1", "-"]})
    assert read(customer_id(rows, [("phone", "phone")], DUCKDB)) == ["4.41E+11", "+441", None]


def test_an_engine_that_cannot_compose_says_so():
    spark = find_dialect("spark")
    table = ibis.memtable({"name": [JOSE_APART, "Bob"]})
    assert read(may_vary(table.name, spark)) == [True, False]
    with pytest.raises(SourceError, match=r"two characters, such as in .*Spark has no function"):
        look_at_keys(table, ["name"], spark)


def customers_of(source, **options):
    """The customers: id -> purchases, money; and the account of the lines."""
    taken = taken_in(source, **options)
    return {key: found[1:] for key, found in taken.customers.items()}, taken.lines


ROWS = [
    ("12345.0", "o1.0", "2024-01-05", 10),
    ("12345", "o1.0", "2024-01-05", 5),
    ("777.0", "o2.0", "2024-02-06", 30),
]


@pytest.mark.slow
def test_ids_are_the_same_in_every_kind_of_file(tmp_path):
    frame = pd.DataFrame(ROWS, columns=["customer_id", "order_id", "date", "amount"])
    right = {"12345": (1, 15.0), "777": (1, 30.0)}
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_json(tmp_path / "a.json", orient="records", lines=True)
    frame.to_parquet(tmp_path / "text.parquet")
    for name in ("a.csv", "a.json", "text.parquet"):
        assert customers_of(str(tmp_path / name))[0] == right, name
    assert customers_of(frame)[0] == right
    frame.assign(customer_id=[12345.0, 12345.0, 777.0]).to_parquet(tmp_path / "floats.parquet")
    floats, _ = customers_of(str(tmp_path / "floats.parquet"))
    assert {str(key): value for key, value in floats.items()} == right


def test_months_that_write_ids_otherwise_are_one_table(tmp_path):
    (tmp_path / "m1.csv").write_text("customer,date,amount\n12347.0,2024-01-05,1\n", encoding="utf-8")
    (tmp_path / "m2.csv").write_text(
        "customer,date,amount\n12347,2024-02-05,2\n8,2024-02-06,3\n", encoding="utf-8"
    )
    assert customers_of(str(tmp_path / "m*.csv"))[0] == {"12347": (2, 3.0), "8": (1, 3.0)}


@pytest.mark.slow
def test_orders_go_by_one_number_as_well():
    frame = pd.DataFrame(
        [("a", "5000.0", "2024-01-05", 1), ("a", "5000", "2024-01-05", 2), ("a", '="5001"', "2024-02-01", 3)],
        columns=["customer", "order_id", "date", "amount"],
    )
    assert customers_of(frame)[0] == {"a": (2, 6.0)}


def test_ordinary_ids_are_looked_at_once():
    frame = pd.DataFrame(
        [("c1", "2024-01-05", 1.0), ("c2", "2024-01-06", 2.0)], columns=["customer", "date", "amount"]
    )
    with Workspace() as workspace:
        assert not read_in(frame, make_reading(), workspace).keys.varied


# The customer 0


def with_zero(*ids):
    days = [f"2024-01-{place + 1:02}" for place in range(len(ids))]
    return pd.DataFrame({"customer": ids, "date": days, "amount": [10.0] * len(ids)})


def test_zero_is_a_guest_among_ids_with_gaps_and_it_is_said():
    found, lines = customers_of(with_zero(0, 7, 0, 12, 31))
    assert sorted(found) == [7, 12, 31]
    assert lines.set_aside["missing customer"].rows == lines.zero_ids == 2
    assert lines.told_set_aside == {
        "missing customer (of them 2 with id 0)": lines.set_aside["missing customer"]
    }


def test_zero_and_blanks_are_one_reason():
    found, lines = customers_of(with_zero("0", "", "ann", "bob"))
    assert sorted(found) == ["ann", "bob"]
    assert (lines.set_aside["missing customer"].rows, lines.zero_ids) == (2, 1)


@pytest.mark.parametrize("as_text", [False, True])
def test_zero_is_a_customer_where_ids_are_counted_from_it(as_text):
    ids = [0, 1, 2, 3, 4, 2]
    found, lines = customers_of(with_zero(*map(str, ids)) if as_text else with_zero(*ids))
    assert {int(key): value for key, value in found.items()} == {
        0: (1, 10.0), 1: (1, 10.0), 2: (2, 20.0), 3: (1, 10.0), 4: (1, 10.0)
    }  # fmt: skip
    assert not lines.set_aside


def test_zero_with_more_lines_than_any_other_is_a_guest():
    customers = ibis.memtable({"customer_id": [1, 2, 3], "lines": [1, 2, 1]})
    assert counts_from_zero(customers, 2)
    assert not counts_from_zero(customers, 3)
    assert not counts_from_zero(customers.filter(customers.customer_id > 2), 1)
    assert not counts_from_zero(customers.mutate(customer_id=ibis.literal("a7")), 1)


def test_zero_is_a_customer_of_a_table_of_customers():
    table = pd.DataFrame({"customer": [0, 1], "recency": [1, 2], "frequency": [1, 2], "monetary": [5.0, 6.0]})
    with Workspace() as workspace:
        intake = read_in(table, make_reading(columns=rfmeans.CustomerColumns()), workspace)
        assert sorted(intake.customers.to_pyarrow()["customer_id"].to_pylist()) == [0, 1]
        assert not intake.account.customers_set_aside


@pytest.mark.parametrize("word", ["Laufkundschaft", "Walk-in Customer", "CONSUMIDOR FINAL"])
def test_what_a_till_calls_nobody_is_no_customer(word):
    with Workspace() as workspace:
        rows = pd.DataFrame(
            {
                "customer": [word, "ann", word, "bob", "Walker"],
                "date": "2025-01-05",
                "amount": [1.0, 2.0, 4.0, 8.0, 16.0],
            }
        )
        intake = read_in(rows, make_reading(), workspace)
        assert sorted(intake.customers.to_pyarrow()["customer_id"].to_pylist()) == ["Walker", "ann", "bob"]
        assert intake.account.lines.set_aside["missing customer"].money == 5
        assert f"{word.lower()} as no customer" in intake.account.noticed.understood
