"""Anything a user may pass -> an opened source, in one of the ways in which it can be read.

A file, a glob or a frame is opened in an embedded DuckDB of its own; an Ibis table stays where it is.
"""

from __future__ import annotations

import glob
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import Choice, named
from rfmeans.engines.database import Served, home_of
from rfmeans.engines.dispatch import engine_of, server_of
from rfmeans.engines.embedded import connect
from rfmeans.engines.failures import engine_errors
from rfmeans.errors import SettingsError, SourceError
from rfmeans.reading.csv_file import read_text
from rfmeans.reading.duckdb_file import read_database
from rfmeans.reading.file_kind import check_kind, unpacked
from rfmeans.reading.frame import frame_table
from rfmeans.reading.json_records import read_json
from rfmeans.reading.source import Source, located, numbered, open_parquet
from rfmeans.reading.workbook import read_workbook
from rfmeans.typed_cells import SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import ibis.expr.types as ir

    from rfmeans.engines.engine import Engine
    from rfmeans.settings import Reading
    from rfmeans.temporary_folders import TemporaryFolder

LONGEST_PATH = 4096
KINDS = {
    "text": "delimited text",
    "json": "JSON",
    "parquet": "Parquet",
    "workbook": "a workbook",
    "duckdb": "a DuckDB database",
}


def ways_to_open(source: Any, reading: Reading) -> Iterator[Callable[[], Source]]:
    """Yield what opens the source: in the fastest way, then in the next one, to be taken where the first loses rows.

    Text files are first left to the engine's own parallel reader. Where it stumbles over a line, or reads another
    number of rows than there are lines (`Source.rows`), they are read line by line, and malformed lines set aside.
    """
    yield partial(open_source, source, reading)
    if isinstance(source, str | Path):
        yield partial(_open_files, str(source), reading, by_lines=True)


def open_source(source: Any, reading: Reading) -> Source:
    """Open what the user passed, in the fastest way.

    Parameters
    ----------
    source
        Path or glob of delimited text, JSON lines, Parquet, workbooks or a DuckDB file; a pandas or Polars frame, an
        Arrow table; an Ibis table.
    reading
        How to read it. Its time zone None: UTC for files, the frame's own for frames.

    Raises
    ------
    SourceError
        If nothing is there, or it cannot be read.
    """
    import ibis.expr.types as ir

    if isinstance(source, ir.Table):
        reading.limits.refuse("the table's own engine")
        return _in_place(Served(source, "Ibis table", home_of(source)))
    if not isinstance(source, str | Path):
        return _open_frame(source, reading)
    server = server_of(str(source), reading.engine)
    return _in_place(_served(server, str(source), reading)) if server else _open_files(str(source), reading)


def _served(server: Engine, source: str, reading: Reading) -> Served:
    """Leave it to an engine to open a source by itself."""
    reading.limits.refuse(server.title)
    for option in ("sheet", "encoding", "delimiter", *(["table"] if server.file_kind else [])):
        if getattr(reading, option) is not None:
            raise SettingsError(
                f"{named(option)} cannot be given here: what is read is no file of that kind.",
                [Choice({option: None}, "read it without")],
            )
    if server.file_kind:
        check_kind(source, server.file_kind, server.name)
    return server.open(source, reading.table)


def _in_place(found: Served) -> Source:
    engine = engine_of(found.table)
    with ExitStack() as failing:
        failing.callback(found.closing)
        with engine_errors(f"Reading {found.name}"):
            table = engine.with_plain_types(found.table)
        source = Source(
            table,
            found.name,
            located(table, None),
            ordered=False,
            home=found.home,
            engine=engine,
            closing=found.closing,
        )
        failing.pop_all()
    return source


