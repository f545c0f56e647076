"""The command line as a user meets it: words, exit codes, JSON, files."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from helpers.command import ended
from rfmeans.cli import commands
from rfmeans.synthetic import make_customers, make_orders

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def orders_csv(tmp_path_factory):
    path = tmp_path_factory.mktemp("shop") / "orders.csv"
    make_orders(400, seed=3).drop(columns="kind").to_csv(path, index=False)
    return path


@pytest.mark.slow
def test_segment_says_what_it_read_found_and_wrote(monkeypatch, capsys, orders_csv, tmp_path):
    code, out, err = ended(monkeypatch, capsys, "segment", orders_csv, "--out", tmp_path / "out")
    assert code == 0
    assert err.startswith(
        "Read as Orders: customer = customer_id, order = order_id, date = ordered_at, amount = "
    )
    assert err.count("\n") == 1
    lines = len(pd.read_csv(orders_csv))
    assert f"orders.csv: {lines:,} lines read, {lines:,} used worth " in out
    for words in ("High-Value Loyal", "At-Risk High-Value", "New/Potential", "Low-Value/Churned"):
        assert words in out
    assert "Most valuable: High-Value Loyal" in out
    assert "Most at risk: At-Risk High-Value" in out
    assert f"Written to {tmp_path / 'out'}" in out
    assert (tmp_path / "out" / "customers.parquet").exists()


@pytest.mark.slow
def test_json_is_the_only_thing_on_standard_output(monkeypatch, capsys, orders_csv, tmp_path):
    code, out, err = ended(monkeypatch, capsys, "segment", orders_csv, "--out", tmp_path / "out", "--json")
    summary = json.loads(out)
    assert code == 0
    assert "Customer segments" in err
    assert sum(row["customers"] for row in summary["segments"]) == 400
    profile = pd.read_csv(tmp_path / "out" / "profile.csv")
    assert [row["customers"] for row in summary["segments"]] == profile["customers"].tolist()
    assert [row["mean_monetary"] for row in summary["segments"]] == profile["mean_monetary"].tolist()


@pytest.mark.slow
def test_quiet_prints_nothing(monkeypatch, capsys, orders_csv, tmp_path):
    assert ended(monkeypatch, capsys, "segment", orders_csv, "--out", tmp_path / "out", "--quiet") == (
        0,
        "",
        "",
    )


@pytest.mark.slow
def test_assign_gives_the_segments_of_the_fit(monkeypatch, capsys, orders_csv, tmp_path):
    ended(monkeypatch, capsys, "segment", orders_csv, "--out", tmp_path / "fit", "--quiet")
    model = tmp_path / "fit" / "model.json"
    code, out, _ = ended(monkeypatch, capsys, "assign", model, orders_csv, "--out", tmp_path / "again")
    assert code == 0
    assert "Most valuable" in out
    fitted, assigned = (pd.read_parquet(tmp_path / name / "customers.parquet") for name in ("fit", "again"))
    pd.testing.assert_frame_equal(fitted, assigned)


@pytest.mark.slow
def test_a_model_on_the_newest_orders_alone_is_cautioned_also_when_quiet(
    monkeypatch, capsys, orders_csv, tmp_path
):
    ended(monkeypatch, capsys, "segment", orders_csv, "--out", tmp_path / "fit", "--quiet")
    orders = pd.read_csv(orders_csv)
    dates = pd.to_datetime(orders["ordered_at"])
    orders[dates >= dates.max() - pd.Timedelta(days=1)].to_csv(tmp_path / "newest.csv", index=False)
    arguments = (
        "assign",
        tmp_path / "fit" / "model.json",
        tmp_path / "newest.csv",
        "--out",
        tmp_path / "out",
    )
    code, out, complaint = ended(monkeypatch, capsys, *arguments, "--quiet")
    assert (code, out) == (0, "")
    said, drifted = complaint.splitlines()
    assert drifted.startswith("Warning: the model no longer fits: ")
    assert re.match(
        r"Only \d+ customers? gets? a segment; the model was fitted on \d+\. If these are the newest", said
    )
    _, out, _ = ended(monkeypatch, capsys, *arguments, "--force")
    assert said in " ".join(out.split())


@pytest.mark.slow
def test_a_customers_table(monkeypatch, capsys, tmp_path):
    path = tmp_path / "customers.csv"
    make_customers(300, seed=1).drop(columns="kind").to_csv(path, index=False)
    code, out, _ = ended(monkeypatch, capsys, "segment", path, "--customers-table", "--out", tmp_path / "out")
    assert code == 0
    assert "customers.csv: 300 customers segmented." in out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nope.csv"], 1, "Error: No such file: 'nope.csv'"),
        (
            ["orders.csv", "--segments", "13"],
            2,
            "--segments must be a whole number from 2 to 12, or auto. Got 13.",
        ),
        (
            ["orders.csv", "--as-of", "yesterday"],
            2,
            "--as-of must be a date like 2026-01-31. Got 'yesterday'.",
        ),
        (["orders.csv", "--recency", "r"], 2, "--recency can be given only with --customers-table."),
        (
            ["orders.csv", "--amount", "a", "--price", "b"],
            2,
            "Give either --amount or --quantity with --price",
        ),
    ],
)
def test_errors_are_one_paragraph_and_a_code(monkeypatch, capsys, tmp_path, arguments, code, words):
    monkeypatch.chdir(tmp_path)
    found, out, err = ended(monkeypatch, capsys, "segment", *arguments)
    assert (found, out) == (code, "")
    assert words in " ".join(err.split())
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_an_existing_folder_is_refused_before_any_work(monkeypatch, capsys, tmp_path):
    code, _, err = ended(monkeypatch, capsys, "segment", "nope.csv", "--out", tmp_path)
    assert code == 1
    assert "exists already. Give another --out, or --force to replace it." in " ".join(err.split())


def test_an_interrupt_says_that_nothing_was_written(monkeypatch, capsys, tmp_path):
    def interrupted(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("rfmeans.pipeline.segment", interrupted)
    code, _, err = ended(monkeypatch, capsys, "segment", "orders.csv", "--out", tmp_path / "out")
    assert code == 130
    assert "Nothing was written." in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_demo_finds_the_four_names(monkeypatch, capsys, tmp_path):
    code, out, _ = ended(monkeypatch, capsys, "demo", "--customers", 300, "--out", tmp_path / "demo")
    assert code == 0
    assert "synthetic shop:" in out
    assert "At-Risk High-Value" in out


def test_version():
    assert RUNNER.invoke(commands.app, ["--version"]).stdout.startswith("rfmeans 0.")


def test_the_module_runs():
    done = subprocess.run(
        [sys.executable, "-m", "rfmeans", "--help"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path.cwd(),
    )
    assert "segment" in done.stdout


@pytest.mark.slow
def test_hindsight_is_a_line_and_can_be_left_out(monkeypatch, capsys, orders_csv, tmp_path):
    ask = ("segment", orders_csv, "--n-init", "2", "--no-report", "--force", "--out", tmp_path / "out")
    _, out, _ = ended(monkeypatch, capsys, *ask, "--details")
    assert re.search(
        r"\nWhat happened next: who was in the segments on 2024-10-03 \(today's members may be others\) bought again ",
        out,
    )
    known = re.search(
        r"\nIf (\d+) % buy anyway, as many as bought again in the 90 days before: in all lists a campaign that adds",
        out,
    )
    _, shown, _ = ended(monkeypatch, capsys, *ask, "--json", "--quiet")
    found = json.loads(shown)
    rows = found["hindsight"]["segments"]
    share = sum(row["buyers"] for row in rows) / sum(row["customers"] for row in rows)
    assert found["foresight_again"]["anyway"] == pytest.approx(share)
    assert int(known[1]) == round(100 * share)
    assert found["foresight_again"]["total"]["smallest"] > found["foresight"]["total"]["smallest"]
    _, out, _ = ended(monkeypatch, capsys, *ask, "--no-hindsight")
    assert "What happened next" not in out
    assert "as many as bought again" not in out


@pytest.mark.slow
def test_max_drift_is_an_exit_code_for_scheduled_runs(monkeypatch, capsys, orders_csv, tmp_path):
    lean = ("--no-report", "--audience-format", "none", "--quiet", "--no-hindsight")
    ended(monkeypatch, capsys, "segment", orders_csv, "--n-init", "2", *lean, "--out", tmp_path / "fit")
    ask = ("assign", tmp_path / "fit" / "model.json")
    same = ended(monkeypatch, capsys, *ask, orders_csv, *lean, "--max-drift", "0", "--out", tmp_path / "same")
    assert same == (0, "", "")
    dear = pd.read_csv(orders_csv)
    dear.assign(unit_price=dear["unit_price"] * 4).to_csv(tmp_path / "dear.csv", index=False)
    code, out, err = ended(
        monkeypatch,
        capsys,
        *ask,
        tmp_path / "dear.csv",
        *lean,
        "--max-drift",
        "0.25",
        "--out",
        tmp_path / "dear",
    )
    assert (code, out) == (1, "")
    assert err.startswith("Warning: the model no longer fits: monetary is spread otherwise")
    assert "\nError: The model fits less well than --max-drift 0.25 allows: monetary " in err
    assert (tmp_path / "dear" / "customers.parquet").exists()


@pytest.mark.parametrize("command", [["segment"], ["assign", "no model.json"], ["movement", "no model.json"]])
def test_an_unknown_format_is_refused_before_any_work(monkeypatch, capsys, tmp_path, command):
    dates = ["--from", "2024-01-01"] if "movement" in command else []
    arguments = [*command, "no orders.csv", *dates, "--format", "xml", "--out", tmp_path / "out"]
    code, _, err = ended(monkeypatch, capsys, *arguments)
    assert (code, err) == (2, "Error: --format must be parquet or csv. Got 'xml'.\n")
