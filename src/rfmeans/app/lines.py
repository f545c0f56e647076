"""What the page did -> the command line that does the same."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import options_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SECRETS = re.compile(r"([?&])(?:password|sslpassword)=[^&]*&?", re.IGNORECASE)
USUAL = {"segments": 4, "transform": "auto", "holdout": 0.1, "audience_format": "plain"}


def command_line(
    command: str, words: Sequence[str], how: Mapping[str, Any], settings: Mapping[str, Any]
) -> str:
    """Return the line; settings that are as usual are left out.

    >>> command_line("segment", ["my orders.csv"], {}, {"segments": 4, "transform": "auto"})
    "rfmeans segment 'my orders.csv'"
    """
    chosen = {name: value for name, value in settings.items() if value != USUAL.get(name)}
    return shlex.join(["rfmeans", command, *words, *options_of({**how, **chosen})])


def without_password(source: str) -> str:
    """Return a path, or the address of a database without its password.

    >>> without_password("postgres://me:se/cr@t@host/shop?sslmode=require&password=other&port=5433")
    'postgres://me@host/shop?sslmode=require&port=5433'
    >>> without_password("orders@2024:1.csv"), without_password("postgres:///shop")
    ('orders@2024:1.csv', 'postgres:///shop')
    """
    scheme, mark, rest = source.partition("://")
    if not mark:
        return source
    user, at, place = rest.rpartition("@")
    plain = SECRETS.sub(r"\1", place).rstrip("?&")
    return f"{scheme}{mark}{user.partition(':')[0]}{at}{plain}"
