"""Date formats: how a column of text or numbers writes its days.

A format is a pattern with named parts, so that one text serves Python, where a sample is looked at, and the
engine, where every value is read. What a pattern does not match in full, or what is no day of the calendar,
is null.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import ibis

from rfmeans.arguments import named
from rfmeans.engines.engine import moment_of, sql_function, wall_clock
from rfmeans.errors import SettingsError

if TYPE_CHECKING:
    import ibis.expr.types as ir

# English, German, French, Spanish, Italian, Portuguese; no name means two months.
MONTHS = (
    "january jan januar jänner janvier janv enero ene gennaio gen janeiro",
    "february feb februar février fevrier févr fevr fév fev febrero febbraio fevereiro",
    "march mar märz maerz mär mrz mars marzo março marco",
    "april apr avril avr abril abr aprile",
    "may mai mayo maggio mag maio",
    "june jun juni juin junio giugno giu junho",
    "july jul juli juillet juil julio luglio lug julho",
    "august aug août aout aoû agosto ago",
    "september sept sep septembre septiembre set settembre setembro",
    "october oct oktober okt octobre octubre ottobre ott outubro out",
    "november nov novembre noviembre novembro",
    "december dec dezember dez décembre decembre déc diciembre dic dicembre dezembro",
)
ENGLISH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
# In the same languages; they say nothing, and are not checked.
WEEKDAY_NAMES = (
    "monday mon tuesday tues tue wednesday wednes wed thursday thurs thur thu friday fri saturday satur sat sunday sun "
    "montag mo dienstag di mittwoch mi donnerstag do freitag fr samstag sonnabend sa sonntag so "
    "lundi lun mardi mar mercredi mer jeudi jeu vendredi ven samedi sam dimanche dim "
    "lunes martes miércoles miercoles mié mie jueves jue viernes vie sábado sabado sáb sab domingo dom "
    "lunedì martedì mercoledì giovedì gio venerdì sabato domenica "
    "segunda-feira segunda seg terça-feira terça ter quarta-feira quarta qua quinta-feira quinta qui sexta-feira sexta "
    "sex"
)
BLANKS = "[ \\t\\r\\n\u00a0\u2007\u2009\u202f]"
# A two-digit year from 69 on belongs to the last century, as in POSIX.
PIVOT = "69"
# Where a number could be several things: Excel's serials count for 1970 to 2100, Unix time for 1980 to 2100,
# compact dates, by their pattern, for 1900 to 2100. The ranges do not meet, so that a number is never two of them.
SERIALS = (25_569, 73_415)
UNIX_SECONDS = (315_532_800, 4_133_980_799)
DAY_SECONDS = 86_400

WEEKDAYS = f"(?:{'|'.join(sorted(WEEKDAY_NAMES.split(), key=len, reverse=True))})\\.?"
# The longer numbers stand first: what is taken from the middle of a text is the first alternative that fits.
NUMBERED = {
    "year": "(?P<year>[1-9][0-9]{3})",
    "short": "(?P<year>[0-9]{2})",
    "month": "(?P<month>1[0-2]|0?[1-9])",
    "day": "(?P<day>3[01]|[12][0-9]|0?[1-9])",
}
CLOCK = (
    "(?P<hour>[01]?[0-9]|2[0-3])[:h](?P<minute>[0-5][0-9])(?::(?:[0-5][0-9]|60)(?:[.,][0-9]{1,9})?)?"
    f"(?:{BLANKS}*(?P<half>[ap])\\.?{BLANKS}*m\\.?|{BLANKS}*Uhr)?"
)
OFFSET = "(?P<offset>Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)"
AWARE_ISO = "^[12][0-9]{3}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})$"
# Names of zones are no offsets: IST, CST and BST are several each.
ZONE = "(?:MEZ|MESZ|W?EST|WEST|WET|[CEMP][SD]T|CES?T|EES?T|BST|IST|MSK|JST|SAST|BRT|A[CEW][SD]T|NZ[SD]T)"
BEFORE_TIME = "(?:at|um|à|alle|a las|às)"
TIME = f"(?:(?:T|,?{BLANKS}+(?:{BEFORE_TIME}{BLANKS}+)?){CLOCK}(?:{BLANKS}*(?:{OFFSET}|{ZONE}))?)?"


_try_strptime = sql_function("try_strptime", (str, str), "timestamp")  # DuckDB's


@dataclass(frozen=True)
class DateFormat:
    """One way to write a day.

    Attributes
    ----------
    name
        What to call it in a message, e.g. ``day/month/year``.
    option
        What ``date_format`` takes for it.
    pattern
        What a value must look like from end to end, for Python and for the engine.
    order
        The order of its parts: ``ymd``, ``dmy``, ``mdy``; for numbers that count, ``days``, ``seconds``,
        ``milliseconds``.
    written
        What the day alone looks like, without a time.
    reads
        How the engine's own reader takes the day alone; blank where it cannot.
    quick
        What simple values look like from end to end, and how the engine's own reader takes them: a short cut, which
        reads no more than the pattern.
    """

    name: str
    option: str
    pattern: str
    order: str
    written: str = ""
    reads: str = ""
    quick: tuple[tuple[str, str], ...] = ()

    @property
    def year_first(self) -> bool:
        """Whether it begins with a two-digit year, which looks like a day."""
        return self.order == "ymd" and NUMBERED["short"] in self.pattern

    def matches(self, text: str) -> bool:
        """Whether a value looks like this format; it may still be no day of the calendar."""
        return _compiled(self.pattern).fullmatch(text) is not None

    def day(self, text: ir.StringColumn) -> ir.DateColumn:
        """Return the day as written; null where the text is none."""
        if self.order in COUNTS:
            return _counted_day(text, self)
        if not self.written:
            return self._day_by_parts(text)
        # A pattern is quick to test and slow to take parts from: so first the one, then plain pieces of the text.
        alone = text.re_extract(self.written, 0)
        read = _try_strptime(alone, self.reads).date() if self.reads else self._named_day(alone)
        day = ibis.ifelse(text.re_search(self.pattern), read, ibis.null("date"))
        if self.option == "iso":
            return _quick_iso(text, day)
        quick = [(text.re_search(look), _try_strptime(text, reads).date()) for look, reads in self.quick]
        return ibis.cases(*quick, else_=day) if quick else day

    def day_in(self, zone: str, text: ir.StringColumn) -> ir.DateColumn:
        """Return the day in a zone; null where the text is none, or states no offset from UTC."""
        return wall_clock(zone, moment_of("UTC", self._utc(text))).date()

    def _utc(self, text: ir.StringColumn) -> ir.TimestampColumn:
        if self.order == "days":
            return ibis.null("timestamp")
        if self.order in COUNTS:
            return _counted_moment(text, self)
        minutes = self.minutes(text) - self._offset_minutes(text)
        moment = self.day(text).cast("timestamp") + minutes.as_interval("m")
        if self.option != "iso":
            return moment
        return ibis.ifelse(text.re_search(AWARE_ISO), _in_utc(text), moment)

    def minutes(self, text: ir.StringColumn) -> ir.IntegerColumn:
        """Return the minutes since midnight as written; null where the text states no time."""
        if self.order == "days":
            return ibis.null("int64")
        if self.order in COUNTS:
            moment = _counted_moment(text, self)
            return moment.hour().cast("int64") * 60 + moment.minute()
        hour = self.part(text, "hour").try_cast("int64")
        half = self.part(text, "half").lower()
        hour = ibis.cases((half == "p", hour % 12 + 12), (half == "a", hour % 12), else_=hour)
        return hour * 60 + self.part(text, "minute").try_cast("int64")

    def has_offset(self, text: ir.StringColumn) -> ir.BooleanColumn:
        """Whether the text states an offset from UTC; counted time is UTC."""
        if self.order in COUNTS:
            return text.notnull() & (self.order != "days")
        return self.part(text, "offset") != ""

    def part(self, text: ir.StringColumn, part: str) -> ir.StringColumn:
        """Return a part of the text by its name, such as ``year``; blank where the text does not fit."""
        position = _compiled(self.pattern).groupindex.get(part)
        return text.re_extract(self.pattern, position) if position else ibis.literal("")

    def _day_by_parts(self, text: ir.StringColumn) -> ir.DateColumn:
        year, month, day = (self.part(text, part) for part in ("year", "month", "day"))
        year = _century(year) + year if NUMBERED["short"] in self.pattern else year
        month = _month_number(month) if MONTH_NAMES in self.pattern else month
        return (year + "-" + month + "-" + day).try_cast("date")

    def _named_day(self, alone: ir.StringColumn) -> ir.DateColumn:
        first, last = alone.re_extract("[0-9]+", 0), alone.re_extract("[0-9]+$", 0)
        year, day = (first, last) if self.order == "ymd" else (last, first)
        year = _century(year) + year if NUMBERED["short"] in self.pattern else year
        month = _month_number(alone.re_extract("\\p{L}{3,}", 0))
        return (year + "-" + month + "-" + day).try_cast("date")

    def _offset_minutes(self, text: ir.StringColumn) -> ir.IntegerColumn:
        written = self.part(text, "offset")
        digits = written.re_replace("[^0-9]", "")
        minutes = digits.left(2).try_cast("int64") * 60 + digits.substr(2, 2).try_cast("int64").fill_null(0)
        signed = ibis.ifelse(written.startswith("-"), -minutes, minutes)
        return ibis.cases((written == "", ibis.null("int64")), (digits == "", 0), else_=signed)


COUNTS = ("days", "seconds", "milliseconds")
MONTH_NAMES = "|".join(sorted((name for names in MONTHS for name in names.split()), key=len, reverse=True))
MONTH_NUMBERS = "".join(
    f"|{name}={number:02d}" for number, names in enumerate(MONTHS, start=1) for name in names.split()
)


def _century(year: ir.StringColumn) -> ir.StringColumn:
    return ibis.ifelse(year >= PIVOT, "19", "20")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _whole(day: str, time: str = TIME) -> str:
    return f"(?i)^{BLANKS}*{day}{time}{BLANKS}*$"


def _month_number(name: ir.StringColumn) -> ir.StringColumn:
    """Look a name up in one text of all names: a case of eighty comparisons takes the engine seconds to plan."""
    key = "|" + name.lower() + "="
    listed = ibis.literal(MONTH_NUMBERS)
    return listed.substr(listed.find(key) + key.length(), 2)


def _quick_iso(text: ir.StringColumn, slow: ir.DateColumn) -> ir.DateColumn:
    """Read plain ISO dates and times by the engine's own casts, where these accept no more than the pattern."""
    bare = text.like("2___-__-__") | text.like("1___-__-__")
    timed = text.like("1___-__-__ __:__:__") | text.like("2___-__-__ __:__:__")
    timed |= text.like("1___-__-__T__:__:__") | text.like("2___-__-__T__:__:__")
    # A cast takes blanks inside the time, and 24:00:00 as the next day.
    odd = text.contains("  ") | text.contains(": ") | text.contains("T ") | text.contains("24:")
    return ibis.cases(
        (bare, text.try_cast("date")), (timed & ~odd, text.try_cast("timestamp").date()), else_=slow
    )


