"""Columns whose type is not what Ibis takes it for, made what it takes them for: on PostgreSQL and Polars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

MONEY_OID = 790
MONEY_AS = "decimal(21, 4)"  # wider than what Ibis takes it for: a cast to that would be left out


def with_plain_types(table: ir.Table) -> ir.Table:
    """Return the table, its enums and categories as text, and PostgreSQL's `money` as numbers: Ibis says they are."""
    plain = {"postgres": _of_postgres, "polars": _of_polars}.get(table.get_backend().name)
    return plain(table) if plain else table


def _of_postgres(table: ir.Table) -> ir.Table:
    from psycopg.rows import tuple_row

    con = table.get_backend()
    doubtful = [name for name, kind in table.schema().items() if kind.is_string() or kind.is_decimal()]
    if not doubtful:
        return table
    con._run_pre_execute_hooks(table)
    with con.con.transaction(), con.con.cursor(row_factory=tuple_row) as cursor:
        cursor.execute(f"SELECT * FROM ({con.compile(table.select(*doubtful))}) AS orders LIMIT 0")  # noqa: S608 - Ibis' own text
        kinds = {column.name: column.type_code for column in cursor.description}
        cursor.execute("SELECT oid FROM pg_type WHERE typtype = 'e' AND oid = ANY(%s)", ([*kinds.values()],))
        enums = {oid for (oid,) in cursor.fetchall()}
    plain = {name: _text(table[name]) for name, oid in kinds.items() if oid in enums}
    plain |= {name: table[name].cast(MONEY_AS) for name, oid in kinds.items() if oid == MONEY_OID}
    return table.mutate(**plain) if plain else table


@ibis.udf.scalar.builtin(name="text")  # type: ignore[untyped-decorator]
def _text(value) -> str:  # type: ignore[empty-body, no-untyped-def]
    """PostgreSQL's cast to text, written as a function."""


def _of_polars(table: ir.Table) -> ir.Table:
    import polars
    from ibis.expr.operations import Cast

    con = table.get_backend()
    con._run_pre_execute_hooks(table)
    kinds = con.compile(table).collect_schema()
    named = [name for name, kind in kinds.items() if kind in (polars.Categorical, polars.Enum)]
    return table.mutate(**{name: Cast(table[name], "string").to_expr() for name in named})
