"""What the library asks: an error carries its answers, each of which, once given, is the end of the question."""

import ast
import datetime as dt
import pickle
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import rfmeans
from rfmeans.arguments import Choice
from rfmeans.errors import RFMeansError

SOURCES = Path(rfmeans.__file__).parent
# What asks for something that has no list of answers: a pattern of dates, a condition, a row that may be a total.
NO_END = {
    ("columns/date_formats.py", "date_format"),
    ("orders/where.py", "where"),
    ("orders/checks.py", "asked"),
}
ROOMS = ("columns", "orders", "reading", "engines/database.py", "engines/dispatch.py")


def calls(tree: ast.AST) -> list[ast.Call]:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [each for each in found if isinstance(each.func, ast.Name) and each.func.id.endswith("Error")]


def files() -> list[Path]:
    return [path for room in ROOMS for path in (sorted((SOURCES / room).glob("*.py")) or [SOURCES / room])]


def asks(call: ast.Call) -> bool:
    """Whether its message names an argument to give."""
    text = ast.unparse(call.args[0]) if call.args else ""
    return "argument(" in text or "named(" in text


def test_every_place_that_asks_gives_its_choices():
    without, asking = [], 0
    for path in files():
        for call in filter(asks, calls(ast.parse(path.read_text(encoding="utf-8")))):
            asking += 1
            if len(call.args) < 2 and not {each.arg for each in call.keywords} & {"choices", "asks"}:
                without.append((path.relative_to(SOURCES).as_posix(), ast.unparse(call)))
    assert asking > 25
    left = [
        (name, text) for name, text in without if not any(name == at and word in text for at, word in NO_END)
    ]
    assert left == []
    assert {at for at, word in NO_END} == {name for name, _ in without}


def question(orders: object, **given: object) -> RFMeansError:
    with pytest.raises(RFMeansError) as found:
        rfmeans.inspect(orders, **given)
    return found.value


def answers(orders: object, **given: object) -> dict[str, str]:
    """Return what is typed for each choice, and what it means."""
    return {" ".join(choice.options): choice.meaning for choice in question(orders, **given).choices}


def answered(orders: object, choice: Choice, **given: object) -> rfmeans.Inspection:
    how = {name: value for name, value in {**given, **choice.given}.items() if value is not None}
    return rfmeans.inspect(orders, **how)


