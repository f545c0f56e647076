"""What a user sees while the work goes on, and what Ctrl-C does: with real processes and a real terminal."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress

import ibis
import pytest

from rfmeans.cli.watch import Watch
from rfmeans.reading.source import Source
from rfmeans.synthetic import make_orders

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and terminals are those of Unix")


LEAN = ("--no-report", "--audience-format", "none")


LONGEST_RUN = 300  # seconds


SECONDS = 30  # within which a process must have stopped, on a busy machine


@pytest.fixture(scope="module")
def orders_csv(tmp_path_factory):
    path = tmp_path_factory.mktemp("shop") / "orders.csv"
    make_orders(2000, seed=3).drop(columns="kind").to_csv(path, index=False)
    return path


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def start(*arguments, **options):
    command = [sys.executable, "-m", "rfmeans", "segment", *map(str, arguments)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    ) as process:
        try:
            yield process
        finally:
            process.kill()  # nothing where it has ended


# Ctrl-C


@pytest.mark.slow
@pytest.mark.parametrize("wait", [random.Random(seed).uniform(0, 2) for seed in range(3)])
def test_ctrl_c_stops_the_run_and_leaves_nothing(orders_csv, tmp_path, wait):
    spilled = tmp_path / "tmp"
    spilled.mkdir()
    with start(orders_csv, "--out", tmp_path / "out", env={**os.environ, "TMPDIR": str(spilled)}) as process:
        assert process.stderr.readline().startswith("Read as Orders")
        time.sleep(wait)
        process.send_signal(signal.SIGINT)
        sent = time.monotonic()
        out, err = process.communicate(timeout=SECONDS)
    assert time.monotonic() - sent < SECONDS
    if process.returncode == 0:  # it was faster than the signal
        assert "Written to" in out
        return
    assert process.returncode == 130, err
    assert err == "Stopped. Nothing was written.\n"
    assert names(tmp_path) == ["tmp"]
    assert names(spilled) == []


@pytest.mark.slow
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_a_query_in_the_engine(tmp_path, sent, code):
    """A condition that takes the engine minutes; Ctrl-C, and what schedulers send."""
    orders = tmp_path / "orders.csv"
    make_orders(2000, seed=3).drop(columns="kind").to_csv(orders, index=False)
    slow = "(SELECT count(*) FROM range(20000000) t(i) WHERE md5(i::text || customer_id) < 'a') >= 0"
    with start(orders, "--out", tmp_path / "out", "--where", slow) as process:
        assert process.stderr.readline().startswith("Read as Orders")
        time.sleep(1)
        assert process.poll() is None
        process.send_signal(sent)
        _, err = process.communicate(timeout=SECONDS)
    assert process.returncode == code
    assert err == "Stopped. Nothing was written.\n"
    assert names(tmp_path) == ["orders.csv"]


PATCHED = """
import atexit, signal, sys, tempfile
from rfmeans.cli import print_result
from rfmeans.cli import watch
from rfmeans.cli import commands

def sent(*_):
    signal.raise_signal(signal.SIGTERM)

def after(function):
    def wrapped(*arguments, **options):
        found = function(*arguments, **options)
        sent()
        return found
    return wrapped

class Finalised:
    __del__ = sent

