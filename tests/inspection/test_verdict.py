"""What `inspect` says of a shop: each figure, suspicion and advice worked by hand, present and absent."""

from __future__ import annotations

import datetime as dt
import io
import json
from decimal import Decimal

import ibis
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from typer.testing import CliRunner

import rfmeans
from drawn import examples
from places import DATA
from rfmeans.cli.commands import app
from rfmeans.cli.print_inspection import print_inspection
from rfmeans.inspection.measures import TEST_WORD
from rfmeans.inspection.order_days import OrderDays, find_gaps
from rfmeans.settings import CustomerColumns

FIRST = dt.date(2024, 1, 1)
RUNNER = CliRunner()


def shop(customers: int = 600, days: int = 182, orders_each: int = 2, amount: float = 10) -> pd.DataFrame:
    """A shop that wants nothing: every customer orders so often, and every day of 2024-01-01 to 06-30 has orders."""
    number = np.arange(customers * orders_each)
    return pd.DataFrame(
        {
            "customer": [f"c{i % customers:04d}" for i in number],
            "order": [f"o{i:05d}" for i in number],
            "date": [FIRST + dt.timedelta(days=int(i % days)) for i in number],
            "amount": [float(amount)] * len(number),
        }
    )


def with_orders(orders: pd.DataFrame, *added: tuple[str, str, str, float]) -> pd.DataFrame:
    more = pd.DataFrame(
        [(customer, order, dt.date.fromisoformat(date), amount) for customer, order, date, amount in added],
        columns=["customer", "order", "date", "amount"],
    )
    return pd.concat([orders, more], ignore_index=True)


def codes(findings: tuple) -> list[str]:
    return [finding.code for finding in findings]


def only(findings: tuple, code: str):
    [found] = [finding for finding in findings if finding.code == code]
    return found


def said(inspection: rfmeans.Inspection, width: int) -> str:
    text = io.StringIO()
    print_inspection(inspection, Console(file=text, width=width, highlight=False))
    return text.getvalue()


# Figures


def test_a_shop_that_wants_nothing():
    found = rfmeans.inspect(shop())
    assert (found.verdict, found.advice, found.suspicious) == ("ready", (), ())
    assert (found.first_day, found.last_day, found.days) == (FIRST, dt.date(2024, 6, 30), 182)
    assert found.as_of == dt.date(2024, 7, 1)
    assert (found.account.lines.orders, found.account.lines.purchases) == (1200, 1200)
    assert (found.customers.customers, found.customers.bought_once, found.share_bought_once) == (600, 0, 0.0)


def test_figures_of_ten_customers_by_hand():
    # Customer i spends i in one order, i = 1 … 10: 55 in all. The top 10 % is customer 10, the top 20 % are 10 and 9.
    orders = pd.DataFrame(
        {
            "customer": [f"c{i}" for i in range(1, 11)],
            "order": [f"o{i}" for i in range(1, 11)],
            "date": "2024-01-02",
            "amount": [float(i) for i in range(1, 11)],
        }
    )
    # A second order of customer 1; a customer who only returned; a line that nobody ordered.
    more = pd.DataFrame(
        {
            "customer": ["c1", "c11", None],
            "order": ["o11", "o12", "o13"],
            "date": ["2024-01-03", "2024-01-04", "2024-01-05"],
            "amount": [0.5, -2.0, 7.0],
        }
    )
    found = rfmeans.inspect(pd.concat([orders, more]))
    assert (found.account.lines.read.rows, found.account.lines.used.rows) == (13, 12)
    assert (found.account.lines.orders, found.account.lines.purchases) == (12, 11)
    assert (found.first_day, found.last_day, found.days) == (dt.date(2024, 1, 2), dt.date(2024, 1, 4), 3)
    assert found.account.customers_set_aside["no purchase"].money == Decimal(-2)
    assert (found.customers.customers, found.customers.bought_once, found.share_bought_once) == (10, 9, 0.9)
    assert [(top.percent, top.customers, top.share) for top in found.customers.top_shares] == [
        (1, 0, None),  # a tenth of a customer
        (5, 0, None),
        (10, 1, pytest.approx(10 / 55.5)),
        (20, 2, pytest.approx(19 / 55.5)),
    ]


