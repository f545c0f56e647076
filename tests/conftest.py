"""Engines to run a test on: DuckDB, Polars, a real PostgreSQL and a real Spark (local mode); who runs which test.

A test that takes the fixture ``engine`` runs once on each, one that takes ``sql_engine`` on those with SQL of their
own. PostgreSQL and Spark are started once, by the one worker that runs all of their tests; where they are not
installed the test is skipped with the reason, in continuous integration (``CI`` is set) it fails.
"""

from __future__ import annotations

import gc
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis
import pytest
from hypothesis import settings

from drawn import ANEW
from helpers.command import Done, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

settings.register_profile("rfmeans", deadline=None, derandomize=not ANEW)
settings.load_profile("rfmeans")

# Expressions are built of very many small objects: looking through them as often as usual takes a tenth of the time.
gc.set_threshold(100_000, 50, 50)
# A worker has one core: scikit-learn's threads would wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A job that a script starts in the background ignores Ctrl-C, and so would all processes that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


HERE = Path(__file__).parent
# The engines that take long to start, or to answer; the longest first, so that no worker waits for it at the end.
STARTED = ("spark", "postgres")
CHOOSING = ("engine", "sql_engine", "engine_name")  # parameters of tests that choose one


def pytest_unconfigure() -> None:
    """Let go of the connection that Ibis makes and keeps for tables in memory; DuckDB's binding tells of it else."""
    ibis.options.default_backend = None
    gc.collect()


@pytest.hookimpl(tryfirst=True)  # xdist looks at the marks in its own
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one worker run what shares something that takes long to make; tests of engines that are started are slow."""
    for item in items:
        engine = _engine_of(item)
        item.add_marker(pytest.mark.xdist_group(engine or _room_of(item.path)))
        if engine:
            item.add_marker("slow")
    items.sort(key=lambda item: [_engine_of(item) != engine for engine in STARTED])


def _engine_of(item: pytest.Item) -> str | None:
    """Return the engine that a test needs to have started."""
    chosen = getattr(item, "callspec", None)
    named = {*getattr(item, "fixturenames", ())}
    named |= {f"{chosen.params[key]}_engine" for key in CHOOSING if chosen and key in chosen.params}
    return next((engine for engine in STARTED if f"{engine}_engine" in named), None)


def _room_of(path: Path) -> str:
    """Return the folder whose fixtures a file of tests shares with others, or the file that has its own alone."""
    folders = [folder for folder in path.parents if folder.is_relative_to(HERE) and folder != HERE]
    room = next((folder for folder in folders if (folder / "conftest.py").exists()), path)
    return room.relative_to(HERE.parent).as_posix()


@dataclass(frozen=True)
class Engine:
    """A connection, and how a frame becomes a table of its engine."""

    name: str
    con: Any
    load: Callable[[pd.DataFrame, str], Any]

    def table(self, frame: pd.DataFrame, name: str = "orders") -> Any:
        return self.load(frame, name)


@pytest.fixture(scope="session")
def duckdb_engine() -> Iterator[Engine]:
    con = ibis.duckdb.connect()
    yield Engine("duckdb", con, lambda frame, name: con.create_table(name, frame, overwrite=True))
    con.disconnect()


@pytest.fixture(scope="session")
def polars_engine() -> Engine:
    con = ibis.polars.connect()
    return Engine("polars", con, lambda frame, name: con.create_table(name, frame, overwrite=True))


@pytest.fixture(scope="session")
def postgres_engine() -> Iterator[Engine]:
    binaries = _postgres_binaries()
    if binaries is None:
        absent("PostgreSQL's server is not installed (Debian: apt-get install postgresql)")
    if importlib.util.find_spec("psycopg") is None:
        absent("psycopg is not installed (pip install 'rfmeans[postgres]')")
    with _postgres_server(binaries) as socket:
        con = ibis.postgres.connect(host=str(socket), user="rfmeans", database="postgres")
        yield Engine("postgres", con, lambda frame, name: _into_postgres(con, frame, name))
        con.disconnect()


def _postgres_binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@contextmanager
def _postgres_server(binaries: Path) -> Iterator[Path]:
    """Start a server of our own on a socket in a folder of its own; it refuses to run as root."""
    user = "postgres" if os.getuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="rfmeans-pg-", dir="/tmp"))  # a socket's path must be short
    try:
        if user:
            shutil.chown(folder, user)
        data = folder / "data"
        _run(user, binaries / "initdb", "-D", data, "-U", "rfmeans", "--auth=trust", "--no-sync")
        options = f"-k {folder} -c listen_addresses= -c fsync=off"
        _run(user, binaries / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
        try:
            yield folder
        finally:
            _run(user, binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(user: str | None, *command: Any) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        check=False,
        user=user,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert done.returncode == 0, done.stderr.decode()


def _into_postgres(con: Any, frame: pd.DataFrame, name: str) -> Any:
    con.create_table(name, schema=ibis.memtable(frame).schema(), overwrite=True)
    columns = ", ".join(f'"{column}"' for column in frame.columns)
    with con.con.cursor() as cursor, cursor.copy(f'COPY "{name}" ({columns}) FROM STDIN WITH CSV') as copy:
        copy.write(frame.to_csv(index=False, header=False))
    con.con.commit()
    return con.table(name)


@pytest.fixture(scope="session")
def spark_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if importlib.util.find_spec("pyspark") is None:
        absent("PySpark is not installed (pip install 'rfmeans[spark]')")
    if shutil.which("java") is None:
        absent("Spark needs Java (Debian: apt-get install default-jre-headless)")
    folder = tmp_path_factory.mktemp("spark")
    session = _spark_session(folder)
    con = ibis.pyspark.connect(session)

    def load(frame: pd.DataFrame, name: str) -> Any:
        frame.to_parquet(folder / f"{name}.parquet", index=False, coerce_timestamps="us")
        return con.read_parquet(folder / f"{name}.parquet", table_name=name)

    yield Engine("spark", con, load)
    with suppress(Exception):
        session.stop()


def _spark_session(folder: Path) -> Any:
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "2g",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.log.level": "ERROR",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = SparkSession.builder.master("local[2]").appName("rfmeans tests")
    for key, value in settings.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def absent(reason: str) -> None:
    """Skip a test whose means are not here; in continuous integration it fails."""
    if os.environ.get("CI"):
        pytest.fail(f"{reason}; continuous integration must have it")
    pytest.skip(reason)


@pytest.fixture(params=["duckdb", "postgres", "spark"])
def sql_engine(request: pytest.FixtureRequest) -> Engine:
    """One engine with SQL of its own, in which tables can be written, after the other."""
    found: Engine = request.getfixturevalue(f"{request.param}_engine")
    return found


@pytest.fixture(params=["duckdb", "polars", "postgres", "spark"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """One engine after the other."""
    found: Engine = request.getfixturevalue(f"{request.param}_engine")
    return found


@pytest.fixture
def inspect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """The command `inspect` with --json, in a folder of its own, however it ends."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: run("inspect", *arguments, "--json", code=None)
