"""`--ask`: a question is answered by a number, and the run goes on; without a terminal it stops as it did."""

import io
import os
import sys

import pytest

from helpers.command import run
from rfmeans.cli import ask
from rfmeans.cli.ask import give, same_line
from rfmeans.settings import CustomerColumns


@pytest.fixture
def orders(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("who,date,amount\na,03/04/2024,10\nb,05/06/2024,20\n", encoding="utf-8")
    return path


@pytest.fixture
def typing(monkeypatch):
    """Return what lets a terminal type lines."""

    def types(text: str) -> None:
        monkeypatch.setattr(ask, "_on_terminal", lambda: True)
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))

    return types


def test_two_questions_are_asked_and_the_same_line_is_told(orders, typing):
    typing("1\n2\n")
    done = run("inspect", orders, "--ask")
    assert "1 --customer who: such as 'a', 'b'" in done.said
    assert "1 --date-format %d/%m/%Y: '03/04/2024' is 3 April 2024" in done.said
    assert (
        f"The same without questions: rfmeans inspect {orders} --customer who --date-format %m/%d/%Y"
        in done.said
    )
    assert "Orders of 2024-03-04" in done.out or "2024-03-04" in done.out
    again = run("inspect", orders, "--customer", "who", "--date-format", "mdy")
    assert again.out == done.out


def test_what_is_no_number_of_a_choice_is_asked_again(orders, typing):
    typing("9\nx\n\n1,2\n1\n1\n")
    done = run("inspect", orders, "--ask")
    assert done.said.count("Which one? 1 to 3") == 5
    assert "--customer who --date-format %d/%m/%Y" in done.said


@pytest.mark.parametrize("typed", ["q\n", ""])
def test_who_stops_gets_the_error(orders, typing, typed):
    typing(typed)
    done = run("inspect", orders, "--ask", code=1)
    assert "Error: No column was recognised as the customer." in done.said
    assert "The same" not in done.said


@pytest.mark.slow
def test_segments_are_written_after_the_answers(tmp_path, typing):
    rows = "".join(f"c{n},0{1 + n % 6}/0{1 + n % 5}/2024,{10 + n}\n" for n in range(12))
    path = tmp_path / "orders.csv"
    path.write_text(f"customer,date,amount\n{rows}", encoding="utf-8")
    typing("1\n")
    done = run("segment", path, "--segments", 2, "--ask", "--no-report", "--out", tmp_path / "out")
    assert (tmp_path / "out" / "model.json").exists()
    assert "--date-format %d/%m/%Y" in done.said


@pytest.mark.slow
def test_of_statuses_several_can_be_picked(tmp_path, typing):
    path = tmp_path / "orders.csv"
    rows = ["a,2024-01-13,10,voided", "b,2024-01-14,20,cancelled", "c,2024-01-15,40,refunded"]
    path.write_text("\n".join(["customer,date,amount,status", *rows]) + "\n", encoding="utf-8")
    typing("1,2\n")
    done = run("inspect", path, "--ask")
    assert "1 to 4, several like 1,3" in done.said
    assert "--keep-status " in done.said


def test_without_a_terminal_it_stops_and_says_so(orders):
    done = run("inspect", orders, "--ask", code=1)
    assert "Give --customer NAME and" in done.said or "Give --customer NAME." in done.said
    assert "Nothing was asked (--ask): standard input and standard error are no terminal." in done.said


def test_without_ask_nothing_is_asked(orders, typing):
    typing("1\n")
    assert "Which one?" not in run("inspect", orders, code=1).said


def test_an_answer_that_changes_nothing_is_not_asked_for_without_end(orders, typing, monkeypatch):
    monkeypatch.setattr(ask, "MOST_ASKED", 3)
    typing("3\n" * 50)
    monkeypatch.setattr(ask, "give", lambda how, answer: None)
    assert run("inspect", orders, "--ask", code=1).said.count("Which one?") == 3


def test_a_column_of_a_table_of_customers_is_put_among_its_columns():
    how = {"columns": CustomerColumns("who"), "where": "x > 1"}
    give(how, {"recency": "days", "where": None})
    assert how == {"columns": CustomerColumns("who", recency="days")}


def test_an_option_that_is_answered_anew_stands_once_and_is_called_as_in_the_command():
    words = ["explain", "m", "o", "--customer", "7", "--customer-column=wo", "--ask"]
    found = same_line(words, {"customer": "who"}, {"customer": "customer_column"})
    assert found == "rfmeans explain m o --customer 7 --customer-column who"


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a pseudo-terminal")
def test_a_real_terminal_is_asked(orders):
    import pty
    import subprocess

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "rfmeans", "inspect", str(orders), "--ask"]
    with subprocess.Popen(command, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE) as process:
        os.close(theirs)
        os.write(ours, b"1\n2\n")
        assert process.stdout is not None
        out = process.stdout.read().decode()
        said = os.read(ours, 100_000).decode()
    os.close(ours)
    assert process.returncode == 0
    assert "2024-03-04" in out
    assert "Which one?" in said


def test_nobody_is_asked_where_standard_input_is_closed(orders, monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    assert ask._on_terminal() is False
