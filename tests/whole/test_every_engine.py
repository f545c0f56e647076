"""The same orders on every engine: the same customers, the same segments, the same centres."""

from decimal import Decimal
from functools import partial

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import rfmeans
from conftest import absent
from helpers.same import all_kinds_of_lines, in_order
from places import DATA
from rfmeans.columns.keys import KeyConvention, check_whole, customer_key, order_key
from rfmeans.columns.typed import product
from rfmeans.engines.dispatch import engine_of
from rfmeans.engines.engine import BLANKS
from rfmeans.errors import SourceError
from rfmeans.settings import CustomerColumns
from rfmeans.synthetic import make_customers

ONLINE_RETAIL = DATA / "online_retail.parquet"


# What comes back over Spark's and PostgreSQL's own Python clients warns about pandas 3 and old names.
pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    return all_kinds_of_lines()


@pytest.mark.slow
def test_orders_give_the_same_customers_segments_and_account(engine, orders):
    said = [("yes", "no", None)[place % 3] for place in range(len(orders))]
    orders = orders.assign(newsletter=said)
    with (
        rfmeans.segment(orders, n_init=5) as expected,
        rfmeans.segment(engine.table(orders), n_init=5) as found,
    ):
        assert_frame_equal(in_order(found), in_order(expected), check_dtype=False, rtol=1e-9)
        assert {*in_order(found)["consent"]} == {True, False, ""}  # blank: nobody said anything
        np.testing.assert_allclose(found.model.centres, expected.model.centres, rtol=0, atol=1e-9)
        assert found.summary.account == expected.summary.account
        assert_frame_equal(found.profile, expected.profile, check_dtype=False, rtol=1e-9)


@pytest.mark.slow
def test_a_window_gives_the_same_customers_at_both_dates(engine, orders):
    """Of the last 90 days, also 90 days ago, which hindsight looks at, and for a model on other dates."""
    options = {"n_init": 5, "window": "90d"}
    with (
        rfmeans.segment(orders, **options) as expected,
        rfmeans.segment(engine.table(orders, "windowed"), **options) as found,
    ):
        assert_frame_equal(in_order(found), in_order(expected), check_dtype=False, rtol=1e-9)
        assert found.summary.account == expected.summary.account
        assert found.summary.hindsight == expected.summary.hindsight
        assert found.summary.account.lines.older.rows
        assert (in_order(found)["frequency"] == 0).any()
        assert found.model.window == 90


@pytest.mark.slow
def test_more_customers_than_are_fitted_one_by_one(engine):
    customers = make_customers(21_000, seed=2)[["recency", "frequency", "monetary"]]
    customers = customers.assign(customer_id=np.arange(1, 21_001))
    columns = CustomerColumns("customer_id", "recency", "frequency", "monetary")
    options = {"columns": columns, "n_init": 3}
    table = engine.table(customers, "customers")
    with rfmeans.segment(customers, **options) as expected, rfmeans.segment(table, **options) as found:
        assert expected.model.settings["passes"] > 0
        np.testing.assert_allclose(found.model.centres, expected.model.centres, rtol=0, atol=1e-9)
        assert_frame_equal(in_order(found), in_order(expected), check_dtype=False, rtol=1e-9)


@pytest.fixture(scope="module")
def million() -> pd.DataFrame:
    customers = make_customers(1_000_000, seed=3)[["recency", "frequency", "monetary"]]
    return customers.assign(customer_id=np.arange(1, 1_000_001))


@pytest.fixture(scope="module")
def million_segmented(million):
    with rfmeans.segment(million, columns=CustomerColumns()) as result:
        yield result, segment_ids(result.customers)


def segment_ids(customers) -> np.ndarray:
    return (
        customers.select("customer_id", "segment_id")
        .to_pandas()
        .sort_values("customer_id")
        .segment_id.to_numpy()
    )


@pytest.mark.long
def test_a_million_customers_get_the_same_segments(engine, million, million_segmented):
    expected, ids = million_segmented
    with rfmeans.segment(engine.table(million, "million"), columns=CustomerColumns()) as found:
        np.testing.assert_allclose(found.model.centres, expected.model.centres, rtol=0, atol=1e-9)
        assert found.model.inertia == pytest.approx(expected.model.inertia, rel=1e-9)
        assert np.array_equal(segment_ids(found.customers), ids)


