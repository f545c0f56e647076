"""Bad input: the class of the error, what is wrong, what was found and what to do. Never another exception."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import rfmeans
from rfmeans import (
    CustomerColumns,
    DataError,
    EngineError,
    ModelError,
    OutputError,
    RFMeansError,
    SegmentModel,
    SettingsError,
    SourceError,
)

HEADER = "customer_id,order_date,amount\n"


def orders(customers: int = 6) -> pd.DataFrame:
    """Two orders a customer, one a day, of growing size."""
    n = 2 * customers
    return pd.DataFrame(
        {
            "customer_id": [1 + line % customers for line in range(n)],
            "order_date": pd.date_range("2026-01-01", periods=n),
            "amount": [float(10 * line + 10) for line in range(n)],
        }
    )


def customers() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": [1, 2, 3, 4],
            "recency": [1, 5, 90, 80],
            "frequency": [9, 8, 1, 2],
            "monetary": [900.0, 800.0, 10.0, 20.0],
        }
    )


def segment(source: Any, **options: Any) -> rfmeans.Segmentation:
    return rfmeans.segment(source, **{"segments": 2, "n_init": 2, **options})


def says(found: pytest.ExceptionInfo[RFMeansError], *parts: str) -> None:
    """Check that the message is one paragraph that holds all the parts."""
    text = str(found.value)
    assert "\n" not in text
    assert [part for part in parts if part not in text] == [], text


def write(path: Path, content: str | bytes) -> str:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


@pytest.fixture(scope="module")
def result():
    with segment(orders()) as result:
        yield result


# Files


def test_no_such_file(tmp_path):
    with pytest.raises(SourceError) as found:
        segment(tmp_path / "ordres.csv")
    says(found, "No such file", "ordres.csv", str(Path.cwd()), "Check the path")


def test_glob_without_a_match(tmp_path):
    with pytest.raises(SourceError) as found:
        segment(str(tmp_path / "*.csv"))
    says(found, "No file matches", "*.csv", "Check the path")


def test_path_longer_than_the_system_allows():
    with pytest.raises(SourceError, match="path"):
        segment("x" * 5000 + ".csv")


def test_empty_file(tmp_path):
    with pytest.raises(SourceError) as found:
        segment(write(tmp_path / "orders.csv", ""))
    says(found, "orders.csv", "is empty (0 bytes)", "Export it again")


def test_header_only(tmp_path):
    with pytest.raises(DataError) as found:
        segment(write(tmp_path / "orders.csv", HEADER))
    says(found, "orders.csv", "holds a header but no order line", "Export it again")


@pytest.mark.parametrize("name", ["orders.docx", "orders", "orders.csv.zip"])
def test_a_name_says_nothing_the_content_does(tmp_path, name):
    with pytest.raises(DataError) as found:
        segment(write(tmp_path / name, HEADER))
    says(found, name, "holds a header but no order line")


def test_a_folder(tmp_path):
    with pytest.raises(SourceError) as found:
        segment(tmp_path)
    says(found, str(tmp_path), "is a folder", f"{tmp_path}/*.csv")


def test_csv_and_parquet_in_one_glob(tmp_path):
    orders().to_csv(tmp_path / "a.csv", index=False)
    orders().to_parquet(tmp_path / "b.parquet")
    with pytest.raises(SourceError) as found:
        segment(str(tmp_path / "*"))
    says(found, "of several kinds", "Parquet", "delimited text", "a.csv", "Give files of one kind")


def rubbish() -> dict[str, bytes]:
    noise = np.random.default_rng(0).bytes(2000)
    packed = gzip.compress((HEADER + "1,2026-01-01,5\n" * 500).encode(), mtime=0)
    return {
        "noise.csv": noise,
        "zeros.csv": bytes(100),
        "noise.parquet": noise,
        "short.parquet": b"PAR1",
        "noise.csv.gz": noise,
        "half.csv.gz": packed[: len(packed) // 2],
        "nothing.csv.gz": gzip.compress(b""),
    }


@pytest.mark.parametrize("name", rubbish())
def test_rubbish_in_a_file(tmp_path, name):
    with pytest.raises((SourceError, EngineError)) as found:
        segment(write(tmp_path / name, rubbish()[name]))
    assert len(str(found.value)) < 1000


def test_parquet_damaged_within(tmp_path):
    path = tmp_path / "orders.parquet"
    orders().to_parquet(path)
    content = path.read_bytes()
    path.write_bytes(content[:10] + b"\xff" * 60 + content[70:])
    with pytest.raises((SourceError, EngineError)) as found:
        segment(path)
    says(found, "Reading orders.parquet failed")


# Objects


@pytest.mark.parametrize("thing", [42, None, [1, 2], {"customer_id": [1]}, b"orders.csv"])
def test_an_object_that_is_no_table(thing):
    with pytest.raises(SourceError) as found:
        segment(thing)
    says(found, f"Cannot read orders from {type(thing).__name__!r}", "Pass a path", "pandas", "Ibis")


@pytest.mark.parametrize("column", ["customer_id", "amount", "comment"])
def test_a_pandas_column_of_mixed_objects(column):
    with pytest.raises(SourceError) as found:
        segment(orders().assign(**{column: [1, ["a"]] * 6}))
    says(found, "mixes types", column, "Give each column one type")


def test_a_frame_with_a_column_name_twice():
    frame = orders().assign(extra=1.0)
    frame.columns = ["customer_id", "order_date", "amount", "amount"]
    with pytest.raises(SourceError, match="amount"):
        segment(frame)


def test_a_frame_with_column_names_that_differ_by_case_only():
    with pytest.raises(SourceError, match="Amount"):
        segment(orders().assign(Amount=1.0), amount="amount")


@pytest.mark.parametrize("column", ["customer_id", "order_date", "amount"])
def test_a_frame_with_an_empty_column(column):
    with pytest.raises(RFMeansError, match=column):
        segment(orders().assign(**{column: None}))


def test_a_frame_may_have_an_empty_column_that_plays_no_role():
    with segment(orders().assign(comment=None)) as result:
        assert result.summary.everyone.customers == 6


@pytest.mark.parametrize("name", ["_row", "_kept", "row", "reason", "cluster", "day_id"])
def test_any_column_name_is_allowed_beside_the_roles(name):
    with segment(orders().assign(**{name: 1})) as result:
        assert name in result.set_aside.to_pyarrow().column_names


def test_a_lazy_frame_over_a_file_that_is_not_there(tmp_path):
    with pytest.raises(SourceError, match="nothing"):
        segment(pl.scan_csv(tmp_path / "nothing.csv"))


# Columns


@pytest.mark.parametrize(
    ("column", "parts"),
    [
        ("customer_id", ["as the customer", "customer='NAME'"]),
        ("order_date", ["as the date", "date='NAME'"]),
        ("amount", ["as the amount", "amount='NAME'", "quantity='NAME'", "price='NAME'"]),
    ],
)
def test_a_missing_column(column, parts):
    with pytest.raises(SourceError) as found:
        segment(orders().rename(columns={column: "zebra"}))
    says(found, "No column was recognised", "The columns are:", "zebra", *parts)


def test_quantity_without_price():
    with pytest.raises(SourceError) as found:
        segment(orders().rename(columns={"amount": "quantity"}))
    says(found, "No column was recognised as the amount", "not recognised: price=")


def test_two_columns_for_one_role():
    with pytest.raises(SourceError) as found:
        segment(orders().assign(revenue=1.0))
    says(found, "2 columns could be the amount: amount, revenue", "amount='NAME'")


def test_a_column_given_twice():
    with pytest.raises(SettingsError) as found:
        segment(orders(), customer="amount", amount="amount")
    says(found, "'amount' was given twice", "for customer and for amount", "a column of its own")


def test_amount_beside_quantity_and_price():
    with pytest.raises(SettingsError) as found:
        segment(orders(), amount="amount", quantity="customer_id", price="price")
    says(found, "either amount= or quantity= with price=", "amount='amount'", "price='price'")


def test_a_given_column_that_is_not_there():
    with pytest.raises(SourceError) as found:
        segment(orders(), customer="custmer_id")
    says(found, "No column named 'custmer_id'", "customer=", "Did you mean 'customer_id'?", "The columns are")


# Values


@pytest.mark.parametrize(
    ("column", "value", "parts"),
    [
        ("customer_id", "guest", ["missing customer 12 of 12", "'customer_id'"]),
        ("order_date", "", ["unreadable date 12 of 12", "'order_date'"]),
        ("amount", "ten", ["unreadable amount 12 of 12", "'amount'", "amount='NAME'"]),
        ("amount", float("inf"), ["unreadable amount 12 of 12"]),
    ],
)
def test_no_valid_line(column, value, parts):
    with pytest.raises(DataError) as found:
        segment(orders().assign(**{column: value}))
    says(found, "No line of pandas table can be used", "mend the file", *parts)


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        (
            "01.02.2026",
            ["day.month.year or as month.day.year", "no value decides", "date_format='%d.%m.%Y'"],
        ),
        (
            "2026-02-30",
            ["No value of 'order_date' can be read as a date", "It holds '2026-02-30'", "date='NAME'"],
        ),
        (20269999, ["No value of 'order_date' can be read as a date", "date_format="]),
    ],
)
def test_no_readable_date(value, parts):
    with pytest.raises(SourceError) as found:
        segment(orders().assign(order_date=value))
    says(found, "'order_date'", *parts)


def test_no_valid_line_names_quantity_and_price():
    frame = orders().drop(columns="amount").assign(quantity="two", price="3")
    with pytest.raises(DataError) as found:
        segment(frame)
    says(found, "'quantity' x 'price'")


@pytest.mark.parametrize(("column", "value"), [("order_date", True), ("amount", True)])
def test_a_column_of_a_type_that_does_not_fit(column, value):
    with pytest.raises(SourceError) as found:
        segment(orders().assign(**{column: value}))
    says(found, repr(column), "but holds", "='NAME'")


def test_fractional_customer_ids():
    with pytest.raises(SourceError) as found:
        segment(orders().assign(customer_id=1.5))
    says(found, "'customer_id'", "fractions such as 1.5", "customer='NAME'")


def test_one_customer():
    with pytest.raises(DataError) as found:
        segment(orders(1))
    says(
        found,
        "at least 2 customers",
        "Found 1.",
        "Two are the fewest: give more orders, or use method scores.",
    )


def test_fewer_customers_than_segments():
    with pytest.raises(DataError) as found:
        segment(orders(6), segments=7)
    says(found, "7 segments need at least 7 customers", "Found 6.", "Ask for fewer segments")


def test_fewer_customers_than_segments_says_who_was_set_aside():
    frame = orders(2)
    frame.loc[frame["customer_id"] == 1, "amount"] = -5.0
    with pytest.raises(DataError) as found:
        segment(frame)
    says(found, "Found 1 (set aside: 1 no purchase)")


def test_all_customers_identical():
    day = pd.Timestamp("2026-01-01")
    with pytest.raises(DataError) as found:
        segment(orders().assign(order_date=day, amount=5.0))
    says(found, "customers that differ", "Found 1 distinct among 6 customers", "Two are the fewest")


def test_customers_table_with_a_customer_twice():
    frame = customers().assign(customer_id=[1, 2, 2, 4])
    with pytest.raises(DataError) as found:
        segment(frame, columns=CustomerColumns())
    says(found, "one row per customer", "several rows for 2", "pass the order lines instead")


@pytest.mark.parametrize("ids", [[1.5, 1.7, 3.0, 4.0], [1.2, 2.2, 3.2, 4.2]])
def test_customers_table_with_fractional_ids(ids):
    with pytest.raises(SourceError, match="fractions"):
        segment(customers().assign(customer_id=ids), columns=CustomerColumns())


def test_customers_table_without_a_feature():
    with pytest.raises(SourceError) as found:
        segment(customers().drop(columns="recency"), columns=CustomerColumns())
    says(found, "No column was recognised as the recency", "recency='NAME'")


# Settings


@pytest.mark.parametrize("segments", [1, 0, 13, -4, "many", "", True, 4.5, None])
def test_segments_out_of_range(segments):
    with pytest.raises(SettingsError) as found:
        segment(orders(), segments=segments)
    says(found, "segments must be a whole number from 2 to 12", f"Got {segments!r}.")


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ({"transform": "sqrt"}, ["transform must be one of auto, log, none", "'sqrt'"]),
        ({"seed": -1}, ["seed must be a whole number from 0", "Got -1"]),
        ({"n_init": 0}, ["n_init must be a whole number from 1", "Got 0"]),
        ({"tol": float("nan")}, ["tol must be a number from 0 to 1", "Got nan"]),
        ({"as_of": "10/12/2011"}, ["as_of must be a date like 2026-01-31", "'10/12/2011'"]),
        ({"since": "tomorrow"}, ["since must be a date like", "'tomorrow'"]),
        ({"timezone": "Mars/Base"}, ["No time zone named 'Mars/Base'", "'Europe/London'"]),
        ({"where": " "}, ["where must be a SQL condition", "Got nothing"]),
        ({"where": 42}, ["where must be a SQL condition", "42"]),
        ({"as_of": "2026-01-05", "since": "2026-01-05"}, ["since must be before as_of", "no day is left"]),
    ],
)
def test_a_setting_out_of_range(options, parts):
    with pytest.raises(SettingsError) as found:
        segment(orders(), **options)
    says(found, *parts)
    assert found.value.exit_code == 2


def test_as_of_before_all_data():
    with pytest.raises(DataError) as found:
        segment(orders(), as_of="2020-01-01")
    says(found, "as-of date 2020-01-01", "from 2026-01-01 to 2026-01-12", "Give a later as_of=")


def test_since_after_all_data():
    with pytest.raises(DataError) as found:
        segment(orders(), since="2030-01-01")
    says(
        found,
        "No order is dated on or after 2030-01-01, the first day of the window. The orders run from 2026-01-01 to "
        "2026-01-12. Give an earlier since=, or leave it out.",
    )


@pytest.mark.parametrize(
    "where",
    ["amount >", "amont > 3", "1=1) AS x --", "sum(amount) > 3", "); SELECT 1 --", "1=1) OR (1=1", "1=1; 2"],
)
def test_a_bad_where(where):
    with pytest.raises(SourceError) as found:
        segment(orders(), where=where)
    says(found, f"where {where!r} cannot be used", "Write it as in SQL")


def test_a_where_that_is_a_number():
    with pytest.raises(SourceError) as found:
        segment(orders().assign(flag=1), where="flag")
    says(
        found,
        "where 'flag' cannot be used: it is neither true nor false, but of type bigint. Write it as in SQL",
    )


@pytest.mark.parametrize("where", [None, "amount > 50"])
@pytest.mark.parametrize("name", ["_rfmeans_kept", "_RFMeans_Kept"])
def test_a_column_called_as_one_of_ours(name, where):
    with pytest.raises(SourceError) as found:
        segment(orders().assign(**{name: True}), where=where)
    says(found, f"The orders have a column {name!r}, a name that rfmeans needs for itself. Rename it")


@pytest.mark.slow
def test_a_where_that_compares_the_text_of_a_file_with_a_number(tmp_path):
    path = write(tmp_path / "orders.csv", HEADER + "1,2026-01-01,5\n2,2026-01-02,50\n3,2026-01-03,60\n")
    with pytest.raises(SourceError) as found:
        segment(path, where="amount > 9")
    says(found, "text in a condition", "TRY_CAST(quantity AS DECIMAL) > 0")
    assert "Binder" not in str(found.value)
    with segment(path, where="TRY_CAST(amount AS DECIMAL) > 9") as result:
        assert result.summary.account.lines.used.rows == 2


def test_a_where_that_fails_while_it_runs():
    with pytest.raises(RFMeansError) as found:
        segment(orders().assign(note="abc"), where="CAST(note AS int) > 1")
    says(found, "abc")


# The output folder


def test_output_folder_exists(tmp_path, result):
    with pytest.raises(OutputError) as found:
        result.save(tmp_path)
    says(found, f"{tmp_path} exists already", "another folder=", "force=True")


@pytest.mark.parametrize("force", [False, True])
def test_output_path_is_a_file(tmp_path, result, force):
    path = write(tmp_path / "out", "mine")
    with pytest.raises(OutputError) as found:
        result.save(path, force=force)
    says(found, "is a file, not a folder", "another folder=")
    assert Path(path).read_text() == "mine"


def test_output_folder_holds_other_files(tmp_path, result):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError) as found:
        result.save(tmp_path, force=True)
    says(found, "files that rfmeans did not write", "even with force=True", "another folder=")
    assert (tmp_path / "thesis.txt").read_text() == "mine"


@pytest.mark.parametrize("ours", ["model.json", "account.json"])
def test_output_folder_holds_other_files_beside_one_named_like_ours(tmp_path, result, ours):
    (tmp_path / "thesis.txt").write_text("mine")
    (tmp_path / ours).write_text('{"format": "of something else"}')
    with pytest.raises(OutputError, match="rfmeans did not write"):
        result.save(tmp_path, force=True)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_output_below_a_file(tmp_path, result):
    path = write(tmp_path / "file", "mine")
    with pytest.raises(OutputError) as found:
        result.save(Path(path) / "out")
    says(found, "Cannot write to", path, "another folder=")


def test_output_folder_not_writable(tmp_path, result, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(OutputError) as found:
        result.save(tmp_path / "deep" / "out")
    says(found, f"Cannot write to {tmp_path}", "permission denied", "another folder=")
    assert list(tmp_path.iterdir()) == []


def test_unknown_output_format(tmp_path, result):
    with pytest.raises(SettingsError) as found:
        result.save(tmp_path / "out", format="xlsx")
    says(found, "parquet or csv", "'xlsx'")


# Models


def changed(result: rfmeans.Segmentation, **changes: Any) -> str:
    return json.dumps({**json.loads(result.model.to_json()), **changes})


def test_no_model_there(tmp_path):
    with pytest.raises(ModelError) as found:
        SegmentModel.load(tmp_path / "model.json")
    says(found, "Cannot read the model", "model.json", "Check the path")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff\xfe\x00", "it is not text"),
        (b"customer_id,recency\n", "it is not JSON"),
        (b"", "it is not JSON"),
        (b"[" * 100_000, "it is not JSON"),
        (b"[1, 2]", '"format" is not "rfmeans-model"'),
        (b'{"format": "other"}', '"format" is not "rfmeans-model"'),
        (b'{"format": "rfmeans-model", "version": 1}', "it is damaged"),
    ],
)
def test_a_file_that_is_no_model(tmp_path, content, why):
    with pytest.raises(ModelError) as found:
        SegmentModel.load(write(tmp_path / "model.json", content))
    says(found, "model.json is not an rfmeans model", why, "Give the model.json of an output folder")


@pytest.mark.parametrize(
    "centre", [[1, 2], [1, 2, "x"], [1, 2, None], [1, 2, float("nan")], [1, 2, 10**400], 7]
)
def test_a_damaged_centre(result, centre):
    segments = json.loads(result.model.to_json())["segments"]
    segments[0]["centre"] = centre
    with pytest.raises(ModelError, match="it is damaged"):
        SegmentModel.from_json(changed(result, segments=segments))


def test_more_centres_than_there_are_names_for(result):
    segments = json.loads(result.model.to_json())["segments"] * 7
    with pytest.raises(ModelError, match="it is damaged"):
        SegmentModel.from_json(changed(result, segments=segments))


@pytest.mark.parametrize(
    "changes",
    [
        {"as_of": "yesterday"},
        {"as_of": 5},
        {"customers": float("inf")},
        {"customers": "many"},
        {"inertia": float("nan")},
        {"settings": "ab"},
        {"features": []},
        {"features": {"a": 1}},
        {"segments": []},
        {"version": None},
        {"version": "1"},
    ],
)
def test_a_damaged_field(result, changes):
    with pytest.raises(ModelError, match="it is damaged"):
        SegmentModel.from_json(changed(result, **changes))


@pytest.mark.parametrize("change", [{"transform": "sqrt"}, {"name": "age"}, {"sd": -1.0}, {"mean": "x"}])
def test_a_damaged_feature(result, change):
    features = json.loads(result.model.to_json())["features"]
    features[0].update(change)
    with pytest.raises(ModelError, match="it is damaged"):
        SegmentModel.from_json(changed(result, features=features))


def test_a_model_of_a_newer_version(result):
    with pytest.raises(ModelError) as found:
        SegmentModel.from_json(changed(result, version=3), "model.json")
    says(found, "newer rfmeans (model version 3; this one reads up to 2)", "pip install --upgrade rfmeans")


@pytest.mark.parametrize("place", ["nowhere/model.json", "file/model.json"])
def test_a_model_saved_where_it_cannot_be(tmp_path, result, place):
    write(tmp_path / "file", "mine")
    with pytest.raises(OutputError) as found:
        result.model.save(tmp_path / place)
    says(found, "Cannot write the model", "another path")


# Found in review


def test_an_unknown_role_is_named():
    with pytest.raises(SettingsError, match=r"There is no argument 'custmer'. Did you mean 'customer'\?"):
        segment(orders(), custmer="x")


@pytest.mark.slow
def test_dates_of_never_are_unreadable(tmp_path):
    text = "customer_id,date,amount\n1,2024-01-01,5\n2,9999-12-31,3\n3,2024-02-01,9\n4,2024-02-03,2\n"
    with segment(write(tmp_path / "far.csv", text), segments=2) as result:
        assert result.summary.account.lines.set_aside["unreadable date"].rows == 1


def test_assigning_orders_of_which_none_is_a_purchase(tmp_path, result):
    text = "customer_id,date,amount\n1,2024-01-01,-5\n2,2024-01-02,-3\n"
    with pytest.raises(DataError, match=r"No customer can be given a segment .set aside: 2 no purchase."):
        rfmeans.assign(result.model, write(tmp_path / "returns.csv", text))


def test_a_customers_table_with_nan():
    nan = float("nan")
    table = pl.DataFrame(
        {
            "customer_id": [1, 2, 3, 4, 5],
            "recency": [nan, 3.0, 9.0, None, float("inf")],
            "frequency": [2, 1, 4, 0, 3],
            "monetary": [5.0, 6.0, 7.0, 0.0, 8.0],
        }
    )
    with segment(table, columns=CustomerColumns(), segments=2) as result:
        aside = result.summary.account.customers_set_aside
    assert {reason: tally.rows for reason, tally in aside.items()} == {
        "no purchase": 1,
        "unreadable recency, frequency or monetary": 2,
    }