def written(folder: Path, *lines: str, name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.slow
def test_march_or_april(tmp_path):
    path = written(tmp_path, "customer,date,amount", "a,03/04/2024,10", "b,05/06/2024,20")
    asked = question(path)
    assert answers(path) == {
        "--date-format %d/%m/%Y": "'03/04/2024' is 3 April 2024",
        "--date-format %m/%d/%Y": "'03/04/2024' is 4 March 2024",
    }
    by_option = {choice.given["date_format"]: choice for choice in asked.choices}
    assert answered(path, by_option["%d/%m/%Y"]).account.lines.first_day == dt.date(2024, 4, 3)
    assert answered(path, by_option["%m/%d/%Y"]).account.lines.first_day == dt.date(2024, 3, 4)


@pytest.mark.slow
def test_a_decimal_point_or_a_comma(tmp_path):
    path = written(tmp_path, "customer;date;amount", "a;2024-01-13;1,234", "b;2024-01-14;5,678")
    assert answers(path) == {
        "--decimal .": "a decimal point: '1,234' is 1234",
        "--decimal ,": "a decimal comma: '1,234' is 1.234",
    }
    money = [answered(path, choice).account.lines.used.money for choice in question(path).choices]
    assert [float(each) for each in money] == [6912, 6.912]  # 1234 + 5678; 1.234 + 5.678


@pytest.mark.slow
def test_numbers_written_in_two_ways(tmp_path):
    rows = [f"c{n};2024-01-13;{money}" for n, money in enumerate(["1.50"] * 3 + ["2,25"] * 3)]
    path = written(tmp_path, "customer;date;amount", *rows)
    assert list(answers(path)) == ["--decimal .", "--decimal ,"]
    counted = [answered(path, each, accept_loss=True).account.lines.used for each in question(path).choices]
    assert [(each.rows, float(each.money)) for each in counted] == [(3, 4.5), (3, 6.75)]


@pytest.mark.slow
def test_dates_written_in_two_formats(tmp_path):
    rows = [f"c{n},{day},10" for n, day in enumerate(["25/12/2024"] * 3 + ["12/24/2024"] * 2)]
    path = written(tmp_path, "customer,date,amount", *rows)
    assert answers(path) == {
        "--date-format %d/%m/%Y": "'25/12/2024' is 25 December 2024",
        "--date-format %m/%d/%Y": "'12/24/2024' is 24 December 2024",
    }
    used = [answered(path, choice).account.lines.used.rows for choice in question(path).choices]
    assert used == [3, 2]


def test_which_column_is_the_customer(tmp_path):
    path = written(
        tmp_path, "who,date,amount,note", "a,2024-01-13,10,", "b,2024-01-14,20,", "a,2024-01-15,5,"
    )
    asked = question(path)
    assert {" ".join(each.options): each.meaning for each in asked.choices} == {
        "--customer who": "such as 'a', 'b'",
        "--customer date": "such as '2024-01-13', '2024-01-14', '2024-01-15'",
        "--customer amount": "such as '10', '20', '5'",
        "--customer note": "blank in the first rows",
    }
    assert asked.asks == ""
    assert answered(path, asked.choices[0]).account.clustered.rows == 2


def test_two_columns_that_are_missing_are_asked_for_one_after_the_other(tmp_path):
    path = written(tmp_path, "who,when,amount", "a,2024-01-13,10", "b,2024-01-14,20")
    first = question(path)
    assert [dict(each.given) for each in first.choices] == [
        {"customer": "who"},
        {"customer": "when"},
        {"customer": "amount"},
    ]
    second = question(path, customer="who")
    assert [dict(each.given) for each in second.choices] == [{"date": "when"}, {"date": "amount"}]
    assert answered(path, second.choices[0], customer="who").account.lines.used.rows == 2


def test_a_column_that_is_not_there_is_asked_for_anew(tmp_path):
    path = written(tmp_path, "who,date,amount", "a,2024-01-13,10")
    assert "--customer who" in answers(path, customer="wo")


def test_several_columns_that_could_be_the_customer(tmp_path):
    path = written(tmp_path, "customer_id,customer id,date,amount", "a,A,2024-01-13,10")
    asked = question(path)
    assert [dict(each.given) for each in asked.choices] == [
        {"customer": "customer_id"},
        {"customer": "customer id"},
    ]


def test_a_customer_of_fractions_is_asked_for():
    orders = pd.DataFrame(
        {"customer": [1.5, 2.5], "who": ["a", "b"], "date": ["2024-01-13", "2024-01-14"], "amount": [1, 2]}
    )
    assert "--customer who" in answers(orders)


def test_a_date_that_is_none_is_asked_for():
    orders = pd.DataFrame({"customer": ["a"], "date": [True], "day": ["2024-01-13"], "amount": [1]})
    assert "--date day" in answers(orders)
    text = orders.assign(date="soon")
    assert "--date day" in answers(text)


def book(folder: Path, **sheets: list[list[object]]) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = folder / "orders.xlsx"
    made.save(path)
    return path


@pytest.mark.slow
def test_which_sheet(tmp_path):
    head = ["customer", "date", "amount"]
    one, two = ["a", dt.date(2024, 1, 13), 10], ["b", dt.date(2024, 1, 14), 20]
    path = book(tmp_path, May=[head, one], June=[head, one, two])
    assert answers(path) == {"--sheet May": "1 row", "--sheet June": "2 rows", "--sheet *": "all of them"}
    used = [answered(path, choice).account.lines.used.rows for choice in question(path).choices]
    assert used == [1, 2, 3]
    assert list(answers(path, sheet="July")) == ["--sheet May", "--sheet June"]
    other = book(tmp_path, May=[head, one], June=[["x", "y"], ["1", "2"]])
    assert answers(other, sheet="*")["--sheet June"] == "its columns: x, y; 1 row"


@pytest.mark.slow
def test_which_currency():
    orders = pd.DataFrame(
        {
            "customer": ["a", "b", "c"],
            "date": ["2024-01-13"] * 3,
            "amount": [10, 20, 5],
            "currency": ["GBP", "EUR", "GBP"],
        }
    )
    assert answers(orders) == {
        "--currency GBP": "2 lines worth 15.00",
        "--currency EUR": "1 line worth 20.00",
    }
    money = [float(answered(orders, each).account.lines.used.money) for each in question(orders).choices]
    assert money == [15, 20]


def test_a_currency_where_no_column_tells_it():
    orders = pd.DataFrame({"customer": ["a"], "date": ["2024-01-13"], "amount": [10], "what": ["7"]})
    asked = question(orders, currency="EUR")
    assert {"currency": None} in [dict(each.given) for each in asked.choices]
    assert {"currency_column": "what"} in [dict(each.given) for each in asked.choices]


def test_a_currency_that_no_line_is_in():
    orders = pd.DataFrame({"customer": ["a"], "date": ["2024-01-13"], "amount": [10], "currency": ["GBP"]})
    [without] = question(orders, currency="EUR").choices
    assert (dict(without.given), without.meaning) == (
        {"currency": None},
        "all lines, if they are in one currency",
    )


def statuses() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer": list("abcd"),
            "date": ["2024-01-13"] * 4,
            "amount": [1, 2, 4, 8],
            "status": ["cancelled", "cancelled", "cancelled", "paid"],
        }
    )


@pytest.mark.slow
def test_which_statuses_to_keep():
    orders = statuses().replace({"status": {"paid": "cancelled"}})
    assert answers(orders) == {"--keep-status cancelled": "4 rows", "--keep-status all": "every one of them"}
    assert float(answered(orders, question(orders).choices[1]).account.lines.used.money) == 15


def test_statuses_to_keep_need_a_column():
    orders = statuses().rename(columns={"status": "state_of_it"})
    assert "--status state_of_it" in answers(orders, keep_status="paid")


