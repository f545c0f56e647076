"""Sheets of a workbook (Excel, OpenDocument) -> typed columns: dates stay dates, numbers numbers, text text.

Runs as a program of its own, which may run out of memory or crash without the run that asks it: `read_workbook`.
"""

from __future__ import annotations

import datetime as dt
import fnmatch
import json
import math
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import Choice, Message, argument
from rfmeans.errors import SourceError, did_you_mean
from rfmeans.reading.csv_dialect import column_names
from rfmeans.reading.source import FILE, LINE, Source, check_width, open_stored, path_in
from rfmeans.typed_cells import typed_text
from rfmeans.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rfmeans.settings import Reading

SheetRow = tuple[int, list[Any]]  # number in the sheet, cells
SheetTable = tuple[str, tuple[str, ...], list[SheetRow]]  # name of the sheet, names of its columns, rows

HIGHEST_HEADER = 100  # rows among which the header is looked for
FEWEST_COLUMNS = 3  # customer, date and amount: a sheet with fewer is a cover
# Names of columns of numbers that tell orders and customers: they end with a word for a number, or name both.
# With a word for money, or for how many, they are none of these: "Total (no tax)".
_NUMBER = r"(no|nr|n°|nº|num|number|numéro|número|numero|nummer|code|código|codice)"
_TOLD = (
    r"(order|invoice|receipt|customer|article|bestellung|auftrag|rechnung|beleg|bon|kunde|kunden|artikel|commande|facture"
    r"|client|pedido|factura|cliente|ordine|fattura|encomenda|fatura)"
)
_FIGURED = (
    r"(\b(tax|vat|items|units|pieces|total\w*|amount|price|sum|value|paid|quantity|qty|mwst|ust|netto|brutto|stück|anzahl"
    r"|menge|ttc|tva|montant|prix|quantité|importe|precio|iva|cantidad|importo|prezzo|quantità|valor|valore|preço"
    r"|quantidade)\b|betrag|preis|summe|umsatz|steuer)"
)
NUMBERED = re.compile(
    rf"(^|[^a-z])id\b|^{_TOLD}$|^(?!.*{_FIGURED})"
    rf"((.*[^a-zà-ÿ])?{_NUMBER}[.:)]*$|.*(nummer|number|nr)\b[.:)]*( *\(|$)"
    rf"|.*\b{_NUMBER}(?!\w).*\b{_TOLD}\b|.*\b{_TOLD}\b.*\b{_NUMBER}(?!\w))"
)
EXACT = 2**53  # float64 holds all whole numbers up to here
PROGRAM = (
    "import json, sys; job = json.load(sys.stdin); sys.path[:] = job['sys_path']; "
    "from rfmeans.reading.workbook import answer; print(json.dumps(answer(job)))"
)


