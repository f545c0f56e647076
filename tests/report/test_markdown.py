"""Markdown: the same numbers as on the page."""

import json

import pytest
from typer.testing import CliRunner

import rfmeans
from helpers.pages import markdown_tables, shown
from rfmeans.cli.commands import app
from rfmeans.synthetic import make_orders

RUNNER = CliRunner()


def test_markdown_holds_the_same_numbers(result, counted):
    found = markdown_tables(result.to_markdown())[0]
    without_hindsight = {name: figures[:-1] for name, figures in found.items()}
    assert without_hindsight == {name: shown(figures) for name, figures in counted.items()}


# The command line


@pytest.mark.slow
def test_json_and_markdown_of_the_command_are_those_of_the_result(tmp_path):
    make_orders(200, seed=5).drop(columns="kind").to_csv(tmp_path / "orders.csv", index=False)
    ask = ["segment", str(tmp_path / "orders.csv"), "--n-init", "2", "--no-report", "--currency-symbol", "€",
           "--audience-format", "none", "--quiet"]  # fmt: skip
    as_json = RUNNER.invoke(app, [*ask, "--out", str(tmp_path / "a"), "--json"])
    as_markdown = RUNNER.invoke(app, [*ask, "--out", str(tmp_path / "b"), "--markdown"])
    with rfmeans.segment(tmp_path / "orders.csv", n_init=2, currency_symbol="€") as result:
        assert as_markdown.stdout == result.to_markdown()
        found = json.loads(as_json.stdout)
        wanted = json.loads(json.dumps(result.summary.to_dict()))
        assert {key: found[key] for key in wanted} == wanted
    assert found["report"] is None
    assert "€" in as_markdown.stdout
