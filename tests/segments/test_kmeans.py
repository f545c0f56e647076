"""The centres: scikit-learn's own on few customers, as good as scikit-learn's on many; cells lose nothing."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

import rfmeans
from rfmeans.engines.kept_tables import Workspace
from rfmeans.errors import DataError
from rfmeans.segments.cells import EXACT_LIMIT, FIRST_WIDTH, collect_cells
from rfmeans.segments.features import Z_COLUMNS, bits_for, whole_sum
from rfmeans.segments.kmeans import STANDSTILL, fit_centres, nearest, refine
from rfmeans.segments.settings import Settings
from rfmeans.settings import CustomerColumns
from rfmeans.synthetic import make_customers

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from numpy.typing import NDArray

    from rfmeans.model.segment_model import SegmentModel

FEATURES = ["recency", "frequency", "monetary"]
FEW, MANY = 2_000, 60_000


@pytest.fixture
def workspace():
    with Workspace() as scratch:
        yield scratch


def cloud(n: int, seed: int = 0) -> NDArray[np.float64]:
    """Points of feature space in four overlapping heaps."""
    rng = np.random.default_rng(seed)
    heaps = np.array([[-1, 1, 1], [1, 1, 1], [-1, -1, -1], [1, -1, -1]])
    return heaps[rng.integers(4, size=n)] + rng.normal(0, 0.6, (n, 3))


def as_table(points: NDArray[np.float64]) -> ir.Table:
    return ibis.memtable(pd.DataFrame(points, columns=list(Z_COLUMNS)))


def standardised(customers: pd.DataFrame, model: SegmentModel) -> NDArray[np.float64]:
    """Return feature space by NumPy alone, with the transforms that the model chose."""
    columns = []
    for feature in model.scaling.features:
        raw = customers[feature.name].to_numpy(dtype=np.float64)
        columns.append(np.log1p(raw) if feature.transform == "log1p" else raw)
    matrix = np.column_stack(columns)
    return (matrix - matrix.mean(axis=0)) / matrix.std(axis=0)


def squared_distances(points: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    return ((points[:, None, :] - centres) ** 2).sum(axis=2)


def segment_ids(result: rfmeans.Segmentation) -> NDArray[np.int64]:
    ids = result.customers.order_by("customer_id").segment_id.to_pyarrow().to_numpy()
    return ids.astype(np.int64)


# Few customers: scikit-learn's own result


@pytest.mark.parametrize("transform", ["auto", "log", "none"])
@pytest.mark.parametrize("segments", [4, 6])
def test_few_customers_get_scikit_learns_own_result(transform, segments):
    customers = make_customers(FEW, seed=3)
    with rfmeans.segment(
        customers, columns=CustomerColumns(), transform=transform, segments=segments
    ) as result:
        found = segment_ids(result)
        matrix = standardised(customers, result.model)
        order = np.lexsort((matrix[:, 2], matrix[:, 1], -matrix[:, 0]))
        own = KMeans(segments, n_init=50, random_state=0).fit(matrix[order])
        assert result.model.inertia == pytest.approx(own.inertia_, rel=1e-9)
        assert adjusted_rand_score(own.labels_, found[order]) == 1.0


def test_each_customer_is_its_own_cell_up_to_the_limit(workspace):
    points = cloud(50)
    cells = collect_cells(as_table(points), EXACT_LIMIT, workspace)
    assert cells.width is None
    assert len(cells.points) == cells.counts.sum() == 50
    assert collect_cells(as_table(points), EXACT_LIMIT + 1, workspace).width == FIRST_WIDTH


def test_order_of_exact_cells_follows_from_the_numbers_alone(workspace):
    points = cloud(200)
    shuffled = np.random.default_rng(1).permutation(points)
    first = collect_cells(as_table(points), 200, workspace).points
    assert np.array_equal(first, collect_cells(as_table(shuffled), 200, workspace).points)


# Many customers: as good as scikit-learn's on all of them


@pytest.fixture(scope="module")
def many() -> pd.DataFrame:
    return make_customers(MANY, seed=4)


@pytest.fixture(scope="module")
def segmented_many(many):
    with rfmeans.segment(many, columns=CustomerColumns()) as result:
        yield result


@pytest.mark.slow
@pytest.mark.parametrize("transform", ["auto", "none"])
def test_many_customers_get_as_good_centres(many, transform):
    with rfmeans.segment(many, columns=CustomerColumns(), transform=transform) as result:
        best = KMeans(4, n_init=10, random_state=0).fit(standardised(many, result.model)).inertia_
        assert result.model.settings["passes"] > 0
        assert result.model.inertia <= 1.0005 * best


def test_inertia_and_segments_are_those_of_the_centres(many, segmented_many):
    distances = squared_distances(
        standardised(many, segmented_many.model), np.array(segmented_many.model.centres)
    )
    assert np.array_equal(segment_ids(segmented_many), distances.argmin(axis=1) + 1)
    # The model's inertia is about the means of the last pass's groups, a standstill away from these.
    assert segmented_many.model.inertia == pytest.approx(distances.min(axis=1).sum(), rel=1e-6)


def test_centres_stand_still(many, segmented_many):
    matrix = standardised(many, segmented_many.model)
    found = segment_ids(segmented_many)
    means = np.array([matrix[found == number].mean(axis=0) for number in range(1, 5)])
    assert np.abs(means - np.array(segmented_many.model.centres)).max() <= 2 * STANDSTILL


def test_finer_cells_spare_passes_over_all_customers(workspace):
    rng = np.random.default_rng(0)  # one cloud, in which the second and the third feature go together
    second = rng.normal(size=100_000)
    third = 0.8 * second + 0.6 * rng.normal(size=100_000)
    points = np.column_stack([rng.normal(size=100_000), second, third])
    table = workspace.keep(as_table(points))
    cells = collect_cells(table, len(points), workspace, cell_limit=1_000)
    assert cells.finer is not None
    without, with_finer = (
        fit_centres(table, each, 4, Settings(4)) for each in (replace(cells, finer=None), cells)
    )
    assert 1 <= with_finer.passes <= without.passes / 2
    onward = KMeans(4, init=with_finer.centres, n_init=1, tol=0, max_iter=1000).fit(points)
    assert with_finer.inertia <= 1.0001 * onward.inertia_


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


# Nearest and refine


@pytest.mark.parametrize("k", [2, 4, 12])
def test_nearest_is_numpys_argmin(k):
    points, centres = cloud(2_000, seed=5), cloud(k, seed=6)
    table = as_table(points)
    found = table.mutate(found=nearest(table, centres)).to_pandas()
    by_numpy = squared_distances(found[list(Z_COLUMNS)].to_numpy(), centres).argmin(axis=1)
    assert np.array_equal(found["found"].to_numpy(), by_numpy)


def test_of_centres_at_one_distance_the_first_is_nearest():
    table = as_table(np.zeros((1, 3)))
    centres = np.array([[2.0, 0, 0], [0, 1.0, 0], [0, 0, -1.0], [0, 1.0, 0]])
    assert table.select(found=nearest(table, centres)).to_pyarrow()["found"].to_pylist() == [1]


def test_a_centre_without_customers_stays_where_it_is():
    points = cloud(100)
    far = [50.0, 50.0, 50.0]
    fit = refine(as_table(points), np.array([[0.1, 0.1, 0.1], far]), len(points))
    assert list(fit.centres[1]) == far
    assert fit.centres[0] == pytest.approx(points.mean(axis=0), abs=1e-9)
    assert fit.inertia == pytest.approx(((points - points.mean(axis=0)) ** 2).sum(), rel=1e-9)


def test_refining_never_makes_it_worse():
    points = cloud(1_000)
    start = points[:4]
    before = squared_distances(points, start).min(axis=1).sum()
    fit = refine(as_table(points), start, len(points))
    assert fit.inertia < before
    assert fit.moved <= STANDSTILL


@pytest.mark.parametrize("exact_limit", [0, EXACT_LIMIT])
def test_fewer_distinct_customers_than_segments_is_refused(workspace, exact_limit):
    points = np.repeat(cloud(3), 10, axis=0)
    cells = collect_cells(as_table(points), len(points), workspace, exact_limit=exact_limit)
    with pytest.raises(DataError, match="Found 3 distinct among 30 customers"):
        fit_centres(as_table(points), cells, 4, Settings())


HELD = """
from rfmeans.segments.kmeans import one_thread
with one_thread():
    from threadpoolctl import threadpool_info
    found = threadpool_info()
