"""What was asked of an effect -> days, costs, how orders are read: checked before anything is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rfmeans.arguments import argument, named
from rfmeans.columns.typed import LAST_DAY
from rfmeans.days import parse_date
from rfmeans.errors import SettingsError
from rfmeans.over_time.effect_figures import Costs
from rfmeans.over_time.given_numbers import given_number
from rfmeans.settings import CustomerColumns, make_reading

if TYPE_CHECKING:
    import datetime as dt

    from rfmeans.settings import Columns, Reading


def parse_days(start: dt.date | str, end: dt.date | str) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of the campaign's time.

    Raises
    ------
    SettingsError
        If one is missing or no date, or they are in no order.
    """
    first, last = parse_date("start", start), parse_date("end", end)
    if first is None or last is None:
        raise SettingsError(
            f"Give the first day of the campaign's time with {argument('start')}, the last with "
            f"{argument('end')}."
        )
    if first > last:
        raise SettingsError(
            f"{named('start')} {first} is after {named('end')} {last}. Give the first and the last day of the "
            "campaign's time."
        )
    if last > LAST_DAY:  # 9999-12-31, which stands for never in orders
        raise SettingsError(f"{named('end')} must be {LAST_DAY} or earlier. Got {last}.")
    return first, last


def parse_costs(per_customer: float | str | None, margin: float | str | None) -> Costs | None:
    """Return what a treated customer cost, and the share of money that is margin; None where neither is given.

    Raises
    ------
    SettingsError
        If one is no number, or out of range.
    """
    if per_customer is None and margin is None:
        return None
    cost, share = given_number("cost_per_customer", per_customer, 0.0), given_number("margin", margin, 1.0)
    if cost < 0:
        raise SettingsError(f"{named('cost_per_customer')} must be 0 or more. Got {cost:g}.")
    if not 0 <= share <= 1:
        meant = f" Did you mean {share / 100:g}?" if 1 < share <= 100 else ""
        raise SettingsError(f"{named('margin')} must be 0 to 1, a share of the money. Got {share:g}.{meant}")
    return Costs(cost, share)


def reading_of_orders(columns: Columns | None, given: dict[str, Any]) -> Reading:
    """Return how to read the orders.

    Raises
    ------
    SettingsError
        If a date is given that the campaign's time sets, a setting is out of range, or these are no order lines.
    """
    for name in ("as_of", "since", "window"):
        if given.get(name) is not None:
            raise SettingsError(
                f"The campaign's time is given with {argument('start')} and {argument('end')}. Leave {argument(name)} "
                "out."
            )
    how = make_reading(columns, **given)
    if isinstance(how.columns, CustomerColumns):
        raise SettingsError(
            "An effect is counted from order lines; a table with one row per customer does not say when they bought. "
            "Pass the orders."
        )
    return how