{patch}
commands.main()
"""


def run_patched(patch, orders_csv, folder, prefix=()):
    """Run the command line with a signal sent at a place that no chance would find."""
    (folder / "patched.py").write_text(PATCHED.format(patch=patch))
    command = (
        *prefix,
        sys.executable,
        "-m",
        "patched",
        "segment",
        orders_csv,
        "--out",
        folder / "out",
        *LEAN,
    )
    env = {**os.environ, "TMPDIR": str(folder)}
    return subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=10 * SECONDS, check=False
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "patch",
    [
        "watch.Watch.opened = lambda *_: exec('sent()', globals())",  # `exec` of a library: Python notes a Ctrl-C in it
        "watch.Watch.opened = lambda *_: Finalised() and None",  # what a finaliser raises is printed and forgotten
        "tempfile.mkdtemp = after(tempfile.mkdtemp)",  # a folder that nobody answers for yet
    ],
    ids=["string", "finaliser", "folder"],
)
def test_a_signal_at_an_awkward_place_stops_the_run_and_leaves_nothing(orders_csv, tmp_path, patch):
    ended = run_patched(patch, orders_csv, tmp_path)
    assert [line for line in ended.stderr.splitlines() if not line.startswith("Read as")] == [
        "Stopped. Nothing was written."
    ]
    assert ended.returncode == 143
    assert {name for name in names(tmp_path) if name != "__pycache__"} == {"patched.py"}


@pytest.mark.slow
def test_a_signal_before_anything_is_shown_leaves_nothing(orders_csv, tmp_path):
    ended = run_patched("watch.Watch.__init__ = after(watch.Watch.__init__)", orders_csv, tmp_path)
    assert (ended.returncode, ended.stdout, ended.stderr) == (-signal.SIGTERM, "", "")
    assert {name for name in names(tmp_path) if name != "__pycache__"} == {"patched.py"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "patch",
    [
        "print_result.print_told = after(print_result.print_told)",
        "from rfmeans.cli import runs; runs._finish = after(runs._finish)",
        "atexit.register(sent)",
    ],
)
def test_a_signal_after_the_work_changes_nothing(orders_csv, tmp_path, patch):
    ended = run_patched(patch, orders_csv, tmp_path)
    assert (ended.returncode, ended.stderr.count("\n")) == (0, 1)
    assert "Written to" in ended.stdout
    assert {name for name in names(tmp_path) if name != "__pycache__"} == {"out", "patched.py"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "patch",
    [
        "from rfmeans.output import folder; folder._put_in_place = after(folder._put_in_place)",
        "watch.Watch.done = lambda self, done=watch.Watch.done: (Finalised() and None, done(self))",
    ],
)
def test_a_signal_in_the_last_stage_is_not_forgotten(orders_csv, tmp_path, patch):
    ended = run_patched(patch, orders_csv, tmp_path)
    assert ended.stderr.endswith(f"Stopped. The folder {tmp_path / 'out'} was written whole before that.\n")
    assert "Exception ignored" not in ended.stderr
    assert ended.returncode == 143


@pytest.mark.slow
def test_a_signal_lost_in_the_only_stage_of_an_inspection_is_not_forgotten(orders_csv, tmp_path):
    patch = (
        "from rfmeans.inspection import inspect as looking; found = looking.inspect\n"
        "def lose(*given, **more): return found(*given, **more), Finalised() and None\n"
        "looking.inspect = lose; sys.argv[1:] = ['inspect', sys.argv[2]]"
    )
    ended = run_patched(patch, orders_csv, tmp_path)
    assert (ended.returncode, ended.stdout) == (143, "")
    assert ended.stderr.endswith("Stopped. Nothing was written.\n")


@pytest.mark.slow
def test_signals_that_whoever_started_the_run_ignores_stay_ignored(orders_csv, tmp_path):
    shell = ("sh", "-c", "trap '' TERM; exec \"$@\"", "sh")
    ended = run_patched("watch.Watch.opened = sent", orders_csv, tmp_path, prefix=shell)
    assert ended.returncode == 0
    assert "Written to" in ended.stdout


def test_an_interrupt_that_got_lost_stops_the_engine_all_the_same():
    """An exception raised in a finaliser is printed and forgotten; the next query would run to its end."""
    con = ibis.duckdb.connect()
    table = con.create_table("orders", schema={"customer": "string"})
    source = Source(table, "orders", ordered=False, located=table)

    watch = Watch(quiet=True)

    def work():
        with watch.running():
            watch.opened(source)
            with suppress(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
            con.con.execute("SELECT count(*) FROM range(100000000000) t(i) WHERE md5(i::text) < 'a'")

    before, threads = time.monotonic(), threading.enumerate()
    handler = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(KeyboardInterrupt):
            work()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN  # the process is about to end
        assert threading.enumerate() == threads  # none holds the connection when the interpreter ends
    finally:
        signal.signal(signal.SIGINT, handler)
    assert time.monotonic() - before < SECONDS


@pytest.fixture
def spark_settings(tmp_path):
    """An environment for Spark in local mode."""
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    settings = tmp_path / "conf"
    settings.mkdir()
    (settings / "spark-defaults.conf").write_text(
        "spark.master local[1]\nspark.sql.shuffle.partitions 1\nspark.ui.enabled false\n"
        "spark.driver.bindAddress 127.0.0.1\nspark.driver.host 127.0.0.1\n"
    )
    spilled = tmp_path / "tmp"
    spilled.mkdir()
    return {
        **os.environ,
        "SPARK_CONF_DIR": str(settings),
        "TMPDIR": str(spilled),
        "SPARK_LOCAL_DIRS": str(spilled),
    }


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["log4j", "Setting default log level", "Read as Orders"])
def test_ctrl_c_twice_stops_spark_from_its_start_on(spark_settings, tmp_path, moment):
    """While its JVM starts, as its session is made, and in a query that takes it minutes; to the whole group."""
    make_orders(500, seed=3).drop(columns="kind").to_parquet(tmp_path / "o.parquet", coerce_timestamps="us")
    slow = "(SELECT count(*) FROM range(9000000000) t WHERE md5(cast(t.id AS string)) < 'a') >= 0"
    arguments = (tmp_path / "o.parquet", "--engine", "spark", "--out", tmp_path / "out", "--where", slow)
    with start(*arguments, *LEAN, env=spark_settings, start_new_session=True) as process:
        while moment not in (line := process.stderr.readline()):
            assert line
        time.sleep(1 if moment.startswith("Read") else 0)
        for _ in range(2):
            os.killpg(process.pid, signal.SIGINT)
            time.sleep(0.4)
        _, err = process.communicate(timeout=SECONDS)  # ends when the JVM has let go of it, too
    assert process.returncode == 130, err
    assert err.splitlines()[-1] == "Stopped. Nothing was written."
    assert "Traceback" not in err
    assert names(tmp_path) == ["conf", "o.parquet", "tmp"]
    assert names(tmp_path / "tmp") == []


def on_a_terminal(*arguments):
    """Run with a terminal as standard error; return all that was drawn on it."""
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "rfmeans", "segment", *map(str, arguments)]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs, env=environment) as process:
        os.close(theirs)
        limit = threading.Timer(LONGEST_RUN, process.kill)
        limit.start()
        drawn = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # how Linux says that the other end is closed
                break
            if not part:
                break
            drawn += part
        process.wait()
        limit.cancel()
    os.close(ours)
    assert process.returncode == 0, drawn
    return drawn.decode()


@pytest.mark.slow
def test_a_terminal_shows_stages_and_time_that_move(orders_csv, tmp_path):
    drawn = on_a_terminal(orders_csv, "--out", tmp_path / "out", *LEAN)
    assert "reading orders" in drawn
    assert "writing" in drawn
    assert len(set(re.findall(r"\d:\d\d:\d\d", drawn))) > 1


@pytest.mark.slow
def test_nothing_is_drawn_when_quiet(orders_csv, tmp_path):
    assert on_a_terminal(orders_csv, "--out", tmp_path / "out", *LEAN, "--quiet") == ""


@pytest.mark.slow
def test_nothing_is_drawn_where_standard_error_is_no_terminal(orders_csv, tmp_path):
    with start(orders_csv, "--out", tmp_path / "out", *LEAN) as process:
        _, err = process.communicate(timeout=LONGEST_RUN)
    assert process.returncode == 0
    assert re.fullmatch(r"Read as Orders: [^\n]*\.\n", err)
