"""A lexicon with some names called otherwise: what they stand for and what they claim stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rfmeans.errors import SettingsError
from rfmeans.segments.code_table import CODES
from rfmeans.segments.lexicon import TIER, read_lexicon
from rfmeans.segments.settings import MIN_SEGMENTS
from rfmeans.toml_file import is_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rfmeans.segments.lexicon import Lexicon


def renamed(lexicon: Lexicon, names: Mapping[str, str]) -> Lexicon:
    """Return a lexicon in which some names are others, wherever they stand.

    Parameters
    ----------
    lexicon
        The lexicon.
    names
        New name by old one. Two names may change places.

    Raises
    ------
    SettingsError
        If a name is no line of text, or is taken; the message says by what.

    >>> from rfmeans.segments.lexicon import built_in
    >>> renamed(built_in(), {"High-Value Loyal": "Regulars"}).grid_for(4).names["high"]["recent"]
    'Regulars'
    >>> renamed(built_in(), {"High-Value Loyal": "Growing"})
    Traceback (most recent call last):
    rfmeans.errors.SettingsError: The name 'Growing' is taken: of 5 to 12 segments one is called so. Choose another \
for 'High-Value Loyal'.
    """
    _check(lexicon, names)
    content = lexicon.to_dict()
    return read_lexicon(
        {
            "grid": [{**grid, "names": _in_rows(grid["names"], names)} for grid in content["grid"]],
            "name": [
                {
                    **entry,
                    "name": names.get(entry["name"], entry["name"]),
                    "instead": _all(entry["instead"], names),
                }
                for entry in content["name"]
            ],
            "scores": _of_scores(content["scores"], names),
        }
    )


def with_scores_aside(lexicon: Lexicon, names: Mapping[str, str]) -> dict[str, str]:
    """Return new names, and others for the names of scores that have one of them, so that each is free.

    >>> from rfmeans.segments.lexicon import built_in
    >>> with_scores_aside(built_in(), {"High-Value Loyal": "Champions"})
    {'High-Value Loyal': 'Champions', 'Champions': 'Champions (score)'}
    """
    regions = {name for grid in lexicon.grids for name in grid.regions()}
    taken = [
        name for name in lexicon.scores.order if name in names.values() and name not in {*names, *regions}
    ]
    return {**names, **{name: f"{name} (score)" for name in taken}}


def _check(lexicon: Lexicon, names: Mapping[str, str]) -> None:
    taken = _stands_for(lexicon)
    given: dict[str, str] = {}
    for old, new in names.items():
        if not is_line(new) or TIER in new:
            raise SettingsError(
                f"The name for {old!r} must be one line of text without {TIER!r}, which tells tiers apart. Got {new!r}."
            )
        if new in given:
            raise SettingsError(
                f"{given[new]!r} and {old!r} cannot both be called {new!r}. Give each a name of its own."
            )
        if new in taken and new not in names:
            raise SettingsError(f"The name {new!r} is taken: {taken[new]}. Choose another for {old!r}.")
        given[new] = old


def _stands_for(lexicon: Lexicon) -> dict[str, str]:
    """Return what each name of a lexicon stands for, in words."""
    instead = {other: name for name, said in reversed(lexicon.said.items()) for other in said.instead}
    held: dict[str, list[str]] = {}
    least = MIN_SEGMENTS
    for grid in lexicon.grids:
        for name in grid.regions():
            held.setdefault(name, []).append(f"{least} to {grid.max_segments}")
        least = grid.max_segments + 1
    return {
        **dict.fromkeys(lexicon.said, "something else is called so"),
        **{
            other: f"it takes the place of {name!r} where that does not hold"
            for other, name in instead.items()
        },
        **dict.fromkeys(lexicon.scores.order, "one of the scores' segments is called so"),
        **{name: f"of {' and of '.join(many)} segments one is called so" for name, many in held.items()},
    }


def _of_scores(scores: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    found = {**scores, "order": _all(scores["order"], names)}
    if CODES in found:
        found[CODES] = {names.get(name, name): codes for name, codes in found[CODES].items()}
    else:
        found["names"] = _in_rows(found["names"], names)
    return found


def _in_rows(rows: Mapping[str, Mapping[str, str]], names: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {band: {key: names.get(name, name) for key, name in row.items()} for band, row in rows.items()}


def _all(found: list[str], names: Mapping[str, str]) -> list[str]:
    return [names.get(name, name) for name in found]
