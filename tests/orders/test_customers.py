"""Order lines to customers, by hand: orders, groups, and the customers at a date."""

import datetime as dt
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest

from rfmeans.columns.dates import LARGEST_WHOLE
from rfmeans.engines.duckdb import DUCKDB
from rfmeans.orders.compared import SEVERAL_DAYS, SPREAD
from rfmeans.orders.customers import (
    NO_PURCHASE,
    NOT_YET,
    customers_as_of,
    customers_before,
    customers_from_table,
    group_orders,
    total_orders,
    used_customers,
)
from rfmeans.orders.order_lines import USED

LINES = {
    "customer_id": "string",
    "order_id": "string",
    "day_id": "date",
    "reason": "int64",
    "amount": "decimal(38, 4)",
    "ordered_on": "date",
}
FIRST, SECOND, THIRD = (dt.date(2024, 1, day) for day in (5, 20, 24))
LATE = USED + 3  # the number of another reason


def table(schema: dict[str, str], *rows: tuple) -> ibis.Table:
    typed = ibis.schema(schema).to_pyarrow()
    return ibis.memtable(pa.Table.from_pylist([dict(zip(schema, row, strict=True)) for row in rows], typed))


def rows(found: ibis.Table) -> list[dict]:
    """The rows in an order that does not depend on the engine."""
    return sorted(found.to_pyarrow().to_pylist(), key=lambda row: [str(value) for value in row.values()])


def lines() -> ibis.Table:
    return table(
        LINES,
        ("ann", "A1", None, USED, Decimal(10), FIRST),
        ("ann", "A1", None, USED, Decimal("5.50"), SECOND),
        ("ann", "A2", None, USED, Decimal(20), SECOND),
        ("ann", "R1", None, USED, Decimal("-4.50"), THIRD),
        ("bob", "A1", None, USED, Decimal(8), THIRD),  # ann's order id
        ("eve", None, FIRST, USED, Decimal("0.10"), FIRST),  # no order id: the day is the order
        ("eve", None, FIRST, USED, Decimal("-0.10"), FIRST),
        ("sam", "S1", None, LATE, Decimal(7), THIRD),  # no row of its own: one for the reason
        (None, "N1", None, LATE, Decimal(1), None),
    )


def test_lines_are_added_up_to_orders_and_those_set_aside_by_reason():
    found = rows(total_orders(lines()))
    assert [list(row.values()) for row in found] == [
        [None, None, None, LATE, 2, Decimal(8), THIRD, THIRD],
        ["ann", "A1", None, USED, 2, Decimal("15.5"), FIRST, SECOND],
        ["ann", "A2", None, USED, 1, Decimal(20), SECOND, SECOND],
        ["ann", "R1", None, USED, 1, Decimal("-4.5"), THIRD, THIRD],
        ["bob", "A1", None, USED, 1, Decimal(8), THIRD, THIRD],
        ["eve", None, FIRST, USED, 2, Decimal(0), FIRST, FIRST],
    ]
    assert list(found[0]) == [
        *("customer_id", "order_id", "day_id", "reason", "lines", "total", "first_day", "last_day")
    ]


def test_orders_are_added_up_to_customers():
    found = {row["customer_id"]: row for row in rows(group_orders(total_orders(lines()), DUCKDB))}
    assert list(found[None].values()) == [None, LATE, 2, 1, 1, Decimal(8), THIRD, THIRD, THIRD, THIRD, 0, 0]
    # Two purchases and a return; first and last purchase are the first days of A1 and A2; the return is none.
    assert list(found["ann"].values()) == [
        "ann",
        USED,
        4,
        3,
        2,
        Decimal(31),
        FIRST,
        SECOND,
        FIRST,
        THIRD,
        1,
        SPREAD | SEVERAL_DAYS,
    ]
    assert list(found["bob"].values()) == [
        "bob",
        USED,
        1,
        1,
        1,
        Decimal(8),
        THIRD,
        THIRD,
        THIRD,
        THIRD,
        0,
        0,
    ]
    assert list(found["eve"].values()) == [
        "eve",
        USED,
        2,
        1,
        0,
        Decimal(0),
        None,
        None,
        FIRST,
        FIRST,
        0,
        0,
    ]
    assert list(found["ann"]) == [
        *("customer_id", "line_reason", "lines", "orders", "frequency", "monetary"),
        *("first_purchase", "last_purchase", "first_day", "last_day", "negative", "signs"),
    ]


def test_lines_that_tell_their_currency_have_its_range():
    told = lines().mutate(currency=ibis.ifelse(ibis._.order_id == "A2", "USD", "EUR"))
    found = {row["customer_id"]: row for row in rows(group_orders(total_orders(told), DUCKDB))}
    assert (found["ann"]["first_currency"], found["ann"]["last_currency"]) == ("EUR", "USD")
    assert (found["bob"]["first_currency"], found["bob"]["last_currency"]) == ("EUR", "EUR")


def test_customers_at_a_date():
    found = rows(customers_as_of(group_orders(total_orders(lines()), DUCKDB), dt.date(2024, 2, 1)))
    assert [list(row.values()) for row in found] == [
        ["ann", 12, 2, Decimal(31), FIRST, 27, None],  # 5 and 20 January to 1 February
        ["bob", 8, 1, Decimal(8), THIRD, 8, None],
        ["eve", None, 0, Decimal(0), None, None, "no purchase"],
    ]
    assert list(found[0]) == [
        *("customer_id", "recency", "frequency", "monetary", "first_purchase", "tenure", "reason")
    ]