def _open_frame(frame: Any, reading: Reading) -> Source:
    import ibis

    given = getattr(frame, "attrs", {}).get("name")  # pandas frames can carry a name
    kind = str(given or f"{type(frame).__module__.partition('.')[0]} table")
    arrow, mixed = frame_table(frame, reading.timezone)
    con, folder = connect(reading.limits, reading.timezone)
    closing = partial(_close, con, folder)
    with ExitStack() as failing:
        failing.callback(closing)
        with engine_errors(f"Reading {kind}"):
            orders = con.create_table("orders", ibis.memtable(arrow), temp=True)
        source = Source(orders, kind, numbered(orders, None), mixed=mixed, closing=closing)
        failing.pop_all()
    return source


def _close(con: Any, folder: TemporaryFolder) -> None:
    con.disconnect()
    folder.remove()


def _open_files(pattern: str, reading: Reading, *, by_lines: bool = False) -> Source:
    paths = _matching(pattern)
    name = pattern if len(paths) > 1 else Path(paths[0]).name
    con, folder = connect(reading.limits, reading.timezone)
    closing = partial(_close, con, folder)
    with ExitStack() as failing:
        failing.callback(closing)
        with engine_errors(f"Reading {name}"):
            source = _read_files(con, paths, reading, folder.path, by_lines=by_lines)
        failing.pop_all()
    return replace(source, name=name, closing=closing)


def _read_files(con: Any, paths: list[str], reading: Reading, folder: Path, *, by_lines: bool) -> Source:
    files = [(path, *unpacked(Path(path), folder)) for path in paths]
    kind = _one_kind([(path, kind) for path, _, kind in files])
    _check_options(paths[0], kind, reading)
    if kind == "parquet":
        return _read_parquet(con, [(path, inside) for path, inside, _ in files])
    return _united(
        [_read_file(con, kind, inside, path, reading, folder, by_lines=by_lines) for path, inside, _ in files]
    )


def _one_kind(files: list[tuple[str, str]]) -> str:
    examples = {kind: path for path, kind in reversed(files)}
    if len(examples) > 1:
        found = ", ".join(f"{KINDS[kind]} ({path})" for kind, path in sorted(examples.items()))
        raise SourceError(f"The files are of several kinds: {found}. Give files of one kind.")
    return next(iter(examples))


def _check_options(path: str, kind: str, reading: Reading) -> None:
    for option, needed in (("sheet", "workbook"), ("table", "duckdb")):
        if getattr(reading, option) is not None and kind != needed:
            raise SettingsError(
                f"{named(option)} is for {KINDS[needed]}, but {path} is {KINDS[kind]}. Leave it out.",
                [Choice({option: None}, "read it without")],
            )


def _read_file(
    con: Any, kind: str, inside: Path, label: str, reading: Reading, folder: Path, *, by_lines: bool
) -> Source:
    """Return the rows of one file, which may have been unpacked to ``inside``."""
    if kind == "workbook":
        return read_workbook(con, inside, label, reading, folder)
    if kind == "json":
        return read_json(con, inside, label, folder)
    if kind == "duckdb":
        return read_database(con, inside, label, reading.table)
    return read_text(con, inside, label, reading, folder, by_lines=by_lines)


def _read_parquet(con: Any, files: list[tuple[str, Path]]) -> Source:
    tables = [(path, open_parquet(con, inside)) for path, inside in files]
    _check_same_columns([(path, table.columns) for path, table in tables])
    table = open_parquet(con, *(inside for _, inside in files))
    places = _union_all([numbered(one, path) for path, one in tables])
    return Source(table, files[0][0], places, files=len(files))


def _united(files: list[Source]) -> Source:
    """Return the rows of several files as one source."""
    if len(files) == 1:
        return files[0]
    _check_same_columns([(file.name, file.table.columns) for file in files])
    files, typed, mixed = _with_types(files)
    counted = [file.rows for file in files if file.rows is not None]
    return Source(
        _union_all([file.table for file in files]),
        files[0].name,
        _union_all([file.located for file in files]),
        malformed=_malformed_of(files),
        malformed_lines=sum(file.malformed_lines for file in files),
        rows=sum(counted) if len(counted) == len(files) else None,
        understood="; ".join(dict.fromkeys(file.understood for file in files if file.understood)),
        files=sum(file.files for file in files),
        padded=any(file.padded for file in files),
        powers=any(file.powers for file in files),
        typed=typed,
        mixed=mixed,
        store=files[0].store,
    )


