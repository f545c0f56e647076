"""The output folder: what it holds, and that nobody ever finds half of it, whatever goes wrong."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import ibis
import pandas as pd
import pyarrow.parquet as pq
import pytest

import rfmeans
from rfmeans import OutputError, Segmentation, SegmentModel
from rfmeans.cli.commands import main
from rfmeans.model.steps import OUTPUT_COLUMNS
from rfmeans.output import folder as output_folder
from rfmeans.output.audiences import AudienceSettings
from rfmeans.result import WantedTable
from rfmeans.synthetic import make_orders

FILES = [
    "account.json",
    "audiences",
    "charts",
    "model.json",
    "profile.csv",
    "report.html",
    "set_aside.parquet",
]
CHARTS = ["averages", "concentration", "customer_map", "distributions", "shares"]
COLUMNS = list(OUTPUT_COLUMNS)
DEAD = 2**22 + 1  # no process has this id: Linux gives them up to 2**22


def orders() -> pd.DataFrame:
    """Seven customers: one only returns, one has no net spend; two lines cannot be used."""
    lines = [
        (1, "2026-03-30", "100"),
        (2, "2026-03-28", "90.50"),
        (2, "2026-03-29", "10"),
        (3, "2026-01-02", "5"),
        (4, "2026-01-03", "7"),
        (5, "2026-02-01", "-8"),
        (6, "2026-02-01", "20"),
        (6, "2026-02-02", "-20"),
        (7, "2026-03-31", "0.1"),
        (None, "2026-03-01", "33.3"),
        (1, "someday", "4"),
        (1, "2026-03-02", "lots"),
    ]
    frame = pd.DataFrame(lines, columns=["customer_id", "order_date", "amount"])
    return frame.assign(customer_id=frame["customer_id"].astype("Int64"))


@pytest.fixture(scope="module")
def result():
    with rfmeans.segment(orders(), segments=2, n_init=2) as result:
        yield result


@pytest.fixture(scope="module")
def saved(tmp_path_factory, result) -> Path:
    return result.save(tmp_path_factory.mktemp("saved") / "out")


@pytest.fixture
def folder(tmp_path, saved) -> Path:
    """A copy of a saved folder, for drawing the charts takes a while."""
    return Path(shutil.copytree(saved, tmp_path / "out"))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


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


# What it holds


def test_the_files(folder):
    assert names(folder) == sorted([*FILES, "customers.parquet"])


def test_every_chart_as_picture_and_drawing(folder):
    assert names(folder / "charts") == [f"{chart}.{kind}" for chart in CHARTS for kind in ("png", "svg")]
    assert all(path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n" for path in (folder / "charts").glob("*.png"))
    assert all("<svg" in path.read_text(encoding="utf-8") for path in (folder / "charts").glob("*.svg"))


def test_without_a_report(tmp_path, result):
    folder = result.save(tmp_path / "out", report=False)
    assert names(folder) == sorted({*FILES, "customers.parquet"} - {"report.html", "charts"})


@pytest.mark.parametrize("foreign", ["charts/holiday.jpg", "charts/notes/a.png", "report.htm"])
def test_a_folder_with_foreign_files_is_not_replaced(folder, result, foreign):
    (folder / foreign).parent.mkdir(exist_ok=True)
    (folder / foreign).write_text("mine")
    with pytest.raises(OutputError, match="holds files that rfmeans did not write"):
        result.save(folder, force=True)
    assert (folder / foreign).read_text() == "mine"


def test_save_returns_the_path_and_makes_parents(tmp_path, result):
    assert result.save(tmp_path / "a" / "b", report=False) == tmp_path / "a" / "b"
    assert names(tmp_path / "a") == ["b"]


def test_csv_holds_the_same_customers(tmp_path, folder, result):
    result.save(tmp_path / "csv", format="csv")
    assert names(tmp_path / "csv") == sorted([*FILES, "customers.csv"])
    text = pd.read_csv(tmp_path / "csv" / "customers.csv")
    typed = pd.read_parquet(folder / "customers.parquet")
    assert list(text) == list(typed) == COLUMNS
    assert text["customer_id"].tolist() == typed["customer_id"].tolist()
    assert text["segment"].fillna("").tolist() == typed["segment"].fillna("").tolist()
    assert text["monetary"].tolist() == [float(value) for value in typed["monetary"]]


def test_customers_are_in_order_and_complete(folder):
    customers = pd.read_parquet(folder / "customers.parquet")
    assert customers["customer_id"].tolist() == [1, 2, 3, 4, 5, 6, 7]


def test_customers_set_aside_have_a_reason_and_no_segment(folder):
    customers = pd.read_parquet(folder / "customers.parquet").set_index("customer_id")
    aside = customers.loc[[5, 6]]
    assert aside["reason"].tolist() == ["no purchase", "no net spend"]
    assert aside[["segment_id", "segment"]].isna().all(axis=None)
    others = customers.drop(index=[5, 6])
    assert others["reason"].isna().all()
    assert set(others["segment_id"]) == {1, 2}
    assert others["segment"].notna().all()


def test_the_profile(folder, result):
    profile = pd.read_csv(folder / "profile.csv")
    assert profile["segment_id"].tolist() == [1, 2]
    assert profile["segment"].tolist() == [name.text for name in result.model.names]
    assert profile["customers"].sum() == 5
    assert profile["share"].sum() == pytest.approx(1)
    assert profile["revenue"].sum() == pytest.approx(212.6)


def test_lines_set_aside_keep_their_own_values(folder):
    lines = pd.read_parquet(folder / "set_aside.parquet").sort_values("line")
    assert lines["line"].tolist() == [10, 11, 12]
    assert lines["reason"].tolist() == ["missing customer", "unreadable date", "unreadable amount"]
    assert lines["order_date"].tolist() == ["2026-03-01", "someday", "2026-03-02"]
    assert lines["amount"].tolist() == ["33.3", "4", "lots"]


def test_the_account_adds_up(folder):
    account = json.loads((folder / "account.json").read_text(encoding="utf-8"))
    lines, customers = account["lines"], account["customers"]
    assert lines["read"] == {"rows": 12, "money": "241.9000"}
    for key, number in (("rows", int), ("money", Decimal)):
        aside = sum(number(tally[key]) for tally in lines["set_aside"].values())
        assert number(lines["used"][key]) + aside == number(lines["read"][key])
        aside = sum(number(tally[key]) for tally in customers["set_aside"].values())
        assert number(customers["segmented"][key]) + aside == number(
            lines["used"][key] if key == "money" else 7
        )


def test_the_account_names_reasons_columns_and_settings(folder):
    account = json.loads((folder / "account.json").read_text(encoding="utf-8"))
    assert {reason: tally["rows"] for reason, tally in account["lines"]["set_aside"].items()} == {
        "missing customer": 1,
        "unreadable amount": 1,
        "unreadable date": 1,
    }
    assert {reason: tally["rows"] for reason, tally in account["customers"]["set_aside"].items()} == {
        "no net spend": 1,
        "no purchase": 1,
    }
    assert account["columns"] == {"customer": "customer_id", "date": "order_date", "amount": "amount"}
    assert (account["as_of"], account["settings"]["segments"]) == ("2026-04-01", 2)


def test_the_model_comes_back_equal(folder, result):
    assert SegmentModel.load(folder / "model.json") == result.model


def test_the_model_gives_every_customer_its_segment_again(folder, result):
    again = SegmentModel.load(folder / "model.json").assign(orders()).order_by("customer_id").to_pandas()
    pd.testing.assert_frame_equal(again, result.customers.order_by("customer_id").to_pandas())


def test_a_table_of_customers_has_no_lines_set_aside(tmp_path, result):
    frame = result.customers.to_pandas()
    with rfmeans.segment(frame, segments=2, n_init=2, columns=rfmeans.CustomerColumns()) as from_customers:
        from_customers.save(tmp_path / "out")
    assert names(tmp_path / "out") == sorted({*FILES, "customers.parquet"} - {"set_aside.parquet"})


def test_two_saves_are_the_same_to_the_byte(tmp_path, folder, result):
    again = result.save(tmp_path / "again")
    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    # customers.parquet beside the files; two lists in audiences/, each chart twice in charts/
    assert len(files) == len(FILES) + 1 - 2 + 2 + 2 * len(CHARTS)
    for name in files:
        assert (folder / name).read_bytes() == (again / name).read_bytes(), name


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


@pytest.mark.parametrize("preserved", [True, False])
def test_customers_stand_in_the_order_of_their_ids(tmp_path, preserved):
    """More of them than DuckDB keeps in one group of rows, and also where a connection keeps no order."""
    con = ibis.duckdb.connect()
    con.raw_sql(f"SET preserve_insertion_order = {preserved}")
    con.raw_sql(
        "CREATE TABLE shop AS SELECT (i * 7919) % 300_007 + 1 AS customer_id, i % 300 + 1 AS recency, "
        "i % 9 + 1 AS frequency, i % 97 + 1 AS monetary FROM range(300_007) AS t(i)"
    )
    with rfmeans.segment(con.table("shop"), columns=rfmeans.CustomerColumns(), n_init=1) as result:
        result.save(tmp_path / "out", report=False, audience_format="none")
    ids = pq.read_table(tmp_path / "out" / "customers.parquet", columns=["customer_id"])[
        "customer_id"
    ].to_numpy()
    assert len(ids) == 300_007
    assert (ids[1:] >= ids[:-1]).all()


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


def test_a_killed_run_leaves_no_folder_where_none_was(tmp_path):
    kill_while_writing(tmp_path / "out")
    assert not (tmp_path / "out").exists()
