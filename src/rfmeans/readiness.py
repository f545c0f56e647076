"""Figures of an order source -> what is suspicious, and whether it is ready to be segmented. Words and no engine."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rfmeans.formats import clip, counted, money, number, percent
from rfmeans.rhythm import Gap, find_gaps, part_strays, partial_last_month

if TYPE_CHECKING:
    from rfmeans.figures import CustomerFigures, OrderFigures, TestMarks
    from rfmeans.intake import Account
    from rfmeans.rhythm import OrderDays, PartialMonth

READY, WITH_CARE, NOT_ENOUGH = "ready", "usable with care", "not enough"
ENOUGH_CUSTOMERS, ENOUGH_DAYS = 500, 180
LEAST_CUSTOMERS, LEAST_DAYS = 50, 30  # below, the verdict is "not enough"
RECENT_DAYS = 30
ONCE_PERCENT = 80
ID_CUSTOMERS, ID_DAYS = 20, 28  # fewer customers or days do not tell ids of orders from ids of customers
MANY_PERCENT = 20  # of the orders free or below zero; of the lines set aside for one reason
CHOSEN = ("excluded by where", "on or after the as-of date", "before the window", "excluded status")
SHOWN_GAPS = 3


@dataclass(frozen=True)
class Finding:
    """One thing to know before segmenting.

    Attributes
    ----------
    code
        Its name for machines; the names are listed in ``docs/inspect.md``.
    found
        What was found, a sentence.
    advice
        What it means for the segments and what to do.
    weighs
        Whether the verdict counts it.
    figures
        Its numbers, as plain JSON values.
    """

    code: str
    found: str
    advice: str
    weighs: bool = False
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Inspection:
    """What `rfmeans.inspect` returns: plain numbers and words, nothing to close.

    Attributes
    ----------
    source, as_of
        What was read, and the date recency is counted to.
    account
        Lines and customers, used and set aside.
    customers
        Figures of the customers to segment.
    suspicious
        What looks wrong.
    advice
        What the data lack for good segments.
    verdict
        ``"ready"``, ``"usable with care"`` or ``"not enough"``.
    currency_symbol
        Sign that money is shown with.
    """

    source: str
    as_of: dt.date
    account: Account
    customers: CustomerFigures
    suspicious: tuple[Finding, ...]
    advice: tuple[Finding, ...]
    verdict: str
    currency_symbol: str = ""

    @property
    def first_day(self) -> dt.date:
        """Day of the first line used."""
        assert self.account.lines is not None
        assert self.account.lines.first_day is not None
        return self.account.lines.first_day

    @property
    def last_day(self) -> dt.date:
        """Day of the last line used."""
        assert self.account.lines is not None
        assert self.account.lines.last_day is not None
        return self.account.lines.last_day

    @property
    def days(self) -> int:
        """Days from the first to the last, both counted."""
        return (self.last_day - self.first_day).days + 1

    @property
    def share_bought_once(self) -> float | None:
        """Share of the customers to segment with one purchase, 0 to 1; None for no customers."""
        found = self.customers
        return found.bought_once / found.customers if found.customers else None

    @property
    def reasons(self) -> tuple[Finding, ...]:
        """What the verdict rests on."""
        return tuple(finding for finding in (*self.advice, *self.suspicious) if finding.weighs)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON values: money and shares as numbers, dates as ISO text."""
        lines = self.account.lines
        assert lines is not None
        found = self.customers
        aside = sorted(self.account.customers_set_aside.items())
        plain = {
            "source": self.source,
            "verdict": self.verdict,
            "reasons": [finding.code for finding in self.reasons],
            "as_of": self.as_of,
            "first_day": self.first_day,
            "last_day": self.last_day,
            "days": self.days,
            "currency_symbol": self.currency_symbol,
            "lines": {
                "read": asdict(lines.read),
                "used": asdict(lines.used),
                "set_aside": {reason: asdict(tally) for reason, tally in sorted(lines.set_aside.items())},
            },
            "customers": {
                "read": found.customers + sum(tally.rows for _, tally in aside),
                "to_segment": asdict(self.account.clustered),
                "set_aside": {reason: asdict(tally) for reason, tally in aside},
                "bought_once": found.bought_once,
                "share_bought_once": self.share_bought_once,
                "top_shares": [asdict(top) for top in found.top_shares],
            },
            "orders": lines.orders,
            "purchases": lines.purchases,
            "suspicious": [asdict(finding) for finding in self.suspicious],
            "advice": [asdict(finding) for finding in self.advice],
        }
        result: dict[str, Any] = _plain(plain)
        return result

    def __repr__(self) -> str:
        return f"<Inspection of {self.source}: {self.verdict}>"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def judge(
    source: str,
    as_of: dt.date,
    account: Account,
    orders: OrderFigures,
    customers: CustomerFigures,
    marks: tuple[TestMarks, ...],
    symbol: str = "",
) -> Inspection:
    """Bring the figures together, and say what is suspicious and whether they are ready."""
    early, bulk, late = part_strays(orders.days)
    advice = tuple(_advice(as_of, customers, bulk))
    suspicious = (
        *_order_ids(account, bulk),
        *_strays(early, bulk, late),
        *_set_aside(account, symbol),
        *_signs(account, orders),
        *_big_customers(customers, symbol),
        *map(_test_orders, marks),
        *_gaps(find_gaps(bulk)),
        *_partial_month(partial_last_month(bulk)),
    )
    weighing = [finding for finding in (*advice, *suspicious) if finding.weighs]
    too_few = customers.customers < LEAST_CUSTOMERS or _length(bulk) < LEAST_DAYS
    verdict = NOT_ENOUGH if too_few else WITH_CARE if weighing else READY
    return Inspection(source, as_of, account, customers, suspicious, advice, verdict, symbol)


