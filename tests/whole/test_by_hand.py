"""Six customers, counted by hand: every number below has its arithmetic beside it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pandas as pd
import polars as pl
import pytest

import rfmeans

LINES = [  # customer, order, date, amount; the row number is the position, from 1
    (1, "A1", "2024-01-05 10:00", 10.00),  # two lines of one order
    (1, "A1", "2024-01-05 10:00", 5.50),
    (1, "A2", "2024-01-20 09:00", 20.00),
    (1, "R1", "2024-01-24 12:00", -4.50),  # a return: no purchase, not recent, but money
    (2, "B1", "2024-01-02 08:00", 12.25),
    (2, "G1", "2024-01-10 09:12", 80_000.00),  # a giant order, cancelled a quarter of an hour later
    (2, "C1", "2024-01-10 09:27", -80_000.00),
    (None, "M1", "2024-01-31 10:00", 99.99),  # nobody's, and the last of all
    (3, "R2", "2024-01-11 16:00", -7.00),  # only a return
    (4, "E1", "2024-01-08 11:00", 0.10),
    (4, "E1", "2024-01-08 11:00", 0.20),
    (4, "E2", "2024-01-09 11:00", -0.30),  # in floats 0.1 + 0.2 - 0.3 is 5.6e-17, more than nothing
    (5, None, "2024-01-12 09:00", 3.00),  # no order id: one day is one order
    (5, None, "2024-01-12 18:00", 4.00),
    (5, None, "2024-01-15 11:00", 5.00),
    (6, "A1", "2024-01-25 23:59", 8.00),  # customer 1's order id, and a minute before midnight
]


@pytest.fixture(scope="module")
def lines() -> pd.DataFrame:
    frame = pd.DataFrame(LINES, columns=["customer_id", "order_id", "order_date", "amount"])
    return frame.assign(
        customer_id=frame["customer_id"].astype("Int64"), order_date=pd.to_datetime(frame["order_date"])
    )


def customers_of(result: rfmeans.Segmentation) -> dict[object, tuple[object, ...]]:
    """Return recency, frequency, monetary and reason by customer."""
    rows = result.customers.to_pyarrow().to_pylist()
    return {
        row["customer_id"]: (row["recency"], row["frequency"], row["monetary"], row["reason"]) for row in rows
    }


def set_aside_of(result: rfmeans.Segmentation) -> dict[int, str]:
    """Return the reason by row number; in a file the first row stands on line 2."""
    rows = result.set_aside.to_pyarrow().to_pylist()
    assert len({row["line"] for row in rows}) == len(rows)
    return {_row_number(row): row["reason"] for row in rows}


def _row_number(row: dict) -> int:
    return row["line"] - (row["file"] is not None)


def tallies(set_aside: dict[str, object]) -> dict[str, tuple[int, Decimal]]:
    return {reason: (tally.rows, tally.money) for reason, tally in set_aside.items()}


def check_account(result: rfmeans.Segmentation, rows: int, money: str) -> None:
    """Check read = used + set aside, for rows and money, and customers' money = used lines' money."""
    account = result.summary.account
    parts = [account.lines.used, *account.lines.set_aside.values()]
    assert sum(part.rows for part in parts) == account.lines.read.rows == rows
    assert sum(part.money for part in parts) == account.lines.read.money == Decimal(money)
    customers = [account.clustered, *account.customers_set_aside.values()]
    assert sum(part.money for part in customers) == account.lines.used.money
    assert sum(part.rows for part in customers) == len(customers_of(result))
    listed = list(set_aside_of(result).values())
    assert {reason: listed.count(reason) for reason in listed} == {
        reason: tally.rows for reason, tally in account.lines.set_aside.items()
    }


# As-of: the day after the last order


@pytest.fixture(scope="module")
def by_default(lines):
    with rfmeans.segment(lines, segments=2) as result:
        yield result


def test_as_of_is_the_day_after_the_last_order_used(by_default):
    # 25 January 23:59 is the last line with a customer; nobody's line of the 31st is no order.
    assert by_default.summary.as_of == dt.date(2024, 1, 26)
    assert by_default.summary.account.lines.first_day == dt.date(2024, 1, 2)
    assert by_default.summary.account.lines.last_day == dt.date(2024, 1, 25)


def test_customers_by_default(by_default):
    assert customers_of(by_default) == {
        1: (6, 2, Decimal("31.00"), None),  # 26 - 20; A1, A2; 10 + 5.50 + 20 - 4.50
        2: (16, 2, Decimal("12.25"), None),  # 26 - 10; B1, G1; 12.25 + 80,000 - 80,000
        3: (None, 0, Decimal("-7.00"), "no purchase"),
        4: (18, 1, Decimal(0), "no net spend"),  # 26 - 8; E1; 0.10 + 0.20 - 0.30
        5: (11, 2, Decimal("12.00"), None),  # 26 - 15; the 12th, the 15th; 3 + 4 + 5
        6: (1, 1, Decimal("8.00"), None),  # 26 - 25; A1 of its own
    }


def test_orders_and_purchases_by_default(by_default):
    lines = by_default.summary.account.lines
    assert lines.orders == 12  # A1 A2 R1, B1 G1 C1, R2, E1 E2, two days, A1: 3 + 3 + 1 + 2 + 2 + 1
    assert lines.purchases == 8  # without R1, C1, R2 and E2: 12 - 4


def test_account_by_default(by_default):
    account = by_default.summary.account
    assert (account.lines.used.rows, account.lines.used.money) == (
        15,
        Decimal("56.25"),
    )  # 31 + 12.25 - 7 + 12 + 8
    assert tallies(account.lines.set_aside) == {"missing customer": (1, Decimal("99.99"))}
    assert (account.clustered.rows, account.clustered.money) == (4, Decimal("63.25"))  # 31 + 12.25 + 12 + 8
    assert tallies(account.customers_set_aside) == {
        "no purchase": (1, Decimal(-7)),
        "no net spend": (1, Decimal(0)),
    }
    check_account(by_default, rows=16, money="156.24")  # 56.25 + 99.99


def test_line_set_aside_keeps_its_row_reason_and_values(by_default):
    assert by_default.set_aside.to_pyarrow().to_pylist() == [
        {
            "file": None,
            "line": 8,
            "reason": "missing customer",
            "customer_id": None,
            "order_id": "M1",
            "order_date": dt.datetime(2024, 1, 31, 10, 0),
            "amount": 99.99,
        }
    ]


def test_profile_is_about_the_four_segmented_customers(by_default):
    everyone = by_default.summary.everyone
    assert everyone.mean_recency == 8.5  # (6 + 16 + 11 + 1) / 4
    assert everyone.median_recency == 8.5  # between 6 and 11
    assert everyone.mean_frequency == 1.75  # (2 + 2 + 2 + 1) / 4
    assert everyone.median_monetary == 12.125  # between 12 and 12.25
    assert everyone.mean_monetary == 15.8125  # 63.25 / 4
    assert everyone.average_order_value == pytest.approx(63.25 / 7)  # 2 + 2 + 2 + 1 purchases
    assert by_default.profile["customers"].sum() == 4
    assert by_default.profile["revenue"].sum() == pytest.approx(63.25)


def test_customers_set_aside_have_no_segment(by_default):
    rows = by_default.customers.to_pyarrow().to_pylist()
    assert {row["customer_id"] for row in rows if row["segment_id"] is None} == {3, 4}
    assert all((row["segment"] is None) == (row["segment_id"] is None) for row in rows)


# As-of and since, given


def test_as_of_before_some_lines_sets_them_aside(lines):
    with rfmeans.segment(lines, segments=2, as_of="2024-01-20") as result:
        assert customers_of(result) == {
            1: (15, 1, Decimal("15.50"), None),  # 20 - 5; A1; 10 + 5.50
            2: (10, 2, Decimal("12.25"), None),  # 20 - 10
            3: (None, 0, Decimal("-7.00"), "no purchase"),
            4: (12, 1, Decimal(0), "no net spend"),  # 20 - 8
            5: (5, 2, Decimal("12.00"), None),  # 20 - 15
        }
        late = "on or after the as-of date"
        assert set_aside_of(result) == {3: late, 4: late, 8: "missing customer", 16: late}
        assert tallies(result.summary.account.lines.set_aside) == {
            late: (3, Decimal("23.50")),  # 20 - 4.50 + 8
            "missing customer": (1, Decimal("99.99")),
        }
        check_account(result, rows=16, money="156.24")


def test_later_as_of_adds_days_to_every_recency(lines):
    with rfmeans.segment(lines, segments=2, as_of=dt.date(2024, 3, 1)) as result:
        # 26 January to 1 March of a leap year: 5 + 29 + 1 = 35 days more than by default.
        recencies = {customer: values[0] for customer, values in customers_of(result).items()}
        assert recencies == {1: 41, 2: 51, 3: None, 4: 53, 5: 46, 6: 36}
        assert result.summary.as_of == dt.date(2024, 3, 1)
        check_account(result, rows=16, money="156.24")


def test_since_sets_earlier_lines_aside(lines):
    with rfmeans.segment(lines, segments=2, since="2024-01-10") as result:
        assert customers_of(result) == {
            1: (6, 1, Decimal("15.50"), None),  # A2; 20 - 4.50
            2: (16, 1, Decimal(0), "no net spend"),  # G1; 80,000 - 80,000
            3: (None, 0, Decimal("-7.00"), "no purchase"),
            5: (11, 2, Decimal("12.00"), None),
            6: (1, 1, Decimal("8.00"), None),
        }
        early = "before the window"
        assert set_aside_of(result) == {
            **dict.fromkeys((1, 2, 5, 10, 11, 12), early),
            8: "missing customer",
        }
        assert tallies(result.summary.account.lines.set_aside) == {
            early: (6, Decimal("27.75")),  # 10 + 5.50 + 12.25 + 0.10 + 0.20 - 0.30
            "missing customer": (1, Decimal("99.99")),
        }
        check_account(result, rows=16, money="156.24")


def test_since_and_as_of_are_a_window_with_its_first_day_and_without_its_last(lines):
    with rfmeans.segment(lines, segments=2, since="2024-01-05", as_of="2024-01-25") as result:
        found = customers_of(result)
        assert found[1] == (5, 2, Decimal("31.00"), None)  # 25 - 20; the 5th counts
        assert 6 not in found  # the 25th does not
        assert set_aside_of(result) == {
            5: "before the window",
            8: "missing customer",
            16: "on or after the as-of date",
        }


def test_where_comes_before_the_other_reasons(lines):
    with rfmeans.segment(lines, segments=2, where="amount > 0 AND amount < 50") as result:
        returns = dict.fromkeys((4, 6, 7, 9, 12), "excluded by where")
        assert set_aside_of(result) == {**returns, 8: "excluded by where"}  # 99.99, and nobody's besides
        # 10 + 5.50 + 20; 12.25; 0.30; 12; 8
        monetary = {customer: values[2] for customer, values in customers_of(result).items()}
        assert monetary == {
            1: Decimal("35.50"),
            2: Decimal("12.25"),
            4: Decimal("0.30"),
            5: Decimal(12),
            6: Decimal(8),
        }
        check_account(result, rows=16, money="156.24")


# Customers whose key is text; everything as text, as a CSV file gives it

TEXT_LINES = [
    ("Ann", "X1", "2024-01-01", "10"),
    (" Ann ", "X1", "2024-01-09", "-2"),  # a return booked on the old order: 8 on 1 January
    ("O'Hara", "X2", "2024-01-02", "6.50"),
    ("ann", "X3", "2024-01-03", "5"),  # upper and lower case are two customers
    ("guest", "X4", "2024-01-04", "1"),
    ("GUEST", "X5", "2024-01-04", "2"),
    ("", "X6", "2024-01-04", "3"),
    ("   ", "X7", "2024-01-04", "4"),
    ("nan", "X8", "2024-01-04", "5"),
    ("None", "X9", "2024-01-04", "6"),
    ("NULL", "X10", "2024-01-04", "7"),
    ("0", "X11", "2024-01-04", "8"),
    (None, "X12", "2024-01-04", "9"),
    ("Ann", "X13", "2024-01-32", "11"),  # no such day
    ("Ann", "X14", "2024-01-05", "ten"),
    ("Ann", "X15", None, "12"),
    ("guest", "X16", "soon", "much"),  # several reasons: the first one counts
    ("O'Hara", " ", "2024-01-06", "1"),  # blank order id: the day is the order
    ("O'Hara", None, "2024-01-06", "1"),
]


@pytest.fixture(params=["frame", "csv"])
def text_orders(request, tmp_path):
    frame = pd.DataFrame(TEXT_LINES, columns=["customer", "order", "date", "amount"], dtype="str")
    if request.param == "frame":
        return frame
    frame.to_csv(tmp_path / "orders.csv", index=False)
    return tmp_path / "orders.csv"


@pytest.mark.slow
def test_text_keys(text_orders):
    with rfmeans.segment(text_orders, segments=2, accept_loss=True) as result:
        assert result.summary.as_of == dt.date(2024, 1, 10)  # after the return of the 9th
        assert customers_of(result) == {
            "Ann": (9, 1, Decimal(8), None),  # 10 - 1; X1; 10 - 2
            "O'Hara": (4, 2, Decimal("8.50"), None),  # 10 - 6; X2, the 6th; 6.50 + 1 + 1
            "ann": (7, 1, Decimal(5), None),  # 10 - 3
        }
        assert set_aside_of(result) == {
            **dict.fromkeys(range(5, 14), "missing customer"),
            14: "unreadable date",
            15: "unreadable amount",
            16: "unreadable date",
            17: "missing customer",
        }
        assert tallies(result.summary.account.lines.set_aside) == {
            "missing customer": (10, Decimal(45)),  # 1 + 2 + ... + 9, and "much" is no money
            "unreadable date": (2, Decimal(23)),  # 11 + 12
            "unreadable amount": (1, Decimal(0)),
        }
        check_account(result, rows=19, money="89.50")  # 8 + 8.50 + 5 + 45 + 23


@pytest.mark.slow
def test_lines_set_aside_keep_the_text_they_came_with(text_orders):
    with rfmeans.segment(text_orders, segments=2, accept_loss=True) as result:
        rows = {_row_number(row): row for row in result.set_aside.to_pyarrow().to_pylist()}
        assert (rows[14]["date"], rows[15]["amount"]) == ("2024-01-32", "ten")
        assert rows[8]["customer"] == "   "


# Quantity times price


def test_quantity_times_price_is_exact():
    frame = pd.DataFrame(
        {
            "customer_id": [1, 1, 2, 3],
            "order_date": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-02", "2024-01-03"]),
            "quantity": [3, -3, 7, 1000],
            "unit_price": [0.1, 0.1, 1.15, 0.001],
        }
    )
    with rfmeans.segment(frame, segments=2) as result:
        assert customers_of(result) == {
            1: (3, 1, Decimal(0), "no net spend"),  # 3 x 0.10 - 3 x 0.10
            2: (2, 1, Decimal("8.05"), None),  # 7 x 1.15, in floats 8.049999999999999
            3: (1, 1, Decimal(1), None),  # 1,000 x 0.001
        }


@pytest.mark.parametrize("missing", [float("nan"), "nan", "None", " ", "<NA>"])
def test_an_order_id_that_is_none_is_a_customer_day(missing):
    """Two lines without an order id on two days are two orders, however the frame writes 'none'."""
    kind = float if isinstance(missing, float) else str
    frame = pl.DataFrame(
        {
            "customer_id": [1, 1, 2, 3],
            "order_id": [missing, missing, kind(1), kind(2)],
            "order_date": [dt.date(2024, 1, day) for day in (1, 5, 3, 4)],
            "amount": [5.0, 6.0, 7.0, 9.0],
        }
    )
    with rfmeans.segment(frame, segments=2) as result:
        first = result.customers.order_by("customer_id").to_pyarrow().to_pylist()[0]
    assert (first["recency"], first["frequency"]) == (1, 2)
