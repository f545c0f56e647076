"""Cells with a type of their own in a column that also holds text: a number, a moment among words.

A column is text as soon as one of its cells is, and then the typed ones are written down as well. They have no decimal
mark and no order of day and month, so that no way of writing text may read them, nor be told by them: a fraction
stands behind `SEPARATOR`, which no shop writes, and a moment ends in it. Whole numbers read the same either way.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

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
