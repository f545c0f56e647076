"""Who bought: the customer's key from one column, or from a chain of columns of several kinds.

The first kind with a value in a row is that row's key. A key of a fallback carries its kind, ``email:ann@x.org``,
so that it never meets a key of another kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from rfmeans.layout_files import KINDS
from rfmeans.values import customer_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir


def customer_id(table: ir.Table, customers: Sequence[tuple[str, str]], *, padded: bool = True) -> ir.Column:
    """Return the customer's key; null where no column has one.

    ``customers`` holds kinds and columns, the first ones first. A single column keeps its type. ``padded``: whether
    text may have blanks around it.

    >>> import ibis
    >>> rows = ibis.memtable({"id": ["7", "", "email:b@x.org"], "mail": ["A@x.org", " B@X.org", ""]})
    >>> key = customer_id(rows, [("id", "id"), ("email", "mail")])
    >>> key.name("key").to_pyarrow().to_pylist()
    ['7', 'email:b@x.org', 'id:email:b@x.org']
    """
    (kind, column), *fallbacks = customers
    key = _key(kind, table[column], padded)
    if not fallbacks:
        return key
    text = key.cast("string")
    like_another = ibis.or_(*(text.startswith(f"{other}:") for other in KINDS))
    keys = [ibis.ifelse(like_another, ibis.literal(f"{kind}:") + text, text)]
    keys += [
        ibis.literal(f"{other}:") + _key(other, table[name], padded).cast("string")
        for other, name in fallbacks
    ]
    return ibis.coalesce(*keys)


def _key(kind: str, column: ir.Column, padded: bool) -> ir.Column:
    key = customer_key(column, padded=padded)
    if kind == "email":
        return key.cast("string").lower()
    if kind == "phone":
        digits = key.cast("string").re_replace("[^0-9+]", "")
        return ibis.ifelse(digits.re_search("[1-9]"), digits, ibis.null("string"))
    return key