print("openmp" in {pool["user_api"] for pool in found}, {pool["num_threads"] for pool in found})
"""


def test_scikit_learn_is_held_to_one_thread_before_it_is_first_used():
    env = {**os.environ, "OMP_NUM_THREADS": "2"}
    done = subprocess.run([sys.executable, "-c", HELD], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True {1}"


def test_the_model_is_the_same_to_the_last_bit(tmp_path):
    """Floats added up in another order give another last digit: other threads, other rows, another day."""
    rng = np.random.default_rng(3)
    found = []
    for threads in (2, 1, 2):
        customers = make_customers(150_000, seed=3)[FEATURES].sample(frac=1, random_state=rng.integers(99))
        customers["recency"] += customers["monetary"] % 1  # parts of days
        customers.insert(0, "customer_id", range(1, len(customers) + 1))
        customers.to_parquet(tmp_path / "customers.parquet")
        path = str(tmp_path / "customers.parquet")
        with rfmeans.segment(
            path, columns=CustomerColumns(), transform="log", n_init=2, threads=threads
        ) as result:
            found.append((result.model.to_json(), result.summary.to_dict()))
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("count", [10, 100_000])
def test_whole_sums_do_not_depend_on_the_order(count):
    values = np.random.default_rng(count).normal(size=count)
    bits = bits_for(count)
    orders = (values, values[::-1], np.sort(values))
    tables = [ibis.memtable(pd.DataFrame({"z": each})) for each in orders]
    sums = {int(table.agg(s=whole_sum(table.z, bits)).to_pyarrow()["s"][0].as_py()) for table in tables}
    assert len(sums) == 1
    assert sums.pop() / 2**bits == pytest.approx(math.fsum(values), abs=count / 2**bits)


def test_sums_have_room_for_a_billion_customers_far_out():
    """Σ|z| is at most n, and Σz² is n, but for rounding: 63 bits hold both, for one customer at sqrt(n) too."""
    for count in (2, 1_000, 10**9):
        bits = bits_for(count)
        assert 3 * count * 2**bits < 2**62
        assert math.sqrt(count) * 2**bits < 2**63
