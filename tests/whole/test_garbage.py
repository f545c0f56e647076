"""Garbage of every kind: a file is read to its last row, each used or set aside, or it is refused in plain words.

Never a traceback, a hang, a wrong total, or a file left behind. What is expected is counted here, by other means than
the ones under test: Python's own csv module, lines split by hand, money added up line by line.
"""

from __future__ import annotations

import gc
import gzip
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawn import examples
from helpers.garbage import JSON_LINES, REFUSED, ROWS, TEXT, TOTAL, body, in_time, lines_below, outcome, plain
from rfmeans.cli import commands

pytestmark = pytest.mark.slow

quick = examples(6)


# Drawn garbage


@quick
@given(st.binary(max_size=3000))
def test_random_bytes(content):
    assert outcome(content).refused or lines_below(content)


@quick
@given(st.text(st.sampled_from('abc,;|\t "\n\r0123456789.-€ü'), max_size=600))
def test_random_text(text):
    outcome(text.encode())


def test_columns_of_one_name_that_nothing_needs_are_kept():
    text = TEXT.replace("customer_id", "note", 1).replace("order_id", "customer_id", 1)
    found = outcome(text.encode())
    assert (found.refused, found.money) == ("", TOTAL)


def test_a_million_currencies_are_one_short_message():
    rows = "\n".join(f"c{i % 999},2024-01-01,1.50,X{i}" for i in range(1_000_000))
    said = outcome(f"customer,date,amount,currency\n{rows}\n".encode()).refused
    assert (
        "'currency' was taken as the currency, but holds 1,000,000 different values, such as X0, X1, X10"
        in said
    )
    assert "currency_column='NAME'" in said


# Through the command: exit code, one paragraph, nothing left behind


@dataclass(frozen=True)
class Run:
    """What a run of the command said, and what it left."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the command as a shell does; beside what ``left`` names, nothing may be new in its folder or in TMPDIR."""
    work, scratch = tmp_path / "work", tmp_path / "scratch"
    work.mkdir()
    scratch.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    monkeypatch.setenv("TMPDIR", str(scratch))

    def command(*arguments: Any, left: tuple[str, ...] = ()) -> Run:
        before = {entry.name for entry in work.iterdir()}
        monkeypatch.setattr(sys, "argv", ["rfmeans", *map(str, arguments)])
        code = 0
        with in_time():
            try:
                commands.main()
            except SystemExit as stopped:
                code = int(stopped.code or 0)
        gc.collect()
        said = capsys.readouterr()
        assert {entry.name for entry in work.iterdir()} - before == set(left)
        assert [entry.name for entry in scratch.iterdir()] == []
        assert "Traceback" not in said.err
        return Run(code, said.out, said.err)

    return command


SEGMENT = ("--segments", "2", "--n-init", "2", "--no-report", "--out", "out")


BY_LINES = body("c1,o99")  # has to be rewritten into a temporary file


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("orders.csv", BY_LINES),
        ("orders.csv.gz", gzip.compress(TEXT.encode(), mtime=0)),
        ("orders.jsonl", JSON_LINES),
    ],
)
def test_a_run_leaves_its_folder_and_nothing_else(run, name, content):
    Path(name).write_bytes(content)
    assert run("segment", name, *SEGMENT, left=("out",)).code == 0
    account = json.loads(Path("out/account.json").read_text(encoding="utf-8"))["lines"]
    assert account["used"]["rows"] == len(ROWS)


@pytest.mark.parametrize(
    "name", ["nothing", "zeros", "a header alone", "no header", "a PDF in a zip", "JSON in JSON"]
)
@pytest.mark.parametrize("command", ["segment", "inspect"])
def test_a_refusal_leaves_nothing(run, command, name):
    Path("orders.csv").write_bytes(REFUSED[name][0])
    done = run(command, "orders.csv", *(SEGMENT if command == "segment" else ()))
    assert (done.code, done.out) == (1, "")
    assert "Error: " in done.err
    assert plain(done.err.rpartition("Error: ")[2].strip())


def test_a_refusal_after_reading_leaves_nothing(run):
    """Not enough customers: found when the file was unpacked, rewritten and summed up already."""
    Path("orders.csv.gz").write_bytes(gzip.compress(body("c1,o99").replace(b"\nc2", b"\nc1"), mtime=0))
    done = run("segment", "orders.csv.gz", "--segments", "7", "--out", "out")
    assert done.code == 1
    assert "7 segments need at least 7 customers" in done.err


@pytest.mark.parametrize(
    "place", ["rfmeans.orders.intake.account_lines", "rfmeans.output.files.write_parquet"]
)
def test_an_interrupt_leaves_nothing(run, monkeypatch, place):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    Path("orders.csv").write_bytes(BY_LINES)
    monkeypatch.setattr(place, interrupted)
    done = run("segment", "orders.csv", *SEGMENT)
    assert (done.code, done.out) == (130, "")
    assert "Stopped. Nothing was written." in done.err


@pytest.mark.skipif(os.name == "nt", reason="signals are another matter there")
def test_an_interrupt_while_the_lines_are_read(tmp_path):
    """The key that stops a program, pressed while a large file is rewritten."""
    (tmp_path / "scratch").mkdir()
    with (tmp_path / "orders.csv").open("wb") as file:
        file.write(BY_LINES)
        for _ in range(20):
            file.write("\n".join(ROWS * 1000).encode() + b"\n")
    command = [sys.executable, "-m", "rfmeans", "segment", "orders.csv", "--out", "out"]
    environment = {**os.environ, "TMPDIR": str(tmp_path / "scratch")}
    with (
        in_time(),
        subprocess.Popen(
            command,
            cwd=tmp_path,
            env=environment,
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        try:
            while not list(tmp_path.rglob("*-rows.parquet")):
                assert process.poll() is None, process.communicate()
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate()
        finally:
            process.kill()  # nothing where it has ended
    assert (process.returncode, out) == (130, "")
    assert "Nothing was written." in err
    assert "Traceback" not in err
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["orders.csv", "scratch"]
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_folder_is_refused(run):
    Path("exports").mkdir()
    done = run("segment", "exports", "--out", "out")
    assert done.code == 1
    assert "exports is a folder. Give a file, or a glob such as 'exports/*.csv'." in " ".join(
        done.err.split()
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_pipe_or_device_is_refused_and_not_waited_for(run, kind):
    os.mkfifo("pipe")
    done = run("segment", "pipe" if kind == "pipe" else os.devnull, "--out", "out")
    assert done.code == 1
    assert "is no file but a pipe or a device" in " ".join(done.err.split())
