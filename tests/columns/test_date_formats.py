"""Dates: what each format reads and what none does; the quick ways read no more than the patterns, and the same."""

import pytest

from helpers.written_columns import column
from places import ROOT
from rfmeans.columns.date_formats import FORMATS, given_formats
from rfmeans.errors import SettingsError

READ = {
    "iso": {
        "2011-12-09": "2011-12-09",
        " 2011-12-09 ": "2011-12-09",
        "2011-1-9": "2011-01-09",
        "2011-12-09 08:26": "2011-12-09",
        "2011-12-09 8:26:05": "2011-12-09",
        "2011-12-09T08:26:05": "2011-12-09",
        "2011-12-09T08:26:05.123456Z": "2011-12-09",
        "2011-12-09T23:59:59,5+01:00": "2011-12-09",
        "2011-12-09 08:26:05 +0100": "2011-12-09",
        "2011-12-09 08:26:05 UTC": "2011-12-09",
        "2011-12-09T00:00:00-11": "2011-12-09",
        "2011-12-09 11:26 PM": "2011-12-09",
        "2012-02-29": "2012-02-29",
    },
    "%Y/%m/%d": {"2011/12/09": "2011-12-09", "2011/1/9 8:26": "2011-01-09"},
    "%Y.%m.%d": {"2011.12.09": "2011-12-09"},
    "%d/%m/%Y": {
        "13/12/2011": "2011-12-13",
        "9/1/2011": "2011-01-09",
        "09/12/2011 08:26": "2011-12-09",
        "9/12/2011 8:26:05": "2011-12-09",
        "9/12/2011, 8:26:05 p.m.": "2011-12-09",
        "09/12/2011T08:26": "2011-12-09",
        "09/12/2011 8h26": "2011-12-09",
        "09/12/2011 08:26 p. m.": "2011-12-09",
    },
    "%d.%m.%Y": {
        "13.12.2011": "2011-12-13",
        "9.1.2011 08:26": "2011-01-09",
        "9.12.2011, 08:26 Uhr": "2011-12-09",
        "9.12.2011 um 8:26 Uhr": "2011-12-09",
        "9.12.2011 08:26:05 MEZ": "2011-12-09",
    },
    "%d-%m-%Y": {"13-12-2011": "2011-12-13", "9-1-2011": "2011-01-09"},
    "%m/%d/%Y": {
        "12/13/2011": "2011-12-13",
        "1/9/2011 8:26 AM": "2011-01-09",
        "12/1/2010 8:26": "2010-12-01",
    },
    "%m-%d-%Y": {"12-13-2011": "2011-12-13"},
    "%d/%m/%y": {"9/12/11": "2011-12-09", "13/12/68": "2068-12-13", "13/12/69": "1969-12-13"},
    "%d.%m.%y": {"9.12.11 8:26": "2011-12-09"},
    "%m/%d/%y": {"12/13/11": "2011-12-13"},
    "%d %b %Y": {
        "9 Dec 2011": "2011-12-09",
        "09-DEC-2011": "2011-12-09",
        "9 December 2011 08:26": "2011-12-09",
        "9th December, 2011": "2011-12-09",
        "9. Dezember 2011": "2011-12-09",
        "9. Mär. 2011": "2011-03-09",
        "9 décembre 2011": "2011-12-09",
        "1er août 2011": "2011-08-01",
        "9 juil. 2011": "2011-07-09",
        "9 de enero de 2011": "2011-01-09",
        "9 gennaio 2011": "2011-01-09",
        "9 de março de 2011": "2011-03-09",
        "9 out. 2011": "2011-10-09",
        "9Dec2011": "2011-12-09",
        "Fr, 9. Dezember 2011": "2011-12-09",
        "Mittwoch, 9. März 2011 08:26": "2011-03-09",
        "mar. 8 mars 2011 à 8h26": "2011-03-08",
        "viernes, 9 de diciembre de 2011": "2011-12-09",
        "sexta-feira, 9 de dezembro de 2011 às 8:26": "2011-12-09",
        "ven 9 dic 2011": "2011-12-09",
        "Fri, 9 Dec 2011 23:26:05 EST": "2011-12-09",
        "Fri, 09 Dec 2011 08:26:05 +0000": "2011-12-09",
    },
    "%b %d, %Y": {
        "Dec 9, 2011": "2011-12-09",
        "December 9th, 2011 8:26 PM": "2011-12-09",
        "Friday, December 9, 2011": "2011-12-09",
        "December 9, 2011 at 8:26 PM": "2011-12-09",
        "mar 9, 2011": "2011-03-09",
        "Dec 9 2011": "2011-12-09",
    },
    "%Y %b %d": {"2011-Dec-09": "2011-12-09", "2011 Dec 9": "2011-12-09"},
    "%d %b %y": {"09-DEC-11": "2011-12-09", "9 Dec 69": "1969-12-09", "09-dec-11 08:26:05": "2011-12-09"},
    "%Y%m%d": {
        "20111209": "2011-12-09",
        "20111209T0826": "2011-12-09",
        "20111209T082605Z": "2011-12-09",
        "20111209082605": "2011-12-09",
        "20111209 08:26": "2011-12-09",
    },
    "epoch": {
        "1323419160": "2011-12-09",
        "1323475199": "2011-12-09",  # the day's last second in UTC
        "1323475200.5": "2011-12-10",
        "315532800": "1980-01-01",
    },
    "epoch-ms": {"1323419160000": "2011-12-09", "1323475199999": "2011-12-09", "315532800000": "1980-01-01"},
    "excel": {"40886": "2011-12-09", "40886.99": "2011-12-09", "25569": "1970-01-01", "73415": "2100-12-31"},
}