def store_sheets(path: Path, label: str, wanted: str | None, target: Path, *, header: bool) -> dict[str, Any]:
    """Write the rows of one sheet, or of several with the same columns, into a Parquet file; return what it holds.

    That is the names of the ``sheets``, those of ``hidden`` ones that were left out, and the ``mixed`` columns, in
    which cells of several types stand. Each row has its number in its sheet; of several sheets also where it stands.

    Raises
    ------
    SourceError
        If the workbook cannot be opened, there is no such sheet, or it holds no table.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    found, hidden = _sheets(path, label, wanted)
    tables = [
        (name, *_table(rows, f"sheet {name!r} of {label}", header=header)) for name, rows in found.items()
    ]
    chosen = _alike(tables, label, every=wanted is not None)
    names = chosen[0][1]
    check_width(len(names), label)
    rows = [row for _, own, rows in chosen for row in _in_order(rows, own, names)]
    places = {LINE: pa.array([number for number, _ in rows], pa.int64())}
    if len(chosen) > 1:
        places[FILE] = pa.array(
            [f"{label}, sheet {name!r}" for name, _, rows in chosen for _ in rows], pa.string()
        )
    columns, mixed = _columns(rows, names)
    pq.write_table(pa.table([*places.values(), *columns], names=[*places, *names]), target)
    return {"sheets": [name for name, _, _ in chosen], "hidden": hidden, "mixed": mixed}


def _columns(rows: list[SheetRow], names: Sequence[str]) -> tuple[list[Any], list[str]]:
    """Return the columns of rows, each in one type, and the names of those whose cells have several."""
    import pyarrow as pa

    cells = [*zip(*(row for _, row in rows), strict=True)] if rows else [()] * len(names)
    mixed = [name for name, column in zip(names, cells, strict=True) if len(_kinds(column)) > 1]
    columns = [pa.array(_column(column)) for column in cells]
    return [
        column.cast(pa.string()) if pa.types.is_null(column.type) else column for column in columns
    ], mixed


def answer(job: dict[str, Any]) -> dict[str, Any]:
    """Do what `store_sheets` does, and return its answer, or the message as ``refused``."""
    paths = Path(job["path"]), Path(job["target"])
    try:
        return store_sheets(paths[0], job["label"], job["wanted"], paths[1], header=job["header"])
    except SourceError as error:
        choices = [(dict(each.given), each.meaning) for each in error.choices]
        return {"refused": error.message.parts, "choices": choices}


def _sheets(path: Path, label: str, wanted: str | None) -> tuple[dict[str, list[SheetRow]], list[str]]:
    """Return the rows that are not blank of the sheets wanted, or of all with data, and the hidden sheets left out.

    A hidden sheet is none that the user sees: it is read where its own name was given alone.
    """
    with _readable(label):
        from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

        book = CalamineWorkbook.from_path(str(path))
        sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        names = [sheet.name for sheet in sheets]
        seen = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible] or names
        chosen = seen if wanted is None else _called(wanted, names, seen, label)
        found = {name: _rows(book.get_sheet_by_name(name)) for name in chosen}
    if wanted in found:
        return found, []
    found = {name: rows for name, rows in found.items() if len(rows) > 1}
    if not found:
        listed = ", ".join(map(repr, names))
        raise SourceError(f"{label} has no sheet with a table in it (sheets: {listed}). Export it again.")
    return found, [name for name in names if name not in seen]


def _called(wanted: str, names: list[str], seen: list[str], label: str) -> list[str]:
    """Return the sheet of a name, or those in sight that fit a pattern."""
    found = [wanted] if wanted in names else fnmatch.filter(seen, wanted)
    if not found:
        raise SourceError(
            f"{label} has no sheet {wanted!r}.{did_you_mean(wanted, names)} "
            f"Its sheets are: {', '.join(map(repr, names))}.",
            [Choice({"sheet": name}) for name in names],
        )
    return found


def _alike(tables: list[SheetTable], label: str, *, every: bool) -> list[SheetTable]:
    """Return the tables to read: the first one, or every one where these were asked for.

    Raises
    ------
    SourceError
        If they differ, or another sheet goes on with the columns of the first one and nobody asked for either.
    """
    if not every:
        tables = [table for table in tables if len(table[1]) >= FEWEST_COLUMNS] or tables
    columns = tables[0][1]
    alike = [table for table in tables if set(table[1]) == set(columns)]
    if every and len(alike) < len(tables):
        raise _different(tables, next(table for table in tables if table not in alike), label)
    if not every and len(alike) > 1:
        raise _several(alike, label)
    return alike if every else tables[:1]


def _different(tables: list[SheetTable], other: SheetTable, label: str) -> SourceError:
    name, columns, _ = tables[0]
    return SourceError(
        f"The sheets {name!r} and {other[0]!r} of {label} have different columns: {', '.join(columns)} against "
        f"{', '.join(other[1])}. Give sheets with the same columns, or one of them with {argument('sheet')}.",
        [
            Choice({"sheet": name}, f"its columns: {', '.join(own)}; {counted(len(rows), 'row')}")
            for name, own, rows in tables
        ],
    )


def _several(alike: list[SheetTable], label: str) -> SourceError:
    listed = ", ".join(f"{name!r} ({len(rows):,} rows)" for name, _, rows in alike)
    one = [Choice({"sheet": name}, counted(len(rows), "row")) for name, _, rows in alike]
    every_one = Choice({"sheet": "*"}, "all of them")
    return SourceError(
        f"{label} has {len(alike)} sheets with the same columns: {listed}. Say which one with "
        f"{argument('sheet', 'NAME')}, or give {every_one} for all of them.",
        [*one, every_one],
    )


def _in_order(rows: list[SheetRow], own: tuple[str, ...], names: tuple[str, ...]) -> list[SheetRow]:
    if own == names:
        return rows
    places = [own.index(name) for name in names]
    return [(number, [cells[place] for place in places]) for number, cells in rows]


@contextmanager
def _readable(label: str) -> Iterator[None]:
    """Turn what the workbook reader raises into a plain sentence; on damaged files it may also panic."""
    try:
        yield
    except (SourceError, KeyboardInterrupt, MemoryError):
        raise
    except BaseException as error:
        if "password" in f"{type(error).__name__} {error}".casefold():
            raise SourceError(
                f"{label} is protected by a password. Save a copy without one and give that."
            ) from error
        raise SourceError(
            f"{label} cannot be read as a workbook ({error}). Open it and save it again, or export it as CSV."
        ) from error


def _rows(sheet: Any) -> list[SheetRow]:
    cells = sheet.to_python(skip_empty_area=False)
    _fill_merged(cells, sheet.merged_cell_ranges or ())
    return [(number, row) for number, row in enumerate(cells, start=1) if any(cell != "" for cell in row)]


def _fill_merged(cells: list[list[Any]], ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Write what a cell that is merged over several rows says into each of them.

    A number is money, which stands once, unless its column is called one of numbers of orders or customers.
    """
    for (top, left), (bottom, _) in ranges:
        value = cells[top][left] if top < len(cells) and left < len(cells[top]) else ""
        above = (row[left] for row in islice(cells, top))
        called = next((cell for cell in above if isinstance(cell, str) and cell), "")
        if isinstance(value, str | dt.date) or (value != "" and NUMBERED.search(called.casefold())):
            for row in cells[top + 1 : bottom + 1]:
                row[left] = value


