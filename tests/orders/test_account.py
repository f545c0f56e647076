"""The account: loss, repeated lines, overlapping files, currencies; each line in exactly one place."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import rfmeans
from intakes import read
from places import DATA
from rfmeans.engines.kept_tables import Workspace
from rfmeans.settings import make_reading

if TYPE_CHECKING:
    from rfmeans.orders.intake import Account

HEADER = "order id,date,customer,amount,currency"
FIRST, SECOND, THIRD = "1,2024-01-13,a,10,GBP", "2,2024-01-14,b,20,GBP", "3,2024-01-15,a,30,GBP"


def write(path: Path, *lines: str) -> str:
    path.write_text("\n".join((HEADER, *lines)) + "\n")
    return str(path)


def account(source, **options) -> Account:
    with Workspace() as scratch:
        return read(source, make_reading(**options), scratch).account


def aside(found: Account) -> dict[str, tuple[int, Decimal]]:
    return {reason: (tally.rows, tally.money) for reason, tally in found.lines.set_aside.items()}


# Loss


LOST = pd.DataFrame(
    {
        "customer": ["a", None, None, "b", None],
        "date": pd.to_datetime(["2024-01-01"] * 5),
        "amount": [1, 2, 3, 4, 5],
    }
)


def test_most_lines_lost_for_one_reason_is_an_error_that_names_the_column():
    with pytest.raises(rfmeans.DataError) as found:
        account(LOST)
    message = str(found.value)
    assert "3 of 5 lines (60 %) would be set aside for one reason: missing customer." in message
    assert "Customers were read from 'customer'" in message
    assert "customer='NAME'" in message
    assert "accept_loss=True" in message


def test_a_loss_can_be_accepted_and_adds_up():
    found = account(LOST, accept_loss=True)
    assert aside(found) == {"missing customer": (3, Decimal(10))}  # 2 + 3 + 5
    assert (found.lines.read.rows, found.lines.read.money) == (5, Decimal(15))


def test_half_of_the_lines_is_no_error():
    found = account(LOST.head(4))
    assert aside(found) == {"missing customer": (2, Decimal(5))}


def test_what_was_asked_for_is_no_loss():
    present = LOST.fillna({"customer": "c"})
    assert aside(account(present, where="amount > 4")) == {"excluded by where": (4, Decimal(10))}


def test_inspect_refuses_no_loss():
    assert rfmeans.inspect(LOST).account.lines.used.rows == 2


# Repeated lines


def test_repeated_lines_are_counted_and_kept(tmp_path):
    found = account(write(tmp_path / "orders.csv", FIRST, SECOND, FIRST, FIRST))
    assert found.noticed.duplicates.lines == 2
    assert found.lines.used.money == Decimal(50)  # 3 x 10 + 20
    assert found.noticed.sentences()[0].startswith(
        "2 lines repeat an earlier line in every column and are kept."
    )


def test_repeated_lines_are_set_aside_when_asked_but_for_the_first(tmp_path):
    source = write(tmp_path / "orders.csv", FIRST, SECOND, FIRST, FIRST)
    found = account(source, drop_duplicates=True)
    assert aside(found) == {"duplicate line": (2, Decimal(20))}
    assert found.noticed.sentences() == ()
    with Workspace() as scratch:
        rows = read(source, make_reading(drop_duplicates=True), scratch).set_aside.to_pyarrow().to_pylist()
        assert [(Path(row["file"]).name, row["line"], row["reason"], row["amount"]) for row in rows] == [
            ("orders.csv", 4, "duplicate line", "10"),
            ("orders.csv", 5, "duplicate line", "10"),
        ]


def test_an_order_in_two_files_is_said(tmp_path):
    write(tmp_path / "january.csv", FIRST, SECOND)
    write(tmp_path / "february.csv", FIRST, THIRD)
    found = account(str(tmp_path / "*.csv"))
    assert (found.noticed.overlap.orders, found.noticed.overlap.files) == (1, 2)
    assert found.noticed.sentences()[1].startswith("The files overlap: 1 order in more than one of 2 files.")


def test_copies_that_were_dropped_overlap_no_more(tmp_path):
    write(tmp_path / "january.csv", FIRST, SECOND)
    write(tmp_path / "february.csv", FIRST, THIRD)
    found = account(str(tmp_path / "*.csv"), drop_duplicates=True)
    assert found.noticed.overlap.orders == 0
    with Workspace() as scratch:
        reading = make_reading(drop_duplicates=True)
        [row] = read(str(tmp_path / "*.csv"), reading, scratch).set_aside.to_pyarrow().to_pylist()
    assert (row["file"], row["reason"]) == (str(tmp_path / "january.csv"), "duplicate line")


def test_of_many_lines_a_slice_tells_how_many_repeat_and_overlap(tmp_path, monkeypatch):
    monkeypatch.setattr("rfmeans.orders.remarks.EXACT_LINES", 1_000)
    lines = [f"o{order},2024-01-05,{order % 500},{price},GBP" for order in range(8_000) for price in (5, 7)]
    write(tmp_path / "january.csv", *lines)
    write(tmp_path / "february.csv", *lines[:8_000])
    found = account(str(tmp_path / "*.csv")).noticed
    assert found.duplicates.about
    assert found.duplicates.lines == pytest.approx(8_000, rel=0.25)
    assert found.overlap.about
    assert found.overlap.orders == pytest.approx(4_000, rel=0.25)  # a sixteenth is 250, give or take 16
    assert found.sentences()[1].startswith(
        f"The files overlap: about {found.overlap.orders:,} orders in more"
    )


@pytest.mark.parametrize("order", ["", "POS"])
def test_of_many_lines_without_an_id_of_their_own_a_slice_tells_as_well(tmp_path, monkeypatch, order):
    monkeypatch.setattr("rfmeans.orders.remarks.EXACT_LINES", 1_000)
    lines = [f"{order},2024-01-05,{place % 900},{place},GBP" for place in range(9_000)]
    found = account(write(tmp_path / "orders.csv", *lines, *lines[:4_500])).noticed.duplicates
    assert found.about
    assert found.lines == pytest.approx(4_500, rel=0.25)


def test_files_without_a_common_order_do_not_overlap(tmp_path):
    write(tmp_path / "january.csv", FIRST, SECOND)
    write(tmp_path / "february.csv", THIRD)
    found = account(str(tmp_path / "*.csv"))
    assert found.noticed.overlap.orders == 0
    assert found.noticed.sentences() == ()


@pytest.mark.skipif(not DATA.exists(), reason="the real data are not here")
def test_repeated_lines_of_online_retail():
    assert account(DATA / "online_retail.parquet").noticed.duplicates.lines == 5268
    found = account(DATA / "online_retail.parquet", drop_duplicates=True)
    assert found.lines.set_aside["duplicate line"].rows == 5268
    assert (found.lines.read.rows, found.lines.read.money) == (
        541_909,
        Decimal("8300065.814") + Decimal("1447682.12"),
    )


# Currencies


def test_two_currencies_are_refused_with_their_counts(tmp_path):
    source = write(tmp_path / "orders.csv", FIRST, SECOND, "3,2024-01-15,a,30,USD")
    with pytest.raises(rfmeans.SourceError) as found:
        account(source)
    assert "GBP 2 lines worth 30.00; USD 1 line worth 30.00" in str(found.value)
    assert "currency='GBP'" in str(found.value)


def test_amounts_name_the_currency_where_its_column_is_blank(tmp_path):
    source = write(
        tmp_path / "orders.csv", "1,2024-01-13,a,£10,", "2,2024-01-14,b,€20,", "3,2024-01-15,a,5,GBP"
    )
    with pytest.raises(rfmeans.SourceError, match=r"EUR 1 line worth 20\.00"):
        account(source)
    assert aside(account(source, currency="GBP")) == {"other currency": (1, Decimal(20))}


def test_a_chosen_currency_sets_the_others_aside(tmp_path):
    source = write(tmp_path / "orders.csv", FIRST, SECOND, "3,2024-01-15,a,7,USD", "4,2024-01-15,a,8,")
    found = account(source, currency="gbp")
    assert found.lines.used.money == Decimal(30)
    assert aside(found) == {"other currency": (2, Decimal(15))}


def test_very_many_currencies_are_one_short_message(tmp_path):
    lines = (f"{number},2024-01-13,a,1,X{number}" for number in range(50_000))
    with pytest.raises(rfmeans.SourceError) as found:
        account(write(tmp_path / "orders.csv", *lines))
    assert "'currency' was taken as the currency, but holds 50,000 different values" in str(found.value)
    assert "currency_column='NAME'" in str(found.value)
    assert len(str(found.value)) < 600


def test_a_currency_needs_its_column(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("order id,date,customer,amount\n1,2024-01-13,a,1\n")
    with pytest.raises(rfmeans.SourceError, match="currency_column='NAME'"):
        account(str(path), currency="GBP")


def amounts(path: Path, *texts: str) -> str:
    lines = [f"c{number};2024-01-{1 + number % 28:02d};{text}" for number, text in enumerate(texts)]
    path.write_text("\n".join(["customer;date;amount", *lines]) + "\n")
    return str(path)


def test_currencies_that_the_amounts_name_are_not_added_up_either(tmp_path):
    source = amounts(tmp_path / "orders.csv", "$5.00", "€6.00", "€7.50", "8.00")
    with pytest.raises(rfmeans.SourceError) as found:
        account(source)
    assert "The orders are in 2 currencies (column 'amount'): EUR 2 lines worth 13.50; $ 1 line" in str(
        found.value
    )
    assert "Choose one, like currency='EUR'" in str(found.value)
    chosen = account(source, currency="eur")
    assert chosen.lines.used.money == Decimal("13.50")
    assert aside(chosen) == {"other currency": (2, Decimal("13.00"))}


def test_one_currency_in_the_amounts_is_that_of_the_account(tmp_path):
    found = account(amounts(tmp_path / "orders.csv", "5,00 €", "1.234,50 €", "EUR 7,50", "8,00"))
    assert (found.lines.currency, found.lines.used.money) == ("EUR", Decimal("1255.00"))


def test_a_currency_that_turns_up_late_is_seen(tmp_path):
    source = amounts(tmp_path / "orders.csv", *["5.00"] * 6000, "$5.00", "£5.00")
    with pytest.raises(rfmeans.SourceError, match="in 2 currencies"):
        account(source)


@pytest.mark.parametrize("options", [{}, {"keep_status": "bezahlt"}])
def test_statuses_that_do_not_count_are_listed(tmp_path, options):
    rows = [f"c{i},2024-01-13,{i},{'pending' if i < 6 else 'shipped'}" for i in range(10)]
    (tmp_path / "orders.csv").write_text("\n".join(["customer,date,amount,status", *rows]))
    with pytest.raises(rfmeans.DataError) as raised:
        account(tmp_path / "orders.csv", **options)
    assert (
        "Statuses were read from 'status', which holds pending (6), shipped (4). If these orders were sold, say so "
        "with keep_status='NAME,NAME', or keep_status='all'."
    ) in str(raised.value)


def test_columns_called_like_ours_keep_their_values_in_what_is_set_aside():
    named = {"file": "a", "source_file": "b", "Source_source_file": "c", "line": "d"}
    frame = pd.DataFrame({"customer": ["x", ""], "date": ["2024-01-13"] * 2, "amount": [1, 2]}).assign(
        **named
    )
    with Workspace() as scratch:
        (row,) = read(frame, make_reading(), scratch).set_aside.to_pyarrow().to_pylist()
    assert row["reason"] == "missing customer"
    assert sorted(value for value in row.values() if value in {*"abcd"}) == ["a", "b", "c", "d"]


def test_a_phone_without_digits_is_no_customer(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(
        "email,phone,date,amount\n-,+,2024-01-13,1\nn/a,000-000,2024-01-13,2\n-,+49 1,2024-01-13,4\n"
    )
    with Workspace() as scratch:
        found = read(str(path), make_reading(accept_loss=True), scratch)
        keys = [row["customer_id"] for row in found.customers.to_pyarrow().to_pylist()]
    assert keys == ["phone:+491"]
    assert aside(found.account) == {"missing customer": (2, Decimal(3))}