def _length(days: OrderDays) -> int:
    return (days.last - days.first).days + 1


# What the data lack


def _advice(as_of: dt.date, customers: CustomerFigures, bulk: OrderDays) -> list[Finding]:
    count, once = customers.customers, customers.bought_once
    days, silent = _length(bulk), (as_of - bulk.last).days
    found = []
    if count < ENOUGH_CUSTOMERS:
        found.append(_few_customers(count))
    if days < ENOUGH_DAYS:
        found.append(
            Finding(
                "short-period",
                f"The orders cover {counted(days, 'day')}; {ENOUGH_DAYS} or more are better.",
                "Who buys once or twice a year looks new or lost only because the period is short. Export a longer "
                "one, a year or two.",
                weighs=True,
                figures={"days": days, "enough": ENOUGH_DAYS},
            )
        )
    if silent > RECENT_DAYS:
        found.append(
            Finding(
                "no-recent-orders",
                f"The last order is {counted(silent, 'day')} before the as-of date {as_of}; one in the last "
                f"{RECENT_DAYS} days is better.",
                f"Every customer's recency carries these days. Export the newest orders too, or give --as-of "
                f"{bulk.last + dt.timedelta(days=1)}, the day after the last order.",
                weighs=True,
                figures={"days": silent, "most": RECENT_DAYS, "last_order": bulk.last},
            )
        )
    if 100 * once > ONCE_PERCENT * count:
        found.append(
            Finding(
                "mostly-one-purchase",
                f"{percent(once / count)} of the customers bought once; {ONCE_PERCENT} % or fewer are better.",
                "Frequency hardly tells customers apart, and the segments rest on recency and money. Check that the "
                "customer column is the person, such as the e-mail address, and export a longer period.",
                weighs=True,
                figures={"share": once / count, "most": ONCE_PERCENT / 100},
            )
        )
    return found


def _few_customers(count: int) -> Finding:
    if count < LEAST_CUSTOMERS:
        advice = "Segments of so few are chance: look at each customer instead, or export a longer period."
    else:
        advice = (
            "A segment can be a handful, and a few more orders would move its border. Take two or three segments "
            "(--segments 3), and export older orders if there are any."
        )
    have = f"{counted(count, 'customer')} to segment" if count else "No customer can be segmented"
    return Finding(
        "few-customers",
        f"{have}; {ENOUGH_CUSTOMERS} or more are better.",
        advice,
        weighs=True,
        figures={"customers": count, "enough": ENOUGH_CUSTOMERS},
    )


# What looks wrong


def _order_ids(account: Account, bulk: OrderDays) -> list[Finding]:
    assert account.lines is not None
    customers = account.clustered.rows + sum(tally.rows for tally in account.customers_set_aside.values())
    orders = account.lines.orders
    if customers < ID_CUSTOMERS or _length(bulk) < ID_DAYS or 100 * (orders - customers) > customers:
        return []
    return [
        Finding(
            "ids-like-order-ids",
            f"{number(customers)} customers have {number(orders)} orders: one each, as if the customer column held "
            "the ids of orders.",
            "Nobody can come back then, and frequency says nothing. Give the column of the person with --customer, "
            "such as the e-mail address. If every customer did order once, ignore this.",
            weighs=True,
            figures={"customers": customers, "orders": orders},
        )
    ]


def _strays(early: OrderDays, bulk: OrderDays, late: OrderDays) -> list[Finding]:
    found = []
    if len(late):
        found.append(
            Finding(
                "stray-late-days",
                f"{_stray_orders(late)}, long after all others, which end on {bulk.last}.",
                f"Recency is counted to the last of them, so that every other customer looks lost. Give --as-of "
                f"{bulk.last + dt.timedelta(days=1)}, which sets them aside, or mend the dates.",
                weighs=True,
                figures=_stray_figures(late),
            )
        )
    if len(early):
        found.append(
            Finding(
                "stray-early-days",
                f"{_stray_orders(early)}, long before all others, which begin on {bulk.first}.",
                f"Dates like these often stand for a missing one. Give --since {bulk.first}, which sets them aside, or "
                "mend the dates.",
                figures=_stray_figures(early),
            )
        )
    return found


