"""A SQL condition of the user's: it stands in a query as the text that was given, and means what it means there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import ibis

from rfmeans.arguments import named
from rfmeans.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import ibis.expr.types as ir

    from rfmeans.engines.engine import Engine

# A name of our own beside the source's columns.
KEPT = "_rfmeans_kept"
AS_NUMBER = (
    "Columns of text files are text in a condition; to compare one with a number write it as in SQL, e.g. "
    '"TRY_CAST(quantity AS DECIMAL) > 0".'
)
AS_IN_SQL = "Write it as in SQL, e.g. \"country = 'UK' AND status <> 'void'\"."
BRACKETS = {"L_PAREN": "R_PAREN", "L_BRACKET": "R_BRACKET", "L_BRACE": "R_BRACE"}


def check_condition(condition: str, grammar: Any) -> None:
    """Check that a condition ends where its text ends, so that it can stand within a query.

    ``grammar`` is the dialect as sqlglot knows it.

    Raises
    ------
    SourceError
        If it does not.

    >>> check_condition("city = 'a;b' AND (paid OR note = ')--')", "duckdb")
    >>> check_condition("paid) OR (true", "duckdb")
    Traceback (most recent call last):
    rfmeans.errors.SourceError: The condition where 'paid) OR (true' cannot be used: it has a bracket without its \
other half. Write it as in SQL, e.g. "country = 'UK' AND status <> 'void'".
    """
    wrong = _what_is_wrong(condition, grammar)
    if wrong:
        raise SourceError(
            f"The condition {named('where')} {condition!r} cannot be used: it has {wrong}. {AS_IN_SQL}"
        )


def _what_is_wrong(condition: str, grammar: Any) -> str | None:
    from sqlglot.dialects.dialect import Dialect
    from sqlglot.errors import TokenError

    try:
        tokens = Dialect.get_or_raise(grammar).tokenize(condition)
    except TokenError:
        return "a quotation mark without its other half"
    if not tokens or any(token.comments for token in tokens):
        return "a comment"
    kinds = [token.token_type.name for token in tokens]
    if "SEMICOLON" in kinds:
        return "a semicolon"
    return None if _closes_brackets(kinds) else "a bracket without its other half"


def _closes_brackets(kinds: Sequence[str]) -> bool:
    opened: list[str] = []
    for kind in kinds:
        if kind in BRACKETS:
            opened.append(BRACKETS[kind])
        elif kind in BRACKETS.values() and (not opened or opened.pop() != kind):
            return False
    return not opened


def check_names(names: Iterable[str]) -> None:
    """Check that no column has the name of `KEPT`, in whatever case: engines would take one for the other.

    Raises
    ------
    SourceError
        If one has.

    >>> check_names(["customer_id", "_RFMEANS_KEPT"])
    Traceback (most recent call last):
    rfmeans.errors.SourceError: The orders have a column '_RFMEANS_KEPT', a name that rfmeans needs for itself. Rename \
it, or leave it out.
    """
    taken = [name for name in names if name.casefold() == KEPT]
    if taken:
        raise SourceError(
            f"The orders have a column {taken[0]!r}, a name that rfmeans needs for itself. Rename it, or leave it out."
        )


def select_kept(condition: str, orders: str, columns: Iterable[str] = "*") -> str:
    """Return the text of a query: columns of the orders, and as `KEPT` whether the condition is true."""
    passed = ",\n  ".join(columns)
    return f"SELECT\n  {passed},\n  COALESCE((\n    {condition}\n  ), FALSE) AS {KEPT}\nFROM {orders}"


def with_condition(table: ir.Table, engine: Engine, where: str | None, called: str) -> ir.Table:
    """Add `KEPT`: whether a condition, in the SQL of the table's own engine, is true.

    ``called`` is the name by which the condition may call the table.

    Raises
    ------
    SourceError
        If it cannot stand within a query, is not a boolean, or the engine cannot use it; or if a column is called
        `KEPT`.
    """
    check_names(table.columns)
    if where is None:
        return table.mutate(**{KEPT: ibis.literal(True)})
    check_condition(where, table.get_backend().dialect)
    try:
        return _judged(table, engine, where, called)
    except SourceError:
        raise
    except Exception as error:
        said = " ".join(str(error).split("\n\n")[0].split())
        said = re.sub("^[A-Z][A-Za-z ]* Error: ", "", said)
        compared = "VARCHAR" in said and "compare" in said
        raise SourceError(
            f"The condition {named('where')} {where!r} cannot be used: {said.rstrip('.')}. "
            f"{AS_NUMBER if compared else AS_IN_SQL}"
        ) from error


def _judged(table: ir.Table, engine: Engine, where: str, called: str) -> ir.Table:
    from sqlglot import exp

    name = exp.to_identifier(called).sql(dialect=table.get_backend().dialect)  # in quotes where it needs them
    alone = f"SELECT\n  (\n    {where}\n  ) AS {KEPT}\nFROM {name}"
    query = select_kept(where, engine.readable(table, name))
    kind = engine.type_of_last(table, called, alone, query)
    if kind is not None:
        _check_boolean(where, kind)
    return engine.queried(table, called, query, ibis.schema({**table.schema(), KEPT: "boolean"}))


def _check_boolean(where: str, kind: str) -> None:
    if kind != "boolean":
        raise SourceError(
            f"The condition {named('where')} {where!r} cannot be used: it is neither true nor false, but of type "
            f"{kind}. {AS_IN_SQL}"
        )
