"""The command `sql`: the statement printed or written."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from helpers.hostile_shop import hostile_model
from rfmeans.arguments import with_options
from rfmeans.cli.commands import app, main

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")


# The command


@pytest.mark.slow
def test_the_command_prints_or_writes_the_statement(tmp_path):
    hostile_model().save(tmp_path / "model.json")
    asked = ["sql", str(tmp_path / "model.json"), "--dialect", "Trino", "--table", "hive.shop.orders"]
    asked += [
        "--type",
        "customer_id=int64",
        "--where",
        "quantity > 0",
        "--keep-status",
        "paid",
        "--status",
        "state",
    ]
    printed = CliRunner().invoke(app, asked)
    assert printed.exit_code == 0
    expected = hostile_model().to_sql(
        "trino",
        orders="hive.shop.orders",
        types={"customer_id": "int64"},
        where="quantity > 0",
        keep_status="paid",
        status="state",
    )
    assert printed.stdout == expected
    written = CliRunner().invoke(app, [*asked, "--out", str(tmp_path / "segments.sql")])
    assert written.stdout == ""
    assert (tmp_path / "segments.sql").read_text(encoding="utf-8") == expected


def test_a_file_is_replaced_only_if_it_is_a_statement(tmp_path):
    hostile_model().save(tmp_path / "model.json")
    out = tmp_path / "segments.sql"
    asked = ["sql", str(tmp_path / "model.json"), "--dialect", "trino", "--out", str(out)]
    assert CliRunner().invoke(app, asked).exit_code == 0
    refused = CliRunner().invoke(app, asked)
    assert with_options(refused.exception.message).endswith("Give another --out, or --force to replace it.")
    assert CliRunner().invoke(app, [*asked, "--force"]).exit_code == 0
    out.write_text("SELECT 1", encoding="utf-8")
    refused = CliRunner().invoke(app, [*asked, "--force"])
    assert with_options(refused.exception.message) == (
        f"rfmeans did not write {out}, so it is not replaced even with --force. Give another --out."
    )
    assert out.read_text(encoding="utf-8") == "SELECT 1"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--dialect", "bigqery"],
            "There is no dialect 'bigqery'. Did you mean 'bigquery'? There are: duckdb",
        ),
        (
            ["--dialect", "trino", "--type", "int64"],
            "--type needs NAME=TYPE, like customer_id=int64. Got 'int64'.",
        ),
        (["--dialect", "trino", "--out", "/nowhere/x.sql"], "Cannot write the statement to /nowhere/x.sql"),
    ],
)
def test_the_command_says_what_is_wrong(tmp_path, monkeypatch, capsys, options, message):
    hostile_model().save(tmp_path / "model.json")
    monkeypatch.setattr("sys.argv", ["rfmeans", "sql", str(tmp_path / "model.json"), *options])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code in (1, 2)
    assert message in " ".join(capsys.readouterr().err.split())
