"""A header that stands again among the rows, where exports were put one below the other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rfmeans.columns.keys import UNSEEN
from rfmeans.columns.layout import used_columns
from rfmeans.errors import SourceError
from rfmeans.orders.noticed import short
from rfmeans.orders.order_lines import outer_names
from rfmeans.orders.reasons import HEADER

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from rfmeans.columns.layout import Layout

LOOKED_AT = 100  # headers


def check_headers(set_aside: ir.Table, layout: Layout, names: list[str]) -> None:
    """Refuse a header that stands again with other columns: what is below it would be misread.

    Parameters
    ----------
    set_aside
        That of `rfmeans.orders.order_lines.OrderLines`.
    layout
        Which columns are read.
    names
        All columns of the source.

    Raises
    ------
    SourceError
        If there is such a row.
    """
    headers = set_aside.filter(set_aside.reason == HEADER).order_by("file", "line").limit(LOOKED_AT)
    used, called = used_columns(layout), outer_names(names)
    for row in headers.to_pyarrow().to_pylist():
        for name in filter(used.__contains__, names):
            said = re.sub(
                f"[{UNSEEN}]", "", str(row[called[name]] or "")
            ).strip()  # a file begins with its mark
            # Of two columns of one name the second is called otherwise here: Amount, Amount_1.
            if not name.strip().lower().startswith(said.lower()):
                raise SourceError(
                    f"Line {row['line']:,} is a header again, with {short(said)!r} where the first one has {name!r}: "
                    "two exports with different columns were put one below the other. Bring the columns below it into "
                    "the order of the first ones, or export all orders at once."
                )
