"""Intake -> the figures that `inspect` shows: one row or a handful per question come back from the engine."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np

from rfmeans.columns.layout_files import KINDS
from rfmeans.inspection.order_days import EPOCH, OrderDays
from rfmeans.orders.reasons import USED
from rfmeans.orders.remarks import EXACT_LINES
from rfmeans.segments.profile import RECENCY, TENURE, purchases_of
from rfmeans.segments.rhythm import measure_rhythm
from rfmeans.segments.spread import TOP_PERCENTS, TopShare, measure_tops

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from rfmeans.orders.intake import Intake
    from rfmeans.segments.rhythm import Rhythm

BIG_PERCENT = 10  # of all money; one customer with more is shown
EQUAL_SHARES = 2  # and with more than so many equal shares: of five customers each may well hold a fifth
MOST_EXAMPLES = 3
# The word "test" with no letter before or after it, before the @ of an address; and the domains kept for tests.
TEST_WORD = r"^([^@]*[^@a-zß-ɏ])?test([^a-zß-ɏ]|$)|@test\.|@example\.(com|org|net)$"
# Columns that say who ordered, beside the customer's own. Letters and digits of the name only count.
NAMING_COLUMNS = frozenset(
    {
        *("email", "emailaddress", "mail", "customeremail", "buyeremail", "contactemail", "billingemail"),
        *("name", "customername", "fullname", "buyername", "billingname", "shippingname", "company"),
        *("firstname", "lastname", "customer", "buyer", "client"),
    }
)


@dataclass(frozen=True)
class BigCustomer:
    """A customer with more than a tenth of all money: id, net money, share of the money (0 to 1)."""

    customer_id: str
    money: Decimal
    share: float


@dataclass(frozen=True)
class TestMarks:
    """Values of one column that hold the word "test".

    Attributes
    ----------
    column
        The column's name.
    counted
        What is counted: ``"customers"``, ``"orders"`` or ``"lines"``.
    count, of
        How many have the word, of how many.
    examples
        A few of the values, in the order of text.
    """

    __test__ = False  # no class of tests, whatever pytest makes of its name

    column: str
    counted: str
    count: int
    of: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class CustomerFigures:
    """Figures of the customers to segment.

    Attributes
    ----------
    customers
        How many.
    bought_once
        Those with one purchase.
    top_shares
        What the top 1, 5, 10, 20 and 50 % hold.
    big
        The customers with more than a tenth of the money, the biggest first.
    rhythm
        The shop's rhythm; None without customers.
    window
        Days in which the money of the shares was spent; None: all history.
    """

    customers: int
    bought_once: int
    top_shares: tuple[TopShare, ...]
    big: tuple[BigCustomer, ...]
    rhythm: Rhythm | None = None
    window: int | None = None


def measure_days(orders: ir.Table) -> OrderDays:
    """Return the days with orders, from the rows of `total_orders`: a row per day comes back."""
    used = orders.filter(orders.reason == USED)
    later = used.filter(used.first_day != used.last_day)
    days = used.select(day=used.first_day, dated=ibis.literal(1, "int64")).union(
        later.select(day=later.last_day, dated=ibis.literal(0, "int64"))
    )
    counts = days.group_by("day").agg(orders=days.dated.sum(), seen=days.count())
    found = counts.order_by("day").to_pyarrow()
    day = np.array(found["day"].to_pylist(), dtype="datetime64[D]").astype(np.int64)
    numbers = (
        np.array([value or 0 for value in found[name].to_pylist()], dtype=np.int64)
        for name in ("orders", "seen")
    )
    return OrderDays(day, *numbers)


def measure_ends(intake: Intake) -> OrderDays:
    """Return the days on which customers to segment bought first or last: what tells stray days without the orders.

    A row per day comes back. The first line used stands among them, for it need not be a purchase.
    """
    lines, until = intake.account.lines, intake.as_of
    assert lines is not None
    assert lines.first_day is not None
    assert until is not None
    customers = intake.customers.filter(intake.customers.reason.isnull())
    more = customers.filter(customers[TENURE] != customers[RECENCY])
    ends = customers.select(ago=customers[TENURE]).union(more.select(ago=more[RECENCY]))
    rows = ends.group_by("ago").agg(seen=ends.count()).to_pyarrow().to_pylist()
    seen = {until.toordinal() - EPOCH - int(row["ago"]): int(row["seen"]) for row in rows}
    seen.setdefault(lines.first_day.toordinal() - EPOCH, 1)
    days = sorted(seen)
    counts = np.array([seen[day] for day in days], dtype=np.int64)
    return OrderDays(np.array(days, dtype=np.int64), counts, counts)


def measure_customers(intake: Intake) -> CustomerFigures:
    """Return the figures of the customers to segment: one row comes back, and the biggest customers."""
    count = intake.account.clustered.rows
    customers = intake.customers.filter(intake.customers.reason.isnull())
    if not count:
        return CustomerFigures(0, 0, tuple(TopShare(percent, 0, None) for percent in TOP_PERCENTS), ())
    return CustomerFigures(
        customers=count,
        bought_once=int(_row(customers.agg(once=(purchases_of(customers) == 1).sum()))["once"]),
        top_shares=measure_tops(customers),
        big=find_big(intake),
        rhythm=measure_rhythm(customers),
        window=intake.window,
    )


def find_big(intake: Intake) -> tuple[BigCustomer, ...]:
    """Return the customers who hold more than a tenth of the money, the biggest first."""
    count, money = intake.account.clustered.rows, intake.account.clustered.money
    customers = intake.customers.filter(intake.customers.reason.isnull())
    # Nobody's money leaves the engine but that of those who can be big: to whole units, as it is exact below.
    least = ibis.literal(Decimal(int(money * BIG_PERCENT / 100)), customers.monetary.type())
    able = customers.filter(customers.monetary >= least)
    most = able.order_by(able.monetary.desc(), "customer_id").limit(100 // BIG_PERCENT)
    rows = most.select("customer_id", "monetary").to_pyarrow().to_pylist()
    return tuple(
        BigCustomer(str(row["customer_id"]), row["monetary"], float(row["monetary"] / money))
        for row in rows
        if 100 * row["monetary"] > BIG_PERCENT * money and count * row["monetary"] > EQUAL_SHARES * money
    )


def find_test_marks(intake: Intake, *, quick: bool = False) -> tuple[TestMarks, ...]:
    """Return where customers and orders are marked as tests, one entry per column.

    Looked through are the customer's and the order's id, and columns named like an e-mail address or a name. A word
    that more than half of the values hold is the way ids are made, and no mark. ``quick``: without a further pass over
    all lines where these are many.
    """
    account = intake.account
    assert account.lines is not None
    assert intake.orders is not None
    roles = intake.columns
    used = intake.orders.filter(intake.orders.reason == USED)
    everyone = account.clustered.rows + sum(tally.rows for tally in account.customers_set_aside.values())
    beside = [
        name
        for name in intake.source.table.columns
        if _names_someone(intake.source.table[name]) and name not in vars(roles).values()
    ]
    many = quick and account.lines.read.rows > EXACT_LINES
    looked = [_marks(_own_keys(intake.customers.customer_id), str(roles.customer), "customers", everyone)]
    if account.lines.hints.tested:
        looked.append(
            _marks(used.order_id, str(getattr(roles, "order", None)), "orders", account.lines.orders)
        )
    if not many:
        looked += [_marked_lines(intake, name, account.lines.used.rows) for name in beside]
    return tuple(marks for marks in looked if marks is not None and 0 < 2 * marks.count <= marks.of)


def _own_keys(customers: ir.Column) -> ir.Column:
    """Leave out the keys of a fallback, whose column is looked through by itself."""
    if not isinstance(customers, ibis.expr.types.StringColumn):
        return customers
    fallback = ibis.or_(*(customers.startswith(f"{kind}:") for kind in KINDS))
    return ibis.ifelse(fallback, ibis.null("string"), customers).name("customer_id")


def _names_someone(column: ir.Column) -> bool:
    plain = "".join(letter for letter in column.get_name().casefold() if letter.isalnum())
    return isinstance(column, ibis.expr.types.StringColumn) and plain in NAMING_COLUMNS


def _marked(column: ir.Column) -> ir.Table:
    """Return each value that holds the word, with its number of rows."""
    values = column.as_table().rename(value=column.get_name())
    marked = values.filter(values.value.lower().re_search(TEST_WORD))
    counted: ir.Table = marked.group_by("value").agg(rows=marked.count())
    return counted


def _marks(column: ir.Column, name: str, counted: str, of: int) -> TestMarks | None:
    if not isinstance(column, ibis.expr.types.StringColumn):
        return None
    return _counted(_marked(column), name, counted, of)


def _marked_lines(intake: Intake, name: str, of: int) -> TestMarks:
    """Count in the source first, and take off the lines set aside only where there is something to take off."""
    marked = _marked(intake.source.table[name])
    found = _counted(marked, name, "lines", of)
    if not found.count or intake.set_aside is None:
        return found
    unused = _marked(intake.set_aside[name]).rename(value_aside="value", rows_aside="rows")
    both = marked.left_join(unused, marked.value == unused.value_aside)
    left = both.select(value=both.value, rows=both.rows - both.rows_aside.fill_null(0))
    return _counted(left.filter(left.rows > 0), name, "lines", of)


def _counted(marked: ir.Table, name: str, counted: str, of: int) -> TestMarks:
    total = _row(marked.agg(rows=marked.rows.sum()))["rows"]
    examples = marked.order_by("value").limit(MOST_EXAMPLES).to_pyarrow().to_pylist() if total else []
    return TestMarks(name, counted, int(total or 0), of, tuple(str(row["value"]) for row in examples))


def _row(aggregate: ir.Table) -> dict[str, Any]:
    row: dict[str, Any] = aggregate.to_pyarrow().to_pylist()[0]
    return row
