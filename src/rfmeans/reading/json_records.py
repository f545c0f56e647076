"""JSON lines, or one JSON array of records -> rows of text, numbers as they are written."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TextIO

from rfmeans.errors import SourceError
from rfmeans.reading.csv_dialect import in_conflict
from rfmeans.reading.csv_records import LONGEST_LINE, SIDE, physical_lines
from rfmeans.reading.source import Source, check_width, store_records
from rfmeans.typed_cells import typed_number

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

LARGEST_DOCUMENT = 100_000_000  # bytes that are looked at as one object
DEEPEST = 20  # objects within objects

Found = tuple[int, str, dict[str, str | None] | None]  # number, text, fields (None: malformed)


class _Number(str):
    """A number of JSON, as it is written: 10.10 is no float yet."""

    __slots__ = ()


def read_json(con: Any, path: Path, label: str, folder: Path) -> Source:
    """Return the rows of a file of JSON records; fields of an object within are called ``outer.inner``.

    Raises
    ------
    SourceError
        If it is not made of records.
    """
    whole = _whole_document(path, label)
    names: dict[str, set[bool]] = {}  # and whether values are numbers
    for _, _, fields in _found(path, whole):
        for name, value in (fields or {}).items():
            kinds = names.setdefault(name, set())
            if value is not None:
                kinds.add(isinstance(value, _Number))
    if not names:
        raise SourceError(
            f"{label} holds no JSON record. Give one object with the order line's fields on each line."
        )
    _check_names(names, label)
    mixed = frozenset(name for name, kinds in names.items() if len(kinds) > 1)
    records = _stored(_found(path, whole), [*names], mixed)
    source = store_records(records, [*names], folder).opened(con, label, "JSON")
    return replace(source, typed=frozenset(name for name in names if names[name] == {True}), mixed=mixed)


def _found(path: Path, whole: list[Any] | None) -> Iterator[Found]:
    return _lines(path) if whole is None else _items(whole)


def _stored(
    records: Iterable[Found], names: list[str], mixed: Collection[str]
) -> Iterator[tuple[int, str, list[str | None] | None]]:
    for number, text, fields in records:
        if fields is None:
            yield number, _storable(text), None
        else:
            typed = {
                name: typed_number(value) for name in mixed if isinstance(value := fields.get(name), _Number)
            }
            yield number, text, [typed.get(name, fields.get(name)) for name in names]


def _check_names(names: Collection[str], label: str) -> None:
    check_width(len(names), label)
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(name.casefold(), name)
        if other != name or not name.strip():
            raise SourceError(
                f"The records of {label} have fields without a name of their own: {other or '(blank)'}, {name}. "
                "Rename them."
            )


def _lines(path: Path) -> Iterator[Found]:
    with _opened(path) as stream:
        for number, line in enumerate(physical_lines(stream, "\n"), start=1):
            text = line.rstrip("\r\n")
            if SIDE.match(text):
                raise in_conflict(f"{path.name}: line {number:,}", text)
            if text.strip():
                yield number, text, _parsed(text)


def _parsed(text: str) -> dict[str, str | None] | None:
    if len(text) > LONGEST_LINE:
        return None
    try:
        return _fields(_loaded(text))
    except (ValueError, RecursionError):
        return None


def _loaded(text: str) -> Any:
    return json.loads(text, parse_float=_Number, parse_int=_Number)


def _fields(record: Any) -> dict[str, str | None] | None:
    """Return a record's fields as text; None where it is no object, or holds what is no text."""
    if not isinstance(record, dict):
        return None
    fields = dict(_flat(record, "", DEEPEST))
    whole = "".join([*fields, *filter(None, fields.values())])
    return None if "\0" in whole or _storable(whole) != whole else fields


def _flat(record: dict[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, str | None]]:
    for name, value in record.items():
        if isinstance(value, dict) and value and depth:
            yield from _flat(value, f"{prefix}{name}.", depth - 1)
        elif isinstance(value, str) or value is None:
            yield prefix + name, value
        else:
            yield prefix + name, json.dumps(value, ensure_ascii=False)


def _storable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _whole_document(path: Path, label: str) -> list[Any] | None:
    """Return the items of a file that is one array; None for a file of lines.

    Raises
    ------
    SourceError
        If it is an array that is damaged, or one object with the records within.
    """
    with _opened(path) as stream:
        first = next(
            (line.strip() for line in iter(lambda: stream.readline(LONGEST_LINE), "") if line.strip()), ""
        )
    if first.startswith("["):
        return _array(path, label)
    if path.stat().st_size <= LARGEST_DOCUMENT:
        _refuse_nested(path, label)
    return None


def _opened(path: Path) -> TextIO:
    return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="\n")


def _array(path: Path, label: str) -> list[Any]:
    try:
        with _opened(path) as stream:
            return list(_loaded(stream.read()))
    except (ValueError, RecursionError) as error:
        raise SourceError(
            f"{label} is one JSON array, but it is damaged: {error}. Export it again."
        ) from error


def _refuse_nested(path: Path, label: str) -> None:
    """Refuse one object with a list of records within it."""
    try:
        with _opened(path) as stream:
            document = _loaded(stream.read())
    except (ValueError, RecursionError):
        return  # several objects, one a line
    lists = [name for name, value in document.items() if isinstance(value, list) and value]
    nested = [name for name in lists if isinstance(document[name][0], dict)]
    if nested:
        raise SourceError(
            f"{label} is nested: one JSON object with the records within it, in {nested[0]!r}. "
            f"Give the records alone, one on each line, for example with: jq -c '.{nested[0]}[]'"
        )


def _items(items: list[Any]) -> Iterator[Found]:
    for number, item in enumerate(items, start=1):
        yield number, json.dumps(item, ensure_ascii=False), _fields(item)
