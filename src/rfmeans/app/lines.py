"""What the page did -> the command line that does the same."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import options_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

USUAL = {"segments": 4, "transform": "auto", "holdout": 0.1, "audience_format": "plain"}


def command_line(
    command: str, words: Sequence[str], how: Mapping[str, Any], settings: Mapping[str, Any]
) -> str:
    """Return the line; settings that are as usual are left out.

    >>> command_line("segment", ["my orders.csv"], {}, {"segments": 4, "transform": "auto"})
    "rfmeans segment 'my orders.csv'"
    """
    chosen = {name: value for name, value in settings.items() if value != USUAL.get(name)}
    return shlex.join(["rfmeans", command, *words, *options_of({**how, **chosen})])