def _malformed_of(files: list[Source]) -> ir.Table | None:
    found = [file.malformed for file in files if file.malformed is not None]
    return _union_all(found) if found else None


def _with_types(files: list[Source]) -> tuple[list[Source], frozenset[str], frozenset[str]]:
    """Return the files with typed values as text where others have text, and the columns that are typed and mixed."""
    texts = frozenset(
        name for name in files[0].table.columns if any(file.table[name].type().is_string() for file in files)
    )
    typed = frozenset.intersection(*(file.typed for file in files))
    mixed = frozenset.union(*(file.mixed for file in files))
    told = []
    for file in files:
        ours = [name for name in texts - typed if _is_typed(file, name)]
        mixed |= {*ours}
        told.append(_as_texts(file, ours) if ours else file)
    return told, typed, mixed


def _as_texts(file: Source, names: Sequence[str]) -> Source:
    table, places = file.table, file.located
    return replace(
        file,
        table=table.mutate(**{name: _as_text(table[name]) for name in names}),
        located=places.mutate(**{name: _as_text(places[name]) for name in names}),
    )


def _is_typed(file: Source, name: str) -> bool:
    kind = file.table[name].type()
    return name in file.typed or kind.is_numeric() or kind.is_timestamp() or kind.is_date()


def _as_text(column: ir.Column) -> ir.StringColumn:
    """Return typed values as text of a column that also holds other text: see `rfmeans.typed_cells`."""
    text = column.cast("string")
    if column.type().is_timestamp() or column.type().is_date():
        return text + SEPARATOR
    return text.re_replace("[.]0+$", "").replace(".", SEPARATOR)


def _check_same_columns(files: list[tuple[str, Sequence[str]]]) -> None:
    first, columns = files[0]
    for path, others in files[1:]:
        if set(others) != set(columns):
            raise SourceError(
                f"{path} has other columns than {first}: {', '.join(others)} against {', '.join(columns)}. "
                "Give files with the same columns."
            )


def _union_all(tables: list[ir.Table]) -> ir.Table:
    """Return all rows of tables with the same columns; a column whose types differ becomes text."""
    import ibis

    names = tables[0].columns
    text = [name for name in names if len({table[name].type() for table in tables}) > 1]
    united = ibis.union(*(table.select(*names).cast(dict.fromkeys(text, "string")) for table in tables))
    # Compiled once, and not again in each query: of a thousand files that takes seconds.
    view: ir.Table = united.get_backend().create_view(ibis.util.gen_name("rfmeans_united"), united)
    return view


def _matching(pattern: str) -> list[str]:
    if len(pattern) > LONGEST_PATH:
        raise SourceError(f"No such file: the path has {len(pattern):,} characters. Check the path.")
    if Path(pattern).is_dir():
        raise SourceError(
            f"{pattern} is a folder. Give a file, or a glob such as '{pattern.rstrip('/')}/*.csv'."
        )
    if Path(pattern).is_file():
        return [pattern]
    if Path(pattern).exists():
        raise SourceError(
            f"{pattern} is no file but a pipe or a device, and orders are read more than once. "
            "Write them into a file and give that."
        )
    paths = sorted(glob.glob(pattern, recursive=True)) if glob.has_magic(pattern) else []  # noqa: PTH207 - pathlib cannot glob an absolute pattern
    files = [path for path in paths if Path(path).is_file()]
    if not files:
        what = "No file matches" if glob.has_magic(pattern) else "No such file:"
        raise SourceError(f"{what} {pattern!r} (looked from {Path.cwd()}). Check the path.")
    return files
