"""The command `movement`: text, JSON, Markdown, and options that are called otherwise than their arguments."""

from __future__ import annotations

import json
import sys

import pytest

from helpers.moving_shop import model, orders
from rfmeans.cli import commands


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    model().save("model.json")
    orders().to_csv("orders.csv", index=False)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["rfmeans", "movement", "model.json", "orders.csv", *arguments])
        code = 0
        try:
            commands.main()
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_the_terminal_says_who_moved(run, tmp_path):
    code, out, _ = run("--from", "2024-04-01", "--to", "2024-07-01", "--no-report")
    assert code == 0
    assert out.startswith(
        "Movement of the customers of orders.csv, 2024-04-01 to 2024-07-01\nOf 5 customers with"
    )
    assert "  Slipped: 1 customer, 200 before and 0 in between. They went down, or are lapsed now" in out
    assert "Audience lists (plain) in audiences/: 4 lists, 6 customers" in out
    assert (tmp_path / "movement" / "movement.parquet").exists()


@pytest.mark.slow
def test_json_and_markdown_take_standard_output(run):
    code, out, err = run("--from", "2024-04-01", "--json", "--quiet", "--no-report")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert (found["since"], found["until"]) == ("2024-04-01", "2024-07-06")
    assert found["out"].endswith("movement")
    code, out, _ = run("--from", "2024-04-01", "--markdown", "--quiet", "--no-report", "--force")
    assert (code, out.splitlines()[0]) == (0, "# Movement of customers: orders.csv")


@pytest.mark.slow
def test_a_series(run):
    code, out, _ = run("--from", "2024-04-01", "--every", "month", "--no-report")
    assert code == 0
    assert [line.split() for line in out.splitlines() if line.startswith("2024-0")] == [
        ["2024-04-01", "2", "1", "1", "1"],
        ["2024-05-01", "2", "1", "1", "1"],
        ["2024-06-01", "0", "2", "0", "2"],
        ["2024-07-01", "1", "1", "3", "1"],
        ["2024-07-06", "1", "1", "3", "1"],
    ]


@pytest.mark.slow
def test_several_first_dates_are_a_series(run):
    code, out, _ = run(
        "--from",
        "2024-06-01",
        "--from",
        "2024-04-01",
        "--to",
        "2024-07-01",
        "--json",
        "--quiet",
        "--no-report",
    )
    found = json.loads(out)
    assert (code, found["since"], found["until"]) == (0, "2024-04-01", "2024-07-01")
    assert [each["as_of"] for each in found["series"]] == ["2024-04-01", "2024-06-01", "2024-07-01"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--from", "2024-07-02", "--to", "2024-07-01"), 2, "--from must be before --to. Got 2024-07-02 and"),
        (("--from", "2023-01-01"), 1, "No order is dated before --from 2023-01-01."),
        (
            ("--from", "2024-04-01", "--as-of", "2024-07-01"),
            2,
            "given with --from and --to. Leave --as-of out.",
        ),
    ],
)
def test_messages_name_the_options(run, arguments, code, said):
    found, _, err = run(*arguments)
    assert found == code
    assert said in err
    assert "Traceback" not in err


def test_customers_in_the_place_of_orders_are_told(run, tmp_path):
    (tmp_path / "orders.csv").write_text("customer_id,recency,frequency,monetary\n1,3,4,50\n2,9,1,10\n")
    code, _, err = run("--from", "2024-04-01")
    assert (code, err) == (
        1,
        "Error: These are customers, one a row with recency, frequency and monetary; no column is the date of an order."
        " The columns are: customer_id, recency, frequency, monetary. Give the orders. Only what segments, assigns or "
        "explains takes a table of customers, and has to be told that it is one.\n",
    )


def test_a_playbook_is_refused(run):
    code, _, err = run("--from", "2024-04-01", "--playbook", "cards.toml")
    assert (code, err) == (
        2,
        "Error: A playbook has cards for segments, none for moves between them. Leave --playbook out.\n",
    )


def test_messages_name_the_options_of_the_command(run):
    code, _, err = run("--from", "2000-01-01", "--to", "2001-01-01", "--quiet")
    assert (code, err) == (
        1,
        "Error: No order is dated before --to 2001-01-01. The orders run from 2023-12-10 to 2024-07-05. Give a later "
        "--to.\n",
    )
