"""Limits of the embedded engine, and where its temporary files go."""

import gzip
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import ibis
import numpy as np
import pytest

import rfmeans
from conftest import absent
from rfmeans.errors import EngineError, SettingsError
from rfmeans.reading.open import open_source
from rfmeans.settings import make_reading
from rfmeans.synthetic import make_orders


@pytest.fixture(scope="module")
def orders_csv(tmp_path_factory):
    path = tmp_path_factory.mktemp("shop") / "orders.csv"
    make_orders(300, seed=3).drop(columns="kind").to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Enough customers that their groups do not fit into a few megabytes."""
    path = tmp_path_factory.mktemp("shop") / "many.parquet"
    ibis.duckdb.connect().raw_sql(
        "COPY (SELECT 'customer ' || (range % 200000)::text AS customer_id, 'order ' || range AS order_id, "
        "DATE '2025-01-01' + (range % 700)::int AS order_date, (range % 97) + 1.5 AS amount "
        f"FROM range(600000)) TO '{path}' (FORMAT parquet)"
    )
    return path


def settings_of(source):
    rows = source.table.get_backend().raw_sql("SELECT name, value FROM duckdb_settings()").fetchall()
    return dict(rows)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_engine_gets_them(orders_csv, tmp_path):
    opened = open_source(str(orders_csv), make_reading(memory_limit="512MiB", threads=1, temporary=tmp_path))
    found = settings_of(opened)
    assert (found["memory_limit"], found["threads"]) == ("512.0 MiB", "1")
    assert Path(found["temp_directory"]).parent.parent == tmp_path


def test_files_are_written_by_the_threads_that_wait_for_them(orders_csv):
    opened = open_source(str(orders_csv), make_reading())
    assert settings_of(opened)["async_threads"] == "0"


def test_a_frame_is_limited_as_a_file_is():
    frame = make_orders(20, seed=1)
    assert settings_of(open_source(frame, make_reading(threads=1)))["threads"] == "1"


def test_without_any_nothing_is_spilled_into_the_working_folder(orders_csv):
    found = settings_of(open_source(str(orders_csv), make_reading()))
    assert Path(found["temp_directory"]).parent.parent == Path(tempfile.gettempdir())


def test_a_table_of_another_engine_refuses_them():
    table = ibis.memtable({"customer_id": [1]})
    with pytest.raises(SettingsError) as refused:
        rfmeans.segment(table, memory_limit="1GB")
    assert str(refused.value) == (
        "memory_limit is for the embedded engine, but here the table's own engine does the work, by settings of "
        "its own. Leave it out."
    )


@pytest.mark.slow
def test_the_result_is_the_same_under_limits(many, tmp_path):
    with (
        rfmeans.segment(many, n_init=2) as free,
        rfmeans.segment(many, n_init=2, memory_limit="150MB", threads=1, temporary=tmp_path) as limited,
    ):
        np.testing.assert_allclose(limited.model.centres, free.model.centres, rtol=0, atol=1e-9)
        assert limited.summary.account == free.summary.account


def test_too_little_memory_is_one_paragraph_and_leaves_nothing(many, tmp_path):
    with pytest.raises(EngineError) as failed:
        rfmeans.segment(many, memory_limit="4MB", temporary=tmp_path)
    message = str(failed.value)
    assert message.startswith("Reading many.parquet ran out of memory: ")
    assert message.endswith(
        "Give the engine more with memory_limit=, let it run fewer threads, or free some of the disk that it spills to."
    )
    assert "\n" not in message


# The command line


def run(*arguments, check=False):
    command = [sys.executable, "-m", "rfmeans", "segment", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=check, timeout=300)


@pytest.mark.slow
def test_too_little_memory_leaves_the_old_folder(many, orders_csv, tmp_path):
    lean = ("--no-report", "--audience-format", "none")
    run(orders_csv, "--out", tmp_path / "out", *lean, check=True)
    before = (tmp_path / "out" / "model.json").read_bytes()
    done = run(many, "--out", tmp_path / "out", "--force", "--memory-limit", "4MB", *lean)
    assert done.returncode == 1
    assert "Error: Reading many.parquet ran out of memory" in done.stderr
    assert (tmp_path / "out" / "model.json").read_bytes() == before
    assert names(tmp_path) == ["out"]


@pytest.fixture
def small_disk(tmp_path):
    """A disk of six megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    if not hasattr(os, "getuid") or os.getuid() != 0:
        absent("only root may mount a small disk")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(place)], check=False, capture_output=True
    )
    if mounted.returncode:
        absent(f"cannot mount a small disk: {mounted.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.slow
def test_a_disk_too_small_to_spill_to_is_said(many, small_disk):
    done = run(many, "--out", small_disk / "out", "--memory-limit", "40MB", "--threads", "1", "--no-report")
    assert done.returncode == 1
    assert "needs more memory than the engine may use, and the disk that it spills to" in done.stderr
    assert "choose another place with --temporary" in " ".join(done.stderr.split())
    assert names(small_disk) == []


@pytest.mark.slow
@pytest.mark.parametrize("packed", [False, True], ids=["another encoding", "packed"])
def test_a_disk_too_small_to_read_by_way_of_is_said(small_disk, tmp_path, packed):
    lines = "".join(f"{place};caf\xe9 {place};2025-01-01;1.5\n" for place in range(300_000))
    path = tmp_path / ("orders.csv.gz" if packed else "orders.csv")
    content = f"order_id;customer_id;order_date;amount\n{lines}".encode("latin-1")
    path.write_bytes(gzip.compress(content, 1) if packed else content)
    done = run(path, "--out", tmp_path / "out", "--temporary", small_disk)
    assert done.returncode == 1
    assert " ".join(done.stderr.split()) == (
        f"Error: Reading {path.name} stopped: the disk that temporary files go to is full. Free some space "
        "there, or choose another place with --temporary."
    )
    assert names(small_disk) == []


@pytest.mark.slow
def test_another_place_to_spill_to(many, small_disk, tmp_path):
    spill = tmp_path / "spill"
    lean = ("--memory-limit", "40MB", "--threads", "1", "--no-report", "--audience-format", "none")
    done = run(many, "--out", small_disk / "out", *lean, "--temporary", spill)
    assert done.returncode == 1
    assert f"Cannot write temporary files to {spill}: No such file or directory." in done.stderr
    spill.mkdir()
    run(many, "--out", tmp_path / "out", *lean, "--temporary", spill, check=True)
    assert names(spill) == []


@pytest.mark.slow
def test_a_full_disk_leaves_the_old_folder(many, orders_csv, small_disk):
    lean = ("--no-report", "--audience-format", "none")
    run(orders_csv, "--out", small_disk / "out", *lean, check=True)
    before = {path.name: path.read_bytes() for path in (small_disk / "out").iterdir()}
    done = run(many, "--out", small_disk / "out", "--force", *lean, "--format", "csv")
    assert done.returncode == 1
    assert " ".join(done.stderr.split()).endswith(
        f"Error: Writing {small_disk / 'out'} stopped: the disk is full. Free some space, or write to another disk "
        "with --out."
    )
    assert {path.name: path.read_bytes() for path in (small_disk / "out").iterdir()} == before
    assert names(small_disk) == ["out"]
