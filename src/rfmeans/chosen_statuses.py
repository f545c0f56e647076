"""The statuses that count, as a user writes them: one text with commas, or several."""

from __future__ import annotations

import re
from typing import Any

ALL_STATUSES = "all"  # what they are called where every status counts
STATUS = re.compile(r'\s*(?:"((?:[^"]|"")*)"\s*(?=,|$)|([^,]*))(?:,|$)')  # of several, with what divides them


def parse_statuses(value: Any) -> tuple[str, ...] | None:
    """Return statuses from texts with commas; one that holds a comma itself stands in quotation marks. None stays None.

    >>> parse_statuses(["paid, refunded", "Partially Refunded", '"sent, late"'])
    ('paid', 'refunded', 'Partially Refunded', 'sent, late')
    """
    if value is None:
        return None
    texts = [value] if isinstance(value, str) else list(value)
    parts = (part for text in texts for part in STATUS.finditer(str(text)))
    found = tuple(filter(None, (_unquoted(*part.groups()) for part in parts)))
    return (ALL_STATUSES,) if any(part.casefold() == ALL_STATUSES for part in found) else found


def _unquoted(quoted: str | None, plain: str | None) -> str:
    """Return a status from how it was written."""
    return (plain or "").strip() if quoted is None else quoted.replace('""', '"')


def quoted_status(name: str) -> str:
    """Return a status as it stands among others, in quotation marks where it would be taken for several.

    >>> quoted_status("paid"), quoted_status("sent, late")
    ('paid', '"sent, late"')
    """
    return name if parse_statuses(name) in ((name,), (ALL_STATUSES,)) else '"' + name.replace('"', '""') + '"'
