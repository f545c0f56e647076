"""How a text names an argument: ``customer=`` to whoever calls from Python, ``--customer`` on the command line.

A text is written once, with `argument` or `named` where it names one, and made a `Message`: errors and findings do that
themselves. A `Message` reads as Python users need it; `with_options` returns what the command line, the JSON of it and
the report say in its place. Within `calling` it says what others do: the page names its controls.
"""

from __future__ import annotations

import os
import shlex
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

# Stands around the three parts of an argument until the text is a `Message`. No foreign text in it can hold this.
MARK = f"\x1f{os.urandom(8).hex()}\x1f"
NOTHING = object()
# How options are called that are not called like their arguments.
OPTIONS = {
    "folder": "out",
    "name": "write-table",  # of a table to write
    "replace": "replace-table",
    "types": "type",
    "start": "from",  # of the campaign's time
    "end": "to",
    "until": "to",  # the second date of a movement
}


def argument(name: str, value: Any = NOTHING) -> str:
    """Return an argument for a text, on its own or with a value to give.

    >>> text = Message(f"Give {argument('sheet', '*')}, {argument('accept_loss', True)} or {argument('date')}.")
    >>> print(text)
    Give sheet='*', accept_loss=True or date=.
    >>> print(with_options(text))
    Give --sheet '*', --accept-loss or --date.
    """
    shown = "" if value is NOTHING else repr(value)
    return _marked(f"no-{name}" if value is False else name, _typed(value), f"{name}={shown}")


def named(name: str, option: str = "") -> str:
    """Return an argument for a text that speaks of it; the command line's part may be played by another one's option.

    >>> text = Message(f"{named('as_of')} must be a date.")
    >>> print(text)
    as_of must be a date.
    >>> print(with_options(text))
    --as-of must be a date.
    """
    return _marked(option or name, "", name)


@dataclass(frozen=True)
class Choice:
    """One answer to what an error asks: what to give, and what that means.

    In a text it stands as its arguments, so that a message and its choices cannot differ.

    Attributes
    ----------
    given
        Values by argument, all to be given; None: the argument is to be left out.
    meaning
        In words, with an example from the data; blank where the value says it.

    >>> choice = Choice({"quantity": "n", "price": "each"}, "the price of one piece")
    >>> text = Message(f"Give {choice}.")
    >>> print(text)
    Give quantity='n' with price='each'.
    >>> choice.options
    ['--quantity', 'n', '--price', 'each']
    """

    given: Mapping[str, Any]
    meaning: str = ""

    def __str__(self) -> str:
        """Return it as a part of a text."""
        named = [argument(name, NOTHING if value is None else value) for name, value in self.given.items()]
        return " with ".join(named)

    def renamed(self, names: Mapping[str, str]) -> Choice:
        """Return it for whoever calls some arguments otherwise."""
        return Choice({names.get(name, name): value for name, value in self.given.items()}, self.meaning)

    @property
    def options(self) -> list[str]:
        """What is typed for it on a command line; nothing for what is left out."""
        return options_of(self.given)


def together(picked: Sequence[Choice]) -> dict[str, Any]:
    """Return one answer of choices; of an argument that takes several values, all of them.

    >>> together([Choice({"keep_status": "paid"}), Choice({"keep_status": "sent"})])
    {'keep_status': ('paid', 'sent')}
    """
    if len(picked) == 1:
        return dict(picked[0].given)
    names = {name for choice in picked for name in choice.given}
    return {name: tuple(choice.given[name] for choice in picked) for name in names}


def give(how: dict[str, Any], answer: Mapping[str, Any]) -> None:
    """Put the arguments of an answer among those that were given; what is None is left out."""
    for name, value in answer.items():
        columns = how.get("columns")
        if hasattr(columns, name):  # of a table of customers, whose columns are given all at once
            how["columns"] = replace(columns, **{name: value})  # type: ignore[type-var]
        elif value is None:
            how.pop(name, None)
        else:
            how[name] = value