def test_no_customer_to_segment_is_no_error():
    found = rfmeans.inspect(shop(amount=-10))
    assert (found.verdict, found.share_bought_once, found.customers.big) == ("not enough", None, ())
    assert {top.share for top in found.customers.top_shares} == {None}
    assert (
        only(found.advice, "few-customers").found == "No customer can be segmented; 500 or more are better."
    )
    negative = only(found.suspicious, "many-negative-orders")
    assert negative.weighs
    assert negative.found == "No order is above zero. 100 % of the orders are below zero."


# Advice, each at its limit


@pytest.mark.parametrize(("customers", "verdict"), [(499, "usable with care"), (500, "ready")])
def test_few_customers(customers, verdict):
    found = rfmeans.inspect(shop(customers))
    assert found.verdict == verdict
    assert codes(found.advice) == (["few-customers"] if customers < 500 else [])


@pytest.mark.parametrize(("customers", "verdict"), [(49, "not enough"), (50, "usable with care")])
def test_too_few_customers(customers, verdict):
    found = rfmeans.inspect(shop(customers, orders_each=20))
    assert found.verdict == verdict
    assert codes(found.reasons) == ["few-customers"]


@pytest.mark.parametrize(("days", "verdict"), [(29, "not enough"), (179, "usable with care"), (180, "ready")])
def test_short_period(days, verdict):
    found = rfmeans.inspect(shop(days=days))
    assert found.verdict == verdict
    assert codes(found.advice) == ([] if days >= 180 else ["short-period"])


@pytest.mark.parametrize(("as_of", "advice"), [("2024-07-30", []), ("2024-07-31", ["no-recent-orders"])])
def test_no_recent_orders(as_of, advice):
    # 30 June is 30 days before 30 July, 31 before 31 July.
    found = rfmeans.inspect(shop(), as_of=as_of)
    assert codes(found.advice) == advice
    if advice:
        assert found.advice[0].found.startswith("The last order is 31 days before the as-of date 2024-07-31;")
        assert "as_of='2024-07-01'" in found.advice[0].advice
        assert found.verdict == "usable with care"


@pytest.mark.parametrize(("twice", "advice"), [(120, []), (119, ["mostly-one-purchase"])])
def test_mostly_one_purchase(twice, advice):
    # Of 600 customers 480 bought once: 80 %, which is allowed; 481 is more.
    orders = with_orders(
        shop(orders_each=1), *((f"c{i:04d}", f"x{i}", "2024-06-30", 10.0) for i in range(twice))
    )
    found = rfmeans.inspect(orders)
    assert found.share_bought_once == pytest.approx((600 - twice) / 600)
    assert codes(found.advice) == advice


# Suspicious things, present and absent


@pytest.mark.parametrize(("spent", "big"), [(1333.33, []), (1333.34, ["c-big"])])
def test_one_customer_with_more_than_a_tenth_of_the_money(spent, big):
    # The others hold 1,200 x 10 = 12,000, nine tenths of 13,333.33…
    found = rfmeans.inspect(with_orders(shop(), ("c-big", "b1", "2024-03-01", spent)))
    assert [customer.customer_id for customer in found.customers.big] == big
    assert codes(found.suspicious) == ["big-customer"] * len(big)
    assert found.verdict == "ready"


def test_nobody_is_big_among_equals():
    found = rfmeans.inspect(shop(customers=5, orders_each=40))
    assert found.customers.big == ()  # each holds a fifth


TESTS = """
    test; Test; TEST-001; test1; test_user; anna test; test@shop.com; shop+test@mail.com; a.test@mail.com;
    anna@test.com; anna@example.org
"""
NO_TESTS = """
    contest; latest@mail.com; Testa; protest; Großtest; info@warentest.de; a@test-kitchen.com; tester; attest; Teste;
    anna@mail.test.com
"""


@pytest.mark.parametrize(("texts", "marked"), [(TESTS, True), (NO_TESTS, False)])
def test_words_that_mark_a_test(texts, marked):
    words = [text.strip() for text in texts.split(";")]
    column = ibis.memtable({"text": words}).text.lower().re_search(TEST_WORD)
    assert dict(zip(words, column.to_pyarrow().to_pylist(), strict=True)) == dict.fromkeys(words, marked)


def test_test_orders_by_their_customer():
    found = rfmeans.inspect(with_orders(shop(), ("Test user", "t1", "2024-03-01", 10.0)))
    marks = only(found.suspicious, "test-orders")
    assert marks.figures == {"column": "customer", "customers": 1, "examples": ["Test user"]}
    assert marks.found == '1 customer with the word "test" in customer: Test user.'
    assert found.verdict == "ready"


