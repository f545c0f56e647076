"""What the page did -> the command line that does the same."""

from __future__ import annotations

import re
import shlex
from itertools import zip_longest
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from rfmeans.arguments import options_of
from rfmeans.engines.dispatch import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

UNSURE = "://…"  # what stands behind the scheme of an address that cannot be taken apart for sure
# What a part may hold of the signs that divide an address. Another one stands there by mistake, and with it may be a
# password that is written without its % codes.
SIGNS = "@?#&=:/"
USUAL_SIGNS = {"user": "@", "host": "/:", "dbname": ""}
OTHER_SIGNS = "/:="
USUAL = {"segments": 4, "transform": "auto", "holdout": 0.1, "audience_format": "plain", "consenting": False}


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
    """Return a path, or the address of a database without what is secret in it.

    Of an address that cannot be taken apart for sure nothing is left but its scheme.

    >>> without_password("orders@2024:1.csv"), without_password("mysql://me:pass@host/shop")
    ('orders@2024:1.csv', 'mysql://…')
    """
    scheme, mark, _ = source.partition("://")
    given = _parts(source)
    shown = {name: value for name, value in given.items() if name not in _hidden()} if given else {}
    if mark and not (given and all(_is_sure(*part) for part in shown.items())):
        return f"{scheme if ADDRESS.match(source) else ''}{UNSURE}"
    if shown == (given or {}):
        return source
    return f"{scheme if mark else 'postgres'}://{_put_together(shown)}"


def _parts(source: str) -> dict[str, str] | None:
    """Return what the library of PostgreSQL finds in an address; None: it finds none, or is not here."""
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        return None
    try:
        return {name: str(value) for name, value in conninfo_to_dict(source).items()}
    except (ProgrammingError, UnicodeError):
        return None


def _hidden() -> set[str]:
    """Return the parts that this library says are not to be shown."""
    from psycopg import pq

    return {entry.keyword.decode() for entry in pq.Conninfo.get_defaults() if entry.dispchar}


def _is_sure(name: str, value: str) -> bool:
    if name == "port":
        return re.fullmatch("[0-9,]*", value) is not None
    odd = set(SIGNS) - set(USUAL_SIGNS.get(name, OTHER_SIGNS))
    return not odd & set(value) and "password" not in value.casefold()


def _put_together(parts: Mapping[str, str]) -> str:
    """Return an address behind its scheme; hosts that are folders, and ports that are not one for each, stand last."""
    rest = dict(parts)
    user, base = rest.pop("user", ""), rest.pop("dbname", "")
    hosts, ports = rest.get("host", "").split(","), rest.get("port", "").split(",")
    place = ""
    if "/" not in rest.get("host", "/") and ("port" not in rest or len(ports) == len(hosts)):
        pairs = zip_longest(hosts, ports, fillvalue="")
        place = ",".join(
            f"{f'[{host}]' if ':' in host else host}{port and f':{port}'}" for host, port in pairs
        )
        rest = {name: value for name, value in rest.items() if name not in ("host", "port")}
    query = urlencode(rest, safe="/:,", quote_via=quote)
    return f"{quote(user, '')}{'@' if user else ''}{place}/{quote(base, '')}{'?' if query else ''}{query}"
