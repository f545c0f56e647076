"""What must hold for any orders: the same segments however the same facts are told, and no wrong directions."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rfmeans
from drawn import examples
from rfmeans.settings import CustomerColumns
from rfmeans.synthetic import make_customers, make_orders

pytestmark = pytest.mark.slow

N_INIT = 3
ORDERS = ["customer_id", "order_id", "ordered_at", "amount"]
quick = examples(10)
slow = examples(5)  # two runs or more in each example
seeds = st.integers(0, 2**32 - 1)


@cache
def some_orders() -> pd.DataFrame:
    """Order lines of 60 customers, amounts in whole cents."""
    lines = make_orders(60, seed=1)
    return lines.assign(amount=(lines["quantity"] * lines["unit_price"]).round(2))[ORDERS]


def segments_of(orders: object, **options: object) -> dict[object, tuple[int, str]]:
    """Return each customer's segment."""
    with rfmeans.segment(orders, n_init=N_INIT, **options) as result:
        return labels(result.customers)


def labels(customers: ibis.Table) -> dict[object, tuple[int, str]]:
    rows = customers.select("customer_id", "segment_id", "segment").to_pyarrow().to_pylist()
    return {row["customer_id"]: (row["segment_id"], row["segment"]) for row in rows}


@cache
def usual_segments(transform: str = "auto") -> dict[object, tuple[int, str]]:
    return segments_of(some_orders(), transform=transform)


# The same facts, told in another way


@quick
@given(seed=seeds)
def test_order_of_rows_does_not_matter(seed):
    shuffled = some_orders().sample(frac=1, random_state=seed)
    assert segments_of(shuffled) == usual_segments()


@quick
@given(seed=seeds)
def test_names_of_customers_do_not_matter(seed):
    numbers = np.random.default_rng(seed).permutation(len(usual_segments()))
    renamed = {customer: f"c{number}" for customer, number in zip(usual_segments(), numbers, strict=True)}
    orders = some_orders().assign(customer_id=some_orders()["customer_id"].map(renamed))
    assert segments_of(orders) == {renamed[customer]: found for customer, found in usual_segments().items()}


@quick
@given(seed=seeds, share=st.floats(0.05, 1))
def test_splitting_lines_does_not_matter(seed, share):
    """A line of 10.00 or two lines of 3.21 and 6.79 in the same order are the same purchase."""
    rng = np.random.default_rng(seed)
    orders = some_orders()
    cents = (orders["amount"] * 100).round().astype("int64")
    part = np.where(rng.random(len(orders)) < share, np.trunc(cents * rng.random(len(orders))), 0)
    first, second = orders.assign(amount=(cents - part) / 100), orders.assign(amount=part / 100)
    assert segments_of(pd.concat([first, second[part != 0]])) == usual_segments()


@quick
@given(factor=st.sampled_from([0.1, 0.5, 1.5, 2, 3, 7, 10, 100, 1_000, 12_345]))
def test_currency_does_not_matter_without_transform(factor):
    orders = some_orders()
    scaled = orders.assign(amount=orders["amount"] * factor)
    assert segments_of(scaled, transform="none") == usual_segments("none")


@slow
@given(factor=st.sampled_from([0.1, 0.5, 2, 10, 100, 12_345]))
def test_currency_with_logarithms_scales_money_and_nothing_else(factor):
    """log(1 + c m) is no multiple of log(1 + m), so a few customers may change segment; R and F never change."""
    orders = some_orders()
    with rfmeans.segment(orders.assign(amount=orders["amount"] * factor), n_init=N_INIT) as scaled:
        after = scaled.customers.order_by("customer_id").to_pandas()
    with rfmeans.segment(orders, n_init=N_INIT) as usual:
        before = usual.customers.order_by("customer_id").to_pandas()
    assert (after[["recency", "frequency"]] == before[["recency", "frequency"]]).all(axis=None)
    expected = [amount * Decimal(str(factor)) for amount in before["monetary"]]
    assert list(after["monetary"]) == expected
    assert (after["segment"] == before["segment"]).mean() >= 0.8


def test_currency_does_not_matter_on_logarithms_of_large_money():
    """Far above 1 the 1 in log(1 + m) is nothing, and a factor only moves the mean."""
    orders = some_orders()
    once, again = (
        segments_of(orders.assign(amount=orders["amount"] * factor), transform="log") for factor in (1e4, 1e6)
    )
    assert once == again


@quick
@given(extra=st.integers(1, 40), seed=seeds)
def test_lines_of_nobody_do_not_matter(extra, seed):
    orders = some_orders()
    nobodys = orders.sample(extra, random_state=seed).assign(customer_id=None)
    both = pd.concat([orders.astype({"customer_id": "Int64"}), nobodys.astype({"customer_id": "Int64"})])
    assert segments_of(both) == usual_segments()


# The same again