@pytest.mark.slow
def test_online_retail_is_the_same(engine):
    if not ONLINE_RETAIL.exists():
        absent(f"the real data are not here: no {ONLINE_RETAIL}")
    lines = pd.read_parquet(ONLINE_RETAIL)
    with (
        rfmeans.segment(str(ONLINE_RETAIL)) as expected,
        rfmeans.segment(engine.table(lines, "online_retail")) as found,
    ):
        np.testing.assert_allclose(found.model.centres, expected.model.centres, rtol=0, atol=1e-9)
        assert found.summary.account.lines == expected.summary.account.lines
        assert_frame_equal(in_order(found), in_order(expected), check_dtype=False, rtol=1e-9)


@pytest.mark.slow
def test_a_saved_model_gives_the_same_segments(engine, orders, tmp_path):
    with rfmeans.segment(orders, n_init=5) as fitted:
        fitted.model.save(tmp_path / "model.json")
        expected = in_order(fitted)
    model = rfmeans.SegmentModel.load(tmp_path / "model.json")
    assigned = model.assign(engine.table(orders, "new_orders")).to_pandas()
    found = assigned.sort_values("customer_id")["segment"].fillna("").tolist()
    assert found == expected["segment"].tolist()


@pytest.mark.slow
def test_an_inspection_is_the_same(engine, orders):
    marked = orders.assign(email="anna@mail.com", order_id=orders["order_id"].astype("string"))
    marked.loc[:3, "email"] = ["test@mail.com", "a@example.com", "contest@mail.com", "TEST@mail.com"]
    marked.loc[5, "order_id"] = "Test 5"
    expected = rfmeans.inspect(marked).to_dict()
    found = rfmeans.inspect(engine.table(marked, "inspected")).to_dict()
    assert found.pop("source") != expected.pop("source")
    assert found == expected
    assert [
        thing["figures"]["column"] for thing in found["suspicious"] if thing["code"] == "test-orders"
    ] == [
        "order_id",
        "email",
    ]


@pytest.mark.slow
def test_an_explanation_is_the_same(engine, orders):
    with rfmeans.segment(orders, n_init=5) as fitted:
        model, table = fitted.model, engine.table(orders, "explained")
        customers = fitted.customers.to_pandas().dropna(subset="segment_id")["customer_id"].astype("int64")
        for customer in customers.iloc[[0, 100]]:
            found, expected = model.explain(table, customer), fitted.explain(customer)
            assert found.lines == expected.lines
            assert found.confidence == pytest.approx(expected.confidence, rel=1e-9)


WITHOUT_EQUALITY = {  # expressions over a column of JSON text
    "postgres": {
        "document": "payload::json",
        "page": "('<p>' || payload || '</p>')::xml",
        "place": "point(length(payload), 2)",
        "places": "array[point(length(payload), 2)]",
        "area": "circle(point(length(payload), 2), 1)",
    },
    "spark": {
        "tags": "map('b', payload, 'a', 'x')",
        "inner": "named_struct('of', array(map(1, payload)))",
    },
}


@pytest.mark.parametrize("engine_name", WITHOUT_EQUALITY)
def test_columns_whose_values_the_engine_cannot_compare_are_compared_all_the_same(
    request, orders, engine_name, tmp_path
):
    engine = request.getfixturevalue(f"{engine_name}_engine")
    once = orders.drop_duplicates()[:2000]
    lines = pd.concat([once, once[:2]], ignore_index=True).assign(payload='{"b": 1, "a": [2]}')
    lines.loc[0, "payload"] = '{"b": 1, "a": [3]}'  # so that only the second line stands there twice
    engine.table(lines, "compared")
    added = ", ".join(f"{text} AS {column}" for column, text in WITHOUT_EQUALITY[engine_name].items())
    query = f"SELECT customer_id, order_id, ordered_at, amount, {added} FROM compared"
    engine.con.raw_sql(f"CREATE TEMPORARY VIEW compared_view AS {query}")
    table = engine.con.table("compared_view")
    with rfmeans.segment(table, n_init=1) as found:
        assert found.summary.account.noticed.duplicates.lines == 1
        found.save(tmp_path / "segments")
    assert rfmeans.inspect(table).account.noticed.duplicates.lines == 1
    with rfmeans.segment(table, n_init=1, drop_duplicates=True) as found:
        assert found.summary.account.lines.set_aside["duplicate line"].rows == 1


