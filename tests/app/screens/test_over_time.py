"""Over time: two dates of the same orders, and an earlier model."""

import io
import json
import zipfile

import pytest

import rfmeans
from rfmeans.app.screens.effect import lists_as_of


@pytest.fixture
def over_time(opened):
    return opened.go("Over time")


def test_two_dates_are_compared_as_the_library_does(over_time, tmp_path, plain_shop):
    since, until = (each.value for each in over_time.test.date_input)
    over_time.press("Compare")
    (tmp_path / "orders.csv").write_bytes(plain_shop)
    with (
        rfmeans.segment(tmp_path / "orders.csv") as result,
        rfmeans.movement(result.model, tmp_path / "orders.csv", since=since, until=until) as moved,
    ):
        for sentence in moved.headlines[:1]:
            assert sentence in over_time.said


def test_those_who_moved_come_as_lists_that_an_effect_can_be_told_from(over_time, downloads):
    over_time.press("Compare").press("Make the lists")
    with zipfile.ZipFile(io.BytesIO(downloads["Download the lists (ZIP)"])) as packed:
        names = {*packed.namelist()}
        told = json.loads(packed.read("movement.json"))
        until = lists_as_of(io.BytesIO(downloads["Download the lists (ZIP)"]))
    assert names >= {"movement.json", "movement.parquet", "audiences/1-slipped.csv", "audiences/4-lost.csv"}
    assert until.isoformat() == told["until"]
    lists = told["audiences"]["lists"]
    held, listed = (sum(one["holdout"] for one in lists), sum(one["treatment"] for one in lists))
    assert held
    assert f"10 % asked, {held} of {held + listed} by lot" in over_time.said


@pytest.mark.slow
def test_an_earlier_model_is_compared(over_time, tmp_path, plain_shop):
    (tmp_path / "orders.csv").write_bytes(plain_shop)
    with rfmeans.segment(tmp_path / "orders.csv", n_init=2) as result:
        text = result.model.to_json().encode()
    over_time.touch("what_over_time", "An earlier model")
    over_time.drop(("model.json", text))
    assert "Does the model still fit?" in over_time.said


@pytest.mark.slow
def test_a_file_that_is_no_model_gives_the_paragraph(over_time):
    over_time.touch("what_over_time", "An earlier model")
    over_time.drop(("model.json", b"{}"))
    assert "warning" in over_time.said
