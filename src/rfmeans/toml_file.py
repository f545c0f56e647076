"""TOML files: read with a plain word on what is wrong, checked for what they may hold, and written."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rfmeans.errors import SettingsError, did_you_mean

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence


def built_in(room: str, name: str) -> dict[str, Any]:
    """Return a file that comes with rfmeans, such as ``lexicon.toml`` of the room ``segments``."""
    return tomllib.loads(files(f"rfmeans.{room}").joinpath(name).read_text(encoding="utf-8"))


def read_toml(path: str | os.PathLike[str], kind: str) -> dict[str, Any]:
    """Return a user's file; ``kind`` is what messages call it, such as ``lexicon``.

    Raises
    ------
    SettingsError
        If it cannot be read, or is no TOML in UTF-8.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SettingsError(
            f"Cannot read the {kind} {str(path)!r}: {error.strerror}. Check the path."
        ) from error
    except UnicodeDecodeError:
        raise SettingsError(
            f"The {kind} {str(path)!r} is not UTF-8 text. Save it as a TOML file in UTF-8."
        ) from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The {kind} {str(path)!r} is not TOML: {error}. Mend that place.") from None


def as_table(value: Any, where: str) -> Mapping[str, Any]:
    """Return a value that must be a table.

    Raises
    ------
    SettingsError
        If it is none.
    """
    if not isinstance(value, Mapping):
        raise SettingsError(f"{where} must be a table. Got {value!r}.")
    return value


def check_keys(table: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    """Refuse what a table has no place for.

    Raises
    ------
    SettingsError
        If it has such a key.

    >>> check_keys({"custmer": []}, ["customer", "date"], "my.toml, layout 1")
    Traceback (most recent call last):
    rfmeans.errors.SettingsError: my.toml, layout 1 has no place for 'custmer'. Did you mean 'customer'? \
Known are: customer, date.
    """
    for key in table:
        if key not in known:
            raise SettingsError(
                f"{where} has no place for {key!r}.{did_you_mean(str(key), known)} Known are: {', '.join(known)}."
            )


def is_line(text: Any) -> bool:
    """Tell whether something is one line of text, not empty and without blanks around it."""
    return isinstance(text, str) and bool(text) and text == text.strip() and text.isprintable()


def check_line(text: Any, what: str) -> None:
    """Refuse what is not one line of text.

    Raises
    ------
    SettingsError
        If it is something else, empty, or has blanks around it.
    """
    if not is_line(text):
        raise SettingsError(f"{what} must be one line of text, without blanks around it. Got {text!r}.")


def to_toml(content: Mapping[str, Any]) -> str:
    r"""Return texts, numbers, lists of them and tables as a TOML file.

    >>> print(to_toml({"grid": [{"cuts": [0.4], "names": {"high": {"very recent": 'The "best"'}}}]}).strip())
    [[grid]]
    cuts = [0.4]
    <BLANKLINE>
    [grid.names]
    <BLANKLINE>
    [grid.names.high]
    "very recent" = "The \"best\""
    """
    return "\n".join([*_lines_of(content), ""]).lstrip()


def _lines_of(table: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[str]:
    tables = {key: value for key, value in table.items() if isinstance(value, Mapping) or _are_tables(value)}
    for key, value in table.items():
        if key not in tables:
            yield f"{toml_key(key)} = {_value(value)}"
    for key, value in tables.items():
        inside = (*path, toml_key(key))
        one = isinstance(value, Mapping)
        for each in [value] if one else value:
            yield ""
            yield f"[{'.'.join(inside)}]" if one else f"[[{'.'.join(inside)}]]"
            yield from _lines_of(each, inside)


def _are_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) for each in value)


def _value(value: Any) -> str:
    # JSON's texts, numbers and lists are TOML's, but for one sign.
    return json.dumps(value, ensure_ascii=False, allow_nan=False).replace("\x7f", "\\u007f")


def toml_key(key: str) -> str:
    """Return a key as TOML writes it.

    >>> toml_key("recent"), toml_key("very recent")
    ('recent', '"very recent"')
    """
    return key if re.fullmatch("[A-Za-z0-9_-]+", key) else _value(key)
