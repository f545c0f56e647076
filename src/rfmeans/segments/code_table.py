"""Names by the codes of the scores: a table of codes, or boxes of R, F and M, such as other tools publish.

Both come to one name a code, and are checked for it: no code without a name, none with two.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rfmeans.errors import SettingsError
from rfmeans.segments.settings import MAX_SCORES, MIN_SCORES
from rfmeans.toml_file import as_table, check_keys, check_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Code = tuple[int, int, int]

CODES, BOX, OTHERS, FIRST = "codes", "box", "others", "first_box_counts"
TABLE_KEYS = (CODES, BOX, OTHERS, FIRST, "order", "cuts")
LETTERS = ("r", "f", "m")
WRITTEN = re.compile(r"([1-9])([1-9])([1-9])|(\d{1,2})-(\d{1,2})-(\d{1,2})")
SHOWN = 6  # codes that a message lists


@dataclass(frozen=True)
class CodeTable:
    """One name for each code of R, F and M.

    Attributes
    ----------
    bins
        Scores go from 1 to this.
    names
        Name by code.
    order
        The names, each once, the best first.
    covered
        Names that no code is left for, since all of theirs stand under names before them; a model does not keep them.
    """

    bins: int
    names: dict[Code, str]
    order: tuple[str, ...]
    covered: tuple[str, ...] = field(default=(), compare=False)

    def codes_of(self, name: str) -> list[Code]:
        """Return the codes of a name, the best recency first."""
        return [code for code, found in self.names.items() if found == name]

    def lapsed(self, name: str) -> bool:
        """Return whether all codes of a name have an R below the middle of the scale."""
        return all(2 * recency < self.bins + 1 for recency, _, _ in self.codes_of(name))

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values, as in a lexicon's file."""
        return {
            CODES: {name: [written(code) for code in self.codes_of(name)] for name in self.order},
            "order": list(self.order),
        }


def written(code: Code) -> str:
    """Return a code as it is written: 543, with a score of ten 10-4-3.

    >>> written((5, 4, 3)), written((10, 4, 3))
    ('543', '10-4-3')
    """
    return ("-" if max(code) >= 10 else "").join(map(str, code))


def gives_codes(scores: Mapping[str, Any]) -> bool:
    """Tell whether the names of scores are given by codes or boxes."""
    return CODES in scores or BOX in scores


def read_code_table(entry: Mapping[str, Any], where: str) -> CodeTable:
    """Return the names of a lexicon's ``[scores]`` that gives them by codes or boxes.

    The largest score that stands there is the best one.

    Raises
    ------
    SettingsError
        If a code has no name, or two.

    >>> read_code_table({"codes": {"Best": ["22", "212"]}}, "my.toml, [scores]")
    Traceback (most recent call last):
    rfmeans.errors.SettingsError: my.toml, [scores.codes], 'Best': a code is three scores, like 555 or 10-4-3. Got '22'.
    """
    _check_table(entry, where)
    first, others = entry.get(FIRST, False), entry.get(OTHERS)
    given = _of_codes(entry[CODES], where) if CODES in entry else _of_boxes(entry[BOX], where)
    bins = max((max(code) for _, codes in given for code in codes), default=0)
    if not MIN_SCORES <= bins <= MAX_SCORES:
        raise SettingsError(f"{where}: the largest score must be {MIN_SCORES} to {MAX_SCORES}. It is {bins}.")
    names = _named(given, bins, where, first=first, others=others)
    listed = [name for name, _ in given] + ([others] if others is not None else [])
    held = list(dict.fromkeys(name for name in listed if name in names.values()))
    covered = tuple(dict.fromkeys(name for name, _ in given if name not in held))
    return CodeTable(bins, names, _order(entry.get("order", held), held, where), covered)


def _check_table(entry: Mapping[str, Any], where: str) -> None:
    check_keys(entry, TABLE_KEYS, where)
    if CODES in entry and BOX in entry:
        raise SettingsError(f"{where}: names stand under codes or in boxes, not both. Leave one of them out.")
    if not isinstance(entry.get(FIRST, False), bool):
        raise SettingsError(f"{where}: {FIRST} must be true or false. Got {entry[FIRST]!r}.")
    if entry.get(OTHERS) is not None:
        check_line(entry[OTHERS], f"{where}: {OTHERS}")


def _of_codes(entry: Any, where: str) -> list[tuple[str, list[Code]]]:
    where = f"{where.removesuffix(']')}.{CODES}]"
    return [
        (
            _line(name, where),
            [_code(text, f"{where}, {name!r}") for text in _listed(codes, f"{where}, {name!r}")],
        )
        for name, codes in as_table(entry, where).items()
    ]


def _line(name: Any, where: str) -> str:
    check_line(name, f"{where}: a name")
    return str(name)


