"""The order of the steps of `inspect`: source -> orders -> figures -> judgement. Nothing is clustered or written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import argument
from rfmeans.engines.failures import engine_errors
from rfmeans.engines.kept_tables import Workspace
from rfmeans.errors import SettingsError
from rfmeans.inspection.measures import find_big, find_test_marks, measure_customers, measure_days
from rfmeans.inspection.suspicions import suspected
from rfmeans.inspection.verdict import judge
from rfmeans.listener import SILENT
from rfmeans.orders.intake import customers_at
from rfmeans.orders.understand import understand
from rfmeans.settings import CustomerColumns, make_reading

if TYPE_CHECKING:
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
    said = suspected(account, find_big(intake), find_test_marks(intake, quick=True), symbol, intake.window)
    return replace(intake, account=replace(account, noticed=replace(account.noticed, suspected=tuple(said))))
