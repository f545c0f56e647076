"""Messages on the page name its own controls; what has none goes by its option."""

import ast
from dataclasses import fields
from pathlib import Path

import pytest

from rfmeans import SettingsError
from rfmeans.app import screens
from rfmeans.app.controls import COLUMNS, LABELS, MORE, SWITCHES, answer, label, with_controls
from rfmeans.arguments import Message, argument, named
from rfmeans.settings import Columns, Limits, Reading

# Of the machine and its engine, or a file of it: the page has no control for these.
CALLS = ("label", "slider")  # what takes the name of a label
NOT_HERE = {"columns", "engine", "limits", "layouts"}


def test_a_message_names_the_control_that_is_labelled_so():
    text = Message(
        f"Give {argument('since', '2026-01-31')}, {argument('window', '365d')} or {argument('customer', 'who')}."
    )
    assert with_controls(text) == (
        "Give “First day that counts” 2026-01-31, “Days of frequency and monetary” 365d or “Column of customer” who."
    )
    assert (
        with_controls(Message(f"{named('segments')} must be 2 to 12."))
        == "“Number of segments” must be 2 to 12."
    )


def test_a_value_is_said_as_its_control_has_it():
    said = with_controls(
        Message(f"{argument('segments', 'auto')} tells more; it takes {argument('holdout', 0.25)}.")
    )
    assert said == "“Recommended” tells more; it takes “Held out (%)” 25."
    assert with_controls(Message(f"Give {argument('status', 'NAME')}, or {argument('segments', 3)}.")) == (
        "Give “Column of status”, or “Number of segments” 3."
    )


@pytest.mark.parametrize("name", [*COLUMNS, *MORE])
@pytest.mark.parametrize("value", ["Yes", "no"])
def test_yes_and_no_are_names_like_others_where_there_is_no_switch(name, value):
    assert answer(name, f" {value} ") == (value == "Yes" if name in SWITCHES else value)


def test_what_is_no_answer_to_a_switch_is_refused_in_words():
    with pytest.raises(SettingsError) as found:
        answer("accept_loss", "x")
    assert str(found.value) == "“Accept loss” must be yes or no. Got 'x'."
    assert answer("accept_loss", " ") == ""


def test_the_switches_are_those_of_reading():
    assert {each.name: each.default for each in fields(Reading) if isinstance(each.default, bool)} == SWITCHES


def test_what_the_page_has_no_control_for_goes_by_its_option():
    assert with_controls(Message(f"Give {argument('memory_limit', '4GB')}.")) == "Give --memory-limit 4GB."
    assert with_controls("plain text") == "plain text"


def test_every_setting_of_reading_has_a_control():
    settings = {field.name for field in fields(Reading)} - NOT_HERE
    roles = {field.name for field in fields(Columns)} - {"currency"} | {"currency_column"}
    assert settings | roles == {*COLUMNS, *MORE} | (LABELS.keys() & settings)
    assert not {field.name for field in fields(Limits)} & {*COLUMNS, *MORE, *LABELS}


def test_every_label_stands_on_a_screen():
    """Or under "Another setting", which lists its labels itself."""
    asked = set()
    for path in Path(screens.__file__).parent.parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
                asked |= {part.value for part in ast.walk(node) if isinstance(part, ast.Constant)}
    days = {"as_of", "since"}  # asked for in a loop
    assert LABELS.keys() - asked - days == set()
    assert len({label(name) for name in (*LABELS, *COLUMNS, *MORE)}) == len((*LABELS, *COLUMNS, *MORE))
