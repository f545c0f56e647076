"""A number as it was given, in Python or as text on the command line -> a float, or how to write it."""

from __future__ import annotations

import math
import re

from rfmeans.arguments import argument, named
from rfmeans.errors import SettingsError
from rfmeans.settings import is_number
from rfmeans.wording import clip


def given_number(name: str, value: float | str | None, usual: float) -> float:
    """Return a number; the usual one for None.

    Raises
    ------
    SettingsError
        If it is none.

    >>> given_number("margin", "0.4", 1.0), given_number("margin", None, 1.0)
    (0.4, 1.0)
    >>> given_number("margin", "40 %", 1.0)
    Traceback (most recent call last):
    rfmeans.errors.SettingsError: margin must be a number. Got '40 %'. Write margin=0.4.
    """
    if value is None:
        return usual
    if isinstance(value, str):
        value = _typed(name, value)
    if not is_number(value) or not math.isfinite(value):
        raise SettingsError(f"{named(name)} must be a number. Got {value!r}.")
    return float(value)


def _typed(name: str, text: str) -> float:
    """Return a number as it was typed on the command line."""
    try:
        return float(text)
    except ValueError:
        plain = re.sub(r"[^\d.,-]", "", text).replace(",", ".")
    try:
        meant = argument(name, float(plain) / (100 if "%" in text else 1))
        how = f"Write {meant}."
    except ValueError:
        how = "Write digits, with a point before decimals."
    raise SettingsError(f"{named(name)} must be a number. Got {clip(text)!r}. {how}")
