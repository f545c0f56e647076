"""A result on the terminal: votes, stability, scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typer.testing import CliRunner

from helpers.cloud_of_customers import noise
from rfmeans.cli import commands

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


def test_the_terminal_shows_votes_sentence_and_stability(tmp_path):
    said = terminal(tmp_path, noise(800), "auto", "--details")
    assert "How many segments" in said
    assert "No number stands out: " in said
    assert "Unstable: 50 refits on resamples of 800 customers" in said
    assert "Near a border between two segments (confidence below 0.1): " in said


def test_the_terminal_names_segments_that_do_not_survive(tmp_path):
    said = terminal(tmp_path, noise(800), "6", "--details")
    assert "How many segments" not in said
    assert "is found again only in part" in said


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
