"""``layouts.toml``, and files like it: what known exports call their columns, checked when it is the user's own."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from rfmeans import toml_file
from rfmeans.errors import SettingsError
from rfmeans.toml_file import as_table, check_keys, read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = ("id", "email", "phone", "name")
NAMES = ("order", "date", "amount", "quantity", "price", "refund", "status", "currency")
LISTS = ("keep_status", "refunded_status")
KEYS = (
    "name",
    "recognised_by",
    "customer",
    *NAMES,
    "left",
    "consent",
    "amount_per",
    "order_level",
    "parts",
    *LISTS,
    "also",
)
ALSO = ("columns", "keep", "drop", "filled", "empty", "unless")
AMOUNTS = ("line", "order")


@cache
def built_in() -> dict[str, Any]:
    """Return the built-in layouts, synonyms and words."""
    return toml_file.built_in("columns", "layouts.toml")


def own_layouts(path: str | None) -> list[dict[str, Any]]:
    """Return the layouts of a user's file; none without one.

    Raises
    ------
    SettingsError
        If it cannot be read, or an entry is not as it should be.
    """
    if path is None:
        return []
    return check_layouts(read_toml(path, "layouts file"), path)


def check_layouts(content: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the layouts of a file; ``name`` is what messages call it.

    Raises
    ------
    SettingsError
        If an entry is not as it should be.

    >>> check_layouts({"layout": [{"name": "My shop"}]}, "my.toml")
    Traceback (most recent call last):
    rfmeans.errors.SettingsError: my.toml, layout 'My shop' lacks recognised_by. Give it the names of columns that \
only this export has.
    """
    other = [key for key in content if key != "layout"]
    entries = content.get("layout")
    if other or not isinstance(entries, list) or not entries:
        found = f"Found {', '.join(map(repr, other))}." if other else "Found none."
        raise SettingsError(f"{name} must hold [[layout]] entries and nothing else. {found}")
    for place, entry in enumerate(entries, start=1):
        _check_entry(as_table(entry, f"{name}, layout {place}"), name, place)
    return entries


def _check_entry(entry: Mapping[str, Any], name: str, place: int) -> None:
    title = entry.get("name")
    if not isinstance(title, str) or not title.strip() or not title.isprintable():
        raise SettingsError(f"{name}, layout {place} needs a name, one line of text. Got {title!r}.")
    where = f"{name}, layout {title!r}"
    check_keys(entry, KEYS, where)
    if "recognised_by" not in entry:
        raise SettingsError(
            f"{where} lacks recognised_by. Give it the names of columns that only this export has."
        )
    for key in ("recognised_by", *NAMES, "left", "consent", *LISTS):
        if key in entry:
            _check_names(entry[key], f"{where}: {key}")
    _check_customer(entry.get("customer"), where)
    _check_also(entry.get("also", []), where)
    _check_roles(entry, where)


def _check_customer(customer: Any, where: str) -> None:
    if not isinstance(customer, dict) or not customer:
        raise SettingsError(
            f'{where}: customer must be a table of columns by kind, like {{ email = ["E-mail"] }}. Got {customer!r}.'
        )
    check_keys(customer, KINDS, f"{where}: customer")
    for kind, names in customer.items():
        _check_names(names, f"{where}: customer.{kind}")


def _check_also(also: Any, where: str) -> None:
    if not isinstance(also, list):
        raise SettingsError(
            f'{where}: also must be a list of tables, like [{{ columns = ["Paid on"], filled = true }}]. Got {also!r}.'
        )
    for place, entry in enumerate(also, start=1):
        here = f"{where}: also, table {place}"
        check_keys(as_table(entry, here), ALSO, here)
        for key in ("columns", "keep", "drop", "unless"):
            if key in entry or key == "columns":
                _check_names(entry.get(key), f"{here}: {key}")
        _check_says(entry, here)


def _check_says(entry: Mapping[str, Any], here: str) -> None:
    lifted = "empty" in entry and "unless" in entry  # by the words of drop, which say nothing else there
    says = sum(key in entry for key in ("keep", "drop", "filled", "empty")) - (lifted and "drop" in entry)
    if says != 1 or not all(entry.get(key, True) is True for key in ("filled", "empty")):
        raise SettingsError(f"{here} needs one of keep, drop, filled = true and empty = true, and no more.")
    if "unless" in entry and "drop" not in entry:
        raise SettingsError(f"{here} has unless, which lifts drop, and no drop.")


def _check_roles(entry: Mapping[str, Any], where: str) -> None:
    has = set(entry)
    if "amount" in has and has & {"quantity", "price"}:
        raise SettingsError(f"{where} has amount beside quantity or price. Give one of the two.")
    if not any({"date", *money} <= has for money in ({"amount"}, {"quantity", "price"})):
        raise SettingsError(f"{where} needs date, and amount or both quantity and price.")
    per = entry.get("amount_per", "line")
    if per not in AMOUNTS:
        raise SettingsError(f'{where}: amount_per must be "line" or "order". Got {per!r}.')
    if per == "order" and not {"order", "amount"} <= has:
        raise SettingsError(f'{where}: amount_per = "order" needs order and amount.')
    for key in ("order_level", "parts"):
        if not isinstance(entry.get(key, False), bool):
            raise SettingsError(f"{where}: {key} must be true or false. Got {entry[key]!r}.")


def _check_names(names: Any, where: str) -> None:
    texts = isinstance(names, list) and all(isinstance(name, str) and name.strip() for name in names)
    if not texts or not names:
        raise SettingsError(f'{where} must be a list of texts, like ["Order date"]. Got {names!r}.')
