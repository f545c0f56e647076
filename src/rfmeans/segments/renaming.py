"""A lexicon with some names called otherwise: what they stand for and what they claim stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rfmeans.segments.code_table import CODES
from rfmeans.segments.lexicon import read_lexicon

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
        If a name is empty or none, or stands for something else already.

    >>> from rfmeans.segments.lexicon import built_in
    >>> renamed(built_in(), {"High-Value Loyal": "Regulars"}).grid_for(4).names["high"]["recent"]
    'Regulars'
    >>> renamed(built_in(), {"High-Value Loyal": "Growing"})
    Traceback (most recent call last):
    rfmeans.errors.SettingsError: the lexicon, grid 2: the name 'Growing' stands for 2 regions. Give each region its \
own name.
    """
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
