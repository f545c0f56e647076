"""Reports with a row for each customer above the rows of the orders are refused as what they are."""

import pytest

from helpers.taken_in import taken_in
from rfmeans.errors import SourceError
from rfmeans.orders.understand import understand
from rfmeans.settings import make_reading

GROUPS = (
    "Sales by customer,,,\n,,,\n,Date,Num,Amount\n,,,\nAnn Lee,,,\n,1/25/2025,101,10\n,1/26/2025,102,20\n"
)
GROUPS += "Total for Ann Lee,,,30\nBob Roe,,,\n,2/13/2025,103,30\nTotal for Bob Roe,,,30\nTOTAL,,,60\n"


def refusal(tmp_path, text):
    path = tmp_path / "orders.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError) as refused:
        understand(str(path), make_reading())
    return str(refused.value)


def test_a_report_with_group_rows_is_told_as_that(tmp_path):
    assert "a report with group rows: 'Ann Lee' in line 5 stands on a row of its own" in refusal(
        tmp_path, GROUPS
    )


def test_a_table_without_a_customer_is_no_report(tmp_path):
    said = refusal(tmp_path, "note,date,amount\nx,2024-01-05,1\n,2024-01-06,2\ny,2024-01-07,3\n")
    assert said.startswith("No column was recognised as the customer. The columns are: note, date, amount.")


def test_group_rows_in_a_column_called_the_customer_are_told_as_that(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("Kunde,Datum,Betrag\nAnn,,\n,2024-01-05,10\nBob,,\n,2024-01-06,4\n,2024-01-08,4\n")
    with pytest.raises(SourceError, match=r"a report with group rows: 'Ann' in line 2 stands on a row"):
        taken_in(str(path))