@pytest.mark.parametrize(
    ("column", "kind", "words"),
    [
        (
            "ordered_at",
            "str",
            "Column 'ordered_at' was taken as the date but holds string, and dates are read out of text and numbers on "
            "DuckDB alone, not on {name}. Convert it there, such as in a view with CAST(ordered_at AS DATE), or pass "
            "the orders as a file.",
        ),
        (
            "ordered_at",
            "int64",
            "Column 'ordered_at' was taken as the date but holds int64, and dates are read",
        ),
        (
            "amount",
            "str",
            "Column 'amount' was taken as a number but holds string, and numbers are read out of text on DuckDB alone, "
            "not on {name}. Convert it there, such as in a view with CAST(amount AS DECIMAL(18, 4)), or pass the "
            "orders as a file.",
        ),
    ],
)
def test_text_is_read_on_duckdb_and_refused_elsewhere(engine, orders, column, kind, words):
    table = engine.table(orders.astype({column: kind}), f"written_{column}_{kind}")
    if engine.name == "duckdb":
        if kind == "str":
            rfmeans.segment(table, n_init=1).close()
        return
    with pytest.raises(SourceError) as refused:
        rfmeans.segment(table)
    assert str(refused.value).startswith(words.format(name=table.get_backend().name))


def values_of(table, value) -> list:
    """A column that the table's engine makes from a column of values, in the order of its places."""
    rows = (
        table.select(place=table.place, found=value(table.held, engine_of(table)))
        .order_by("place")
        .to_pyarrow()
        .to_pylist()
    )
    return [row["found"] for row in rows]


def by_customer(result: rfmeans.Segmentation) -> dict:
    rows = result.customers.to_pyarrow().to_pylist()
    return {
        row["customer_id"]: (row["recency"], row["frequency"], row["monetary"], row["segment"])
        for row in rows
    }


def held(engine, name: str, values: list):
    return engine.table(pd.DataFrame({"place": range(len(values)), "held": values}), name)


def test_every_engine_takes_the_same_blanks_and_no_letters_from_ids(engine):
    ids = [
        "valve",
        "f123",
        "123",
        "v",
        "f",
        "n",
        "\t\v vera \f\n",
        "\u00a0x",
        "x\u2003",
        "x \u2028",
        "\u3000",
        "fr ed",
        "rr",
    ]
    table = held(engine, "letters", ids)
    expected = [text.strip(BLANKS) for text in ids]
    as_they_stand = KeyConvention(varied=False)
    for key in (customer_key, order_key):
        assert values_of(table, partial(key, how=as_they_stand)) == expected


@pytest.mark.slow
def test_letters_at_the_ends_of_ids_and_statuses_make_no_difference(engine, orders):
    """Of hexadecimal ids one in eight begins or ends in f; no returns, as Ibis cannot look for theirs on Polars."""
    lettered = orders.assign(
        amount=orders["amount"].abs(),
        customer_id=[
            None if pd.isna(one) else f"{'vf'[one % 2]}{one}{'fv'[one % 2]}" for one in orders["customer_id"]
        ],
        order_id=[f"{'fv'[place % 2]}{one}" for place, one in enumerate(orders["order_id"])],
        status=["void" if place % 9 == 0 else "fulfilled" for place in range(len(orders))],
    )
    options = {"columns": rfmeans.Columns(status="status"), "keep_status": "fulfilled", "n_init": 1}
    with rfmeans.segment(lettered, **options) as expected:
        assert expected.summary.account.lines.set_aside["excluded status"].rows > 0
        with rfmeans.segment(engine.table(lettered, "lettered"), **options) as found:
            assert by_customer(found) == by_customer(expected)


@pytest.mark.parametrize("zone", ["CET", "EET", "MET", "WET"])
def test_zones_with_a_name_like_an_abbreviation_have_summer_time(engine, zone):
    shown = pd.to_datetime(["2024-06-15 22:30", "2024-12-15 22:30", "2024-06-15 21:30", "2024-06-15 23:30"])
    moments = shown.tz_localize("UTC").as_unit("us")
    table = held(engine, f"summer_{zone.lower()}", moments)
    expected = [moment.tz_convert(zone).date() for moment in moments]
    assert values_of(table, lambda moment, engine: engine.day_in(zone, moment)) == expected


def test_numbers_that_no_frame_holds_are_judged_on_every_engine(engine):
    table = held(engine, "beyond", [float("nan"), float("inf"), -float("inf"), 1e300, 7.0, 7.5])
    squares = [None, None, None, None, Decimal(49), Decimal("56.25")]
    assert values_of(table, lambda value, engine: product(value, value, engine)) == squares
    check_whole(table.filter(table.place < 5).held)
    with pytest.raises(SourceError, match=r"holds fractions such as 7\.5"):
        check_whole(table.held)