def test_test_orders_by_their_id():
    added = [("c0001", f"TEST-{i}", "2024-03-01", 1.0) for i in range(4)]
    marks = only(rfmeans.inspect(with_orders(shop(), *added)).suspicious, "test-orders")
    assert marks.figures == {"column": "order", "orders": 4, "examples": ["TEST-0", "TEST-1", "TEST-2"]}
    assert marks.found == '4 orders with the word "test" in order: TEST-0, TEST-1, TEST-2, ….'


def test_test_orders_by_an_e_mail_address_beside_the_customer():
    orders = shop().assign(**{"E-mail": lambda lines: lines["customer"] + "@mail.com"})
    orders.loc[:2, "E-mail"] = ["qa@test.com", "test@shop.com", "test@shop.com"]
    marks = only(rfmeans.inspect(orders).suspicious, "test-orders")
    assert marks.figures == {"column": "E-mail", "lines": 3, "examples": ["qa@test.com", "test@shop.com"]}


def test_test_orders_that_are_set_aside_are_no_matter():
    orders = shop().assign(email="anna@mail.com")
    orders.loc[:1, "email"] = ["test@shop.com", "test@mail.com"]
    found = rfmeans.inspect(orders, where="email <> 'test@shop.com'")
    assert only(found.suspicious, "test-orders").figures["examples"] == ["test@mail.com"]
    assert rfmeans.inspect(orders, where="email not like 'test%'").suspicious == ()


def test_a_word_in_other_columns_marks_nothing():
    assert rfmeans.inspect(shop().assign(description="TEST001 this is a test product")).suspicious == ()


def test_ids_that_all_hold_the_word_are_the_shop_s_way():
    assert rfmeans.inspect(shop().assign(order=lambda lines: "test-" + lines["order"])).suspicious == ()


def test_ids_of_orders_in_the_customer_column():
    found = rfmeans.inspect(shop(orders_each=1))
    ids = only(found.suspicious, "ids-like-order-ids")
    assert (ids.weighs, ids.figures) == (True, {"customers": 600, "orders": 600})
    assert found.verdict == "usable with care"
    assert codes(found.reasons) == ["mostly-one-purchase", "ids-like-order-ids"]


@pytest.mark.parametrize(("twice", "suspected"), [(6, True), (7, False)])
def test_ids_of_orders_with_a_few_that_come_twice(twice, suspected):
    # One in a hundred of 600 may, such as an order that ran past midnight.
    added = ((f"c{i:04d}", f"x{i}", "2024-06-30", 10.0) for i in range(twice))
    found = rfmeans.inspect(with_orders(shop(orders_each=1), *added))
    assert ("ids-like-order-ids" in codes(found.suspicious)) == suspected


def test_one_order_each_in_a_week_is_no_sign():
    assert "ids-like-order-ids" not in codes(rfmeans.inspect(shop(orders_each=1, days=7)).suspicious)


def test_nineteen_customers_are_no_sign():
    orders = shop(customers=19, orders_each=1, days=19).assign(
        date=lambda lines: [FIRST + dt.timedelta(days=9 * i) for i in range(len(lines))]
    )
    assert "ids-like-order-ids" not in codes(rfmeans.inspect(orders).suspicious)


# Gaps


def without(first: str, last: str, orders: pd.DataFrame | None = None) -> pd.DataFrame:
    orders = shop(orders_each=4) if orders is None else orders
    return orders[~orders["date"].between(dt.date.fromisoformat(first), dt.date.fromisoformat(last))]


def test_a_gap():
    found = only(rfmeans.inspect(without("2024-03-10", "2024-03-16")).suspicious, "gaps")
    assert found.found == "No order from 2024-03-10 to 2024-03-16 (7 days), unlike the weeks around."
    assert found.figures == {
        "count": 1,
        "longest": [
            {"first_day": dt.date(2024, 3, 10), "last_day": dt.date(2024, 3, 16), "days": 7},
        ],
    }


