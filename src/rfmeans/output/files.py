"""Tables -> files: Parquet as it is, CSV such that a spreadsheet opens it without running what stands in it."""

from __future__ import annotations

import csv
import math
import re
from typing import TYPE_CHECKING, Any

from rfmeans.engines.database import quoted
from rfmeans.engines.dispatch import engine_of
from rfmeans.engines.duckdb import copy_to
from rfmeans.engines.kept_tables import in_order

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    import ibis.expr.types as ir

# What OWASP (CSV Injection) and ASVS 1.2.10 name; the apostrophes before it make the change reversible.
FORMULA = "^'*[=+\\-@\\t\\r\\n\\x00＝＋－＠]"


def inert(text: str) -> str:
    """Return the text with an apostrophe before it if a spreadsheet would run it as a formula.

    To undo it, take one apostrophe off a cell in which only apostrophes stand before one of the signs.

    >>> inert("=1+1"), inert("'=1+1"), inert("'t Hooft"), inert("a=1")
    ("'=1+1", "''=1+1", "'t Hooft", 'a=1')
    """
    return f"'{text}" if re.match(FORMULA, text) else text


def inert_column(column: ir.Column) -> ir.Column:
    """Return a text column with `inert` done to each of its values."""
    import ibis

    return ibis.ifelse(column.re_search(FORMULA), ibis.literal("'") + column, column)


def write_rows(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Write rows as CSV, with `inert` done to their texts; what is not known (NaN) is blank."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]), quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        out.writeheader()
        for row in rows:
            out.writerow({name: _cell(value) for name, value in row.items()})


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return inert(value)
    return None if isinstance(value, float) and math.isnan(value) else value


def write_parquet(table: ir.Table, path: Path) -> None:
    """Write a table as it is, in its engine's way."""
    engine_of(table).write_parquet(table, path)


def write_customers(table: ir.Table, folder: Path, name: str, kind: str | None) -> None:
    """Write customers in the order of their ids as a file of a kind, ``parquet`` or ``csv``; None: not at all."""
    if kind == "csv":
        with on_duckdb(table, folder) as local:
            write_csv(local, folder / f"{name}.csv", order_by="customer_id")
    elif kind == "parquet":
        write_parquet(in_order(table, "customer_id"), folder / f"{name}.parquet")


def write_lines(table: ir.Table, path: Path) -> None:
    """Write lines of the orders as they are; where PostgreSQL has values that no file can hold, its numbers as text.

    Such are infinity, days before Christ or after the year 9999, and numbers of more than 38 digits.
    """
    engine = engine_of(table)
    try:
        engine.write_parquet(table, path)
    except engine.unheld():
        kinds = table.schema().items()
        wide = [name for name, kind in kinds if kind.is_temporal() or kind.is_decimal()]
        engine.write_parquet(table.cast(dict.fromkeys(wide, "string")), path)


def write_csv(table: ir.Table, path: Path, order_by: str, words: Collection[str] = ()) -> None:
    """Write a table on DuckDB in the order of one column, without bringing it into Python.

    Text is neutralised, and quoted throughout: with a semicolon or a tab in it, a cell that is not quoted falls
    apart in a spreadsheet that takes those for separators, and its second half may be a formula. The columns of
    ``words`` hold nothing but plain words of rfmeans' own and are written as they are.
    """
    texts = [name for name, kind in table.schema().items() if kind.is_string() and name not in words]
    safe = table.mutate(**{name: inert_column(table[name]) for name in texts}).order_by(order_by)
    kept_whole = [f"FORCE_QUOTE ({', '.join(quoted(name, chr(34)) for name in texts)})"] if texts else []
    copy_to(safe, path, ["FORMAT csv", "HEADER", *kept_whole])


def on_duckdb(table: ir.Table, folder: Path) -> AbstractContextManager[ir.Table]:
    """Give the table on DuckDB: itself, or a copy that was streamed from another engine to a file in a folder.

    So that every engine gives the same files: few engines but DuckDB can hash, and each sorts text its own way.
    """
    return engine_of(table).on_duckdb(table, folder)
