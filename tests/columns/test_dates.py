"""Dates: one format for a column, found, asked about or refused; swapped days and months never pass in silence."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawn import examples
from helpers.written_columns import days
from rfmeans.errors import SourceError

# Dates: one format for a column


def test_a_day_beyond_the_twelfth_decides():
    assert days(["09/12/2011", "13/12/2011"]) == ["2011-12-09", "2011-12-13"]
    assert days(["09/12/2011", "12/13/2011"]) == ["2011-09-12", "2011-12-13"]


def test_days_that_can_be_swapped_are_asked_about():
    with pytest.raises(SourceError) as found:
        days(["09/12/2011", "01/02/2011", "n/a"])
    assert str(found.value) == (
        "The dates in 'when' can be read as day/month/year or as month/day/year, and no value decides: '01/02/2011' "
        "could be either. Say which one it is with date_format='%d/%m/%Y' or date_format='%m/%d/%Y'."
    )


def test_days_that_are_the_same_either_way_need_no_answer():
    assert days(["09/09/2011", "01/01/2011", ""]) == ["2011-09-09", "2011-01-01", None]


def test_a_day_that_only_the_other_order_reads_is_no_slip():
    with pytest.raises(SourceError) as found:
        days(["09/12/2011", "13/12/2011", "14/12/2011", "12/31/2011", "n/a"])
    assert str(found.value) == (
        "The dates in 'when' are written in two formats: 2 can only be read as day/month/year, such as '13/12/2011', "
        "and 1 only as month/day/year, such as '12/31/2011'. Write them in one format, or say which one counts with "
        "date_format='%d/%m/%Y' or date_format='%m/%d/%Y': the other lines are then set aside."
    )


def test_garbage_is_left_to_be_set_aside():
    assert days(["13/12/2011", "n/a", "31/02/2011", None]) == ["2011-12-13", None, None, None]


def test_a_column_without_any_date():
    with pytest.raises(SourceError) as found:
        days(["never", "soon", "x" * 60, ""])
    assert str(found.value) == (
        "No value of 'when' can be read as a date. It holds 'never', 'soon', "
        f"'{'x' * 37}...'. Give the column of dates with date='NAME', or its format with date_format=, such as "
        "'%d/%m/%Y'."
    )


def test_a_blank_column_reads_as_nothing():
    assert days(["", " ", None]) == [None, None, None]


def test_two_digit_years_stand_where_there_are_fewer_of_them():
    assert days(["09/12/11", "13/12/11", "30/11/11"]) == ["2011-12-09", "2011-12-13", "2011-11-30"]
    assert days(["11-12-09", "11-12-13", "11-11-30"]) == ["2011-12-09", "2011-12-13", "2011-11-30"]
    assert days(["99-12-31", "98-01-15"]) == ["1999-12-31", "1998-01-15"]
    with pytest.raises(
        SourceError, match="as day-month-two-digit year or as two-digit year-month-day, and no value"
    ):
        days(["11-12-09", "12-12-10"])


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ([20111209, None], "int64", ["2011-12-09", None]),
        ([1323419160, 0], "int64", ["2011-12-09", None]),
        ([1323419160000], "int64", ["2011-12-09"]),
        ([40886], "int32", ["2011-12-09"]),
        ([40886.99, float("nan"), float("inf")], "float64", ["2011-12-09", None, None]),
        ([Decimal("40886.35")], "decimal(9, 2)", ["2011-12-09"]),
        ([20111209082600], "int64", ["2011-12-09"]),
    ],
)
def test_numbers_that_stand_for_days(values, kind, expected):
    assert days(values, kind) == expected


ARTICLES = ["40886", "40887", "85123A", "84406B"]


DECADES = ["25569", "25570", "73415"]


def test_numbers_are_no_days_where_others_in_the_column_are_none():
    with pytest.raises(SourceError) as refused:
        days(ARTICLES)
    assert str(refused.value) == (
        "The numbers in 'when' could be Excel day numbers, but are hardly days of orders: 2 of 4 values are none, such "
        "as '84406B'. Give the column of dates with date='NAME'; if it is this one, say so with "
        "date_format='excel', and what is no day is set aside."
    )
    assert days(ARTICLES, option="excel") == ["2011-12-09", "2011-12-10", None, None]


@pytest.mark.parametrize(
    ("values", "option", "name"),
    [
        (DECADES, "excel", "Excel day numbers"),
        (["315532800", "4133980799"], "epoch", "Unix time in seconds"),
        (["315532800000", "4133980799999"], "epoch-ms", "Unix time in milliseconds"),
    ],
)
def test_numbers_are_no_days_where_they_would_lie_decades_apart(values, option, name):
    for kind in ("string", "int64"):
        asked = [value if kind == "string" else int(value) for value in values]
        with pytest.raises(
            SourceError, match=f"could be {name}, but are hardly days of orders: the days would go"
        ):
            days(asked, kind)
        assert None not in days(asked, kind, option=option)


def test_one_slip_in_a_hundred_numbers_is_set_aside():
    serials = [str(40_886 + day) for day in range(99)]
    assert days([*serials, "Total", "0"])[-2:] == [None, None]
    with pytest.raises(SourceError, match="2 of 100 values are none, such as 'Sum'"):
        days([*serials[1:], "Total", "Sum"])


def test_numbers_of_two_kinds_are_refused():
    with pytest.raises(
        SourceError, match="1 can only be read as yearmonthday, such as '20111209', and 1 only as Unix"
    ):
        days([20111209, 1323419160], "int64")


def test_offsets_that_change_keep_the_written_day():
    values = ["2011-03-26 23:30:00 +0000", "2011-03-28 00:30:00 +0100"]
    assert days(values) == ["2011-03-26", "2011-03-28"]


@pytest.mark.parametrize(
    ("values", "zone", "expected"),
    [
        (["2011-12-09T23:30:00Z", "2011-07-09T21:59:59Z"], "Europe/Berlin", ["2011-12-10", "2011-07-09"]),
        (["2011-12-09 23:30:00 -0500", "2011-12-09 08:00 +05:30"], "UTC", ["2011-12-10", "2011-12-09"]),
        (["2011-12-09T00:30:00+01:00"], "America/New_York", ["2011-12-08"]),
        (["9 Dec 2011 11:30 PM GMT"], "Asia/Tokyo", ["2011-12-10"]),
        (["20111209T2330Z"], "Europe/Berlin", ["2011-12-10"]),
        (["1323473400"], "Europe/Berlin", ["2011-12-10"]),
    ],
)
def test_a_zone_moves_moments(values, zone, expected):
    assert days(values, zone=zone) == expected


@pytest.mark.parametrize(
    "values",
    [
        ["2011-12-09 23:30"],
        ["2011-12-09"],
        ["2011-12-09T23:30:00Z", "2011-12-09 08:00"],
        ["2011-12-09 23:30 CEST"],  # a name of a zone is no offset
    ],
)
def test_a_zone_needs_offsets(values):
    with pytest.raises(
        SourceError, match=r"timezone moves each moment to that zone, but .* in 'when' do not say how far"
    ):
        days(values, zone="Europe/Berlin")


@pytest.mark.parametrize(
    ("option", "values", "expected"),
    [
        ("dmy", ["09/12/2011", "9.1.11", "9 Dec 2011"], ["2011-12-09", "2011-01-09", "2011-12-09"]),
        ("MDY", ["09/12/2011"], ["2011-09-12"]),
        ("ymd", ["11-12-09", "20111210"], ["2011-12-09", "2011-12-10"]),
        ("iso", ["2011-12-09", "09/12/2011"], ["2011-12-09", None]),
        ("%d/%m/%Y", ["09/12/2011 08:26", "12/31/2011"], ["2011-12-09", None]),
        ("%d/%m/%y", ["09/12/11", "09/12/2011"], ["2011-12-09", None]),
        ("%Y年%m月%d日", ["2011年12月9日", "2011-12-09"], ["2011-12-09", None]),
        ("%d-%m-%Y %Hh%M", ["09-12-2011 8h05", "09-12-2011"], ["2011-12-09", None]),
        ("%d%m%Y", ["09122011"], ["2011-12-09"]),
        ("%A %d. %B %Y", ["Friday 9. Dezember 2011"], ["2011-12-09"]),
        ("epoch", ["1323419160"], ["2011-12-09"]),
        ("excel", ["40886"], ["2011-12-09"]),
    ],
)
def test_a_given_format_is_taken(option, values, expected):
    assert days(values, option=option) == expected


DAYS = st.dates(dt.date(1970, 1, 1), dt.date(2068, 12, 31))


WRITERS = {
    "iso": "{:%Y-%m-%d}",
    "iso with time": "{:%Y-%m-%dT%H:%M:%S}+02:00",
    "%d/%m/%Y": "{:%d/%m/%Y}",
    "%m/%d/%Y": "{:%m/%d/%Y %H:%M}",
    "%d.%m.%y": "{:%d.%m.%y}",
    "%m-%d-%y": "{:%m-%d-%y}",
    "%Y/%m/%d": "{0.year}/{0.month}/{0.day}",
    "%d-%m-%Y": "{0.day}-{0.month}-{0.year} {0.hour}:{0.minute:02d}",
    "%b %d, %Y": "{:%B %d, %Y}",
    "%d %b %y": "{:%d-%b-%y}",
    "%Y%m%d": "{:%Y%m%d}",
}


@pytest.mark.slow
@examples(40)
@given(st.lists(DAYS, min_size=1, max_size=30), st.sampled_from(sorted(WRITERS)))
def test_any_day_in_any_format_is_read_back_or_asked_about(chosen, writer):
    moments = [dt.datetime.combine(day, dt.time(8, 26, 5)) for day in chosen]
    texts = [WRITERS[writer].format(moment) for moment in moments]
    try:
        read = days(texts)
    except SourceError as error:
        assert "and no value decides" in str(error)  # noqa: PT017 - both ways are right
        return
    assert read == [day.isoformat() for day in chosen]


@examples(25)
@given(st.lists(DAYS, min_size=3, max_size=30), st.data())
def test_swapped_days_and_months_never_pass_in_silence(chosen, data):
    swapped = data.draw(st.integers(0, len(chosen) - 1))
    texts = [f"{day:%m/%d/%Y}" if index == swapped else f"{day:%d/%m/%Y}" for index, day in enumerate(chosen)]
    try:
        read = days(texts)
    except SourceError:
        return
    others = [day.isoformat() for index, day in enumerate(chosen) if index != swapped]
    either = {chosen[swapped].isoformat()}
    if (
        chosen[swapped].day <= 12
    ):  # then the swapped text is a day by itself, which nobody can tell from a right one
        either.add(chosen[swapped].replace(month=chosen[swapped].day, day=chosen[swapped].month).isoformat())
    assert [day for index, day in enumerate(read) if index != swapped] in (
        others,
        _all_swapped(chosen, swapped),
    )
    assert read[swapped] in either


def _all_swapped(chosen: list[dt.date], but: int) -> list[str] | None:
    """The days read the other way round, which is right where only the odd one decides; None where one cannot be."""
    others = [day for index, day in enumerate(chosen) if index != but]
    if any(day.day > 12 for day in others):
        return None
    return [day.replace(month=day.day, day=day.month).isoformat() for day in others]
