"""Text is split and understood once, however many passes follow over its lines."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from rfmeans.engines.kept_tables import Workspace
from rfmeans.orders import kept_lines
from rfmeans.orders.intake import customers_at
from rfmeans.orders.understand import understand
from rfmeans.settings import Reading

YEARS = "order,date,customer,amount\n1,2023-02-05,a,10\n1,2024-02-05,a,20\n2,2025-02-01,b,5\n"


@pytest.fixture
def taken_in(monkeypatch):
    """Which lines are taken in, one entry each time."""
    found, own = [], kept_lines.order_lines

    def counting(source, layout, reading, conventions, compared):
        found.append(compared)
        return own(source, layout, reading, conventions, compared)

    monkeypatch.setattr(kept_lines, "order_lines", counting)
    return found


def test_lines_serve_the_pass_that_tells_orders_apart_and_earlier_dates(tmp_path, taken_in):
    path = tmp_path / "orders.csv"
    path.write_text(YEARS, encoding="utf-8")
    with Workspace() as workspace:
        understood = workspace.enter_context(understand(path, Reading()))
        today = customers_at(understood, workspace)
        again = customers_at(understood, workspace, earlier=[dt.date(2024, 3, 1)])
        assert len(taken_in) == 1
        before = again.earlier[dt.date(2024, 3, 1)].order_by("customer_id").to_pyarrow().to_pylist()
        assert (before[0]["frequency"], before[0]["monetary"]) == (2, Decimal(30))
        assert before[1]["reason"] == "not yet a customer"
        customers = today.customers.order_by("customer_id").to_pyarrow().to_pylist()
        assert [row["frequency"] for row in customers] == [2, 1]  # orders of two years under one number


def test_another_window_takes_them_in_anew(tmp_path, taken_in):
    path = tmp_path / "orders.csv"
    path.write_text(YEARS, encoding="utf-8")
    with Workspace() as workspace:
        understood = workspace.enter_context(understand(path, Reading()))
        assert customers_at(understood, workspace).account.lines.used.rows == 3
        late = customers_at(understood, workspace, since=dt.date(2024, 1, 1))
        assert (len(taken_in), late.account.lines.used.rows) == (2, 2)
