"""PostgreSQL's columns whose type is not what Ibis takes it for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

MONEY_OID = 790
MONEY = "decimal(21, 4)"  # wider than what Ibis takes it for: a cast to that would be left out


def with_plain_types(table: ir.Table) -> ir.Table:
    """Return the table, on PostgreSQL its enums as text and its `money` as numbers, which Ibis says they are."""
    con = table.get_backend()
    doubtful = [name for name, kind in table.schema().items() if kind.is_string() or kind.is_decimal()]
    if con.name != "postgres" or not doubtful:
        return table
    con._run_pre_execute_hooks(table)
    with con.con.transaction(), con.con.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({con.compile(table.select(*doubtful))}) AS orders LIMIT 0")  # noqa: S608 - Ibis' own text
        kinds = {column.name: column.type_code for column in cursor.description}
        cursor.execute("SELECT oid FROM pg_type WHERE typtype = 'e' AND oid = ANY(%s)", ([*kinds.values()],))
        enums = {oid for (oid,) in cursor.fetchall()}
    plain = {name: _text(table[name]) for name, oid in kinds.items() if oid in enums}
    plain |= {name: table[name].cast(MONEY) for name, oid in kinds.items() if oid == MONEY_OID}
    return table.mutate(**plain) if plain else table


@ibis.udf.scalar.builtin(name="text")  # type: ignore[untyped-decorator]
def _text(value) -> str:  # type: ignore[empty-body, no-untyped-def]
    """PostgreSQL's cast to text, written as a function."""
