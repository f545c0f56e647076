"""How shops keep their books: refunds in rows of their own, numbers used twice, totals, overlapping exports.

Each input is made up; each right value is worked out by hand beside it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import rfmeans
from intakes import read
from rfmeans.arguments import Message
from rfmeans.engines.kept_tables import Workspace
from rfmeans.settings import Columns, make_reading

if TYPE_CHECKING:
    from pathlib import Path

    from rfmeans.orders.intake import Account

Found = dict[str, tuple[int, Decimal]]


def customers(source: Any, **options: Any) -> tuple[Found, Account]:
    """Return frequency and money of each customer with a line used, and the account, which adds up."""
    columns = {name: options.pop(name) for name in ("customer", "date", "order", "amount") if name in options}
    with Workspace() as scratch:
        intake = read(source, make_reading(Columns(**columns) if columns else None, **options), scratch)
        rows = intake.customers.to_pyarrow().to_pylist()
        aside = intake.set_aside.count().to_pyarrow().as_py()
        lines = intake.account.lines
        assert lines.read.rows == lines.used.rows + aside
        assert sum(row["monetary"] for row in rows) == lines.used.money
        return {str(row["customer_id"]): (row["frequency"], row["monetary"]) for row in rows}, intake.account


def table(text: str) -> pd.DataFrame:
    """Return rows written as text, all cells but the amounts."""
    header, *rows = [line.split(",") for line in text.split()]
    frame = pd.DataFrame([[cell.replace("_", " ") or None for cell in row] for row in rows], columns=header)
    for name in {"amount", "total", "order_total", "refund"} & set(header):
        frame[name] = frame[name].astype(float)
    return frame.rename(columns={"order_total": "order total", "order": "order id"})


def aside(account: Account) -> dict[str, tuple[int, Decimal]]:
    return {reason: (tally.rows, tally.money) for reason, tally in account.lines.set_aside.items()}


# Order numbers that are not unique in time


APART = {
    "yearly": ("2023-02-05", "2024-02-05", 2),
    "weekly": ("2025-01-03", "2025-01-10", 2),
    "two days": ("2025-01-03", "2025-01-05", 2),
    "over midnight": ("2025-01-03", "2025-01-04", 1),
    "one day": ("2025-01-03", "2025-01-03", 1),
}


@pytest.mark.parametrize(("first", "second", "orders"), APART.values(), ids=APART)
def test_sales_under_one_number_more_than_a_day_apart_are_orders_of_their_own(first, second, orders):
    rows = table(f"order,date,customer,amount 1,{first},a,10 1,{second},a,20 2,2025-02-01,b,5")
    found, account = customers(rows)
    assert found == {"a": (orders, Decimal(30)), "b": (1, Decimal(5))}
    said = account.noticed.of_apart()
    assert said == (
        "1 order number stands on days far apart and was counted as 2 orders." if orders == 2 else ""
    )


def test_a_return_belongs_to_the_last_sale_before_it():
    rows = table(
        "order,date,customer,amount 1,2025-01-01,a,100 1,2025-01-20,a,-30 1,2025-03-01,a,40 1,2025-03-09,a,-40"
        " 2,2025-04-01,b,5"
    )
    found, account = customers(rows)
    assert found["a"] == (1, Decimal(70))  # 100 - 30, and 40 - 40, which is no purchase any more
    assert account.lines.orders == 3


def test_lines_a_day_apart_each_are_one_order():
    days = ["2025-01-01", "2025-01-02", "2025-01-03", "2025-01-04"]
    rows = table("order,date,customer,amount " + " ".join(f"1,{day},a,10" for day in days))
    assert customers(rows)[0] == {"a": (1, Decimal(40))}


def test_a_number_of_two_customers_is_two_orders_and_not_told_apart():
    rows = table("order,date,customer,amount 1,2023-01-01,a,10 1,2025-01-01,b,20")
    found, account = customers(rows)
    assert found == {"a": (1, Decimal(10)), "b": (1, Decimal(20))}
    assert account.noticed.apart is None


def test_totals_of_one_number_on_different_days_are_different_orders():
    rows = table(
        "order,date,customer,order_total 9,2025-01-03,a,20 9,2025-01-04,a,20 9,2025-03-03,a,35 8,2025-03-03,b,1"
    )
    found, account = customers(rows)
    assert found == {"a": (3, Decimal(75)), "b": (1, Decimal(1))}
    assert (account.noticed.apart.numbers, account.noticed.apart.orders) == (1, 3)


def test_inspect_says_what_was_told_apart():
    rows = table("order,date,customer,amount 1,2023-01-01,a,10 1,2025-01-01,a,20 2,2025-01-01,b,20")
    found = rfmeans.inspect(rows)
    assert [one.figures for one in found.suspicious if one.code == "order-numbers-apart"] == [
        {"numbers": 1, "orders": 2}
    ]


def test_a_statement_tells_orders_apart_as_a_run_does(duckdb_engine):
    rows = table(
        "order,date,customer,amount,status 1,2023-01-01,a,10,paid 1,2025-01-01,a,20,paid 2,2025-01-01,b,70,paid"
        " 3,2025-01-05,c,50,refunded 4,2025-01-09,c,-50,paid 5,2025-02-09,c,60,paid 6,2025-02-19,d,6,paid"
    )
    rows["date"] = pd.to_datetime(rows["date"])
    with rfmeans.segment(rows, segments=2, n_init=2) as result:
        expected = result.customers.to_pyarrow().to_pylist()
        text = result.model.to_sql("duckdb", orders="books")
    assert {(row["customer_id"], row["frequency"], row["monetary"]) for row in expected} == {
        *{("a", 2, Decimal(30)), ("b", 1, Decimal(70)), ("c", 1, Decimal(60)), ("d", 1, Decimal(6))}
    }
    duckdb_engine.table(rows, "books")
    found = duckdb_engine.con.con.sql(text).to_arrow_table().to_pylist()
    key = ("customer_id", "recency", "frequency", "monetary", "segment")
    assert {tuple(row[name] for name in key) for row in found} == {
        tuple(row[name] for name in key) for row in expected
    }


# Refunds in rows of their own


def test_a_negative_row_is_money_back_and_no_second_total():
    rows = table(
        "order,date,customer,order_total 1,2025-01-05,a,100 1,2025-02-09,a,-30 2,2025-03-01,b,50"
        " 3,2025-03-04,c,40 3,2025-03-04,c,41"
    )
    found, account = customers(rows)
    assert found == {"a": (1, Decimal(70)), "b": (1, Decimal(50))}
    assert aside(account) == {
        "conflicting order": (2, Decimal(41))
    }  # two positive totals contradict each other


def test_two_equal_refunds_of_a_day_are_two_where_the_total_stands_once():
    once = "order,date,customer,order_total 1,2025-01-05,a,100 1,2025-02-09,a,-10 1,2025-02-09,a,-10"
    assert customers(table(once))[0] == {"a": (1, Decimal(80))}
    twice = once + " 1,2025-01-05,a,100"  # the total is repeated on each row, and so is what was taken back
    assert customers(table(twice))[0] == {"a": (1, Decimal(90))}


def test_what_a_column_of_refunds_says_is_not_taken_off_twice():
    rows = table("order,date,customer,order_total,refund 1,2025-01-05,a,100,20 1,2025-02-09,a,-20,")
    assert customers(rows)[0] == {"a": (1, Decimal(80))}


BACK = {
    "same order": ("1,2025-01-15,a,100,refunded 1,2025-01-20,a,-100,paid", 2),
    "the order's, whatever the amounts": ("1,2025-01-15,a,100,refunded 1,2025-01-20,a,-247,refunded", 2),
    "another number, the same amount later": ("1,2025-01-15,a,100,refunded 2,2025-01-20,a,-100,paid", 2),
    "charged back": ("1,2025-01-15,a,100,Chargeback 2,2025-01-20,a,-100,paid", 2),
}


@pytest.mark.parametrize(("text", "gone"), BACK.values(), ids=BACK)
def test_a_sale_that_does_not_count_takes_its_refund_with_it(text, gone):
    found, account = customers(
        table(f"order,date,customer,amount,status {text} 9,2025-02-15,a,60,paid 8,2025-02-15,b,1,paid")
    )
    assert found == {"a": (1, Decimal(60)), "b": (1, Decimal(1))}
    assert sum(rows for rows, _ in aside(account).values()) == gone
    assert aside(account)["refund of an excluded order"][0] == 1


STANDS = {
    "another amount": "1,2025-01-15,a,100,refunded 2,2025-01-20,a,-99,paid",
    "another customer": "1,2025-01-15,b,100,refunded 2,2025-01-20,a,-99,paid",
    "before the sale": "1,2025-01-15,a,99,refunded 2,2025-01-10,a,-99,paid",
    "of a payment that failed": "1,2025-01-15,a,99,failed 2,2025-01-20,a,-99,paid",
}


@pytest.mark.parametrize("text", STANDS.values(), ids=STANDS)
def test_a_plain_return_stays_money_off(text):
    found, _ = customers(
        table(f"order,date,customer,amount,status {text} 9,2025-02-15,a,150,paid 8,2025-02-15,b,1,paid")
    )
    assert found["a"] == (1, Decimal(51))  # 150 - 99


def test_a_sale_takes_one_refund_and_no_more():
    rows = table(
        "order,date,customer,amount,status 1,2025-01-01,a,20,refunded 2,2025-01-02,a,20,refunded 3,2025-01-03,a,20,paid"
        " 4,2025-01-04,a,-20,paid 5,2025-01-05,a,-20,paid 6,2025-01-06,a,-20,paid 7,2025-01-07,a,50,paid"
    )
    found, account = customers(rows)
    assert found == {"a": (2, Decimal(50))}  # 20 - 20 + 50: the third one takes back the sale that stands
    assert aside(account)["refund of an excluded order"] == (2, Decimal(-40))


def test_the_refund_of_an_order_is_told_by_its_number_before_its_amount():
    rows = table(
        "order,date,customer,amount,status 1,2025-01-01,a,100,refunded 2,2025-01-02,a,100,paid 2,2025-01-05,a,-100,paid"
        " 1,2025-01-07,a,-100,paid 3,2025-02-01,a,8,paid"
    )
    assert customers(rows)[0] == {"a": (1, Decimal(8))}  # order 2 was taken back as well, by its own row


# Rows of totals


SALES = "order,date,customer,amount R1,2025-01-05,Ann,10 R2,2025-02-05,Ann,20 R3,2025-02-25,Bob,30"
TOTALS = {
    "grand total": ",2025-02-25,TOTAL,60",
    "without a date": ",,Total,60",
    "in the order": "Grand_total,2025-02-25,Bob,60",
    "German": ",2025-02-25,Gesamtsumme:,60",
    "French": ",2025-02-25,Total_général,60",
    "Spanish": "Suma_total,2025-02-25,Bob,60",
    "in the date": ",Totale,,60",
    "of a customer": "Zwischensumme,2025-02-25,Bob,30",
    "of the rows since the one before": "Subtotal,2025-02-05,Ann,60 Subtotal,2025-02-05,Ann,60",
    "with its name": ",2025-02-25,Total_for_Bob,60",
}


@pytest.mark.parametrize("text", TOTALS.values(), ids=TOTALS)
def test_a_row_that_says_so_and_adds_up_is_a_total(text):
    found, account = customers(table(f"{SALES} {text}"))
    assert found == {"Ann": (2, Decimal(30)), "Bob": (1, Decimal(30))}
    assert aside(account) == {"total row": (text.count(" ") + 1, account.lines.read.money - 60)}


def test_subtotals_between_the_rows_and_a_grand_total():
    rows = table(
        "order,date,customer,amount,note 1,2025-01-05,Ann,10, 2,2025-01-06,Ann,20, 3,2025-01-07,Bob,5,"
        " Total_January,2025-01-31,Ann,35, 4,2025-02-01,Bob,7, Total_February,2025-02-28,Bob,7,"
        " Total,2025-02-28,Bob,42,"
    )
    assert customers(rows)[0] == {"Ann": (2, Decimal(30)), "Bob": (2, Decimal(12))}


def test_a_row_that_says_so_and_does_not_add_up_is_asked_about():
    with pytest.raises(rfmeans.SourceError) as found:
        customers(table(f"{SALES} ,2025-02-25,TOTAL,61"))
    message = str(found.value)
    assert "Line 4 says 'TOTAL' like a total, but its money, 61.00, is not the sum" in message
    assert "where=" in message
    rows, _ = customers(table(f"{SALES} ,2025-02-25,TOTAL,61"), where="customer <> 'TOTAL'")
    assert rows == {"Ann": (2, Decimal(30)), "Bob": (1, Decimal(30))}


def test_a_customer_whose_name_begins_like_a_total_is_a_customer():
    found, account = customers(table(f"{SALES} R4,2025-02-25,Total_Energies,61 R5,2025-02-26,Totalis,60"))
    assert found["Total Energies"] == (1, Decimal(61))
    assert found["Totalis"] == (1, Decimal(60))
    assert account.lines.set_aside == {}


# Overlapping exports


def files(folder: Path, january: str, february: str) -> str:
    table(january).to_csv(folder / "2-january.csv", index=False)  # what reaches further counts, not the name
    table(february).to_csv(folder / "1-february.csv", index=False)
    return str(folder / "*.csv")


JANUARY = "order,date,customer,amount,status 1,2025-01-30,a,100,paid 2,2025-01-31,b,60,pending 3,2025-01-31,c,30,paid"


def test_the_newer_state_of_an_order_counts(tmp_path):
    february = (
        "order,date,customer,amount,status 1,2025-01-30,a,100,paid 1,2025-02-03,a,-20,paid 2,2025-01-31,b,60,paid"
        " 4,2025-02-11,d,45,paid"
    )
    found, account = customers(files(tmp_path, JANUARY, february))
    assert found == {
        "a": (1, Decimal(80)),
        "b": (1, Decimal(60)),
        "c": (1, Decimal(30)),
        "d": (1, Decimal(45)),
    }
    assert aside(account) == {"older state of the order": (2, Decimal(160))}
    said = " ".join(account.noticed.sentences())
    assert (
        "2 orders in more than one of 2 files. What 2 lines say of an order is stated newer elsewhere" in said
    )


def test_equal_copies_stay_what_they_are(tmp_path):
    february = "order,date,customer,amount,status 3,2025-01-31,c,30,paid 4,2025-02-11,d,45,paid"
    found, account = customers(files(tmp_path, JANUARY, february))
    assert found["c"] == (1, Decimal(60))  # said, and set aside when asked for
    assert "older state of the order" not in aside(account)


def test_lines_of_an_order_torn_apart_between_files_are_one_order(tmp_path):
    february = "order,date,customer,amount,status 3,2025-01-31,c,12,paid 4,2025-02-11,d,45,paid"
    assert customers(files(tmp_path, JANUARY, february))[0]["c"] == (1, Decimal(42))


def test_a_column_of_changes_comes_before_the_reach_of_a_file(tmp_path):
    header = "order,date,customer,amount,updated_at"
    january = f"{header} 1,2025-01-30,a,80,2025-03-01T10:00 2,2025-01-31,b,6,2025-01-31T10:00"
    february = f"{header} 1,2025-01-30,a,100,2025-02-01T09:00 3,2025-02-11,b,4,2025-02-11T10:00"
    found, account = customers(files(tmp_path, january, february))
    assert found == {"a": (1, Decimal(80)), "b": (2, Decimal(10))}
    assert aside(account) == {"older state of the order": (1, Decimal(100))}


def test_one_number_of_two_years_in_two_files_is_two_orders(tmp_path):
    february = "order,date,customer,amount,status 1,2026-01-30,a,50,paid"
    assert customers(files(tmp_path, JANUARY, february))[0]["a"] == (2, Decimal(150))


def test_sheets_are_treated_as_files(tmp_path):
    path = tmp_path / "books.xlsx"
    february = "order,date,customer,amount,status 2,2025-01-31,b,60,paid 4,2025-02-11,d,45,paid"
    with pd.ExcelWriter(path) as book:
        table(JANUARY).to_excel(book, sheet_name="January", index=False)
        table(february).to_excel(book, sheet_name="February", index=False)
    found, account = customers(path, sheet="*")
    assert found["b"] == (1, Decimal(60))
    assert aside(account) == {"older state of the order": (1, Decimal(60))}


# Rows that belong together


FURTHER = """\
Order Reference,Customer,Order Date,Status,Order Lines/Product,Order Lines/Quantity,Order Lines/Unit Price
S1,Ann,2025-01-05,Sales Order,Mug,2,10
,,,,Pot,1,30
S2,Bob,2025-02-05,Cancelled,Mug,1,10
,,,,Pan,1,50
S3,Cy,2025-03-05,Sales Order,Mug,1,10
"""


def written(folder: Path, text: str) -> str:
    (folder / "orders.csv").write_text(text)
    return str(folder / "orders.csv")


def test_further_lines_of_an_order_get_what_they_leave_blank(tmp_path):
    found, account = customers(written(tmp_path, FURTHER))
    assert found == {
        "Ann": (1, Decimal(50)),
        "Cy": (1, Decimal(10)),
    }  # 2 x 10 + 30; Bob's whole order is cancelled
    assert aside(account) == {"excluded status": (2, Decimal(60))}
    assert "are further lines of the order above" in account.noticed.understood


def test_a_sum_below_the_table_is_no_line_of_the_last_order(tmp_path):
    text = "order,date,customer,amount\n1,2025-01-05,a,10\n2,2025-01-06,b,20\n,,,30\n"
    found, account = customers(written(tmp_path, text))
    assert found == {"a": (1, Decimal(10)), "b": (1, Decimal(20))}
    assert aside(account) == {"missing customer": (1, Decimal(30))}


def test_where_single_cells_are_missing_nothing_is_filled(tmp_path):
    text = "order,date,customer,amount\n1,2025-01-05,a,10\n,,,5\n2,,b,20\n3,2025-01-07,b,30\n"
    found, _ = customers(written(tmp_path, text))
    assert found == {"a": (1, Decimal(10)), "b": (1, Decimal(30))}


def test_merged_cells_hold_for_all_their_rows(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["customer", "order", "date", "amount"],
        *(["a", "o1", "2025-01-05", 10], [None, "o1", "2025-01-05", 11], ["b", "o2", "2025-01-06", 5]),
    ):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    book.save(tmp_path / "merged.xlsx")
    assert customers(tmp_path / "merged.xlsx")[0] == {"a": (1, Decimal(21)), "b": (1, Decimal(5))}


# Statuses


@pytest.mark.parametrize(
    ("word", "counts"),
    [
        *(
            (word, False)
            for word in ("Payment error", "Awaiting bank wire payment", "Suspected Fraud", "Denied")
        ),
        *((word, False) for word in ("charged-back", "Reversed", "Not paid", "Returned", "Malsucedido")),
        *(
            (word, False)
            for word in ("Fehler bei der Bezahlung", "Storniert/Abgebrochen", "En attente de règlement")
        ),
        *(
            (word, False)
            for word in ("Shipped - Returned to Seller", "Error en el pago", "Errore di pagamento")
        ),
        *(
            (word, True)
            for word in ("Canceled Reversal", "Zahlung eingegangen", "Shipped - Picked Up", "odd")
        ),
    ],
)
def test_what_the_systems_write_for_a_sale_and_for_none(word, counts):
    rows = pd.DataFrame(
        {
            "order id": ["1", "2", "3"],
            "date": ["2025-01-05", "2025-01-06", "2025-01-07"],
            "customer": ["a", "b", "b"],
            "amount": [1.0, 2.0, 3.0],
            "status": [word, "paid", "shipped"],
        }
    )
    found, account = customers(rows)
    assert ("a" in found) is counts
    assert str(Message(account.noticed.of_unknown())) == (
        "Not known as a status: odd (counted). Say which ones are sales with keep_status='NAME,NAME'."
        if word == "odd"
        else ""
    )


LAYOUT = """\
[[layout]]
name = "Till"
recognised_by = ["Slip"]
customer = { name = ["Who"] }
order = ["Slip"]
date = ["Day"]
amount = ["Sum"]
status = ["State"]
keep_status = ["open", "closed"]
refunded_status = ["closed"]
refund = ["Back"]
also = [
    { columns = ["Payment"], keep = ["paid"] },
    { columns = ["Paid on"], filled = true },
    { columns = ["Note"], drop = ["memo"] },
]
"""


def test_several_columns_must_let_a_row_count(tmp_path):
    (tmp_path / "own.toml").write_text(LAYOUT)
    text = """\
