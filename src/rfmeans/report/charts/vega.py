"""Vega-Lite as plain dictionaries: what a mark, a channel, a layer and a whole specification look like.

Altair's objects come to the same specification, but check and copy themselves at every step: 3 seconds of a report's
time. Keys stand in Altair's order, so that a chart saved from its objects and one drawn from here do not differ.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

Drawn = dict[str, Any]  # a specification or a part of one
Rows = list[dict[str, Any]]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.4.1.json"
FIRST = ("hconcat", "vconcat", "layer", "data", "mark", "encoding")
TYPES = {"N": "nominal", "O": "ordinal", "Q": "quantitative"}


def mark(kind: str, **options: Any) -> Drawn:
    """Return a mark: what is drawn for each row.

    >>> mark("bar", height={"band": 0.5}, cornerRadius=2)
    {'type': 'bar', 'cornerRadius': 2, 'height': {'band': 0.5}}
    """
    return {"type": kind, **as_altair_orders(options)}


def channel(shorthand: str, **options: Any) -> Drawn:
    """Return a channel: a field of the rows with the letter of its type, and how it is shown.

    >>> channel("share:Q", axis={"title": None, "grid": False}), channel("x2")
    ({'axis': {'grid': False, 'title': None}, 'field': 'share', 'type': 'quantitative'}, {'field': 'x2'})
    """
    field, _, letter = shorthand.partition(":")
    return as_altair_orders({"field": field, **({"type": TYPES[letter]} if letter else {}), **options})


def tooltip(**titles: str) -> list[Drawn]:
    """Return what is said where the pointer is: texts of the rows under their titles."""
    return [channel(f"{field}:N", title=title) for field, title in titles.items()]


def unit(drawn: Drawn, encoding: Drawn, rows: Rows | None = None, **more: Any) -> Drawn:
    """Return one mark with its channels; without rows it has those of the layers it is one of."""
    return as_altair_orders({"mark": drawn, "encoding": as_altair_orders(encoding), **_data(rows), **more})


def layer(*units: Drawn, rows: Rows | None = None, **more: Any) -> Drawn:
    """Return units upon each other, the first lowest."""
    return as_altair_orders({"layer": list(units), **_data(rows), **more})


def as_altair_orders(options: Drawn) -> Drawn:
    """Return options in Altair's order, those within them too."""
    ranked = sorted(options, key=lambda key: (FIRST.index(key) if key in FIRST else len(FIRST), key))
    return {
        key: as_altair_orders(value)
        if isinstance(value := options[key], dict) and key in ("axis", "scale")
        else value
        for key in ranked
    }


def _data(rows: Rows | None) -> Drawn:
    return {} if rows is None else {"data": {"values": rows}}


def specification(chart: Drawn, config: Drawn) -> Drawn:
    """Return a whole specification, the rows under names in ``datasets``: rows that are used twice stand there once."""
    datasets: dict[str, Rows] = {}
    return {"config": config, **_named(chart, datasets), "$schema": SCHEMA, "datasets": datasets}


def _named(part: Any, datasets: dict[str, Rows]) -> Any:
    if isinstance(part, list):
        return [_named(item, datasets) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        key: _name(value["values"], datasets) if key == "data" else _named(value, datasets)
        for key, value in part.items()
    }


def _name(rows: Rows, datasets: dict[str, Rows]) -> dict[str, str]:
    name = f"data-{hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()[:32]}"
    datasets[name] = rows
    return {"name": name}
