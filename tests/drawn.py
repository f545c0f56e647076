"""On how many examples a property is tried: few in `make test`, all in `make check` (EXAMPLES=whole).

EXAMPLES=500 tries 500, drawn anew each time.
"""

import os

from hypothesis import settings

ASKED = os.environ.get("EXAMPLES", "few")
ANEW = ASKED.isdecimal()
FEW = 5  # one example in so many


def examples(whole: int) -> settings:
    """Return the settings of a property that is to be tried on so many examples in all."""
    return settings(max_examples=int(ASKED) if ANEW else whole if ASKED == "whole" else -(-whole // FEW))
