"""Cells with a type of their own in a column that also holds text: a number, a moment among words.

A column is text as soon as one of its cells is, and then the typed ones are written down as well. They have no decimal
mark and no order of day and month, so that no way of writing text may read them, nor be told by them: a fraction
stands behind `SEPARATOR`, which no shop writes, and a moment ends in it. Whole numbers read the same either way.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from numbers import Number
from typing import Any

MOST_DIGITS = 40  # before or behind the decimal mark; money has fewer, and 1e999999999 would fill the memory
SEPARATOR = "\u066b"  # the Arabic decimal separator


def typed_number(text: str) -> str:
    """Return a number, as Python or JSON writes it, as text of a column that also holds other text.

    >>> typed_number("1250.5") == f"1250{SEPARATOR}5", typed_number("1250"), typed_number("2e3"), typed_number("7.0")
    (True, '1250', '2000', '7')

    One that is far too large or small to be money stays as it is written:

    >>> typed_number("1e999999999"), typed_number("1e-99999999999999999999")
    ('1e999999999', '1e-99999999999999999999')
    """
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent beyond what Python has
        return text
    if not number.is_finite() or abs(number.adjusted()) > MOST_DIGITS:
        return text
    whole, _, fraction = f"{number:f}".partition(".")
    return f"{whole}{SEPARATOR}{fraction}" if fraction.strip("0") else whole


def typed_moment(iso: str) -> str:
    """Return a moment likewise."""
    return iso + SEPARATOR


def typed_text(cell: Any) -> str | None:
    """Return a cell of a column of several types as text; None where it is blank or no value.

    >>> typed_text(1250.0), typed_text("1.250,00"), typed_text(None), typed_text(float("nan")), typed_text(True)
    ('1250', '1.250,00', None, None, 'True')
    >>> typed_text(dt.date(2025, 1, 5)) == f"2025-01-05 00:00:00{SEPARATOR}"
    True
    """
    if cell is None or cell == "" or cell != cell:
        return None
    if isinstance(cell, dt.date):
        moment = cell if isinstance(cell, dt.datetime) else dt.datetime.combine(cell, dt.time())
        return typed_moment(str(moment))
    if isinstance(cell, Number) and not isinstance(cell, bool):
        return typed_number(str(cell))
    return str(cell)