def _table(rows: list[SheetRow], label: str, *, header: bool) -> tuple[tuple[str, ...], list[SheetRow]]:
    """Return the names of the columns, and the rows below the header."""
    if not rows:
        raise SourceError(
            f"The {label} is empty. Give the sheet of orders with {argument('sheet')}.",
            [Choice({"sheet": None}, "the first sheet with data")],
        )
    cells = zip(*(row for _, row in rows), strict=True)
    used = [place for place, column in enumerate(cells) if any(cell != "" for cell in column)]
    rows = [(number, [row[place] for place in used]) for number, row in rows]
    if not header:
        return tuple(f"column{place + 1}" for place in used), rows
    top = _header_place(rows)
    names = column_names([_text(cell) or "" for cell in rows[top][1]], label)
    return names, rows[top + 1 :]


def _header_place(rows: list[SheetRow]) -> int:
    """Return the first row that is at least half as full as the fullest one near it: titles above it are shorter."""
    filled = [sum(cell != "" for cell in row) for _, row in rows[:HIGHEST_HEADER]]
    return next(
        place for place, count in enumerate(filled) if 2 * count > max(filled) or count == max(filled)
    )


def _column(cells: Sequence[Any]) -> list[Any]:
    """Return the cells of a column in one type: text as soon as they differ."""
    kinds = _kinds(cells)
    if len(kinds) > 1:
        return [typed_text(cell) for cell in cells]
    if kinds <= {float}:
        return _numbers(cells)
    if kinds == {dt.datetime}:
        return [_moment(cell) for cell in cells]
    if kinds == {bool}:
        return [None if cell == "" else cell for cell in cells]
    return [_text(cell) for cell in cells]


def _kinds(cells: Sequence[Any]) -> set[type]:
    """Return the types of the cells that are not blank, one for numbers, and one for days and moments."""
    alike = {int: float, dt.date: dt.datetime}
    return {alike.get(type(cell), type(cell)) for cell in cells if cell != ""}


def _numbers(cells: Sequence[Any]) -> list[Any]:
    whole = all(cell == "" or (cell == int(cell) and abs(cell) <= EXACT) for cell in cells if _finite(cell))
    if whole and all(cell == "" or _finite(cell) for cell in cells):
        return [None if cell == "" else int(cell) for cell in cells]
    return [None if cell == "" else float(cell) for cell in cells]


def _finite(cell: Any) -> bool:
    return cell == "" or math.isfinite(cell)


def _moment(cell: Any) -> dt.datetime | None:
    if cell == "":
        return None
    return cell if isinstance(cell, dt.datetime) else dt.datetime.combine(cell, dt.time())


def _text(cell: Any) -> str | None:
    """Return a cell as text; a whole number without decimals, as the sheet shows it."""
    if cell == "":
        return None
    if isinstance(cell, float) and _finite(cell) and cell == int(cell) and abs(cell) <= EXACT:
        return str(int(cell))
    return cell.isoformat(" ") if isinstance(cell, dt.datetime) else str(cell)


def read_workbook(con: Any, path: Path, label: str, reading: Reading, folder: Path) -> Source:
    """Return the rows of one sheet, or of several.

    Raises
    ------
    SourceError
        If the workbook cannot be opened, there is no such sheet, or it holds no table.
    """
    stored = path_in(folder, "sheet.parquet")
    job = {"path": str(path), "label": label, "wanted": reading.sheet, "header": reading.header}
    said = _asked({**job, "target": str(stored), "sys_path": sys.path})
    if said is None:
        raise SourceError(
            f"{label} cannot be read as a workbook: it is damaged, or larger than the memory, perhaps by a stray value "
            "far below or beside its table. Open it and save it again, or export it as CSV."
        )
    if "refused" in said:
        raise SourceError(Message.of(said["refused"]), [Choice(*each) for each in said["choices"]])
    left_out = f"; hidden {_listed(said['hidden'])} left out" if said["hidden"] else ""
    source = open_stored(con, stored, label, _listed(said["sheets"]) + left_out)
    return replace(source, mixed=frozenset(said["mixed"]), files=len(said["sheets"]))


def _listed(sheets: Sequence[str]) -> str:
    return f"sheet{'s' if len(sheets) > 1 else ''} {', '.join(map(repr, sheets))}"


def _asked(job: dict[str, Any]) -> dict[str, Any] | None:
    """Return what the other process says; None where it came to an end of its own."""
    done = subprocess.run(  # noqa: S603 - the program is ours
        [sys.executable, "-c", PROGRAM], input=json.dumps(job).encode(), capture_output=True, check=False
    )
    if done.returncode:
        return None
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said
