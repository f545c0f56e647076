"""Cells: they lose nothing, and their order follows from the numbers alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.points import FEATURES, as_table, cloud
from rfmeans.engines.kept_tables import Workspace
from rfmeans.segments.cells import EXACT_LIMIT, collect_cells
from rfmeans.segments.condensed import FIRST_WIDTH
from rfmeans.synthetic import make_customers


@pytest.fixture
def workspace():
    with Workspace() as scratch:
        yield scratch


def test_each_customer_is_its_own_cell_up_to_the_limit(workspace):
    points = cloud(50)
    cells = collect_cells(as_table(points), EXACT_LIMIT, workspace)
    assert cells.width is None
    assert len(cells.points) == cells.counts.sum() == 50
    assert cells.counts.dtype == np.int64
    assert collect_cells(as_table(points), EXACT_LIMIT + 1, workspace).width == FIRST_WIDTH


def test_order_of_exact_cells_follows_from_the_numbers_alone(workspace):
    points = cloud(200)
    shuffled = np.random.default_rng(1).permutation(points)
    first = collect_cells(as_table(points), 200, workspace).points
    assert np.array_equal(first, collect_cells(as_table(shuffled), 200, workspace).points)


# Cells


@pytest.mark.parametrize("cell_limit", [10, 100, 1_000, 100_000])
def test_coarsening_loses_nothing(workspace, cell_limit):
    points = cloud(5_000)
    cells = collect_cells(as_table(points), len(points), workspace, exact_limit=0, cell_limit=cell_limit)
    assert len(cells.points) <= cell_limit
    assert cells.counts.sum() == len(points)
    weighted = cells.counts[:, None] * cells.points
    assert weighted.sum(axis=0) == pytest.approx(points.sum(axis=0), abs=1e-7)
    total = cells.within.sum() + (weighted * cells.points).sum()
    assert total == pytest.approx((points**2).sum(), rel=1e-9)


def test_cells_are_the_cubes_of_their_width(workspace):
    points = cloud(3_000)
    cells = collect_cells(as_table(points), len(points), workspace, exact_limit=0, cell_limit=200)
    assert cells.width > FIRST_WIDTH
    cubes = pd.DataFrame(points).groupby([*np.floor(points / cells.width).astype(int).T])
    assert list(cubes.size()) == list(cells.counts)
    assert cubes.mean().to_numpy() == pytest.approx(cells.points, abs=1e-9)
    within = (cubes.var(ddof=0).sum(axis=1) * cubes.size()).to_numpy()
    assert cells.within == pytest.approx(within, abs=1e-9)


def test_finer_cells_hold_the_same_customers(workspace):
    points = cloud(20_000)
    cells = collect_cells(as_table(points), len(points), workspace, exact_limit=0, cell_limit=200)
    finer = cells.finer
    assert 200 < len(finer.points) <= 2_000  # at least ten customers each, on average
    assert finer.width < cells.width
    assert finer.counts.sum() == cells.counts.sum() == len(points)
    sums = [(each.counts[:, None] * each.points).sum(axis=0) for each in (finer, cells)]
    assert sums[0] == pytest.approx(sums[1], abs=1e-7)


def test_counts_of_cells_add_up_to_the_customers(workspace):
    customers = make_customers(EXACT_LIMIT + 1, seed=2)[FEATURES].to_numpy(dtype=np.float64)
    points = (customers - customers.mean(axis=0)) / customers.std(axis=0)
    cells = collect_cells(as_table(points), len(points), workspace)
    assert cells.counts.sum() == EXACT_LIMIT + 1
