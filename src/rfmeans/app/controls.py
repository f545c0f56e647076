"""What the page calls the control of an argument: on the control itself, and in messages that name the argument."""

from __future__ import annotations

from typing import Any

from rfmeans.arguments import option_name, retold
from rfmeans.columns.date_formats import FORMATS
from rfmeans.errors import SettingsError
from rfmeans.segments.settings import AUTO

LABELS = {
    "as_of": "Count recency to (the as-of date)",
    "since": "First day that counts",
    "window": "Days of frequency and monetary",
    "table": "Table",
    "where": "SQL condition",
    "keep_status": "Statuses that count",
    "drop_duplicates": "Set repeated lines aside",
    "currency_symbol": "Sign of money",
    "segments": "Number of segments",
    "transform": "Transform",
    "lexicon": "Names that you took along (a lexicon)",
    "holdout": "Held out (%)",
    "audience_format": "Lists as this tool takes them",
    "consenting": "Leave out who does not consent to marketing",
    "start": "Purchases count from",
    "end": "Purchases count to",
    "until": "To",
}
# How orders are read has more to it than most need: each of these is one of the settings under "Another setting".
COLUMNS = ("customer", "date", "amount", "order", "quantity", "price", "status", "refund", "currency_column")
MORE = (
    *("date_format", "decimal", "timezone", "currency", "amount_per", "accept_loss"),
    *("sheet", "encoding", "delimiter", "header"),
)
SWITCHES = {"drop_duplicates": False, "accept_loss": False, "header": True}  # as it is without them
YES_OR_NO = {"yes": True, "no": False}
RECOMMENDED = "Recommended"  # the control of what `AUTO` is on a command line
# Values that are codes, in words, by argument and value.
CODES = {
    ("sheet", "*"): "all of them",
    **{("date_format", form.option): form.name for form in FORMATS},
}
STAND_INS = ("NAME", "NAME,NAME")  # for what is to be typed behind an option; a control has its own


def label(name: str) -> str:
    """Return what the control of an argument is called.

    >>> label("since"), label("date_format"), label("customer")
    ('First day that counts', 'Date format', 'Column of customer')
    """
    if name in COLUMNS:
        return f"Column of {name.removesuffix('_column')}"
    return LABELS.get(name, name.replace("_", " ").capitalize())


def with_controls(text: str) -> str:
    """Return a text as the page says it; what the page has no control for goes by its option.

    >>> from rfmeans.arguments import Message, argument
    >>> with_controls(Message(f"Give {argument('since', '2026-01-31')}, or {argument('header', False)}."))
    'Give “First day that counts” 2026-01-31, or “Header” no.'
    """
    return retold(text, called)


def called(name: str, typed: str) -> str:
    """Return what the page calls an argument with what would be typed behind its option.

    >>> called("holdout", " 0.25"), called("segments", " auto"), called("status", " NAME"), called("no-header", "")
    ('“Held out (%)” 25', '“Recommended”', '“Column of status”', '“Header” no')
    """
    plain, value = name.removeprefix("no-"), typed.strip()
    if plain not in (*LABELS, *COLUMNS, *MORE):
        return f"{option_name(name)}{typed}"
    if (plain, value) == ("segments", AUTO):
        return f"“{RECOMMENDED}”"
    if plain == "holdout" and value:
        value = f"{100 * float(value):g}"
    value = "no" if plain != name else in_words(plain, value)
    return " ".join([f"“{label(plain)}”", *([value] if value and value not in STAND_INS else [])])


def in_words(name: str, value: str) -> str:
    """Return the value of an argument as the page says it, where it is a code.

    >>> in_words("date_format", "%d/%m/%Y"), in_words("sheet", "*"), in_words("order", "*")
    ('day/month/year', 'all of them', '*')
    """
    return CODES.get((name, value.strip("'")), value)


def answer(name: str, value: str) -> Any:
    """Return what is meant by a value that was typed: yes or no of a switch, the code of words for one, else the text.

    Raises
    ------
    SettingsError
        If it is no answer to a switch.

    >>> answer("header", "No"), answer("order", "No"), answer("header", ""), answer("date_format", "Day/month/year")
    (False, 'No', '', '%d/%m/%Y')
    >>> answer("header", "maybe")
    Traceback (most recent call last):
    rfmeans.errors.SettingsError: “Header” must be yes or no. Got 'maybe'.
    """
    told = {in_words(*code).casefold(): code[1] for code in CODES if code[0] == name}
    plain = told.get(value.strip().casefold(), value.strip())
    if name not in SWITCHES or not plain:
        return plain
    found = YES_OR_NO.get(plain.casefold())
    if found is None:
        raise SettingsError(f"“{label(name)}” must be yes or no. Got {plain!r}.")
    return found
