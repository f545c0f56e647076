"""A result on the terminal: votes, stability, scores."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from rich.console import Console
from typer.testing import CliRunner

from helpers.cloud_of_customers import noise
from rfmeans.cli import commands
from rfmeans.cli.print_block import print_block
from rfmeans.report.table import Cell, table

if TYPE_CHECKING:
    import pandas as pd


RUNNER = CliRunner()


def terminal(tmp_path, customers: pd.DataFrame, segments: str, *options: str) -> str:
    path = tmp_path / "customers.csv"
    customers.to_csv(path, index=False)
    command = [
        "segment",
        str(path),
        "--customers-table",
        "--segments",
        segments,
        "--out",
        str(tmp_path / "out"),
        "--force",
        *options,
    ]
    done = RUNNER.invoke(commands.app, command, env={"COLUMNS": "100"})
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.slow
def test_the_terminal_shows_votes_sentence_and_stability(tmp_path):
    said = terminal(tmp_path, noise(800), "auto", "--details")
    assert "How many segments" in said
    assert "No number stands out: " in said
    assert "Unstable: 50 refits on resamples of 800 customers" in said
    assert "Near a border between two segments (confidence below 0.1): " in said


@pytest.mark.slow
def test_the_terminal_names_segments_that_do_not_survive(tmp_path):
    said = terminal(tmp_path, noise(800), "6", "--details")
    assert "How many segments" not in said
    assert "is found again only in part" in said


@pytest.mark.slow
def test_the_terminal_says_what_to_look_at_first_and_where_the_rest_is(tmp_path):
    short = terminal(tmp_path, noise(800), "auto")
    for said in (
        "No number stands out: ",
        "Most valuable: ",
        "Most at risk: ",
        "Audience lists",
        "What the holdout can show, if 5 % buy anyway: a campaign to all lists that adds ",
        "Written to ",
    ):
        assert said in short
    for said in (
        "How many segments",
        "Near a border",
        "R, F, M scores",
        "in one list",
        "Smaller effects",
        "Medians, ",
    ):
        assert said not in short
    assert short.endswith("More: report.html there, or --details here.\n")
    bare = terminal(tmp_path, noise(800), "auto", "--no-report")
    assert bare.endswith("More: --details here.\n")
    assert len(short.splitlines()) < 25


@pytest.mark.parametrize(
    ("name", "spent", "lines"),
    [
        ("At-Risk High-Value", "3,950", 1),
        ("High-Value Loyal · tier 1", "3,950", 1),  # 81 columns with wide gaps
        ("High-Value Loyal of the northern and southern shops · tier 1", "$1,003,950", 3),
    ],
)
def test_a_table_breaks_no_number_in_80_columns(name, spent, lines):
    heads = ("Segment", "Customers", "Revenue", "Days", "Purchases", "Spent")
    shown = ("1,442 (34 %)", "1,745,990 (55 %)", "7.4", "6.5", spent)
    row = (name, *(Cell(one, 1.0) for one in shown))
    said = io.StringIO()
    print_block(table("", heads, [row]), Console(file=said, width=80))
    _, _, *rows = said.getvalue().rstrip().splitlines()
    assert len(rows) == lines
    assert all(len(one) <= 80 for one in rows)
    assert all(one in rows[0] for one in shown)
