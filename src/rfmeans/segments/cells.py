"""Feature space -> cells, collected on the engine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rfmeans.segments.condensed import FIRST_WIDTH, Cells
from rfmeans.segments.features import SUM_COLUMNS, Z_COLUMNS, bits_for, whole_sums

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa
    from numpy.typing import NDArray

    from rfmeans.engines.kept_tables import Workspace

EXACT_LIMIT = 20_000  # up to here each customer is its own cell
CELL_LIMIT = 10_000
FINER_LIMIT = 200_000  # for what fits one model
PER_FINER_CELL = 10  # customers on average: smaller cells would be the customers themselves
INDEX_COLUMNS = ("i", "j", "k")


def collect_cells(
    features: ir.Table,
    n_customers: int,
    workspace: Workspace,
    *,
    exact_limit: int = EXACT_LIMIT,
    cell_limit: int = CELL_LIMIT,
) -> Cells:
    """Return the cells of a table of z columns, in an order that does not depend on the rows'."""
    if n_customers <= exact_limit:
        return _every_customer(features)
    bits = bits_for(n_customers)
    grid, width, finer = workspace.keep(_grid(features, FIRST_WIDTH, bits)), FIRST_WIDTH, None
    while (found := int(grid.count().to_pyarrow().as_py())) > cell_limit:
        if finer is None and found <= min(FINER_LIMIT, n_customers // PER_FINER_CELL):
            finer = _fetch(grid, width, bits)
        grid = workspace.keep(_coarser(grid))
        width *= 2
    return replace(_fetch(grid, width, bits), finer=finer)


def _every_customer(features: ir.Table) -> Cells:
    columns = features.select(*Z_COLUMNS).to_pyarrow()
    points = np.column_stack([as_array(columns[name]) for name in Z_COLUMNS])
    # From the longest lapsed, rarest and smallest customer to the best one: an order that follows from the
    # numbers alone, because k-means++ draws its starts by position.
    recency, frequency, monetary = points.T
    points = points[np.lexsort((monetary, frequency, -recency))]
    return Cells(points, np.ones(len(points), dtype=np.int64), np.zeros(len(points)), None)


def as_array(column: pa.ChunkedArray) -> NDArray[Any]:
    """Return a column of numbers without nulls; Arrow's own `to_numpy` loads pandas first."""
    return np.from_dlpack(column.combine_chunks())


def _grid(features: ir.Table, width: float, bits: int) -> ir.Table:
    z = [features[name] for name in Z_COLUMNS]
    index = {i: (column / width).floor().cast("int64") for i, column in zip(INDEX_COLUMNS, z, strict=True)}
    return features.group_by(**index).agg(n=features.count(), **whole_sums(z, bits))


def _coarser(grid: ir.Table) -> ir.Table:
    """Merge cells two by two along each axis; nothing is lost, all columns are sums."""
    index = {i: (grid[i] / 2).floor().cast("int64") for i in INDEX_COLUMNS}
    sums = {name: grid[name].sum().cast("int64") for name in ("n", *SUM_COLUMNS)}
    return grid.group_by(**index).agg(**sums)


def _fetch(grid: ir.Table, width: float, bits: int) -> Cells:
    rows = grid.order_by(*INDEX_COLUMNS).to_pyarrow()
    counts = as_array(rows["n"]).astype(np.int64)
    *sums, squares = (as_array(rows[name]) / 2.0**bits for name in SUM_COLUMNS)
    points = (np.column_stack(sums) / counts[:, None]).round(12)
    within = squares - counts * (points**2).sum(axis=1)
    return Cells(points, counts, within.clip(min=0), width)