@slow
@given(seed=seeds, segments=st.integers(2, 6))
def test_a_repeated_run_is_the_same_run(seed, segments):
    first, second = (
        rfmeans.segment(some_orders(), segments=segments, seed=seed, n_init=N_INIT) for _ in range(2)
    )
    with first, second:
        assert first.model.to_json() == second.model.to_json()
        assert first.summary.to_dict() == second.summary.to_dict()
        assert labels(first.customers) == labels(second.customers)


@slow
@given(customers=st.integers(20, 150), seed=st.integers(0, 1000), segments=st.integers(2, 7))
def test_assigning_the_same_orders_gives_the_fitted_segments(customers, seed, segments):
    lines = make_orders(customers, seed)
    orders = lines.drop(columns="kind")
    with rfmeans.segment(orders, segments=segments, n_init=N_INIT) as result:
        assert labels(result.model.assign(orders)) == labels(result.customers)
        sizes = [segment.figures.customers for segment in result.summary.segments]
        found = [number for number, _ in labels(result.customers).values()]
        assert [found.count(number) for number in range(1, segments + 1)] == sizes


def test_a_saved_model_assigns_as_the_fitted_one(tmp_path):
    with rfmeans.segment(some_orders(), n_init=N_INIT) as result:
        result.model.save(tmp_path / "model.json")
        loaded = rfmeans.SegmentModel.load(tmp_path / "model.json")
        assert loaded == result.model
        assert labels(loaded.assign(some_orders())) == labels(result.customers)
        with rfmeans.assign(loaded, some_orders()) as assigned:
            assert labels(assigned.customers) == labels(result.customers)
            assert assigned.summary.everyone == result.summary.everyone


def centres_and_labels(
    data: ibis.Table, **options: object
) -> tuple[np.ndarray, dict[object, tuple[int, str]]]:
    with rfmeans.segment(data, n_init=N_INIT, **options) as result:
        return np.array(result.model.centres), labels(result.customers)


def on_threads(threads: int, frame: pd.DataFrame, **options: object):
    con = ibis.duckdb.connect(threads=threads)
    try:
        return centres_and_labels(con.create_table("given", frame), **options)
    finally:
        con.disconnect()


def check_same(first, second) -> None:
    """Check the same segment for each customer; centres may differ by what an engine's order of summing does."""
    assert np.abs(first[0] - second[0]).max() <= 1e-9
    assert first[1] == second[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("frame", "columns"),
    [
        pytest.param(lambda: make_orders(12_000, seed=2).drop(columns="kind"), None, id="orders"),
        pytest.param(lambda: make_customers(200_000, seed=2), CustomerColumns(), id="customers"),
    ],
)
def test_number_of_threads_does_not_matter(frame, columns):
    data = frame()
    assert len(data) > 122_880  # one row group of DuckDB: below it there is one thread anyway
    check_same(*(on_threads(threads, data, columns=columns) for threads in (1, 4)))


@pytest.mark.slow
def test_order_of_many_rows_does_not_matter():
    customers = make_customers(30_000, seed=3)  # too many for a cell each
    shuffled = customers.sample(frac=1, random_state=0)
    check_same(*(centres_and_labels(table, columns=CustomerColumns()) for table in (customers, shuffled)))


# Directions: a better customer never moves to a worse centre


@cache
def fitted(transform: str) -> rfmeans.SegmentModel:
    with rfmeans.segment(
        make_customers(500, seed=7), columns=CustomerColumns(), transform=transform, segments=5, n_init=N_INIT
    ) as result:
        return result.model


@st.composite
def customer_and_gain(draw):
    customer = {
        "recency": draw(st.integers(1, 700)),
        "frequency": draw(st.integers(1, 60)),
        "monetary": draw(st.integers(1, 500_000)) / 100,
    }
    feature = draw(st.sampled_from(sorted(customer)))
    steps = draw(st.lists(st.integers(1, 200), min_size=5, max_size=30))
    return customer, feature, steps


def along(customer: dict[str, float], feature: str, steps: list[int]) -> pd.DataFrame:
    """Return the customer getting better in one feature, step by step, and the same in the others."""
    gained = np.concatenate([[0], np.cumsum(steps)])
    if feature == "recency":
        values = np.maximum(customer["recency"] - gained, 0)
    else:
        values = customer[feature] + gained * (1 if feature == "frequency" else 7.5)
    rows = pd.DataFrame([customer] * len(values)).assign(**{feature: values})
    return rows.assign(customer_id=range(1, len(rows) + 1), reason=pd.array([None] * len(rows), dtype="str"))


@pytest.mark.parametrize("transform", ["log", "none"])
@examples(30)
@given(drawn=customer_and_gain())
def test_a_better_customer_never_moves_to_a_worse_centre(transform, drawn):
    customer, feature, steps = drawn
    model = fitted(transform)
    rows = model.apply(ibis.memtable(along(customer, feature, steps))).order_by("customer_id").to_pyarrow()
    position = ["recency", "frequency", "monetary"].index(feature)
    coordinates = [model.centres[number - 1][position] for number in rows["segment_id"].to_pylist()]
    better = [-value for value in coordinates] if feature == "recency" else coordinates
    assert better == sorted(better)
