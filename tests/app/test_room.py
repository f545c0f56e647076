"""What a page holds, and for how long: uploads go with it, also after a kill."""

import io
import os
import subprocess
import sys
import time

import pytest

from rfmeans.app.jobs import StoppedError
from rfmeans.app.room import Problem, Rooms, file_name, problem_of
from rfmeans.app.serving import PREFIX
from rfmeans.errors import SettingsError
from rfmeans.temporary_folders import clear_leftovers


def finish(room):
    assert room.job is None or room.job.wait(60)
    room.settle()


def test_an_upload_lies_in_the_folder_of_the_page_and_goes_with_it(room, tmp_path, plain_shop):
    room.store([("orders.csv", io.BytesIO(plain_shop))])
    finish(room)
    assert room.problem is None
    assert room.opened is not None
    [kept] = tmp_path.rglob("orders.csv")
    assert room.folder.path in kept.parents
    room.close()
    assert [*tmp_path.iterdir()] == []


@pytest.mark.slow
def test_a_second_upload_takes_the_place_of_the_first(room, tmp_path, plain_shop):
    room.store([("first.csv", io.BytesIO(plain_shop))])
    finish(room)
    room.store([("second.csv", io.BytesIO(plain_shop))])
    finish(room)
    assert [path.name for path in tmp_path.rglob("*.csv")] == ["second.csv"]
    assert room.shown == "second.csv"


@pytest.mark.slow
def test_results_are_kept_by_settings_and_dropped_with_the_orders(room, plain_shop):
    room.store([("orders.csv", io.BytesIO(plain_shop))])
    finish(room)
    settings = {"segments": 2, "n_init": 2}
    assert room.segment(settings) is None
    finish(room)
    result = room.segment(settings)
    assert result is not None
    assert room.segment(dict(settings)) is result
    assert len(result.summary.segments) == 2
    room.read()
    assert room.results == {}


def test_stopped_work_is_said_leaves_no_result_and_can_be_taken_up(room, plain_shop):
    room.store([("orders.csv", io.BytesIO(plain_shop))])
    room.stop()
    assert (room.job, room.opened, room.problem) == (None, None, Problem("Stopped.", stopped=True))
    room.read()
    finish(room)
    assert room.problem is None
    assert room.opened is not None


def test_work_that_takes_the_place_of_other_work_is_no_word_to_the_user(room, plain_shop):
    room.store([("orders.csv", io.BytesIO(plain_shop))])
    room.read()
    assert room.problem is None


def test_segments_that_were_stopped_do_not_begin_again_by_themselves(room, plain_shop):
    room.store([("orders.csv", io.BytesIO(plain_shop))])
    finish(room)
    assert room.segment({"segments": 3}) is None
    room.stop()
    assert room.segment({"segments": 3}) is None
    assert room.job is None


def test_each_answer_can_be_taken_back_until_the_orders_were_read(room):
    lines = [f"{1 + n % 12:02}/{1 + n % 11:02}/2024,{n},c{n},n" for n in range(40)]
    room.store([("orders.csv", io.BytesIO("\n".join(["date,total,one,two", *lines]).encode()))])
    finish(room)
    assert room.problem.text.startswith("No column was recognised as the customer")
    room.answer({"customer": "one"})
    finish(room)
    assert {name for each in room.problem.choices for name in each.given} == {"date_format"}
    room.back()
    finish(room)
    assert (room.how, room.earlier) == ({}, [])
    assert room.problem.text.startswith("No column was recognised as the customer")
    for given in ({"customer": "one"}, {"date_format": "%d/%m/%Y"}):
        room.answer(given)
        finish(room)
    assert (room.problem, room.earlier) == (None, [])


def test_what_is_said_of_errors():
    assert problem_of(StoppedError("stopped")).stopped
    said = problem_of(SettingsError("No."))
    assert (said.text, said.choices) == ("No.", ())
    inside = problem_of(SettingsError("No line of /tmp/x/orders.csv."), "/tmp/x")
    assert inside.text == "No line of orders.csv."
    other = problem_of(ZeroDivisionError("secret/path"))
    assert "ZeroDivisionError" in other.text
    assert "secret" not in other.text