def test_the_longest_gaps_come_first():
    orders = shop(orders_each=4)
    for month, last in ((2, 5), (3, 9), (4, 6), (5, 6)):
        orders = without(f"2024-0{month}-01", f"2024-0{month}-0{last}", orders)
    assert only(rfmeans.inspect(orders).suspicious, "gaps").found == (
        "4 runs of days without orders, unlike the weeks around; the 3 longest: 2024-03-01 to 2024-03-09 (9 days); "
        "2024-04-01 to 2024-04-06 (6 days); 2024-05-01 to 2024-05-06 (6 days)."
    )


@pytest.mark.parametrize(("last", "gap"), [("2024-03-11", False), ("2024-03-12", True)])
def test_two_days_are_no_gap_and_three_are_where_every_day_has_orders(last, gap):
    # 13 weekdays either side were all open: chance (1/2 / 27)^3 = 6e-6, below 1e-5.
    assert ("gaps" in codes(rfmeans.inspect(without("2024-03-10", last)).suspicious)) == gap


@pytest.mark.parametrize("closed", [{6}, {5, 6}, {4, 5, 6}, {0, 1, 2, 3, 4, 6}])
def test_a_shop_closed_on_some_weekdays_has_no_gap(closed):
    orders = shop(orders_each=4)
    orders = orders[[day.weekday() not in closed for day in orders["date"]]]
    assert "gaps" not in codes(rfmeans.inspect(orders).suspicious)


