"""A result on the terminal: votes, stability, scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typer.testing import CliRunner

from helpers.cloud_of_customers import noise
from rfmeans.cli import commands

if TYPE_CHECKING:
    import pandas as pd


RUNNER = CliRunner()


def terminal(tmp_path, customers: pd.DataFrame, segments: str) -> str:
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
    ]
    done = RUNNER.invoke(commands.app, command, env={"COLUMNS": "100"})
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_terminal_shows_votes_sentence_and_stability(tmp_path):
    said = terminal(tmp_path, noise(800), "auto")
    assert "How many segments" in said
    assert "No number stands out: " in said
    assert "Unstable: 50 refits on resamples of 800 customers" in said
    assert "Near a border between two segments (confidence below 0.1): " in said


def test_the_terminal_names_segments_that_do_not_survive(tmp_path):
    said = terminal(tmp_path, noise(800), "6")
    assert "How many segments" not in said
    assert "is found again only in part" in said
