"""Sheets of a workbook, read by another process: on a damaged file the reader may end the process it runs in."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from rfmeans.errors import SourceError
from rfmeans.parts import Part, stored_part

if TYPE_CHECKING:
    from pathlib import Path

    from rfmeans.settings import Reading

PROGRAM = (
    "import json, sys; job = json.load(sys.stdin); sys.path[:] = job['sys_path']; "
    "from rfmeans.sheets import answer; print(json.dumps(answer(job)))"
)


def read_workbook(con: Any, path: Path, label: str, reading: Reading, folder: Path) -> Part:
    """Return the rows of one sheet, or of several.

    Raises
    ------
    SourceError
        If the workbook cannot be opened, there is no such sheet, or it holds no table.
    """
    stored = folder / f"{len(list(folder.iterdir()))}-sheet.parquet"
    job = {"path": str(path), "label": label, "wanted": reading.sheet, "header": reading.header}
    said = _asked({**job, "target": str(stored), "sys_path": sys.path})
    if said is None:
        raise SourceError(
            f"{label} cannot be read as a workbook: it is damaged, or larger than the memory, perhaps by a stray value "
            "far below or beside its table. Open it and save it again, or export it as CSV."
        )
    if "refused" in said:
        raise SourceError(said["refused"])
    sheets = ", ".join(map(repr, said["sheets"]))
    return stored_part(con, stored, label, f"sheet{'s' if len(said['sheets']) > 1 else ''} {sheets}")


def _asked(job: dict[str, Any]) -> dict[str, Any] | None:
    """Return what the other process says; None where it came to an end of its own."""
    done = subprocess.run(  # noqa: S603 - the program is ours
        [sys.executable, "-c", PROGRAM], input=json.dumps(job).encode(), capture_output=True, check=False
    )
    if done.returncode:
        return None
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said
