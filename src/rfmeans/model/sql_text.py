"""Ibis expressions -> SQL as a person would write it, in the dialect of a warehouse.

Ibis compiles; here nothing is computed another way. What it writes is made shorter (names without quotes and
qualifiers where none are needed, no columns that nobody reads) and, where a dialect means something else by the
same words, right: see `rfmeans.engines.engine.Engine.correct`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rfmeans.engines.dispatch import DIALECTS
from rfmeans.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir
    from sqlglot import exp

    from rfmeans.engines.engine import Engine

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
PLAIN = re.compile("[a-z_][a-z0-9_]*")
TEXT_LIST = re.compile(r"IN \(\n(?P<items>(?P<indent> +)'[^\n]*'(?:,\n +'[^\n]*')*)\n")
LIST_WIDTH = 90
SHORT_BRANCH = re.compile(r"(\n *WHEN [^\n]{1,90})\n *THEN ")
SHORT_BRACKET = re.compile(r"\(\n\s*([^\n]{1,90})\n\s*\)")
TEMPLATE = "{{"  # begins what another tool fills in, such as dbt
HOLE = "rfmeans_hole"  # where that stands
SOURCE = "source"  # what the table in FROM is called where a column needs its qualifier


def parse(expression: ir.Table, dialect: Engine) -> exp.Select:
    """Compile an expression over unbound tables, corrected for the dialect, and return its syntax tree."""
    import ibis
    import sqlglot
    from sqlglot import exp

    text = str(ibis.to_sql(expression, dialect=dialect.compiler))
    tree = sqlglot.parse_one(text, read=dialect.compiler).transform(dialect.correct)
    assert isinstance(tree, exp.Select)
    return tree


def source_table(name: str, dialect: Engine) -> exp.Table:
    """Return a table from its name as the dialect writes it, or from a template.

    Raises
    ------
    SettingsError
        If it is none.
    """
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    if TEMPLATE in name:
        return exp.to_table(HOLE)
    try:
        table = exp.to_table(name, dialect=dialect.grammar)
    except (SqlglotError, ValueError):
        table = exp.Table()
    if not table.name or table.alias:
        raise SettingsError(
            f"{name!r} cannot be the name of a table in {dialect.title}. Give one like shop.orders, in the dialect's "
            "own quotes where it needs them."
        )
    return table


def from_table(select: exp.Select, names: dict[str, exp.Table]) -> None:
    """Let a query read other tables in the place of some."""
    from sqlglot import exp

    for table in list(select.find_all(exp.Table)):
        if table.name in names:
            table.replace(names[table.name].copy())
        else:
            table.set("this", exp.to_identifier(table.name))


def check_readable(condition: str, dialect: Engine) -> None:
    """Check that a condition is written as the dialect writes one.

    Raises
    ------
    SettingsError
        If it is not.
    """
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        sqlglot.parse_one(condition, read=dialect.grammar, into=exp.Condition)
    except SqlglotError:
        raise SettingsError(
            f"The condition {condition!r} cannot be read as {dialect.title} SQL. "
            "Write it as that database does, e.g. \"country = 'UK' AND quantity > 0\"."
        ) from None


def columns_read(select: exp.Select) -> set[str]:
    """Return the names of all columns that a query reads."""
    from sqlglot import exp

    return {column.name for column in select.find_all(exp.Column)}


def prune(select: exp.Select, needed: set[str]) -> None:
    """Leave out the columns of a query that nobody needs, and so on in the query that it reads from."""
    from sqlglot import exp

    keys = len(select.args["group"].expressions) if select.args.get("group") else 0
    kept = [
        column
        for place, column in enumerate(select.expressions)
        if place < keys or column.alias_or_name in needed
    ]
    select.set("expressions", kept)
    inner = select.args["from_"].this
    if isinstance(inner, exp.Subquery):
        prune(inner.this, columns_read(select))


def star(select: exp.Select, columns: Sequence[str]) -> bool:
    """Write ``*`` for all columns of the table that is read, where a query passes on every one and adds some."""
    from sqlglot import exp

    passed = [column.name for column in select.expressions if isinstance(column, exp.Column)]
    added = [column for column in select.expressions if not isinstance(column, exp.Column)]
    plain = isinstance(select.args["from_"].this, exp.Table) and not select.args.get("group")
    if not plain or set(passed) != set(columns) or not added:
        return False
    select.set("expressions", [exp.Star(), *added])
    return True


def simplify(select: exp.Select) -> None:
    """Leave out what goes without saying: qualifiers, table aliases, ``ELSE NULL``."""
    from sqlglot import exp

    for scope in select.find_all(exp.Select):
        _without_qualifiers(scope)
        if isinstance(scope.parent, exp.Subquery) and not isinstance(
            scope.parent.parent, exp.From | exp.Join
        ):
            scope.set("expressions", [column.unalias() for column in scope.expressions])
    for case in select.find_all(exp.Case):
        if _is_null(case.args.get("default")):
            case.set("default", None)
    for paren in list(select.find_all(exp.Paren)):
        if _is_needless(paren):
            paren.replace(paren.this)
    for negation in list(select.find_all(exp.Not)):
        if isinstance(negation.this, exp.Not):
            negation.replace(negation.this.this)


def _is_null(value: exp.Expression | None) -> bool:
    from sqlglot import exp

    return isinstance(value.this if isinstance(value, exp.Cast) else value, exp.Null)


def _is_needless(paren: exp.Paren) -> bool:
    """Whether precedence alone says the same; sums are left as they stand, for floats are added in order."""
    from sqlglot import exp

    if isinstance(paren.parent, exp.Add | exp.Sub):
        return isinstance(paren.this, exp.Mul)
    return isinstance(paren.parent, exp.Not) and isinstance(paren.this, exp.Is | exp.Column | exp.Not)


def _without_qualifiers(select: exp.Select) -> None:
    """Name columns alone, but not where the query gives a column of its own the same name: engines differ there."""
    from sqlglot import exp

    made = {column.alias for column in select.expressions if _is_new(column)}
    own = [column for column in select.find_all(exp.Column) if column.parent_select is select]
    qualified = [column for column in own if column.name in made]
    for column in own:
        column.set("table", exp.to_identifier(SOURCE) if column.name in made else None)
    read = select.args["from_"].this
    if qualified or isinstance(read, exp.Subquery):
        read.set("alias", exp.TableAlias(this=exp.to_identifier(SOURCE)))
    else:
        read.set("alias", None)


def _is_new(column: exp.Expr) -> bool:
    from sqlglot import exp

    return isinstance(column, exp.Alias) and not (
        isinstance(column.this, exp.Column) and column.this.name == column.alias
    )


def to_text(select: exp.Select, dialect: Engine) -> str:
    """Return the text of a query, names in quotes only where they need them."""
    from sqlglot import exp

    for identifier in select.find_all(exp.Identifier):
        if not _of_table(identifier):
            name, quoted = spelled(identifier.name, dialect)
            identifier.set("this", name)
            identifier.set("quoted", quoted)
    for alias in select.find_all(exp.Alias):
        if isinstance(alias.this, exp.Column) and alias.this.name == alias.alias:
            alias.replace(alias.this)
    for literal in select.find_all(exp.Literal):
        if literal.is_string and CONTROL.search(literal.name) and dialect.escapes:
            literal.replace(exp.var(_escaped(literal.name, *dialect.escapes)))
    return _compact(select.sql(dialect=dialect.grammar, pretty=True))


def _escaped(text: str, start: str, escape: str, quote: str) -> str:
    """Return a text in quotes with its control characters written out: no editor may change them."""
    quoted = text.replace("\\", "\\\\").replace("'", quote)
    return f"{start}'{CONTROL.sub(lambda found: escape.format(ord(found[0])), quoted)}'"


def _compact(text: str) -> str:
    """Put short brackets and branches on one line; no text in quotes has a line break."""
    text = re.sub(r"\(WHERE\n\s*", " (WHERE ", text)
    while (shorter := SHORT_BRACKET.sub(r"(\1)", text)) != text:
        text = shorter
    return TEXT_LIST.sub(_filled, SHORT_BRANCH.sub(r"\1 THEN ", text))


def _filled(found: re.Match[str]) -> str:
    """Put a list of texts on as few lines as it needs."""
    indent = found["indent"]
    lines = [""]
    for item in found["items"].split("\n"):
        word = item.strip()
        if len(lines[-1]) + len(word) > LIST_WIDTH:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return "IN (\n" + "\n".join(f"{indent}{line}" for line in lines) + "\n"


def _of_table(identifier: exp.Identifier) -> bool:
    from sqlglot import exp

    return isinstance(identifier.parent, exp.Table)


def spelled(name: str, dialect: Engine) -> tuple[str, bool]:
    """Return a column's name as it is to be written, and whether in quotes.

    A plain name is written as it is, so that an engine that folds names (to capitals in Snowflake) finds it; a
    reserved word gets the quotes, and the capitals.
    """
    if not PLAIN.fullmatch(name):
        return name, True
    if not _is_reserved(name, dialect):
        return name, False
    return (name.upper() if dialect.capitals else name), True


def quoted_column(name: str, dialect: Engine) -> str:
    """Return a column's name as text of the dialect."""
    from sqlglot import exp

    spelling, quoted = spelled(name, dialect)
    return exp.to_identifier(spelling, quoted=quoted).sql(dialect=dialect.grammar)


def _is_reserved(name: str, dialect: Engine) -> bool:
    from sqlglot.dialects.dialect import Dialect as Grammar

    words = {
        word.lower()
        for grammar in (engine.grammar for engine in DIALECTS.values())
        for word in Grammar.get_or_raise(grammar).generator_class.RESERVED_KEYWORDS
    }
    tokens = [token.token_type.name for token in Grammar.get_or_raise(dialect.grammar).tokenize(name)]
    return name in words or tokens != ["VAR"]
