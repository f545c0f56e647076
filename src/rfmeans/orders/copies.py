"""Columns that stand in a file twice and say the same in every row: they are read once, under their own name."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import ibis.expr.types as ir

    from rfmeans.reading.source import Source

PLACED = re.compile(r"^(.+) \(column [0-9]+\)$")  # how columns that share a name are told apart


def without_copies(source: Source, named: Collection[str] = ()) -> Source:
    """Return the source with each such column once; else as it is.

    Copies that differ in a single row stay what they are, and are asked about where they could have a role; so do those
    of which the user ``named`` one.
    """
    copies = {stem: names for stem, names in _copies(source.table.columns).items() if not {*names} & {*named}}
    if not copies:
        return source
    alike = _alike(source.table, copies)
    if not alike:
        return source
    names = {first: stem for stem, (first, *_) in alike.items()}
    dropped = {name for _, *others in alike.values() for name in others}
    kept = {names.get(name, name): name for name in source.located.columns if name not in dropped}
    located = source.located.select(**{name: source.located[own] for name, own in kept.items()})
    told = f"columns that repeat another one ({', '.join(alike)}) are read once"
    return replace(
        source,
        table=located.select(*(name for name, own in kept.items() if own in source.table.columns)),
        located=located,
        typed=frozenset(names.get(name, name) for name in source.typed if name not in dropped),
        mixed=frozenset(names.get(name, name) for name in source.mixed if name not in dropped),
        understood="; ".join(filter(None, [source.understood, told])),
    )


def _copies(header: Sequence[str]) -> dict[str, list[str]]:
    """Return the columns that share a name, by it."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in header:
        if placed := PLACED.match(name):
            found[placed[1].casefold()].append(name)
    return {names[0].rpartition(" (column ")[0]: names for names in found.values() if len(names) > 1}


def _alike(table: ir.Table, copies: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return those that say the same in every row."""
    differ = {
        f"differ_{place}": ibis.or_(
            *(~table[first].cast("string").identical_to(table[other].cast("string")) for other in others)
        ).any()
        for place, (first, *others) in enumerate(copies.values())
    }
    found = table.agg(**differ).to_pyarrow().to_pylist()[0]
    return {stem: names for place, (stem, names) in enumerate(copies.items()) if not found[f"differ_{place}"]}
