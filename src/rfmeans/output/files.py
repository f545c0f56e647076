"""Tables -> files: Parquet as it is, CSV such that a spreadsheet opens it without running what stands in it."""

from __future__ import annotations

import re
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    import ibis.expr.types as ir
    import pandas as pd
    from ibis.expr.datatypes import DataType

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


def inert_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with `inert` done to its texts."""
    return frame.map(lambda cell: inert(cell) if isinstance(cell, str) else cell)


def write_parquet(table: ir.Table, path: Path) -> None:
    """Write a table as it is; shapes of other engines than DuckDB as text, for Arrow has no type for them."""
    engine = table.get_backend()
    if engine.name == "duckdb":
        _copy(table, path, ["FORMAT parquet"])
    elif engine.name == "pyspark":  # Ibis goes by way of pandas' nanoseconds, which turn the year 1 into 1754
        import pyarrow.parquet

        engine._run_pre_execute_hooks(table)
        pyarrow.parquet.write_table(engine._session.sql(engine.compile(table)).toArrow(), path)
    else:
        shapes = [name for name, kind in table.schema().items() if _is_of_shapes(kind)]
        table.cast(dict.fromkeys(shapes, "string")).to_parquet(path)


def _is_of_shapes(kind: DataType) -> bool:
    return bool(_is_of_shapes(kind.value_type) if kind.is_array() else kind.is_geospatial())


def write_lines(table: ir.Table, path: Path) -> None:
    """Write lines of the orders as they are; where PostgreSQL has values that no file can hold, its numbers as text.

    Such are infinity, days before Christ or after the year 9999, and numbers of more than 38 digits.
    """
    try:
        write_parquet(table, path)
    except _unheld(table):
        kinds = table.schema().items()
        wide = [name for name, kind in kinds if kind.is_temporal() or kind.is_decimal()]
        write_parquet(table.cast(dict.fromkeys(wide, "string")), path)


def _unheld(table: ir.Table) -> tuple[type[Exception], ...]:
    """Return what is raised where a value of PostgreSQL does not fit."""
    if table.get_backend().name != "postgres":
        return ()
    import psycopg
    import pyarrow as pa

    return psycopg.DataError, pa.ArrowException


def write_csv(table: ir.Table, path: Path, order_by: str, words: Collection[str] = ()) -> None:
    """Write a table on DuckDB in the order of one column, without bringing it into Python.

    Text is neutralised, and quoted throughout: with a semicolon or a tab in it, a cell that is not quoted falls
    apart in a spreadsheet that takes those for separators, and its second half may be a formula. The columns of
    ``words`` hold nothing but plain words of rfmeans' own and are written as they are.
    """
    texts = [name for name, kind in table.schema().items() if kind.is_string() and name not in words]
    safe = table.mutate(**{name: inert_column(table[name]) for name in texts}).order_by(order_by)
    quoted = [f"FORCE_QUOTE ({', '.join(_quoted(name, chr(34)) for name in texts)})"] if texts else []
    _copy(safe, path, ["FORMAT csv", "HEADER", *quoted])


def _copy(table: ir.Table, path: Path, options: list[str]) -> None:
    """Have DuckDB write the file. Ibis' own way breaks at an apostrophe in the path."""
    connection = table.get_backend()
    target = _quoted(str(path), "'")
    with connection._safe_raw_sql(f"COPY ({connection.compile(table)}) TO {target} ({', '.join(options)})"):
        pass


def _quoted(text: str, mark: str) -> str:
    return f"{mark}{text.replace(mark, mark * 2)}{mark}"


@contextmanager
def on_duckdb(table: ir.Table, folder: Path) -> Iterator[ir.Table]:
    """Give the table on DuckDB: itself, or a copy that was streamed from another engine to a file in a folder.

    So that every engine gives the same files: few engines but DuckDB can hash, and each sorts text its own way.
    """
    import ibis

    if table.get_backend().name == "duckdb":
        yield table
        return
    with tempfile.TemporaryDirectory(prefix="copy-", dir=folder) as inside:
        connection = ibis.duckdb.connect(Path(inside) / "copy.duckdb")
        try:
            connection.con.from_arrow(table.to_pyarrow_batches()).create("copied")
            yield connection.table("copied")
        finally:
            connection.disconnect()
