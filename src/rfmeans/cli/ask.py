"""A question on the terminal: the choices of an error, numbered; the answers are given as if they had been options."""

from __future__ import annotations

import shlex
import sys
from itertools import count
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from rfmeans.arguments import Message, argument, give, option_name, options_of, together
from rfmeans.cli.consoles import escaped, stderr
from rfmeans.errors import RFMeansError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rfmeans.arguments import Choice
    from rfmeans.cli.options import AskingOptions

Result = TypeVar("Result")

MOST_ASKED = 20  # an answer that changes nothing must not be asked for without end


def asking(
    work: Callable[[], Result],
    how: dict[str, Any],
    ask: AskingOptions,
    called: Mapping[str, str] | None = None,
) -> Result:
    """Do the work; where it stops at a question and may ask, ask and do it again with the answer in ``how``.

    ``called``: what the options of some arguments are called in this command.
    """
    answers: dict[str, Any] = {}
    for asked in count():
        try:
            result = work()
        except RFMeansError as error:
            if not ask.ask or not error.choices or asked == MOST_ASKED:
                raise
            answer = _answer(error) if _on_terminal() else _nobody(error)
            answers |= answer
            give(how, answer)
        else:
            break
    if answers:
        line = same_line(sys.argv[1:], answers, called or {})
        stderr().print(f"The same without questions: {escaped(line)}", soft_wrap=True)
    return result


def _on_terminal() -> bool:
    # Either is None where it was closed before the start.
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def _nobody(error: RFMeansError) -> NoReturn:
    """Raise the error with a sentence on why nobody was asked."""
    error.message = Message(
        f"{error.message.marked} Nothing was asked ({argument('ask', True)}): standard input and standard error are "
        "no terminal."
    )
    raise error


def _answer(error: RFMeansError) -> dict[str, Any]:
    console, choices = stderr(), error.choices
    console.print(escaped(error.message), soft_wrap=True)
    for number, choice in enumerate(choices, start=1):
        typed = shlex.join(choice.options) or f"without {' and '.join(map(option_name, choice.given))}"
        meaning = f": {choice.meaning}" if choice.meaning else ""
        console.print(f"  {number}  {escaped(typed)}{escaped(meaning)}", soft_wrap=True)
    several = ", several like 1,3" if any(map(_takes_several, choices)) else ""
    while True:
        try:
            typed = console.input(f"Which one? 1 to {len(choices)}{several}, or q to stop: ")
        except EOFError:
            raise error from None
        if typed.strip().casefold() in ("q", "quit"):
            raise error
        picked = _picked(typed, choices)
        if picked:
            return together(picked)


def _takes_several(choice: Choice) -> bool:
    return list(choice.given) == ["keep_status"]


def _picked(typed: str, choices: Sequence[Choice]) -> list[Choice]:
    """Return the choices of the numbers typed; none where they are not understood."""
    numbers = typed.replace(",", " ").split()
    if not all(number.isdecimal() and 1 <= int(number) <= len(choices) for number in numbers):
        return []
    picked = [choices[int(number) - 1] for number in numbers]
    return picked if len(picked) == 1 or all(map(_takes_several, picked)) else []


def same_line(words: Sequence[str], answers: Mapping[str, Any], called: Mapping[str, str]) -> str:
    """Return the command line that does the same without asking.

    >>> same_line(["inspect", "my orders.csv", "--ask"], {"date_format": "mdy"}, {})
    "rfmeans inspect 'my orders.csv' --date-format mdy"
    >>> same_line(["inspect", "a.csv", "--ask", "--timezone", "UTC"], {"timezone": None}, {})
    'rfmeans inspect a.csv'
    """
    answers = {called.get(name, name): value for name, value in answers.items()}
    kept = _without([word for word in words if word != option_name("ask")], {*map(option_name, answers)})
    return shlex.join(["rfmeans", *kept, *options_of(answers)])


def _without(words: Sequence[str], options: set[str]) -> list[str]:
    """Leave options with their values out; each of those that are asked for takes one."""
    kept: list[str] = []
    skipped = False
    for word in words:
        if skipped:
            skipped = False
        elif word in options:
            skipped = True
        elif word.partition("=")[0] not in options:
            kept.append(word)
    return kept
