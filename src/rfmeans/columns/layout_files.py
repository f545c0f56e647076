"""``layouts.toml``, and files like it: what known exports call their columns, checked when it is the user's own."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from rfmeans.errors import SettingsError, did_you_mean

KINDS = ("id", "email", "phone", "name")
NAMES = ("order", "date", "amount", "quantity", "price", "refund", "status", "currency")
KEYS = ("name", "recognised_by", "customer", *NAMES, "amount_per", "order_level", "keep_status")
AMOUNTS = ("line", "order")


@cache
def built_in() -> dict[str, Any]:
    """Return the built-in layouts, synonyms and words."""
    return tomllib.loads(files("rfmeans.columns").joinpath("layouts.toml").read_text(encoding="utf-8"))


def own_layouts(path: str | None) -> list[dict[str, Any]]:
    """Return the layouts of a user's file; none without one.

    Raises
    ------
    SettingsError
        If it cannot be read, or an entry is not as it should be.
    """
    if path is None:
        return []
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(f"The layouts {path} are not UTF-8 text. Save the file as UTF-8.") from None
    except OSError as error:
        raise SettingsError(f"Cannot read the layouts {path}: {error.strerror}. Check the path.") from error
    return parse_layouts(text, path)


def parse_layouts(text: str, name: str) -> list[dict[str, Any]]:
    """Read layouts from TOML text; ``name`` is what messages call it.

    Raises
    ------
    SettingsError
        If it is not TOML, or an entry is not as it should be.

    >>> parse_layouts('layout = [{name = "My shop"}]', "my.toml")
    Traceback (most recent call last):
    rfmeans.errors.SettingsError: my.toml, layout 'My shop' lacks recognised_by. Give it the names of columns that \
only this export has.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The layouts {name} are not TOML: {error}. Mend that line.") from None
    entries = content.pop("layout", None)
    if content or not isinstance(entries, list) or not entries:
        other = f"Found {', '.join(map(repr, content))}." if content else "Found none."
        raise SettingsError(f"{name} must hold [[layout]] entries and nothing else. {other}")
    for place, entry in enumerate(entries, start=1):
        _check_entry(entry, name, place)
    return entries


def _check_entry(entry: Any, name: str, place: int) -> None:
    if not isinstance(entry, dict):
        raise SettingsError(f"{name}, layout {place} must be a table. Got {entry!r}.")
    title = entry.get("name")
    if not isinstance(title, str) or not title.strip() or not title.isprintable():
        raise SettingsError(f"{name}, layout {place} needs a name, one line of text. Got {title!r}.")
    where = f"{name}, layout {title!r}"
    _check_keys(entry, KEYS, where)
    if "recognised_by" not in entry:
        raise SettingsError(
            f"{where} lacks recognised_by. Give it the names of columns that only this export has."
        )
    for key in ("recognised_by", *NAMES, "keep_status"):
        if key in entry:
            _check_names(entry[key], f"{where}: {key}")
    _check_customer(entry.get("customer"), where)
    _check_roles(entry, where)


def _check_customer(customer: Any, where: str) -> None:
    if not isinstance(customer, dict) or not customer:
        raise SettingsError(
            f'{where}: customer must be a table of columns by kind, like {{ email = ["E-mail"] }}. Got {customer!r}.'
        )
    _check_keys(customer, KINDS, f"{where}: customer")
    for kind, names in customer.items():
        _check_names(names, f"{where}: customer.{kind}")


def _check_roles(entry: dict[str, Any], where: str) -> None:
    parts = "quantity" in entry and "price" in entry
    if "date" not in entry or not ("amount" in entry or parts):
        raise SettingsError(f"{where} needs date, and amount or both quantity and price.")
    per = entry.get("amount_per", "line")
    if per not in AMOUNTS:
        raise SettingsError(f'{where}: amount_per must be "line" or "order". Got {per!r}.')
    if per == "order" and not ("order" in entry and "amount" in entry):
        raise SettingsError(f'{where}: amount_per = "order" needs order and amount.')
    if not isinstance(entry.get("order_level", False), bool):
        raise SettingsError(f"{where}: order_level must be true or false. Got {entry['order_level']!r}.")


def _check_keys(table: dict[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            raise SettingsError(
                f"{where} has no place for {key!r}.{did_you_mean(key, known)} Known are: {', '.join(known)}."
            )


def _check_names(names: Any, where: str) -> None:
    texts = isinstance(names, list) and all(isinstance(name, str) and name.strip() for name in names)
    if not texts or not names:
        raise SettingsError(f'{where} must be a list of texts, like ["Order date"]. Got {names!r}.')
