"""A sheet of a workbook (Excel, OpenDocument) -> typed columns: dates stay dates, numbers numbers, text text.

Runs as a program of its own, see `workbooks`.
"""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rfmeans.dialects import column_names
from rfmeans.errors import SourceError, did_you_mean
from rfmeans.parts import LINE, check_width

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = tuple[int, list[Any]]  # number in the sheet, cells

HIGHEST_HEADER = 100  # rows among which the header is looked for
EXACT = 2**53  # float64 holds all whole numbers up to here


def store_sheet(path: Path, label: str, wanted: str | None, target: Path, *, header: bool) -> str:
    """Write the rows of one sheet into a Parquet file, each with its number in the sheet; return the sheet's name.

    Raises
    ------
    SourceError
        If the workbook cannot be opened, there is no such sheet, or it holds no table.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    sheet, rows = _sheet(path, label, wanted)
    names, rows = _table(rows, f"sheet {sheet!r} of {label}", header=header)
    check_width(len(names), label)
    columns = [pa.array(_column(cells)) for cells in zip(*(row for _, row in rows), strict=True)]
    columns = columns or [pa.array([], pa.string()) for _ in names]
    lines = pa.array([number for number, _ in rows], pa.int64())
    columns = [column.cast(pa.string()) if pa.types.is_null(column.type) else column for column in columns]
    pq.write_table(pa.table([lines, *columns], names=[LINE, *names]), target)
    return sheet


def answer(job: dict[str, Any]) -> dict[str, str]:
    """Do what `store_sheet` does, and return its answer as ``sheet``, or the message as ``refused``."""
    paths = Path(job["path"]), Path(job["target"])
    try:
        return {"sheet": store_sheet(paths[0], job["label"], job["wanted"], paths[1], header=job["header"])}
    except SourceError as error:
        return {"refused": str(error)}


def _sheet(path: Path, label: str, wanted: str | None) -> tuple[str, list[Row]]:
    """Return the name and the rows that are not blank of the sheet wanted, or of the first one with data."""
    with _Guard(label):
        from python_calamine import CalamineWorkbook

        book = CalamineWorkbook.from_path(str(path))
        names = list(book.sheet_names)
        if wanted is not None and wanted not in names:
            raise SourceError(
                f"{label} has no sheet {wanted!r}.{did_you_mean(wanted, names)} "
                f"Its sheets are: {', '.join(map(repr, names))}."
            )
        for name in names if wanted is None else [wanted]:
            rows = _rows(book.get_sheet_by_name(name))
            if len(rows) > 1 or wanted is not None:
                return name, rows
    listed = ", ".join(map(repr, names))
    raise SourceError(f"{label} has no sheet with a table in it (sheets: {listed}). Export it again.")


class _Guard:
    """Turn what the workbook reader raises into a plain sentence; on damaged files it may also panic."""

    def __init__(self, label: str) -> None:
        self._label = label

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if error is None or isinstance(error, SourceError | KeyboardInterrupt | MemoryError):
            return
        if "password" in f"{type(error).__name__} {error}".casefold():
            raise SourceError(
                f"{self._label} is protected by a password. Save a copy without one and give that."
            ) from error
        raise SourceError(
            f"{self._label} cannot be read as a workbook ({error}). Open it and save it again, or export it as CSV."
        ) from error


def _rows(sheet: Any) -> list[Row]:
    cells = sheet.to_python(skip_empty_area=False)
    return [(number, row) for number, row in enumerate(cells, start=1) if any(cell != "" for cell in row)]


def _table(rows: list[Row], label: str, *, header: bool) -> tuple[tuple[str, ...], list[Row]]:
    """Return the names of the columns, and the rows below the header."""
    if not rows:
        raise SourceError(f"The {label} is empty. Give the sheet of orders with --sheet.")
    cells = zip(*(row for _, row in rows), strict=True)
    used = [place for place, column in enumerate(cells) if any(cell != "" for cell in column)]
    rows = [(number, [row[place] for place in used]) for number, row in rows]
    if not header:
        return tuple(f"column{place + 1}" for place in used), rows
    top = _header_place(rows)
    names = column_names([_text(cell) or "" for cell in rows[top][1]], label)
    return names, rows[top + 1 :]


def _header_place(rows: list[Row]) -> int:
    """Return the first row that is at least half as full as the fullest one near it: titles above it are shorter."""
    filled = [sum(cell != "" for cell in row) for _, row in rows[:HIGHEST_HEADER]]
    return next(
        place for place, count in enumerate(filled) if 2 * count > max(filled) or count == max(filled)
    )


def _column(cells: Sequence[Any]) -> list[Any]:
    """Return the cells of a column in one type: text as soon as they differ."""
    kinds = {type(cell) for cell in cells if cell != ""}
    if kinds <= {int, float}:
        return _numbers(cells)
    if kinds <= {dt.datetime, dt.date}:
        return [_moment(cell) for cell in cells]
    if kinds == {bool}:
        return [None if cell == "" else cell for cell in cells]
    return [_text(cell) for cell in cells]


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
