"""Prose on a terminal ends its lines at blanks; elsewhere a sentence is one line, as scripts read it."""

import io

import pytest
from rich.console import Console

from rfmeans.cli.consoles import stdout
from rfmeans.cli.prose import print_prose


class Terminal(io.StringIO):
    """A text that says that it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def told(text: str, file: io.StringIO, width: int = 20, hanging: int = 0) -> list[str]:
    print_prose(Console(file=file, width=width, highlight=False), text, hanging=hanging)
    return file.getvalue().splitlines()


def test_lines_end_at_blanks_and_are_as_full_as_they_can_be():
    # "Half of them come" is 17, with "back" 22; "back within 54 days." is 20, which just fits.
    assert told("Half of them come back within 54 days.", Terminal()) == [
        "Half of them come",
        "back within 54 days.",
    ]


def test_a_sentence_stays_whole_elsewhere():
    assert told("Half of them come back within 54 days.", io.StringIO()) == [
        "Half of them come back within 54 days."
    ]


def test_colours_asked_for_make_no_terminal_of_a_pipe(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert len(told("Half of them come back within 54 days.", io.StringIO())) == 1


def test_a_word_longer_than_a_line_is_not_broken():
    path = "/home/shop/2024/orders-of-all-years.parquet"
    assert told(f"Read {path} whole.", Terminal()) == ["Read", path, "whole."]


def test_a_number_keeps_its_per_cent():
    # "All but these, a 10" is 19.
    assert told("All but these, a 10 %) are held out", Terminal()) == [
        "All but these, a",
        "10 %) are held out",
    ]


def test_what_belongs_to_an_entry_hangs_below_it():
    assert told("  Loyal: three words and more\n    below it, as long", Terminal(), hanging=4) == [
        "  Loyal: three words",
        "    and more",
        "    below it, as",
        "    long",
    ]


@pytest.mark.parametrize("file", [Terminal, io.StringIO])
def test_an_empty_line_stays_one(file):
    assert told("", file()) == [""]


def test_wide_letters_count_as_two():
    assert told("顧客顧客顧客 顧客顧客 x", Terminal()) == ["顧客顧客顧客", "顧客顧客 x"]  # 12 and 8; 8 and 2


def test_markup_goes_on_on_the_next_line():
    file = Terminal()
    console = Console(file=file, width=20, highlight=False, force_terminal=True, color_system="standard")
    print_prose(console, "[bold]Half of them come back[/] soon.")
    assert file.getvalue() == "\x1b[1mHalf of them come\x1b[0m\n\x1b[1mback\x1b[0m soon.\n"


def test_a_word_between_colons_is_no_picture(capsys):
    print_prose(stdout(), "Customer :smile: is in no segment.")
    assert capsys.readouterr().out == "Customer :smile: is in no segment.\n"
