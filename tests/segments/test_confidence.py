"""Confidence: worked by hand, bounded, and counted per segment."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rfmeans
from drawn import examples
from rfmeans.segments.features import Z_COLUMNS
from rfmeans.segments.kmeans import (
    NEAR_BORDER,
    add_confidence,
    add_squares,
    add_two_least,
    count_near_borders,
    nearest,
)
from rfmeans.settings import CustomerColumns
from rfmeans.synthetic import make_customers

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
        assert list(table.columns[4:7]) == ["segment_id", "segment", "confidence"]
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
