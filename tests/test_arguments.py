"""A text names arguments to Python users and options to users of the command line, by one mechanism."""

import ast
import copy
import datetime as dt
import inspect
import io
import pickle
import re
import shlex
from dataclasses import fields
from pathlib import Path

import pandas as pd
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from typer.testing import CliRunner

import rfmeans
from rfmeans.app.serving import Serving
from rfmeans.arguments import MARK, OPTIONS, Message, argument, calling, named, with_options
from rfmeans.cli.commands import app
from rfmeans.cli.print_result import print_told
from rfmeans.columns.roles import MissingColumnError, SeveralColumnsError
from rfmeans.columns.undecided import UndecidedError
from rfmeans.errors import RFMeansError, SettingsError
from rfmeans.orders.checks import OutsideError
from rfmeans.output.audiences import AudienceSettings
from rfmeans.saved import Written
from rfmeans.segments.settings import Settings
from rfmeans.settings import Columns, CustomerColumns, Limits, Reading
from rfmeans.synthetic import make_orders
from rfmeans.wording import clip

SOURCES = Path(rfmeans.__file__).parent
# Arguments in Python alone: there is nothing of them to say on the command line.
OF_PYTHON = {"columns", "tol", "score_cuts"}


def both(text: str) -> tuple[str, str]:
    made = Message(text)
    return str(made), with_options(made)


@pytest.mark.parametrize(
    ("told", "given", "python", "option"),
    [
        (argument, ("customer",), "customer=", "--customer"),
        (argument, ("memory_limit",), "memory_limit=", "--memory-limit"),
        (argument, ("date", "NAME"), "date='NAME'", "--date NAME"),
        (argument, ("segments", 3), "segments=3", "--segments 3"),
        (argument, ("accept_loss", True), "accept_loss=True", "--accept-loss"),
        (argument, ("header", False), "header=False", "--no-header"),
        (argument, ("folder",), "folder=", "--out"),
        (argument, ("replace", True), "replace=True", "--replace-table"),
        (argument, ("decimal", ","), "decimal=','", "--decimal ,"),
        (argument, ("sheet", "*"), "sheet='*'", "--sheet '*'"),
        (argument, ("date_format", "%d %b"), "date_format='%d %b'", "--date-format '%d %b'"),
        (
            argument,
            ("types", {"day": "timestamp('UTC')"}),
            """types={'day': "timestamp('UTC')"}""",
            """--type 'day=timestamp('"'"'UTC'"'"')'""",
        ),
        (named, ("as_of",), "as_of", "--as-of"),
        (named, ("temporary", "folder"), "temporary", "--out"),
    ],
)
def test_an_argument_is_told_to_both(told, given, python: str, option: str) -> None:
    assert both(f"Give {told(*given)}.") == (f"Give {python}.", f"Give {option}.")


@given(before=st.text(), after=st.text(), value=st.text())
def test_foreign_text_comes_through_as_it_is(before: str, after: str, value: str) -> None:
    python, option = both(f"{before}{argument('customer', value)}{after}")
    assert python == f"{before}customer={value!r}{after}"
    assert option == f"{before}--customer {shlex.quote(value)}{after}"


def test_what_is_to_be_typed_runs_nothing_of_what_the_data_hold() -> None:
    _, option = both(argument("currency", "$(rm -r ~)'s `pwd`"))
    assert shlex.split(option) == ["--currency", "$(rm -r ~)'s `pwd`"]
    assert option == """--currency '$(rm -r ~)'"'"'s `pwd`'"""


def test_foreign_text_that_looks_like_an_argument_is_none() -> None:
    said = "--customer customer= {argument('customer')} \x1fcustomer\x1f"
    assert both(f"{said} {argument('date')}") == (f"{said} date=", f"{said} --date")


def test_a_text_stays_one_in_copies_and_in_other_processes() -> None:
    text = Message(f"Give {argument('as_of')}.")
    for same in (
        copy.deepcopy(text),
        pickle.loads(pickle.dumps(text)),
        Message.of(list(text.parts)),
        Message(text),
    ):
        assert (same, with_options(same)) == ("Give as_of=.", "Give --as-of.")
    assert both(f"{text.marked} Now.") == ("Give as_of=. Now.", "Give --as-of. Now.")


def test_within_calling_arguments_go_by_other_names_and_afterwards_by_their_options() -> None:
    text = Message(f"Give {argument('as_of', '2026-01-31')} or {argument('header', False)} now.")
    with calling(lambda name, typed: f"<{name}{typed}>"):
        assert with_options(text) == clip(text) == "Give <as_of 2026-01-31> or <no-header> now."
        with pytest.raises(ZeroDivisionError), calling(lambda *_: str(1 / 0)):
            with_options(text)
        assert with_options("no argument") == "no argument"
    assert with_options(text) == clip(text) == "Give --as-of 2026-01-31 or --no-header now."


def test_an_error_tells_arguments_and_keeps_the_options() -> None:
    error = SettingsError(f"Give {argument('date')}.")
    assert (str(error), repr(error)) == ("Give date=.", "SettingsError('Give date=.')")
    assert with_options(error.message) == "Give --date."
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), with_options(again.message)) == ("Give date=.", "Give --date.")
    assert with_options(error.message.renamed({"date": "day"})) == "Give --day."


