"""The same orders on every engine: the same customers, the same segments, the same centres."""

from decimal import Decimal

import ibis
import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import rfmeans
from conftest import absent
from places import DATA
from rfmeans.columns.typed import check_whole, customer_key, money, order_key, product
from rfmeans.engines.dispatch import engine_of
from rfmeans.engines.engine import BLANKS
from rfmeans.engines.kept_tables import Workspace
from rfmeans.engines.warehouses import ClickHouse
from rfmeans.errors import RFMeansError, SourceError
from rfmeans.orders.where import KEPT, with_condition
from rfmeans.settings import CustomerColumns
from rfmeans.synthetic import make_customers, make_orders

ONLINE_RETAIL = DATA / "online_retail.parquet"
# What comes back over Spark's and PostgreSQL's own Python clients warns about pandas 3 and old names.
pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    """Order lines with everything that is set aside: blank ids, returns, free orders, late lines."""
    lines = make_orders(800, seed=5).drop(columns="kind").astype({"customer_id": "Int64"})
    lines["amount"] = (lines.pop("quantity") * lines.pop("unit_price")).round(2)
    lines.loc[::50, "customer_id"] = pd.NA
    lines.loc[1::40, "amount"] *= -1
    lines.loc[2::45, "amount"] = 0.0
    return lines.drop(columns="product")


def in_order(result: rfmeans.Segmentation) -> pd.DataFrame:
    """The customers in order of their ids, in types that do not depend on the engine."""
    frame = result.customers.to_pandas().sort_values("customer_id").reset_index(drop=True)
    numbers = ["customer_id", "recency", "frequency", "monetary", "segment_id"]
    return frame.assign(**{name: pd.to_numeric(frame[name]).astype("float64") for name in numbers}).fillna("")


def test_orders_give_the_same_customers_segments_and_account(engine, orders):
    with (
        rfmeans.segment(orders, n_init=5) as expected,
        rfmeans.segment(engine.table(orders), n_init=5) as found,
    ):
        assert_frame_equal(in_order(found), in_order(expected), check_dtype=False, rtol=1e-9)
        np.testing.assert_allclose(found.model.centres, expected.model.centres, rtol=0, atol=1e-9)
        assert found.summary.account == expected.summary.account
        assert_frame_equal(found.profile, expected.profile, check_dtype=False, rtol=1e-9)


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


@pytest.mark.slow
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


def test_a_saved_model_gives_the_same_segments(engine, orders, tmp_path):
    with rfmeans.segment(orders, n_init=5) as fitted:
        fitted.model.save(tmp_path / "model.json")
        expected = in_order(fitted)
    model = rfmeans.SegmentModel.load(tmp_path / "model.json")
    assigned = model.assign(engine.table(orders, "new_orders")).to_pandas()
    found = assigned.sort_values("customer_id")["segment"].fillna("").tolist()
    assert found == expected["segment"].tolist()


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


def test_an_engine_without_booleans_is_not_asked_for_the_type_of_a_condition(monkeypatch):
    """ClickHouse's comparisons are numbers; and to tell the type of a query Ibis makes a view there."""
    con = ibis.duckdb.connect()
    table = con.create_table("shop_orders", pd.DataFrame({"country": ["UK", "FR"]}))
    monkeypatch.delattr(type(con), "_get_schema_using_query")
    kept = with_condition(table, ClickHouse(), "country = 'UK'", "shop_orders")
    assert kept[KEPT].to_pyarrow().to_pylist() == [True, False]


@pytest.mark.parametrize("condition", ["number", "city", "number + 1", "number = 'one'"])
def test_a_condition_that_is_neither_true_nor_false_is_refused_on_every_engine(engine, orders, condition):
    table = engine.table(orders.assign(number=1, city="Rome"), "numbered")
    with rfmeans.segment(table, where="number = 1", n_init=1) as found:
        assert found.summary.account.lines.used.rows > 0
    with pytest.raises(RFMeansError) as refused:
        rfmeans.segment(table, where=condition, n_init=1)
    assert "\n" not in str(refused.value)
    if engine.name in ("polars", "spark") and "=" not in condition:
        kind = "string" if condition == "city" else "int64"
        assert str(refused.value).startswith(
            f"The condition where {condition!r} cannot be used: it is neither true nor false, but of type {kind}."
        )


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
    assert values_of(table, customer_key) == expected
    assert values_of(table, order_key) == expected


def test_letters_at_the_ends_of_ids_and_statuses_make_no_difference(engine, orders):
    """Of hexadecimal ids one in eight begins or ends in f."""
    lettered = orders.assign(
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
    assert found(money(postgres_odd.held, there)) == [
        "12345.6699",
        "123456.7813",
        "1234567.8750",
        None,
        "0.5000",
    ]
    assert found(money(postgres_odd.few, there)) == [None, "5.0000", "7.2500", "-3.0000", "0.0000"]
    assert found(money(postgres_odd.many, there)) == [None, None, None, "0.0000", "12.5000"]
    assert found(product(postgres_odd.many, postgres_odd.many, there)) == [
        None,
        None,
        None,
        "0.0000",
        "156.2500",
    ]
    assert found(customer_key(postgres_odd.id, there)) == [None, None, "17", None, None]
    assert found(order_key(postgres_odd.id, there).cast("string")) == [None, None, "17", None, "0"]


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


def test_tables_kept_on_polars_are_not_taken_for_each_other(polars_engine):
    """An expression's address is used again once it is gone; each was a plan, and had the rows of another."""
    table = polars_engine.table(pd.DataFrame({"number": range(200)}), "many_numbers")
    with Workspace() as scratch:
        found = [scratch.keep(table.filter(table.number >= least)) for least in range(200)]
        assert [len(kept.to_pyarrow()) for kept in found] == list(range(200, 0, -1))


def test_what_is_kept_on_polars_is_worked_out_once_and_released(polars_engine):
    table = polars_engine.table(pd.DataFrame({"number": range(10)}), "numbers")
    before = set(polars_engine.con.list_tables())
    with Workspace() as scratch:
        kept = scratch.keep(table.filter(table.number > 5))
        assert "FILTER" not in polars_engine.con.compile(kept).explain()
        assert kept.count().to_pyarrow().as_py() == 4
        del kept
    assert set(polars_engine.con.list_tables()) == before