Slip,Who,Day,Sum,State,Payment,Paid on,Note,Back
1,a,2025-01-13,10,open,paid,2025-01-13,,
2,a,2025-01-14,20,open,failed,2025-01-14,,
3,b,2025-01-15,30,open,paid,,,
4,b,2025-01-16,40,open,,2025-01-16,memo,
5,b,2025-01-17,50,open,,2025-01-17,hello,
6,c,2025-01-18,60,closed,paid,2025-01-18,,60
7,c,2025-01-19,70,open,paid,2025-01-19,,
"""
    found, account = customers(written(tmp_path, text), layouts=str(tmp_path / "own.toml"))
    assert found == {"a": (1, Decimal(10)), "b": (1, Decimal(50)), "c": (1, Decimal(70))}
    assert aside(account) == {"excluded status": (3, Decimal(90))}
    without = text.replace(",Back\n", "\n").replace(",60\n", "\n").replace(",\n", "\n")
    assert customers(written(tmp_path, without), layouts=str(tmp_path / "own.toml"))[0]["c"] == (
        1,
        Decimal(70),
    )


@pytest.mark.parametrize(
    ("also", "message"),
    [
        ("1", "also must be a list of tables"),
        ('[{ columns = ["x"] }]', "also, table 1 needs one of keep, drop and filled = true"),
        ('[{ columns = ["x"], keep = ["a"], filled = true }]', "needs one of keep, drop and filled = true"),
        ('[{ keep = ["a"] }]', "also, table 1: columns must be a list of texts"),
    ],
)
def test_a_layout_that_cannot_be_is_said(tmp_path, also, message):
    own = tmp_path / "own.toml"
    own.write_text(LAYOUT[: LAYOUT.index("also")] + f"also = {also}\n")
    with pytest.raises(rfmeans.SettingsError, match=message):
        customers(written(tmp_path, "Slip,Who,Day,Sum\n1,a,2025-01-13,10\n"), layouts=str(own))