def every_kind(kind: type[RFMeansError]) -> set[type[RFMeansError]]:
    return {kind}.union(*map(every_kind, kind.__subclasses__()))


def test_every_error_passes_from_process_to_process() -> None:
    more = {
        MissingColumnError.__name__: (("customer",),),
        SeveralColumnsError.__name__: (("order id", "order number"), ()),
        UndecidedError.__name__: ("when", "1/2/2024"),
        OutsideError.__name__: (dt.date(2024, 1, 1), dt.date(2024, 2, 1)),
    }
    kinds = every_kind(RFMeansError)
    assert more.keys() <= {kind.__name__ for kind in kinds}
    for kind in kinds:
        error = kind(f"Give {argument('date')}.", *more.get(kind.__name__, ()))
        for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
            assert type(again) is kind
            assert (str(again), with_options(again.message)) == ("Give date=.", "Give --date.")
            assert vars(again) == vars(error)


def test_one_mistake_said_to_both(tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text("customer,when,amount\na,2024-01-01,1\n", encoding="utf-8")
    with pytest.raises(RFMeansError) as found:
        rfmeans.segment(orders)
    said = "No column was recognised as the date. The columns are: customer, when, amount. Give "
    assert str(found.value) == f"{said}date='NAME'."
    done = CliRunner().invoke(app, ["segment", str(orders), "--out", str(tmp_path / "out")])
    assert isinstance(done.exception, RFMeansError)
    assert with_options(done.exception.message) == f"{said}--date NAME."


@pytest.mark.slow
def test_sentences_of_a_result_say_options_wherever_they_are_drawn() -> None:
    orders = make_orders(300, seed=1).drop(columns="kind")
    twice = pd.concat([orders, orders[:1]])
    with rfmeans.segment(twice, n_init=1) as result:
        said = result.summary.account.noticed.sentences()[-1]
        terminal = io.StringIO()
        print_told(result.sections(), Written(Path("out"), None), Console(file=terminal, width=300))
        drawn = (terminal.getvalue(), result.report().html)
    assert said.endswith("If such lines are no sales of their own, drop_duplicates=True sets them aside.")
    assert all("no sales of their own, --drop-duplicates sets them aside" in text for text in drawn)


def test_advice_of_an_inspection_is_told_to_both() -> None:
    found = rfmeans.inspect(make_orders(300, seed=1).drop(columns="kind"))
    (advice,) = (each.advice for each in found.advice if each.code == "few-customers")
    assert "(segments=3)" in advice
    assert "(--segments 3)" in next(each["advice"] for each in found.to_dict()["advice"])


# All messages there are


def texts(path: Path) -> list[tuple[int, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def modules() -> list[Path]:
    return [path for path in SOURCES.rglob("*.py") if "cli" not in path.relative_to(SOURCES).parts]


def test_no_option_is_spelt_by_hand_outside_the_command_line() -> None:
    spelt = [
        f"{path.relative_to(SOURCES)}:{line}: {text}"
        for path in modules()
        if path.name != "arguments.py"  # whose docstrings show both
        for line, text in texts(path)
        if re.search(r"(?<![\w-])--[a-z]", text.replace("pip install --upgrade", ""))
    ]
    assert not spelt, "\n".join(spelt)


def known_arguments() -> set[str]:
    """Every name that a Python user can give."""
    functions = [
        *(rfmeans.segment, rfmeans.assign, rfmeans.inspect, rfmeans.effect, rfmeans.movement),
        *(rfmeans.SegmentModel.to_sql, rfmeans.SegmentModel.explain),
        *(rfmeans.Segmentation.save, rfmeans.Segmentation.write_table),
    ]
    known = {name for function in functions for name in inspect.signature(function).parameters}
    groups = (Columns, CustomerColumns, Reading, Limits, Settings, AudienceSettings, Serving)
    return known | {field.name for group in groups for field in fields(group)} | {"currency_column"}


def options() -> set[str]:
    """Every option of every command."""
    commands = typer.main.get_command(app).commands.values()  # type: ignore[attr-defined]
    return {
        name
        for command in commands
        for option in command.params
        for name in (*option.opts, *option.secondary_opts)
    }


@pytest.mark.slow
def test_every_argument_named_in_a_message_exists_and_has_its_option() -> None:
    named_somewhere = set()
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id in ("argument", "named") and isinstance(node.args[0], ast.Constant):
                named_somewhere.add((node.func.id, node.args[0].value))
    assert len(named_somewhere) > 40
    known = known_arguments() | {"write_table", "max_drift", "ask"}  # a method; an argument of one
    for _, name in named_somewhere - {("argument", "NAME")}:
        if "arguments.py" in name:
            continue
        assert name in known, name
        if name not in OF_PYTHON:
            assert with_options(Message(named(name))) in options(), name


def test_the_table_of_options_is_one_of_options() -> None:
    assert {f"--{option}" for option in OPTIONS.values()} <= options()


def test_the_mark_is_drawn_not_written() -> None:
    assert re.fullmatch("\x1f[0-9a-f]{16}\x1f", MARK)
