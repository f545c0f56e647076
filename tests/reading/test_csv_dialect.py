"""The dialect of a text file, from its first lines: delimiter, header, names. Answers worked by hand."""

import pytest

from rfmeans.errors import SourceError
from rfmeans.reading.csv_dialect import CsvDialect, column_names, find_csv_dialect
from rfmeans.settings import make_reading


def dialect_of(*lines: str, **options) -> CsvDialect:
    return find_csv_dialect([line + "\n" for line in lines], make_reading(**options), "orders.csv")


@pytest.mark.parametrize(
    ("delimiter", "named"), [(",", ""), (";", "semicolons"), ("\t", "tabs"), ("|", "pipes")]
)
def test_what_divides_every_line_alike_is_the_delimiter(delimiter, named):
    found = dialect_of(
        *(delimiter.join(row) for row in (("who", "when"), ("Ann", "Monday"), ("Bob", "Friday")))
    )
    assert (found.delimiter, found.names, found.header_line) == (delimiter, ("who", "when"), 1)
    assert (found.is_ordinary, found.described) == (True, named)


def test_runs_of_blanks_divide_where_they_do_in_every_line():
    found = dialect_of("who   when", "Ann   Monday", "Barbara  Friday")
    assert (found.names, found.is_ordinary, found.described) == (("who", "when"), False, "blanks")


def test_a_decimal_comma_does_not_divide_a_file_of_semicolons():
    found = dialect_of("who;worth, net", "Ann;1,50", "Bob;2,25")
    assert (found.delimiter, found.names) == (";", ("who", "worth, net"))


def test_a_delimiter_within_quotes_is_text():
    found = dialect_of("who,note", 'Ann,"a;b"', 'Bob,"c;d"', 'Eve,"e;f"')
    assert (found.delimiter, found.names) == (",", ("who", "note"))


def test_what_stands_above_the_header_is_passed_over():
    found = dialect_of("Orders of our shop", "", "who,when,worth", "Ann,Monday,5", "Bob,Friday,6")
    assert (found.names, found.header_line) == (("who", "when", "worth"), 3)
    assert (found.is_ordinary, found.described) == (False, "header in line 3")


def test_a_delimiter_at_the_end_of_the_rows_alone_makes_no_column():
    assert dialect_of("who,when", "Ann,Monday,", "Bob,Friday,").names == ("who", "when")


def test_without_a_header_columns_are_told_by_their_position():
    found = dialect_of("Ann,2024-01-05", "Bob,2024-01-06", header=False)
    assert (found.names, found.header_line, found.described) == (("column1", "column2"), 0, "no header")


def test_a_given_delimiter_is_taken():
    assert dialect_of("a;b,c;d", "1;2,3;4", delimiter=",").names == ("a;b", "c;d")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["", " "], "orders.csv has no header: it holds nothing but blank lines."),
        (["\x01\x02\x03abc"], "does not look like a table of text: its first line is '\\x01\\x02\\x03abc'."),
        (["x" * 501], "does not look like a table of text"),
        (
            ["Ann,2024-01-05", "Bob,2024-01-06"],
            "seems to have no header: its first line is 'Ann, 2024-01-05'.",
        ),
        (
            ["Shop", "1,2.50", "2,3.50"],
            "no header: the first line that fits the others, line 2, is '1, 2.50'.",
        ),
    ],
)
def test_what_is_no_table_is_said(lines, words):
    with pytest.raises(SourceError) as refused:
        dialect_of(*lines)
    assert words in str(refused.value)


def test_a_name_of_five_hundred_characters_is_the_longest():
    assert dialect_of("who," + "x" * 500, "Ann,1").names == ("who", "x" * 500)


def test_names_that_would_meet_those_made_for_others_are_all_told_by_position():
    assert column_names(["a", "A", "a (column 1)"], "orders.csv") == ("column1", "column2", "column3")


def test_words_below_a_table_of_two_rows_are_no_header():
    found = dialect_of(
        "customer,date,amount", "ann,2025-01-05,10", "bob,2025-01-06,20", "2 record(s) downloaded"
    )
    assert (found.delimiter, found.names) == (",", ("customer", "date", "amount"))
