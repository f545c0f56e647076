"""Figures of an order source -> what looks wrong in it, each with what it means and what to do. Words and no engine."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import Message, argument
from rfmeans.inspection.order_days import Gap, find_gaps, part_strays, partial_last_month
from rfmeans.orders.checks import ASKED
from rfmeans.orders.noticed import ONCE
from rfmeans.wording import clip, counted, money, number, percent, within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rfmeans.inspection.measures import BigCustomer, CustomerFigures, TestMarks
    from rfmeans.inspection.order_days import OrderDays, PartialMonth
    from rfmeans.orders.intake import Account

ID_CUSTOMERS, ID_DAYS = 20, 28  # fewer customers or days do not tell ids of orders from ids of customers
MANY_PERCENT = 20  # of the orders free or below zero; of the lines set aside for one reason
CHOSEN = (*ASKED, "excluded status")
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

    def __post_init__(self) -> None:
        object.__setattr__(self, "advice", Message(self.advice))


def find_suspicions(
    account: Account,
    days: OrderDays,
    customers: CustomerFigures,
    marks: tuple[TestMarks, ...],
    symbol: str = "",
) -> tuple[Finding, ...]:
    """Return what looks wrong, what weighs most first."""
    early, bulk, late = part_strays(days)
    return (
        *_order_ids(account, bulk.length),
        *_strays(early, bulk, late),
        *_set_aside(account, symbol),
        *_repeated_lines(account),
        *_overlapping_files(account),
        *_numbers_apart(account),
        *_total_rows(account),
        *_older_states(account),
        *_unknown_statuses(account),
        *_line_total(account),
        *_signs(account),
        *(_big_customer(big, symbol, customers.window) for big in customers.big),
        *map(_test_orders, marks),
        *_gaps(find_gaps(bulk)),
        *_partial_month(partial_last_month(bulk)),
    )


def suspected(
    account: Account,
    big: Sequence[BigCustomer],
    marks: Sequence[TestMarks],
    symbol: str = "",
    window: int | None = None,
    strays: Sequence[Finding] = (),
) -> list[str]:
    """Return a sentence on each thing that may change who is a customer or what is an order, and that is not noticed.

    What an account notices, it says by itself; gaps change neither. Of stray days, on which names of time may rest,
    it is said what to do as well.
    """
    lines = account.lines
    assert lines is not None
    assert lines.first_day is not None
    assert lines.last_day is not None
    told = bool(account.noticed and account.noticed.person)
    findings = [
        *([] if told else _order_ids(account, (lines.last_day - lines.first_day).days + 1)),
        *_signs(account),
        *(_big_customer(each, symbol, window) for each in big),
        *map(_test_orders, marks),
    ]
    return [f"{each.found} {Message(each.advice).marked}" for each in strays] + [
        each.found for each in findings
    ]


def _order_ids(account: Account, days: int) -> list[Finding]:
    assert account.lines is not None
    customers = account.clustered.rows + sum(tally.rows for tally in account.customers_set_aside.values())
    orders = account.lines.orders
    if customers < ID_CUSTOMERS or days < ID_DAYS or 100 * (orders - customers) > customers:
        return []
    return [
        Finding(
            "ids-like-order-ids",
            f"{number(customers)} customers have {number(orders)} orders: one each, as if the customer column held "
            "the ids of orders.",
            f"Nobody can come back then, and frequency says nothing. Give the column of the person with "
            f"{argument('customer')}, such as the e-mail address. If every customer did order once, ignore this.",
            weighs=True,
            figures={"customers": customers, "orders": orders},
        )
    ]


def _strays(early: OrderDays, bulk: OrderDays, late: OrderDays, *, known: bool = True) -> list[Finding]:
    found = []
    if len(late):
        found.append(
            Finding(
                "stray-late-days",
                f"{_stray_orders(late, known=known)}, long after all others, which end on {bulk.last}.",
                f"Recency is counted to the last of them, so that every other customer looks lost. Give "
                f"{argument('as_of', str(bulk.last + dt.timedelta(days=1)))}, which sets them aside, or mend the "
                "dates.",
                weighs=True,
                figures=_stray_figures(late),
            )
        )
    if len(early):
        found.append(
            Finding(
                "stray-early-days",
                f"{_stray_orders(early, known=known)}, long before all others, which begin on {bulk.first}.",
                f"Dates like these often stand for a missing one. Give {argument('since', str(bulk.first))}, which "
                "sets them aside, or mend the dates.",
                figures=_stray_figures(early),
            )
        )
    return found


def find_strays(early: OrderDays, bulk: OrderDays, late: OrderDays) -> list[Finding]:
    """Return what is said of stray days that customers' first and last purchases tell, which do not count orders."""
    return _strays(early, bulk, late, known=False)


def _stray_orders(days: OrderDays, *, known: bool) -> str:
    when = f"on {days.first}" if days.first == days.last else f"from {days.first} to {days.last}"
    if not known:
        return f"An order or more is dated {when}"
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
            "They are in no segment. If they should be, look at the column and at the file; set_aside.parquet in "
            "the output folder lists them.",
            figures={"reason": reason, "lines": tally.rows, "share": tally.rows / read, "money": tally.money},
        )
        for reason, tally in sorted(account.lines.set_aside.items())
        if reason not in CHOSEN and 100 * tally.rows > MANY_PERCENT * read
    ]


def _repeated_lines(account: Account) -> list[Finding]:
    found = account.noticed.duplicates if account.noticed and not account.noticed.per_order else None
    if not found or not found.lines or not found.kept:
        return []
    several = found.lines > 1
    return [
        Finding(
            "repeated-lines",
            f"{'About ' if found.about else ''}{counted(found.lines, 'line')} {'repeat' if several else 'repeats'} an "
            "earlier line in every column.",
            "They are kept, for shops do sell the same twice. If they are no sales of their own, set them aside with "
            f"{argument('drop_duplicates', True)}.",
            figures={"lines": found.lines, "about": found.about},
        )
    ]


