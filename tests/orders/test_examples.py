"""What is told by an example, and what of rows set aside is said in a sentence."""

import pytest

from helpers.books import customers, written
from rfmeans import inspect

HEADER = "customer_id,customer_unique_id,order_id,date,amount\n"


def said(tmp_path, text, **options):
    _, account = customers(written(tmp_path, text), **options)
    return " ".join(account.noticed.sentences())


def test_values_that_cannot_be_read_are_shown(tmp_path):
    text = "order,date,customer,amount\n1,2025-01-05,a,12. Mai\n"
    text += "2,2025-01-06,a,5\n3,2025-01-07,b,7.5\n4,?,b,5\n5,2025-01-07,b,5\n"
    found = said(tmp_path, text)
    assert "1 amount cannot be read, '12. Mai', and is set aside." in found
    assert "1 date cannot be read, '?', and is set aside." in found


def test_of_several_values_two_are_shown(tmp_path):
    rows = [
        f"{place},2025-01-0{place},a,{amount}"
        for place, amount in enumerate(["12. Mai", "5. Jan", "7. Sep", "5", "6", "7"], 1)
    ]
    rows += [f"9{place},2025-01-09,b,5" for place in range(3)]
    found = said(tmp_path, "order,date,customer,amount\n" + "\n".join(rows) + "\n")
    assert "3 amounts cannot be read, such as '12. Mai' and '7. Sep', and are set aside." in found


def test_a_blank_amount_has_no_example(tmp_path):
    assert "cannot be read" not in said(
        tmp_path, "order,date,customer,amount\n1,2025-01-05,a,\n2,2025-01-06,b,5\n3,2025-01-06,b,5\n"
    )


@pytest.mark.slow
def test_ids_that_are_new_with_every_order_beside_those_of_persons(tmp_path):
    rows = "a1,u1,1,2025-01-05,1\na2,u1,2,2025-01-06,2\na3,u2,3,2025-01-07,3\na4,u2,4,2025-01-08,4\n"
    found = said(tmp_path, HEADER + rows)
    assert "No customer of 'customer_id' has a second order" in found
    assert (
        "'customer_unique_id' holds 2 different values. If that is the person, give customer='customer_unique_id'."
        in found
    )
    assert "second order" not in said(tmp_path, HEADER + rows.replace("a2", "a1"))
    assert "second order" not in said(tmp_path, HEADER + rows, customer="customer_unique_id")


@pytest.mark.slow
def test_rows_of_totals_are_told_in_a_sentence(tmp_path):
    text = "order,date,customer,amount\n1,2025-01-05,a,10\n2,2025-01-06,b,5\n,2025-01-06,Total,15\n"
    sentence = "1 row says that it is a total, and its money is the sum of others: set aside, it is no order."
    assert sentence in said(tmp_path, text)
    found = inspect(written(tmp_path, text))
    assert [(one.code, one.found) for one in found.suspicious if one.code == "total-rows"] == [
        ("total-rows", sentence)
    ]


@pytest.mark.slow
def test_older_states_are_told_by_inspect(tmp_path):
    for name, rows in {
        "1.csv": "1,2025-01-05,a,10\n2,2025-01-06,b,5\n",
        "2.csv": "1,2025-01-05,a,8\n3,2025-02-06,b,5\n",
    }.items():
        (tmp_path / name).write_text("order,date,customer,amount\n" + rows)
    found = inspect(str(tmp_path / "*.csv"))
    assert [one.figures for one in found.suspicious if one.code == "older-states"] == [{"lines": 1}]


def test_lines_that_are_no_rows_are_shown_with_their_likely_cause(tmp_path):
    rows = "a,1,2025-01-05,1,250.00\nb,2,2025-01-06,20.00\nc,3,2025-01-07,9.00\nd,4\n"
    found = said(tmp_path, f"customer,order,date,amount\n{rows}")
    assert (
        "2 lines do not fit the columns, such as line 2 ('a,1,2025-01-05,1,250.00'), and are set aside. "
        "Without quotes a number with a comma, such as 1,250, is two fields." in found
    )
    assert "fields" not in said(
        tmp_path, "customer,order,date,amount\na,1,2025-01-05,1.00\nb,2,2025-01-06,2.00\nd,4\n"
    )
