"""An inspection on the terminal: account, figures, verdict; no line wider than the terminal."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console
from typer.testing import CliRunner

import rfmeans
from helpers.inspected import shop, with_orders
from rfmeans.cli.commands import app
from rfmeans.cli.print_inspection import print_inspection

RUNNER = CliRunner()


def said(inspection: rfmeans.Inspection, width: int) -> str:
    text = io.StringIO()
    print_inspection(inspection, Console(file=text, width=width, highlight=False))
    return text.getvalue()


@pytest.fixture(scope="module")
def orders_csv(tmp_path_factory):
    path = tmp_path_factory.mktemp("shop") / "orders.csv"
    with_orders(shop(customers=300, days=100), ("test", "t", "2024-03-01", 1.0)).to_csv(path, index=False)
    return path


def test_the_command_prints_account_figures_and_verdict(orders_csv):
    done = RUNNER.invoke(app, ["inspect", str(orders_csv)])
    assert (done.exit_code, done.stderr.count("\n")) == (0, 1)
    assert done.stderr.startswith("Read as Orders: customer = customer, ")
    words = " ".join(done.stdout.split())
    for part in (
        "Lines read 601 100 % 6,001",
        "to segment 301 100 % 6,001",
        "Period 2024-01-01 to 2024-04-09 (100 days), as of 2024-04-10",
        "Orders 601, all of them purchases (worth more than 0)",
        "Bought once < 1 % (1 of 301 customers)",
        "Share of money the top 1 % of customers (3) hold 1 %",
        '1 customer with the word "test" in customer: test.',
        "301 customers to segment; 500 or more are better.",
        "The orders cover 100 days; 180 or more are better.",
        "Verdict: usable with care, for the 2 reasons said above.",
    ):
        assert part in words
    assert list(orders_csv.parent.iterdir()) == [orders_csv]  # nothing is written


@pytest.mark.parametrize("width", [80, 110])
def test_no_line_is_wider_than_the_terminal(width, orders_csv):
    text = said(rfmeans.inspect(orders_csv), width)
    assert max(len(line.rstrip()) for line in text.splitlines()) <= width


def test_markup_in_the_data_stays_text():
    found = rfmeans.inspect(with_orders(shop(), ("[red]test[/red]", "t", "2024-03-01", 1.0)))
    assert "[red]test[/red]" in said(found, 110)


def test_json_for_machines(orders_csv):
    done = RUNNER.invoke(app, ["inspect", str(orders_csv), "--json"])
    found = json.loads(done.stdout)
    assert done.exit_code == 0
    assert "Verdict" in done.stderr
    assert list(found) == [
        *(
            "source",
            "understood",
            "verdict",
            "reasons",
            "as_of",
            "first_day",
            "last_day",
            "days",
            "currency_symbol",
            "lines",
            "statuses",
        ),
        *("customers", "orders", "purchases", "suspicious", "advice"),
    ]
    assert found["lines"]["used"] == {"rows": 601, "money": 6001.0}
    assert (found["first_day"], found["days"], found["as_of"]) == ("2024-01-01", 100, "2024-04-10")
    assert found["customers"]["top_shares"][3] == {
        "percent": 20,
        "customers": 60,
        "share": pytest.approx(1200 / 6001),
    }
    assert found["reasons"] == ["few-customers", "short-period"]
    assert sorted(found["advice"][0]) == ["advice", "code", "figures", "found", "weighs"]


def test_quiet_prints_nothing(orders_csv):
    done = RUNNER.invoke(app, ["inspect", str(orders_csv), "--quiet"])
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")