def _overlapping_files(account: Account) -> list[Finding]:
    found = account.noticed.overlap if account.noticed else None
    if account.noticed is None or not found or not found.orders:
        return []
    alike = "if they number their orders alike, read them one by one."
    copies = (
        "Their money counts as often as their lines stand there. If the files repeat lines, set the copies aside "
        f"with {argument('drop_duplicates', True)}; {alike}"
    )
    once = account.noticed.per_order
    return [
        Finding(
            "overlapping-files",
            f"The files overlap: {'about ' if found.about else ''}{counted(found.orders, 'order')} "
            f"{'stands' if found.orders == 1 else 'stand'} in more than one of {number(found.files)} files.",
            f"{ONCE} {alike.capitalize()}" if once else copies,
            weighs=not once,
            figures={"orders": found.orders, "files": found.files, "about": found.about},
        )
    ]


def _numbers_apart(account: Account) -> list[Finding]:
    found = account.noticed
    if found is None or found.apart is None:
        return []
    apart = (
        "on different days are taken for orders of their own, as a till numbers them"
        if found.apart.daily
        else "more than a day apart are taken for orders of their own: receipts numbered per session, invoices per "
        "year, renewals"
    )
    return [
        Finding(
            "order-numbers-apart",
            found.of_apart(),
            f"Sales under one number {apart}. If they are one order's lines, give a column that tells the order "
            f"with {argument('order')}, or the day of the order with {argument('date')}.",
            figures={"numbers": found.apart.numbers, "orders": found.apart.orders},
        )
    ]


def _total_rows(account: Account) -> list[Finding]:
    said = account.noticed.of_totals() if account.noticed else ""
    if account.noticed is None or not said:
        return []
    return [
        Finding(
            "total-rows",
            said,
            "If one of them is an order, call it something else in the file; set_aside.parquet in the output folder "
            "lists them.",
            figures={"rows": account.noticed.totals},
        )
    ]


def _older_states(account: Account) -> list[Finding]:
    found = account.noticed.overlap if account.noticed else None
    if found is None or not found.older:
        return []
    return [
        Finding(
            "older-states",
            f"What {counted(found.older, 'line')} {'says' if found.older == 1 else 'say'} of an order is stated newer "
            f"in another file: {'it is' if found.older == 1 else 'they are'} set aside.",
            "The newer state is what was updated last, where a column tells it, else what stands in the file that "
            "reaches further. If the files number their orders alike, read them one by one.",
            figures={"lines": found.older},
        )
    ]


def _unknown_statuses(account: Account) -> list[Finding]:
    said = account.noticed.of_unknown() if account.noticed else ""
    if account.noticed is None or not said:
        return []
    return [
        Finding(
            "unknown-statuses",
            said.split(". ")[0] + ".",
            f"Say which ones are sales with {argument('keep_status', 'NAME,NAME')}.",
            figures={"statuses": [each.name for each in account.noticed.statuses if not each.known]},
        )
    ]


def _line_total(account: Account) -> list[Finding]:
    found = account.noticed.line_total if account.noticed else None
    if found is None:
        return []
    return [
        Finding(
            "price-of-the-line",
            f"{found.price!r} was taken as the price of the whole line: within one {found.article} it grows with "
            f"{found.quantity}.",
            f"It counts as it stands, not times quantity. If it is the price of one piece, give "
            f"{argument('quantity', found.quantity)} with {argument('price', found.price)}.",
            figures=asdict(found),
        )
    ]


def _signs(account: Account) -> list[Finding]:
    assert account.lines is not None
    total, negative, free = account.lines.orders, account.lines.negative, account.lines.free
    found = []
    if 100 * negative > MANY_PERCENT * total:
        none = "No order is above zero. " if not account.lines.purchases else ""
        found.append(
            Finding(
                "many-negative-orders",
                f"{none}{percent(negative / total)} of the orders are below zero.",
                "They count as returns. If they are sales, the amounts have the wrong sign or the wrong column was "
                f"taken: give the right one with {argument('amount')}.",
                weighs=not account.lines.purchases,
                figures={"orders": negative, "share": negative / total},
            )
        )
    if 100 * free > MANY_PERCENT * total:
        found.append(
            Finding(
                "many-free-orders",
                f"{percent(free / total)} of the orders are worth nothing.",
                "They are no purchases and make nobody recent. If they were paid, the money stands in another column: "
                f"give it with {argument('amount')}.",
                figures={"orders": free, "share": free / total},
            )
        )
    return found


def _big_customer(big: BigCustomer, symbol: str, window: int | None) -> Finding:
    return Finding(
        "big-customer",
        f"One customer, {clip(big.customer_id, 40)}, holds {percent(big.share)} of all money"
        f"{within(window)} ({money(float(big.money), symbol)}).",
        "A wholesaler, a marketplace or a collective account for walk-in customers? If it is not a person like the "
        f"others, leave it out with {argument('where')}.",
        figures={"customer_id": big.customer_id, "money": big.money, "share": big.share},
    )


def _test_orders(marks: TestMarks) -> Finding:
    one = {"customers": "customer", "orders": "order", "lines": "line"}[marks.counted]
    more = ", …" if marks.count > len(marks.examples) else ""
    return Finding(
        "test-orders",
        f'{counted(marks.count, one)} with the word "test" in {clip(marks.column, 40)}: '
        f"{', '.join(clip(example, 40) for example in marks.examples)}{more}.",
        f"Test orders would be segmented like real ones: look at them, and leave them out with {argument('where')}. A "
        "real name can hold the word too.",
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