def _counted(text: ir.StringColumn, form: DateFormat) -> ir.IntegerColumn:
    digits = text.re_extract(form.pattern, 1).try_cast("int64")
    scale = {"days": 1, "seconds": 1, "milliseconds": 1000}[form.order]
    low, high = SERIALS if form.order == "days" else UNIX_SECONDS
    fits = digits.between(low * scale, high * scale + scale - 1)
    return ibis.ifelse(fits, digits // scale, ibis.null("int64"))


def _counted_day(text: ir.StringColumn, form: DateFormat) -> ir.DateColumn:
    counted = _counted(text, form)
    days = counted - SERIALS[0] if form.order == "days" else counted // DAY_SECONDS
    return (ibis.date(1970, 1, 1).cast("timestamp") + days.as_interval("D")).date()


def _counted_moment(text: ir.StringColumn, form: DateFormat) -> ir.TimestampColumn:
    return ibis.date(1970, 1, 1).cast("timestamp") + _counted(text, form).as_interval("s")


def _in_utc(text: ir.StringColumn) -> ir.TimestampColumn:
    return wall_clock("UTC", text.try_cast("timestamp('UTC')"))


def _numbered(order: str, mark: str, *, short: bool = False) -> DateFormat:
    parts = {"y": "short" if short else "year", "m": "month", "d": "day"}
    words = {"y": "two-digit year" if short else "year", "m": "month", "d": "day"}
    directives = {"y": "%y" if short else "%Y", "m": "%m", "d": "%d"}
    digits = {"y": "[0-9]{2}" if short else "[1-9][0-9]{3}", "m": "[0-9]{1,2}", "d": "[0-9]{1,2}"}
    escaped = re.escape(mark)
    day = escaped.join(NUMBERED[parts[part]] for part in order)
    reads = mark.join(directives[part] for part in order)
    look = escaped.join(digits[part] for part in order)
    clock = "[0-9]{1,2}:[0-9]{2}"
    return DateFormat(
        name=mark.join(words[part] for part in order),
        option="iso" if reads == "%Y-%m-%d" else reads,
        pattern=_whole(day),
        order=order,
        written=day,
        reads=reads,
        quick=(
            (f"^{look}$", reads),
            (f"^{look} {clock}$", f"{reads} %H:%M"),
            (f"^{look} {clock}:[0-9]{{2}}$", f"{reads} %H:%M:%S"),
        ),
    )


def _named(order: str, *, short: bool = False) -> DateFormat:
    gap = f"(?:{BLANKS}+|[-/.])"
    month = f"(?P<month>{MONTH_NAMES})\\.?"
    year = NUMBERED["short" if short else "year"]
    ordinal = f"{NUMBERED['day']}(?:st|nd|rd|th|er|º|\\.)?"
    day = {
        "dmy": f"{ordinal}{gap}?(?:de{BLANKS}+)?{month},?(?:{BLANKS}+de)?{gap}?{year}",
        "mdy": f"{month}{gap}{ordinal}(?:,{BLANKS}*|{gap}){year}",
        "ymd": f"{year}{gap}?{month}{gap}?{NUMBERED['day']}",
    }[order]
    words = {"dmy": "day month-name", "mdy": "month-name day", "ymd": "month-name day"}[order]
    years = "two-digit year" if short else "year"
    directives = {"dmy": "%d %b %Y", "mdy": "%b %d, %Y", "ymd": "%Y %b %d"}[order]
    return DateFormat(
        name=f"{years} {words}" if order == "ymd" else f"{words} {years}",
        option=directives.replace("%Y", "%y") if short else directives,
        pattern=_whole(f"(?:{WEEKDAYS},?{BLANKS}+)?{day}"),
        order=order,
        written=f"(?i){day}",
        quick=_english(short=short) if order == "dmy" else (),
    )


def _english(*, short: bool) -> tuple[tuple[str, str], ...]:
    look, year = ("[0-9]{2}", "%y") if short else ("[1-9][0-9]{3}", "%Y")
    clock = "( [0-9]{1,2}:[0-9]{2}:[0-9]{2})"
    return tuple(
        (f"(?i)^[0-9]{{1,2}}{mark}({ENGLISH}){mark}{look}{time}$", f"%d{mark}%b{mark}{year}{reads}")
        for mark in (" ", "-")
        for time, reads in (("", ""), (clock, " %H:%M:%S"))
    )


def _compact() -> DateFormat:
    day = "(?P<year>19[0-9]{2}|20[0-9]{2}|2100)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12][0-9]|3[01])"
    clock = "[T ]?(?P<hour>[01][0-9]|2[0-3]):?(?P<minute>[0-5][0-9])(?::?(?:[0-5][0-9]|60)(?:[.,][0-9]+)?)?"
    return DateFormat(
        "yearmonthday",
        "%Y%m%d",
        _whole(day, f"(?:{clock}(?:{OFFSET})?)?"),
        "ymd",
        written=day,
        reads="%Y%m%d",
    )


def _counting(name: str, option: str, order: str, digits: str) -> DateFormat:
    return DateFormat(name, option, _whole(f"({digits})(?:[.,][0-9]+)?", ""), order)


MARKS = "-/."
# Every format that is looked for. A two-digit year in front is only a rival: see `conventions`.
FORMATS = (
    *(_numbered("ymd", mark) for mark in MARKS),
    *(_numbered(order, mark) for order in ("dmy", "mdy") for mark in MARKS),
    *(_numbered(order, mark, short=True) for order in ("dmy", "mdy", "ymd") for mark in MARKS),
    *(_named(order) for order in ("dmy", "mdy", "ymd")),
    *(_named(order, short=True) for order in ("dmy", "mdy")),
    _compact(),
    _counting("Unix time in seconds", "epoch", "seconds", "[0-9]{9,10}"),
    _counting("Unix time in milliseconds", "epoch-ms", "milliseconds", "[0-9]{12,13}"),
    _counting("Excel day numbers", "excel", "days", "[0-9]{5}"),
)

DIRECTIVES = {
    "Y": NUMBERED["year"],
    "y": NUMBERED["short"],
    "m": NUMBERED["month"],
    "d": NUMBERED["day"],
    "e": NUMBERED["day"],
    "b": f"(?P<month>{MONTH_NAMES})\\.?",
    "B": f"(?P<month>{MONTH_NAMES})\\.?",
    "a": WEEKDAYS,
    "A": WEEKDAYS,
    "H": "(?P<hour>[01]?[0-9]|2[0-3])",
    "I": "(?P<hour>0?[1-9]|1[0-2])",
    "M": "(?P<minute>[0-5]?[0-9])",
    "S": "(?:[0-5]?[0-9]|60)",
    "f": "[0-9]{1,9}",
    "p": "(?P<half>[ap])\\.?m\\.?",
    "z": OFFSET,
    "Z": OFFSET,
    "%": "%",
}
SHORTHANDS = ("dmy", "mdy", "ymd")
WORDS = ("iso", "epoch", "epoch-ms", "excel")


def given_formats(option: str) -> tuple[DateFormat, ...]:
    """Return the formats that ``date_format`` asks for; several where a shorthand leaves the marks open.

    Raises
    ------
    SettingsError
        If it is no format.

    >>> [form.name for form in given_formats("%d/%m/%Y")]
    ['day/month/year']
    >>> given_formats("%d/%q")
    Traceback (most recent call last):
    rfmeans.errors.SettingsError: date_format must be dmy, mdy, ymd, iso, epoch, epoch-ms, excel or strptime text \
with %d, %m or %b, and %Y or %y, such as '%d/%m/%Y %H:%M'. Got '%d/%q'.
    """
    folded = option.strip().lower()
    if folded in SHORTHANDS:
        return tuple(form for form in FORMATS if form.order == folded)
    known = [form for form in FORMATS if form.option in (option.strip(), folded if folded in WORDS else None)]
    return tuple(known) or (_from_directives(option),)


def _from_directives(option: str) -> DateFormat:
    parts = re.split("%(.)", option.replace("%T", "%H:%M:%S").replace("%F", "%Y-%m-%d").strip())
    asked = parts[1::2]
    day = [part for part in ("Yy", "mbB", "de") if sum(letter in part for letter in asked) == 1]
    if len(day) < 3 or not set(asked) <= set(DIRECTIVES) or len(set(asked)) < len(asked):
        raise SettingsError(
            f"{named('date_format')} must be dmy, mdy, ymd, iso, epoch, epoch-ms, excel or strptime text with "
            f"%d, %m or %b, and %Y or %y, such as '%d/%m/%Y %H:%M'. Got {option!r}."
        )
    pattern = "".join(DIRECTIVES[part] if index % 2 else re.escape(part) for index, part in enumerate(parts))
    has_time = bool({"H", "I", "M", "S", "z", "Z"} & set(asked))
    return DateFormat(option, option, _whole(pattern, "" if has_time else TIME), "given")
