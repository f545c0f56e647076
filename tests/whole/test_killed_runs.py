"""Runs that are killed at random moments and in each window that matters, and what they leave.

The runs are children forked after the libraries were imported, which saves a second each; so the moments cover the work
from the command's first line to its last, and not the start of Python. What has been handed to the operating system
survives a killed process: a machine that loses power is not covered.
"""

import json
import os
import subprocess
import sys

import duckdb
import pytest

from rfmeans.synthetic import make_orders

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="runs are forked")

KILLS = """
import hashlib, json, os, random, signal, sys, time
from pathlib import Path
import duckdb, ibis, ibis.backends.duckdb, pandas, pyarrow.parquet, sklearn.cluster  # what a run would import first
from rfmeans import kept_customers, result
from rfmeans.cli import commands

arguments, times, check, windows = json.loads(sys.argv[1])
out, rng = Path("out"), random.Random(7)


def start(work):
    child = os.fork()
    if child == 0:
        code = 1
        try:
            sys.stderr = open("log", "a")
            code = work() or 0
        except SystemExit as stopped:
            code = stopped.code or 0
        finally:
            sys.stderr.flush()
            os._exit(code)
    return child


def run():
    sys.argv = ["rfmeans", *arguments]
    commands.main()


def die(*_arguments, **_options):
    os.kill(os.getpid(), signal.SIGKILL)


def at(window):  # a run with a trap
    rename, raw_sql = Path.rename, ibis.backends.duckdb.Backend.raw_sql

    def moved_aside(self, target):
        rename(self, target)
        if self.name == "out":
            die()

    def until_marked(self, text, **options):
        return die() if str(text).startswith("COMMENT ON TABLE") else raw_sql(self, text, **options)

    place, name, trap = {
        "temporaries open": (kept_customers, "fit_scoring", die),
        "outputs half written": (result, "account_dict", die),
        "swap": (Path, "rename", moved_aside),
        "transaction": (ibis.backends.duckdb.Backend, "raw_sql", until_marked),
    }[window]

    def trapped():
        setattr(place, name, trap)
        run()

    return trapped


def finished(work):
    return os.waitstatus_to_exitcode(os.waitpid(start(work), 0)[1])


def digest():
    files = sorted(path for path in out.rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(str(path).encode() + path.read_bytes() for path in files)).hexdigest()


def table_is_whole():
    with duckdb.connect("shop.duckdb", read_only=True) as con:
        names = {row[0] for row in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        if "seg" in names:
            return con.execute("SELECT count(*) <> 150 OR count(segment) < 100 FROM seg").fetchone()[0]
        return 0


def table_is_absent():
    with duckdb.connect("shop.duckdb", read_only=True) as con:
        return con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'seg'").fetchone()[0]


def drop_table():
    with duckdb.connect("shop.duckdb") as con:
        con.execute("DROP TABLE seg")


def whole():
    assert not out.exists() or digest() == expected, "half an output folder"
    assert check != "table" or finished(table_is_whole) == 0, "half a table"


def cleared():
    assert finished(run) == 0, Path("log").read_text()
    whole()
    assert sorted(os.listdir()) == before, os.listdir()
    assert os.listdir(os.environ["TMPDIR"]) == []


def timed():
    began = time.monotonic()
    assert finished(run) == 0, Path("log").read_text()
    return time.monotonic() - began


began = time.monotonic()
lasting = min(timed(), timed())
expected, before = digest(), sorted(os.listdir())
killed = tried = left = absent = 0
while killed < times:
    assert tried < 3 * times, "too many runs ended before they were killed"
    if tried % 3 == 0:  # where there is no folder to replace
        os.system("rm -rf out")
    tried += 1
    child = start(run)
    time.sleep(lasting * (killed + rng.random()) / times)  # one in each part of the run
    os.kill(child, signal.SIGKILL)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL:
        killed += 1
        left += any(name.startswith(".out.rfmeans-") for name in os.listdir())
        absent += not out.exists()
    else:
        lasting *= 0.9  # it was measured while the machine was busier
    whole()
    if tried % 25 == 0:
        cleared()
cleared()
for window in windows:
    if check == "table":
        assert finished(drop_table) == 0
    assert finished(at(window)) == -signal.SIGKILL, window
    assert any(name.startswith(".out.rfmeans-") for name in os.listdir()), window
    assert out.exists() == (window != "swap"), window
    whole()
    assert check != "table" or finished(table_is_absent) == 0, window
    cleared()
seconds = round(time.monotonic() - began)
print(json.dumps({"killed": killed, "tried": tried, "left": left, "absent": absent, "seconds": seconds}))
"""


def kill(folder, arguments, times, check, windows):
    temporary = folder / "tmp"
    temporary.mkdir()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", KILLS, json.dumps([arguments, times, check, windows])],
        cwd=folder,
        env={**os.environ, "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def orders():
    return make_orders(150, seed=3).drop(columns="kind")


WINDOWS = ["temporaries open", "outputs half written", "swap"]
LEAN = ["--out", "out", "--force", "--no-report", "--n-init", "2", "--quiet"]


@pytest.mark.slow
@pytest.mark.parametrize("times", [12, pytest.param(50, marks=pytest.mark.long)])
def test_killed_runs_leave_the_old_output_or_none(tmp_path, orders, times):
    orders.to_csv(tmp_path / "orders.csv", index=False)
    found = kill(tmp_path, ["segment", "orders.csv", *LEAN], times, "folder", WINDOWS)
    assert found["killed"] == times
    assert found["left"] >= times // 5  # kills that came while there was something to clear
    assert times < 50 or found["absent"] >= 1


@pytest.mark.slow
def test_killed_runs_leave_the_old_table_or_the_new_one(tmp_path, orders):
    with duckdb.connect(tmp_path / "shop.duckdb") as con:
        con.register("frame", orders)
        con.execute("CREATE TABLE orders AS SELECT * FROM frame")
    arguments = ["segment", "shop.duckdb", "--write-table", "seg", *LEAN]
    found = kill(tmp_path, arguments, 12, "table", [*WINDOWS[:2], "transaction"])
    assert found["killed"] == 12