def options_of(given: Mapping[str, Any]) -> list[str]:
    """Return arguments as a command line has them, each word on its own; what is None is left out.

    >>> options_of({"as_of": "2026-01-31", "keep_status": ("paid", "sent"), "header": False, "where": None})
    ['--as-of', '2026-01-31', '--keep-status', 'paid,sent', '--no-header']
    """
    words: list[str] = []
    for name, value in given.items():
        if value is not None:
            words.append(option_name(f"no-{name}" if value is False else name))
            words += [] if isinstance(value, bool) else [_plain(value)]
    return words


def _plain(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


def _marked(name: str, typed: str, python: str) -> str:
    return MARK.join(("", name, typed, python, ""))


def _typed(value: Any) -> str:
    """Return a value as it is typed behind an option; blank where there is none to type."""
    if value is NOTHING or isinstance(value, bool):
        return ""
    text = "=".join(next(iter(value.items()))) if isinstance(value, dict) else str(value)
    return f" {shlex.quote(text)}"


class Message(str):
    """A text for Python users that knows which words of it name an argument.

    Attributes
    ----------
    parts
        Words, an argument's name, what is typed behind its option, how it reads in Python; words, and so on.
    """

    parts: tuple[str, ...]

    def __new__(cls, text: str) -> Message:
        """Return the text with arguments in it; a `Message` as it is."""
        return text if isinstance(text, Message) else cls.of(text.split(MARK))

    @classmethod
    def of(cls, parts: Sequence[str]) -> Message:
        """Return the text of such parts."""
        made = super().__new__(cls, "".join(part for at, part in enumerate(parts) if at % 4 in (0, 3)))
        made.parts = tuple(parts)
        return made

    @property
    def marked(self) -> str:
        """The text as a part of another one."""
        return MARK.join(self.parts)

    @property
    def arguments(self) -> tuple[str, ...]:
        """The arguments that it names."""
        return self.parts[1::4]

    def renamed(self, names: Mapping[str, str], *, in_python: bool = False) -> Message:
        """Return the text with some arguments' options called otherwise; ``in_python``: the arguments as well."""
        parts = list(self.parts)
        for at in range(1, len(parts), 4):
            name = parts[at]
            parts[at] = names.get(name, name)
            if in_python:
                parts[at + 2] = parts[at + 2].replace(name, parts[at], 1)
        return Message.of(parts)


def with_options(text: str) -> str:
    """Return a text as the command line, its JSON and the report say it; one without arguments as it is."""
    return retold(text, CALLED.get())


def retold(text: str, called: Callable[[str, str], str]) -> str:
    """Return a text with its arguments called as a function calls them; one without arguments as it is.

    The function is given the argument's name, ``no-`` before it where it is to be False, and what is typed behind its
    option: a blank and the value, or nothing.

    >>> retold(Message(f"Give {argument('as_of', '2026-01-31')}."), lambda name, typed: f"{name.upper()}{typed}")
    'Give AS_OF 2026-01-31.'
    """
    if not isinstance(text, Message):
        return text
    words, names, typed = text.parts[::4], text.parts[1::4], text.parts[2::4]
    said = [f"{called(*each)}{after}" for *each, after in zip(names, typed, words[1:], strict=True)]
    return "".join([words[0], *said])


@contextmanager
def calling(called: Callable[[str, str], str]) -> Iterator[None]:
    """Let `with_options`, and whatever cuts or draws texts by it, call arguments as a function does: see `retold`.

    >>> with calling(lambda name, typed: f"the field {name}"):
    ...     with_options(Message(f"Give {argument('as_of', '2026-01-31')}."))
    'Give the field as_of.'
    """
    before = CALLED.set(called)
    try:
        yield
    finally:
        CALLED.reset(before)


def option_name(name: str) -> str:
    """Return what an argument's option is called.

    >>> option_name("as_of"), option_name("folder")
    ('--as-of', '--out')
    """
    return f"--{OPTIONS.get(name, name).replace('_', '-')}"


def _option(name: str, typed: str) -> str:
    return f"{option_name(name)}{typed}"


# How whoever is spoken to calls an argument.
CALLED: ContextVar[Callable[[str, str], str]] = ContextVar("called", default=_option)
