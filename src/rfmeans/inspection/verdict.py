"""Figures of an order source -> whether it is ready to be segmented, with advice: what `inspect` returns."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import argument, with_options
from rfmeans.inspection.order_days import part_strays
from rfmeans.inspection.suspicions import Finding, find_suspicions
from rfmeans.wording import counted, percent

if TYPE_CHECKING:
    from rfmeans.inspection.measures import CustomerFigures, TestMarks
    from rfmeans.inspection.order_days import OrderDays
    from rfmeans.orders.account import LineAccount
    from rfmeans.orders.intake import Account

READY, WITH_CARE, NOT_ENOUGH = "ready", "usable with care", "not enough"
ENOUGH_CUSTOMERS, ENOUGH_DAYS = 500, 180
LEAST_CUSTOMERS, LEAST_DAYS = 50, 30  # below, the verdict is "not enough"
SHORT_PERIOD = "Who buys once or twice a year looks new or lost only because the period is short."
RECENT_DAYS = 30
ONCE_PERCENT = 80


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
    def lines(self) -> LineAccount:
        """The account of the lines."""
        assert self.account.lines is not None
        return self.account.lines

    @property
    def first_day(self) -> dt.date:
        """Day of the first line used."""
        assert self.lines.first_day is not None
        return self.lines.first_day

    @property
    def last_day(self) -> dt.date:
        """Day of the last line used."""
        assert self.lines.last_day is not None
        return self.lines.last_day

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
        lines, found = self.lines, self.customers
        aside = sorted(self.account.customers_set_aside.items())
        noticed = self.account.noticed
        plain = {
            "source": self.source,
            "understood": noticed.understood if noticed else None,
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
            "statuses": [asdict(status) for status in noticed.statuses] if noticed else [],
            "customers": {
                "read": found.customers + sum(tally.rows for _, tally in aside),
                "to_segment": asdict(self.account.clustered),
                "set_aside": {reason: asdict(tally) for reason, tally in aside},
                "bought_once": found.bought_once,
                "share_bought_once": self.share_bought_once,
                "rhythm": asdict(found.rhythm) if found.rhythm else None,
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
    if isinstance(value, str):
        return with_options(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def judge(
    source: str,
    as_of: dt.date,
    account: Account,
    days: OrderDays,
    customers: CustomerFigures,
    marks: tuple[TestMarks, ...],
    symbol: str = "",
) -> Inspection:
    """Bring the figures together, and say what is suspicious and whether they are ready."""
    _, bulk, late = part_strays(days)
    silent = 0 if len(late) else (as_of - bulk.last).days
    advice = tuple(_advice(as_of, silent, customers, bulk))
    suspicious = find_suspicions(account, days, customers, marks, symbol)
    weighing = [finding for finding in (*advice, *suspicious) if finding.weighs]
    too_few = customers.customers < LEAST_CUSTOMERS or bulk.length < LEAST_DAYS
    verdict = NOT_ENOUGH if too_few else WITH_CARE if weighing else READY
    return Inspection(source, as_of, account, customers, suspicious, advice, verdict, symbol)


# What the data lack


def _advice(as_of: dt.date, silent: int, customers: CustomerFigures, bulk: OrderDays) -> list[Finding]:
    count, once = customers.customers, customers.bought_once
    days = bulk.length
    found = []
    if count < ENOUGH_CUSTOMERS:
        found.append(_few_customers(count))
    if days < ENOUGH_DAYS:
        found.append(
            Finding(
                "short-period",
                f"The orders cover {counted(days, 'day')}; {ENOUGH_DAYS} or more are better.",
                f"{SHORT_PERIOD} Export a longer one, a year or two.",
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
                f"Every customer's recency carries these days. Export the newest orders too, or give "
                f"{argument('as_of', str(bulk.last + dt.timedelta(days=1)))}, the day after the last order.",
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
            f"({argument('segments', 3)}), and export older orders if there are any."
        )
    have = f"{counted(count, 'customer')} to segment" if count else "No customer can be segmented"
    return Finding(
        "few-customers",
        f"{have}; {ENOUGH_CUSTOMERS} or more are better.",
        advice,
        weighs=True,
        figures={"customers": count, "enough": ENOUGH_CUSTOMERS},
    )
