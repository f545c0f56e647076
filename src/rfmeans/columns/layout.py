"""What a table of orders is: the roles of its columns, and which of its rows count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rfmeans.columns.layout_files import built_in
from rfmeans.columns.roles import by_role

if TYPE_CHECKING:
    from rfmeans.settings import Columns

PER_LINE, PER_ORDER = "line", "order"
ANY_TABLE = "Orders"
SHOWN_WORDS = 6


@dataclass(frozen=True)
class Also:
    """A column beside the status that must let a row count as well.

    Attributes
    ----------
    column
        Its name.
    keep
        The words under which rows count; blank cells say nothing. Empty: all words but those of ``drop``.
    drop
        The words under which they do not.
    filled
        Whether rows count only where it is filled, with whatever.
    empty
        Whether they count only where it is not, such as the day on which an order was called off.
    unless
        A column in which a word of ``drop`` lets them count after all, such as that a dispute was won; blank: none.
    """

    column: str
    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    filled: bool = False
    empty: bool = False
    unless: str = ""


@dataclass(frozen=True)
class Layout:
    """What a table of orders is, and the roles of its columns.

    Attributes
    ----------
    name
        Of the export, e.g. ``Shopify orders export``; ``Orders`` where it is none of the known ones.
    columns
        By role. ``amount`` is set, or ``quantity`` and ``price`` are; without ``order`` one customer's lines of
        one day are one order.
    customers
        Kind and column of the customer's key, and of its fallbacks: the first with a value in a row counts.
    amount_per
        ``"line"``, or ``"order"``: the amount is the order's total and counts once per order.
    order_level
        Whether customer, date, status, currency and refund may stand on an order's first row only.
    keep_status
        The statuses that count; None: all but those of ``drop_status``.
    drop_status
        The statuses that do not count, where ``keep_status`` is None.
    refunded_status
        Likewise, but lines of negative money count under any of these.
    also
        Further columns that must let a row count.
    kind
        The column whose words say that a row is money back, whatever its sign; None where there is none.
    updated
        The column that tells when the order was last changed, in ISO form or as a time; None where there is none.
    left
        The column of what is left of the amount after refunds; where it is blank or 0 it says nothing. None where there
        is none.
    consent
        The column that tells whether the customer consents to marketing; None where there is none.
    parts
        Whether rows hold parts of amounts, most of which are none of the sale: leaving these out is no loss.
    """

    name: str
    columns: Columns
    customers: tuple[tuple[str, str], ...]
    amount_per: str = PER_LINE
    order_level: bool = False
    keep_status: tuple[str, ...] | None = None
    drop_status: tuple[str, ...] = ()
    refunded_status: tuple[str, ...] = ()
    kind: str | None = None
    updated: str | None = None
    left: str | None = None
    consent: str | None = None
    parts: bool = False
    also: tuple[Also, ...] = ()

    @property
    def tells_status(self) -> bool:
        """Whether a column tells which rows count."""
        return self.columns.status is not None or bool(self.also)

    @property
    def status_columns(self) -> tuple[str, ...]:
        """The columns that tell which rows count."""
        return (*filter(None, [self.columns.status]), *(one.column for one in self.also))

    def describe(self) -> str:
        """Return what was understood of the columns, as one line.

        >>> header = ["Name", "Email", "Financial Status", "Created at", "Total", "Refunded Amount"]
        >>> header += ["Lineitem quantity", "Lineitem price"]
        >>> from rfmeans.columns.layouts import recognise
        >>> print(recognise(header).describe())
        Shopify orders export: customer = Email, order = Name, date = Created at, amount = Total per order \
less Refunded Amount, status = Financial Status: paid, partially refunded and refunded orders count
        """
        found = self.columns
        parts = [f"customer = {', else '.join(column for _, column in self.customers)}"]
        parts += [f"order = {found.order}" if found.order else "one order per customer and day"]
        parts += [f"date = {found.date}", f"amount = {self._amount()}"]
        if found.status:
            parts.append(f"status = {found.status}: {self._statuses()}")
        parts += [f"only where {one.column} {_lets(one)}{_unless(one)}" for one in self.also]
        if self.kind:
            parts.append(f"money back where {self.kind} says so")
        if found.currency:
            parts.append(f"currency = {found.currency}")
        if self.consent:
            parts.append(f"consent = {self.consent}")
        return f"{self.name}: {', '.join(parts)}"

    def _amount(self) -> str:
        found = self.columns
        amount = found.amount or f"{found.quantity} x {found.price}"
        per = " per order" if self.amount_per == PER_ORDER else ""
        left = f", or what {self.left} says is left" if self.left else ""
        return f"{amount}{per}{f' less {found.refund}' if found.refund else ''}{left}"

    def _statuses(self) -> str:
        if self.keep_status is not None:
            if len(self.keep_status) > SHOWN_WORDS:
                more = len(self.keep_status) - SHOWN_WORDS
                return f"{', '.join(self.keep_status[:SHOWN_WORDS])} and {more} more words count"
            *others, last = self.keep_status
            return f"{' and '.join([*filter(None, [', '.join(others)]), last])} orders count"
        return (
            "orders that were not sold, such as cancelled ones, do not count"
            if self.drop_status
            else "all count"
        )


def _lets(also: Also) -> str:
    if also.filled or also.empty:
        return "is filled" if also.filled else "is blank"
    words = also.keep or also.drop
    more = f" and {len(words) - SHOWN_WORDS} more" if len(words) > SHOWN_WORDS else ""
    return f"is {'' if also.keep else 'not '}{', '.join(words[:SHOWN_WORDS])}{more}"


def _unless(also: Also) -> str:
    if not also.unless:
        return ""
    words = f" {' or '.join(also.drop)}" if also.empty else ""  # else they stand before it
    return f" unless {also.unless} is{words}"


def used_columns(layout: Layout) -> set[str]:
    """Return the columns that are read."""
    names = {name for _, name in (*layout.customers, *by_role(layout.columns))}
    beside = [layout.kind, layout.left, layout.consent, *(one.unless for one in layout.also)]
    return names | {*layout.status_columns, *filter(None, beside)}


def unsold_words(layout: Layout) -> tuple[str, ...]:
    """Return all statuses that are known for orders which do not count, or whose money went back."""
    words = built_in()["not_sold"]
    return (*words["words"], *words["called off"], *went_back_words(layout))


def called_off_words() -> tuple[str, ...]:
    """Return the statuses of orders that were called off: whether they were paid before, nobody knows."""
    return tuple(built_in()["not_sold"]["called off"])


def went_back_words(layout: Layout) -> tuple[str, ...]:
    """Return the statuses that say that the money of a sale went back."""
    words = built_in()["not_sold"]
    return (*words["refunded"], *words["taken back"], *layout.refunded_status)


def part_of_word(kind: str) -> str:
    """Return the pattern that tells by its parts what an unknown status means: ``not_sold.parts`` in the layouts."""
    parts = built_in()["not_sold"]["parts"]
    found = "|".join(f"({each})" for each in parts[kind])
    for name, words in parts["named"].items():
        found = found.replace(name, f"({'|'.join(words)})")
    return found