def test_a_setting_that_cannot_be_is_said_and_what_is_open_stays_so(room, plain_shop):
    room.store([("orders.csv", io.BytesIO(plain_shop))])
    finish(room)
    opened, how = room.opened, dict(room.how)
    room.read_with({"window": "half a year"})
    assert "“Days of frequency and monetary” must be whole days like 365d" in room.problem.text
    assert (room.opened, room.how, room.earlier, room.job) == (opened, how, [], None)


def in_currencies(*codes):
    lines = [f"c{n},2024-01-{1 + n % 28:02},{10 + n},{codes[n % len(codes)]}" for n in range(60)]
    big = f"big,2024-01-09,99000,{codes[0]}"  # a finding says what it is worth
    return io.BytesIO("\n".join(["customer,date,amount,currency", *lines, big]).encode())


def test_money_is_shown_in_the_one_currency_of_the_orders(room):
    room.store([("orders.csv", in_currencies("GBP"))])
    finish(room)
    assert room.how == {"currency_symbol": "£"}
    assert room.opened.inspection.currency_symbol == "£"
    assert any("£99,000" in each.found for each in room.opened.inspection.suspicious)
    room.segment({"segments": 2, "n_init": 2})
    finish(room)
    [result] = room.results.values()
    assert "£" in result.summary.segments[0].evidence


def test_the_sign_goes_with_the_currency_and_one_of_the_users_own_stays(room):
    room.store([("orders.csv", in_currencies("EUR", "GBP"))])
    finish(room)
    assert "currency" in room.problem.text
    room.answer({"currency": "EUR"})
    finish(room)
    assert room.how == {"currency": "EUR", "currency_symbol": "€"}
    room.read_with({"currency": "GBP", "currency_symbol": "€"})  # the field has the sign of before
    finish(room)
    assert room.how == {"currency": "GBP", "currency_symbol": "£"}
    for sign in ("qd", "qd"):
        room.read_with({"currency_symbol": sign})
        finish(room)
        assert room.how == {"currency": "GBP", "currency_symbol": "qd"}


def test_what_is_no_currency_is_no_sign_of_money(room):
    room.store([("orders.csv", in_currencies("card"))])
    finish(room)
    assert room.how == {}


@pytest.mark.slow
def test_a_killed_page_is_cleared_away_by_the_next_start(tmp_path):
    code = (
        "import os, signal\nfrom rfmeans.app.room import Room\nroom = Room()\n"
        "(room.folder.path / 'upload.csv').write_text('x')\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], env=env, check=False)
    assert [path.name.startswith(PREFIX) for path in tmp_path.iterdir()] == [True]
    clear_leftovers(tmp_path, PREFIX)
    assert [*tmp_path.iterdir()] == []


def test_a_page_is_found_by_its_key_and_another_key_finds_none():
    rooms = Rooms(lambda window: True)
    key, room = rooms.room(None, "one")
    assert rooms.room(key, "two") == (key, room)
    other, another = rooms.room("guessed", "three")
    assert other not in (key, "guessed")
    assert another is not room
    rooms.close()
    assert not room.folder.path.exists()


def test_a_page_without_a_window_is_closed_and_one_with_a_window_is_not():
    open_windows = {"one"}
    rooms = Rooms(open_windows.__contains__)
    key, room = rooms.room(None, "one")
    _, other = rooms.room(None, "two")
    time.sleep(0.01)
    rooms.close_left(patience=0.005)
    assert room.folder.path.exists()
    assert not other.folder.path.exists()
    open_windows.clear()
    rooms.close_left(patience=60)
    assert rooms.room(key, "again")[1] is room
    rooms.close()


def test_names_of_files():
    assert file_name("C:\\shop\\orders 2024.csv", []) == "orders 2024.csv"
    assert file_name(".hidden", []) == "_hidden"
    assert len(file_name("x" * 500 + ".csv", [])) == 100
