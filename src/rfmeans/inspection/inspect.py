"""The order of the steps of `inspect`: source -> orders -> figures -> judgement. Nothing is clustered or written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import argument
from rfmeans.engines.failures import engine_errors
from rfmeans.engines.kept_tables import Workspace
from rfmeans.errors import SettingsError
from rfmeans.inspection.measures import (
    find_big,
    find_test_marks,
    measure_customers,
    measure_days,
    measure_ends,
)
from rfmeans.inspection.order_days import FAR_DAYS, part_strays
from rfmeans.inspection.suspicions import find_strays, suspected
from rfmeans.inspection.verdict import judge
from rfmeans.listener import SILENT
from rfmeans.orders.intake import customers_at
from rfmeans.orders.understand import understand
from rfmeans.settings import CustomerColumns, make_reading

if TYPE_CHECKING:
    import datetime as dt

    from rfmeans.inspection.order_days import OrderDays
    from rfmeans.inspection.verdict import Inspection
    from rfmeans.listener import Listener
    from rfmeans.orders.intake import Intake
    from rfmeans.settings import Columns


def inspect(
    orders: Any,
    *,
    columns: Columns | None = None,
    listener: Listener | None = None,
    **reading: Any,
) -> Inspection:
    """Say what is in the orders and whether they are ready to be segmented; nothing is clustered or written.

    Parameters
    ----------
    orders, columns, listener, reading
        As `segment` takes them; no loss of lines is refused. A table of customers has no orders to inspect.

    Raises
    ------
    SettingsError
        If an option is out of range, or a table of customers is given.
    SourceError
        If the source cannot be read or its columns are not understood.
    DataError
        If no line can be used.

    >>> from rfmeans.synthetic import make_orders
    >>> inspect(make_orders(1000, seed=1).drop(columns="kind")).verdict
    'ready'
    """
    how = make_reading(columns, **reading)
    if isinstance(how.columns, CustomerColumns):
        raise SettingsError(
            "inspect reads order lines; a table with one row per customer has no orders to inspect. Pass the orders, "
            "or segment the table as it is."
        )
    if how.window:
        raise SettingsError(
            f"inspect looks at all orders, and counts no frequency or monetary of them. Leave {argument('window')} out."
        )
    hearing = listener or SILENT
    hearing.stage("reading orders")
    with Workspace() as scratch, understand(orders, replace(how, accept_loss=True), hearing) as understood:
        intake = customers_at(understood, scratch, keep_orders=True)
        hearing.stage("inspecting orders and customers")
        return inspect_intake(intake, how.currency_symbol)


def inspect_intake(intake: Intake, symbol: str = "") -> Inspection:
    """Judge orders that were read with ``keep_orders``; money is shown with the symbol."""
    assert intake.orders is not None
    assert intake.as_of is not None
    with engine_errors("Inspecting"):
        return judge(
            intake.source.name,
            intake.as_of,
            intake.account,
            measure_days(intake.orders),
            measure_customers(intake),
            find_test_marks(intake),
            symbol,
        )


def with_suspicions(intake: Intake, symbol: str = "") -> Intake:
    """Return the same, and say what `inspect` finds suspicious that may change who is a customer or what is an order.

    Without a further pass over all lines, where there are many.
    """
    account = intake.account
    if account.lines is None or account.noticed is None or account.lines.first_day is None:
        return intake
    strays = find_strays(*parts) if (parts := _parted(intake)) else []
    big, marks = find_big(intake), find_test_marks(intake, quick=True)
    said = tuple(suspected(account, big, marks, symbol, intake.window, strays))
    noticed = replace(account.noticed, suspected=said)
    return replace(intake, account=replace(account, noticed=noticed), begins=_begins(parts))


def without_strays(intake: Intake) -> Intake:
    """Return the same with the day on which orders begin, where dates long before it seem to be none."""
    return replace(intake, begins=_begins(_parted(intake)))


def _parted(intake: Intake) -> tuple[OrderDays, OrderDays, OrderDays] | None:
    """Return early strays, bulk and late strays as customers tell them; None where the orders are too short."""
    if (intake.period_days or 0) <= FAR_DAYS or not intake.account.clustered.rows:
        return None
    return part_strays(measure_ends(intake))


def _begins(parts: tuple[OrderDays, OrderDays, OrderDays] | None) -> dt.date | None:
    return parts[1].first if parts and len(parts[0]) else None
