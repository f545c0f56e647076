"""The centres: scikit-learn's own on few customers, as good as scikit-learn's on many; cells lose nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

import rfmeans
from drawn import examples
from helpers.points import FEATURES, as_table, cloud
from rfmeans.engines.kept_tables import Workspace
from rfmeans.errors import DataError
from rfmeans.segments.cells import EXACT_LIMIT, collect_cells
from rfmeans.segments.features import Z_COLUMNS
from rfmeans.segments.kmeans import (
    NEAR_BORDER,
    STANDSTILL,
    add_confidence,
    add_squares,
    add_two_least,
    count_near_borders,
    fit_centres,
    nearest,
    refine,
)
from rfmeans.segments.settings import Settings
from rfmeans.segments.starts import what_to_do
from rfmeans.settings import CustomerColumns
from rfmeans.synthetic import make_customers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rfmeans.model.segment_model import SegmentModel


FEW, MANY = 800, 60_000


@pytest.fixture
def workspace():
    with Workspace() as scratch:
        yield scratch


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
        customers, columns=CustomerColumns(), transform=transform, segments=segments, n_init=20
    ) as result:
        found = segment_ids(result)
        matrix = standardised(customers, result.model)
        order = np.lexsort((matrix[:, 2], matrix[:, 1], -matrix[:, 0]))
        own = KMeans(segments, n_init=20, random_state=0).fit(matrix[order])
        assert result.model.inertia == pytest.approx(own.inertia_, rel=1e-9)
        assert adjusted_rand_score(own.labels_, found[order]) == 1.0


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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


CENTRES = np.array([[0.0, 0, 0], [4.0, 0, 0], [0.0, 10, 0]])


def confidences(points, centres=CENTRES, aside=()) -> list[float | None]:
    frame = pd.DataFrame(np.asarray(points, dtype=np.float64), columns=list(Z_COLUMNS))
    frame["position"] = range(len(frame))
    table = ibis.memtable(frame)
    segment_id = ibis.ifelse(
        table.position.isin(list(aside) or [-1]),
        ibis.null("int64"),
        nearest(table, centres).cast("int64") + 1,
    )
    squared = add_squares(table.mutate(segment_id=segment_id), centres)
    found = add_confidence(add_two_least(squared, len(centres)))
    return found.order_by("position").confidence.to_pyarrow().to_pylist()


def test_confidence_by_hand():
    at_a_centre, on_the_border, a_quarter_of_the_way = (0, 0, 0), (2, 0, 0), (1, 0, 0)
    assert confidences([at_a_centre, on_the_border, a_quarter_of_the_way]) == pytest.approx([1, 0, 1 - 1 / 3])


def test_beyond_a_centre_confidence_falls_again():
    # 4 beyond the second centre the next nearest, the first, is 8 away; far out all centres are equally far.
    beyond, far = confidences([(8, 0, 0), (4e6, 0, 0)])
    assert beyond == pytest.approx(0.5)
    assert far == pytest.approx(1e-6, rel=1e-3)


def test_set_aside_customers_have_none():
    assert confidences([(0, 0, 0), (1, 0, 0)], aside=[1]) == [1.0, None]


def test_two_centres_at_one_place_leave_no_confidence():
    assert confidences([(0, 0, 0), (1, 0, 0)], np.zeros((2, 3))) == [0.0, 0.0]


coordinate = st.floats(-1e3, 1e3, allow_subnormal=False)


point = st.tuples(coordinate, coordinate, coordinate)


@examples(30)
@given(st.lists(point, min_size=1, max_size=8), st.lists(point, min_size=2, max_size=12))
def test_confidence_lies_between_0_and_1_and_follows_the_distances(points, centres):
    points, centres = np.array(points), np.array(centres)
    found = np.array(confidences(points, centres), dtype=np.float64)
    assert np.isfinite(found).all()
    assert ((found >= 0) & (found <= 1)).all()
    near, second = np.sort(np.linalg.norm(points[:, None] - centres, axis=2), axis=1)[:, :2].T
    expected = np.where(second > 0, 1 - near / np.where(second > 0, second, 1), 0)
    # At a tie the engine's nearest centre may be the other one of the two; both stand for 0.
    assert found == pytest.approx(expected, abs=1e-6)


def test_confidence_is_a_column_and_the_summary_counts_who_is_near_a_border():
    customers = make_customers(2_000, seed=2)
    with rfmeans.segment(customers, columns=CustomerColumns(), segments=5) as result:
        table = result.customers.to_pandas()
        assert list(table.columns[6:9]) == ["segment_id", "segment", "confidence"]
        assert table["confidence"].between(0, 1).all()
        near = table[table["confidence"] < NEAR_BORDER].groupby("segment_id").size()
        assert [segment.near_border for segment in result.summary.segments] == [
            near.get(i, 0) for i in range(1, 6)
        ]
        assert result.profile["near_border"].sum() == near.sum()
        assert f"(confidence below 0.1): {near.sum():,} customers" in result.summary.border_line


def test_score_segments_have_no_confidence_and_no_stability():
    with rfmeans.segment(make_customers(500), columns=CustomerColumns(), method="scores") as result:
        assert result.customers.confidence.notnull().sum().to_pyarrow().as_py() == 0
        assert result.summary.border_line is None
        assert result.summary.stability is None
        assert result.summary.choice is None
        assert {segment.near_border for segment in result.summary.segments} == {None}


@pytest.mark.parametrize("transform", ["auto", "none"])
def test_confidence_is_the_same_on_every_engine(engine, transform):
    frame = make_customers(400, seed=6).drop(columns="kind")
    with rfmeans.segment(frame, columns=CustomerColumns(), transform=transform) as result:
        model, expected = result.model, result.customers.to_pandas().set_index("customer_id")["confidence"]
    found = model.assign(engine.table(frame, "confident"), CustomerColumns()).to_pandas()
    found = found.set_index("customer_id")["confidence"]
    assert found.loc[expected.index].to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-9)


def test_counting_near_borders_by_hand():
    table = ibis.memtable({"segment_id": [1, 1, 3, 3, None], "confidence": [0.05, 0.5, 0.0, 0.0999, None]})
    assert count_near_borders(table, 3) == (1, 0, 2)


@pytest.mark.parametrize(
    ("segments", "told"),
    [
        (1, "Give more orders."),
        (2, "Two are the fewest: give more orders, or use method scores."),
        (3, "Ask for fewer segments, or give more orders."),
    ],
)
def test_what_to_do_about_too_few_customers(segments, told):
    assert what_to_do(segments) == told
