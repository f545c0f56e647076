"""Work in a thread of its own: its stages, its result, its error, and that it can be stopped."""

import threading
from types import SimpleNamespace

import pytest

from rfmeans.app.jobs import Job, StoppedError
from rfmeans.errors import DataError


def test_a_result_comes_with_the_stage_that_it_was_in():
    job = Job(lambda listener: listener.stage("counting") or 42)
    assert job.wait(10)
    assert (job.result, job.error, job.words, job.percentage) == (42, None, "counting", None)


def test_an_error_is_kept_and_not_raised():
    def fails(_listener):
        raise DataError("no")

    job = Job(fails)
    assert job.wait(10)
    assert isinstance(job.error, DataError)


def test_it_stops_at_the_next_stage():
    begun, go_on = threading.Event(), threading.Event()

    def work(listener):
        begun.set()
        go_on.wait(10)
        listener.stage("next")
        return "went on"

    job = Job(work)
    assert begun.wait(10)
    threading.Timer(0.05, go_on.set).start()
    job.stop()
    assert job.done
    assert isinstance(job.error, StoppedError)
    assert job.result is None


def test_a_query_that_goes_on_is_interrupted():
    import ibis

    from rfmeans.engines.duckdb import DUCKDB

    class Source:
        table, engine = ibis.memtable({"x": [1]}), DUCKDB

    con = ibis.duckdb.connect()
    Source.table = con.create_table("numbers", {"x": [1]})
    begun = threading.Event()

    def work(listener):
        listener.opened(Source)
        begun.set()
        con.raw_sql("select sum(a.range * b.range) from range(10_000_000) a, range(1_000_000) b").fetchall()

    job = Job(work)
    assert begun.wait(10)
    job.stop()
    assert isinstance(job.error, StoppedError)
    con.disconnect()


def test_the_engine_is_interrupted_at_once_and_not_after_a_wait(monkeypatch):
    monkeypatch.setattr("rfmeans.app.jobs.PATIENCE", 10)
    begun, go_on = threading.Event(), threading.Event()
    table = SimpleNamespace(get_backend=lambda: None)
    engine = SimpleNamespace(interrupt_of=lambda _: go_on.set, percentage_of=lambda _: lambda: None)

    def work(listener):
        listener.opened(SimpleNamespace(table=table, engine=engine))
        begun.set()
        return go_on.wait(5)

    job = Job(work)
    assert begun.wait(10)
    job.stop()
    assert job.result is True


@pytest.mark.parametrize("seconds", [0.0, 0.05])
def test_waiting_does_not_wait_longer_than_asked(seconds):
    go_on = threading.Event()
    job = Job(lambda _listener: go_on.wait(10))
    assert not job.wait(seconds)
    go_on.set()
    assert job.wait(10)
