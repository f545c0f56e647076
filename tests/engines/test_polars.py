"""Polars: what Ibis cannot do there, categories, tables that are kept."""

import ibis
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import rfmeans
from helpers.same import all_kinds_of_lines, in_order
from rfmeans.engines.dispatch import engine_at, engine_of
from rfmeans.errors import SourceError

# What comes back over Spark's and PostgreSQL's own Python clients warns about pandas 3 and old names.
pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    return all_kinds_of_lines()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "asked"),
    [
        ({"drop_duplicates": True}, "drop_duplicates=True compares"),
        ({"amount_per": "order"}, "Values of whole orders compare"),
    ],
)
def test_what_compares_lines_is_refused_on_polars_and_works_on_the_frame(
    polars_engine, orders, options, asked
):
    named = {"customer": "customer_id", "date": "ordered_at", "amount": "amount", "order": "order_id"}
    with pytest.raises(SourceError) as refused:
        rfmeans.segment(polars_engine.table(orders, "compared"), **named, **options)
    assert str(refused.value) == (
        f"{asked} lines with each other, which Ibis cannot do on Polars. Pass the Polars frame itself, which is read "
        "on DuckDB."
    )
    rfmeans.segment(orders, n_init=1, accept_loss=True, **named, **options).close()


@pytest.mark.slow
def test_categories_of_polars_are_text(polars_engine, orders):
    polars = pytest.importorskip("polars")
    frame = polars.from_pandas(
        orders.assign(customer_id=orders["customer_id"].astype("string"), status="paid")
    ).with_columns(
        polars.col("customer_id").cast(polars.Categorical),
        polars.col("status").cast(polars.Enum(["paid", "void"])),
    )
    table = polars_engine.con.create_table("categories", frame, overwrite=True)
    columns = rfmeans.Columns(status="status")
    with (
        rfmeans.segment(frame, n_init=1, columns=columns) as expected,
        rfmeans.segment(table, n_init=1, columns=columns) as found,
    ):
        assert_frame_equal(in_order(found), in_order(expected), check_dtype=False, rtol=1e-9)


def test_moments_of_any_year_have_their_day_on_polars(polars_engine):
    polars = pytest.importorskip("polars")
    ages = ["1600-01-01T23:30:00Z", "2024-01-01T23:30:00Z", "2300-01-01T23:30:00Z"]
    frame = polars.DataFrame({"moment": ages}).with_columns(
        polars.col("moment").str.to_datetime(time_zone="UTC")
    )
    table = polars_engine.con.create_table("ages", frame, overwrite=True)
    days = (
        table.select(day=engine_of(table).day_in("Asia/Tokyo", table.moment)).to_pyarrow()["day"].to_pylist()
    )
    assert [str(day) for day in days] == ["1600-01-02", "2024-01-02", "2300-01-02"]


def test_of_an_engine_that_does_not_tell_nothing_is_known():
    con = ibis.polars.connect()
    assert engine_at(con).percentage_of(con)() is None
