"""The command line that does the same."""

import pytest

from rfmeans.app.lines import command_line, without_password


def test_what_is_as_usual_is_left_out_and_blanks_are_quoted():
    settings = {"segments": 4, "transform": "auto", "holdout": 0.1, "audience_format": "plain"}
    assert command_line("segment", ["a b.csv"], {}, settings) == "rfmeans segment 'a b.csv'"
    other = {"segments": "auto", "transform": "none", "holdout": 0.25, "audience_format": "klaviyo"}
    assert command_line(
        "segment", ["a.csv"], {"keep_status": ("paid", "sent"), "drop_duplicates": True}, other
    ) == (
        "rfmeans segment a.csv --keep-status paid,sent --drop-duplicates --segments auto --transform none "
        "--holdout 0.25 --audience-format klaviyo"
    )


def test_a_path_is_shown_as_it_is():
    for path in ("my orders.csv", "orders@2024:1.csv", "a=b.csv", "*.csv", "host=h.csv", "postgres.csv", ""):
        assert without_password(path) == path


@pytest.mark.parametrize(
    "address",
    [
        "postgres:///shop",
        "postgresql://me@host:5432/shop?sslmode=require",
        "postgres://me%40office@host/shop",
        "postgres://me@[::1]:54,[::2]/shop",
        "postgres://h,h2/shop?port=5433",
        "postgres://me@/shop?host=/var/run/postgresql&passfile=/home/me/.pgpass",
        "postgres://h/shop?options=-c%20search_path%3Dsales",
    ],
)
def test_an_address_without_a_password_is_shown_as_it_is(address):
    pytest.importorskip("psycopg")
    assert without_password(address) == address


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgres://me:XYZ@host:5432/shop", "postgres://me@host:5432/shop"),
        ("postgres://me:X%40YZ@host/shop", "postgres://me@host/shop"),
        ("postgres://me:X?YZ@host/shop", "postgres://me@host/shop"),
        ("postgres://me%40office:XYZ@host/shop", "postgres://me%40office@host/shop"),
        ("postgres://host/shop?user=me&password=X@YZ", "postgres://me@host/shop"),
        ("postgres://host/shop?password=XYZ&sslmode=require", "postgres://host/shop?sslmode=require"),
        ("postgres://host/shop?p%61ssword=XYZ", "postgres://host/shop"),
        ("postgres://host/shop?password=XYZ#more", "postgres://host/shop"),
        ("postgres://host/shop?password=a&password=XYZ", "postgres://host/shop"),
        ("postgres://me:XYZ@host/shop?password=", "postgres://me@host/shop"),
        ("postgres://h/shop?sslcert=/a/b.crt&sslpassword=XYZ", "postgres://h/shop?sslcert=/a/b.crt"),
        ("postgres://h,h2:1/d?user=me&password=XYZ@", "postgres://me@h,h2:1/d"),
        ("postgres://me:XYZ@[::1]:54,[::2]:55/d", "postgres://me@[::1]:54,[::2]:55/d"),
        ("postgres://h,h2/d?port=5433&password=XYZ", "postgres:///d?host=h,h2&port=5433"),
        ("postgres://me:XYZ@/d?host=/var/run/pg", "postgres://me@/d?host=/var/run/pg"),
        ("postgres://me:XYZ@h/d?passfile=/home/me/.pgpass", "postgres://me@h/d?passfile=/home/me/.pgpass"),
        ("host=h dbname=shop user=me password='X YZ'", "postgres://me@h/shop"),
    ],
)
def test_what_is_secret_is_shown_in_no_form_of_an_address(address, shown):
    pytest.importorskip("psycopg")
    assert without_password(address) == shown
    assert without_password(shown) == shown


@pytest.mark.parametrize(
    "address",
    [
        "postgres://me:X/YZ@host/shop",  # taken for a port and a database
        "postgres://me:12/YZ@host/shop",
        "postgres://me:X@YZ@host/shop",  # taken for a host
        "postgres://host?user=me&password=X@YZ",  # taken for a user
        "postgres://me%3AXYZ@host/shop",
        "postgres://host/shop#password=XYZ",
        "postgres://host/shop?sslmode=require#password=XYZ",
        "postgres://host/shop?PASSWORD=XYZ",
        "postgres://host/shop?options=-c%20my.password%3DXYZ",
        "postgres://me:100%XYZ@host/shop",
        "POSTGRES://me:XYZ@host/shop",
        "mysql://me:XYZ@host/shop",
    ],
)
def test_of_an_address_that_cannot_be_taken_apart_for_sure_the_scheme_alone_is_shown(address):
    assert without_password(address) == f"{address.partition(':')[0]}://…"


def test_what_stands_before_the_scheme_is_not_shown_either():
    assert without_password("me:XYZ@postgres://host/shop") == "://…"


def test_without_the_library_of_postgresql_no_address_is_taken_apart(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    assert without_password("postgres://me:XYZ@host/shop") == "postgres://…"
    assert without_password("orders.csv") == "orders.csv"
