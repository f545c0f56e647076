"""The options: each one has its help, and every command that reads orders has those that say how."""

import pytest
from rich.text import Text
from typer.main import get_command
from typer.testing import CliRunner

from rfmeans.cli import commands


@pytest.mark.parametrize("command", ["segment", "assign", "demo"])
def test_every_option_has_its_help(command):
    result = next(entry for entry in commands.app.registered_commands if entry.name == command)
    assert result.callback.__doc__
    click_command = __import__("typer").main.get_command(commands.app).commands[command]
    for parameter in click_command.params:
        assert getattr(parameter, "help", None), parameter.name


READ_AS = (
    *(
        "date",
        "amount",
        "order",
        "quantity",
        "price",
        "status",
        "keep-status",
        "refund",
        "amount-per",
        "currency",
    ),
    *("currency-column", "where", "layouts", "drop-duplicates", "accept-loss", "date-format", "decimal"),
)


@pytest.mark.parametrize("command", ["segment", "assign", "movement", "inspect", "explain"])
def test_every_command_that_reads_orders_can_be_told_how(command):
    options = {option for each in get_command(commands.app).commands[command].params for option in each.opts}
    assert {f"--{name}" for name in READ_AS} <= options
    assert ("--customer-column" if command == "explain" else "--customer") in options


def test_the_help_shows_all_its_words():
    """What stands in brackets would be taken for markup, and not shown."""
    runner = CliRunner()
    assert "Needs the extra app of rfmeans." in " ".join(
        runner.invoke(commands.app, ["app", "--help"]).stdout.split()
    )
    group = get_command(commands.app)
    told = [command.help for command in group.commands.values()]
    told += [
        each.help for command in group.commands.values() for each in command.params if hasattr(each, "help")
    ]
    assert not [text for text in told if text and Text.from_markup(text).plain != text]


def test_since_is_told_apart_from_the_window():
    helps = {each.name: each.help for each in get_command(commands.app).commands["segment"].params}
    assert "window" not in helps["since"].lower()
    assert helps["since"] == "First day that counts, like 2026-01-31; earlier lines are set aside."