NO_DATE = [
    *(
        "",
        "n/a",
        "never",
        "infinity",
        "epoch",
        "2011-02-30",
        "2011-13-01",
        "2011-00-10",
        "0000-00-00",
        "2011-12",
    ),
    *(
        "2011-12-09x",
        "2011-12-09 24:00:00",
        "2011-12-09 08:60",
        "2011-12-09 (BC)",
        "12011-12-09",
        " 011-12-09",
    ),
    *("2011-12-09T 8:26:00", "2011-12-09 08:26:  ", "2011-12-09 08", "2011-12-09-08:00", "-2011-12-09"),
    *(
        "31/02/2011",
        "9/12-2011",
        "9/12/201",
        "9/12/20111",
        "32/1/2011",
        "0/1/2011",
        "9//12/2011",
        "9 / 12 / 2011",
    ),
    *(
        "9 Foo 2011",
        "31 Feb 2011",
        "Dec 2011",
        "20111309",
        "20110230",
        "18991231",
        "201112",
        "5",
        "999999999999999",
    ),
    *("25568", "73416", "314999999", "4133980800", "1e9", "40886.", "-40886", "2011-12-09 08:26 +25:00:00"),
]


@pytest.mark.parametrize("option", READ)
def test_a_format_reads_its_values(option):
    (form,) = [form for form in FORMATS if form.option == option]
    values = column(list(READ[option]))
    read = form.day(values).name("day").to_pyarrow().to_pylist()
    assert {text: day and day.isoformat() for text, day in zip(READ[option], read, strict=True)} == READ[
        option
    ]
    assert [text for text in READ[option] if not form.matches(text)] == []


def test_every_format_is_tried_here():
    assert {"%Y.%m.%d", "%m.%d.%Y", "%m.%d.%y", "%d-%m-%y", "%m-%d-%y"} | set(READ) >= {
        form.option for form in FORMATS if not form.year_first
    } - {"%b %d, %y"}


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.option)
def test_what_no_format_reads(form):
    read = form.day(column(NO_DATE)).name("day").to_pyarrow().to_pylist()
    assert {text: day for text, day in zip(NO_DATE, read, strict=True) if day is not None} == {}


LETTERS = "0123456789-/.:T Z+,aApPmM(BC)"


@pytest.mark.parametrize("option", ["iso", "%d/%m/%Y", "%m.%d.%y", "%d %b %Y", "%d %b %y"])
def test_the_quick_way_reads_what_the_pattern_reads(option):
    (form,) = given_formats(option)
    samples = list(READ.get(option) or ["12.31.11", "1.9.11 8:26", "1.9.11 8:26:05"])
    mangled = [
        text[:at] + letter + text[at + skip :]
        for text in samples[:3]
        for at in range(len(text) + 1)
        for letter in LETTERS
        for skip in (0, 1)
    ]
    text = column(mangled)
    table = text.as_table().mutate(quick=form.day(text), slow=form._day_by_parts(text))
    apart = table.filter(~table.quick.identical_to(table.slow)).to_pyarrow().to_pylist()
    assert apart == []


@pytest.mark.parametrize(
    "option", ["", "dm", "%d/%m", "%d/%m/%q", "%d/%d/%Y", "%Y-%m-%d %j", "day/month/year", "%"]
)
def test_what_is_no_format(option):
    with pytest.raises(
        SettingsError, match="date_format must be dmy, mdy, ymd, iso, epoch, epoch-ms, excel or strp"
    ):
        given_formats(option)


def test_every_format_is_documented():
    page = ROOT / "docs" / "reading.md"
    text = page.read_text(encoding="utf-8").replace("%y", "%Y").replace("iso", "%Y-%m-%d")
    options = {form.option.replace("%y", "%Y").replace("iso", "%Y-%m-%d") for form in FORMATS}
    assert [option for option in options if f"`{option}`" not in text] == []
