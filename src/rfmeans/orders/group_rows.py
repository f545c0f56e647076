"""Reports in which customers stand on rows of their own, above those of their orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from rfmeans.columns.undecided import shortened
from rfmeans.errors import SourceError
from rfmeans.reading.source import FILE, LINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from rfmeans.reading.source import Source

FEWEST_GROUPS = 2


def check_group_rows(source: Source, missing: Sequence[str]) -> None:
    """Refuse a report in which customers stand on rows of their own, above those of their orders.

    Raises
    ------
    SourceError
        If no column was recognised as the customer, and the first column is filled where all others are blank.
    """
    first, *others = source.table.columns
    if (
        "customer" not in missing
        or not others
        or not source.ordered
        or source.table[first].type() != ibis.dtype("string")
    ):
        return
    judged = _with_group_rows(source, first, others)
    kinds = ("group", "detail", "both", "tree")
    counts = judged.agg(**{kind: judged[kind].cast("int64").sum() for kind in kinds})
    found = {kind: rows or 0 for kind, rows in counts.to_pyarrow().to_pylist()[0].items()}
    # Below each group may stand its total, and below all of them theirs.
    below = found["detail"] >= found["group"] and found["both"] <= found["group"] + 1
    beside = found["tree"] == found["group"]  # customers stand in the column of their orders
    if found["group"] < FEWEST_GROUPS or not (below or beside):
        return
    [example] = judged.filter(judged.group).order_by(FILE, LINE).limit(1).to_pyarrow().to_pylist()
    raise SourceError(
        f"{source.name} is a report with group rows: {shortened(example['text'].strip())} in line {example[LINE]:,} "
        "stands on a row of its own above its orders, and no column holds the customer of each order. Export the "
        f"orders as a list with a column of the customer, or fill the names of {first!r} down over their rows."
    )


def _with_group_rows(source: Source, first: str, others: Sequence[str]) -> ir.Table:
    """Return of each row its place, the text of its first column, and which of the columns it fills, as bools.

    group: the first alone; detail: others alone; both; tree: the first alone, and in the next row both.
    """
    rows, engine = source.located, source.engine
    own, *rest = (engine.stripped(rows[name].cast("string")).fill_null("") != "" for name in (first, *others))
    other = ibis.or_(*rest)
    kinds = {"group": own & ~other, "detail": ~own & other, "both": own & other}
    judged = rows.select(FILE, LINE, text=rows[first].cast("string"), **kinds)
    placed = ibis.window(group_by=judged[FILE], order_by=judged[LINE])
    return judged.mutate(tree=judged.group & judged.both.lead().over(placed).fill_null(False))