def _stray_orders(days: OrderDays) -> str:
    when = f"on {days.first}" if days.first == days.last else f"from {days.first} to {days.last}"
    orders = int(days.seen.sum())
    return f"{counted(orders, 'order')} {'is' if orders == 1 else 'are'} dated {when}"


def _stray_figures(days: OrderDays) -> dict[str, Any]:
    return {"orders": int(days.seen.sum()), "first_day": days.first, "last_day": days.last}


def _set_aside(account: Account, symbol: str) -> list[Finding]:
    assert account.lines is not None
    read = account.lines.read.rows
    return [
        Finding(
            "many-lines-set-aside",
            f"{percent(tally.rows / read)} of the lines are set aside: {number(tally.rows)} {reason}, worth "
            f"{money(float(tally.money), symbol)}.",
            "They are in no segment. If they should be, look at the column and at the file; set_aside.parquet of "
            "rfmeans segment lists them.",
            figures={"reason": reason, "lines": tally.rows, "share": tally.rows / read, "money": tally.money},
        )
        for reason, tally in sorted(account.lines.set_aside.items())
        if reason not in CHOSEN and 100 * tally.rows > MANY_PERCENT * read
    ]


def _signs(account: Account, orders: OrderFigures) -> list[Finding]:
    assert account.lines is not None
    total = account.lines.orders
    found = []
    if 100 * orders.negative > MANY_PERCENT * total:
        none = "No order is above zero. " if not account.lines.purchases else ""
        found.append(
            Finding(
                "many-negative-orders",
                f"{none}{percent(orders.negative / total)} of the orders are below zero.",
                "They count as returns. If they are sales, the amounts have the wrong sign or the wrong column was "
                "taken: give the right one with --amount.",
                weighs=not account.lines.purchases,
                figures={"orders": orders.negative, "share": orders.negative / total},
            )
        )
    if 100 * orders.free > MANY_PERCENT * total:
        found.append(
            Finding(
                "many-free-orders",
                f"{percent(orders.free / total)} of the orders are worth nothing.",
                "They are no purchases and make nobody recent. If they were paid, the money stands in another column: "
                "give it with --amount.",
                figures={"orders": orders.free, "share": orders.free / total},
            )
        )
    return found


def _big_customers(customers: CustomerFigures, symbol: str) -> list[Finding]:
    return [
        Finding(
            "big-customer",
            f"One customer, {clip(big.customer_id, 40)}, holds {percent(big.share)} of all money "
            f"({money(float(big.money), symbol)}).",
            "A wholesaler, a marketplace or a collective account for walk-in customers? If it is not a person like the "
            "others, leave it out with --where.",
            figures={"customer_id": big.customer_id, "money": big.money, "share": big.share},
        )
        for big in customers.big
    ]


def _test_orders(marks: TestMarks) -> Finding:
    one = {"customers": "customer", "orders": "order", "lines": "line"}[marks.counted]
    more = ", …" if marks.count > len(marks.examples) else ""
    return Finding(
        "test-orders",
        f'{counted(marks.count, one)} with the word "test" in {clip(marks.column, 40)}: '
        f"{', '.join(clip(example, 40) for example in marks.examples)}{more}.",
        "Test orders would be segmented like real ones: look at them, and leave them out with --where. A real name can "
        "hold the word too.",
        figures={"column": marks.column, marks.counted: marks.count, "examples": list(marks.examples)},
    )


def _gaps(gaps: tuple[Gap, ...]) -> list[Finding]:
    if not gaps:
        return []
    listed = "; ".join(f"{gap.first_day} to {gap.last_day} ({gap.days} days)" for gap in gaps[:SHOWN_GAPS])
    if len(gaps) == 1:
        found = f"No order from {listed}, unlike the weeks around."
    else:
        longest = f"; the {SHOWN_GAPS} longest" if len(gaps) > SHOWN_GAPS else ""
        found = f"{len(gaps)} runs of days without orders, unlike the weeks around{longest}: {listed}."
    return [
        Finding(
            "gaps",
            found,
            "Holidays are no harm. If the shop was open, the export has a hole, and who bought then looks less recent "
            "and less frequent: export those days again.",
            figures={"count": len(gaps), "longest": [asdict(gap) for gap in gaps[:SHOWN_GAPS]]},
        )
    ]


def _partial_month(month: PartialMonth | None) -> list[Finding]:
    if month is None:
        return []
    before = (
        "the month before"
        if month.months_before == 1
        else f"the median of the {month.months_before} months before"
    )
    return [
        Finding(
            "partial-last-month",
            f"The last month, {month.month:%Y-%m}, ends on day {month.days_covered} of {month.days}: "
            f"{counted(month.orders, 'order')} against {number(month.usual_orders)}, {before}.",
            "No harm to the segments, since recency is counted to the as-of date. Do not read it as a fall in sales.",
            figures=asdict(month),
        )
    ]