def test_lines_that_would_be_lost_can_be_accepted():
    orders = pd.DataFrame(
        {
            "customer": ["a", None, None],
            "who": ["x", "y", "z"],
            "date": ["2024-01-13"] * 3,
            "amount": [1, 2, 4],
        }
    )
    with pytest.raises(RFMeansError) as found:
        rfmeans.segment(orders, segments=2)
    given = [dict(each.given) for each in found.value.choices]
    assert given == [
        {"accept_loss": True},
        *({"customer": name} for name in ("customer", "who", "date", "amount")),
    ]
    assert found.value.choices[0].meaning == "go on without these 2 lines"


def test_a_window_without_orders():
    orders = pd.DataFrame({"customer": ["a"], "date": ["2024-01-13"], "amount": [1]})
    [early] = question(orders, as_of="2023-01-01").choices
    assert dict(early.given) == {"as_of": None}
    assert early.meaning == "count to the day after the last order"
    assert answered(orders, early, as_of="2023-01-01").as_of == dt.date(2024, 1, 14)
    [late] = question(orders, since="2025-01-01").choices
    assert dict(late.given) == {"since": None}


def test_a_time_zone_where_clocks_are_not_told(tmp_path):
    path = written(
        tmp_path, "customer,date,amount", "a,2024-01-13 10:00:00 +0100,1", "b,2024-01-14 10:00:00,2"
    )
    [without] = question(path, timezone="Europe/London").choices
    assert (dict(without.given), without.meaning) == ({"timezone": None}, "each day as it is written")


def test_a_file_without_a_header(tmp_path):
    path = written(tmp_path, "a,2024-01-13,10", "b,2024-01-14,20")
    [without] = question(path).choices
    assert without.options == ["--no-header"]
    assert "column1" in " ".join(answers(path, header=False))


def test_the_price_of_a_piece_or_of_the_line():
    price = [2.0, 4.0, 6.0, 8.0, 10.0, 12.0] * 4
    orders = pd.DataFrame(
        {
            "customer": list("abcdef") * 4,
            "date": ["2024-01-13"] * 24,
            "article": ["x"] * 24,
            "quantity": [1, 2, 3, 4, 5, 6] * 4,
            "unit price": price,
        }
    )
    line, piece = question(orders).choices
    assert (line.options, line.meaning) == (
        ["--amount", "unit price"],
        "unit price is the money of the whole line",
    )
    assert piece.options == ["--quantity", "quantity", "--price", "unit price"]
    money = [float(answered(orders, each).account.lines.used.money) for each in (line, piece)]
    assert money == [168, 728]  # 4 x (2 + 4 + ... + 12); 4 x (1 x 2 + 2 x 4 + ... + 6 x 12)


def test_which_table(tmp_path):
    import duckdb

    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as con:
        con.sql("create table sales as select 'a' as customer, date '2024-01-13' as date, 10 as amount")
        con.sql("create table other as select 1 as x")
    assert set(answers(path)) == {"--table other", "--table sales"}
    assert "--table sales" in answers(path, table="sails")


def test_an_option_that_is_for_something_else_is_left_out(tmp_path):
    path = written(tmp_path, "customer,date,amount", "a,2024-01-13,10")
    [without] = question(path, sheet="May").choices
    assert dict(without.given) == {"sheet": None}
    assert answered(path, without, sheet="May").account.lines.used.rows == 1


def test_amounts_per_order_need_a_column():
    orders = pd.DataFrame({"customer": ["a"], "date": ["2024-01-13"], "amount": [1], "number": ["7"]})
    given = [dict(each.given) for each in question(orders, amount_per="order").choices]
    assert given[0] == {"amount_per": "line"}
    assert {"order": "number"} in given


@pytest.mark.slow
def test_repeated_lines_and_unknown_statuses_can_be_chosen_though_nothing_stops():
    rows = pd.DataFrame(
        {
            "customer": ["a", "a", "b"],
            "date": ["2024-01-13", "2024-01-13", "2024-01-14"],
            "amount": [10, 10, 20],
            "status": ["posted", "posted", "paid"],
        }
    )
    found = rfmeans.inspect(rows).account.noticed
    assert found is not None
    assert [(each.options, each.meaning) for each in found.choices()] == [
        (["--drop-duplicates"], "set repeated lines aside"),
        (["--keep-status", "posted"], "2 rows"),
        (["--keep-status", "paid"], "1 row"),
    ]
    assert float(rfmeans.inspect(rows, **found.choices()[0].given).account.lines.used.money) == 30


def test_choices_pass_from_process_to_process_and_stand_in_the_message_as_they_are(tmp_path):
    path = written(tmp_path, "customer,date,amount", "a,03/04/2024,10", "b,05/06/2024,20")
    asked = question(path)
    again = pickle.loads(pickle.dumps(asked))
    assert again.choices == asked.choices
    for choice in asked.choices:
        assert f"date_format={choice.given['date_format']!r}" in str(asked)


def test_an_error_that_asks_nothing_has_no_choices():
    assert question("no such file.csv").choices == ()
