"""The notebook at the root of the repository: its cells, and what they define."""

import json
from typing import Any

import numpy as np
import pandas as pd

from places import ROOT

PATH = ROOT / "customer_segmentation.ipynb"


NOTEBOOK = json.loads(PATH.read_text(encoding="utf-8"))


CELLS = NOTEBOOK["cells"]


CODE_CELLS = [cell for cell in CELLS if cell["cell_type"] == "code"]


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def run_cells(*ids: str) -> dict[str, Any]:
    """The names that the cells with these ids define, run in order with NumPy and pandas at hand."""
    sources = {cell["id"]: source(cell) for cell in CODE_CELLS}
    names: dict[str, Any] = {"np": np, "pd": pd}
    for cell_id in ids:
        exec(sources[cell_id], names)
    return names
