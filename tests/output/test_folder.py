"""The output folder: what it holds, and that nobody ever finds half of it, whatever goes wrong."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import ibis
import pytest

import rfmeans
from helpers import saved as made
from helpers.saved import FILES, names
from rfmeans import OutputError, Segmentation
from rfmeans.cli.commands import main
from rfmeans.output import folder as output_folder
from rfmeans.output.audiences import AudienceSettings
from rfmeans.saved import WantedTable
from rfmeans.synthetic import make_orders

DEAD = 2**22 + 1  # no process has this id: Linux gives them up to 2**22


result, saved, folder = made.result, made.saved, made.folder


def old_folder(parent: Path) -> Path:
    """A folder as an earlier run left it, with a profile of its own."""
    old = parent / "out"
    old.mkdir()
    (old / "model.json").write_text("{}")
    (old / "account.json").write_text("{}")
    (old / "profile.csv").write_text("old")
    return old


def is_old(folder: Path) -> bool:
    return (
        names(folder) == ["account.json", "model.json", "profile.csv"]
        and (folder / "profile.csv").read_text() == "old"
    )


@pytest.mark.slow
@pytest.mark.parametrize("foreign", ["charts/holiday.jpg", "charts/notes/a.png", "report.htm"])
def test_a_folder_with_foreign_files_is_not_replaced(folder, result, foreign):
    (folder / foreign).parent.mkdir(exist_ok=True)
    (folder / foreign).write_text("mine")
    with pytest.raises(OutputError, match="holds files that rfmeans did not write"):
        result.save(folder, force=True)
    assert (folder / foreign).read_text() == "mine"


def test_the_folder_can_be_read_by_others(saved):
    assert saved.stat().st_mode & 0o777 == 0o755


# Nothing beside it, and the old one until the new one is whole


def test_success_leaves_only_the_folder(saved):
    assert names(saved.parent) == ["out"]


def test_force_replaces_the_old_folder(tmp_path, result):
    folder = result.save(old_folder(tmp_path), force=True)
    assert names(folder) == sorted([*FILES, "customers.parquet"])
    assert names(tmp_path) == ["out"]


def test_without_force_the_old_folder_stays(tmp_path, result):
    old = old_folder(tmp_path)
    with pytest.raises(OutputError, match="exists already"):
        result.save(old)
    assert is_old(old)


def test_force_fills_an_empty_folder(tmp_path, result):
    (tmp_path / "out").mkdir()
    assert names(result.save(tmp_path / "out", force=True)) == sorted([*FILES, "customers.parquet"])


def failing_with(error: BaseException):
    def write_half(self: Segmentation, folder: Path, *_settings: object) -> None:
        (folder / "model.json").write_text("half")
        raise error

    return write_half


FAILURES = [(OSError(28, "No space left on device"), OutputError), (KeyboardInterrupt(), KeyboardInterrupt)]


@pytest.mark.parametrize(("error", "raised"), FAILURES, ids=["disk full", "ctrl-c"])
def test_a_failure_leaves_nothing(tmp_path, result, monkeypatch, error, raised):
    monkeypatch.setattr(Segmentation, "_write", failing_with(error))
    with pytest.raises(raised):
        result.save(tmp_path / "out")
    assert names(tmp_path) == []


@pytest.mark.parametrize(("error", "raised"), FAILURES, ids=["disk full", "ctrl-c"])
def test_a_failure_leaves_the_old_folder(tmp_path, result, monkeypatch, error, raised):
    old = old_folder(tmp_path)
    monkeypatch.setattr(Segmentation, "_write", failing_with(error))
    with pytest.raises(raised):
        result.save(old, force=True)
    assert names(tmp_path) == ["out"]
    assert is_old(old)


def test_a_full_disk_is_said_plainly(tmp_path, result, monkeypatch):
    monkeypatch.setattr(Segmentation, "_write", failing_with(FAILURES[0][0]))
    with pytest.raises(OutputError, match=r"out: No space left on device\. Nothing was left behind"):
        result.save(tmp_path / "out")


def test_a_swap_that_fails_puts_the_old_folder_back(tmp_path, monkeypatch):
    old = old_folder(tmp_path)
    rename = Path.rename

    def refuse_the_new(self: Path, target: Path) -> Path:
        if target == old and self.name != "old":
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse_the_new)
    with pytest.raises(OutputError, match="Input/output error"), output_folder.replacing(old) as temporary:
        (temporary / "model.json").write_text("new")
    assert is_old(old)
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("moment", ["instead of the second", "after the first"])
def test_ctrl_c_within_the_swap_leaves_the_old_folder(tmp_path, monkeypatch, moment):
    old = old_folder(tmp_path)
    rename = Path.rename

    def interrupted(self: Path, target: Path) -> Path:
        if moment == "instead of the second" and target == old and self.name != "old":
            raise KeyboardInterrupt
        done = rename(self, target)
        if moment == "after the first" and self == old:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt), output_folder.replacing(old) as temporary:
        (temporary / "model.json").write_text("new")
    assert is_old(old)
    assert names(tmp_path) == ["out"]


def interrupted_while_clearing(monkeypatch):
    """Ctrl-C, for real, as the old folder is removed."""
    remove = shutil.rmtree

    def press(path, *arguments, **options):
        if (Path(path) / "old").exists():
            signal.raise_signal(signal.SIGINT)
        remove(path, *arguments, **options)

    monkeypatch.setattr("rfmeans.output.folder.shutil.rmtree", press)


def test_ctrl_c_after_the_swap_waits_until_all_is_cleared_up(tmp_path, monkeypatch):
    old = old_folder(tmp_path)
    interrupted_while_clearing(monkeypatch)
    with pytest.raises(KeyboardInterrupt), output_folder.replacing(old) as temporary:
        (temporary / "model.json").write_text("new")
    assert (old / "model.json").read_text() == "new"
    assert names(tmp_path) == ["out"]


@pytest.mark.slow
def test_ctrl_c_after_the_swap_is_told_what_was_written(tmp_path, monkeypatch, capsys):
    orders = tmp_path / "orders.csv"
    make_orders(200, seed=3).drop(columns="kind").to_csv(orders, index=False)
    old = old_folder(tmp_path)
    interrupted_while_clearing(monkeypatch)
    arguments = ["segment", str(orders), "--out", str(old), "--force", "--no-report", "--quiet"]
    monkeypatch.setattr("sys.argv", ["rfmeans", *arguments])
    handler = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(SystemExit) as stopped:
            main()
    finally:
        signal.signal(signal.SIGINT, handler)
    assert stopped.value.code == 130
    said = capsys.readouterr().err
    assert said == f"Stopped. The folder {old} was written whole before that.\n"
    assert not is_old(old)
    assert names(tmp_path) == ["orders.csv", "out"]


@pytest.mark.slow
def test_a_folder_that_cannot_take_its_place_is_told_from_its_table(tmp_path, monkeypatch):
    con = ibis.duckdb.connect()
    table = con.create_table("orders", make_orders(200, seed=3).drop(columns="kind"))

    def refused(*_paths):
        raise OSError(13, "Permission denied")

    monkeypatch.setattr(output_folder, "_put_in_place", refused)
    with (
        rfmeans.segment(table, segments=2, n_init=1) as result,
        pytest.raises(OutputError) as found,
    ):
        result.write(tmp_path / "out", AudienceSettings("none"), table=WantedTable("segs"))
    assert str(found.value) == (
        f"Cannot write {tmp_path / 'out'}: Permission denied. The table segs was written before that, and stays; "
        "the folder is as it was."
    )
    assert con.con.execute("SELECT count(*) > 0 FROM segs").fetchone() == (True,)
    assert names(tmp_path) == []


# What a killed run leaves


def leftover(parent: Path, process: int, word: str = "abc") -> Path:
    path = parent / f".out.rfmeans-{word}.{process}"
    path.mkdir()
    return path


def test_leftovers_of_a_dead_process_are_cleared(tmp_path, result):
    (leftover(tmp_path, DEAD) / "customers.parquet").write_text("half")
    result.save(tmp_path / "out")
    assert names(tmp_path) == ["out"]


def test_leftovers_of_a_living_process_are_left_alone(tmp_path, result):
    theirs = leftover(tmp_path, os.getppid())
    result.save(tmp_path / "out")
    assert names(tmp_path) == sorted([theirs.name, "out"])


def test_leftovers_are_cleared_beside_a_folder_with_glob_letters_in_its_name(tmp_path, result):
    (tmp_path / f".out [1].rfmeans-abc.{DEAD}").mkdir()
    result.save(tmp_path / "out [1]")
    assert names(tmp_path) == ["out [1]"]


@pytest.mark.parametrize("word", ["aaa", "zzz"], ids=["swap found first", "swap found last"])
def test_a_half_swapped_old_folder_is_put_back(tmp_path, word):
    """Killed between the two renames: the old folder lies aside and the new one beside it."""
    old_folder(tmp_path).rename(leftover(tmp_path, DEAD, word) / "old")
    (leftover(tmp_path, DEAD, "mmm") / "model.json").write_text("new")
    with pytest.raises(RuntimeError, match="stop here"), output_folder.replacing(tmp_path / "out"):
        raise RuntimeError("stop here")
    assert names(tmp_path) == ["out"]
    assert is_old(tmp_path / "out")


KILLED = """
import sys, time
from pathlib import Path
import ibis
import pandas as pd
import pyarrow.parquet as pq
import rfmeans

def write_half(self, folder, *_settings):
    (folder / "model.json").write_text("half")
    print("writing", flush=True)
    time.sleep(600)

frame = pd.DataFrame({
    "customer_id": [1, 2, 3], "order_date": pd.to_datetime(["2026-01-01", "2026-02-01", "2026-03-01"]),
    "amount": [1.0, 20.0, 300.0],
})
rfmeans.Segmentation._write = write_half
rfmeans.segment(frame, segments=2, n_init=1).save(sys.argv[1], force=True)
"""


def kill_while_writing(folder: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(folder)], stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout.readline() == "writing\n"
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL


@pytest.mark.slow
def test_a_killed_run_leaves_the_old_folder_and_the_next_one_clears_up(tmp_path, result):
    old = old_folder(tmp_path)
    started = time.monotonic()
    kill_while_writing(old)
    assert time.monotonic() - started < 500  # killed, not slept out
    assert is_old(old)
    result.save(old, force=True)
    assert names(tmp_path) == ["out"]
    assert names(old) == sorted([*FILES, "customers.parquet"])


@pytest.mark.slow
def test_a_killed_run_leaves_no_folder_where_none_was(tmp_path):
    kill_while_writing(tmp_path / "out")
    assert not (tmp_path / "out").exists()