def _listed(codes: Any, where: str) -> list[Any]:
    if not isinstance(codes, list | tuple) or not codes:
        raise SettingsError(f'{where} must be a list of codes, like ["555", "554"]. Got {codes!r}.')
    return list(codes)


def _code(text: Any, where: str) -> Code:
    found = None if isinstance(text, bool) else WRITTEN.fullmatch(str(text).strip())
    scores = tuple(int(part) for part in found.groups() if part) if found else ()
    if len(scores) != 3 or not all(1 <= score <= MAX_SCORES for score in scores):
        raise SettingsError(f"{where}: a code is three scores, like 555 or 10-4-3. Got {text!r}.")
    return scores


def _of_boxes(entries: Any, where: str) -> list[tuple[str, list[Code]]]:
    if not isinstance(entries, list) or not entries:
        raise SettingsError(
            f"{where}: boxes are written as [[scores.box]], one after another. Got {entries!r}."
        )
    tables = [_box(entry, f"{where}, box {place}") for place, entry in enumerate(entries, start=1)]
    best = max((high for _, ends in tables for _, high in ends.values()), default=0)
    if not best:
        raise SettingsError(
            f"{where}: no box says which scores it holds. Give it r, f or m, like r = [4, 5]."
        )
    return [(name, list(_codes_in(ends, best))) for name, ends in tables]


def _box(entry: Any, where: str) -> tuple[str, dict[str, tuple[int, int]]]:
    table = as_table(entry, where)
    check_keys(table, ("name", *LETTERS), where)
    name = table.get("name")
    check_line(name, f"{where}: name")
    sides = {letter: table[letter] for letter in LETTERS if letter in table}
    return str(name), {letter: _ends(side, f"{where}, {name!r}: {letter}") for letter, side in sides.items()}


def _ends(value: Any, what: str) -> tuple[int, int]:
    ends = [value, value] if type(value) is int else value
    whole = isinstance(ends, list | tuple) and len(ends) == 2 and all(type(end) is int for end in ends)
    if not whole or not 1 <= ends[0] <= ends[1] <= MAX_SCORES:
        raise SettingsError(
            f"{what} must be a score or two, the lowest and the highest, like [4, 5]. Got {value!r}."
        )
    return ends[0], ends[1]


def _codes_in(ends: Mapping[str, tuple[int, int]], best: int) -> Iterator[Code]:
    """Return the codes of a box; a side that is left out holds all scores."""
    recency, frequency, monetary = (ends.get(letter, (1, best)) for letter in LETTERS)
    return itertools.product(_through(*recency), _through(*frequency), _through(*monetary))


def _through(low: int, high: int) -> range:
    return range(low, high + 1)


def _named(
    given: Sequence[tuple[str, Sequence[Code]]], bins: int, where: str, *, first: bool, others: str | None
) -> dict[Code, str]:
    found = _given_names(given, bins)
    double = {code: names for code, names in found.items() if len(names) > 1}
    if double and not first:
        said = (f"{written(code)} ({' and '.join(names)})" for code, names in double.items())
        raise SettingsError(
            f"{where}: {_count(double)} more than one name: {_few(said, len(double))}. Give each code one name, or say "
            f"{FIRST} = true where the first that holds it counts."
        )
    left = [code for code, names in found.items() if not names]
    if left and others is None:
        raise SettingsError(
            f"{where}: {_count(left)} no name: {_few(map(written, left), len(left))}. Name each, or give all that are "
            f'left one name: {OTHERS} = "Others".'
        )
    return {code: names[0] if names else str(others) for code, names in found.items()}


def _given_names(given: Sequence[tuple[str, Sequence[Code]]], bins: int) -> dict[Code, list[str]]:
    """Return the names that are given to each code, in their order, each once."""
    found: dict[Code, dict[str, None]] = {code: {} for code in _all_codes(bins)}
    for name, codes in given:
        for code in codes:
            found[code][name] = None
    return {code: list(names) for code, names in found.items()}


def _all_codes(bins: int) -> Iterator[Code]:
    best_first = range(bins, 0, -1)
    return itertools.product(best_first, best_first, best_first)


def _count(codes: Sequence[Code] | Mapping[Code, Any]) -> str:
    return f"{len(codes):,} code has" if len(codes) == 1 else f"{len(codes):,} codes have"


def _few(said: Iterable[str], count: int) -> str:
    more = f" and {count - SHOWN:,} more" if count > SHOWN else ""
    return ", ".join(itertools.islice(said, SHOWN)) + more


def _order(order: Any, held: Sequence[str], where: str) -> tuple[str, ...]:
    if not isinstance(order, list) or sorted(map(str, order)) != sorted(held):
        raise SettingsError(
            f"{where}: order must hold each name once, the best first: {', '.join(held)}. Got {order!r}. Or leave it "
            "out."
        )
    return tuple(map(str, order))