def test_at_an_earlier_date_the_first_purchase_counts_only_if_it_was_one_by_then():
    late = table(
        LINES,
        ("ann", "A1", None, USED, Decimal(-5), FIRST),  # no purchase before the second day
        ("ann", "A1", None, USED, Decimal(15), SECOND),
        ("ann", "A2", None, USED, Decimal(9), THIRD),
        ("bob", "B1", None, USED, Decimal(9), FIRST),
        ("bob", "B2", None, USED, Decimal(9), THIRD),
    )
    groups = group_orders(total_orders(late, [SECOND]), DUCKDB, [SECOND])
    (then,) = customers_before(groups, [SECOND]).values()
    assert [(row["first_purchase"], row["tenure"]) for row in rows(then)] == [(None, None), (FIRST, 15)]
    now = rows(customers_as_of(groups, dt.date(2024, 2, 1)))
    assert [(row["first_purchase"], row["tenure"]) for row in now] == [(FIRST, 27), (FIRST, 27)]


def test_what_customers_had_spent_at_a_date_and_what_they_did_from_it_on():
    more = table(
        LINES,
        ("dan", "D1", None, USED, Decimal(3), SECOND),
        ("fay", "F1", None, USED, Decimal("0.01"), FIRST),
    )
    groups = group_orders(total_orders(lines().union(more), [SECOND]), DUCKDB, [SECOND])
    (then,) = customers_before(groups, [SECOND]).values()
    told = ("customer_id", "frequency", "monetary", "reason", "bought_after", "money_after")
    assert [tuple(row[name] for name in told) for row in rows(then)] == [
        ("ann", 1, Decimal(10), None, True, Decimal(21)),  # 5.50 + 20 - 4.50
        ("bob", 0, 0, NOT_YET, True, Decimal(8)),
        ("dan", 0, 0, NOT_YET, True, Decimal(3)),  # the day itself is not before it
        ("eve", 0, 0, NO_PURCHASE, False, 0),
        ("fay", 1, Decimal("0.01"), None, False, 0),
    ]


def test_without_a_date_it_is_the_day_after_the_last_order():
    groups = group_orders(total_orders(lines()), DUCKDB)
    found = rows(used_customers(groups.filter(groups.line_reason == USED), None))
    assert [row["recency"] for row in found] == [5, 1, None]  # as of the 25th
    assert [row["tenure"] for row in found] == [20, 1, None]


def test_money_of_nothing_or_less_is_a_reason_of_its_own():
    groups = group_orders(
        total_orders(
            table(
                LINES,
                ("ann", "A1", None, USED, Decimal(5), FIRST),
                ("ann", "R1", None, USED, Decimal(-5), SECOND),
                ("bob", "B1", None, USED, Decimal(5), FIRST),
                ("bob", "R2", None, USED, Decimal("-5.0001"), SECOND),
                ("eve", "E1", None, USED, Decimal(5), FIRST),
                ("eve", "R3", None, USED, Decimal("-4.9999"), SECOND),
            )
        ),
        DUCKDB,
    )
    reasons = {row["customer_id"]: row["reason"] for row in rows(customers_as_of(groups, THIRD))}
    assert reasons == {"ann": "no net spend", "bob": "no net spend", "eve": None}


VALUES = {"customer_id": "string", "recency": "float64", "frequency": "float64", "monetary": "decimal(18, 4)"}
NAN = float("nan")
UNREADABLE = "unreadable recency, frequency or monetary"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("ann", 3.0, 1.0, Decimal(5)), None),
        (("ann", 0.0, 1.0, Decimal("0.0001")), None),
        (("ann", float(LARGEST_WHOLE), float(LARGEST_WHOLE), Decimal(5)), None),
        ((None, 3.0, 1.0, Decimal(5)), "missing customer"),
        ((None, NAN, NAN, None), "missing customer"),  # several reasons: the first one counts
        (("ann", 3.0, 1.0, None), UNREADABLE),
        (("ann", 3.0, None, Decimal(5)), UNREADABLE),
        (("ann", 3.0, -1.0, Decimal(5)), UNREADABLE),
        (("ann", 3.0, NAN, Decimal(5)), UNREADABLE),
        (("ann", 3.0, 2.0 * LARGEST_WHOLE, Decimal(5)), UNREADABLE),
        (("ann", None, 1.0, Decimal(5)), UNREADABLE),
        (("ann", NAN, 1.0, Decimal(5)), UNREADABLE),
        (("ann", -1.0, 1.0, Decimal(5)), UNREADABLE),
        (("ann", 2.0 * LARGEST_WHOLE, 1.0, Decimal(5)), UNREADABLE),
        (("ann", None, 0.0, Decimal(5)), "no purchase"),  # without a purchase there is no recency
        (("ann", 3.0, 0.0, Decimal(-5)), "no purchase"),
        (("ann", 3.0, 1.0, Decimal(0)), "no net spend"),
        (("ann", 3.0, 1.0, Decimal("-0.0001")), "no net spend"),
    ],
)
def test_a_row_of_a_customers_table(row, reason):
    given = table(VALUES, row)
    (found,) = rows(customers_from_table(given, {name: given[name] for name in VALUES}))
    assert list(found) == ["customer_id", "recency", "frequency", "monetary", "reason"]
    assert (found["customer_id"], found["monetary"], found["reason"]) == (row[0], row[3], reason)
