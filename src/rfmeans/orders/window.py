"""A window for frequency and monetary alone: so many days up to the as-of date.

Recency, first purchase and tenure are of all history, so that who bought before the window alone is no stranger: such a
customer has frequency 0 and monetary 0. Money is that of the lines in the window, and a purchase is in it by the day of
its first line, as everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import ibis

from rfmeans.arguments import Choice, Message, argument
from rfmeans.days import days_before
from rfmeans.errors import SettingsError
from rfmeans.segments.profile import ALL_PURCHASES
from rfmeans.settings import CustomerColumns
from rfmeans.wording import counted, within

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from rfmeans.settings import Reading

IN_WINDOW = "in_window"
WINDOW_LINES, WINDOW_TOTAL = "window_lines", "window_total"
WINDOW_FREQUENCY, WINDOW_MONETARY = "window_frequency", "window_monetary"
ALL_MONEY = "all_money"  # of customers: over all history, as ALL_PURCHASES are


def with_window(lines: ir.Table, window: int, as_of: dt.date | None) -> ir.Table:
    """Add in_window (bool) to order lines; as-of date None: the day after the last of these lines."""
    if as_of is not None:
        first = ibis.date(days_before(as_of, window).isoformat())
        return lines.mutate(**{IN_WINDOW: lines.ordered_on >= first})
    # Days between by arithmetic: a date less some days is a timestamp to some engines.
    age = lines.ordered_on.max().as_scalar().delta(lines.ordered_on, unit="day") + 1
    return lines.mutate(**{IN_WINDOW: age <= window})


def sums_within(lines: ir.Table) -> dict[str, ir.Scalar]:
    """Return lines and money in the window, as sums over lines; none where lines do not tell."""
    if IN_WINDOW not in lines.columns:
        return {}
    return {
        WINDOW_LINES: lines.count(where=lines[IN_WINDOW]),
        WINDOW_TOTAL: lines.amount.sum(where=lines[IN_WINDOW]),
    }


def sums_of_orders(orders: ir.Table) -> dict[str, ir.Scalar]:
    """Return the same as sums over rows of `sums_within`."""
    if WINDOW_TOTAL not in orders.columns:
        return {}
    return {
        WINDOW_LINES: orders[WINDOW_LINES].sum().cast("int64"),
        WINDOW_TOTAL: orders[WINDOW_TOTAL].sum(),
    }


def sums_at(
    money: ir.Column, day: ir.DateColumn, earlier: Sequence[dt.date], window: int | None
) -> dict[str, ir.Scalar]:
    """Return money before each earlier date, total_before_0 and so on; with a window that in it as well."""
    found: dict[str, ir.Scalar] = {}
    for place, date in enumerate(earlier):
        before = day < ibis.date(date.isoformat())
        found[f"total_before_{place}"] = money.sum(where=before)
        if window:
            first = ibis.date(days_before(date, window).isoformat())
            found[f"total_window_{place}"] = money.sum(where=before & (day >= first))
    return found


def figures_within(orders: ir.Table) -> dict[str, ir.Scalar]:
    """Return a customer's lines, purchases and money in the window; none where orders do not tell.

    An order is in the window if all of its lines are: no line lies after it.
    """
    if WINDOW_TOTAL not in orders.columns:
        return {}
    total = orders[WINDOW_TOTAL].sum()
    whole = orders[WINDOW_LINES] == orders.lines
    return {
        WINDOW_LINES: orders[WINDOW_LINES].sum().cast("int64"),
        WINDOW_FREQUENCY: orders.count(where=(orders.total > 0) & whole),
        WINDOW_MONETARY: total.fill_null(ibis.literal(0, total.type())),
    }


def figures_before(orders: ir.Table, place: int, first: dt.date) -> dict[str, ir.Scalar]:
    """Return a customer's purchases and money in the window of an earlier date, whose first day is ``first``."""
    began = orders.first_day >= ibis.date(first.isoformat())
    total = orders[f"total_window_{place}"].sum()
    return {
        f"{WINDOW_FREQUENCY}_{place}": orders.count(where=(orders[f"total_before_{place}"] > 0) & began),
        f"{WINDOW_MONETARY}_{place}": total.fill_null(ibis.literal(0, total.type())),
    }


def window_before(groups: ir.Table, place: int) -> dict[str, ir.Column]:
    """Return these columns under the names that they have at the as-of date; none without a window."""
    names = (WINDOW_FREQUENCY, WINDOW_MONETARY)
    return {name: groups[f"{name}_{place}"] for name in names if f"{name}_{place}" in groups.columns}


def counted_figures(groups: ir.Table) -> tuple[dict[str, ir.Column], ir.BooleanColumn]:
    """Return frequency and monetary as they count, and whether there is no net spend.

    With a window there is none where money in it is below zero, or zero although something was bought in it. Who has
    nothing in it is kept with zeros, if there was net spend before.
    """
    if WINDOW_MONETARY not in groups.columns:
        return {"frequency": groups.frequency, "monetary": groups.monetary}, groups.monetary <= 0
    frequency, monetary = groups[WINDOW_FREQUENCY], groups[WINDOW_MONETARY]
    returned = (monetary == 0) & ((frequency > 0) | (groups.monetary <= 0))
    counted = {
        "frequency": frequency,
        "monetary": monetary,
        ALL_PURCHASES: groups.frequency,
        ALL_MONEY: groups.monetary,
    }
    return counted, (monetary < 0) | returned


@dataclass(frozen=True)
class Idle:
    """Of the customers to segment, those with nothing in the window of so many days."""

    customers: int
    of: int
    days: int

    @property
    def sentence(self) -> str:
        """What is to be said of them; blank where there are none.

        >>> print(Idle(900, 2000, 365).sentence)
        900 of 2,000 customers bought nothing in the last 365 days: they have frequency 0 and monetary 0.
        >>> print(Idle(1, 1, 30).sentence)
        1 of 1 customer bought nothing in the last 30 days: it has frequency 0 and monetary 0. As more than half have, \
little tells them apart: fit with a longer window=.
        """
        if not self.customers:
            return ""
        said = (
            f"{self.customers:,} of {counted(self.of, 'customer')} bought nothing{within(self.days)}: "
            f"{'it has' if self.customers == 1 else 'they have'} frequency 0 and monetary 0."
        )
        if 2 * self.customers > self.of:
            said += (
                f" As more than half have, little tells them apart: fit with a longer {argument('window')}."
            )
        return Message(said)


def count_idle(customers: ir.Table, window: int | None) -> Idle | None:
    """Return how many of the customers to segment have nothing in the window; None without one."""
    if window is None:
        return None
    kept = customers.filter(customers.reason.isnull())
    idle = (kept.frequency == 0) & (
        kept.monetary == 0
    )  # of an order that began before it money may be in the window
    found = kept.agg(of=kept.count(), idle=kept.count(where=idle)).to_pyarrow().to_pylist()[0]
    return Idle(found["idle"], found["of"], window)


def as_fitted(reading: Reading, window: int | None) -> Reading:
    """Return how to read orders for a model with this window: without it, its numbers would mean something else.

    Raises
    ------
    SettingsError
        If another window is asked for.
    """
    if reading.window not in (None, window):
        own = f"of {counted(window, 'day')}" if window else "of all history"
        raise SettingsError(
            f"The model was fitted on purchases and money {own}, and its segments mean nothing for a window of "
            f"{counted(reading.window, 'day')}. Leave {argument('window')} out, or fit a model with it.",
            [Choice({"window": None}, "count as the model does")],
        )
    return reading if isinstance(reading.columns, CustomerColumns) else replace(reading, window=window)
