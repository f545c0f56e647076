"""Done in a process of its own is done as here; whatever becomes of that process, the work is done."""

import io
import os
import pickle
import sys
import time
from functools import partial

import pytest

from rfmeans import beside as room
from rfmeans.beside import ask, beside, lend, serve

LIBRARY = "colorsys"  # small, and loaded by nobody else
OTHER = "sched"  # likewise


@pytest.fixture(autouse=True)
def not_loaded(monkeypatch):
    for library in (LIBRARY, OTHER):
        monkeypatch.delitem(sys.modules, library, raising=False)


@pytest.fixture
def process():
    with beside(LIBRARY):
        yield room._running[LIBRARY].own.process


def test_a_process_answers_and_ends():
    with beside(LIBRARY):
        process = room._running[LIBRARY].own.process
        assert ask(LIBRARY, os.getpid).get() == process.pid != os.getpid()
        assert process.poll() is None
    assert process.poll() is not None
    assert room._running == {}


def test_answers_are_those_of_their_questions_however_large(process):
    assert process.poll() is None
    asked = [ask(LIBRARY, bytes, length) for length in (1_000_000, 0, 3)]
    assert [len(answer.get()) for answer in reversed(asked)] == [3, 0, 1_000_000]


def test_many_large_questions_are_asked_before_the_first_is_answered(process):
    assert process.poll() is None
    large = b"x" * 200_000
    asked = [ask(LIBRARY, bytes.upper, large) for _ in range(20)]
    assert {answer.get() for answer in asked} == {large.upper()}


def test_an_error_is_told_as_here(process):
    assert process.poll() is None
    with pytest.raises(ZeroDivisionError):
        ask(LIBRARY, divmod, 1, 0).get()
    assert ask(LIBRARY, divmod, 7, 2).get() == (3, 1)


def test_what_cannot_be_brought_back_is_found_here(process):
    assert process.poll() is None
    assert ask(LIBRARY, open, os.devnull).get().close() is None


def test_where_the_process_is_gone_the_work_is_done_here(process):
    process.kill()
    process.wait()
    assert ask(LIBRARY, os.getpid).get() == os.getpid()


def test_what_is_still_being_done_when_nobody_wants_it_keeps_nobody_waiting():
    started = time.monotonic()
    with beside(LIBRARY):
        ask(LIBRARY, time.sleep, 60)
        ask(LIBRARY, time.sleep, 60)
    assert time.monotonic() - started < 30


def test_no_process_is_started_where_the_library_is_loaded(monkeypatch):
    monkeypatch.setitem(sys.modules, LIBRARY, room)
    with beside(LIBRARY):
        assert room._running == {}
        assert ask(LIBRARY, os.getpid).get() == os.getpid()


def test_one_process_a_library(process):
    with beside(LIBRARY):
        assert room._running[LIBRARY].own.process is process
    assert room._running[LIBRARY].own.process is process


def test_a_process_that_is_lent_works_for_both(process):
    with beside(OTHER):
        own = room._running[OTHER].own.process
        lend(LIBRARY, OTHER, os.getpid)
        seen, until = set(), time.monotonic() + 60
        while seen != {own.pid, process.pid} and time.monotonic() < until:
            asked = [ask(OTHER, function) for function in (os.getpid, partial(time.sleep, 0.02), os.getpid)]
            seen |= {asked[0].get(), asked[2].get()}
        assert seen == {own.pid, process.pid}
        assert ask(LIBRARY, os.getpid).get() == process.pid
    assert process.poll() is None
    assert ask(LIBRARY, os.getpid).get() == process.pid


def test_where_a_lent_process_is_gone_all_is_done_all_the_same(process):
    with beside(OTHER):
        lend(LIBRARY, OTHER, os.getpid)
        process.kill()
        process.wait()
        assert [ask(OTHER, abs, -number).get() for number in range(20)] == list(range(20))


def test_nothing_is_lent_where_there_is_no_process(process):
    lend(OTHER, LIBRARY, os.getpid)
    lend(LIBRARY, OTHER, os.getpid)
    assert ask(LIBRARY, os.getpid).get() == process.pid
    assert ask(OTHER, os.getpid).get() == os.getpid()


@pytest.mark.parametrize(("name", "value"), [("executable", "no such program"), ("frozen", True)])
def test_where_no_process_can_be_started_the_work_is_done_here(monkeypatch, name, value):
    monkeypatch.setattr(sys, name, value, raising=False)
    with beside(LIBRARY):
        assert room._running == {}
        assert ask(LIBRARY, divmod, 7, 2).get() == (3, 1)


def test_requests_are_answered_one_after_the_other():
    requests = b"".join(pickle.dumps(each) for each in ((divmod, (7, 2)), (divmod, (1, 0)), (abs, (-1,))))
    answers = io.BytesIO()
    serve(io.BytesIO(requests), answers)
    answers.seek(0)
    assert [pickle.load(answers) for _ in range(3)] == [(True, (3, 1)), (False, None), (True, 1)]
