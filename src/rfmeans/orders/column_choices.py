"""A column is asked for -> the columns of the source as choices, each with values that stand in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.arguments import Choice
from rfmeans.columns.undecided import shortened

if TYPE_CHECKING:
    from collections.abc import Collection

    import ibis.expr.types as ir

LOOKED_AT = 100  # rows
EXAMPLES = 3


def column_choices(argument: str, table: ir.Table, given: Collection[str] = ()) -> tuple[Choice, ...]:
    """Return the columns that an argument may be given, in the order of the table.

    ``given``: those that have a role already, which are left out.

    >>> import ibis
    >>> table = ibis.memtable({"who": ["Ann", "Ben", "Ann"], "note": ["", None, " "]})
    >>> [(dict(choice.given), choice.meaning) for choice in column_choices("customer", table)]
    [({'customer': 'who'}, "such as 'Ann', 'Ben'"), ({'customer': 'note'}, 'blank in the first rows')]
    """
    rows = table.limit(LOOKED_AT).to_pyarrow()
    return tuple(
        Choice({argument: name}, _held(rows[name].to_pylist())) for name in table.columns if name not in given
    )


def _held(values: list[object]) -> str:
    texts = dict.fromkeys(str(value).strip() for value in values if value is not None)
    examples = [shortened(text) for text in texts if text][:EXAMPLES]
    return f"such as {', '.join(examples)}" if examples else "blank in the first rows"