@pytest.mark.parametrize("every", [3, 10, 30])
def test_a_shop_with_few_orders_has_no_gap(every):
    generator = np.random.default_rng(5)
    days = np.cumsum(generator.geometric(1 / every, size=2000 // every))
    orders = shop(customers=len(days) // 2, orders_each=2)[: len(days)]
    orders["date"] = [FIRST + dt.timedelta(days=int(day)) for day in days[: len(orders)]]
    assert "gaps" not in codes(rfmeans.inspect(orders).suspicious)


@pytest.mark.parametrize(("around", "gap"), [(4, False), (5, True)])
def test_a_rhythm_needs_ten_days_with_orders(around, gap):
    days = np.array([*range(around), *range(around + 60, around + 60 + around)])
    assert bool(find_gaps(OrderDays(days, np.ones_like(days), np.ones_like(days)))) == gap


# Days far from all others


def test_a_lone_order_years_after_the_rest():
    found = rfmeans.inspect(with_orders(shop(), ("c0001", "z", "2042-05-06", 10.0)))
    stray = only(found.suspicious, "stray-late-days")
    assert stray.found == ("1 order is dated on 2042-05-06, long after all others, which end on 2024-06-30.")
    assert "as_of='2024-07-01'" in stray.advice
    assert (stray.weighs, stray.figures["orders"], found.verdict) == (True, 1, "usable with care")
    assert codes(found.reasons) == [
        "stray-late-days"
    ]  # the last order is the stray: nothing is said of 30 days
    assert codes(found.suspicious) == ["stray-late-days"]  # and no gap of eighteen years beside it
    mended = rfmeans.inspect(with_orders(shop(), ("c0001", "z", "2042-05-06", 10.0)), as_of="2024-07-01")
    assert (mended.verdict, mended.suspicious) == ("ready", ())


def test_a_late_line_of_an_old_order_is_found_too():
    found = rfmeans.inspect(with_orders(shop(), ("c0000", "o00000", "2042-05-06", 10.0)))
    assert only(found.suspicious, "stray-late-days").figures["orders"] == 1


def test_lone_orders_long_before_the_rest():
    added = [("c0001", "z1", "1900-01-01", 10.0), ("c0002", "z2", "1970-01-01", 10.0)]
    found = rfmeans.inspect(with_orders(shop(), *added))
    stray = only(found.suspicious, "stray-early-days")
    assert stray.found == (
        "2 orders are dated from 1900-01-01 to 1970-01-01, long before all others, which begin on 2024-01-01."
    )
    assert "since='2024-01-01'" in stray.advice
    assert (found.verdict, codes(found.suspicious)) == ("ready", ["stray-early-days"])
    assert rfmeans.inspect(with_orders(shop(), *added), since="2024-01-01").suspicious == ()


def test_an_early_stray_does_not_make_the_period_long():
    found = rfmeans.inspect(with_orders(shop(days=100), ("c0001", "z", "1970-01-01", 10.0)))
    assert only(found.advice, "short-period").figures["days"] == 100


@pytest.mark.parametrize(("strays", "called_so"), [(12, True), (13, False)])
def test_one_order_in_a_hundred_can_be_stray(strays, called_so):
    # 12 of 1,212 are 0.99 %, rounded down to whole orders 12; 13 of 1,213 are more than 12.
    added = ((f"c{i:04d}", f"z{i}", "2027-06-30", 10.0) for i in range(strays))
    found = rfmeans.inspect(with_orders(shop(), *added))
    assert ("stray-late-days" in codes(found.suspicious)) == called_so
    assert ("gaps" in codes(found.suspicious)) != called_so


def test_a_shop_with_an_order_every_other_year_has_no_stray():
    orders = shop(customers=25, orders_each=1)
    orders["date"] = [dt.date(1950 + 2 * i, 5, 1) for i in range(25)]
    assert codes(rfmeans.inspect(orders).suspicious) == ["ids-like-order-ids"]


# The last month


def test_a_partial_last_month():
    # 600 x 4 orders over 175 days: 13 or 14 a day, the last one on 23 June.
    found = only(rfmeans.inspect(shop(orders_each=4, days=175)).suspicious, "partial-last-month")
    # May has 31 days, the days of the year 121 to 151 in the usual counting; 2,400 = 13 x 175 + 125, so days 0 to 124
    # have 14 orders: days 121 to 124 of May give 4 x 14, the other 27 give 13 each: 407. February to April give
    # 29, 31 and 30 days of 14: 406, 434, 420. The median of the four is 413.5. June: 23 x 13 = 299.
    assert found.figures == {
        "month": dt.date(2024, 6, 1),
        "days_covered": 23,
        "days": 30,
        "orders": 299,
        "usual_orders": 413.5,
        "months_before": 4,
    }
    assert found.found == (
        "The last month, 2024-06, ends on day 23 of 30: 299 orders against 414, the median of the 4 months before."
    )
    assert not found.weighs


@pytest.mark.parametrize("days", [182, 180])
def test_a_last_month_that_is_whole_or_nearly_so(days):
    assert rfmeans.inspect(shop(orders_each=4, days=days)).suspicious == ()


def test_the_only_month_is_not_compared():
    assert "partial-last-month" not in codes(rfmeans.inspect(shop(days=20)).suspicious)


# Amounts and lines


@pytest.mark.parametrize(("free", "said_so"), [(240, False), (241, True)])
def test_free_orders(free, said_so):
    orders = shop()  # 20 % of 1,200 orders are 240
    orders.loc[: free - 1, "amount"] = 0
    found = rfmeans.inspect(orders)
    assert ("many-free-orders" in codes(found.suspicious)) == said_so


@pytest.mark.parametrize(("returns", "said_so"), [(240, False), (241, True)])
def test_negative_orders(returns, said_so):
    orders = shop()
    orders.loc[: returns - 1, "amount"] = -1
    assert ("many-negative-orders" in codes(rfmeans.inspect(orders).suspicious)) == said_so


@pytest.mark.parametrize(("missing", "said_so"), [(240, False), (241, True)])
def test_lines_set_aside(missing, said_so):
    orders = shop(customers=1200, orders_each=1).assign(customer=[f"c{i % 600}" for i in range(1200)])
    orders.loc[: missing - 1, "customer"] = None
    found = rfmeans.inspect(orders)
    assert ("many-lines-set-aside" in codes(found.suspicious)) == said_so


def test_lines_that_were_left_out_on_purpose_are_not_suspicious():
    assert "many-lines-set-aside" not in codes(rfmeans.inspect(shop(), where="customer > 'c0300'").suspicious)


def test_lines_of_another_currency_and_dropped_duplicates_are_left_out_on_purpose():
    orders = shop().assign(currency=["GBP", "USD"] * 600)
    twice = pd.concat([orders, orders])
    found = rfmeans.inspect(twice, currency="GBP", drop_duplicates=True)
    assert {reason: tally.rows for reason, tally in found.account.lines.set_aside.items()} == {
        "duplicate line": 1200,
        "other currency": 600,
    }
    assert not {"many-lines-set-aside", "repeated-lines"} & set(codes(found.suspicious))


def test_lines_that_repeat_another_are_worth_a_look():
    orders = shop()
    found = only(rfmeans.inspect(pd.concat([orders, orders.head(3)])).suspicious, "repeated-lines")
    assert found.found == "3 lines repeat an earlier line in every column."
    assert (found.weighs, found.figures) == (False, {"lines": 3, "about": False})
    found = only(rfmeans.inspect(pd.concat([orders, orders.head(1)])).suspicious, "repeated-lines")
    assert found.found == "1 line repeats an earlier line in every column."
    assert "repeated-lines" not in codes(rfmeans.inspect(orders).suspicious)


def test_files_that_overlap_weigh_on_the_verdict(tmp_path):
    orders = shop()
    orders.head(700).to_csv(tmp_path / "first.csv", index=False)
    orders.tail(502).to_csv(tmp_path / "second.csv", index=False)  # 700 + 502 - 1200 = 2 orders in both
    inspection = rfmeans.inspect(str(tmp_path / "*.csv"))
    found = only(inspection.suspicious, "overlapping-files")
    assert found.found == "The files overlap: 2 orders stand in more than one of 2 files."
    assert found.figures == {"orders": 2, "files": 2, "about": False}
    assert only(inspection.suspicious, "repeated-lines").figures["lines"] == 2
    assert "overlapping-files" in inspection.to_dict()["reasons"]
    dropped = rfmeans.inspect(str(tmp_path / "*.csv"), drop_duplicates=True)
    assert "overlapping-files" not in codes(dropped.suspicious)


# However it is told


@examples(5)
@given(seed=st.integers(0, 2**32 - 1))
def test_order_of_rows_does_not_matter(seed):
    orders = with_orders(
        without("2024-03-10", "2024-03-20"),
        ("test", "t", "1970-01-01", 1.0),
        ("c-big", "b", "2024-05-05", 9999.0),
    )
    shuffled = orders.sample(frac=1, random_state=seed)
    assert rfmeans.inspect(shuffled) == rfmeans.inspect(orders)


def test_every_kind_of_source_gives_the_same(tmp_path):
    orders = with_orders(shop(), ("test", "t", "2042-01-01", 1.0))
    orders.to_csv(tmp_path / "orders.csv", index=False)
    orders.to_parquet(tmp_path / "orders.parquet")
    expected = rfmeans.inspect(orders).to_dict()
    del expected["source"], expected["understood"]
    for source in (
        tmp_path / "orders.csv",
        str(tmp_path / "orders.parquet"),
        pl.from_pandas(orders),
        ibis.memtable(orders),
    ):
        found = rfmeans.inspect(source).to_dict()
        del found["source"]
        assert found.pop("understood").startswith(
            "Orders: customer = customer, order = order, date = date, amount = amount"
        )
        assert found == expected


def test_a_table_of_customers_is_refused_with_the_way_out():
    with pytest.raises(
        rfmeans.SettingsError, match="inspect reads order lines; a table with one row per customer"
    ):
        rfmeans.inspect(shop(), columns=CustomerColumns())


def test_what_cannot_be_read_gives_the_usual_message():
    with pytest.raises(rfmeans.SourceError, match="No such file"):
        rfmeans.inspect("nope.csv")
    with pytest.raises(rfmeans.SourceError, match="No value of 'date' can be read as a date"):
        rfmeans.inspect(shop().assign(date="soon"))


def test_an_inspection_is_plain_and_frozen():
    found = rfmeans.inspect(shop())
    with pytest.raises(AttributeError):
        found.verdict = "ready"
    assert repr(found) == "<Inspection of pandas table: ready>"


# The command


@pytest.fixture(scope="module")
def orders_csv(tmp_path_factory):
    path = tmp_path_factory.mktemp("shop") / "orders.csv"
    with_orders(shop(customers=300, days=100), ("test", "t", "2024-03-01", 1.0)).to_csv(path, index=False)
    return path


def test_the_command_prints_account_figures_and_verdict(orders_csv):
    done = RUNNER.invoke(app, ["inspect", str(orders_csv)])
    assert (done.exit_code, done.stderr.count("\n")) == (0, 1)
    assert done.stderr.startswith("Read as Orders: customer = customer, ")
    words = " ".join(done.stdout.split())
    for part in (
        "Lines read 601 100 % 6,001",
        "to segment 301 100 % 6,001",
        "Period 2024-01-01 to 2024-04-09 (100 days), as of 2024-04-10",
        "Orders 601, all of them purchases (worth more than 0)",
        "Bought once < 1 % (1 of 301 customers)",
        "Share of money the top 1 % of customers (3) hold 1 %",
        '1 customer with the word "test" in customer: test.',
        "301 customers to segment; 500 or more are better.",
        "The orders cover 100 days; 180 or more are better.",
        "Verdict: usable with care, for the 2 reasons said above.",
    ):
        assert part in words
    assert list(orders_csv.parent.iterdir()) == [orders_csv]  # nothing is written


@pytest.mark.parametrize("width", [80, 110])
def test_no_line_is_wider_than_the_terminal(width, orders_csv):
    text = said(rfmeans.inspect(orders_csv), width)
    assert max(len(line.rstrip()) for line in text.splitlines()) <= width


def test_markup_in_the_data_stays_text():
    found = rfmeans.inspect(with_orders(shop(), ("[red]test[/red]", "t", "2024-03-01", 1.0)))
    assert "[red]test[/red]" in said(found, 110)


def test_json_for_machines(orders_csv):
    done = RUNNER.invoke(app, ["inspect", str(orders_csv), "--json"])
    found = json.loads(done.stdout)
    assert done.exit_code == 0
    assert "Verdict" in done.stderr
    assert list(found) == [
        *(
            "source",
            "understood",
            "verdict",
            "reasons",
            "as_of",
            "first_day",
            "last_day",
            "days",
            "currency_symbol",
            "lines",
            "statuses",
        ),
        *("customers", "orders", "purchases", "suspicious", "advice"),
    ]
    assert found["lines"]["used"] == {"rows": 601, "money": 6001.0}
    assert (found["first_day"], found["days"], found["as_of"]) == ("2024-01-01", 100, "2024-04-10")
    assert found["customers"]["top_shares"][3] == {
        "percent": 20,
        "customers": 60,
        "share": pytest.approx(1200 / 6001),
    }
    assert found["reasons"] == ["few-customers", "short-period"]
    assert sorted(found["advice"][0]) == ["advice", "code", "figures", "found", "weighs"]


def test_quiet_prints_nothing(orders_csv):
    done = RUNNER.invoke(app, ["inspect", str(orders_csv), "--quiet"])
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")


# UCI Online Retail, counted with pandas


@pytest.fixture(scope="module")
def retail():
    path = DATA / "online_retail.parquet"
    if not path.exists():
        pytest.skip(f"the real data are not here: no file {path}")
    return rfmeans.inspect(path)


def test_online_retail_figures(retail):
    lines = pd.read_parquet(DATA / "online_retail.parquet").dropna(subset="CustomerID")
    lines["pence"] = (lines["Quantity"] * lines["UnitPrice"] * 1000).round().astype("int64")
    orders = lines.groupby(["CustomerID", "InvoiceNo"])["pence"].sum().reset_index()
    purchases = orders[orders["pence"] > 0].groupby("CustomerID").size()
    money = orders.groupby("CustomerID")["pence"].sum()
    money = money[(money > 0) & money.index.isin(purchases.index)].sort_values(ascending=False)
    assert retail.customers.customers == len(money) == 4317
    assert retail.customers.bought_once == (purchases[money.index] == 1).sum()
    for top in retail.customers.top_shares:
        assert top.customers == len(money) * top.percent // 100
        assert top.share == pytest.approx(money.head(top.customers).sum() / money.sum(), abs=1e-12)


def test_online_retail_is_ready_and_each_suspicion_is_true(retail):
    assert (retail.verdict, retail.advice, retail.days) == ("ready", (), 374)
    assert codes(retail.suspicious) == [
        "many-lines-set-aside",
        "repeated-lines",
        "gaps",
        "partial-last-month",
    ]
    assert "135,080 missing customer" in retail.suspicious[0].found
    assert retail.suspicious[1].figures == {"lines": 5268, "about": False}
    assert retail.suspicious[2].found == (
        "No order from 2010-12-24 to 2011-01-03 (11 days), unlike the weeks around."
    )
    assert retail.suspicious[3].figures["days_covered"] == 9


def test_the_rfm_package_s_sample_has_an_order_in_2001_and_all_others_from_2004():
    path = DATA / "rfm_r_orders.csv"
    if not path.exists():
        pytest.skip(f"the real data are not here: no file {path}")
    found = rfmeans.inspect(path)
    assert only(found.suspicious, "stray-early-days").figures == {
        "orders": 1,
        "first_day": dt.date(2001, 10, 29),
        "last_day": dt.date(2001, 10, 29),
    }
