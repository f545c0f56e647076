"""Conventions of all columns together: the first rows where they suffice, all rows where they do not."""

import datetime as dt

import ibis

from rfmeans.columns.conventions import find_conventions
from rfmeans.columns.date_formats import given_formats
from rfmeans.columns.dates import DateConvention
from rfmeans.engines.duckdb import DUCKDB
from rfmeans.settings import Reading

# Finding: the first rows, then all


def test_the_first_rows_suffice_where_one_format_reads_them_all():
    table = ibis.memtable({"when": ["13/12/2011"], "amount": ["1.50"]})
    found = find_conventions(table, DUCKDB, "when", ["amount"], Reading())
    assert (found.whole, found.describe()) == (False, "dates as day/month/year, decimal point")


def test_all_rows_are_looked_at_where_the_first_leave_it_open():
    values = ["01/02/2011"] * 5000 + ["13/02/2011"]
    found = find_conventions(ibis.memtable({"when": values}), DUCKDB, "when", [], Reading())
    assert found.whole
    assert found.date == DateConvention(given_formats("%d/%m/%Y"))


def test_columns_with_a_type_need_no_convention():
    table = ibis.memtable({"when": [dt.date(2011, 12, 9)], "amount": [1.5]})
    assert find_conventions(table, DUCKDB, "when", ["amount"], Reading()).describe() == ""
