"""Text columns of money -> the decimal mark that each is written with, and whether it names currencies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import Choice
from rfmeans.columns.money_formats import CURRENCY, NOT_BLANK, MoneyConvention
from rfmeans.columns.undecided import UndecidedError, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

CONTRADICTING = 0.01  # share of the values that decide, from which two decimal marks are one too many
SHOWN = (".", ",", "either")  # kinds of values of which a message shows one
KINDS = (*SHOWN, "neither", "named")


def find_money(
    table: ir.Table, names: Sequence[str], decimal: str | None = None, *, sample: bool = False
) -> dict[str, MoneyConvention] | None:
    """Return the conventions of columns of money; for a sample None where it leaves one of them open.

    Each column has one decimal mark. Values that only one mark reads decide; where every value with a mark
    could be either (``1,234``), the other columns do; where these do not either, the user is asked.

    Raises
    ------
    SourceError
        If nothing decides, or both marks are needed.
    """
    if decimal or not names:
        return {name: MoneyConvention(decimal) for name in names}
    tallies = _tally_money(table, names)
    marks = _with_shared(
        {name: _mark(name, tally, sample=sample) for name, tally in tallies.items()}, tallies
    )
    if sample and not all(_is_settled(tally, marks[name]) for name, tally in tallies.items()):
        return None
    for name, tally in tallies.items():
        if tally["either"] and not marks[name]:
            raise _either(name, tally)
    return {
        name: MoneyConvention(marks[name], currency=tally["named"] > 0) for name, tally in tallies.items()
    }


def _with_shared(marks: dict[str, str | None], tallies: dict[str, dict[str, Any]]) -> dict[str, str | None]:
    """Give columns that leave their mark open the one of all others, where that is one."""
    known = set(filter(None, marks.values()))
    shared = known.pop() if len(known) == 1 else None
    return {name: mark or (shared if tallies[name]["either"] else None) for name, mark in marks.items()}


def _tally_money(table: ir.Table, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return per column how many values each mark alone reads, both read otherwise or neither, with examples."""
    read = table.select(
        **{f"text {name}": table[name] for name in names},
        **{f". {name}": MoneyConvention(".").parse(table[name]) for name in names},
        **{f", {name}": MoneyConvention(",").parse(table[name]) for name in names},
    )
    wanted: dict[str, ir.Scalar] = {}
    for name in names:
        text, point, comma = (read[f"{what} {name}"] for what in ("text", ".", ","))
        kinds = {
            ".": point.notnull() & comma.isnull(),
            ",": comma.notnull() & point.isnull(),
            "either": point != comma,
            "neither": text.re_search(NOT_BLANK) & point.isnull() & comma.isnull(),
            "named": (point.notnull() | comma.notnull()) & text.re_search(f"(?i){CURRENCY}"),
        }
        wanted |= {f"{kind} {name}": where.sum() for kind, where in kinds.items()}
        wanted |= {f"{kind} such as {name}": text.min(where=kinds[kind]) for kind in SHOWN}
    found = read.agg(**wanted).to_pyarrow().to_pylist()[0]
    keys = (*KINDS, *(f"{kind} such as" for kind in SHOWN))
    return {name: {key: found[f"{key} {name}"] or 0 for key in keys} for name in names}


def _is_settled(tally: dict[str, Any], mark: str | None) -> bool:
    """Whether a sample leaves no doubt about a column: every value is read, and by one mark."""
    return not (tally["neither"] or (tally["."] and tally[","]) or (tally["either"] and not mark))


def _mark(name: str, tally: dict[str, Any], *, sample: bool) -> str | None:
    """Return the decimal mark that the values decide for; None where none of them decides."""
    points, commas = tally["."], tally[","]
    if not points or not commas:
        return "." if points else "," if commas else None
    if sample:
        return None
    if min(points, commas) > CONTRADICTING * (points + commas):
        examples = tally[". such as"], tally[", such as"]
        point, comma = (shortened(example.strip()) for example in examples)
        choices = (
            Choice(
                {"decimal": "."},
                f"a decimal point: {point} counts, and what is written like {comma} does not",
            ),
            Choice(
                {"decimal": ","},
                f"a decimal comma: {comma} counts, and what is written like {point} does not",
            ),
        )
        raise UndecidedError(
            f"The numbers in {name!r} are written in two ways: {points:,} can only be read with a decimal point, such "
            f"as {point}, and {commas:,} only with a decimal comma, such as {comma}. "
            f"Write them in one way, or say which one counts with {choices[0]} or "
            f"{choices[1]} : the other lines are then set aside.",
            name,
            *examples,
            choices=choices,
        )
    return "." if points > commas else ","


def _either(name: str, tally: dict[str, Any]) -> UndecidedError:
    example = tally["either such as"].strip()
    written = re.search("[0-9]+([.,])[0-9]{3}", example)
    assert written is not None
    grouped, fraction = (written[0].replace(written[1], mark) for mark in ("", "."))
    point, comma = (grouped, fraction) if written[1] == "," else (fraction, grouped)
    choices = (
        Choice({"decimal": "."}, f"a decimal point: {shortened(example)} is {point}"),
        Choice({"decimal": ","}, f"a decimal comma: {shortened(example)} is {comma}"),
    )
    return UndecidedError(
        f"The numbers in {name!r} can be read with a decimal point or with a decimal comma, and no value and no other "
        f"column decides: {shortened(example)} is {point} with a decimal point and {comma} with a decimal comma. Say "
        f"which it is with {choices[0]} or {choices[1]} (a point or a comma).",
        name,
        tally["either such as"],
        choices=choices,
    )
