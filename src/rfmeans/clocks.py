"""Whose clock a column's times were read off, as far as its name says so."""

from __future__ import annotations

import re

UTC = re.compile(r"(?<![^\W\d_])(?:UTC|GMT)(?![^\W\d_])", re.IGNORECASE)


def is_of_utc(name: str) -> bool:
    """Whether the name of a column says that its clock is that of UTC.

    >>> is_of_utc("Created (UTC)"), is_of_utc("order_date_gmt"), is_of_utc("outcome")
    (True, True, False)
    """
    return UTC.search(name) is not None
